"""What a turn's place in the ranking rests on: how well it matches, who said it and when, and what stands beside it.

A match is scaled by the best candidates of the question itself, so that the same weights serve a store of five turns and
one of a hundred thousand, where only candidates are scored. Few features, each with a reason and a gain on data that the
choice did not see: forty learned weights were better on the benchmark that they were learned on and worse on every other
(docs/research-log.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lukasa.domain.time import to_micros
from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.question import Understanding
from lukasa.retrieval.token_vectors import Floats, Ints, inner, spread
from lukasa.retrieval.warm import PartitionIndex, TurnArrays

CHANNELS = ("late", "dense", "lexical")
"""The match, as each channel sees it."""

FEATURES = (
    *CHANNELS,
    "before",  # how well the two turns before it in the session match, where that is better than the usual candidate
    "after",  # … the two turns after it: an answer takes up the words of what it answers
    "stated",  # … the best fact that rests on it: a fact has names and dates where its turn has "she" and "yesterday"
    "words",  # logarithm of its length, where that is above a few words: a long turn matches everything a little
    "unlikely_speaker",  # said by the assistant; where a question asks what the assistant said, by anybody else
    "asked",  # said by the person asked about (1), by another (-1)
    "window",  # said in, or soon after, the time asked about
    "later",  # said after the question is asked
    "outdated",  # where a question asks for what is so now: facts rest on it, and all of them are over
)

_SCALE = 100
"""Best candidates that set the scale. 50 to 200 made no difference; all candidates were worse."""

_FARTHER = 0.5
"""How much the second turn away counts beside the first: where two people talk by turns, it is the same one who speaks."""

_SHORT = 20
"""Words from which on length counts: of two short turns, the shorter is no better."""

_AFTERWARDS = 7 * 86_400_000_000
"""People talk about an event within about a week (in microseconds)."""

_SAME_DAY = 86_400_000_000
"""How long after `now` a turn is not later: a question that is dated by its day is asked at the end of it."""


def table(
    turns: Candidates,
    index: PartitionIndex,
    understanding: Understanding,
    *,
    facts: Candidates | None = None,
    weights: Mapping[str, float],
    now: int,
    past: bool = False,
) -> Floats:
    """Return turns × `FEATURES`; *weights* are those by which neighbours and facts are judged, *now* is in microseconds.

    *past*: the caller looks at another time, so that a question in the present tense is about that.
    """
    if not len(turns.rows):
        return np.empty((0, len(FEATURES)), np.float32)
    columns = dict.fromkeys(FEATURES, np.zeros(len(turns.rows), np.float32))
    columns |= (channels := _channels(turns))
    match = _match(channels, weights)
    sure = spread(len(turns.rows))
    columns["before"], columns["after"] = _beside(turns.rows, index.turns, match) * np.float32(sure)
    if facts is not None and len(facts.rows):
        columns["stated"] = _stated(turns.rows, facts, index, weights)
    columns["words"] = np.log(np.maximum(index.turns.words[turns.rows] / _SHORT, 1)) * np.float32(sure)
    assistant = index.turns.assistant[turns.rows]
    columns["unlikely_speaker"] = (assistant != understanding.asks_assistant).astype(np.float32)
    columns["asked"] = _asked(turns.rows, index.turns, understanding)
    at = index.turns.at[turns.rows]
    columns["window"] = _within(at, understanding)
    columns["later"] = (at > now + _SAME_DAY).astype(np.float32)
    if understanding.asks_now and not past:
        columns["outdated"] = _outdated(turns.rows, index)
    return np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)


def scaled(scores: Floats) -> Floats:
    """Return scores in standard deviations from the mean of the best hundred."""
    best = np.sort(scores)[-_SCALE:]
    if not len(best):
        return scores
    return np.asarray((scores - best.mean()) / (best.std() + 1e-6), np.float32)


def weighted(columns: Floats, names: Sequence[str], weights: Mapping[str, float]) -> Floats:
    """Return the weighted sum of the columns; one without a weight counts nothing."""
    wanted = np.array([weights.get(name, 0.0) for name in names], np.float32)
    return inner(columns, wanted, out=np.empty(len(columns), np.float32))


def _channels(documents: Candidates) -> dict[str, Floats]:
    scores = {"late": documents.late_even, "dense": documents.dense, "lexical": documents.lexical}
    return {name: scaled(channel) for name, channel in scores.items() if channel is not None}


def _match(channels: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return how well each candidate matches by all channels, scaled."""
    return scaled(weighted(np.stack(list(channels.values()), axis=1), list(channels), weights))


def _stated(rows: Ints, facts: Candidates, index: PartitionIndex, weights: Mapping[str, float]) -> Floats:
    """Return how well the best fact that rests on each turn matches among facts, never below zero.

    The fewer facts than turns there are, the less it says of a turn that none rests on it.
    """
    sure = min(1.0, index.facts.size / max(1, index.turns.size)) * spread(len(facts.rows))
    match = _match(_channels(facts), weights) * np.float32(sure)
    by_row = np.zeros(index.turns.size + 1, np.float32)
    better = np.flatnonzero(match > 0)
    for row, score in zip(facts.rows[better].tolist(), match[better].tolist(), strict=True):
        for turn in index.facts.sources[row]:
            source = index.turns.rows.get(turn, -1)
            by_row[source] = max(by_row[source], score)
    return by_row[rows]


def _outdated(rows: Ints, index: PartitionIndex) -> Floats:
    """Return 1 for the turns of which nothing that was believed is so any more."""
    outdated, ids = index.facts.outdated(), index.turns.ids
    return np.fromiter((ids[row] in outdated for row in rows.tolist()), np.float32, len(rows))


def _beside(rows: Ints, turns: TurnArrays, match: Floats) -> Floats:
    """Return how well the turns before and after each candidate match: 2 × candidates, never below zero."""
    # One row more than there are turns: "no such turn" is row -1, the last one, and matches nothing.
    by_row = np.zeros(turns.size + 1, np.float32)
    by_row[rows] = np.maximum(match, 0)
    beside = []
    for neighbours in (turns.before, turns.after):
        first = neighbours[rows]
        second = np.where(first >= 0, neighbours[first], -1)
        beside.append(by_row[first] + np.float32(_FARTHER) * by_row[second])
    return np.stack(beside)


def _within(at: Ints, understanding: Understanding) -> Floats:
    """Return 1 for what was said in one of the times asked about, or soon after."""
    inside = np.zeros(len(at), np.bool_)
    for window in understanding.windows:
        within = np.ones(len(at), np.bool_)
        if window.start is not None:
            within &= at >= to_micros(window.start)
        if window.end is not None:
            within &= at < to_micros(window.end) + _AFTERWARDS
        inside |= within
    return inside.astype(np.float32)


def _asked(rows: Ints, turns: TurnArrays, understanding: Understanding) -> Floats:
    """Return 1 where the person asked about speaks and -1 elsewhere; 0 where the question names no speaker."""
    if not understanding.names:
        return np.zeros(len(rows), np.float32)
    speaks = np.isin(turns.speaker[rows], [turns.names.index(name) for name in understanding.names])
    return np.where(speaks, np.float32(1), np.float32(-1))
