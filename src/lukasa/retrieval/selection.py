"""Which of the ranked turns and facts a caller is shown, and in which order a context is offered them. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lukasa.policy import ComposePolicy, FactPolicy
from lukasa.retrieval.question import Looked
from lukasa.retrieval.ranking import Ranking
from lukasa.retrieval.scoring import best_first
from lukasa.retrieval.warm import TRAITS


class Offer(NamedTuple):
    """A turn or a fact to be shown."""

    id: str
    place: int
    """Its position among the candidates of its kind."""

    is_fact: bool = False


def choose(ranking: Ranking, looked: Looked, *, limit: int, policy: FactPolicy) -> list[Offer]:
    """Return at most *limit* hits: turns by rank, each fact directly before the best turn that it rests on.

    A fact takes a place only where there is one for its turn too, and all facts together take no more than a share.
    """
    if not looked.turns:
        return [_fact(ranking, place) for place in ranking.facts.order[:limit].tolist()]
    turns = [_turn(ranking, place) for place in ranking.order[:limit].tolist()]
    if not looked.facts:
        return turns
    room = int(limit * policy.share)
    said = _facts_by_turn(ranking)
    chosen: list[Offer] = []
    shown: set[str] = set()
    for turn in turns:
        fact = next((each for each in said.get(turn.id, ()) if each.id not in shown), None)
        left = limit - len(chosen)
        if fact is not None and len(shown) < room and left > 1:
            chosen.append(fact)
            shown.add(fact.id)
            left -= 1
        if left > 0:
            chosen.append(turn)
    return chosen


def offered(ranking: Ranking, looked: Looked, *, budget: int, policy: ComposePolicy) -> list[Offer]:
    """Return what to offer to a context, in the order in which it should fill it.

    Turns first, by their worth for their length; when they have filled the budget, what room their unequal lengths left is
    offered to the facts of the turns that come next: a fact is short enough to fit where its turn is not. Words are
    cheaper to count than tokens and never more, so what cannot fit any more is not offered.
    """
    if not looked.turns:
        words = ranking.warm.facts.words[ranking.facts.rows][ranking.facts.order]
        enough = int(np.searchsorted(np.cumsum(words), budget)) + policy.misses + 1
        return [_fact(ranking, place) for place in ranking.facts.order[:enough].tolist()]
    words = ranking.warm.traits[ranking.found.rows, TRAITS.index("words")]
    worth = np.asarray(ranking.scores - policy.length_penalty * np.log(words + 2), np.float32)
    order = best_first(worth, ranking.warm.seq[ranking.found.rows])
    filled = np.cumsum(words[order] + 1)
    enough = int(np.searchsorted(filled, budget)) + 1
    offers = [_turn(ranking, place) for place in order[:enough].tolist()]
    if not looked.facts or not len(ranking.facts.rows):
        return offers + [_turn(ranking, place) for place in order[enough : enough + policy.misses].tolist()]
    said = _facts_by_turn(ranking)
    behind = order[enough : int(np.searchsorted(filled, _BEHIND * budget)) + 1]
    for place in behind.tolist():
        offers += said.get(ranking.warm.ids[ranking.found.rows[place]], [])
    return offers


_BEHIND = 1.6
"""How far behind those that fill the budget turns are asked for their facts, in budgets."""


def _turn(ranking: Ranking, place: int) -> Offer:
    return Offer(ranking.warm.ids[ranking.found.rows[place]], place)


def _fact(ranking: Ranking, place: int) -> Offer:
    return Offer(ranking.warm.facts.ids[ranking.facts.rows[place]], place, is_fact=True)


def _facts_by_turn(ranking: Ranking) -> dict[str, list[Offer]]:
    """Return the facts of each turn, best first."""
    found: dict[str, list[Offer]] = {}
    for place in ranking.facts.order.tolist():
        for turn in ranking.warm.facts.sources[ranking.facts.rows[place]]:
            found.setdefault(turn, []).append(_fact(ranking, place))
    return found
