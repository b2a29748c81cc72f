"""How the baselines fill a budget: the plainest honest way, the same for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from lukasa_evals import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A turn as a baseline indexes and shows it."""

    id: str
    place: int
    """Its place in the conversation, from 0."""

    session: str | None
    at: datetime
    speaker: str | None
    text: str

    shown: str = field(init=False)
    """The turn with its date and speaker: what is indexed, and what is put into a context."""

    cost: int = field(init=False)
    """Words of `shown`."""

    def __post_init__(self) -> None:
        said = words.squeeze(self.text)
        shown = f"[{self.at.day} {self.at:%B} {self.at.year}] {self.speaker or 'User'}: {said}"
        # Once, not for every question and budget: a run asks for them millions of times.
        object.__setattr__(self, "shown", shown)
        object.__setattr__(self, "cost", words.count(shown))


class Told(NamedTuple):
    """A fact in a context, and the turns that it rests on."""

    text: str
    turns: tuple[str, ...]


class Shown(NamedTuple):
    """A context, which turns it says that it shows, and which facts."""

    text: str
    turns: tuple[str, ...]
    facts: tuple[Told, ...] = ()


def render(ranked: Iterable[str], lines: Mapping[str, Line], budget: int) -> Shown:
    """Take turns best first as long as they fit, and show them oldest first, one a line.

    A turn that no longer fits is passed over, and shorter ones behind it may still come in.
    """
    taken: list[Line] = []
    left = budget
    for id_ in ranked:
        line = lines[id_]
        if line.cost <= left:
            taken.append(line)
            left -= line.cost
    taken.sort(key=lambda line: line.place)
    return Shown("\n".join(line.shown for line in taken), tuple(line.id for line in taken))
