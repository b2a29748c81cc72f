"""Measures the engine: speed, memory, disk and several processes at once. `python benchmarks/run.py --help`."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cyclopts import App
from figures import Row, series
from rich.console import Console
from rich.table import Table

SIZES = (1_000, 10_000, 100_000)
MANY = 100
"""Partitions of the store that is shared out."""

WORKER = Path(__file__).parent / "worker.py"

# From design.md, section 9: (engine alone, with query encoding) in milliseconds, one partition.
RECALL_TARGETS = {10_000: (5.0, 20.0), 100_000: (25.0, 40.0)}

app = App(name="benchmarks", help="How fast Lukasa is, and what it needs.")
console = Console()
if not console.is_terminal:
    console = Console(width=170)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much to measure."""

    folder: Path
    sizes: Sequence[int]
    repeats: int
    """Calls that are timed for each row."""

    seconds: float
    """How long readers and a writer work side by side."""

    real_turns: int
    """Turns that the real models encode."""

    starts: int
    """New processes for each row about starting."""

    operations: int
    """What each of two processes does on one file."""

    bulk: int
    """Messages in one call."""

    largest: int
    """Messages in a call that is as large as one may be."""

    dims: int
    """Dimensions of the default models' token vectors."""

    @property
    def tokens(self) -> str:
        """The kind of store with synthetic vectors for everything."""
        return f"tokens:{self.dims}"

    @property
    def query(self) -> str:
        """The kind of store with synthetic vectors for documents only."""
        return f"query:{self.dims}"

    @property
    def middle(self) -> int:
        """The size at which memory, disk, a cold start and processes are measured."""
        return 10_000 if 10_000 in self.sizes else max(self.sizes)


@app.default
def main(*, quick: bool = False, sizes: str = "", only: str = "", out: Path | None = None) -> None:
    """Run everything and print a table.

    Parameters
    ----------
    quick
        About a minute: small sizes and few repeats, to see that it works. Its figures mean little.
    sizes
        Documents in a store, with commas; default 1000,10000,100000.
    only
        Which measurements, with commas: starting, encoding, at_size, footprint, cold_start, readers_and_writer, processes,
        bulk, tasks. Those that need a store of the others' fill one.
    out
        Where to write the figures as JSON; default: runs/ and a name made of the date.
    """
    now = datetime.now(UTC)
    chosen = [int(size) for size in sizes.split(",")] if sizes else ([1_000] if quick else list(SIZES))
    rows: list[Row] = []
    probed = work("probe")
    console.print(
        f"Token vectors of {probed['dims']} dimensions; a document has {probed['real']:.1f} of them with the real model "
        f"and {probed['synthetic']:.1f} synthetic ones",
        highlight=False,
    )
    with tempfile.TemporaryDirectory(prefix="lukasa-benchmarks-") as folder:
        plan = Plan(
            folder=Path(folder),
            sizes=chosen,
            repeats=30 if quick else 300,
            seconds=3 if quick else 10,
            real_turns=100 if quick else 500,
            starts=2 if quick else 7,
            operations=100 if quick else 500,
            bulk=1_000 if quick else 4_000,
            largest=5_000 if quick else 100_000,
            dims=probed["dims"],
        )
        for row in measure(plan, only.split(",") if only else list(SECTIONS)):
            console.print(f"{row.name}: {_number(row.median)} {row.unit}", highlight=False, style="dim")
            rows.append(row)
    console.print(table(rows))
    path = out or Path("runs") / f"benchmarks-{now:%Y%m%dT%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_record(rows, now, probed, quick=quick), indent=1) + "\n", encoding="utf-8")
    console.print(f"Figures: {path}", highlight=False)


def measure(plan: Plan, chosen: Sequence[str]) -> Iterator[Row]:
    """Go through the measurements, in the order of the table."""
    for name in chosen:
        if name not in SECTIONS:
            raise SystemExit(f"no measurement is called {name!r}; there are {', '.join(SECTIONS)}")
        yield from SECTIONS[name](plan)


def starting(plan: Plan) -> Iterator[Row]:
    """How long importing `Memory` takes, in new processes; the first one warms the disk and is left out."""
    found = [work("bare_import")["import"] for _ in range(plan.starts + 1)][1:]
    yield series("from lukasa import Memory, new process", found, target=300)


def encoding(plan: Plan) -> Iterator[Row]:
    """Measure writing with the real models."""
    path = plan.folder / "real.lukasa"
    filled = work("fill", path=path, kind="real", size=plan.real_turns, partitions=1)
    yield Row(
        name="bulk import, real encoding",
        unit="turns/s",
        median=filled["turns"] / filled["seconds"],
        target=60.0 * (os.cpu_count() or 1),
        more_is_better=True,
        note=f"{filled['turns']} turns, sessions of 25; target 60 a core",
    )
    times = work("remember", path=path, kind="real", n=min(100, plan.repeats))["times"]
    yield series("remember one turn, real encoding", times, target=25)


