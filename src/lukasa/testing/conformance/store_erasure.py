"""Erasing, as every store must do it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lukasa.domain.change import PutFact, Readmit
from lukasa.domain.document import Document
from lukasa.domain.erasure import Erased, Erasure, Rewritten
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.source import Source
from lukasa.errors import StaleError
from lukasa.ports.store import Store
from lukasa.testing.conformance.samples import (
    ALICE,
    BOB,
    CAUSE,
    NOON,
    add,
    embedded,
    everything,
    fill,
    ids,
    search,
)
from lukasa.testing.conformance.store_facts import fact, put, then
from lukasa.testing.conformance.store_suite import StoreSuite

ERASE = Cause(verb="erase", at=NOON)


async def erase(store: Store, **erasure: Any) -> Erased:
    return await store.erase(ALICE, Erasure(**erasure), cause=ERASE)


class ErasureSuite(StoreSuite):
    """What a store promises of erasing."""

    async def test_an_erased_turn_is_nowhere(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), add("t2"))

        erased = await erase(store, turns=["t1", "unknown"])

        assert (tuple(erased.turns), tuple(erased.facts)) == (("t1",), ())
        assert ids(await store.turns(ALICE, TurnQuery(include_retired=True))) == ["t2"]
        assert ids(await search(store, "word")) == ["t2"]
        assert await store.tokens(ALICE, ["t1"], fingerprint="f") == {}
        delta = await store.delta(ALICE, fingerprint="f", since=2)
        assert tuple(delta.gone) == ("t1",)
        assert (await store.stats(ALICE)).documents == 1
        assert (await store.verify()).findings == ()

    async def test_statistics_are_those_of_what_is_left(self, store: Store) -> None:
        await fill(store, add("t1", ["tea", "tea", "cup"]), add("t2", ["tea"]))
        await fill(store, add("t2", ["tea"]), partition=BOB)

        await erase(store, turns=["t1"])

        assert await search(store, "tea") == await search(store, "tea", partition=BOB)

    async def test_the_journal_keeps_entries_without_reason_and_content(self, store: Store) -> None:
        told = Cause(verb="remember", at=NOON, reason="because of a secret")
        await store.apply(ALICE, [add("t1"), add("t2")], cause=told)
        await fill(store, add("t3"))
        before = (await store.journal(ALICE))[-1].digest

        erased = await erase(store, turns=["t1"])

        journal = await store.journal(ALICE)
        assert erased.digest == before
        assert [(entry.version, entry.op, entry.id) for entry in journal] == [
            (1, "add", "t1"),
            (2, "add", "t2"),
            (3, "add", "t3"),
            (4, "erase", "t1"),
        ]
        assert [entry.reason for entry in journal] == ["", "", "", ""]
        assert [bool(entry.content) for entry in journal] == [False, True, True, False]
        assert (await store.verify()).findings == ()

    async def test_an_erased_fact_goes_with_all_its_versions(self, store: Store) -> None:
        first = fact()
        await fill(store, add("t1"), put(first), put(then(first, text="later")))

        erased = await erase(store, facts=["f1"], marks=[first.key])

        assert tuple(erased.facts) == ("f1",)
        assert await store.facts(ALICE, FactQuery(include_retired=True)) == []
        assert await store.history(ALICE, ["f1"]) == {}
        applied = await fill(store, put(first))
        assert tuple(applied.refused) == ("f1",)
        assert (await store.verify()).findings == ()

    async def test_a_rewritten_fact_lives_on_with_what_is_left(self, store: Store) -> None:
        sources = tuple(Source(turn=turn, start=0, end=1, at=NOON) for turn in ("t1", "t2"))
        first = fact(sources=sources[:1])
        second = then(first, sources=sources, text="of both", evidence=2)
        await fill(store, add("t1"), add("t2"), put(first, ["one"]), put(second, ["both"]))

        left = replace(second, sources=sources[1:], text="of the second", evidence=1)
        document = Document(id="f1", kind="fact", terms=["second"])
        erased = await erase(store, turns=["t1"], rewritten=[Rewritten(versions=[left], document=document)])

        assert tuple(erased.rewritten) == ("f1",)
        assert (await store.history(ALICE, ["f1"]))["f1"] == [left]
        assert ids(await search(store, "second", kind="fact")) == ["f1"]
        assert await search(store, "both", kind="fact") == []
        assert await store.facts(ALICE, FactQuery(turns=["t1"])) == []
        await fill(store, PutFact(fact=then(left, text="next"), op="revise"))
        assert [each.text for each in (await store.history(ALICE, ["f1"]))["f1"]] == ["of the second", "next"]
        assert (await store.verify()).findings == ()

    async def test_what_has_a_tombstone_is_not_stored_until_it_is_readmitted(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"))
        await erase(store, turns=["t1"], marks=["t1", "some words"])

        assert await store.tombstones(ALICE, ["t1", "t2", "some words"]) == {"t1", "some words"}
        assert await store.tombstones(BOB, ["t1"]) == set()
        applied = await fill(store, add("t1"), add("t3"))
        assert (tuple(applied.added), tuple(applied.refused)) == (("t3",), ("t1",))

        applied = await fill(store, Readmit(mark="t1"), Readmit(mark="nothing"))
        assert tuple(applied.changed) == ("t1",)
        assert tuple((await fill(store, add("t1"))).added) == ("t1",)

    async def test_erasing_everything_takes_the_partition_itself(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), put(fact()))
        await fill(store, add("t1"), partition=BOB)
        epoch = (await store.delta(ALICE, fingerprint=None, since=0)).epoch

        erased = await erase(store, everything=True, marks=["t1"])

        assert (tuple(erased.turns), tuple(erased.facts), erased.everything) == (("t1",), ("f1",), True)
        assert await store.partitions() == [BOB]
        assert await store.journal(ALICE) == []
        assert await store.version(ALICE) == 0
        assert tuple((await fill(store, add("t1"), add("t2"))).refused) == ("t1",)
        again = await store.delta(ALICE, fingerprint=None, since=0)
        assert again.epoch not in {0, epoch}
        assert [head.id for head in again.heads] == ["t2"]
        assert (await store.verify()).findings == ()

    async def test_other_partitions_stay_as_they_were(self, store: Store) -> None:
        await fill(store, add("t1"), put(fact()))
        await fill(store, embedded("t1", "f"), put(fact()), partition=BOB)

        async def seen() -> tuple[object, ...]:
            return (
                await store.turns(BOB, TurnQuery()),
                await store.facts(BOB, FactQuery()),
                await store.journal(BOB),
                await store.delta(BOB, fingerprint="f", since=0),
                await search(store, "word", partition=BOB),
            )

        before = await seen()
        await erase(store, everything=True)
        assert await seen() == before

    async def test_an_erasure_is_decided_on_a_version(self, store: Store) -> None:
        await fill(store, add("t1"))
        before = await everything(store)

        with pytest.raises(StaleError):
            await store.erase(ALICE, Erasure(turns=["t1"]), cause=CAUSE, expected=7)
        assert await everything(store) == before

    async def test_erasing_nothing_leaves_all_as_it_was(self, store: Store) -> None:
        await fill(store, add("t1"))
        before = await everything(store)

        assert (await erase(store)).turns == ()
        assert await everything(store) == before

    async def test_a_partition_of_which_all_was_erased_one_by_one_is_still_there(self, store: Store) -> None:
        await fill(store, add("t1"))
        await erase(store, turns=["t1"], marks=["t1"])
        await store.erase(BOB, Erasure(marks=["t9"]), cause=ERASE)
        await fill(store, Readmit(mark="t9"), partition=BOB)

        assert await store.partitions() == [ALICE, BOB]
        assert (await store.stats()).partitions == 2
        assert (await store.stats(ALICE)).partitions == 1
        assert (await store.verify()).findings == ()
