"""Accuracy against the tokens of a context, and against latency: as PNG and SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan, log10
from pathlib import Path
from typing import NamedTuple

from lukasa_evals.reports import costs, measures
from lukasa_evals.reports.cells import of_all
from lukasa_evals.reports.published import TABLE_2, Cost
from lukasa_evals.reports.records import Records
from lukasa_evals.systems.catalogue import SYSTEMS

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

_LEAST = 1e-4
"""What takes nothing at all has no place on a logarithmic axis."""

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


class Axis(NamedTuple):
    """What a plot has across."""

    name: str
    """Of the files."""

    label: str
    measured: Callable[[costs.Asking], float]
    printed: Callable[[Cost], float | None]


def plots(records: Records, out: Path) -> list[str]:
    """Draw what can be drawn, and return the files' names without their endings. Raises `ImportError` without matplotlib.

    Points that the paper prints are drawn beside a lenient judge's J alone: its own judge was lenient.
    """
    beside = records.as_published
    measure = measures.judged(records, beside) if beside else measures.deciding(records)
    figures = {system: of_all(measure, system, records) for system in records.systems}
    published = TABLE_2 if beside and records.dataset.name == "locomo" else {}
    axes = [
        Axis("cost", "tokens of a context", lambda found: found.tokens, lambda row: row.tokens),
        Axis(
            "latency",
            "search p95, seconds",
            lambda found: found.search.p95,
            lambda row: row.search and row.search[1],
        ),
    ]
    drawn = []
    for axis in axes:
        points = [*_own(records, figures, axis), *_printed(published, axis)]
        if points:
            _draw(points, f"{measure.name}, %", axis.label, out / axis.name)
            drawn.append(axis.name)
    return drawn


def _own(records: Records, figures: Mapping[str, float | None], axis: Axis) -> list[Point]:
    points = []
    for system, figure in figures.items():
        asking = costs.asking(records, system)
        if figure is not None and asking is not None and not isnan(axis.measured(asking)):
            family = SYSTEMS[system].family if system in SYSTEMS else "lukasa"
            points.append(Point(system, family, max(axis.measured(asking), _LEAST), 100 * figure))
    return points


def _printed(published: Mapping[str, Cost], axis: Axis) -> list[Point]:
    return [
        Point(name, "published", across, row.judged)
        for name, row in published.items()
        if (across := axis.printed(row)) is not None
    ]


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
        axes.margins(x=0.12)
        axes.set_xlabel(f"{across} (logarithmic)")
        axes.set_ylabel(up)
        axes.grid(visible=True, alpha=0.25)
        axes.legend(loc="best", fontsize=8)
        figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
        figure.savefig(path.with_suffix(".png"), dpi=130, metadata={"Software": None})


def _apart(points: Sequence[Point]) -> list[Point]:
    """Return the points that have room for a name: ours first, then the highest; none too near to one that has its name."""
    named: list[Point] = []
    for point in sorted(
        points, key=lambda each: (each.family != "lukasa", each.family == "published", -each.up)
    ):
        near = any(
            abs(log10(point.across) - log10(other.across)) < _WIDE and abs(point.up - other.up) < _HIGH
            for other in named
        )
        if not near:
            named.append(point)
    return named
