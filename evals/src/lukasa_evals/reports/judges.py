"""What verdicts are worth: how much judges waver and agree, and how many wrong answers they accept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from lukasa_evals.answers.folder import Verdict
from lukasa_evals.answers.judging import PLANTED
from lukasa_evals.datasets.values import Category, Labels
from lukasa_evals.errors import EvalError
from lukasa_evals.reports.cells import NOTHING, number, percent, table
from lukasa_evals.reports.measures import Measure, verdicts_of
from lukasa_evals.reports.measures import judged as judged_by
from lukasa_evals.reports.records import Bench, Key, Records
from lukasa_evals.statistics import Share, Spread, mean_and_spread


class Judged(NamedTuple):
    """J of one system on some questions."""

    spread: Spread
    """Over repetitions of the whole set."""

    first: Share
    """The first repetition alone."""


class Agreement(NamedTuple):
    """How two judges see the same answers."""

    one: Bench
    other: Bench
    same: Share
    more: int
    """Answers that only the second finds right."""


class Acceptance(NamedTuple):
    """How many deliberately wrong answers a judge accepts."""

    bench: Bench
    sort: str
    share: Share


def judged(verdicts: Sequence[Verdict], keys: Collection[Key]) -> Judged | None:
    """Return J of one system by one judge on those questions; `None` where nothing was judged.

    A repetition is one answer to, and one judgement of, each question.
    """
    found: dict[tuple[int, int], list[bool]] = {}
    wanted = set(keys)
    for verdict in verdicts:
        if (verdict.conversation, verdict.question) in wanted:
            found.setdefault((verdict.repetition, verdict.judgement), []).append(verdict.label == "correct")
    if not found:
        return None
    shares = [Share(sum(right), len(right)) for _, right in sorted(found.items())]
    return Judged(mean_and_spread([share.value for share in shares]), shares[0])


def of_bench(records: Records, labels: Labels) -> Measure:
    """Return J by the judge that may stand beside the paper's."""
    if records.as_published is None:
        raise EvalError("no lenient judge has judged")
    return judged_by(records, records.as_published, labels)


def deviation(records: Records, system: str, group: Category | None, labels: Labels) -> float | None:
    """Return one standard deviation of that judge's J over repetitions; `None` where nothing was repeated."""
    bench = records.as_published
    if bench is None:
        return None
    own = [verdict for verdict in verdicts_of(records, bench, labels) if verdict.system == system]
    found = judged(own, records.answerable(group))
    return None if found is None or found.spread.of < _REPEATED else found.spread.deviation


_REPEATED = 2


def wavering(records: Records, labels: Labels) -> str:
    """Return each system's J as the paper prints it (mean ± one standard deviation), and the interval of the first repetition."""
    groups = [None, *records.categories]
    rows = []
    for system in records.systems:
        for bench in records.benches:
            own = [verdict for verdict in verdicts_of(records, bench, labels) if verdict.system == system]
            found = [judged(own, records.answerable(group)) for group in groups]
            repetitions = str(found[0].spread.of) if found[0] else NOTHING
            unreadable = sum(verdict.label == "unreadable" for verdict in own)
            rows.append(
                [
                    records.shown(system),
                    str(bench),
                    *map(_told, found),
                    repetitions,
                    f"{unreadable:,} of {len(own):,}",
                ],
            )
    names = [records.dataset.categories[category] for category in records.categories]
    return table(["system", "judge", "all", *names, "repetitions", "unreadable"], rows)


def _told(found: Judged | None) -> str:
    if found is None:
        return NOTHING
    spread, (low, high) = found.spread, found.first.interval
    deviation = f" ± {percent(spread.deviation)}" if spread.of > 1 else ""
    return f"{percent(spread.value)}{deviation} [{percent(low)}–{percent(high)}]"


def agreements(records: Records) -> list[Agreement]:
    """Return how often each two judges say the same of the same answer of a system."""
    found = []
    for one, other in combinations(records.benches, 2):
        first, second = _labels(records, one), _labels(records, other)
        both = [key for key in first if key in second]
        same = Share(sum(first[key] == second[key] for key in both), len(both))
        more = sum(first[key] != "correct" and second[key] == "correct" for key in both)
        found.append(Agreement(one, other, same, more))
    return found


def agreement(records: Records) -> str:
    """Return the judges' agreement as a table."""
    rows = [
        [str(each.one), str(each.other), number(each.same.of), percent(each.same.value), number(each.more)]
        for each in agreements(records)
    ]
    return table(["judge", "and", "answers", "agree, %", "right for the second alone"], rows)


def _labels(records: Records, bench: Bench) -> Mapping[object, str]:
    systems = set(records.systems)
    return {
        (verdict.system, verdict.conversation, verdict.question, verdict.repetition): verdict.label
        for verdict in verdicts_of(records, bench, "published")
        if verdict.judgement == 0
        if verdict.system in systems
    }


def acceptances(records: Records) -> list[Acceptance]:
    """Return how many deliberately wrong answers each judge accepts, by sort; nothing when none were planted."""
    planted = sorted({verdict.system for verdict in records.verdicts if verdict.system.startswith(PLANTED)})
    found = []
    for bench in records.benches:
        verdicts = verdicts_of(records, bench, "published")
        for system in planted:
            right = [verdict.label == "correct" for verdict in verdicts if verdict.system == system]
            found.append(
                Acceptance(bench, system.removeprefix(f"{PLANTED}: "), Share(sum(right), len(right)))
            )
    return found


def acceptance(records: Records) -> str:
    """Return the acceptance of wrong answers as a table; empty when none were planted."""
    found = acceptances(records)
    if not found:
        return ""
    sorts = list(dict.fromkeys(each.sort for each in found))
    rows = [
        [str(bench), *(_accepted(each.share) for each in found if each.bench == bench)]
        for bench in records.benches
    ]
    return table(["judge", *sorts], rows)


def _accepted(share: Share) -> str:
    if not share.of:
        return NOTHING
    low, high = share.interval
    return f"{percent(share.value)} [{percent(low)}–{percent(high)}] of {share.of:,}"
