"""Figures by system and category: in the paper's layout, with what it printed beside it, and what it left out.

A system without a figure has its row all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from lukasa_evals.answers.calls import Spent
from lukasa_evals.datasets.values import Category, Labels
from lukasa_evals.reports import costs, judges, measures
from lukasa_evals.reports.cells import NOTHING, bare, cell, number, of_all, percent, table
from lukasa_evals.reports.measures import Measure
from lukasa_evals.reports.published import KEPT, PAPER_NAMES, TABLE_1, TABLE_2, Cost, Memory, Quality
from lukasa_evals.reports.records import Key, Records
from lukasa_evals.statistics import paired

MARK = " (published)"
_CERTAIN = 0.05


def contexts(records: Records, split: str, labels: Labels) -> str:
    """Return what stands in the contexts of a split, before anybody reads them."""
    complete, contained = measures.complete(records, labels), measures.contained(records, labels)
    rows = []
    for system in records.systems:
        own = [each for each in records.contexts if each.system == system]
        tokens = [each.tokens for each in own if records.splits[each.conversation] == split]
        figures = [cell(complete, system, records.answerable(group, split)) for group in _groups(records)]
        words = cell(contained, system, records.answerable(split=split))
        middle = number(sum(tokens) / len(tokens)) if tokens else NOTHING
        rows.append([records.shown(system), middle, *figures, words])
    return table(["system", "tokens", *_heads(records), "answer words"], rows)


def quality(records: Records, labels: Labels) -> str:
    """Return Table 1: F1, BLEU-1 and J by category, ours and, for LoCoMo, what the paper prints.

    J is that of a lenient judge, as the paper's, with one standard deviation over repetitions; other judges have a table of their
    own. LoCoMo's own F1 comes last, where it is LoCoMo.
    """
    f1, bleu, _, *own = measures.overlap(records, labels)
    columns = [f1, bleu, *([judges.of_bench(records, labels)] if records.as_published else []), *own]
    groups = records.categories
    rows = [
        [
            records.shown(system),
            *(
                _stacked([_figure(records, each, system, group=group, labels=labels) for each in columns])
                for group in groups
            ),
            _stacked([_figure(records, each, system, group=None, labels=labels) for each in columns]),
        ]
        for system in records.systems
    ]
    if records.dataset.name == "locomo" and labels == "published":
        names = [column.name for column in columns]
        rows += [
            [f"{name}{MARK}", *(_stacked(each) for each in _printed_quality(name, groups, names))]
            for name in TABLE_1
        ]
    told = _stacked([column.name for column in columns])
    return table([f"system ({told})", *(_both_names(records, group) for group in groups), "all"], rows)


def _figure(
    records: Records, measure: Measure, system: str, *, group: Category | None, labels: Labels
) -> str:
    """Return a figure of a group, or of all; of J with its standard deviation where it was repeated."""
    if group is None:
        figure = percent(of_all(measure, system, records))
    else:
        figure = bare(measure, system, records.answerable(group))
    spread = judges.deviation(records, system, group, labels) if measure.name.startswith("J ") else None
    return figure if spread is None else f"{figure} ± {percent(spread)}"


def _stacked(figures: Sequence[str]) -> str:
    return " / ".join(figures)


def _printed_quality(name: str, groups: Sequence[Category], columns: Sequence[str]) -> list[list[str]]:
    """Return what the paper prints of a system for those columns: of every group, then of all."""
    printed = [
        TABLE_1[name].get(group, Quality()) if isinstance(group, int) else Quality() for group in groups
    ]
    whole = TABLE_2.get(name)
    printed.append(Quality(judged=whole.judged, deviation=whole.deviation) if whole else Quality())
    return [[_printed_figure(quality, column) for column in columns] for quality in printed]


def _printed_figure(quality: Quality, column: str) -> str:
    if column.startswith("J ") and quality.judged is not None:
        spread = "" if quality.deviation is None else f" ± {number(quality.deviation, 1)}"
        return f"{number(quality.judged, 1)}{spread}"
    figure = {"F1": quality.f1, "BLEU-1": quality.bleu}.get(column)
    return NOTHING if figure is None else number(figure, 1)


def by_category(records: Records, measure: Measure) -> str:
    """Return one measure, with its intervals."""
    rows = [
        [
            records.shown(system),
            *(cell(measure, system, records.answerable(group)) for group in _groups(records)),
        ]
        for system in records.systems
    ]
    return table([f"system ({measure.name})", *_heads(records)], rows)


def latency(records: Records) -> str:
    """Return Table 2: tokens of a context, latency in seconds, and the overall figure; then what the paper prints."""
    overall = [measures.judged(records, bench) for bench in records.benches] or [measures.complete(records)]
    rows = [
        [
            records.shown(system),
            *_asking(records, system),
            *(cell(each, system, records.answerable()) for each in overall),
        ]
        for system in records.systems
    ]
    if records.dataset.name == "locomo" and records.benches:
        beside = [bench == records.as_published for bench in records.benches]
        rows += [[f"{name}{MARK}", *_printed_cost(cost, beside)] for name, cost in TABLE_2.items()]
    heads = ["system", "tokens", "search p50, s", "p95", "total p50, s", "p95"]
    return table([*heads, *(each.name for each in overall)], rows)


def _asking(records: Records, system: str) -> list[str]:
    found = costs.asking(records, system)
    if found is None:
        return [NOTHING] * 5
    return [number(found.tokens), *(number(each, 3) for each in (*found.search, *found.total))]


def _printed_cost(cost: Cost, beside: Sequence[bool]) -> list[str]:
    """Return a row of the paper's; its J where *beside* says that the judge was as lenient."""
    search = [NOTHING, NOTHING] if cost.search is None else [number(each, 3) for each in cost.search]
    total = [number(each, 3) for each in cost.total]
    return [
        number(cost.tokens),
        *search,
        *total,
        *(number(cost.judged, 1) if each else NOTHING for each in beside),
    ]