def at_sizes(plan: Plan) -> Iterator[Row]:
    """Each size, in one partition and shared out."""
    for size in plan.sizes:
        for partitions in (1, MANY):
            yield from at_size(plan, size, partitions)


def at_size(plan: Plan, size: int, partitions: int) -> Iterator[Row]:
    """Import, remember, recall and context at one size."""
    path = plan.folder / f"{size}-{partitions}.lukasa"
    where = f"{size:,} documents, {partitions} partition{'s' if partitions > 1 else ''}"
    filled = work("fill", path=path, kind=plan.tokens, size=size, partitions=partitions)
    yield Row(
        name=f"bulk import, engine alone, {where}",
        unit="turns/s",
        median=filled["turns"] / filled["seconds"],
        more_is_better=True,
        note="synthetic vectors, one transaction a session of 25",
    )
    alone, encoded = RECALL_TARGETS.get(size, (None, None)) if partitions == 1 else (None, None)
    for kind, label, target in (
        (plan.tokens, "engine alone", alone),
        (plan.query, "with query encoding", encoded),
    ):
        found = work("read", path=path, kind=kind, partitions=partitions, n=plan.repeats)
        yield series(
            f"recall, {label}, {where}", found["recall"], target=target, note="documents' vectors synthetic"
        )
        yield series(f"context of 1,000 tokens, {label}, {where}", found["context"])
        if kind == plan.tokens:
            yield series(
                f"first recall in a partition, {where}", found["first"], note="nothing of it in memory yet"
            )
    times = work("remember", path=path, kind=plan.tokens, n=plan.repeats)["times"]
    yield series(f"remember one turn, engine alone, {where}", times, target=2)


def footprint(plan: Plan) -> Iterator[Row]:
    """Memory and disk, with one dense vector a document, and with token vectors."""
    for kind, label, disk in (("dense", "dense only", 30.0), (plan.tokens, "with token vectors", 80.0)):
        path = plan.folder / f"footprint-{kind.partition(':')[0]}.lukasa"
        filled = work("fill", path=path, kind=kind, size=plan.middle, partitions=1)
        goal = disk if plan.middle == 10_000 else None
        yield Row(
            name=f"disk, {plan.middle:,} documents, {label}", unit="MB", median=filled["disk"], target=goal
        )
        found = work("read", path=path, kind=kind, partitions=1, n=20)
        yield Row(
            name=f"memory, {plan.middle:,} documents, {label}",
            unit="MB",
            median=found["memory"],
            note=f"resident after recalls, without models; {found['opened']:.0f} MB of it before the first one",
        )


def cold_start(plan: Plan) -> Iterator[Row]:
    """From nothing to the first answer, models included; the first process warms the disk and is left out."""
    path = filled_store(plan)
    found = [
        work("cold", path=path, kind=plan.query, user="user-000")["total"] for _ in range(plan.starts + 1)
    ][1:]
    yield series(
        f"import, open, load models, first recall, new process, {plan.middle:,} documents", found, target=1000
    )


def readers_and_writer(plan: Plan) -> Iterator[Row]:
    """Four processes recall while one remembers, in the same partition of the same file."""
    path = filled_store(plan)
    start = time.time() + 5
    usual = {"path": path, "kind": plan.tokens, "start": start, "seconds": plan.seconds}
    found = side_by_side(
        *(("reader", {**usual, "seed": 100 + place}) for place in range(4)),
        ("writer", {**usual, "seed": 99, "pause": 0.05}),
    )
    reads = [ms for each in found[:-1] for ms in each["times"]]
    note = f"{plan.seconds:g} s, one partition of {plan.middle:,}; {os.cpu_count()} CPUs for 5 processes"
    yield series("recall, each of 4 readers beside a writer", reads, note=note)
    yield series("remember, a writer beside 4 readers", found[-1]["times"], note="20 a second at most")


def filled_store(plan: Plan) -> Path:
    """Return the store of one partition of the middle size, filled if `at_sizes` has not."""
    path = plan.folder / f"{plan.middle}-1.lukasa"
    if not path.exists():
        work("fill", path=path, kind=plan.tokens, size=plan.middle, partitions=1)
    return path


