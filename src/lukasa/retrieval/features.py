"""Features of each candidate: channel scores, neighbours, session, speaker and wording, as one table of numbers.

Everything is scaled by the best candidates of the question itself, so that the same weights serve a partition of
fifty turns and one of a hundred thousand, where only candidates are scored.
"""

from __future__ import annotations

import numpy as np

from lukasa.domain.time import to_micros
from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.question import Understanding
from lukasa.retrieval.token_vectors import Floats, Ints
from lukasa.retrieval.warm import TRAITS, PartitionIndex, TurnArrays

FEATURES = (
    "late",  # MaxSim, averaged over the question's tokens
    "late_even",  # likewise, with tokens that separate the candidates less made as heavy as the others
    "late_raw",  # MaxSim before scaling: is it good at all?
    "late_rank",
    "late_hits",  # share of the question's tokens that are matched closely
    "late_leads",  # share of the question's tokens for which it is among the ten best
    "late_weakest",  # how well the three worst matched tokens are matched
    "late_with_before",  # MaxSim over it and the turn before it: the two may hold an answer together
    "late_with_after",
    "late_around",  # … over two turns on either side
    "late_session",  # … over its whole session
    "late_owed",  # how much the turn before it matches better than itself
    "dense",
    "dense_rank",
    "lexical",
    "lexical_rank",
    "before",  # the combined score of the turn before it in the session, …
    "after",
    "before2",
    "after2",
    "lexical_before",
    "lexical_after",
    "session_best",  # the best combined score in its session
    "session_mass",  # how much of the session is near the question
    "first",  # opens its session
    "asked",  # said by the person asked about (1), by another (-1)
    "asked_first_person",  # … and in the first person
    "answers",  # follows a question
    "answers_near",  # … that is itself near the question
    "asks_near",  # is itself a question near the question
    "when_times",  # the question asks when, and it says when
    "window",  # said in, or soon after, the time asked about
    "words",
    "questions",
    "asks",
    "first_person",
    "times",
    "numbers",
    "picture",
    "fact_late",  # MaxSim of the best of its facts, which say the same with names for pronouns and dates for "yesterday"
    "fact_dense",
    "fact_lexical",
    "fact_within",  # a fact of it was true in the time asked about, and is over
    "fact_any",  # it states something that was believed
)

_SCALE = 100
"""Best candidates that set the scale. 50 to 200 made no difference on the dev split; all candidates were worse."""

_FLOOR = -4.0
"""The scaled score of a missing or hopeless neighbour."""

_FAR = -2.0
"""The scaled score of a turn without a fact near the question."""

_LEXICAL_FLOOR = -2.0
_NEAR = 0.75
"""Cosine from which a token counts as matched closely."""

_LEADERS = 10
_WEAKEST = 3
_EVEN = 0.02
"""Keeps a token that all candidates match alike from being weighed without bound."""

_AFTERWARDS = 14 * 86_400_000_000
"""People talk about an event within about two weeks (in microseconds)."""


def table(
    turns: Candidates, facts: Candidates, index: PartitionIndex, understanding: Understanding
) -> Floats:
    """Return turns × `FEATURES`; *facts* are those that may speak for their turns."""
    if not len(turns.rows):
        return np.empty((0, len(FEATURES)), np.float32)
    columns = dict.fromkeys(FEATURES, np.zeros(len(turns.rows), np.float32))
    near = _channels(turns, columns)
    if turns.late is not None:
        _late_together(turns, index.turns, turns.late, columns)
    _neighbours(turns, index.turns, near, columns)
    _wording(turns, index.turns, understanding, columns)
    columns |= _facts(turns, facts, index, understanding)
    columns["answers_near"] = columns["answers"] * columns["before"]
    columns["asks_near"] = columns["asks"] * np.maximum(near, _FLOOR)
    return np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)


