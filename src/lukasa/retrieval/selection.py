"""Which of the ranked turns and facts a caller is shown, and in which order they may fill a context. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from lukasa.policy import ComposePolicy, FactPolicy
from lukasa.retrieval.features import scaled
from lukasa.retrieval.question import View
from lukasa.retrieval.ranking import Ranking, best_first
from lukasa.retrieval.token_vectors import Floats, Ints
from lukasa.text.analysis import content_words
from lukasa.text.patterns import LazyPattern


class Selected(NamedTuple):
    """A turn, a passage of one, or a fact to be shown."""

    id: str
    position: int
    """Where it stands among the candidates of its kind."""

    is_fact: bool = False
    passage: int = 0
    """Which of the turn's passages is to be shown in a context."""


def select_hits(ranking: Ranking, view: View, *, limit: int, policy: FactPolicy) -> list[Selected]:
    """Return at most *limit* hits, best first. All facts together take no more than a share of the places.

    A fact is one only if it rests on a turn that is not shown: others say nothing new, but whether they hold, where the past is
    asked for.
    """
    if not view.turns:
        return [_fact(ranking, position) for position in ranking.facts.order[:limit].tolist()]
    turns = [_turn(ranking, position) for position in ranking.turns.order[:limit].tolist()]
    if not view.facts:
        return turns
    shown = {turn.id for turn in turns}
    facts = [
        _fact(ranking, position)
        for position in ranking.facts.order[:limit].tolist()
        if view.past
        or not shown.issuperset(ranking.index.facts.sources[ranking.facts.candidates.rows[position]])
    ][: int(limit * policy.share)]
    best = sorted(turns + facts, key=lambda each: (-_score(ranking, each), each.is_fact))
    return best[:limit]


def _score(ranking: Ranking, selected: Selected) -> float:
    scores = ranking.facts.scores if selected.is_fact else ranking.turns.scores
    return float(scores[selected.position])


def select_for_context(ranking: Ranking, view: View, *, budget: int, policy: ComposePolicy) -> list[Selected]:
    """Return what may fill a context, in the order in which it should.

    Passages come first, by their worth for their length; a short turn is one passage. When they have filled the budget,
    the room that their unequal lengths left goes to the facts of the turns that come next: a fact is short enough to fit
    where its turn is not. Words are cheaper to count than tokens and never more, so what cannot fit any more is left
    out here.
    """
    if not view.turns:
        words = ranking.index.facts.words[ranking.facts.candidates.rows][ranking.facts.order]
        enough = _fitting(np.cumsum(words), budget) + policy.misses
        return [_fact(ranking, position) for position in ranking.facts.order[:enough].tolist()]
    worth, owner, words = _passages(ranking, policy)
    order = best_first(worth, ranking.index.turns.seq[ranking.turns.candidates.rows[owner]])
    order = order[np.isfinite(worth[order])]  # without copies
    filled = np.cumsum(words[order] + 1)
    enough = _fitting(filled, budget)
    if not view.facts or not len(ranking.facts.candidates.rows):
        enough += policy.misses
    offsets = ranking.turns.candidates.offsets
    passages = [
        _turn(ranking, position, passage)
        for position, passage in zip(
            owner[order[:enough]].tolist(),
            (order[:enough] - offsets[owner[order[:enough]]]).tolist(),
            strict=True,
        )
    ]
    if not view.facts or not len(ranking.facts.candidates.rows):
        return passages
    facts_by_turn = _facts_by_turn(ranking)
    behind = ranking.turn_ids(owner[order[enough : _fitting(filled, _BEHIND * budget)]])
    return passages + [fact for turn in behind for fact in facts_by_turn.get(turn, ())]


def _passages(ranking: Ranking, policy: ComposePolicy) -> tuple[Floats, Ints, Floats]:
    """Return the worth of every candidate passage, which candidate it belongs to, and about how many words it has.

    A passage is worth as much less than its turn as it matches the question worse than the turn's best one.
    """
    candidates = ranking.turns.candidates
    counts = np.diff(candidates.offsets)
    owner = np.repeat(np.arange(len(counts)), counts)
    match = scaled(candidates.passage_scores)
    best = np.maximum.reduceat(match, candidates.offsets[:-1]) if len(counts) else match
    words = np.asarray(ranking.index.turns.words[candidates.rows] / counts, np.float32)[owner]
    worth = ranking.turns.scores[owner] + match - best[owner] - policy.length_penalty * np.log(words + 2)
    return worth.astype(np.float32), owner, words


_BEHIND = 1.6
"""How far behind those that fill the budget turns are asked for their facts, in budgets."""


def copies(text: str, others: Sequence[Collection[str]]) -> bool:
    """Whether at least half of a text repeats others, given by their terms: a host's block of what it was served.

    A line repeats another text that has all of its words. Headings and marks, as we render them, count as nothing.
    """
    lines = [set(content_words(line)) for line in _OF_RENDERING.sub(" ", text).splitlines()]
    repeated = sum(len(words) for words in lines if len(words) > 1 and any(words <= set(it) for it in others))
    return 0 < sum(map(len, lines)) <= 2 * repeated


_OF_RENDERING = LazyPattern(r"(?m)\[\d{1,4}\]|^\W*\d{1,2} \w{3,9} \d{4}(?:, \w{6,9})?$")


def _fitting(words_so_far: Floats, budget: float) -> int:
    """Return how many fit a budget, counting the one that goes beyond it."""
    return int(np.searchsorted(words_so_far, budget)) + 1


def _turn(ranking: Ranking, position: int, passage: int = 0) -> Selected:
    return Selected(
        ranking.index.turns.ids[ranking.turns.candidates.rows[position]], position, passage=passage
    )


def _fact(ranking: Ranking, position: int) -> Selected:
    return Selected(ranking.index.facts.ids[ranking.facts.candidates.rows[position]], position, is_fact=True)


def _facts_by_turn(ranking: Ranking) -> dict[str, list[Selected]]:
    """Return the facts of each turn, best first."""
    facts: dict[str, list[Selected]] = {}
    for position in ranking.facts.order.tolist():
        for turn in ranking.index.facts.sources[ranking.facts.candidates.rows[position]]:
            facts.setdefault(turn, []).append(_fact(ranking, position))
    return facts
