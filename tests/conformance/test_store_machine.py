"""SQLite and the reference store, side by side, under operations that nobody chose."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.change import AddTurn, Cause, Change, Embed, Index, Restore, Retire
from lukasa.domain.document import Document, Traits
from lukasa.domain.query import DocumentQuery, LexicalQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import LukasaError
from lukasa.ports.store import Store
from lukasa.testing.conformance.filters import random_filter, random_metadata
from lukasa.testing.conformance.samples import ALICE, NOON, add, embedding, expected, fill, turn

T = TypeVar("T")

PARTITIONS = (ALICE, Partition("acme", "Alice"), Partition("ac", "mealice"))
WORDS = ("tea", "Tea", "té", "te", "tea~2", "茶", "t e", "", "tea.")

partitions = st.sampled_from(PARTITIONS)
names = st.sampled_from([f"t{place}" for place in range(8)])
fingerprints = st.sampled_from(["f", "g"])
embeddings = st.builds(embedding, st.sampled_from([1.0, 2.0]), tokens=st.sampled_from([None, 0, 2]))
seeds = st.integers(0, 2**32)
terms = st.lists(st.sampled_from(WORDS), max_size=8)
traits = st.builds(Traits, words=st.integers(0, 70_000), asks=st.booleans(), picture=st.booleans())
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
        terms=draw(terms),
        traits=draw(traits),
        analysis=draw(analyses),
        embedding=draw(embeddings) if embedded else None,
        fingerprint=draw(fingerprints) if embedded else None,
    )
    return AddTurn(turn=given, document=document)


changes: st.SearchStrategy[Change] = st.one_of(
    additions(),
    additions(),
    st.builds(Retire, id=names),
    st.builds(Restore, id=names),
    st.builds(Embed, id=names, embedding=embeddings, fingerprint=fingerprints),
    st.builds(Index, id=names, terms=terms, traits=traits, analysis=analyses),
)


class TwoStores(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        self._sqlite = SqliteStore(Path(self._folder.name) / "memory.lukasa")
        self._reference = ReferenceStore()

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

    @rule(partition=partitions, words=st.lists(st.sampled_from(WORDS), max_size=4, unique=True), seed=seeds)
    def search(self, partition: Partition, words: list[str], seed: int) -> None:
        random = Random(seed)
        query = LexicalQuery(
            terms=words,
            weights=random.choice([None, [random.choice([0.0, 0.5, 2.0]) for _ in words]]),
            common=random.choice([0.0, 0.3, 1.0]),
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

    @rule(partition=partitions, fingerprint=st.none() | fingerprints, since=st.integers(0, 12))
    def read_vectors(self, partition: Partition, fingerprint: str | None, since: int) -> None:
        self._same(lambda store: store.delta(partition, fingerprint=fingerprint, since=since))
        named = fingerprint or "h"
        self._same(lambda store: store.tokens(partition, ["t0", "t1", "t2"], fingerprint=named))
        self._same(lambda store: store.unembedded(partition, fingerprint=named, limit=3))

    @rule(partition=partitions, fingerprint=st.none() | fingerprints, analysis=analyses)
    def read_backlog(self, partition: Partition, fingerprint: str | None, analysis: int) -> None:
        self._same(lambda store: store.outdated(partition, analysis=analysis, limit=3))
        self._same(lambda store: store.backlog(partition, fingerprint=fingerprint, analysis=analysis))

    @rule(partition=partitions, since=st.integers(0, 12), limit=st.none() | st.integers(0, 3))
    def read_journal(self, partition: Partition, since: int, limit: int | None) -> None:
        self._same(lambda store: store.journal(partition, since=since, limit=limit))

    @rule()
    def reopen(self) -> None:
        self._runner.run(self._sqlite.aclose())
        self._runner.run(self._sqlite.open())

    @rule()
    def verify(self) -> None:
        assert self._runner.run(self._sqlite.verify()).findings == ()

    @invariant()
    def figures_are_the_same(self) -> None:
        self._same(lambda store: store.partitions())
        for partition in (None, *PARTITIONS):
            self._same(lambda store, of=partition: _without_size(store, of))

    def _same(self, call: Callable[[Store], Awaitable[object]]) -> None:
        wanted, got = (self._outcome(call(store)) for store in (self._reference, self._sqlite))
        assert got == wanted

    def _outcome(self, call: Awaitable[T]) -> T | tuple[type, str]:
        async def awaited() -> T:
            return await call

        try:
            return self._runner.run(awaited())
        except LukasaError as error:
            return type(error), str(error)


async def _without_size(store: Store, partition: Partition | None) -> object:
    return replace(await store.stats(partition), bytes=0)


TwoStores.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_sqlite_does_what_the_reference_does = pytest.mark.slow(TwoStores.TestCase)


@settings(max_examples=12, deadline=None)
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
