"""Facts and their versions, as every store must keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lukasa.domain.change import Applied, Extraction, MarkExtracted, PutFact, Retire
from lukasa.domain.document import Document
from lukasa.domain.fact import Fact
from lukasa.domain.interval import Interval
from lukasa.domain.query import FactQuery, LexicalQuery, TurnQuery
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Source
from lukasa.errors import InputError, StaleError
from lukasa.ports.store import Store
from lukasa.testing.conformance.samples import (
    ALICE,
    BOB,
    NOON,
    add,
    embedding,
    everything,
    fill,
    ids,
    search,
    select,
)
from lukasa.testing.conformance.store_suite import StoreSuite


def fact(name: str = "f1", **fields: Any) -> Fact:
    """Return the first version of a fact of which only the name matters, but for *fields*."""
    made = Fact(
        id=name,
        subject="Ana",
        text=f"text of {name}",
        kind="fact",
        key=f"key of {name}",
        learned_at=NOON,
        recorded_at=NOON,
        sources=(Source(turn="t1", start=0, end=4, at=NOON),),
    )
    return replace(made, **fields)


def put(given: Fact, terms: Sequence[str] | None = ("word",), **fields: Any) -> PutFact:
    """Return the change that stores a version; without *terms*, its document stays as it is."""
    document = None if terms is None else Document(id=given.id, kind="fact", passages=[terms], **fields)
    return PutFact(fact=given, op="believe" if given.revision == 1 else "revise", document=document)


def then(given: Fact, **fields: Any) -> Fact:
    """Return the next version."""
    return replace(given, revision=given.revision + 1, **fields)


class FactSuite(StoreSuite):
    """What a store promises of facts."""

    # ── Versions ───────────────────────────────────────────────────────────────────────────────────────────

    async def test_a_fact_comes_back_as_it_was_put(self, store: Store) -> None:
        given = fact(
            kind="event",
            occurrence=2,
            attribute="visited",
            value="Porto",
            negated=True,
            cardinality="single",
            slot="s",
            valid=Interval(start=NOON, end=NOON + timedelta(days=1), granularity="day", phrase="today"),
            confidence=0.25,
            trust="low",
            origin="web",
            evidence=7,
            pinned=True,
            expires_at=NOON + timedelta(days=9),
            metadata={"topic": "travel", "stars": [1, 2.5, None, {"a": True}]},
            worded_by="t1",
            rivals=("f7",),
        )
        await fill(store, add("t1"), put(given))

        (found,) = await store.facts(ALICE, FactQuery(include_retired=True))
        assert found == given
        assert (found.revision, found.seq, found.valid.phrase) == (1, 2, "today")

    async def test_the_last_version_is_listed_and_all_are_in_the_history(self, store: Store) -> None:
        first = fact()
        second = then(first, text="other", status="superseded", superseded_by="f2")
        await fill(store, add("t1"), put(first))
        await fill(store, put(second, None))

        assert [each.text for each in await store.facts(ALICE, FactQuery())] == ["other"]
        history = await store.history(ALICE, ["f1", "nothing"])
        assert list(history) == ["f1"]
        assert [each.revision for each in history["f1"]] == [1, 2]

    @pytest.mark.parametrize("revision", [0, 1, 3, 9])
    async def test_another_revision_than_the_next_is_refused(self, store: Store, revision: int) -> None:
        await fill(store, add("t1"), put(fact()))

        with pytest.raises(StaleError, match="f1"):
            await fill(store, add("t2"), put(fact(revision=revision)))
        assert [each.id for each in await store.turns(ALICE, TurnQuery())] == ["t1"]

    async def test_a_new_fact_has_revision_one(self, store: Store) -> None:
        with pytest.raises(StaleError, match="f1"):
            await fill(store, put(fact(revision=2)))

    async def test_a_second_fact_of_the_same_content_is_refused(self, store: Store) -> None:
        await fill(store, add("t1"), put(fact(key="k")))

        with pytest.raises(StaleError, match="f1"):
            await fill(store, put(fact("f2", key="k")))
        await fill(store, put(fact("f2", key="k", occurrence=1)))
        assert len(await store.facts(ALICE, FactQuery())) == 2

    async def test_a_new_fact_needs_a_document(self, store: Store) -> None:
        with pytest.raises(InputError, match="f1"):
            await fill(store, put(fact(), None))

    async def test_what_was_put_is_told_and_journalled(self, store: Store) -> None:
        applied = await fill(store, add("t1"), replace(put(fact()), caused_by="t1"))

        assert applied == Applied(version=2, call=1, added=("t1",), facts=("f1",))
        entry = (await store.journal(ALICE))[1]
        assert (entry.op, entry.id, entry.caused_by, entry.call) == ("believe", "f1", "t1", 1)
        assert entry.content

    async def test_a_fact_that_fails_undoes_the_whole_apply(self, store: Store) -> None:
        with pytest.raises(StaleError):
            await fill(store, add("t1"), put(fact()), put(fact(revision=5)))

        assert await store.version(ALICE) == 0
        assert await store.facts(ALICE, FactQuery(include_retired=True)) == []

    # ── Looking up ─────────────────────────────────────────────────────────────────────────────────────────

    async def test_facts_are_found_by_what_they_are_asked_for(self, store: Store) -> None:
        other = Source(turn="t2", start=0, end=1, at=NOON)
        await fill(
            store,
            add("t1"),
            add("t2"),
            put(fact("f1", key="k1", slot="s1", attribute="likes", kind="preference")),
            put(fact("f2", key="k2", slot="s2", subject="Éva", sources=(other,))),
            put(fact("f3", key="k3", slot="s1", status="superseded")),
        )

        async def found(**query: Any) -> list[str]:
            return [each.id for each in await store.facts(ALICE, FactQuery(**query))]

        assert await found() == ["f1", "f2", "f3"]
        assert await found(ids=["f3", "f1", "x"]) == ["f1", "f3"]
        assert await found(keys=["k2"]) == ["f2"]
        assert await found(slots=["s1"]) == ["f1", "f3"]
        assert await found(keys=["k2"], slots=["s1"]) == ["f1", "f2", "f3"]
        assert await found(keys=[], slots=[]) == []
        assert await found(turns=["t2"]) == ["f2"]
        assert await found(subject="éva") == ["f2"]
        assert await found(attribute="likes") == ["f1"]
        assert await found(attributes=["likes", "x"]) == ["f1"]
        assert await found(attributes=[]) == []
        assert await found(kinds=["preference"]) == ["f1"]
        assert await found(statuses=["superseded"]) == ["f3"]
        assert await found(after=3) == ["f2", "f3"]
        assert await found(limit=1) == ["f1"]
        assert await found(limit=0) == []

    async def test_facts_of_a_moment_are_those_that_hold_then(self, store: Store) -> None:
        day = timedelta(days=1)
        await fill(
            store,
            add("t1"),
            put(fact("f1", valid=Interval(start=NOON, end=NOON + day))),
            put(fact("f2", valid=Interval(start=NOON + day))),
            put(fact("f3")),
        )

        at = [each.id for each in await store.facts(ALICE, FactQuery(valid_at=NOON))]
        later = [each.id for each in await store.facts(ALICE, FactQuery(valid_at=NOON + day))]
        assert (at, later) == (["f1", "f3"], ["f2", "f3"])

    async def test_facts_as_of_a_version_are_those_of_then(self, store: Store) -> None:
        first = fact(text="one")
        await fill(store, add("t1"), put(first))
        await fill(store, put(then(first, text="two", retired_at=NOON)), put(fact("f2")))

        async def texts(version: int | None) -> list[str]:
            return [each.text for each in await store.facts(ALICE, FactQuery(as_of=version))]

        assert [await texts(version) for version in (0, 1, 2, 3, 4, None)] == [
            [],
            [],
            ["one"],
            [],
            ["text of f2"],
            ["text of f2"],
        ]

    async def test_facts_pass_filters_by_their_fields_and_metadata(self, store: Store) -> None:
        await fill(
            store,
            add("t1", metadata={"topic": "food"}),
            put(fact("f1", metadata={"topic": "food"})),
            put(fact("f2", metadata={"topic": "art"}, subject="Eva", origin="web")),
        )

        assert await select(store, {"metadata.topic": "food"}) == {"t1", "f1"}
        assert await select(store, {"kind": "fact"}) == {"f1", "f2"}
        assert await select(store, {"speaker": "Eva"}) == {"f2"}
        assert await select(store, {"origin": "web"}) == {"f2"}
        assert await select(store, {"text": {"contains": "of f1"}}) == {"f1"}
        await fill(store, put(then(fact("f1"), metadata={"topic": "art"}), None))
        assert await select(store, {"metadata.topic": "food"}) == {"t1"}
        assert await select(store, {"metadata.topic": "art"}) == {"f1", "f2"}

    # ── Documents ──────────────────────────────────────────────────────────────────────────────────────────

    async def test_facts_are_ranked_among_themselves_and_move_no_turn(self, store: Store) -> None:
        await fill(store, add("t1", ["tea", "cup"]), add("t2", ["tea"]))
        before = await search(store, "tea", "cup")
        await fill(store, put(fact(), ["tea", "tea", "pot"]), put(fact("f2"), ["pot"]))

        assert await search(store, "tea", "cup") == before
        assert ids(await search(store, "tea", kind="fact")) == ["f1"]
        assert ids(await store.lexical(ALICE, LexicalQuery(terms=["pot"], kind="fact"))) == ["f2", "f1"]

    @pytest.mark.parametrize(
        "hiding", [{"retired_at": NOON}, {"status": "quarantined"}, {"status": "retracted"}], ids=str
    )
    async def test_a_hidden_fact_is_no_live_document(self, store: Store, hiding: dict[str, Any]) -> None:
        first = fact()
        await fill(store, add("t1"), put(first))
        await fill(store, put(then(first, **hiding), None))

        assert await search(store, "word", kind="fact") == []
        assert await select(store, {"kind": "fact"}) == set()
        assert [h.retired for h in await heads(store)] == [True]
        await fill(store, put(then(then(first)), None))
        assert ids(await search(store, "word", kind="fact")) == ["f1"]
        assert await select(store, {"kind": "fact"}) == {"f1"}

    async def test_a_superseded_fact_is_live_and_not_current(self, store: Store) -> None:
        await fill(store, add("t1"), put(fact(status="superseded")))

        (head,) = await heads(store)
        assert (head.retired, head.current, tuple(head.sources)) == (False, False, ("t1",))
        assert ids(await search(store, "word", kind="fact")) == ["f1"]

    async def test_new_words_replace_terms_and_vectors_of_every_embedder(self, store: Store) -> None:
        first = fact()
        await fill(store, add("t1"), put(first, ["old"], embeddings=[embedding(1.0)], fingerprint="f"))
        await fill(store, put(then(first, text="new"), ["new"], embeddings=[embedding(2.0)], fingerprint="g"))

        assert await search(store, "old", kind="fact") == []
        assert ids(await search(store, "new", kind="fact")) == ["f1"]
        assert await store.tokens(ALICE, ["f1"], fingerprint="f") == {}
        assert list(await store.tokens(ALICE, ["f1"], fingerprint="g")) == ["f1"]
        assert "f1" in await store.unembedded(ALICE, fingerprint="f", limit=9)

    async def test_a_head_tells_when_a_fact_holds_and_expires(self, store: Store) -> None:
        end = NOON + timedelta(days=1)
        await fill(
            store,
            add("t1"),
            put(fact(valid=Interval(start=NOON, end=end, granularity="day"), expires_at=end)),
        )

        (head,) = await heads(store)
        assert (head.start, head.end, head.expires_at) == (to_micros(NOON), to_micros(end), to_micros(end))

    async def test_a_fact_cannot_be_retired_like_a_turn(self, store: Store) -> None:
        await fill(store, add("t1"), put(fact()))

        with pytest.raises(InputError, match="f1"):
            await fill(store, Retire(id="f1"))

    # ── Walls, extraction, figures ─────────────────────────────────────────────────────────────────────────

    async def test_facts_of_another_partition_are_not_seen(self, store: Store) -> None:
        await fill(store, add("t1"), put(fact(slot="s")))
        await fill(store, add("t9"), partition=BOB)

        for query in (
            FactQuery(),
            FactQuery(ids=["f1"]),
            FactQuery(keys=["key of f1"], slots=["s"]),
            FactQuery(turns=["t1"]),
        ):
            assert await store.facts(BOB, query) == []
        assert await store.history(BOB, ["f1"]) == {}
        assert await store.unextracted(BOB, extractor="x", limit=9) == ["t9"]
        await fill(store, add("t1"), put(fact()), partition=BOB)
        assert len(await store.history(BOB, ["f1"])) == 1

    async def test_a_fact_rests_on_turns_of_its_partition(self, store: Store) -> None:
        await fill(store, add("t1"), put(fact()))
        await fill(store, add("t2"), partition=BOB)
        before = await everything(store)
        two = (*fact().sources, Source(turn="t2", start=0, end=1, at=NOON))

        for change in (
            put(fact("f2", sources=two)),
            put(then(fact(), sources=two)),
            put(fact("f2", sources=(Source(turn="f1", start=0, end=1, at=NOON),))),
        ):
            with pytest.raises(InputError, match="has no such turn"):
                await fill(store, change)
        assert await everything(store) == before

    async def test_turns_that_an_extractor_has_read_are_not_listed(self, store: Store) -> None:
        read = Extraction(extractor="x-1", facts=1, refused={"chatter": 2})
        await fill(store, replace(add("t1"), extraction=read), add("t2"), add("t3", retired_at=NOON))

        assert await store.unextracted(ALICE, extractor="x-1", limit=9) == ["t2"]
        assert await store.unextracted(ALICE, extractor="x-2", limit=9) == ["t1", "t2"]
        await fill(
            store, MarkExtracted(id="t2", extraction=replace(read, refused={"chatter": 1, "served": 1}))
        )
        assert await store.unextracted(ALICE, extractor="x-1", limit=9) == []
        assert (await store.backlog(ALICE, fingerprint=None, analysis=0, extractor="x-2")).unextracted == 2
        assert dict((await store.stats(ALICE)).refused) == {"chatter": 3, "served": 1}

    async def test_facts_are_counted_apart(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"), put(fact()), put(fact("f2", retired_at=NOON)))

        stats = await store.stats(ALICE)
        assert (stats.turns, stats.facts, stats.retired, stats.documents) == (2, 2, 0, 4)
        assert (await store.verify()).findings == ()

    async def test_turns_as_of_a_version_are_those_of_then(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"))
        await fill(store, Retire(id="t1"), add("t3"))

        async def then_listed(version: int) -> list[str]:
            return ids(await store.turns(ALICE, TurnQuery(as_of=version)))

        assert [await then_listed(version) for version in range(5)] == [
            [],
            ["t1"],
            ["t1", "t2"],
            ["t2"],
            ["t2", "t3"],
        ]

    async def test_a_moment_has_a_version(self, store: Store) -> None:
        await fill(store, add("t1"))

        assert await store.version(ALICE, at=NOON - timedelta(microseconds=1)) == 0
        assert await store.version(ALICE, at=NOON) == 1
        assert await store.version(BOB, at=NOON) == 0


async def heads(store: Store) -> list[Any]:
    """Return the heads of facts."""
    delta = await store.delta(ALICE, fingerprint=None, since=0)
    return [head for head in delta.heads if head.kind == "fact"]
