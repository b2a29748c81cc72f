"""A store and the reference store, side by side, under operations that nobody chose."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from databases import Databases
from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.change import (
    AddTurn,
    Basis,
    Change,
    Embed,
    Extraction,
    Index,
    MarkExtracted,
    PutFact,
    Readmit,
    Restore,
    Retire,
)
from lukasa.domain.document import Delta, Document
from lukasa.domain.erasure import Erasure, Rewritten
from lukasa.domain.interval import Interval
from lukasa.domain.job import Bookkeeping, Finish, Job, JobState, Postpone, PutSummary, Queue, Spent, Summary
from lukasa.domain.journal import Cause
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source
from lukasa.errors import LukasaError
from lukasa.ports.store import Store
from lukasa.testing.conformance.filters import random_filter, random_metadata
from lukasa.testing.conformance.samples import ALICE, NOON, add, embedding, expected, fill, turn
from lukasa.testing.conformance.store_facts import fact

T = TypeVar("T")

PARTITIONS = (ALICE, Partition("acme", "Alice"), Partition("ac", "mealice"))
WORDS = ("tea", "Tea", "té", "te", "tea~2", "茶", "t e", "", "tea.")

partitions = st.sampled_from(PARTITIONS)
names = st.sampled_from([f"t{place}" for place in range(8)])
fingerprints = st.sampled_from(["f", "g"])
firsts = st.sampled_from([1.0, 2.0])
embeddings = st.lists(
    st.builds(embedding, firsts, tokens=st.sampled_from([0, 2, 3])), min_size=1, max_size=3
) | st.lists(st.builds(embedding, firsts, tokens=st.none()), min_size=1, max_size=3)

seeds = st.integers(0, 2**32)
terms = st.lists(st.sampled_from(WORDS), max_size=8)
counts = st.integers(0, 3)
analyses = st.integers(0, 2)


@st.composite
def additions(draw: st.DrawFn) -> AddTurn:
    name = draw(names)
    given = turn(
        name,
        text=draw(st.sampled_from(["one", "other"])),
        key=draw(st.sampled_from([None, "k#0", "k#1"])),
        session=draw(st.sampled_from([None, "s1", "s2"])),
        at=NOON + timedelta(minutes=draw(st.integers(-2, 2))),
        retired_at=draw(st.sampled_from([None, None, NOON])),
        metadata=random_metadata(Random(draw(seeds))),
    )
    embedded = draw(st.booleans())
    document = Document(
        id=name,
        kind="turn",
        passages=draw(st.lists(terms, min_size=1, max_size=3)),
        words=draw(counts),
        analysis=draw(analyses),
        embeddings=draw(embeddings) if embedded else (),
        fingerprint=draw(fingerprints) if embedded else None,
    )
    return AddTurn(turn=given, document=document)


fact_names = st.sampled_from([f"f{place}" for place in range(4)])


@st.composite
def versions(draw: st.DrawFn) -> PutFact:
    given = fact(
        draw(fact_names),
        revision=draw(st.sampled_from([1, 1, 2, 2, 3, 4])),
        key=draw(st.sampled_from(["k0", "k1", "k2", "k3"])),
        occurrence=draw(st.integers(0, 1)),
        slot=draw(st.sampled_from([None, "s0", "s1"])),
        subject=draw(st.sampled_from(["Ana", "ana", "Éva"])),
        text=draw(st.sampled_from(["one", "other"])),
        kind=draw(st.sampled_from(["fact", "event"])),
        status=draw(st.sampled_from(["current", "current", "superseded", "quarantined", "retracted"])),
        retired_at=draw(st.sampled_from([None, None, NOON])),
        valid=Interval(start=draw(st.sampled_from([None, NOON])), end=draw(st.sampled_from([None, NOON]))),
        sources=tuple(
            Source(turn=name, start=0, end=1, at=NOON)
            for name in draw(st.lists(names, max_size=2, unique=True))
        ),
        metadata=random_metadata(Random(draw(seeds))),
    )
    embedded = draw(st.booleans())
    document = Document(
        id=given.id,
        kind="fact",
        passages=draw(st.lists(terms, min_size=1, max_size=3)),
        analysis=draw(analyses),
        embeddings=draw(embeddings) if embedded else (),
        fingerprint=draw(fingerprints) if embedded else None,
    )
    return PutFact(fact=given, op="believe", document=draw(st.sampled_from([document, document, None])))


extractions = st.builds(
    Extraction,
    extractor=st.sampled_from(["x-1", "x-2"]),
    facts=st.integers(0, 2),
    refused=st.sampled_from([{}, {"chatter": 1}, {"served": 2}]),
    fallback=st.sampled_from(["", "", "bad reply"]),
)

changes: st.SearchStrategy[Change] = st.one_of(
    versions(),
    versions(),
    st.builds(MarkExtracted, id=names, extraction=extractions),
    st.builds(Readmit, mark=st.sampled_from(["t0", "t1", "k0", "f0"])),
    additions(),
    additions(),
    st.builds(Retire, id=names),
    st.builds(Restore, id=names),
    st.builds(Embed, id=names, embeddings=embeddings, fingerprint=fingerprints),
    st.builds(
        Index, id=names, passages=st.lists(terms, min_size=1, max_size=3), words=counts, analysis=analyses
    ),
)

sessions = st.sampled_from([None, "", "s1", "s2"])
instants = st.builds(lambda minutes: NOON + timedelta(minutes=minutes), st.integers(-5, 40))
leases = st.builds(lambda minutes: timedelta(minutes=minutes), st.sampled_from([1, 5, 20]))
workers = st.sampled_from(["w1", "w2"])
queues = st.builds(Queue, kind=st.sampled_from(["extract", "care"]), session=sessions, due_at=instants)
summaries = st.builds(
    Summary,
    session=sessions,
    text=st.sampled_from(["one", "other"]),
    through=st.integers(0, 3),
    made_by=st.just("m-1"),
    updated_at=instants,
)
spendings = st.builds(
    Spent,
    day=st.builds(lambda day: date(2026, 3, 1) + timedelta(days=day), st.integers(0, 2)),
    purpose=st.sampled_from(["extract", "answer"]),
    model=st.sampled_from(["m-1", "M-1"]),
    calls=st.integers(0, 3),
    tokens_in=st.integers(0, 900),
    # Quarters add up to the same, in whichever order.
    dollars=st.builds(lambda quarters: quarters / 4, st.integers(0, 8)),
    unpriced=st.integers(0, 1),
)


class TwoStores(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._now = NOON
        self._claims: list[Job] = []
        """All that were ever made: those of jobs that were lost since are tried too."""

        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        self._store = self.make(Path(self._folder.name))
        self._reference = ReferenceStore()

    def make(self, folder: Path) -> Store:
        return SqliteStore(folder / "memory.lukasa")

    @initialize()
    def open(self) -> None:
        self._same(lambda store: store.open())

    def teardown(self) -> None:
        self._same(lambda store: store.aclose())
        self._runner.close()
        self._folder.cleanup()

    @rule(
        partition=partitions,
        done=st.lists(changes, min_size=1, max_size=6),
        expected=st.none() | st.integers(0, 9),
    )
    def apply(self, partition: Partition, done: list[Change], expected: int | None) -> None:
        cause = Cause(verb="remember", at=NOON, reason=str(len(done)))
        self._same(lambda store: store.apply(partition, done, cause=cause, expected=expected))

    @rule(
        partition=partitions,
        turns=st.lists(names, max_size=2, unique=True),
        facts=st.lists(fact_names, max_size=2, unique=True),
        rewritten=st.none() | fact_names,
        everything=st.sampled_from([False, False, False, True]),
        marks=st.lists(st.sampled_from(["t0", "t1", "k0", "f1"]), max_size=2, unique=True),
    )
    def erase(
        self,
        *,
        partition: Partition,
        turns: list[str],
        facts: list[str],
        rewritten: str | None,
        everything: bool,
        marks: list[str],
    ) -> None:
        cause = Cause(verb="erase", at=NOON, reason="asked")

        async def erased(store: Store) -> object:
            left = await self._left(store, partition, rewritten, gone={*turns, *facts})
            erasure = Erasure(turns=turns, facts=facts, rewritten=left, marks=marks, everything=everything)
            return replace(await store.erase(partition, erasure, cause=cause), rows={})

        self._same(erased)

    async def _left(
        self, store: Store, partition: Partition, name: str | None, *, gone: set[str]
    ) -> list[Rewritten]:
        """Return the last version of a fact, without the sources that go, as all that is left of it."""
        if name is None or name in gone:
            return []
        history = (await store.history(partition, [name])).get(name, [])
        kept = [
            replace(version, sources=tuple(s for s in version.sources if s.turn not in gone))
            for version in history[-1:]
        ]
        return [Rewritten(versions=kept)] if kept else []

    # ── Beside the memory ──────────────────────────────────────────────────────────────────────────────────

    @rule(minutes=st.integers(1, 15))
    def wait(self, minutes: int) -> None:
        self._now += timedelta(minutes=minutes)

    @rule(
        partition=partitions,
        done=st.lists(changes, max_size=2),
        items=st.lists(st.one_of(queues, queues, st.builds(PutSummary, summary=summaries)), max_size=4),
    )
    def keep(self, partition: Partition, done: list[Change], items: list[Bookkeeping]) -> None:
        self._keep(partition, items, done)

    # None or all: of several tenants, stores may take turns in different ways.
    @rule(lease=leases, worker=workers, limit=st.sampled_from([0, 100]))
    def claim(self, lease: timedelta, worker: str, limit: int) -> None:
        now, until = self._now, self._now + lease
        wanted, got = (
            self._runner.run(store.claim(now=now, until=until, worker=worker, limit=limit))
            for store in (self._reference, self._store)
        )
        assert got == wanted
        self._claims += got

    @precondition(lambda self: self._claims)
    @rule(data=st.data(), done=st.lists(changes, max_size=2), more=st.lists(queues, max_size=1))
    def finish(self, data: st.DataObject, done: list[Change], more: list[Queue]) -> None:
        job = self._claimed(data)
        self._keep(job.partition, [*more, Finish(job=job)], done)

    @precondition(lambda self: self._claims)
    @rule(data=st.data(), due=instants, error=st.sampled_from(["", "TimeoutError"]), dead=st.booleans())
    def postpone(self, data: st.DataObject, due: datetime, error: str, *, dead: bool) -> None:
        job = self._claimed(data)
        self._keep(job.partition, [Postpone(job=job, error=error, due_at=due, dead=dead)])

    @precondition(lambda self: self._claims)
    @rule(data=st.data(), partition=partitions)
    def end_it_through_another_partition(self, data: st.DataObject, partition: Partition) -> None:
        self._keep(partition, [Finish(job=self._claimed(data))])

    @precondition(lambda self: self._claims)
    @rule(data=st.data(), lease=leases)
    def extend(self, data: st.DataObject, lease: timedelta) -> None:
        job, until = self._claimed(data), self._now + lease
        self._same(lambda store: store.extend(job, until=until))

    @rule(partition=st.none() | partitions)
    def revive(self, partition: Partition | None) -> None:
        now = self._now
        self._same(lambda store: store.revive(partition, now=now))

    @rule(partition=partitions, spent=spendings)
    def spend(self, partition: Partition, spent: Spent) -> None:
        self._same(lambda store: store.spend(partition, spent))

    @rule(
        partition=st.none() | partitions,
        state=st.sampled_from([None, "waiting", "running", "dead"]),
        limit=st.none() | st.integers(0, 3),
        since=st.none() | st.just(date(2026, 3, 2)),
        until=st.none() | st.just(date(2026, 3, 2)),
    )
    def look_beside(
        self,
        *,
        partition: Partition | None,
        state: JobState | None,
        limit: int | None,
        since: date | None,
        until: date | None,
    ) -> None:
        self._same(lambda store: store.jobs(partition, state=state, limit=limit))
        self._same(lambda store: store.spent(partition, since=since, until=until))

    @invariant()
    def no_session_is_at_two_jobs(self) -> None:
        jobs = self._runner.run(self._store.jobs(state="running"))
        busy = [
            (job.partition, job.session)
            for job in jobs
            if job.leased_until is not None and job.leased_until > self._now
        ]
        assert len(busy) == len(set(busy))

    def _claimed(self, data: st.DataObject) -> Job:
        """Return one of the latest claims, or of those before."""
        return data.draw(st.sampled_from(self._claims[-3:]) | st.sampled_from(self._claims))

    def _keep(self, partition: Partition, items: Sequence[Bookkeeping], done: Sequence[Change] = ()) -> None:
        cause = Cause(verb="work", at=self._now)
        self._same(lambda store: store.apply(partition, done, cause=cause, bookkeeping=items))

    # ── Reading ────────────────────────────────────────────────────────────────────────────────────────────

    @rule(partition=partitions, seed=seeds)
    def list_facts(self, partition: Partition, seed: int) -> None:
        random = Random(seed)
        query = FactQuery(
            ids=random.choice([None, None, ["f0", "f1"]]),
            keys=random.choice([None, None, ["k0", "k1"]]),
            slots=random.choice([None, None, ["s0"]]),
            turns=random.choice([None, None, ["t0", "t1"]]),
            subject=random.choice([None, None, "ANA"]),
            statuses=random.choice([None, ["current"]]),
            valid_at=random.choice([None, NOON]),
            as_of=random.choice([None, random.randrange(20)]),
            filter=random.choice([None, random_filter(random)]),
            include_retired=random.random() < 0.5,
            after=random.choice([0, 3]),
            limit=random.choice([None, 1]),
        )
        self._same(lambda store: store.facts(partition, query))
        self._same(lambda store: store.history(partition, ["f0", "f1", "f2", "f3"]))
        self._same(lambda store: store.tombstones(partition, ["t0", "k0", "f0"]))

    @rule(partition=partitions, version=st.integers(0, 20))
    def look_back(self, partition: Partition, version: int) -> None:
        for retired in (False, True):
            query = TurnQuery(as_of=version, include_retired=retired)
            self._same(lambda store, of=query: store.turns(partition, of))
        self._same(lambda store: store.version(partition, at=NOON))

    @rule(partition=partitions, words=st.lists(st.sampled_from(WORDS), max_size=4, unique=True), seed=seeds)
    def search(self, partition: Partition, words: list[str], seed: int) -> None:
        random = Random(seed)
        query = LexicalQuery(
            terms=words,
            common=random.choice([0.0, 0.3, 1.0]),
            kind=random.choice(["turn", "fact"]),
            filter=random.choice([None, random_filter(random)]),
            limit=random.choice([1, 2, 100]),
        )
        self._same(lambda store: store.lexical(partition, query))

    @rule(partition=partitions, seed=seeds)
    def select(self, partition: Partition, seed: int) -> None:
        query = DocumentQuery(filter=random_filter(Random(seed)))
        self._same(lambda store: store.select(partition, query))

    @rule(partition=partitions, seed=seeds)
    def list_turns(self, partition: Partition, seed: int) -> None:
        random = Random(seed)
        query = TurnQuery(
            ids=random.choice([None, ["t1", "t2", "t3", "t9"]]),
            session=random.choice([None, "s1"]),
            since=random.choice([None, NOON]),
            until=random.choice([None, NOON + timedelta(minutes=1)]),
            after=random.choice([0, 2]),
            newest_first=random.random() < 0.5,
            limit=random.choice([None, 0, 2]),
            include_retired=random.random() < 0.5,
        )
        self._same(lambda store: store.turns(partition, query))
        self._same(lambda store: _seen(store, partition, query))

    @rule(
        partition=partitions,
        version=st.integers(0, 12),
        read=st.sets(st.sampled_from(["t0", "t1", "f0"])),
        done=st.lists(changes, max_size=2),
    )
    def write_on_what_was_read(
        self, partition: Partition, version: int, read: set[str], done: list[Change]
    ) -> None:
        basis = Basis(version=version, ids=frozenset(read))
        cause = Cause(verb="undo", at=self._now)
        self._same(lambda store: store.apply(partition, done, cause=cause, expected=basis))

    @rule(
        partition=partitions,
        fingerprint=st.none() | fingerprints,
        since=st.integers(0, 12),
        limit=st.none() | st.integers(1, 4),
    )
    def read_vectors(
        self, partition: Partition, fingerprint: str | None, since: int, limit: int | None
    ) -> None:
        self._same(lambda store: store.delta(partition, fingerprint=fingerprint, since=since, limit=limit))
        named = fingerprint or "h"
        self._same(lambda store: store.tokens(partition, ["t0", "t1", "t2"], fingerprint=named))
        self._same(lambda store: store.unembedded(partition, fingerprint=named, limit=3))

    @rule(partition=partitions, fingerprint=st.none() | fingerprints, analysis=analyses)
    def read_backlog(self, partition: Partition, fingerprint: str | None, analysis: int) -> None:
        self._same(lambda store: store.outdated(partition, analysis=analysis, limit=3))
        self._same(lambda store: store.unextracted(partition, extractor="x-1", limit=3))
        for lacking in (False, True):
            for of in (None, ["s1", None]):
                self._same(
                    lambda store, of=of, lacking=lacking: store.unextracted(
                        partition, extractor="x-1", limit=3, sessions=of, lacking=lacking
                    )
                )
        self._same(
            lambda store: store.backlog(
                partition, fingerprint=fingerprint, analysis=analysis, extractor="x-1"
            )
        )

    @rule(partition=partitions, since=st.integers(0, 12), limit=st.none() | st.integers(0, 3))
    def read_journal(self, partition: Partition, since: int, limit: int | None) -> None:
        self._same(lambda store: store.journal(partition, since=since, limit=limit))

    @rule()
    def reopen(self) -> None:
        self._runner.run(self._store.aclose())
        self._runner.run(self._store.open())

    @rule()
    def verify(self) -> None:
        # Facts here rest on turns that nobody stored; that is the only thing that may be wrong.
        findings = self._runner.run(self._store.verify()).findings
        assert [each for each in findings if "source is gone" not in each.detail] == []

    @invariant()
    def figures_are_the_same(self) -> None:
        self._same(lambda store: store.partitions())
        for partition in (None, *PARTITIONS):
            self._same(lambda store, of=partition: _without_size(store, of))
            self._same(lambda store, of=partition: store.jobs(of))
            self._same(lambda store, of=partition: store.spent(of))
        for partition in PARTITIONS:
            self._same(lambda store, of=partition: store.summaries(of))

    def _same(self, call: Callable[[Store], Awaitable[object]]) -> None:
        wanted, got = (self._outcome(call(store)) for store in (self._reference, self._store))
        assert self.compared(got) == self.compared(wanted)

    def compared(self, outcome: object) -> object:
        return outcome

    def _outcome(self, call: Awaitable[T]) -> T | tuple[type, str]:
        async def awaited() -> T:
            return await call

        try:
            return self._runner.run(awaited())
        except LukasaError as error:
            return type(error), str(error)


async def _seen(store: Store, partition: Partition, query: TurnQuery) -> object:
    everything = TurnQuery(include_retired=True, newest_first=True)
    seen = await store.look(partition, turns=[query, everything], marks=["t0", "k0", "f0"])
    return seen.version, [*map(list, seen.turns)], set(seen.erased)


async def _without_size(store: Store, partition: Partition | None) -> object:
    return replace(await store.stats(partition), bytes=0)


TwoStores.TestCase.settings = settings(
    max_examples=int(os.environ.get("LUKASA_TEST_MACHINES", "10")),  # noqa: TID251 - a size of this test
    stateful_step_count=30,
)
test_sqlite_does_what_the_reference_does = pytest.mark.slow(TwoStores.TestCase)


class TwoStoresWithPostgres(TwoStores):
    def make(self, folder: Path) -> Store:
        from lukasa.adapters.stores.postgres.store import PostgresStore  # noqa: PLC0415 - needs psycopg

        assert Databases.current is not None
        return PostgresStore(Databases.current.empty())

    def compared(self, outcome: object) -> object:
        # A sequence gives its epochs: what was rolled back has taken one.
        return replace(outcome, epoch=min(1, outcome.epoch)) if isinstance(outcome, Delta) else outcome


TwoStoresWithPostgres.TestCase.settings = settings(
    max_examples=int(os.environ.get("LUKASA_TEST_MACHINES", "4")),  # noqa: TID251 - a size of this test
    stateful_step_count=30,
    deadline=None,
)
test_postgres_does_what_the_reference_does = pytest.mark.usefixtures("databases")(
    TwoStoresWithPostgres.TestCase
)


@settings(max_examples=12)
@given(seed=seeds)
def test_any_filter_over_any_metadata_means_what_the_evaluator_says(seed: int) -> None:
    random = Random(seed)
    documents = [add(f"t{place}", metadata=random_metadata(random)) for place in range(25)]
    filters = [random_filter(random) for _ in range(50)]

    async def compare() -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteStore(Path(folder) / "memory.lukasa")
            await store.open()
            try:
                await fill(store, *documents)
                for wanted in filters:
                    found = await store.select(ALICE, DocumentQuery(filter=wanted))
                    assert found == expected(documents, wanted), wanted
            finally:
                await store.aclose()

    asyncio.run(compare())
