"""How many of a strong model's facts are in a store at the end, behind the gate and what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lukasa import Fact, Handle
from lukasa.extraction.model.schemas import ExtractedFact
from lukasa_evals.strong.facts import Place, StrongFact


class Kept(NamedTuple):
    """Facts of one conversation."""

    given: int
    stored: int
    """As they were worded, or as part of a fact that says the same."""


def kept(
    conversation: str,
    facts: Mapping[Place, Sequence[StrongFact]],
    handle: Handle,
    ids: Mapping[str, str],
) -> Kept:
    """Count them; *ids* are the data set's of turns, by Lukasa's."""
    stored: dict[str, list[Fact]] = defaultdict(list)
    for fact in handle.facts():
        for turn in {source.turn for source in fact.sources}:
            stored[ids[turn]].append(fact)
    given = [fact for place, of in facts.items() if place.conversation == conversation for fact in of]
    return Kept(
        len(given),
        sum(any(_says(other, fact.content) for other in stored[fact.turn]) for fact in given),
    )


def _says(stored: Fact, given: ExtractedFact) -> bool:
    alike = stored.value is not None and (stored.value.casefold() == (given.value or "").casefold())
    return stored.text == given.text or (alike and stored.attribute == given.attribute)
