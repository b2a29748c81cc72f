"""The four claims of the paper's abstract, from a run: each with its interval, or with the row that is missing.

1. J of Mem0 against OpenAI's memory (+26 %); 2. of the graph variant against the base (+2 %); 3. the p95 of an answer against the
whole conversation (−91 %); 4. tokens of a context against the whole conversation (more than 90 % saved).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lukasa_evals.reports import measures
from lukasa_evals.reports.cells import NOTHING, table
from lukasa_evals.reports.records import Key, Records
from lukasa_evals.statistics import RESAMPLES, Interval, percentile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Figures = Mapping[Key, float]
"""A figure for each question."""

Statistic = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]
"""From resamples (a row each) to a figure of each."""

BASE, GRAPH, OTHER, FULL = "lukasa-paper", "lukasa-paper+graph", "openai", "full"


class Comparison(NamedTuple):
    """Two rows that a claim is about."""

    what: str
    printed: str
    pair: tuple[str, str]
    figures: Mapping[str, Figures]
    """By system."""

    statistic: Statistic
    unmeasured: str
    """Why a row that was run may have no figure."""


class Claim(NamedTuple):
    """One claim, and what the run says to it."""

    name: str
    printed: str
    """What the paper claims."""

    change: float | None
    """How much more it is than the other, as a share of the other; `None`: it could not be computed."""

    interval: Interval | None = None
    of: int = 0
    """Questions that both answered."""

    missing: str = ""
    """Why it could not be computed."""


def headline(records: Records, base: str = BASE, graph: str = GRAPH) -> list[Claim]:
    """Return the four claims of two of the run's systems, in the paper's order."""
    judged = measures.judged(records, records.as_published).figures if records.as_published else {}
    seconds = {name: _seconds(records, name) for name in (base, FULL)}
    tokens = {name: _tokens(records, name) for name in (base, FULL)}
    unjudged = "" if records.as_published else "no lenient judge has judged"
    comparisons = (
        Comparison("J", "+26 %", (base, OTHER), judged, _mean, unjudged),
        Comparison("J", "+2 %", (graph, base), judged, _mean, unjudged),
        Comparison("total p95", "−91 %", (base, FULL), seconds, _p95, "its answers were not timed"),
        Comparison("tokens of a context", "−90 % and more", (base, FULL), tokens, _mean, ""),
    )
    return [_claim(records, each) for each in comparisons]


def rows(claims: Sequence[Claim]) -> list[list[str]]:
    """Return the claims as rows of a table."""
    return [[each.name, each.printed, _told(each), str(each.of) if each.of else NOTHING] for each in claims]


HEADS = ["claim", "the paper", "this run, 95 %", "questions"]


def written(claims: Sequence[Claim]) -> str:
    """Return the claims as a table in Markdown."""
    return table(HEADS, rows(claims))


def _told(claim: Claim) -> str:
    if claim.change is None or claim.interval is None:
        return f"not computed: {claim.missing}"
    low, high = claim.interval
    return f"{100 * claim.change:+.1f} % [{100 * low:+.1f}, {100 * high:+.1f}]".replace("-", "−")


def _claim(records: Records, compared: Comparison) -> Claim:
    name = f"{compared.what}: {compared.pair[0]} against {compared.pair[1]}"
    answerable = set(records.answerable())
    ours, theirs = (
        {key: value for key, value in compared.figures.get(system, {}).items() if key in answerable}
        for system in compared.pair
    )
    keys = sorted(set(ours) & set(theirs))
    if why := _missing(records, compared, ours, theirs):
        return Claim(name, compared.printed, None, missing=why)
    change, interval = _change([ours[key] for key in keys], [theirs[key] for key in keys], compared.statistic)
    return Claim(name, compared.printed, change, interval, len(keys))


def _missing(records: Records, compared: Comparison, ours: Figures, theirs: Figures) -> str:
    """Return what is missing to compare two rows; nothing when they can be compared."""
    for system in compared.pair:
        if system not in records.systems:
            reason = records.skipped.get(system, "it was not asked for")
            return f"the run has no row {system!r}: {reason}"
    for system, figures in zip(compared.pair, (ours, theirs), strict=True):
        if not figures:
            return f"row {system!r} has no figure: {compared.unmeasured or 'it was asked nothing'}"
    common = [theirs[key] for key in theirs if key in ours]
    if not common:
        return "the two rows have no question in common"
    return "" if any(common) else f"row {compared.pair[1]!r} is 0, of which nothing is a share"


def _change(ours: Sequence[float], theirs: Sequence[float], statistic: Statistic) -> tuple[float, Interval]:
    """Return the relative change of a statistic, with its 95 % interval by bootstrap over questions, paired."""
    import numpy as np  # noqa: PLC0415 - only where intervals are wanted

    one, other = np.array([ours]), np.array([theirs])
    drawn = np.random.default_rng(0).integers(0, len(ours), (RESAMPLES, len(ours)))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = statistic(one[0][drawn]) / statistic(other[0][drawn]) - 1
    # With few questions, a resample may have none that the other got.
    changes = found[np.isfinite(found)].tolist()
    change = float(statistic(one)[0] / statistic(other)[0] - 1)
    return change, Interval(percentile(changes, 0.025), percentile(changes, 0.975))


def _mean(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = drawn.mean(axis=1)
    return found


def _p95(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415 - see above

    found: NDArray[np.float64] = np.percentile(drawn, 95, axis=1)
    return found


def _tokens(records: Records, system: str) -> Figures:
    own = [each for each in records.contexts if each.system == system]
    return {(each.conversation, each.question): float(each.tokens) for each in own}


def _seconds(records: Records, system: str) -> Figures:
    """Return the seconds from each question to its first answer; nothing where any of it was not timed."""
    answers = {
        (each.conversation, each.question): each.spent
        for each in records.answers
        if each.system == system and each.repetition == 0
    }
    contexts = [each for each in records.contexts if each.system == system]
    if any(each.spent.untimed for each in contexts) or any(spent.untimed for spent in answers.values()):
        return {}
    return {
        key: (each.milliseconds + answers[key].milliseconds) / 1000
        for each in contexts
        if (key := (each.conversation, each.question)) in answers
    }