def spending(records: Records) -> str:
    """Return what it takes to take the conversations in and to answer, and what is kept."""
    heads = [
        "system", "conversations", "items kept", "tokens kept", "MB", "seconds to take in (median)", "unreadable replies",
        "calls to take in", "tokens in", "tokens out", "calls to answer", "tokens in", "tokens out", "dollars", "dollars to judge",
    ]  # fmt: skip
    rows = []
    for system in records.systems:
        found = costs.effort(records, system)
        rows.append([system, *([NOTHING] * (len(heads) - 1) if found is None else _effort(found))])
    if records.dataset.name == "locomo":
        rows += [_printed_memory(name, memory, len(heads)) for name, memory in KEPT.items()]
    return table(heads, rows)


def _printed_memory(name: str, memory: Memory, cells: int) -> list[str]:
    """Return what the paper says of a memory's size and how long it took to build, in a row of so many cells."""
    known = [f"{name}{MARK}", NOTHING, NOTHING, number(memory.tokens), NOTHING, memory.built or NOTHING]
    return [*known, *([NOTHING] * (cells - len(known)))]


def _effort(found: costs.Effort) -> list[str]:
    return [
        number(found.conversations),
        number(found.items),
        number(found.tokens),
        number(found.bytes / 1e6, 1),
        number(found.seconds, 1),
        number(found.unread),
        *_calls(found.taking),
        *_calls(found.asking),
        _dollars(found.spent),
        _dollars(found.judging),
    ]


def _dollars(spent: Spent) -> str:
    unpriced = f" + {spent.unpriced:,} unpriced" if spent.unpriced else ""
    return f"{number(spent.dollars, 2)}{unpriced}"


def _calls(spent: Spent) -> list[str]:
    return [number(each) for each in (spent.calls, spent.tokens_in, spent.tokens_out)]


def refusals(records: Records) -> str:
    """Return how often nothing was said to be known: rightly, where there is no answer, and wrongly, where there is one."""
    measure = measures.refused(records)
    unknown = [key for key, question in records.asked.items() if question.abstains]
    rows = [
        [
            system,
            cell(measure, system, unknown),
            cell(measure, system, records.answerable()),
            _empty(records, system),
        ]
        for system in records.systems
    ]
    return table(["system", "rightly", "wrongly", "empty answers"], rows)


def _empty(records: Records, system: str) -> str:
    own = [answer for answer in records.answers if answer.system == system]
    return f"{sum(not answer.text.strip() for answer in own)} of {len(own):,}" if own else NOTHING


def against(records: Records, first: str) -> str:
    """Return how every system differs from the first one, question by question, by category."""
    measure = measures.deciding(records)
    rows = [
        [
            system,
            *(_difference(measure, (first, system), records.answerable(group)) for group in _groups(records)),
        ]
        for system in records.systems
        if system != first
    ]
    return table([f"{measure.name}, points against {first}", *_heads(records)], rows)


def _difference(measure: Measure, systems: tuple[str, str], keys: Sequence[Key]) -> str:
    ours, theirs = (measure.figures.get(system, {}) for system in systems)
    both = [key for key in keys if key in ours and key in theirs]
    if not both:
        return NOTHING
    found = paired([ours[key] for key in both], [theirs[key] for key in both])
    star = "*" if found.p < _CERTAIN else ""
    low, high = found.interval
    return f"{100 * found.difference:+.1f}{star} [{100 * low:+.1f}, {100 * high:+.1f}]"


def _groups(records: Records) -> list[Category | None]:
    """Return all questions as one group, then every category."""
    return [None, *records.categories]


def _heads(records: Records) -> list[str]:
    return ["all", *(records.dataset.categories[category] for category in records.categories)]


def _both_names(records: Records, category: Category) -> str:
    """Return a category's name, and what the paper calls it."""
    name = records.dataset.categories[category]
    called = (
        PAPER_NAMES.get(category) if records.dataset.name == "locomo" and isinstance(category, int) else None
    )
    return f"{category} {name} (paper: “{called}”)" if called else name
