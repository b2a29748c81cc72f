"""What is measured, and how it is shown beside what was wanted."""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    unit: str
    median: float
    p95: float | None = None
    """`None` when it was measured once."""

    n: int = 1
    target: float | None = None
    """From design.md, section 9."""

    more_is_better: bool = False
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the median is as good as was wanted; `None` when nothing was."""
        if self.target is None:
            return None
        return self.median >= self.target if self.more_is_better else self.median <= self.target


def series(
    name: str, values: Sequence[float], *, unit: str = "ms", target: float | None = None, note: str = ""
) -> Row:
    """Return the row of a repeated measurement."""
    ordered = sorted(values)
    return Row(
        name=name,
        unit=unit,
        median=_at(ordered, 0.5),
        p95=_at(ordered, 0.95) if len(ordered) > 1 else None,
        n=len(ordered),
        target=target,
        note=note,
    )


def milliseconds(call: Callable[[], object]) -> float:
    """Return how long a call took."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def resident() -> float:
    """Return the memory that this process has now, in MB; where the system does not tell, the most that it had."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return peak()
    return pages * resource.getpagesize() / MB


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (MB if sys.platform == "darwin" else 1000)


def on_disk(path: Path) -> float:
    """Return the size of a store in MB, write-ahead log included."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")) / MB


def _at(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return math.nan
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
