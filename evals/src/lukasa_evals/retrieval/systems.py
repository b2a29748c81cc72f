"""What is compared: anything that ranks turns for a question and fills contexts with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lukasa_evals.retrieval.render import Shown


class Timed(NamedTuple):
    """A context, and how long it took from the question to it."""

    shown: Shown
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """All that a system says to one question."""

    ranked: Sequence[str]
    """Ids of turns, best first."""

    recall_ms: float
    contexts: Mapping[int, Timed]
    """By budget in words."""

    abstained: bool
    """It says that it knows nothing about this."""


class System(Protocol):
    """One memory of one conversation."""

    name: str

    def ask(self, question: str, budgets: Sequence[int]) -> Answered:
        """Rank, and fill a context for every budget."""
        ...
