"""A question, and which part of the memory it looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from lukasa.domain.filter import Filter
from lukasa.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which part of the memory a question looks at, where it is not what is known and believed now."""

    as_of: int | None = None
    """As it was at this version of the partition."""

    valid_at: datetime | None = None
    """What was true, and had been said, at this moment."""

    turns: bool = True
    facts: bool = True
    include_retired: bool = False

    @property
    def past(self) -> bool:
        """Whether facts that are not believed now may be returned."""
        return self.include_retired or self.valid_at is not None or self.as_of is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the caller asks it."""

    text: str
    now: datetime
    zone: tzinfo | None = None
    filter: Filter | None = None
    explain: bool = False
    view: View = field(default_factory=View)


def check_text(text: object) -> None:
    """Raise `InputError` unless this is a text that can be asked."""
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"the question must be a non-empty text, not {text!r}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"the question is not valid Unicode at character {error.start}: {error.reason}"
        ) from error
