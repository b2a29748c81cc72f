"""Erasing, as every store must do it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lukasa.domain.change import PutFact, Readmit, Retire
from lukasa.domain.document import Document
from lukasa.domain.erasure import Erased, Erasure, Rewritten
from lukasa.domain.job import Finish, PutSummary
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, Seen, TurnQuery
from lukasa.domain.turn import Source
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
from lukasa.testing.conformance.store_jobs import after, claim, dead_job, keep, kept, queue, spent, summary
from lukasa.testing.conformance.store_suite import StoreSuite

ERASE = Cause(verb="erase", at=NOON)
CANARY = "zaubernusskaeuzchen7734"


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

    async def test_what_was_erased_is_told_with_the_changes_around_it(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"), add("t3"))
        await erase(store, turns=["t1"])
        await fill(store, add("t4"), add("t5"))

        told, version, more = [], 1, True
        while more:
            delta = await store.delta(ALICE, fingerprint=None, since=version, limit=2)
            told.append((tuple(delta.gone), [head.id for head in delta.heads]))
            version, more = delta.version, delta.more
        assert told == [((), ["t2", "t3"]), (("t1",), ["t4", "t5"])]

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
        document = Document(id="f1", kind="fact", passages=[["second"]])
        erased = await erase(store, turns=["t1"], rewritten=[Rewritten(versions=[left], document=document)])

        assert tuple(erased.rewritten) == ("f1",)
        assert (await store.history(ALICE, ["f1"]))["f1"] == [left]
        assert ids(await search(store, "second", kind="fact")) == ["f1"]
        assert await search(store, "both", kind="fact") == []
        assert await store.facts(ALICE, FactQuery(turns=["t1"])) == []
        await fill(store, PutFact(fact=then(left, text="next"), op="revise"))
        assert [each.text for each in (await store.history(ALICE, ["f1"]))["f1"]] == ["of the second", "next"]
        assert (await store.verify()).findings == ()

    async def test_one_look_answers_what_single_questions_do(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"), add("t3"), Retire(id="t2"))
        await erase(store, turns=["t1"], marks=["t1"])
        queries = [
            TurnQuery(newest_first=True, limit=1),
            TurnQuery(include_retired=True, as_of=3),
            TurnQuery(ids=["t1"]),
        ]

        for partition in (ALICE, BOB):
            seen = await store.look(partition, turns=queries, marks=["t1", "t2"])
            assert seen.version == await store.version(partition)
            assert [*seen.turns] == [await store.turns(partition, query) for query in queries]
            assert seen.erased == await store.tombstones(partition, ["t1", "t2"])
        assert await store.look(ALICE) == Seen(version=await store.version(ALICE), turns=[])

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

    async def test_summaries_and_errors_go_with_an_erased_turn(self, store: Store) -> None:
        await fill(store, add("t1", session="s1"), add("t2", session="s2"), add("t3"))
        for partition in (ALICE, BOB):
            await dead_job(store, partition=partition, error="because of a secret")
            made = [PutSummary(summary=summary(session)) for session in (None, "", "s1", "s2")]
            await keep(store, queue("s2", due=after(1)), *made, partition=partition)
            await store.spend(partition, spent())
        theirs = await kept(store, BOB)

        await erase(store, turns=["t1"])

        assert [each.session for each in await store.summaries(ALICE)] == ["", "s2"]
        assert [(job.session, job.error) for job in await store.jobs(ALICE)] == [("s2", "")]
        assert await store.spent(ALICE) == [spent()]
        assert await kept(store, BOB) == theirs
        assert (await store.verify()).findings == ()

    async def test_the_job_of_a_session_goes_with_its_last_turn(self, store: Store) -> None:
        await fill(store, add("t1", session="s1"), add("t2", session="s1"), add("t3"))
        await keep(store, queue("s1"), queue("s2"))

        await erase(store, turns=["t1"])
        assert {job.session for job in await store.jobs(ALICE)} == {"s1", "s2"}

        await erase(store, turns=["t2"])
        assert {job.session for job in await store.jobs(ALICE)} == {"s2"}

    async def test_reasons_and_summaries_go_where_they_are_named(self, store: Store) -> None:
        for number in (1, 2):
            cause = Cause(verb="remember", at=NOON, reason=f"reason {number}")
            await store.apply(ALICE, [add(f"t{number}", session=f"s{number}")], cause=cause)
        await keep(store, *(PutSummary(summary=summary(session)) for session in (None, "s1", "s2")))

        erased = await erase(store, reasons=[1], summaries=["s2"])

        assert erased.turns == ()
        assert [entry.reason for entry in await store.journal(ALICE)] == ["", "reason 2"]
        assert [each.session for each in await store.summaries(ALICE)] == ["s1"]
        assert ids(await store.turns(ALICE, TurnQuery())) == ["t1", "t2"]
        assert (await store.verify()).findings == ()

    async def test_with_a_turn_of_no_session_only_the_summary_of_the_whole_goes(self, store: Store) -> None:
        await fill(store, add("t1"))
        await keep(store, *(PutSummary(summary=summary(session)) for session in (None, "", "s1")))

        await erase(store, turns=["t1"])

        assert [each.session for each in await store.summaries(ALICE)] == ["", "s1"]

    async def test_with_a_fact_the_summary_of_the_whole_and_the_errors_go(self, store: Store) -> None:
        await fill(store, add("t1", session="s1"), put(fact()))
        await dead_job(store)
        await keep(store, *(PutSummary(summary=summary(session)) for session in (None, "s1")))

        await erase(store, facts=["f1"])

        assert [each.session for each in await store.summaries(ALICE)] == ["s1"]
        assert [job.error for job in await store.jobs(ALICE)] == [""]

    async def test_an_erasure_of_nothing_takes_no_summary_and_no_error(self, store: Store) -> None:
        await fill(store, add("t1", session="s1"))
        await dead_job(store)
        await keep(store, PutSummary(summary=summary()), PutSummary(summary=summary("s1")))
        before = await kept(store)

        await erase(store, turns=["unknown"], marks=["t9"])

        assert await kept(store) == before

    async def test_jobs_summaries_and_usage_go_with_everything(self, store: Store, tmp_path: Path) -> None:
        await fill(store, add("t1", session="s1"))
        await dead_job(store, error=CANARY)
        await keep(
            store, queue("s2"), *(PutSummary(summary=summary(each, text=CANARY)) for each in (None, "s1"))
        )
        await store.spend(ALICE, spent(purpose=CANARY, model=CANARY))
        await keep(store, queue(), PutSummary(summary=summary()), partition=BOB)
        await store.spend(BOB, spent())
        theirs = await kept(store, BOB)

        await erase(store, everything=True)

        assert await kept(store) == ([], [], [])
        assert await store.partitions() == [BOB]
        assert await kept(store, BOB) == theirs
        assert await store.spent() == [spent()]
        assert _files_with(tmp_path, CANARY) == []
        assert (await store.verify()).findings == ()

    async def test_erasing_a_turn_leaves_no_byte_of_summary_and_error(
        self, store: Store, tmp_path: Path
    ) -> None:
        await fill(store, add("t1", session="s1"), add("t2", session="s2"))
        await dead_job(store, error=CANARY)
        await keep(store, *(PutSummary(summary=summary(each, text=CANARY)) for each in (None, "s1")))

        await erase(store, turns=["t1"])

        assert _files_with(tmp_path, CANARY) == []

    async def test_a_partition_of_jobs_alone_is_erased_too(self, store: Store) -> None:
        await keep(store, queue())
        (job,) = await claim(store)

        await erase(store, everything=True)

        assert (await store.partitions(), await store.jobs()) == ([], [])
        assert not await store.extend(job, until=NOON)
        with pytest.raises(StaleError):
            await keep(store, Finish(job=job), changes=[add("t1")])
        assert await store.partitions() == []

    async def test_what_ran_while_everything_was_erased_cannot_be_finished(self, store: Store) -> None:
        await keep(store, queue(), changes=[add("t1")])
        (job,) = await claim(store)

        await erase(store, everything=True)
        await keep(store, queue())

        with pytest.raises(StaleError):
            await keep(store, Finish(job=job), changes=[add("t2")])
        assert [each.state for each in await store.jobs()] == ["waiting"]


def _files_with(folder: Path, text: str) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]
