"""What counting or sorting of facts gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lukasa.domain.fact import Fact

TallyKind = Literal["count", "times", "list", "first", "last", "order", "duration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """An answer that was worked out, not found: it rests on facts, and on nothing that was not said."""

    kind: TallyKind
    text: str
    """One sentence. A count is of what was said: there may be more."""

    facts: Sequence[Fact]
    """Those that were counted, in the order in which the sentence names them."""