def processes(plan: Plan) -> Iterator[Row]:
    """Two processes on one partition, then four; then the store is compared with what they were told."""
    for names, operations in (("left", "right"), plan.operations), (("a", "b", "c", "d"), 200):
        path = plan.folder / f"{len(names)}-processes.lukasa"
        usual = {"path": path, "kind": plan.tokens, "start": time.time() + 3, "n": operations}
        found = side_by_side(
            *(("mixed", {**usual, "name": name, "seed": seed}) for seed, name in enumerate(names, 1))
        )
        said = {id_: text for each in found for id_, text in each["said"].items()}
        forgotten = [id_ for each in found for id_ in each["forgotten"]]
        checked = work("check", path=path, kind=plan.tokens, said=said, forgotten=forgotten)
        errors = [error for each in found for error in each["errors"]]
        wrong = checked["lost"] + checked["unknown"] + checked["wrongly_hidden"] + len(checked["findings"])
        done = " ".join(
            f"{name} {sum(each['done'].get(name, 0) for each in found)}" for name in found[0]["done"]
        )
        yield Row(
            name=f"{len(names)} processes, {operations} mixed operations each",
            unit="operations/s",
            median=len(names) * operations / max(each["seconds"] for each in found),
            target=200,
            more_is_better=True,
            note=done,
        )
        yield Row(name="… errors", unit="", median=len(errors), target=0, note=errors[0] if errors else "")
        yield Row(
            name="… turns lost, changed, unknown or wrongly hidden; findings of verify",
            unit="",
            median=wrong,
            target=0,
            note=f"{checked['turns']:,} turns; {checked}"
            if wrong
            else f"{checked['turns']:,} turns acknowledged and there",
        )


def bulk(plan: Plan) -> Iterator[Row]:
    """Measure one call with many messages: without rules, with them, and as many as a call may have."""
    for extractor, size, target in (
        ("none", plan.bulk, 2500),
        ("rules", plan.bulk, 1000),
        ("none", plan.largest, None),
    ):
        path = plan.folder / f"bulk-{extractor}-{size}.lukasa"
        found = work("bulk", path=path, kind=plan.tokens, extractor=extractor, size=size)
        what = f"one remember of {size:,} messages, {'without' if extractor == 'none' else 'with'} rules"
        yield Row(
            name=what,
            unit="rows/s of processor",
            median=found["rows"],
            target=target,
            more_is_better=True,
            note=f"without its {found['encoding']:.1f} s of encoding",
        )
        yield Row(
            name="… memory", unit="MB", median=found["memory"], note="the most, over what it was before"
        )
        yield Row(
            name="… longest stretch in which the loop's thread computes",
            unit="ms",
            median=found["longest"],
            target=20,
        )


def tasks(plan: Plan) -> Iterator[Row]:
    """Measure recalls of 4 and of 64 tasks in one loop, on a store of the middle size."""
    path = filled_store(plan)
    n = max(128, plan.repeats)
    few, many = (work("at_once", path=path, kind=plan.tokens, tasks=count, n=n) for count in (4, 64))
    yield series("recall, 4 at once in one loop", few["times"], note=f"{few['per_second']:.0f} a second")
    row = series("recall, 64 at once in one loop", many["times"], note=f"{many['per_second']:.0f} a second")
    yield row
    throughput = many["per_second"] / few["per_second"]
    yield Row(name="… throughput by that of 4", unit="", median=throughput, target=1, more_is_better=True)
    yield Row(name="… p95 by p50", unit="", median=(row.p95 or 0) / row.median, target=10)


SECTIONS: dict[str, Callable[[Plan], Iterator[Row]]] = {
    "starting": starting,
    "encoding": encoding,
    "at_size": at_sizes,
    "footprint": footprint,
    "cold_start": cold_start,
    "readers_and_writer": readers_and_writer,
    "processes": processes,
    "bulk": bulk,
    "tasks": tasks,
}


def work(case: str, **arguments: Any) -> dict[str, Any]:
    """Run a case in a new process."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(WORKER), case],
        input=json.dumps(arguments, default=str),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{case} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def side_by_side(*cases: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Run cases in processes at the same time; their results in order."""
    with ThreadPoolExecutor(len(cases)) as pool:
        return list(pool.map(lambda each: work(each[0], **each[1]), cases))


def table(rows: Sequence[Row]) -> Table:
    """Return the table for the terminal."""
    found = Table(title="Lukasa, measured", title_justify="left")
    found.add_column("what", overflow="fold")
    for name in ("median", "p95", "n", "target", ""):
        found.add_column(name, justify="right", no_wrap=True)
    found.add_column("note", style="dim", overflow="fold")
    for row in rows:
        verdict = {None: "", True: "[green]✓[/]", False: "[red]✗[/]"}[row.reached]
        limit = "" if row.target is None else f"{'≥' if row.more_is_better else '≤'} {_number(row.target)}"
        p95 = "" if row.p95 is None else _number(row.p95)
        found.add_row(
            row.name, f"{_number(row.median)} {row.unit}", p95, str(row.n), limit, verdict, row.note
        )
    return found


def _record(rows: Sequence[Row], now: datetime, probed: dict[str, Any], *, quick: bool) -> dict[str, Any]:
    commit = subprocess.run(  # noqa: S603 - fixed arguments
        ["git", "-C", str(WORKER.parent), "rev-parse", "HEAD"],  # noqa: S607 - whatever git the user has
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "date": now.isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or None,
        "quick": quick,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "vectors": probed,
        "rows": [{**asdict(row), "reached": row.reached} for row in rows],
    }


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


if __name__ == "__main__":
    app()
