"""A tally in a context: the sentence, with the marks of what it rests on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lukasa.domain.fact import Fact
from lukasa.domain.tally import Tally
from lukasa.domain.turn import Turn

_NO_MARKS = str.maketrans("[]", "()")


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence, and the facts that are to be shown for it because nothing in the context says them yet."""

    text: str
    facts: tuple[Fact, ...]


def shown(tally: Tally, turns: Sequence[Turn], facts: Sequence[Fact]) -> Shown:
    """Mark a tally's sentence: by the turns that are shown and that its facts rest on, else by the facts themselves.

    Facts that are not shown yet get the next marks, and lines of their own.
    """
    marks = {turn.id: place for place, turn in enumerate(turns, start=1)}
    known = {fact.id: place for place, fact in enumerate(facts, start=len(turns) + 1)}
    added: list[Fact] = []
    cited: dict[int, None] = {}
    for fact in tally.facts:
        mark = known.get(fact.id) or next(
            (marks[source.turn] for source in fact.sources if source.turn in marks), None
        )
        if mark is None:
            added.append(fact)
            mark = len(turns) + len(facts) + len(added)
        cited[mark] = None
    # What the marks of a context look like, no text of a fact may look like.
    sentence = f"{_plain(tally.text)}{''.join(f'[{mark}]' for mark in cited)}"
    first = len(turns) + len(facts) + 1
    lines = [f"- {_plain(fact.text)}[{mark}]" for mark, fact in enumerate(added, start=first)]
    return Shown("\n".join([sentence, *lines]), tuple(added))


def _plain(text: str) -> str:
    return " ".join(text.translate(_NO_MARKS).split())
