"""Work that is left for later, and what is kept of it beside the memory itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from lukasa.domain.scope import Partition, content_id
from lukasa.domain.turn import MAX_INT
from lukasa.errors import InputError

JobState = Literal["waiting", "running", "dead"]
"""`dead`: it failed too often; it stays, with its error, until it is revived. Finished jobs are not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done for one session, or for no session in particular.

    It holds nothing of what was said: what is to be done follows from what is stored, so that doing it twice does nothing twice.
    """

    partition: Partition
    kind: str
    """`extract`, `summarise`, …"""

    session: str | None
    """Jobs of one session are done one at a time."""

    state: JobState = "waiting"
    due_at: datetime
    """Not before."""

    created_at: datetime
    attempts: int = 0
    """How often it was begun since it last succeeded."""

    wanted: int = 1
    """How often it was queued: when that grew while it ran, it is to be done once more."""

    worker: str = ""
    """Who is at it."""

    leased_until: datetime | None = None
    """When the worker that claimed it counts as dead."""

    error: str = ""
    """Why the last attempt failed: the kind of error, no content."""

    guidance: str = ""
    """What whoever queued it wants found, as JSON; empty: as configured."""

    @property
    def id(self) -> str:
        """The same for the same work."""
        return job_id(self.partition, self.kind, self.session)


def job_id(partition: Partition, kind: str, session: str | None) -> str:
    return content_id("j", partition, [kind, session])


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Have something done; asked twice, it is done once.

    `wanted` grows, and the earlier due time holds. A dead job gets another attempt, and keeps its count of attempts.
    """

    kind: str
    session: str | None
    due_at: datetime
    guidance: str = ""
    """Takes the place of the job's own; empty: that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """It is done. Raises `StaleError` when the job is no longer this worker's: then nothing of the whole list is done.

    When `wanted` grew since it was claimed, it waits again, due at once and with no attempts counted.
    """

    job: Job
    """As it was claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postpone:
    """It failed: try again later, or never (`dead`). Nothing happens when the job is no longer this worker's."""

    job: Job
    """As it was claimed."""

    error: str
    due_at: datetime
    dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The rolling summary S of a conversation (paper §1.1)."""

    session: str | None
    """Of which session; `None`: of the whole partition."""

    text: str
    through: int
    """`seq` of the last turn that it covers."""

    made_by: str
    """Model and prompt."""

    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PutSummary:
    """Store a summary in place of the one before it; one that covers less than that changes nothing."""

    summary: Summary


Bookkeeping: TypeAlias = Queue | Finish | Postpone | PutSummary
"""What is kept beside the memory: it is written with the changes or not at all, but is not a change itself. It raises no
version and leaves no journal entry, because it says nothing of the world and can be made again from what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What model calls took, on one day, for one purpose."""

    day: date
    """In UTC."""

    purpose: str
    model: str
    calls: int = 1
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    dollars: float = 0.0
    unpriced: int = 0
    """Calls whose price is not known: `dollars` is without them."""


def check_bookkeeping(items: Sequence[Bookkeeping]) -> None:
    """Raise `InputError` unless every store can keep all of it exactly. Each store calls this first."""
    for item in items:
        match item:
            case Queue(kind=kind, session=session, due_at=due_at, guidance=guidance):
                _check_texts(kind, session, guidance)
                _check_time(due_at)
            case Finish(job=job):
                _check_texts(job.kind, job.session, job.worker)
            case Postpone(job=job, error=error, due_at=due_at):
                _check_texts(job.kind, job.session, job.worker, error)
                _check_time(due_at)
            case PutSummary(summary=summary):
                _check_texts(summary.session, summary.text, summary.made_by)
                _check_time(summary.updated_at)
                _check_count("through", summary.through)


def check_spent(spent: Spent) -> None:
    """Raise `InputError` unless every store can keep it exactly."""
    _check_texts(spent.purpose, spent.model)
    if isinstance(spent.day, datetime):
        raise InputError(f"usage is kept by day; give a date, not {spent.day!r}")
    for name in ("calls", "tokens_in", "tokens_out", "tokens_cached", "unpriced"):
        _check_count(name, getattr(spent, name))
    if not math.isfinite(spent.dollars):
        raise InputError(f"what calls cost must be a number, not {spent.dollars!r}")


def _check_texts(*texts: str | None) -> None:
    for text in texts:
        try:
            (text or "").encode()
        except UnicodeEncodeError as error:
            raise InputError(f"{(text or '')[:80]!r} is not valid Unicode: {error.reason}") from error


def _check_time(at: datetime) -> None:
    if at.utcoffset() is None:
        raise InputError(f"{at!r} has no UTC offset")
    try:
        at.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"{at!r} lies outside the years 1 to 9999 in UTC") from error


def _check_count(name: str, value: int) -> None:
    if not 0 <= value <= MAX_INT:
        raise InputError(f"{name} must be from 0 to 2^63 - 1, not {value!r}")
