"""Tables and plots → `report.md`. No word of a data set is in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lukasa_evals.datasets.values import Dataset
from lukasa_evals.reports import judges, tables
from lukasa_evals.reports.plots import LACKING, plots
from lukasa_evals.reports.records import Records, read

REPORT = "report.md"

_READ = """
F1 is over sets of words, BLEU-1 is NLTK's, both as in the Mem0 paper. J is the share that a judge finds right; a verdict that cannot be
read is not right. `[…]` and `±` are 95 % intervals (Wilson, normal approximation). Questions without an answer are reported apart.
All evidence: every turn that the label cites stands in the context word for word, or a fact with all words of the answer that
the turn has. Answer words: share of the gold answer's content words in the context, where they must be said and not inferred.
Of the baselines with vectors, only the first that is asked a question pays for encoding it; the others find it encoded.
""".strip()


def report(folders: Sequence[Path], dataset: Dataset, out: Path) -> None:
    """Write the report of runs of the same questions into a folder.

    Raises `EvalError` where there is no run, or one of other questions.
    """
    records = read(folders, dataset)
    parts = [_head(records), *_contexts(records)]
    if records.answers:
        parts += _answers(records)
    parts += [
        _part("Cost and latency", tables.costs(records)),
        _part("Taking in and answering", tables.spending(records)),
    ]
    if len(records.systems) > 1:
        parts.append(_part("Question by question", _against(records)))
    parts.append(_pictures(records, out))
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
            f"- {models}; embedder {run['embedder']}; {run['budget']:,} tokens where a system can keep to it",
            f"- prompts: {', '.join(f'{name} {value}' for name, value in run['prompts'].items())}",
        ]
    lines += [f"- `{file}`: sha256 `{digest}`" for file, digest in dataset.sha256.items()]
    lines += [f"- note: {warning}" for warning in dataset.warnings]
    lines += [f"- not run: **{name}**: {why}" for name, why in records.skipped.items()]
    if missing := tables.missing(records):
        lines += ["", "**Not everything is done:**", "", missing]
    return "\n".join([*lines, "", _READ])


def _contexts(records: Records) -> list[str]:
    splits = sorted(set(records.splits.values()))
    corrected = any(question.corrected is not None for question in records.asked.values())
    parts = [
        _part(f"What stands in the context: {split}, %", tables.contexts(records, split, "published"))
        for split in splits
    ]
    if corrected:
        parts += [
            _part(
                f"The same, known wrong labels corrected: {split}, %",
                tables.contexts(records, split, "corrected"),
            )
            for split in splits
        ]
    return parts


def _answers(records: Records) -> list[str]:
    parts = [_part("Answers, %", tables.quality(records, "published"))]
    if any(question.corrected is not None for question in records.asked.values()):
        parts.append(_part("The same, known wrong labels corrected, %", tables.quality(records, "corrected")))
    parts.append(_part("Nothing is known, %", tables.refusals(records)))
    if records.benches:
        parts.append(_part("Judges", judges.wavering(records)))
        if len(records.benches) > 1:
            parts.append(judges.agreement(records))
        if accepted := judges.acceptance(records):
            parts.append(_part("Deliberately wrong answers that were accepted, %", accepted))
    return parts


def _against(records: Records) -> str:
    told = "`*`: p < 0.05 (McNemar's exact test, or paired bootstrap), not corrected for the number of comparisons."
    return f"{tables.against(records, records.systems[0])}\n\n{told}"


def _pictures(records: Records, out: Path) -> str:
    drawn = plots(records, out)
    if not drawn:
        return LACKING
    return "\n\n".join(f"![{name}]({name}.svg)" for name in drawn)


def _part(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"
