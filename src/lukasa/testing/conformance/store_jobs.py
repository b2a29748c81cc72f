"""Jobs, as every store must keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from lukasa.domain.change import Applied, Change
from lukasa.domain.job import (
    Bookkeeping,
    Finish,
    Job,
    Postpone,
    PutSummary,
    Queue,
    Spent,
    Summary,
    job_id,
)
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import StaleError
from lukasa.ports.store import Store
from lukasa.testing.conformance.samples import ALICE, BOB, CAUSE, LOOK_ALIKES, NOON, add
from lukasa.testing.conformance.store_suite import StoreSuite

LEASE = timedelta(minutes=5)
DAY = date(2026, 3, 1)


def after(minutes: float) -> datetime:
    """Return the instant so long after noon."""
    return NOON + timedelta(minutes=minutes)


def queue(session: str | None = "s1", *, kind: str = "extract", due: datetime = NOON) -> Queue:
    return Queue(kind=kind, session=session, due_at=due)


def summary(session: str | None = None, **fields: Any) -> Summary:
    made = Summary(session=session, text="so far", through=1, made_by="model", updated_at=NOON)
    return replace(made, **fields)


def spent(**fields: Any) -> Spent:
    return replace(Spent(day=DAY, purpose="extract", model="m-1"), **fields)


async def keep(
    store: Store, *items: Bookkeeping, partition: Partition = ALICE, changes: Sequence[Change] = ()
) -> Applied:
    """Write bookkeeping down, with what changes."""
    return await store.apply(partition, changes, cause=CAUSE, bookkeeping=items)


async def claim(store: Store, now: datetime = NOON, *, worker: str = "w1", limit: int = 10) -> list[Job]:
    return await store.claim(now=now, until=now + LEASE, worker=worker, limit=limit)


async def kept(store: Store, partition: Partition = ALICE) -> tuple[object, ...]:
    """Return all that is kept beside the memory of a partition."""
    return (
        await store.jobs(partition),
        await store.summaries(partition),
        await store.spent(partition),
    )


async def dead_job(store: Store, *, partition: Partition = ALICE, error: str = "TimeoutError") -> Job:
    """Queue a job, let it fail for good, and return it as it then is."""
    await keep(store, queue(), partition=partition)
    (job,) = await claim(store)
    await keep(store, Postpone(job=job, error=error, due_at=after(9), dead=True), partition=partition)
    (dead,) = await store.jobs(partition)
    return dead


class JobSuite(StoreSuite):
    """What a store promises of jobs."""

    # ── Queueing ───────────────────────────────────────────────────────────────────────────────────────────

    async def test_a_queued_job_waits(self, store: Store) -> None:
        await keep(store, queue("s1", due=after(3)))

        assert await store.jobs() == [
            Job(partition=ALICE, kind="extract", session="s1", due_at=after(3), created_at=NOON)
        ]

    async def test_what_is_queued_twice_is_one_job_at_the_earlier_time(self, store: Store) -> None:
        await keep(store, queue(due=after(3)), queue(due=after(1)))
        await keep(store, queue(due=after(2)))

        (job,) = await store.jobs(ALICE)
        assert (job.wanted, job.due_at, job.state) == (3, after(1), "waiting")

    async def test_the_last_guidance_stays_with_a_job_until_it_is_done(self, store: Store) -> None:
        await keep(store, replace(queue(), guidance="first"))
        await keep(store, queue())
        (job,) = await claim(store)
        assert job.guidance == "first"
        await keep(store, Postpone(job=job, error="BadReplyError", due_at=NOON))
        await keep(store, replace(queue(), guidance="second"))
        (job,) = await claim(store)
        assert job.guidance == "second"

        await keep(store, Finish(job=job))
        await keep(store, queue())

        assert [job.guidance for job in await store.jobs(ALICE)] == [""]

    async def test_a_worker_takes_only_the_kinds_that_it_can_do(self, store: Store) -> None:
        await keep(store, queue("s1", kind="extract"), queue("s2", kind="maintain"))

        asked = {"now": NOON, "until": after(5), "worker": "w1", "limit": 10}
        assert await store.claim(**asked, kinds=[]) == []  # type: ignore[arg-type]
        (job,) = await store.claim(**asked, kinds=["maintain", "other"])  # type: ignore[arg-type]
        assert job.kind == "maintain"
        assert [job.kind for job in await claim(store)] == ["extract"]

    async def test_another_kind_or_session_is_another_job(self, store: Store) -> None:
        await keep(store, queue("s1"), queue("S1"), queue(""), queue(None), queue("s1", kind="summarise"))

        found = [(job.kind, job.session) for job in await store.jobs(ALICE)]
        assert sorted(found, key=str) == [
            ("extract", ""),
            ("extract", "S1"),
            ("extract", "s1"),
            ("extract", None),
            ("summarise", "s1"),
        ]

    async def test_instants_are_kept_to_the_microsecond_in_any_zone(self, store: Store) -> None:
        east = datetime(2026, 3, 1, 14, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
        await keep(store, queue(due=east))

        assert await claim(store, NOON) == []
        assert [job.due_at for job in await claim(store, NOON + timedelta(microseconds=1))] == [east]

    async def test_a_dead_job_that_is_queued_gets_another_attempt_and_keeps_its_count(
        self, store: Store
    ) -> None:
        await dead_job(store)
        await keep(store, queue(due=after(20)))

        (job,) = await store.jobs(ALICE)
        assert (job.state, job.due_at, job.attempts) == ("waiting", after(9), 1)
        assert [each.attempts for each in await claim(store, after(20))] == [2]

    async def test_an_id_says_nothing_of_the_partition(self, store: Store) -> None:
        await keep(store, queue("confidential"))

        (job,) = await store.jobs(ALICE)
        assert job.id == job_id(ALICE, "extract", "confidential")
        assert not [part for part in ("acme", "alice", "confidential") if part in job.id]

    # ── Claiming ───────────────────────────────────────────────────────────────────────────────────────────

    async def test_a_claimed_job_runs_and_its_attempt_is_counted(self, store: Store) -> None:
        await keep(store, queue())

        (job,) = await claim(store, after(1))

        assert (job.state, job.worker, job.leased_until) == ("running", "w1", after(1) + LEASE)
        assert (job.attempts, job.wanted, job.due_at, job.created_at) == (1, 1, NOON, NOON)
        assert await store.jobs() == [job]

    async def test_jobs_are_taken_when_due_earliest_first_and_not_more_than_asked_for(
        self, store: Store
    ) -> None:
        await keep(store, queue("s2", due=after(2)), queue("s4", due=after(4)))
        await keep(store, queue("s1", due=after(1)), queue("s3", due=after(3)), partition=BOB)

        assert await claim(store, limit=0) == await claim(store, limit=-1) == await claim(store, NOON) == []
        assert [job.session for job in await claim(store, after(3), limit=2)] == ["s1", "s2"]
        assert [job.session for job in await claim(store, after(3))] == ["s3"]
        assert await claim(store, after(3)) == []

    async def test_jobs_that_are_due_at_once_are_taken_by_id(self, store: Store) -> None:
        await keep(store, *(queue(f"s{place}") for place in range(6)))

        names = [(await claim(store, limit=1))[0].id for _ in range(6)]

        assert names == sorted(names)

    async def test_one_session_is_at_one_job_at_a_time(self, store: Store) -> None:
        await keep(store, queue("s1"), queue("s1", kind="summarise"), queue("s2"))

        taken = await claim(store)
        assert sorted(str(job.session) for job in taken) == ["s1", "s2"]
        assert await claim(store, worker="w2") == []

        await keep(store, *(Finish(job=job) for job in taken))
        (last,) = await claim(store, worker="w2")
        assert {job.kind for job in (*taken, last) if job.session == "s1"} == {"extract", "summarise"}

    async def test_jobs_of_no_session_are_done_one_at_a_time_beside_those_of_sessions(
        self, store: Store
    ) -> None:
        await keep(store, queue(None), queue(None, kind="maintain"), queue(""), queue("s1"))

        taken = await claim(store)

        assert len(taken) == 3
        assert {job.session for job in taken} == {None, "", "s1"}
        assert await claim(store, worker="w2") == []

    async def test_sessions_of_one_name_in_two_partitions_do_not_wait_for_each_other(
        self, store: Store
    ) -> None:
        await keep(store, queue("s1"))
        await keep(store, queue("s1"), partition=BOB)

        assert len(await claim(store)) == 2

    # ── Leases ─────────────────────────────────────────────────────────────────────────────────────────────

    async def test_a_job_whose_lease_ran_out_is_due(self, store: Store) -> None:
        await keep(store, queue())
        await claim(store)

        assert await claim(store, NOON + LEASE - timedelta(microseconds=1), worker="w2") == []
        (job,) = await claim(store, NOON + LEASE, worker="w2")
        assert (job.worker, job.attempts, job.leased_until) == ("w2", 2, NOON + LEASE + LEASE)

    async def test_a_lease_that_is_extended_holds_longer(self, store: Store) -> None:
        await keep(store, queue())
        (job,) = await claim(store)

        assert await store.extend(job, until=after(30))
        assert [each.leased_until for each in await store.jobs()] == [after(30)]
        assert await claim(store, after(29), worker="w2") == []
        await keep(store, Finish(job=job))
        assert not await store.extend(job, until=after(60))

    async def test_a_lease_that_ran_out_and_that_nobody_took_still_holds(self, store: Store) -> None:
        await keep(store, queue("s1"), queue("s2"))
        one, two = await claim(store)

        assert await store.extend(one, until=after(60))
        await keep(store, Finish(job=two))
        assert [job.id for job in await store.jobs()] == [one.id]

    async def test_who_lost_a_job_can_neither_extend_nor_postpone_nor_finish_it(self, store: Store) -> None:
        await keep(store, queue())
        (lost,) = await claim(store)
        (held,) = await claim(store, after(10), worker="w2")

        assert not await store.extend(lost, until=after(60))
        await keep(store, Postpone(job=lost, error="late", due_at=NOON, dead=True))
        with pytest.raises(StaleError):
            await keep(store, Finish(job=lost))
        assert await store.jobs() == [held]
        await keep(store, Finish(job=held))

    async def test_a_worker_that_claimed_its_own_job_again_has_lost_the_first_claim(
        self, store: Store
    ) -> None:
        await keep(store, queue())
        (first,) = await claim(store)
        (second,) = await claim(store, after(10))

        assert not await store.extend(first, until=after(60))
        with pytest.raises(StaleError):
            await keep(store, Finish(job=first))
        assert await store.extend(second, until=after(60))

    async def test_who_lost_the_session_has_lost_the_job(self, store: Store) -> None:
        await keep(store, queue(kind="extract"), queue(kind="summarise", due=after(-1)))
        (lost,) = await claim(store)
        await keep(store, Queue(kind="extract", session="s1", due_at=after(-2)))
        (held,) = await claim(store, after(10), worker="w2")

        assert (lost.kind, held.kind) == ("summarise", "extract")
        assert not await store.extend(lost, until=after(60))
        with pytest.raises(StaleError):
            await keep(store, Finish(job=lost))
        running = [job for job in await store.jobs() if job.state == "running"]
        assert running == [held]
        await keep(store, Finish(job=held))
        assert [job.kind for job in await claim(store, after(10))] == ["summarise"]

    # ── Ending ─────────────────────────────────────────────────────────────────────────────────────────────

    async def test_what_is_done_is_not_kept(self, store: Store) -> None:
        await keep(store, queue())
        (job,) = await claim(store)

        applied = await keep(store, Finish(job=job), changes=[add("t1")])

        assert tuple(applied.added) == ("t1",)
        assert await store.jobs() == []
        with pytest.raises(StaleError):
            await keep(store, Finish(job=job))

    async def test_a_finish_without_the_lease_undoes_the_whole_list(self, store: Store) -> None:
        await keep(store, queue())
        (lost,) = await claim(store)
        await claim(store, after(10), worker="w2")
        before = await kept(store)
        put = PutSummary(summary=summary())

        with pytest.raises(StaleError):
            await keep(store, queue("s9"), put, Finish(job=lost), changes=[add("t1")])

        assert await kept(store) == before
        assert await store.turns(ALICE, TurnQuery()) == []
        assert await store.version(ALICE) == 0

    async def test_what_was_queued_while_it_ran_is_done_once_more(self, store: Store) -> None:
        await keep(store, queue())
        (job,) = await claim(store)
        await keep(store, Postpone(job=job, error="TimeoutError", due_at=NOON))
        (job,) = await claim(store)
        await keep(store, queue(due=after(30)), queue(due=after(40)))
        await keep(store, Finish(job=job))

        (again,) = await store.jobs()
        assert (again.state, again.due_at, again.attempts) == ("waiting", CAUSE.at, 0)
        assert (again.worker, again.leased_until, again.error) == ("", None, "")
        (job,) = await claim(store, NOON)
        await keep(store, Finish(job=job))
        assert await store.jobs() == []

    async def test_what_failed_waits_until_it_is_tried_again(self, store: Store) -> None:
        await keep(store, queue())
        (job,) = await claim(store)
        await keep(store, Postpone(job=job, error="TimeoutError", due_at=after(2)))

        (failed,) = await store.jobs()
        assert (failed.state, failed.due_at, failed.error) == ("waiting", after(2), "TimeoutError")
        assert (failed.worker, failed.leased_until, failed.attempts) == ("", None, 1)
        assert await claim(store, after(1)) == []
        assert [each.attempts for each in await claim(store, after(2))] == [2]

    async def test_a_failed_job_does_not_hold_up_its_session(self, store: Store) -> None:
        await keep(store, queue(due=after(-1)), queue(kind="summarise"))
        (job,) = await claim(store)
        await keep(store, Postpone(job=job, error="TimeoutError", due_at=after(2)))

        assert [each.kind for each in await claim(store)] == ["summarise"]

    async def test_a_dead_job_stays_with_its_error_until_it_is_revived(self, store: Store) -> None:
        dead = await dead_job(store)
        assert (dead.state, dead.error, dead.attempts) == ("dead", "TimeoutError", 1)
        assert await claim(store, after(1_000_000)) == []

        assert await store.revive(ALICE, now=after(20)) == 1

        (job,) = await store.jobs()
        assert (job.state, job.due_at, job.attempts) == ("waiting", after(20), 0)
        assert await store.revive(ALICE, now=after(20)) == 0
        assert [each.attempts for each in await claim(store, after(20))] == [1]

    async def test_only_dead_jobs_are_revived_and_only_those_of_the_partition(self, store: Store) -> None:
        await dead_job(store)
        await dead_job(store, partition=BOB)
        await keep(store, queue("s2", due=after(3)), queue("s3"))
        (running,) = await claim(store)

        assert await store.revive(Partition("acme", "nobody"), now=NOON) == 0
        assert await store.revive(BOB, now=NOON) == 1
        assert [job.partition for job in await store.jobs(state="dead")] == [ALICE]
        assert await store.revive(now=NOON) == 1
        states = {job.session: (job.state, job.due_at) for job in await store.jobs(ALICE)}
        assert states == {
            "s1": ("waiting", NOON),
            "s2": ("waiting", after(3)),
            "s3": ("running", running.due_at),
        }

    # ── Listing, and the walls ─────────────────────────────────────────────────────────────────────────────

    async def test_jobs_are_listed_by_due_time_then_id(self, store: Store) -> None:
        await keep(store, *(queue(f"s{place}", due=after(place % 3)) for place in range(9)))
        await keep(store, queue("s0", due=after(1)), partition=BOB)

        everybody = await store.jobs()
        assert everybody == sorted(everybody, key=lambda job: (job.due_at, job.id))
        assert len(everybody) == 10
        assert await store.jobs(ALICE) == [job for job in everybody if job.partition == ALICE]
        assert await store.jobs(limit=4) == everybody[:4]
        assert await store.jobs(ALICE, limit=0) == []
        assert await store.jobs(Partition("acme", "nobody")) == []

    async def test_jobs_are_listed_by_state(self, store: Store) -> None:
        await dead_job(store)
        await keep(store, queue("s2"), queue("s3", due=after(5)))
        await claim(store, limit=1)

        found = {state: await store.jobs(state=state) for state in ("waiting", "running", "dead")}

        assert {state: [job.session for job in jobs] for state, jobs in found.items()} == {
            "waiting": ["s3"],
            "running": ["s2"],
            "dead": ["s1"],
        }
        assert await store.jobs(BOB, state="dead") == []

    async def test_a_job_is_not_ended_through_another_partition(self, store: Store) -> None:
        await keep(store, queue())
        (job,) = await claim(store)

        await keep(store, Postpone(job=job, error="no", due_at=NOON, dead=True), partition=BOB)
        with pytest.raises(StaleError):
            await keep(store, Finish(job=job), partition=BOB)
        with pytest.raises(StaleError):
            await keep(store, Finish(job=replace(job, partition=BOB)), partition=BOB)
        assert not await store.extend(replace(job, partition=BOB), until=after(60))
        assert await store.jobs() == [job]

    @pytest.mark.parametrize("names", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
    async def test_partitions_with_similar_names_keep_apart(
        self, store: Store, names: tuple[Partition, Partition]
    ) -> None:
        mine, theirs = names
        await keep(store, queue(), PutSummary(summary=summary("s1", text="mine")), partition=mine)
        await store.spend(mine, spent(calls=3))
        before = await kept(store, mine)

        assert await kept(store, theirs) == ([], [], [])
        await keep(store, queue(), PutSummary(summary=summary("s1", text="theirs")), partition=theirs)
        await store.spend(theirs, spent(calls=4))
        (job,) = [each for each in await claim(store) if each.partition == theirs]
        await keep(store, Finish(job=job), partition=theirs)

        jobs, *rest = await kept(store, mine)
        assert rest == list(before[1:])
        assert isinstance(jobs, list)
        assert [job.id for job in jobs] == [job_id(mine, "extract", "s1")]
