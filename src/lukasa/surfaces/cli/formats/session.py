"""What every reader yields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias, TypeVar

from lukasa.domain.time import read_instant
from lukasa.domain.turn import Origin
from lukasa.errors import ImportFormatError, InputError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.dates import DateOrder
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.source import ImportFile

_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Messages that belong together, in order, each with the time it was said at."""

    messages: list[dict[str, object]]
    """As `remember` takes them; every one has `at`, so that storing them twice stores them once."""

    session: str | None
    location: str
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


class DayGroups:
    """Messages of one chat, as they come, in a session for each day."""

    def __init__(self, chat: str) -> None:
        self._chat = chat
        self._days: Counter[str] = Counter()
        self._session: Session | None = None

    def add(self, message: dict[str, object], location: str) -> Session | None:
        """Add a message; return the session of the day before, if this ends it."""
        finished = None
        day = f"{self._chat} {message['at']:%Y-%m-%d}".strip()
        if self._session is None or self._session.conversation != day:
            self._days[day] += 1
            name = day if self._days[day] == 1 else f"{day} ({self._days[day]})"
            finished = self._session
            self._session = Session(conversation=day, session=name, location=location, messages=[])
        self._session.messages.append(message)
        return finished

    def sessions(
        self,
        located: Iterable[tuple[str, _R]],
        read: Callable[[_R, str], dict[str, object] | None],
        notes: Notes,
    ) -> Iterator[Session]:
        """Yield the sessions of records that stand at locations; one that *read* cannot make a message of is noted."""
        for location, record in located:
            message = notes.attempt(read, record, location)
            if message and (finished := self.add(message, location)):
                yield finished
        yield from self.rest()

    def rest(self) -> Iterator[Session]:
        """Yield what is left at the end."""
        if self._session:
            yield self._session


class MissingZoneError(ImportFormatError):
    """A time has no UTC offset, and no zone is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the caller says about a file that the file doesn't say itself."""

    zone: str | None = None
    """Time zone of times without an offset."""

    at: datetime | None = None
    """When undated messages were said."""

    dates: DateOrder | None = None
    """In which order figures name day, month and year."""

    notes: Notes = field(default_factory=Notes)
    """Where a reader says what it mended, skipped and left out."""

    def instant(self, given: datetime | str, location: str, *, default_zone: str | None = None) -> datetime:
        """Return an aware time; *default_zone* is the format's own."""
        try:
            return read_instant(given, zone=self.zone or default_zone)
        except InputError as error:
            if "no UTC offset" in str(error):
                raise MissingZoneError(f"{location}: {error} (option --zone)") from error
            raise ImportFormatError(f"{location}: {error}") from error

    def written(self, value: object, location: str) -> datetime | None:
        """Return a time as files have it: ISO 8601, an e-mail's date, or a number since 1970; None for nothing."""
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return shape.epoch(value, location)
        if re.fullmatch(r"\s*-?\d{5,20}(?:\.\d{1,9})?\s*", value):
            return shape.epoch(float(value), location)
        value = re.sub(r"\s?(?:UTC|GMT|Z)\s*$", "+00:00", value)
        try:
            return self.instant(value, location)
        except ImportFormatError:
            try:
                return self.instant(parsedate_to_datetime(value), location)
            except ValueError:
                pass
            raise

    def dated(
        self,
        record: Mapping[str, object],
        location: str,
        fallback: datetime | None = None,
        *,
        names: Sequence[str] = (),
    ) -> datetime:
        """Return the time in a record, under one of *names*; *fallback* where it has none; else `at`, or refuse.

        A time that cannot be read counts as none, and is noted, where there is another to take.
        """
        error: ImportFormatError | None = None
        for name in names or _TIMES:
            try:
                at = self.written(record.get(name), f"{location}.{name}")
            except MissingZoneError:
                raise
            except ImportFormatError as failure:
                error = failure
                continue
            if at:
                return at
        at = fallback or self.at
        if at is None:
            raise error or self.no_date(location)
        if error:
            self.notes.mend(location, f"dated {at:%Y-%m-%d %H:%M}, like what stands around it ({error})")
        return at

    def first_date(self, messages: object, location: str) -> datetime | None:
        """Return the first time that can be read in a list of messages."""
        for record in messages if isinstance(messages, list) else []:
            if isinstance(record, dict):
                try:
                    return replace(self, at=None, notes=Notes()).dated(record, location)
                except ImportFormatError:
                    continue
        return None

    def undated(self, location: str) -> datetime:
        """Return the time of a message that has none, or refuse it."""
        if self.at is None:
            raise self.no_date(location)
        return self.at

    def no_date(self, location: str) -> ImportFormatError:
        """Return the error of a message without a time."""
        return ImportFormatError(
            f"{location} has no date; say when it was said with --at 2026-11-23T10:00:00Z"
        )


_TIMES = (
    "at",
    "created_at",
    "createdAt",
    "create_time",
    "timestamp",
    "ts",
    "date",
    "time",
    "datetime",
    "sent_at",
    "updated_at",
    "update_time",
)
"""Names that files give to the time of a message or a conversation, the best first."""


def text_lines(source: ImportFile, notes: Notes) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a text; where it stops being text, the notes say that the file is broken."""
    try:
        yield from source.lines()
    except ImportFormatError as error:
        if notes.strict:
            raise
        notes.broken = str(error)


def by_record(
    source: ImportFile,
    assumed: Assumptions,
    read_one: Callable[[Mapping[str, object], str, Assumptions], Session | None],
) -> Iterator[Session]:
    """Yield the session of each record; note those that cannot be read, and go on."""
    for location, record in records(source, assumed.notes):
        try:
            session = read_one(record, location, assumed)
        except ImportFormatError as error:
            assumed.notes.skip(str(error))
            continue
        if session and session.messages:
            yield session


Reader: TypeAlias = Callable[[ImportFile, Assumptions], Iterator[Session]]
