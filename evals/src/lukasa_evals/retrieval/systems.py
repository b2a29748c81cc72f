"""What is compared: anything that ranks turns for a question and fills contexts with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


class Told(NamedTuple):
    """A fact in a context, and the turns that it rests on."""

    text: str
    turns: tuple[str, ...]


class Shown(NamedTuple):
    """A context, which turns it says that it shows (whole or in part), and which facts."""

    text: str
    turns: tuple[str, ...]
    facts: tuple[Told, ...] = ()
    silent: bool = False
    """It has nothing for the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """All that a system says to one question."""

    ranked: Sequence[str]
    """Ids of turns, best first."""

    milliseconds: float
    """From the question to the ranking, encoding included."""

    contexts: Mapping[int, Shown]
    """By budget in tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, and the moment at which it is asked."""

    text: str
    now: datetime
    past: bool = False
    """Only what was said before that moment may be found."""


class System(Protocol):
    """One memory of one conversation."""

    name: str

    def ask(self, asked: Asked, budgets: Sequence[int]) -> Answered:
        """Rank, and fill a context for every budget."""
        ...
