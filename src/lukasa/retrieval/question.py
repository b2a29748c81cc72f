"""What is asked, and what of the memory it looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from lukasa.domain.filter import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What of the memory a question looks at."""

    as_of: int | None = None
    valid_at: datetime | None = None
    turns: bool = True
    facts: bool = True
    include_retired: bool = False

    @property
    def past(self) -> bool:
        """Whether facts are wanted that are not believed now."""
        return self.include_retired or self.valid_at is not None or self.as_of is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and how."""

    text: str
    now: datetime
    zone: tzinfo | None = None
    filter: Filter | None = None
    rerank: bool = False
    explain: bool = False
    looked: Looked = field(default_factory=Looked)
