"""Tables and plots → `report.md`, with every figure in `figures.csv`. No word of a data set is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from lukasa_evals.datasets.values import Dataset, Labels
from lukasa_evals.reports import figures, headline, judges, measures, tables
from lukasa_evals.reports.gaps import gaps
from lukasa_evals.reports.plots import plots
from lukasa_evals.reports.records import Records, read
from lukasa_evals.tokens import ESTIMATE, TOLD
from lukasa_evals.training.learned import LEGEND

REPORT = "report.md"

_LABELS: Mapping[Labels, str] = {"published": "", "corrected": ", known wrong labels corrected"}

_LACKING = "No plots: matplotlib is not installed (pip install 'lukasa-evals[plots]')."

_READ = """
F1 is over sets of words, BLEU-1 is NLTK's, both as in the Mem0 paper. J is the share that a judge finds right; a verdict that cannot be
read is not right. `[…]` and `±` are 95 % intervals (Wilson, normal approximation); in the table of J, `±` is one standard
deviation over repetitions of the whole set and `[…]` is of the first. Questions without an answer are reported apart. `–`: not measured.
All evidence: every turn that the label cites stands in the context word for word, or a fact with all words of the answer that
the turn has. Answer words: share of the gold answer's content words in the context, where they must be said and not inferred.
Of the baselines with vectors, only the first that is asked a question pays for encoding it; the others find it encoded. What a batch
answered has no latency. Prices are those of the price list; a batch costs less. Unreadable replies: after they were asked for once
more, and requests that were refused.
""".strip()


def report(folders: Sequence[Path], dataset: Dataset, out: Path) -> None:
    """Write the report of runs of the same questions into a folder: `report.md`, `figures.csv`, plots.

    Raises `EvalError` where there is no run, or one of other questions.
    """
    out.mkdir(parents=True, exist_ok=True)
    records = read(folders, dataset)
    parts = [_head(records), *_contexts(records)]
    if records.answers:
        parts += _answers(records)
    parts += [
        _part("Cost and latency", tables.latency(records)),
        _part("Taking in and answering", tables.spending(records)),
    ]
    if len(records.systems) > 1:
        parts.append(_part("Question by question", _against(records)))
    if dataset.name == "locomo":
        parts.append(_part("The paper's four claims", headline.written(headline.headline(records))))
    parts.append(_pictures(records, out))
    figures.write(records, out)
    (out / REPORT).write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _head(records: Records) -> str:
    dataset = records.dataset
    lines = [
        f"# {dataset.name}: {len(dataset.conversations):,} conversations, {len(records.asked):,} questions",
        "",
    ]
    for run in records.runs:
        code = run["code"]
        models = ", ".join(f"{role}: {model}" for role, model in run["models"].items()) or "no model"
        lines += [
            f"- {run['started']}, Lukasa {code['lukasa']}, commit `{code['commit']}`{' with changes' if code['dirty'] else ''}",
            *([f"- rows of: {', '.join(run['systems'])}"] if len(records.runs) > 1 else []),
            f"- {models}; embedder {run['embedder']}; {run['budget']:,} tokens where a system can keep to it",
            f"- tokens are {TOLD[run.get('tokens', ESTIMATE)]}",
            f"- prompts: {', '.join(f'{name} {value}' for name, value in run['prompts'].items())}",
        ]
    lines += [f"- `{file}`: sha256 `{digest}`" for file, digest in dataset.sha256.items()]
    lines += [f"- note: {warning}" for warning in dataset.warnings]
    lines += [f"- not run: **{name}**: {why}" for name, why in records.skipped.items()]
    if any(records.shown(system) != system for system in records.systems):
        lines.append(f"- {LEGEND}")
    if undone := gaps(records):
        lines += ["", "**Not everything is done:**", "", *(f"- {each}" for each in undone)]
    return "\n".join([*lines, "", _READ])


def _contexts(records: Records) -> list[str]:
    return [
        _part(
            f"What stands in the context: {split}{_LABELS[labels]}, %",
            tables.contexts(records, split, labels),
        )
        for labels in records.labels
        for split in sorted(set(records.splits.values()))
    ]


def _answers(records: Records) -> list[str]:
    parts = []
    for labels in records.labels:
        squad = measures.overlap(records, labels)[2]
        parts += [
            _part(f"Answers, as the paper counts{_LABELS[labels]}, %", tables.quality(records, labels)),
            _part(f"Answers, as SQuAD counts{_LABELS[labels]}, %", tables.by_category(records, squad)),
        ]
        if records.benches:
            parts.append(_part(f"J{_LABELS[labels]}, %", judges.wavering(records, labels)))
    parts.append(_part("Nothing is known, %", tables.refusals(records)))
    if len(records.benches) > 1:
        parts.append(_part("Do judges agree?", judges.agreement(records)))
    if accepted := judges.acceptance(records):
        parts.append(_part("Deliberately wrong answers that were accepted, %", accepted))
    return parts


def _against(records: Records) -> str:
    told = "`*`: p < 0.05 (McNemar's exact test, or paired bootstrap), not corrected for the number of comparisons."
    return f"{tables.against(records, records.systems[0])}\n\n{told}"


def _pictures(records: Records, out: Path) -> str:
    if find_spec("matplotlib") is None:
        return _LACKING
    drawn = plots(records, out)
    return "\n\n".join(f"![{name}]({name}.svg)" for name in drawn) or "No plots: nothing was measured."


def _part(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"
