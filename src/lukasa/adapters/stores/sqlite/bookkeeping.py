"""What is kept beside the memory: jobs, summaries, and what model calls took."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime

import apsw

from lukasa.adapters.records import job_of, spending, spent_of, summary_of
from lukasa.adapters.rows import rows_as
from lukasa.adapters.stores.sqlite.partition import PartitionWriter
from lukasa.adapters.stores.sqlite.sql import Values, fetch, sql
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

_NO_LIMIT = -1
_FIRST_DAY, _LAST_DAY = "0000", "9999-12-31"


def keep(writer: PartitionWriter, items: Sequence[Bookkeeping]) -> None:
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


def claim(
    connection: apsw.Connection,
    *,
    now: datetime,
    until: datetime,
    worker: str,
    limit: int,
    kinds: Collection[str] | None,
) -> list[Job]:
    """Take jobs that are due, inside the caller's transaction."""
    taken: dict[tuple[int, str | None], str] = {}
    asked: Values = {"now": to_micros(now), "kinds": None if kinds is None else json.dumps(sorted(kinds))}
    for name, partition, session in fetch(connection, sql("due_jobs"), asked):
        if len(taken) >= limit:
            break
        taken.setdefault((partition, session), name)
    lease: Values = {"worker": worker, "until": to_micros(until)}
    for (partition, session), name in taken.items():
        connection.execute(sql("take_job"), {**lease, "name": name})
        others: Values = {"partition": partition, "session": session, "name": name}
        connection.execute(sql("release_session"), others)
    values: Values = {"names": json.dumps(list(taken.values())), "limit": _NO_LIMIT}
    return _jobs(connection, "name IN (SELECT value FROM json_each(:names))", values)


def extend(connection: apsw.Connection, job: Job, *, until: datetime) -> bool:
    """Prolong a lease, inside the caller's transaction."""
    connection.execute(sql("extend_job"), {**_held(job), "until": to_micros(until)})
    return bool(connection.changes())


def revive(connection: apsw.Connection, partition: int | None, *, now: datetime) -> int:
    """Let dead jobs wait again, inside the caller's transaction."""
    connection.execute(sql("revive_jobs"), {"partition": partition, "now": to_micros(now)})
    return connection.changes()


def jobs(
    connection: apsw.Connection, partition: int | None, *, state: JobState | None, limit: int | None
) -> list[Job]:
    values: Values = {
        "partition": partition,
        "state": state,
        "limit": _NO_LIMIT if limit is None else max(0, limit),
    }
    whose = "TRUE" if partition is None else "partition = :partition"
    return _jobs(connection, f"{whose} AND (:state IS NULL OR state = :state)", values)


def summaries(connection: apsw.Connection, partition: int) -> list[Summary]:
    rows = fetch(connection, sql("summaries"), {"partition": partition})
    return list(rows_as(summary_of, rows, "summary of session"))


def spend(writer: PartitionWriter, spent: Spent) -> None:
    """Add to the ledger of usage, inside the caller's transaction."""
    writer.create()
    writer.connection.execute(sql("spend"), {"partition": writer.state.id, **spending(spent)})


def spent(
    connection: apsw.Connection, partition: int | None, *, since: date | None, until: date | None
) -> list[Spent]:
    values: Values = {
        "partition": partition,
        "since": since.isoformat() if since else _FIRST_DAY,
        "until": until.isoformat() if until else _LAST_DAY,
    }
    return list(map(spent_of, fetch(connection, sql("spent"), values)))


def forget(writer: PartitionWriter, numbers: Sequence[int], summaries: Sequence[str | None]) -> None:
    """Drop what may tell of documents that are about to be erased, and the summaries of these sessions."""
    values: Values = {"partition": writer.state.id, "numbers": json.dumps(list(numbers))}
    writer.connection.execute(sql("drop_summaries_of"), {**values, "sessions": json.dumps(list(summaries))})
    writer.connection.execute(sql("drop_jobs_of_emptied"), values)
    writer.connection.execute(sql("clear_job_errors"), {"partition": writer.state.id})


def _queue(writer: PartitionWriter, item: Queue) -> None:
    writer.connection.execute(
        sql("queue_job"),
        {
            "name": job_id(writer.partition, item.kind, item.session),
            "partition": writer.state.id,
            "kind": item.kind,
            "session": item.session,
            "due_at": to_micros(item.due_at),
            "created_at": writer.cause_at[0],
            "guidance": item.guidance,
        },
    )


def _finish(writer: PartitionWriter, job: Job) -> None:
    values: Values = {**_held(job), "partition": writer.state.id}
    row = writer.connection.execute(sql("held_job"), values).fetchone()
    if row is None:
        raise StaleError(f"the job {job.kind!r} of this session is no longer held by {job.worker!r}")
    if row[0] == job.wanted:
        writer.connection.execute(sql("drop_job"), {"name": job.id})
    else:
        writer.connection.execute(sql("requeue_job"), {"name": job.id, "due_at": writer.cause_at[0]})


def _postpone(writer: PartitionWriter, item: Postpone) -> None:
    values: Values = {
        **_held(item.job),
        "partition": writer.state.id,
        "state": "dead" if item.dead else "waiting",
        "due_at": to_micros(item.due_at),
        "error": item.error,
    }
    writer.connection.execute(sql("postpone_job"), values)


def _put_summary(writer: PartitionWriter, summary: Summary) -> None:
    key: Values = {"partition": writer.state.id, "session": summary.session, "through": summary.through}
    writer.connection.execute(sql("drop_older_summary"), key)
    writer.connection.execute(
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


def _jobs(connection: apsw.Connection, conditions: str, values: Values) -> list[Job]:
    return list(
        rows_as(job_of, fetch(connection, sql("jobs", conditions=conditions), values), "job of tenant")
    )
