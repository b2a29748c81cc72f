"""Which of the ranked turns and facts a caller is shown, and in which order they may fill a context. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from lukasa.policy import ComposePolicy, FactPolicy
from lukasa.retrieval.features import scaled
from lukasa.retrieval.question import View
from lukasa.retrieval.ranking import Ranking, best_first
from lukasa.retrieval.token_vectors import Floats, Ints, spread
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
    """Return at most *limit* hits, best first. All facts together take no more than a share of the places, or what turns leave.

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
    ][: max(int(limit * policy.share), limit - len(turns))]
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
    passages = _passages(ranking, policy)
    told = _facts_worth(ranking, policy) if view.facts else np.empty(0, np.float32)
    if len(told) and len(passages.owner):
        told = _behind_the_best(ranking, passages, told, room=policy.turns * budget)
        passages = _beside_facts(ranking, passages, told, policy)
    order = passages.order(ranking)
    filled = np.cumsum(passages.words[order] + 1)
    enough = _fitting(filled, _BEHIND * budget) if len(told) else _fitting(filled, budget) + policy.misses
    turns = [
        (float(passages.worth[at]), _turn(ranking, *passages.place(ranking, at)))
        for at in order[:enough].tolist()
    ]
    facts = best_first(told, ranking.index.facts.seq[ranking.facts.candidates.rows[: len(told)]])
    words = ranking.index.facts.words[ranking.facts.candidates.rows[facts]]
    best = [
        (float(told[position]), _fact(ranking, position))
        for position in facts[: _fitting(np.cumsum(words), _BEHIND * budget)].tolist()
    ]
    return [each for _, each in sorted(turns + best, key=lambda one: (-one[0], one[1].is_fact))]


def _facts_worth(ranking: Ranking, policy: ComposePolicy) -> Floats:
    """Return the worth of every fact in the measure of passages."""
    facts, asked = ranking.facts, ranking.understanding
    words = ranking.index.facts.words[facts.candidates.rows]
    worth = facts.scores - policy.length_penalty * np.log(words + 2)
    if asked.asks_several:
        worth += policy.several
    elif asked.asks_when or asked.asks_assistant or asked.windows:
        worth -= policy.when
    return np.asarray(worth, np.float32)


def _behind_the_best(ranking: Ranking, passages: _Passages, told: Floats, *, room: float) -> Floats:
    """Let the passages that fill so much room come before the facts of their turns: what ranks high is shown as it was said."""
    order = passages.order(ranking)
    shown = order[: _fitting(np.cumsum(passages.words[order] + 1), room)]
    least = np.full(len(ranking.turns.candidates.rows), np.inf)
    np.minimum.at(least, passages.owner[shown], passages.worth[shown])
    source = ranking.facts.source
    limit = np.where(source >= 0, least[source] - _LITTLE, np.inf)
    return np.asarray(np.minimum(told, limit), np.float32)


def _beside_facts(ranking: Ranking, passages: _Passages, told: Floats, policy: ComposePolicy) -> _Passages:
    """Return the passages, worth less where facts of their turn come before them: what those lack, for the words they add."""
    worth, owner, words = passages
    facts, count = ranking.facts, len(ranking.turns.candidates.rows)
    best = np.full(count, -np.inf)
    np.maximum.at(best, owner, worth)
    first = np.flatnonzero((facts.source >= 0) & (told >= best[facts.source]))
    lacking, said = np.ones(count), np.zeros(count)
    np.multiply.at(lacking, facts.source[first], 1 - facts.told[first])
    np.add.at(said, facts.source[first], ranking.index.facts.words[facts.candidates.rows[first]])
    more = np.maximum(words - said[owner], 0)
    shorter = policy.length_penalty * (np.log(words + 2) - np.log(more + 2))
    return passages._replace(worth=np.asarray(worth + np.log(lacking)[owner] + shorter, np.float32))


_LITTLE = 1e-3


class _Passages(NamedTuple):
    """All candidate passages, side by side."""

    worth: Floats
    owner: Ints
    """Which candidate each belongs to."""

    words: Floats
    """About how many it has."""

    def order(self, ranking: Ranking) -> Ints:
        """Return the passages by falling worth, without those of copies."""
        order = best_first(self.worth, ranking.index.turns.seq[ranking.turns.candidates.rows[self.owner]])
        return order[np.isfinite(self.worth[order])]

    def place(self, ranking: Ranking, at: int) -> tuple[int, int]:
        """Return which candidate a passage is of, and which of its passages it is."""
        owner = int(self.owner[at])
        return owner, at - int(ranking.turns.candidates.offsets[owner])


def _passages(ranking: Ranking, policy: ComposePolicy) -> _Passages:
    """Return every candidate passage; it is worth as much less than its turn as it matches worse than the turn's best one."""
    candidates = ranking.turns.candidates
    counts = np.diff(candidates.offsets)
    owner = np.repeat(np.arange(len(counts)), counts)
    match = scaled(candidates.passage_scores)
    best = np.maximum.reduceat(match, candidates.offsets[:-1]) if len(counts) else match
    words = np.asarray(ranking.index.turns.words[candidates.rows] / counts, np.float32)[owner]
    # By words alone, the one turn of few that matches stands out by so little that every short one would come before it.
    cost = policy.length_penalty * (spread(len(counts)) if candidates.best_channel == "lexical" else 1)
    worth = ranking.turns.scores[owner] + match - best[owner] - cost * np.log(words + 2)
    return _Passages(worth.astype(np.float32), owner, words)


_BEHIND = 1.6
"""How far passages and facts are looked at, in budgets: what says the same costs nothing."""


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
