"""What verdicts are worth: how much judges waver and agree, and how many wrong answers they accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from lukasa_evals.answers.folder import Verdict
from lukasa_evals.answers.judging import PLANTED
from lukasa_evals.reports.cells import NOTHING, percent, table
from lukasa_evals.reports.measures import verdicts_of
from lukasa_evals.reports.records import Records
from lukasa_evals.statistics import Share, mean_and_spread


def wavering(records: Records) -> str:
    """Return each system's J as the paper prints it: mean ± one standard deviation over repetitions of the whole set."""
    rows = []
    for system in records.systems:
        for judge, leniency in records.benches:
            own = [v for v in verdicts_of(records, judge, leniency, "published") if v.system == system]
            if own:
                spread = mean_and_spread(_by_repetition(own))
                deviation = percent(spread.deviation) if spread.of > 1 else NOTHING
                unreadable = sum(verdict.label == "unreadable" for verdict in own)
                rows.append(
                    [
                        system,
                        f"{leniency}, {judge}",
                        percent(spread.value),
                        deviation,
                        str(spread.of),
                        str(unreadable),
                    ]
                )
    return table(["system", "judge", "J", "sd", "repetitions", "unreadable verdicts"], rows)


def _by_repetition(verdicts: Sequence[Verdict]) -> list[float]:
    found: dict[tuple[int, int], list[bool]] = {}
    for verdict in verdicts:
        found.setdefault((verdict.repetition, verdict.judgement), []).append(verdict.label == "correct")
    return [sum(each) / len(each) for _, each in sorted(found.items())]


def agreement(records: Records) -> str:
    """Return how often two judges say the same of the same answer."""
    rows = []
    for one, other in combinations(records.benches, 2):
        first, second = _labels(records, one), _labels(records, other)
        both = [key for key in first if key in second]
        same = Share(sum(first[key] == second[key] for key in both), len(both))
        more = sum(first[key] != "correct" and second[key] == "correct" for key in both)
        rows.append([_called(one), _called(other), f"{same.of:,}", percent(same.value), f"{more:,}"])
    return table(["judge", "and", "answers", "agree, %", "right for the second alone"], rows)


def _labels(records: Records, bench: tuple[str, str]) -> Mapping[object, str]:
    return {
        (v.system, v.conversation, v.question, v.repetition): v.label
        for v in verdicts_of(records, *bench, labels="published")
        if v.judgement == 0
    }


def acceptance(records: Records) -> str:
    """Return how many deliberately wrong answers each judge accepts, by sort; empty when none were planted."""
    sorts = sorted({v.system for v in records.verdicts if v.system.startswith(PLANTED)})
    if not sorts:
        return ""
    rows = []
    for bench in records.benches:
        own = verdicts_of(records, *bench, labels="published")
        rows.append([_called(bench), *(_accepted([v for v in own if v.system == sort]) for sort in sorts)])
    return table(["judge", *(sort.removeprefix(f"{PLANTED}: ") for sort in sorts)], rows)


def _accepted(verdicts: Sequence[Verdict]) -> str:
    share = Share(sum(verdict.label == "correct" for verdict in verdicts), len(verdicts))
    if not share.of:
        return NOTHING
    low, high = share.interval
    return f"{percent(share.value)} [{percent(low)}–{percent(high)}] of {share.of:,}"


def _called(bench: tuple[str, str]) -> str:
    judge, leniency = bench
    return f"{leniency}, {judge}"
