"""One message, verbatim and immutable; and the words of it that something rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias, get_args

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What metadata may hold."""

MAX_INT = 2**63 - 1
"""Largest whole number in metadata and filters: beyond it, engines would round."""

Role = Literal["user", "assistant", "system", "tool"]
"""Who speaks, in the terms of chat APIs."""

Origin = Literal["user", "assistant", "tool", "web", "document", "import"]
"""Where the words come from; later layers trust some origins more than others."""

ROLES: tuple[Role, ...] = get_args(Role)
ORIGINS: tuple[Origin, ...] = get_args(Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message, exactly as it was said."""

    id: str
    """Content address within the partition: the same turn has the same id wherever it is imported."""

    role: Role
    text: str
    at: datetime
    """When it was said (aware)."""

    recorded_at: datetime
    """When Lukasa stored it (aware)."""

    speaker: str | None = None
    """A person's name, where one is known."""

    session: str | None = None
    agent: str | None = None
    origin: Origin = "user"
    metadata: Mapping[str, Json] = field(default_factory=dict)
    key: str | None = None
    """The idempotency key of the call that brought it, and its place in that call: `key#0`, `key#1`, …"""

    seq: int = 0
    """Its place in the partition, counted from 1; given by the store. Ties of `at` are told in this order."""

    retired_at: datetime | None = None
    """When it was forgotten; `None` while it may be recalled."""

    @property
    def is_spoken(self) -> bool:
        """Whether a person or the assistant speaks, so that extractors may read it.

        The origin decides: the words of a tool, a page or a document are no testimony, whoever passes them on.
        """
        if self.origin == "import":
            return self.role in {"user", "assistant"}
        return self.origin in {"user", "assistant"}


class Span(NamedTuple):
    """Characters of a text: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Characters of a turn, on which something remembered rests."""

    turn: str
    """The turn's id."""

    start: int
    end: int
    """`text[start:end]` of the turn's text."""

    at: datetime
    """When it was said."""

    speaker: str | None = None
    needs: str | None = None
    """The other turn without which these words do not say it: some things only question and answer tell together."""
