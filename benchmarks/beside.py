"""Lukasa beside what else one could use, on the same texts and vectors, each in an environment of its own: `beside.py --help`.

Absolute times mean little on a machine that does other things; the cases of all products take turns, so ratios mean more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from cyclopts import App

HERE = Path(__file__).parent
REQUIREMENTS = {
    "mem0": ("mem0ai==2.2.1",),
    "langgraph": ("langgraph-checkpoint-sqlite==3.1.2", "pysqlite3-binary==0.5.4.post2", "numpy"),
    "fts5+vec": ("sqlite-vec==0.1.9", "pysqlite3-binary==0.5.4.post2", "numpy"),
}
OURS = ("lukasa", "turns")
PRODUCTS = (*OURS, *REQUIREMENTS)
ENCODING = tuple(f"{name}, encoding" for name in OURS)
"""The same stores, with questions encoded by the bundled model. Peers encode before they search: for them the time adds up."""

app = App(help=__doc__)


@app.default
def main(
    *,
    environments: Path = Path("runs/environments"),
    sizes: str = "1000,10000,50000",
    rounds: int = 3,
    questions: int = 30,
    products: str = ",".join(PRODUCTS),
    out: Path | None = None,
) -> None:
    """Fill a store for each product and size, then let all take turns; print a table.

    Parameters
    ----------
    environments
        Where the peers' environments are, or are made.
    sizes
        Texts in a store, with commas.
    rounds
        How often each case runs, in turn with those of the others.
    questions
        Asked, and texts stored one by one, in each round.
    products
        Which ones, with commas.
    out
        Where to write all figures as JSON.
    """
    chosen = products.split(",")
    pythons = {name: _python(name, environments) for name in chosen}
    figures: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="lukasa-beside-") as folder:
        for size in map(int, sizes.split(",")):
            paths = {name: Path(folder) / f"{name}-{size}" for name in chosen}
            for product, case, given in _cases(chosen, size, rounds=rounds, questions=questions):
                name = product.partition(",")[0]
                found = _run(pythons[name], product, case, {**given, "path": str(paths[name])})
                figures.append({"product": product, "case": case, "size": size, **found})
                print(product, case, size, _short(found), file=sys.stderr, flush=True)
            for name, path in paths.items():
                disk = sum(file.stat().st_size for file in _files(path))
                figures.append({"product": name, "case": "disk", "size": size, "MB": disk / 1e6})
    if out is not None:
        out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print("\n".join(table(figures, chosen)))


def _cases(
    chosen: Sequence[str], size: int, *, rounds: int, questions: int
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield product, case and arguments: filling first, then rounds in which all take turns."""
    for name in chosen:
        yield name, "fill", {"size": size}
    asking = [*chosen, *(name for name in ENCODING if name.partition(",")[0] in chosen)]
    for turn in range(rounds):
        for case, names in (("read", asking), ("remember", chosen)):
            for name in names:
                yield name, case, {"n": questions, "seed": 100 + turn}


def table(figures: Sequence[dict[str, Any]], chosen: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown: medians, and in brackets how many times ours (turns) that is."""
    columns = [*chosen, *(name for name in ENCODING if name.partition(",")[0] in chosen)]
    yield "| | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for size in dict.fromkeys(each["size"] for each in figures):
        for title, case, key in (
            ("recall, ms by the clock", "read", ("times", 0)),
            ("recall, ms of processor", "read", ("times", 1)),
            ("first recall of a process, ms of processor", "read", ("first", 1)),
            ("memory of the process then, MB", "read", ("memory", None)),
            ("remember one, ms by the clock", "remember", ("times", 0)),
            ("remember one, ms of processor", "remember", ("times", 1)),
            ("bulk, rows a second of processor", "fill", ("rows/s of processor", None)),
            ("disk, MB", "disk", ("MB", None)),
        ):
            values = {name: _median(figures, (name, case, size), key) for name in columns}
            ours = values.get("turns")
            cells = [_cell(value, ours) for value in values.values()]
            yield f"| {size:,}: {title} | " + " | ".join(cells) + " |"


def _median(
    figures: Sequence[dict[str, Any]], wanted: tuple[str, str, int], key: tuple[str, int | None]
) -> float | None:
    name, place = key
    values: list[float] = []
    for each in figures:
        if (each["product"], each["case"], each["size"]) == wanted and name in each:
            found = each[name]
            pairs = found if name == "times" else [found]
            values += [pair if place is None else pair[place] for pair in pairs]
    return median(values) if values else None


def _cell(value: float | None, ours: float | None) -> str:
    if value is None:
        return ""
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{shown} ({value / ours:.1f}×)" if ours else shown


def _python(name: str, environments: Path) -> str:
    """Return the interpreter of a product's environment, made when it is not there yet; ours is the one that runs this."""
    if name in OURS:
        return sys.executable
    folder = environments / name
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS[name]]
        subprocess.run(command, check=True)  # noqa: S603 - fixed names
    return str(python)


def _run(python: str, product: str, case: str, given: dict[str, Any]) -> dict[str, Any]:
    command = [python, str(HERE / "peers.py"), product, case]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{product}, {case} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file()]
    return list(path.parent.glob(f"{path.name}*"))


def _short(found: dict[str, Any]) -> str:
    times = found.get("times")
    return f"{median(wall for wall, _ in times):.1f} ms" if times else json.dumps(found)


if __name__ == "__main__":
    app()
