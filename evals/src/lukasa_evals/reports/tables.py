"""Figures by system and category: in the paper's layout, with what it printed beside it, and what it left out."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa_evals.answers.calls import Spent
from lukasa_evals.datasets.values import Category
from lukasa_evals.reports import measures
from lukasa_evals.reports.cells import NOTHING, average, bare, cell, table
from lukasa_evals.reports.measures import Measure
from lukasa_evals.reports.published import PAPER_NAMES, TABLE_1, TABLE_2
from lukasa_evals.reports.records import Key, Records
from lukasa_evals.retrieval.record import Labels
from lukasa_evals.statistics import paired, percentile

_MARK = " (published)"
_CERTAIN = 0.05


def answerable(records: Records, category: Category | None = None, split: str | None = None) -> list[Key]:
    """Return the questions that have an answer: of a category, or of all, and of a split, or of both."""
    return [
        key
        for key, question in records.asked.items()
        if not question.abstains
        if category is None or question.category == category
        if split is None or records.splits[key[0]] == split
    ]


def categories(records: Records) -> list[Category]:
    """Return the categories that have answerable questions, in the data set's order."""
    asked = {question.category for question in records.asked.values() if not question.abstains}
    return [category for category in records.dataset.categories if category in asked]


def contexts(records: Records, split: str, labels: Labels) -> str:
    """Return what stands in the contexts, before anybody reads them."""
    complete, contained = measures.complete(records, labels), measures.contained(records, labels)
    groups: list[Category | None] = [None, *categories(records)]
    rows = []
    for system in records.systems:
        tokens = [
            context.tokens
            for context in records.contexts
            if context.system == system and records.splits[context.conversation] == split
        ]
        if tokens:
            figures = [cell(complete, system, answerable(records, group, split)) for group in groups]
            words = cell(contained, system, answerable(records, None, split))
            rows.append([system, f"{sum(tokens) / len(tokens):,.0f}", *figures, words])
    heads = ["system", "tokens", *(_name(records, group) for group in groups), "answer words"]
    return table(heads, rows)


def quality(records: Records, labels: Labels) -> str:
    """Return Table 1: F1, BLEU-1 and J by category, ours and, for LoCoMo, what the paper prints."""
    columns = [*measures.overlap(records, labels)[:2], *_judged(records, labels)]
    names = " / ".join(column.name for column in columns)
    groups = categories(records)
    rows = [
        [system, *(_stacked(columns, system, answerable(records, group)) for group in groups), _overall(columns, system, records)]
        for system in records.systems
    ]  # fmt: skip
    heads = [f"system ({names})", *(_both_names(records, group) for group in groups), "all"]
    if records.dataset.name == "locomo" and labels == "published":
        rows += _published_quality(groups)
    return table(heads, rows)


def _judged(records: Records, labels: Labels) -> list[Measure]:
    return [measures.judged(records, judge, leniency, labels) for judge, leniency in records.benches]


def _stacked(columns: Sequence[Measure], system: str, keys: Sequence[Key]) -> str:
    return " / ".join(bare(column, system, keys) for column in columns)


def _overall(columns: Sequence[Measure], system: str, records: Records) -> str:
    return _stacked(columns, system, answerable(records))


def _published_quality(groups: Sequence[Category]) -> list[list[str]]:
    rows = []
    for name, cells in TABLE_1.items():
        row = [f"{name}{_MARK}"]
        for group in groups:
            found = cells.get(int(group)) if isinstance(group, int) else None
            figures = [] if found is None else [found.f1, found.bleu, found.judged]
            row.append(" / ".join(NOTHING if each is None else f"{each:.1f}" for each in figures) or NOTHING)
        overall = TABLE_2.get(name)
        rows.append([*row, NOTHING if overall is None else f"{NOTHING} / {NOTHING} / {overall.judged:.1f}"])
    return rows


def costs(records: Records) -> str:
    """Return Table 2: tokens of a context, latency in seconds, and the overall figure; then what the paper prints."""
    judged = _judged(records, "published")
    overall = judged or [measures.complete(records)]
    rows = []
    for system in records.systems:
        own = [context for context in records.contexts if context.system == system]
        if not own:
            continue
        search = [context.milliseconds / 1000 for context in own]
        reading = {
            (answer.conversation, answer.question): answer.spent.milliseconds / 1000
            for answer in records.answers
            if answer.system == system and answer.repetition == 0
        }
        total = [
            context.milliseconds / 1000 + reading[key]
            for context in own
            if (key := (context.conversation, context.question)) in reading
        ]
        rows.append(
            [
                system,
                f"{sum(context.tokens for context in own) / len(own):,.0f}",
                *_latency(search),
                *_latency(total),
                *(cell(each, system, answerable(records)) for each in overall),
            ]
        )
    heads = [
        "system",
        "tokens",
        "search p50, s",
        "p95",
        "total p50, s",
        "p95",
        *(each.name for each in overall),
    ]
    if records.dataset.name == "locomo" and judged:
        rows += [
            [
                f"{name}{_MARK}", f"{cost.tokens:,}", *_printed(cost.search), *_printed(cost.total),
                f"{cost.judged:.1f}", *([NOTHING] * (len(overall) - 1)),
            ]
            for name, cost in TABLE_2.items()
        ]  # fmt: skip
    return table(heads, rows)


