"""Processor time and memory of other processes: what a busy machine does not change."""

from __future__ import annotations

import os
from pathlib import Path


def processor_seconds(process: int) -> float:
    """Return what a process, its children, and those of them that have ended, have used. Linux alone."""
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        number, parent = int(entry.parent.name), int(fields[1])
        if process in (number, parent):
            ticks += sum(map(int, fields[11:13]))
        if process == number:
            ticks += sum(map(int, fields[13:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_megabytes(process: int) -> float:
    """Return how much memory a process has now. Linux alone."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
