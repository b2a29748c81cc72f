"""Tables for people: Markdown for `report.md`, the most important ones for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lukasa_evals.reports.cells import number, percent, table
from lukasa_evals.retrieval import metrics
from lukasa_evals.retrieval.metrics import Measure
from lukasa_evals.retrieval.record import Record
from lukasa_evals.statistics import Estimate
from lukasa_evals.training.learned import LEARNED, LEGEND, learned_on

OURS = "lukasa"


class Table(NamedTuple):
    """A table and what stands above it."""

    title: str
    head: list[str]
    rows: list[list[str]]


def report(settings: Mapping[str, Any], records: Sequence[Record]) -> str:
    """Return the whole report in Markdown."""
    parts = ["# Retrieval", _about(settings), f"{_markdown(_datasets(settings))}\n\n{LEGEND}"]
    parts += [_markdown(each) for each in summary(records)]
    parts += [_markdown(each) for each in _details(records)]
    return "\n\n".join([*parts, _DEFINITIONS]) + "\n"


def summary(records: Sequence[Record]) -> list[Table]:
    """Return the tables that matter most: over all data sets, by data set, and against the baselines."""
    systems = metrics.by_system(records)
    main = _main(records)
    tables = [_found(systems, records), _shown(systems, records)]
    tables += [_by_dataset(systems, measure) for measure in main]
    if OURS in systems and _others(systems):
        tables.append(_differences(systems, main))
    return tables


def _details(records: Sequence[Record]) -> Iterator[Table]:
    measures = _measures(records)
    main = {measure.name for measure in _main(records)}
    systems = metrics.by_system(records)
    for measure in measures:
        if measure.name not in main:
            yield _by_dataset(systems, measure)
    for dataset in _names(records):
        yield _categories(dataset, [record for record in records if record.dataset == dataset])


def _main(records: Sequence[Record]) -> list[Measure]:
    budget = max(_budgets(records))
    wanted = (metrics.all_evidence(budget), "recall@10", "recall@3", f"words, {budget:,}")
    known = {measure.name: measure for measure in _measures(records)}
    return [known[name] for name in wanted]


def _found(systems: Mapping[str, Sequence[Record]], records: Sequence[Record]) -> Table:
    chosen = [each for each in _measures(records) if each.name.startswith(("recall", "all"))]
    rows = []
    for name, of in systems.items():
        speed = metrics.latency(of)
        cells = [percent(metrics.mean(of, measure)) for measure in chosen]
        rows.append([name, *cells, number(speed.p50, 1), number(speed.p95, 1)])
    title = "Found: mean over data sets, each counting alike; % and milliseconds a question"
    return Table(title, ["system", *(measure.name for measure in chosen), "p50", "p95"], rows)


def _shown(systems: Mapping[str, Sequence[Record]], records: Sequence[Record]) -> Table:
    chosen = [each for each in _measures(records) if not each.name.startswith(("recall", "all"))]
    rows = [
        [name, *(percent(metrics.mean(of, measure)) for measure in chosen)] for name, of in systems.items()
    ]
    title = "Shown, and silent: mean over data sets, each counting alike; %"
    return Table(title, ["system", *(measure.name for measure in chosen)], rows)


def _by_dataset(systems: Mapping[str, Sequence[Record]], measure: Measure) -> Table:
    names = _names(record for records in systems.values() for record in records)
    rows = [
        [
            system,
            *(_cell(metrics.estimate(_of(records, name), measure)) for name in names),
            _cell(metrics.estimate(records, measure)),
        ]
        for system, records in systems.items()
    ]
    return Table(f"{measure.name}, by data set, % with 95 % intervals", ["system", *names, "mean"], rows)


def _differences(systems: Mapping[str, Sequence[Record]], measures: Sequence[Measure]) -> Table:
    ours, others = systems[OURS], _others(systems)
    rows = []
    for measure in measures:
        for dataset in (*_names(ours), None):
            mine = ours if dataset is None else _of(ours, dataset)
            theirs = {
                name: records if dataset is None else _of(records, dataset)
                for name, records in others.items()
            }
            best = metrics.strongest(theirs, measure)
            found = metrics.difference(theirs[best], mine, measure)
            rows.append([measure.name, dataset or "mean", best, _cell(found, sign="+")])
    title = "Lukasa less the strongest baseline of each row, points with 95 % intervals, paired by question"
    return Table(title, ["measure", "data set", "strongest baseline", "difference"], rows)


def _categories(dataset: str, records: Sequence[Record]) -> Table:
    systems = metrics.by_system(records)
    measures = _main(records)
    others = _others(systems)
    names = [name for name in systems if name == OURS]
    if others:
        names.append(metrics.strongest(others, measures[0]))
    rows = []
    for category in dict.fromkeys(record.category for record in records):
        of = {name: [each for each in systems[name] if each.category == category] for name in names}
        cells = [percent(metrics.mean(of[name], measure)) for measure in measures for name in names]
        rows.append([category, str(len(next(iter(of.values())))), *cells])
    heads = [f"{measure.name}: {name}" for measure in measures for name in names]
    return Table(f"{dataset}, by category, %", ["category", "questions", *heads], rows)


def _datasets(settings: Mapping[str, Any]) -> Table:
    rows = [
        [
            f"{each['name']} {LEARNED}" if learned_on(each["name"], each["sha256"]) else each["name"],
            *(
                f"{each[field]:,}"
                for field in ("conversations", "turns", "words", "questions", "with_evidence", "unanswerable")
            ),
            f"{each['facts']:,}",
            number(1000 * sum(each["calls"].values()) / max(each["turns"], 1), 1),
            percent(_kept(each)),
            ", ".join(f"`{digest[:12]}`" for digest in each["sha256"].values()),
        ]
        for each in settings["datasets"]
    ]
    head = [
        "data set",
        "conversations",
        "turns",
        "words a turn",
        "questions",
        "with evidence",
        "unanswerable",
        "facts",
        "calls for 1,000 turns",
        "facts on file that are stored, %",
        "sha256",
    ]
    return Table("Data sets", head, rows)


def _kept(about: Mapping[str, Any]) -> float | None:
    counted = about.get("strong facts")
    return counted["stored"] / counted["given"] if counted and counted["given"] else None


def _about(settings: Mapping[str, Any]) -> str:
    code, machine = settings["code"], settings["machine"]
    changed = ", with uncommitted changes" if code["dirty"] else ""
    dense = settings["dense_model"] or "the same encoder"
    extractor = " with ".join(
        dict.fromkeys(
            [settings["extractor"], *(each["model"] for each in settings["datasets"] if each["model"])]
        )
    )
    past = "\n- Only what was said before a question's date could be found" if settings["past"] else ""
    return "\n".join(
        [
            f"- {settings['date']}, Lukasa {code['lukasa']}, commit `{code['commit'] or 'unknown'}`{changed}",
            f"- Facts: {extractor}",
            f"- Embedder: {settings['embedder'] or 'none'}; vectors of the baselines: {dense}",
            f"- Python {machine['python']}, {machine['cpus']} CPUs, {machine['platform']}{past}",
        ]
    )


def _markdown(each: Table) -> str:
    return f"## {each.title}\n\n{table(each.head, each.rows)}"


def _cell(found: Estimate, sign: str = "") -> str:
    if found.value != found.value:
        return percent(None)
    low, high = found.interval
    return f"{100 * found.value:{sign}.1f} [{100 * low:{sign}.1f}, {100 * high:{sign}.1f}]"


def _of(records: Iterable[Record], dataset: str) -> list[Record]:
    return [record for record in records if record.dataset == dataset]


def _names(records: Iterable[Record]) -> list[str]:
    return list(dict.fromkeys(record.dataset for record in records))


def _others(systems: Mapping[str, Sequence[Record]]) -> dict[str, Sequence[Record]]:
    return {name: records for name, records in systems.items() if not name.startswith(OURS)}


def _measures(records: Sequence[Record]) -> list[Measure]:
    return metrics.measures(_budgets(records))


def _budgets(records: Sequence[Record]) -> list[int]:
    return list(records[0].contexts)


_DEFINITIONS = """## How each figure is defined

Only questions that have an answer and labelled evidence count, unless said. Each is a mean over questions, then over data sets.
Intervals are bootstraps over questions (2,000 resamples, each data set by itself); differences are paired.

- **recall@k**: the share of a question's evidence turns among the first k turns. A turn of which a passage or a fact was found
  counts at its place.
- **all, B**: every evidence turn stands in a context of at most B tokens, whole or in part (eight words in a row, or a fact with
  all words of the answer that the turn has). **said, B**: the same by turns alone. **whole, B**: every one stands in it whole.
- **words, B**: the share of the answer's content words in that context; with several accepted answers, the best. LoCoMo's
  open-domain questions are left out: their answers are inferred.
- **silent**: no hit, or a context without a turn or a fact; over answerable and over unanswerable questions.
- **p50, p95**: from the question to the ranking, encoding of the question included, in milliseconds.

Lukasa's context is what `context` gives. A baseline takes its best turns (or passages) in the order of its ranking as long as
they fit, and shows them in order of time, each turn with its date and speaker. `bm25` reads the terms of Lukasa's full-text
search, `dense` compares one vector a text, `rrf` fuses the two rankings (k = 60); each over whole turns and over passages of
about 100 words."""
