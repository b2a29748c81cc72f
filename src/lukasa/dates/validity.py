"""When what somebody says is true: a state from its beginning, or from now; an event at its time. Pure."""

from __future__ import annotations

from datetime import datetime

from lukasa.domain.interval import Interval


def validity(when: Interval | None, said_at: datetime, *, state: bool, ended: bool) -> Interval | None:
    """Return when a statement is true; *when* is the time that its words name, if they do.

    `None`: an event of which nobody said when.
    """
    if ended:
        return _until(when, said_at)
    if not state:
        return when
    if when is None or when.start is None or when.start > said_at:
        return Interval(start=said_at, granularity="instant")
    return Interval(start=when.start, granularity=when.granularity, phrase=when.phrase)


def _until(when: Interval | None, said_at: datetime) -> Interval:
    """Return when something that has ended was so."""
    if when is None or when.start is None or when.start > said_at:
        return Interval(end=said_at, granularity="instant")
    if when.end is None:
        return Interval(end=when.start, granularity=when.granularity, phrase=when.phrase)
    return when
