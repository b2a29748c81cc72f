"""From ranked turns to a block of text for a prompt: dated, cited, within the budget. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from lukasa.domain.turn import Turn
from lukasa.pipeline.policy import ComposePolicy
from lukasa.pipeline.represent import day, speaker, weekday
from lukasa.ports.tokens import TokenCounter

_INDENT = "\n  "
_NO_MARKS = str.maketrans("[]", "()")


@dataclass(frozen=True, slots=True)
class Block:
    """A rendered context."""

    text: str
    turns: Sequence[Turn]
    """In the order of their marks."""

    tokens: int


@dataclass(slots=True)
class _Packing:
    """Turns taken so far, and what they cost."""

    budget: int
    counter: TokenCounter
    used: int = 0
    taken: list[Turn] = field(default_factory=list)
    days: set[date] = field(default_factory=set)

    def take(self, turn: Turn) -> bool:
        """Take the turn if it fits."""
        # The mark is counted at its widest so far; joining lines costs nothing more.
        cost = self.counter.count(_line(turn, len(self.taken) + 1) + "\n")
        if turn.at.date() not in self.days:
            cost += self.counter.count(_heading(turn) + "\n")
        if self.used + cost > self.budget:
            return False
        self.used += cost
        self.days.add(turn.at.date())
        self.taken.append(turn)
        return True


def compose(ranked: Iterable[Turn], *, budget: int, counter: TokenCounter, policy: ComposePolicy) -> Block:
    """Show as many of the best turns as the budget allows, whole, oldest first, under their dates.

    Turns are never cut: half a sentence misleads. One that is too long is passed over for the next; after a few
    such misses the block is full. The same turns always give the same bytes.
    """
    packing = _Packing(budget, counter)
    misses = 0
    for turn in ranked:
        if not packing.take(turn):
            misses += 1
            if misses > policy.misses:
                break
    return _fitted(packing.taken, budget, counter)


def render(turns: Sequence[Turn]) -> str:
    """Return the block: a heading a day, a line a turn (its further lines indented). `turns` are oldest first."""
    lines: list[str] = []
    shown: date | None = None
    for mark, turn in enumerate(turns, start=1):
        if turn.at.date() != shown:
            shown = turn.at.date()
            lines.append(_heading(turn))
        lines.append(_line(turn, mark))
    return "\n".join(lines)


def _fitted(best_first: Sequence[Turn], budget: int, counter: TokenCounter) -> Block:
    """Render; if counting the whole gives more than the sum of its lines, drop the weakest until it fits."""
    for keep in range(len(best_first), 0, -1):
        turns = sorted(best_first[:keep], key=lambda turn: (turn.at, turn.seq))
        text = render(turns)
        if (tokens := counter.count(text)) <= budget:
            return Block(text, turns, tokens)
    return Block("", (), 0)


def _heading(turn: Turn) -> str:
    # The weekday lets a reader resolve "last Saturday" without a calendar.
    return f"{day(turn.at)}, {weekday(turn.at)}"


def _line(turn: Turn, mark: int) -> str:
    # The mark clings to the name: no word more, and it cannot be taken for the speaker's own text.
    # `splitlines` knows every separator of Unicode. Indented, no line of a text can pass for a heading or another's line.
    return f"{_name(turn)}[{mark}]: {_INDENT.join(turn.text.splitlines())}"


def _name(turn: Turn) -> str:
    """Return who spoke, on one line and without anything that looks like a mark."""
    return " ".join(speaker(turn).translate(_NO_MARKS).split())