def scaled(scores: Floats) -> Floats:
    """Return scores in standard deviations from the mean of the best hundred."""
    best = np.sort(scores)[-_SCALE:]
    return np.asarray((scores - best.mean()) / (best.std() + 1e-6), np.float32)


def ranked(scores: Floats) -> Floats:
    """Return the logarithm of each rank, from 0 for the best; ties in given order."""
    ranks = np.empty(len(scores), np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return np.asarray(np.log1p(ranks), np.float32)


def _channels(turns: Candidates, columns: dict[str, Floats]) -> Floats:
    """Fill in the channels' columns; return the combined score by which neighbours are judged."""
    columns["lexical"] = lexical = scaled(turns.lexical)
    columns["lexical_rank"] = ranked(turns.lexical)
    near = 0.3 * np.clip(lexical, -3, 5)
    if turns.dense is not None:
        columns["dense"] = scaled(turns.dense)
        columns["dense_rank"] = ranked(turns.dense)
        near = near + 0.3 * columns["dense"]
    if turns.late is not None:
        late = turns.late.mean(axis=1)
        spread = turns.late.std(axis=0) + _EVEN
        columns["late"] = scaled(late)
        columns["late_even"] = scaled((turns.late / np.sqrt(spread)).mean(axis=1))
        columns["late_raw"] = late
        columns["late_rank"] = ranked(late)
        columns["late_hits"] = (turns.late > _NEAR).mean(axis=1)
        rank = (-turns.late).argsort(axis=0).argsort(axis=0)
        columns["late_leads"] = (rank < _LEADERS).mean(axis=1)
        near = near + columns["late_even"]
    return scaled(near)


def _late_together(
    candidates: Candidates, turns: TurnArrays, late: Floats, columns: dict[str, Floats]
) -> None:
    """Let turns that follow each other match the question together, token by token."""
    even = 1 / np.sqrt(late.std(axis=0) + _EVEN)
    # One row more than there are turns: "no such turn" is row -1, the last one, and matches nothing.
    by_row = np.zeros((turns.size + 1, late.shape[1]), np.float32)
    by_row[candidates.rows] = late
    before, after = turns.before[candidates.rows], turns.after[candidates.rows]
    with_before, with_after = np.maximum(late, by_row[before]), np.maximum(late, by_row[after])
    further = np.maximum(by_row[_next(turns.before, before)], by_row[_next(turns.after, after)])
    around = np.maximum(np.maximum(with_before, with_after), further)
    session_of, sessions = _sessions(candidates, turns)
    session = np.zeros((sessions, late.shape[1]), np.float32)
    np.maximum.at(session, session_of, late)
    columns["late_with_before"] = scaled((with_before * even).mean(axis=1))
    columns["late_with_after"] = scaled((with_after * even).mean(axis=1))
    columns["late_around"] = scaled((around * even).mean(axis=1))
    columns["late_session"] = scaled((session * even).mean(axis=1))[session_of]
    columns["late_owed"] = (with_before - late).mean(axis=1)
    columns["late_weakest"] = np.sort(late, axis=1)[:, :_WEAKEST].mean(axis=1)


def _facts(
    turns: Candidates, facts: Candidates, index: PartitionIndex, understanding: Understanding
) -> dict[str, Floats]:
    """Let each turn's best fact speak for it; a turn without facts counts as one whose facts are far off."""
    channels = {"fact_late": facts.late_mean, "fact_dense": facts.dense, "fact_lexical": facts.lexical}
    scores = [_clipped(channel, len(facts.rows)) for channel in channels.values()]
    within = index.facts.within(facts.rows, understanding.windows)
    best = np.zeros((len(turns.rows), len(scores) + 2), np.float32)
    best[:, : len(scores)] = _FAR
    positions = {index.turns.ids[row]: at for at, row in enumerate(turns.rows.tolist())}
    for fact, row in enumerate(facts.rows.tolist()):
        own = [*(channel[fact] for channel in scores), within[fact], 1.0]
        for turn in index.facts.sources[row]:
            if turn in positions:
                best[positions[turn]] = np.maximum(best[positions[turn]], own)
    return {name: best[:, column] for column, name in enumerate((*channels, "fact_within", "fact_any"))}


def _clipped(scores: Floats | None, count: int) -> Floats:
    if scores is None or count < 2:  # noqa: PLR2004 - one has nothing to stand out of
        return np.full(count, _FAR, np.float32)
    return np.clip(scaled(scores), _FAR, 5)


def _sessions(candidates: Candidates, turns: TurnArrays) -> tuple[Ints, int]:
    """Return the number of each candidate's session, and how many sessions there are."""
    sessions, numbers = np.unique(turns.session[candidates.rows], return_inverse=True)
    return np.asarray(numbers, np.int64), len(sessions)


def _neighbours(candidates: Candidates, turns: TurnArrays, near: Floats, columns: dict[str, Floats]) -> None:
    # As in `_late_together`, the last entry stands for "no such turn": row -1.
    score = np.full(turns.size + 1, _FLOOR, np.float32)
    score[candidates.rows] = np.maximum(near, _FLOOR)
    lexical = np.full(turns.size + 1, _LEXICAL_FLOOR, np.float32)
    lexical[candidates.rows] = np.maximum(columns["lexical"], _LEXICAL_FLOOR)
    before, after = turns.before[candidates.rows], turns.after[candidates.rows]
    columns["before"], columns["after"] = score[before], score[after]
    columns["before2"] = score[_next(turns.before, before)]
    columns["after2"] = score[_next(turns.after, after)]
    columns["lexical_before"], columns["lexical_after"] = lexical[before], lexical[after]
    columns["first"] = (before < 0).astype(np.float32)
    asks = np.append(turns.traits[: turns.size, TRAITS.index("asks")], np.float32(0))
    columns["answers"] = asks[before]
    session_of, sessions = _sessions(candidates, turns)
    best = np.full(sessions, _FLOOR, np.float32)
    np.maximum.at(best, session_of, near)
    mass = np.zeros(sessions, np.float32)
    np.add.at(mass, session_of, np.exp(np.clip(near, -5, 5)))
    columns["session_best"] = best[session_of]
    columns["session_mass"] = np.log(mass[session_of] + 0.01)


def _next(link: Ints, rows: Ints) -> Ints:
    """Follow a link once more; -1 stays -1."""
    return np.where(rows < 0, -1, np.append(link, -1)[rows])


def _wording(
    candidates: Candidates, turns: TurnArrays, understanding: Understanding, columns: dict[str, Floats]
) -> None:
    traits = turns.traits[candidates.rows]
    for name in TRAITS:
        columns[name] = traits[:, TRAITS.index(name)]
    columns["words"] = np.log1p(columns["words"])
    columns["asked"] = _asked(candidates.rows, turns, understanding)
    columns["asked_first_person"] = columns["asked"] * columns["first_person"]
    if understanding.shape == "when":
        columns["when_times"] = columns["times"]
    at = turns.at[candidates.rows]
    for window in understanding.windows:
        inside = np.ones(len(at), np.bool_)
        if window.start is not None:
            inside &= at >= to_micros(window.start)
        if window.end is not None:
            inside &= at < to_micros(window.end) + _AFTERWARDS
        columns["window"] = np.maximum(columns["window"], inside.astype(np.float32))


def _asked(rows: Ints, turns: TurnArrays, understanding: Understanding) -> Floats:
    """Return 1 where the person asked about speaks and -1 elsewhere; 0 where the question names no speaker."""
    if understanding.shape == "said_by_assistant":
        speaks = turns.assistant[rows]
    elif understanding.names:
        speaks = np.isin(turns.speaker[rows], [turns.names.index(name) for name in understanding.names])
    else:
        return np.zeros(len(rows), np.float32)
    return np.where(speaks, np.float32(1), np.float32(-1))
