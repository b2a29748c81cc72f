"""What speaks for each candidate: channel scores, neighbours, session, speaker and wording, as one table of numbers.

Everything is scaled by the best candidates of the question itself, so that the same weights serve a partition of
fifty turns and one of a hundred thousand, where only candidates are scored.
"""

from __future__ import annotations

import numpy as np

from lukasa.domain.time import to_micros
from lukasa.retrieval.channels import Found, FoundFacts
from lukasa.retrieval.token_vectors import Floats, Ints
from lukasa.retrieval.understand import Understanding
from lukasa.retrieval.warm import TRAITS, Warm

FEATURES = (
    "late",  # MaxSim, averaged over the question's tokens
    "late_even",  # likewise, tokens that tell the candidates apart less made as heavy as the others
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
"""What a missing or hopeless neighbour counts, in scaled scores."""

_FAR = -2.0
"""What a turn without a fact near the question counts, in scaled scores."""

_LEXICAL_FLOOR = -2.0
_NEAR = 0.75
"""Cosine from which a token counts as matched closely."""

_LEADERS = 10
_WEAKEST = 3
_EVEN = 0.02
"""Keeps a token that all candidates match alike from being weighed without bound."""

_AFTERWARDS = 14 * 86_400_000_000
"""People tell of an event within about two weeks (in microseconds)."""


def table(found: Found, facts: FoundFacts, warm: Warm, asked: Understanding) -> Floats:
    """Return candidates × `FEATURES`; *facts* are those that may speak for their turns."""
    columns = dict.fromkeys(FEATURES, np.zeros(len(found.rows), np.float32))
    if not len(found.rows):
        return np.empty((0, len(FEATURES)), np.float32)
    near = _channels(found, columns)
    if found.late is not None:
        _late_together(found, warm, found.late, columns)
    _neighbours(found, warm, near, columns)
    _wording(found, warm, asked, columns)
    columns |= _facts(found, facts, warm, asked)
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


def _channels(found: Found, columns: dict[str, Floats]) -> Floats:
    """Fill in what the channels say; return the combined score by which neighbours are judged."""
    columns["lexical"] = lexical = scaled(found.lexical)
    columns["lexical_rank"] = ranked(found.lexical)
    near = 0.3 * np.clip(lexical, -3, 5)
    if found.dense is not None:
        columns["dense"] = scaled(found.dense)
        columns["dense_rank"] = ranked(found.dense)
        near = near + 0.3 * columns["dense"]
    if found.late is not None:
        late = found.late.mean(axis=1)
        spread = found.late.std(axis=0) + _EVEN
        columns["late"] = scaled(late)
        columns["late_even"] = scaled((found.late / np.sqrt(spread)).mean(axis=1))
        columns["late_raw"] = late
        columns["late_rank"] = ranked(late)
        columns["late_hits"] = (found.late > _NEAR).mean(axis=1)
        place = (-found.late).argsort(axis=0).argsort(axis=0)
        columns["late_leads"] = (place < _LEADERS).mean(axis=1)
        near = near + columns["late_even"]
    return scaled(near)


def _late_together(found: Found, warm: Warm, late: Floats, columns: dict[str, Floats]) -> None:
    """Let turns that follow each other match the question together, token by token."""
    even = 1 / np.sqrt(late.std(axis=0) + _EVEN)
    held = np.zeros(
        (warm.size + 1, late.shape[1]), np.float32
    )  # the last row stands for "no such turn": row -1
    held[found.rows] = late
    before, after = warm.before[found.rows], warm.after[found.rows]
    with_before, with_after = np.maximum(late, held[before]), np.maximum(late, held[after])
    further = np.maximum(held[_next(warm.before, before)], held[_next(warm.after, after)])
    around = np.maximum(np.maximum(with_before, with_after), further)
    place, sessions = _sessions(found, warm)
    session = np.zeros((sessions, late.shape[1]), np.float32)
    np.maximum.at(session, place, late)
    columns["late_with_before"] = scaled((with_before * even).mean(axis=1))
    columns["late_with_after"] = scaled((with_after * even).mean(axis=1))
    columns["late_around"] = scaled((around * even).mean(axis=1))
    columns["late_session"] = scaled((session * even).mean(axis=1))[place]
    columns["late_owed"] = (with_before - late).mean(axis=1)
    columns["late_weakest"] = np.sort(late, axis=1)[:, :_WEAKEST].mean(axis=1)


def _facts(found: Found, facts: FoundFacts, warm: Warm, asked: Understanding) -> dict[str, Floats]:
    """Let each turn's best fact speak for it; a turn without facts counts as one whose facts are far off."""
    count = len(found.rows)
    said = {
        "fact_late": None if facts.late is None else np.asarray(facts.late.mean(axis=1), np.float32),
        "fact_dense": facts.dense,
        "fact_lexical": facts.lexical,
    }
    scores = [_clipped(of, len(facts.rows)) for of in said.values()]
    within = warm.facts.within(facts.rows, asked.windows)
    best = np.zeros((count, len(scores) + 2), np.float32)
    best[:, : len(scores)] = _FAR
    place = {warm.ids[row]: place for place, row in enumerate(found.rows.tolist())}
    for number, row in enumerate(facts.rows.tolist()):
        own = [*(of[number] for of in scores), within[number], 1.0]
        for turn in warm.facts.sources[row]:
            if turn in place:
                best[place[turn]] = np.maximum(best[place[turn]], own)
    return {name: best[:, column] for column, name in enumerate((*said, "fact_within", "fact_any"))}


def _clipped(scores: Floats | None, count: int) -> Floats:
    if scores is None or count < 2:  # noqa: PLR2004 - one has nothing to stand out of
        return np.full(count, _FAR, np.float32)
    return np.clip(scaled(scores), _FAR, 5)


def _sessions(found: Found, warm: Warm) -> tuple[Ints, int]:
    """Give the candidates' sessions numbers; return each candidate's number, and how many there are."""
    names, place = np.unique(warm.session[found.rows], return_inverse=True)
    return np.asarray(place, np.int64), len(names)


def _neighbours(found: Found, warm: Warm, near: Floats, columns: dict[str, Floats]) -> None:
    score = np.full(warm.size + 1, _FLOOR, np.float32)  # the last entry stands for "no such turn": row -1
    score[found.rows] = np.maximum(near, _FLOOR)
    lexical = np.full(warm.size + 1, _LEXICAL_FLOOR, np.float32)
    lexical[found.rows] = np.maximum(columns["lexical"], _LEXICAL_FLOOR)
    before, after = warm.before[found.rows], warm.after[found.rows]
    columns["before"], columns["after"] = score[before], score[after]
    columns["before2"] = score[_next(warm.before, before)]
    columns["after2"] = score[_next(warm.after, after)]
    columns["lexical_before"], columns["lexical_after"] = lexical[before], lexical[after]
    columns["first"] = (before < 0).astype(np.float32)
    asks = np.append(warm.traits[: warm.size, TRAITS.index("asks")], np.float32(0))
    columns["answers"] = asks[before]
    place, sessions = _sessions(found, warm)
    best = np.full(sessions, _FLOOR, np.float32)
    np.maximum.at(best, place, near)
    mass = np.zeros(sessions, np.float32)
    np.add.at(mass, place, np.exp(np.clip(near, -5, 5)))
    columns["session_best"] = best[place]
    columns["session_mass"] = np.log(mass[place] + 0.01)


def _next(link: Ints, rows: Ints) -> Ints:
    return np.where(rows < 0, -1, np.append(link, -1)[rows])


def _wording(found: Found, warm: Warm, asked: Understanding, columns: dict[str, Floats]) -> None:
    traits = warm.traits[found.rows]
    for name in TRAITS:
        columns[name] = traits[:, TRAITS.index(name)]
    columns["words"] = np.log1p(columns["words"])
    columns["asked"] = _asked(found.rows, warm, asked)
    columns["asked_first_person"] = columns["asked"] * columns["first_person"]
    if asked.shape == "when":
        columns["when_times"] = columns["times"]
    at = warm.at[found.rows]
    for window in asked.windows:
        inside = np.ones(len(at), np.bool_)
        if window.start is not None:
            inside &= at >= to_micros(window.start)
        if window.end is not None:
            inside &= at < to_micros(window.end) + _AFTERWARDS
        columns["window"] = np.maximum(columns["window"], inside.astype(np.float32))


def _asked(rows: Ints, warm: Warm, asked: Understanding) -> Floats:
    if asked.shape == "said_by_assistant":
        said = warm.assistant[rows]
    elif asked.names:
        said = np.isin(warm.speaker[rows], [warm.names.index(name) for name in asked.names])
    else:
        return np.zeros(len(rows), np.float32)
    return np.where(said, np.float32(1), np.float32(-1))
