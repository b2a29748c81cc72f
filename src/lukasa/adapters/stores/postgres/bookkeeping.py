"""What is kept beside the memory: jobs, summaries, and what model calls took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from lukasa.adapters.records import job_of, spending, spent_of, summary_of
from lukasa.adapters.rows import rows_as
from lukasa.adapters.stores.postgres.connection import identity
from lukasa.adapters.stores.postgres.partition import RowWriter
from lukasa.adapters.stores.postgres.sql import Connection, Values, changed, fetch, first, run, sql
from lukasa.domain.job import (
    Bookkeeping,
    Finish,
    Job,
    JobState,
    Postpone,
    PutSummary,
    Queue,
    Spent,
    Summary,
    job_id,
)
from lukasa.domain.time import to_micros
from lukasa.errors import StaleError


def keep(writer: RowWriter, items: Sequence[Bookkeeping]) -> None:
    """Write bookkeeping down, inside the caller's transaction."""
    if any(isinstance(item, Queue | PutSummary) for item in items):
        writer.create()  # not for the end of a job: the partition may have been erased meanwhile
    for item in items:
        match item:
            case Queue():
                _queue(writer, item)
            case Finish(job=job):
                _finish(writer, job)
            case Postpone():
                _postpone(writer, item)
            case PutSummary(summary=summary):
                _put_summary(writer, summary)


def claimed(connection: Connection, names: Sequence[str]) -> list[Job]:
    """Return the jobs of these names, inside the caller's transaction."""
    return _jobs(connection, "name = ANY(%(names)s::text[])", {"names": names, "limit": None})


def extend(connection: Connection, job: Job, *, until: datetime) -> bool:
    """Prolong a lease, inside the caller's transaction."""
    key: Values = {**_held(job), "partition": identity(job.partition), "until": to_micros(until)}
    return bool(changed(connection, sql("extend_job"), key))


def revive(connection: Connection, partition: UUID | None, *, now: datetime) -> int:
    """Let dead jobs wait again, inside the caller's transaction."""
    return changed(connection, sql("revive_jobs"), {"partition": partition, "now": to_micros(now)})


def jobs(
    connection: Connection, partition: UUID | None, *, state: JobState | None, limit: int | None
) -> list[Job]:
    values: Values = {
        "partition": partition,
        "state": state,
        "limit": None if limit is None else max(0, limit),
    }
    whose = "TRUE" if partition is None else "partition = %(partition)s"
    return _jobs(connection, f"{whose} AND (%(state)s::text IS NULL OR state = %(state)s)", values)


def summaries(connection: Connection, partition: UUID) -> list[Summary]:
    rows = fetch(connection, sql("summaries"), {"partition": partition})
    return list(rows_as(summary_of, rows, "summary of session"))


def spend(writer: RowWriter, spent: Spent) -> None:
    """Add to the ledger of usage, inside the caller's transaction."""
    writer.create()
    values: Values = {"partition": writer.state.id, **spending(spent)}
    if not changed(writer.connection, sql("spend"), values):
        run(writer.connection, sql("begin_spending"), values)


def spent(
    connection: Connection, partition: UUID | None, *, since: date | None, until: date | None
) -> list[Spent]:
    values: Values = {
        "partition": partition,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }
    return list(map(spent_of, fetch(connection, sql("spent"), values)))


def forget(writer: RowWriter, numbers: Sequence[int], summaries: Sequence[str | None]) -> None:
    """Drop what may tell of documents that are about to be erased, and the summaries of these sessions."""
    named = [session for session in summaries if session is not None]
    values: Values = {"partition": writer.state.id, "numbers": list(numbers), "sessions": named}
    run(writer.connection, sql("drop_summaries_of"), values)
    run(writer.connection, sql("drop_jobs_of_emptied"), values)
    run(writer.connection, sql("clear_job_errors"), values)


def _queue(writer: RowWriter, item: Queue) -> None:
    run(
        writer.connection,
        sql("queue_job"),
        {
            "name": job_id(writer.partition, item.kind, item.session),
            "partition": writer.state.id,
            "tenant": writer.partition.tenant,
            "kind": item.kind,
            "session": item.session,
            "due_at": to_micros(item.due_at),
            "created_at": writer.cause_at[0],
            "guidance": item.guidance,
        },
    )


def _finish(writer: RowWriter, job: Job) -> None:
    values: Values = {**_held(job), "partition": writer.state.id}
    row = first(writer.connection, sql("held_job"), values)
    if row is None:
        raise StaleError(f"the job {job.kind!r} of this session is no longer held by {job.worker!r}")
    if row[0] == job.wanted:
        run(writer.connection, sql("drop_job"), values)
    else:
        run(writer.connection, sql("requeue_job"), {**values, "due_at": writer.cause_at[0]})


def _postpone(writer: RowWriter, item: Postpone) -> None:
    values: Values = {
        **_held(item.job),
        "partition": writer.state.id,
        "state": "dead" if item.dead else "waiting",
        "due_at": to_micros(item.due_at),
        "error": item.error,
    }
    run(writer.connection, sql("postpone_job"), values)


def _put_summary(writer: RowWriter, summary: Summary) -> None:
    key: Values = {"partition": writer.state.id, "session": summary.session, "through": summary.through}
    run(writer.connection, sql("drop_older_summary"), key)
    run(
        writer.connection,
        sql("put_summary"),
        {
            **key,
            "text": summary.text,
            "made_by": summary.made_by,
            "updated_at": to_micros(summary.updated_at),
        },
    )


def _held(job: Job) -> Values:
    return {"name": job.id, "worker": job.worker, "attempts": job.attempts}


def _jobs(connection: Connection, conditions: str, values: Values) -> list[Job]:
    return list(
        rows_as(job_of, fetch(connection, sql("jobs", conditions=conditions), values), "job of tenant")
    )
