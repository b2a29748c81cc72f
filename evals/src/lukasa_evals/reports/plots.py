"""Accuracy against the tokens of a context, and against latency: as PNG and SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from math import log10
from pathlib import Path
from typing import NamedTuple

from lukasa_evals.reports import tables
from lukasa_evals.reports.published import TABLE_2
from lukasa_evals.reports.records import Records
from lukasa_evals.statistics import percentile
from lukasa_evals.systems.catalogue import SYSTEMS

LACKING = "No plots: matplotlib is not installed (pip install 'lukasa-evals[plots]')."

_LOOKS: Mapping[str, tuple[str, str]] = {
    "lukasa": ("o", "#0072B2"),
    "established": ("s", "#D55E00"),
    "rag": ("^", "#009E73"),
    "full context": ("D", "#000000"),
    "open source": ("v", "#CC79A7"),
    "proprietary": ("P", "#E69F00"),
    "platform": ("X", "#56B4E9"),
    "published": ("o", "#999999"),
}
"""Marker and colour of a family; the colours can be told apart by the colour-blind (Okabe and Ito)."""

_SIZE = (9.0, 5.5)
_LABELS = 7
_WIDE, _HIGH = 0.16, 2.2
"""How near two names may be: in powers of ten across, in points up."""


class Point(NamedTuple):
    """A system in a plot."""

    name: str
    family: str
    across: float
    up: float


def plots(records: Records, out: Path) -> list[str]:
    """Draw what can be drawn, and return the files' names without their endings; none without matplotlib."""
    if find_spec("matplotlib") is None:
        return []
    drawn = []
    overall = {system: found for system in records.systems if (found := tables.overall_of(records, system))}
    if not overall:
        return []
    what = next(iter(overall.values()))[1]
    judged = bool(records.benches) and records.dataset.name == "locomo"
    for name, across, printed in (
        ("cost", _tokens(records), {key: float(row.tokens) for key, row in TABLE_2.items()}),
        ("latency", _seconds(records), {key: row.search[1] for key, row in TABLE_2.items() if row.search}),
    ):
        points = [
            Point(system, SYSTEMS[system].family if system in SYSTEMS else "lukasa", across[system], figure)
            for system, (figure, _) in overall.items()
            if across.get(system)
        ]
        if judged:
            points += [Point(key, "published", printed[key], TABLE_2[key].judged) for key in printed]
        if points:
            label = "tokens of a context" if name == "cost" else "search p95, seconds"
            _draw(points, f"{what}, %", label, out / name)
            drawn.append(name)
    return drawn


def _tokens(records: Records) -> dict[str, float]:
    found: dict[str, list[int]] = {}
    for context in records.contexts:
        found.setdefault(context.system, []).append(context.tokens)
    return {system: sum(each) / len(each) for system, each in found.items()}


def _seconds(records: Records) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for context in records.contexts:
        found.setdefault(context.system, []).append(context.milliseconds / 1000)
    # What takes no time at all has no place on a logarithmic axis.
    return {system: max(percentile(each, 0.95), 1e-4) for system, each in found.items()}


def _draw(points: Sequence[Point], up: str, across: str, path: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - large, and only wanted here
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context({"svg.hashsalt": "lukasa-evals", "font.size": 9}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        for family, (marker, colour) in _LOOKS.items():
            own = [point for point in points if point.family == family]
            if own:
                axes.scatter(
                    [point.across for point in own],
                    [point.up for point in own],
                    marker=marker,
                    s=45,
                    facecolors="none" if family == "published" else colour,
                    edgecolors=colour,
                    label=family,
                )
        for point in _apart(points):
            axes.annotate(
                point.name,
                (point.across, point.up),
                xytext=(5, 4),
                textcoords="offset points",
                fontsize=_LABELS,
            )
        axes.set_xscale("log")
        axes.set_xlabel(f"{across} (logarithmic)")
        axes.set_ylabel(up)
        axes.grid(visible=True, alpha=0.25)
        axes.legend(loc="best", fontsize=8)
        figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
        figure.savefig(path.with_suffix(".png"), dpi=130, metadata={"Software": None})


def _apart(points: Sequence[Point]) -> list[Point]:
    """Return the points that have room for a name: the highest first, and none too near to one that has its name."""
    named: list[Point] = []
    for point in sorted(points, key=lambda each: (each.family != "lukasa", -each.up)):
        near = any(
            abs(log10(point.across) - log10(other.across)) < _WIDE and abs(point.up - other.up) < _HIGH
            for other in named
        )
        if not near:
            named.append(point)
    return named
