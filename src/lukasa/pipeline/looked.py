"""What of the memory a question looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What of the memory a question looks at; see `domain.recalled.View`."""

    as_of: int | None = None
    valid_at: datetime | None = None
    turns: bool = True
    facts: bool = True
    include_retired: bool = False

    @property
    def past(self) -> bool:
        """Whether facts are wanted that are not believed now."""
        return self.include_retired or self.valid_at is not None or self.as_of is not None