def _latency(seconds: Sequence[float]) -> list[str]:
    if not seconds:
        return [NOTHING, NOTHING]
    return [f"{percentile(seconds, 0.5):.3f}", f"{percentile(seconds, 0.95):.3f}"]


def _printed(pair: tuple[float, float] | None) -> list[str]:
    return [NOTHING, NOTHING] if pair is None else [f"{each:.3f}" for each in pair]


def spending(records: Records) -> str:
    """Return what it takes to take the conversations in and to answer, and what is kept."""
    rows = []
    for system in records.systems:
        taken = [each for each in records.taken if each.system == system]
        if not taken:
            continue
        asking = [each.spent for each in records.contexts if each.system == system]
        asking += [each.spent for each in records.answers if each.system == system]
        spent = [each.spent for each in taken] + asking
        unpriced = sum(each.unpriced for each in spent)
        rows.append(
            [
                system,
                f"{len(taken)}",
                f"{sum(each.items for each in taken) / len(taken):,.0f}",
                f"{sum(each.tokens for each in taken) / len(taken):,.0f}",
                f"{sum(each.bytes for each in taken) / len(taken) / 1e6:,.1f}",
                f"{percentile([each.seconds for each in taken], 0.5):,.1f}",
                f"{sum(each.unread for each in taken):,}",
                *_calls([each.spent for each in taken]),
                *_calls(asking),
                f"{sum(each.dollars for each in spent):,.2f}" + (f" + {unpriced:,} unpriced" if unpriced else ""),
            ]
        )  # fmt: skip
    heads = [
        "system", "conversations", "items kept", "tokens kept", "MB", "seconds to take in (median)", "unreadable replies",
        "calls to take in", "tokens in", "tokens out", "calls to answer", "tokens in", "tokens out", "dollars",
    ]  # fmt: skip
    return table(heads, rows)


def _calls(spent: Sequence[Spent]) -> list[str]:
    return [
        f"{sum(each.calls for each in spent):,}",
        f"{sum(each.tokens_in for each in spent):,}",
        f"{sum(each.tokens_out for each in spent):,}",
    ]


def refusals(records: Records) -> str:
    """Return how often nothing was said to be known: rightly, where there is no answer, and wrongly, where there is one."""
    measure = measures.refused(records)
    unknown = [key for key, question in records.asked.items() if question.abstains]
    rows = [
        [
            system,
            cell(measure, system, unknown),
            cell(measure, system, answerable(records)),
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
    bench = records.benches
    measure = measures.judged(records, *bench[0]) if bench else measures.complete(records)
    groups: list[Category | None] = [None, *categories(records)]
    rows = []
    for system in records.systems:
        if system == first or not measure.figures.get(system):
            continue
        rows.append(
            [system, *(_difference(measure, first, system, answerable(records, group)) for group in groups)]
        )
    heads = [f"{measure.name}, points against {first}", *(_name(records, group) for group in groups)]
    return table(heads, rows)


def _difference(measure: Measure, first: str, other: str, keys: Sequence[Key]) -> str:
    ours, theirs = measure.figures.get(first, {}), measure.figures.get(other, {})
    both = [key for key in keys if key in ours and key in theirs]
    if not both:
        return NOTHING
    found = paired([ours[key] for key in both], [theirs[key] for key in both])
    star = "*" if found.p < _CERTAIN else ""
    low, high = found.interval
    return f"{100 * found.difference:+.1f}{star} [{100 * low:+.1f}, {100 * high:+.1f}]"


def missing(records: Records) -> str:
    """Return what a run has not done, a line a system; empty when it is all there."""
    wanted = len(records.asked)
    lines = []
    for system in records.systems:
        have = sum(context.system == system for context in records.contexts)
        if have < wanted:
            lines.append(f"- {system}: {have:,} of {wanted:,} questions have a context")
        answers = {(a.conversation, a.question) for a in records.answers if a.system == system}
        if records.answers and len(answers) < wanted:
            lines.append(f"- {system}: {len(answers):,} of {wanted:,} questions are answered")
    return "\n".join(lines)


def overall_of(records: Records, system: str) -> tuple[float, str] | None:
    """Return a system's overall figure for a plot, and what it is."""
    measure = measures.judged(records, *records.benches[0]) if records.benches else measures.complete(records)
    value = average(measure, system, answerable(records))
    return None if value is None else (100 * value, measure.name)


def _name(records: Records, category: Category | None) -> str:
    return "all" if category is None else records.dataset.categories[category]


def _both_names(records: Records, category: Category) -> str:
    """Return a category's name, and what the paper calls it."""
    name = records.dataset.categories[category]
    paper = (
        PAPER_NAMES.get(category) if records.dataset.name == "locomo" and isinstance(category, int) else None
    )
    return f"{category} {name} (paper: “{paper}”)" if paper else name
