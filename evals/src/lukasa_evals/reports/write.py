"""Figures → `report.md`: no word of a data set in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lukasa_evals.answers.folder import Answer, Context, Held, TakenIn, Verdict, asked_for
from lukasa_evals.datasets.values import Category, Dataset
from lukasa_evals.reports import scores
from lukasa_evals.reports.scores import Asked, Records
from lukasa_evals.statistics import Mean, Share, percentile

REPORT = "report.md"
NOTHING = "–"

Rows = list[list[str]]


class Page(NamedTuple):
    """What all tables are made of."""

    dataset: Dataset
    asked: Asked
    records: Records
    runs: Sequence[dict[str, Any]]

    @property
    def names(self) -> list[str]:
        """The systems, in the order in which they were run."""
        named = [name for run in self.runs for name in run["systems"]]
        return list(dict.fromkeys(named))


def report(folders: Sequence[Path], dataset: Dataset, out: Path) -> None:
    """Write the report of runs of the same questions into a folder."""
    records = Records(
        systems=[each for folder in folders for each in Held(folder, TakenIn).all()],
        contexts=[each for folder in folders for each in Held(folder, Context).all()],
        answers=[each for folder in folders for each in Held(folder, Answer).all()],
        verdicts=[each for folder in folders for each in Held(folder, Verdict).all()],
    )
    page = Page(dataset, scores.asked_in(dataset), records, [asked_for(folder) for folder in folders])
    parts = [_head(page), _contexts(page), _answers(page), _costs(page)]
    (out / REPORT).write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _head(page: Page) -> str:
    lines = [
        f"# {page.dataset.name}: {len(page.dataset.conversations)} conversations, {len(page.asked)} questions",
        "",
    ]
    for run in page.runs:
        models = ", ".join(f"{role} {model}" for role, model in run["models"].items()) or "no model"
        code = run["code"]
        lines.append(
            f"- {run['started']}, Lukasa {code['lukasa']}, commit {code['commit']}"
            f"{' with changes' if code['dirty'] else ''}; {models}; embedder {run['embedder']}; "
            f"contexts of {run['budget']} tokens where a system can keep to it"
        )
        lines += [f"- skipped: {name}: {why}" for name, why in run["skipped"].items()]
    for file, digest in page.dataset.sha256.items():
        lines.append(f"- sha256 of {file}: `{digest}`")
    return "\n".join(lines)


def _contexts(page: Page) -> str:
    """Tables of what stands in the contexts, by split."""
    tables = []
    for split in sorted({conversation.split for conversation in page.dataset.conversations}):
        members = {each.id for each in page.dataset.conversations if each.split == split}
        categories = [None, *(key for key in page.dataset.categories)]
        rows: Rows = []
        for name in page.names:
            own = [c for c in page.records.contexts if c.system == name and c.conversation in members]
            if not own:
                continue
            grouped = scores.by_category(page.dataset, page.asked, own)
            figures = [
                _share(scores.complete(grouped[key], page.asked))
                for key in categories
                if _countable(page, key)
            ]
            tokens = sum(context.tokens for context in own) / len(own)
            rows.append(
                [name, f"{tokens:,.0f}", *figures, _mean(scores.contained(grouped[None], page.asked))]
            )
        heads = [_name(page, key) for key in categories if _countable(page, key)]
        title = f"## {split}: questions whose evidence stands in the context, %"
        tables.append(f"{title}\n\n{_table(['system', 'tokens', *heads, 'words of the answer'], rows)}")
    return "\n\n".join(tables)


def _countable(page: Page, category: Category | None) -> bool:
    """Tell whether a category has evidence to look for."""
    return category is None or any(
        not question.abstains and question.published.evidence
        for question in page.asked.values()
        if question.category == category
    )


def _answers(page: Page) -> str:
    if not page.records.answers:
        return ""
    judges = sorted({(v.judge, v.leniency) for v in page.records.verdicts})
    rows: Rows = []
    for name in page.names:
        own = [answer for answer in page.records.answers if answer.system == name]
        verdicts = [verdict for verdict in page.records.verdicts if verdict.system == name]
        measures: list[Callable[[str, str], float]] = [scores.F1, scores.BLEU, scores.SQUAD]
        rows.append(
            [
                name,
                *(_mean(scores.overlap(own, page.asked, measure)) for measure in measures),
                *(_share(scores.judged(verdicts, judge, leniency)) for judge, leniency in judges),
                _share(scores.refused(own, page.asked, rightly=True)),
                _share(scores.refused(own, page.asked, rightly=False)),
            ]
        )
    heads = [
        "system",
        "F1",
        "BLEU-1",
        "F1 (SQuAD)",
        *(f"J {leniency}, {judge}" for judge, leniency in judges),
    ]
    return "## Answers, %\n\n" + _table([*heads, "refused rightly", "refused wrongly"], rows)


def _costs(page: Page) -> str:
    rows: Rows = []
    for name in page.names:
        taken = [each for each in page.records.systems if each.system == name]
        own = [context for context in page.records.contexts if context.system == name]
        if not taken or not own:
            continue
        times = [context.milliseconds for context in own]
        rows.append(
            [
                name,
                f"{sum(each.tokens for each in taken) / len(taken):,.0f}",
                f"{sum(each.bytes for each in taken) / len(taken) / 1e6:,.1f}",
                f"{sum(each.seconds for each in taken) / len(taken):,.1f}",
                f"{sum(each.spent.calls for each in taken):,}",
                f"{sum(each.spent.tokens_in for each in taken):,}",
                f"{sum(each.spent.tokens_out for each in taken):,}",
                f"{percentile(times, 0.5):,.1f}",
                f"{percentile(times, 0.95):,.1f}",
            ]
        )
    heads = [
        "system", "tokens kept", "MB", "seconds a conversation", "calls to take in", "tokens in", "tokens out",
        "search p50, ms", "p95",
    ]  # fmt: skip
    return "## Costs\n\n" + _table(heads, rows)


def _name(page: Page, category: Category | None) -> str:
    return "all" if category is None else page.dataset.categories[category]


def _share(share: Share) -> str:
    if not share.of:
        return NOTHING
    low, high = share.interval
    return f"{100 * share.value:.1f} [{100 * low:.1f}–{100 * high:.1f}]"


def _mean(found: Mean) -> str:
    return f"{100 * found.value:.1f}" if found.of else NOTHING


def _table(heads: Sequence[str], rows: Rows) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
