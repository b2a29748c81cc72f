"""What every reader yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from lukasa.domain.time import read_instant
from lukasa.domain.turn import Origin
from lukasa.errors import ImportFormatError, InputError
from lukasa.surfaces.cli.formats.source import ImportFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Messages that belong together, in order, each with the time it was said at."""

    messages: list[dict[str, object]]
    """As `remember` takes them; every one has `at`, so that storing them twice stores them once."""

    session: str | None
    place: str
    """Where in the file it begins; for errors."""

    conversation: str
    """Counts for `--limit`: sessions of one conversation share it."""

    user: str | None = None
    """Whose memory it is, where the file says so."""

    agent: str | None = None
    origin: Origin | None = "import"
    """`None`: as the role of each message says."""

    key: str | None = None
    """Idempotency key of the call that the messages were first remembered with."""

    retired: list[int] = field(default_factory=list)
    """Places of messages that were forgotten: they are stored, and hidden again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the caller says about a file that the file doesn't say itself."""

    zone: str | None = None
    """Time zone of times without an offset."""

    at: datetime | None = None
    """When undated messages were said."""

    def instant(self, given: datetime | str, place: str, *, default_zone: str | None = None) -> datetime:
        """Return an aware time; *default_zone* is what the format says when nobody else does."""
        try:
            return read_instant(given, zone=self.zone or default_zone)
        except InputError as error:
            hint = "" if self.zone or default_zone else " (option --zone)"
            raise ImportFormatError(f"{place}: {error}{hint}") from error

    def undated(self, place: str) -> datetime:
        """Return the time of a message that has none; refuse when nobody said it."""
        if self.at is None:
            raise ImportFormatError(
                f"{place} has no date; say when it was said with --at 2026-11-23T10:00:00Z"
            )
        return self.at


Reader: TypeAlias = Callable[[ImportFile, Assumptions], Iterator[Session]]
