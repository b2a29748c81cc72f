"""Partitions, filters, writing and retiring, as every store must do them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from lukasa.domain.change import AddTurn, Applied, Basis, Change, Embed, Restore, Retire
from lukasa.domain.document import Document
from lukasa.domain.erasure import Erasure
from lukasa.domain.filter import AllOf, parse
from lukasa.domain.query import DocumentQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import InputError, KeyReuseError, NotFoundError, StaleError
from lukasa.ports.store import Store
from lukasa.testing.conformance.filters import FILTERS, random_filter, random_metadata
from lukasa.testing.conformance.samples import (
    ALICE,
    BOB,
    CAUSE,
    LATER,
    LOOK_ALIKES,
    NOON,
    add,
    bm25,
    embedded,
    embedding,
    everything,
    expected,
    fill,
    ids,
    labelled,
    search,
    select,
    turn,
)
from lukasa.testing.conformance.store_suite import StoreSuite


class WritingSuite(StoreSuite):
    """What changes do."""

    # ── Partitions ─────────────────────────────────────────────────────────────────────────────────────────

    @pytest.mark.parametrize("names", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
    async def test_partitions_with_similar_names_are_apart(
        self, store: Store, names: tuple[Partition, Partition]
    ) -> None:
        one, other = names
        await fill(store, add("mine", ["secret"]), partition=one)
        await fill(store, add("theirs", ["secret", "else"]), partition=other)
        await fill(store, add("theirs2", ["secret"]), partition=other)

        anything = DocumentQuery(filter=AllOf(()))
        assert ids(await store.turns(one, TurnQuery())) == ["mine"]
        assert ids(await search(store, "secret", "else", partition=one)) == ["mine"]
        assert await store.select(one, anything) == {"mine"}
        assert [head.id for head in (await store.delta(one, fingerprint=None, since=0)).heads] == ["mine"]
        assert [entry.id for entry in await store.journal(one)] == ["mine"]
        assert await store.unembedded(one, fingerprint="f", limit=9) == ["mine"]
        assert (await store.stats(one)).turns == 1
        assert await store.partitions() == [one, other]

    async def test_one_partition_may_have_the_ids_and_keys_of_another(self, store: Store) -> None:
        await fill(store, add("same", key="k#0", text="one"))
        await fill(store, add("same", key="k#0", text="other"), partition=BOB)

        assert [each.text for each in await store.turns(ALICE, TurnQuery())] == ["one"]
        assert [each.text for each in await store.turns(BOB, TurnQuery())] == ["other"]

    @pytest.mark.parametrize(
        "change",
        [Retire(id="t1"), Restore(id="t1"), Embed(id="t1", embeddings=[embedding()], fingerprint="f")],
        ids=["retire", "restore", "embed"],
    )
    async def test_another_partitions_document_cannot_be_changed(self, store: Store, change: Change) -> None:
        await fill(store, add("t1"))
        await fill(store, add("t2"), partition=BOB)

        with pytest.raises(NotFoundError, match="t1"):
            await fill(store, change, partition=BOB)

    async def test_tokens_of_another_partition_are_left_out(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"))
        await fill(store, add("t2"), partition=BOB)

        assert await store.tokens(BOB, ["t1", "t2"], fingerprint="f") == {}

    async def test_ids_in_a_query_do_not_reach_other_partitions(self, store: Store) -> None:
        await fill(store, add("t1"))
        await fill(store, add("t2"), partition=BOB)

        assert ids(await store.turns(BOB, TurnQuery(ids=["t1", "t2"]))) == ["t2"]

    async def test_a_partition_is_not_there_before_something_is_written(self, store: Store) -> None:
        await fill(store)
        with pytest.raises(NotFoundError):
            await fill(store, Retire(id="nothing"))
        await store.turns(BOB, TurnQuery())

        assert await store.partitions() == []
        assert (await store.stats(ALICE)).partitions == 0

    async def test_an_unknown_partition_is_empty(self, store: Store) -> None:
        assert await store.turns(ALICE, TurnQuery()) == []
        assert await search(store, "word") == []
        assert await select(store, {"kind": "turn"}) == set()
        assert await store.delta(ALICE, fingerprint="f", since=0) == await store.delta(
            BOB, fingerprint=None, since=7
        )
        assert (await store.delta(ALICE, fingerprint="f", since=0)).version == 0
        assert await store.tokens(ALICE, ["t1"], fingerprint="f") == {}
        assert await store.unembedded(ALICE, fingerprint="f", limit=5) == []
        assert await store.journal(ALICE) == []

    # ── Filters ────────────────────────────────────────────────────────────────────────────────────────────

    @pytest.mark.parametrize("given", FILTERS, ids=repr)
    async def test_a_filter_means_what_the_reference_says(
        self, store: Store, given: Mapping[str, object]
    ) -> None:
        changes = labelled()
        await fill(store, *changes)
        wanted = parse(given)
        assert wanted is not None

        passing = expected(changes, wanted)
        assert await select(store, wanted) == passing
        assert set(ids(await store.turns(ALICE, TurnQuery(filter=wanted)))) == passing
        assert set(ids(await search(store, "word", filter=wanted))) == passing

    @pytest.mark.parametrize("seed", range(6))
    async def test_random_filters_mean_what_the_reference_says(self, store: Store, seed: int) -> None:
        random = Random(seed)  # noqa: S311
        changes = [add(f"t{place}", metadata=random_metadata(random)) for place in range(25)]
        await fill(store, *changes)

        for _ in range(40):
            wanted = random_filter(random)
            assert await select(store, wanted) == expected(changes, wanted), wanted

    async def test_a_filter_of_many_parts_is_possible(self, store: Store) -> None:
        await fill(store, add("t1", metadata={"n": 1}), add("t2", metadata={"n": 2}))
        given = {"or": [{"metadata.n": number} for number in range(2, 1_500)]}

        assert await select(store, given) == {"t2"}

    async def test_a_long_list_of_values_is_possible(self, store: Store) -> None:
        await fill(store, add("t1", session="s1"), add("t2", session="s2"))
        given = {"session": {"in": [f"s{number}" for number in range(2, 5_000)]}}

        assert await select(store, given) == {"t2"}

    async def test_retired_documents_pass_no_filter(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"), Retire(id="t1"))

        assert await select(store, {"kind": "turn"}) == {"t2"}

    async def test_kinds_are_a_filter_too(self, store: Store) -> None:
        await fill(store, add("t1"))
        wanted = parse({"id": "t1"})
        assert wanted is not None

        assert await store.select(ALICE, DocumentQuery(filter=wanted, kinds=["turn", "fact"])) == {"t1"}
        assert await store.select(ALICE, DocumentQuery(filter=wanted, kinds=["fact"])) == set()
        assert await search(store, "word", kind="fact") == []
        assert ids(await search(store, "word", kind="turn")) == ["t1"]

    # ── Writing ────────────────────────────────────────────────────────────────────────────────────────────

    async def test_a_turn_comes_back_as_it_was(self, store: Store) -> None:
        given = turn(
            role="assistant",
            text="Olá!\r\n\tтест 里斯本 👩‍👩‍👧 \0 'quoted' \"twice\"",
            speaker="Ana",
            session="s1",
            agent="planner",
            origin="web",
            metadata={"b": 1, "a": [1, 2.5, None, {"x": []}], "ключ": "значение", 'q"u.o$t[0]e': True},
            key="k#0",
        )
        await fill(store, AddTurn(turn=given, document=Document(id=given.id, kind="turn", passages=[()])))

        (kept,) = await store.turns(ALICE, TurnQuery())
        assert kept == replace(given, seq=1)
        assert list(kept.metadata) == list(given.metadata)

    async def test_a_text_of_5_mb_comes_back(self, store: Store) -> None:
        await fill(store, add(text="é" * 2_500_000, terms=["word"] * 70_000))

        (kept,) = await store.turns(ALICE, TurnQuery())
        (found,) = await search(store, "word")
        assert len(kept.text) == 2_500_000
        assert found.score == pytest.approx(bm25({"t1": ["word"] * 70_000}, {"word": 1.0})["t1"], rel=1e-9)

    async def test_the_store_gives_the_place(self, store: Store) -> None:
        await fill(store, add("t1", seq=77), add("t2", seq=5))
        await fill(store, add("t1"), add("t3"))

        assert [(each.id, each.seq) for each in await store.turns(ALICE, TurnQuery())] == [
            ("t1", 1),
            ("t2", 2),
            ("t3", 3),
        ]

    async def test_what_was_done_is_told(self, store: Store) -> None:
        first = await fill(store, add("t1"), add("t2"), add("t1"))
        second = await fill(store, Retire(id="t1"), Retire(id="t1"), Restore(id="t2"), add("t3"))

        assert first == Applied(version=2, call=1, added=("t1", "t2"), duplicates=("t1",))
        assert second == Applied(version=4, call=3, added=("t3",), changed=("t1",))

    async def test_nothing_to_do_changes_nothing(self, store: Store) -> None:
        await fill(store, add("t1"))

        assert await fill(store) == Applied(version=1)
        assert await fill(store, add("t1")) == Applied(version=1, duplicates=("t1",))
        assert len(await store.journal(ALICE)) == 1

    async def test_a_known_key_with_the_same_content_is_a_duplicate(self, store: Store) -> None:
        await fill(store, add("t1", key="k#0", text="same", at=NOON))

        applied = await fill(store, add("t2", key="k#0", text="same", at=NOON + timedelta(hours=1)))
        assert applied == Applied(version=1, duplicates=("t1",))

    async def test_a_known_key_within_one_list_is_a_duplicate(self, store: Store) -> None:
        applied = await fill(store, add("t1", key="k", text="same"), add("t2", key="k", text="same"))

        assert (applied.added, applied.duplicates) == (("t1",), ("t1",))

    @pytest.mark.parametrize(
        "other",
        [{"text": "other"}, {"role": "assistant"}, {"speaker": "Ana"}],
        ids=lambda given: next(iter(given)),
    )
    async def test_a_known_key_with_other_content_is_refused(
        self, store: Store, other: Mapping[str, Any]
    ) -> None:
        same: dict[str, Any] = {"key": "k#0", "text": "same"}
        await fill(store, add("t1", **same))

        with pytest.raises(KeyReuseError, match="k#0"):
            await fill(store, add("t2"), add("t3", **{**same, **other}))
        assert ids(await store.turns(ALICE, TurnQuery())) == ["t1"]

    async def test_a_known_key_with_other_content_within_one_list_is_refused(self, store: Store) -> None:
        with pytest.raises(KeyReuseError, match="k#0"):
            await fill(store, add("t1", key="k#0", text="one"), add("t2", key="k#0", text="other"))

        assert await store.partitions() == []

    async def test_turns_without_key_do_not_meet(self, store: Store) -> None:
        applied = await fill(store, add("t1", text="same"), add("t2", text="same"))

        assert applied.added == ("t1", "t2")

    async def test_a_retired_turn_is_still_a_duplicate(self, store: Store) -> None:
        await fill(store, add("t1"), Retire(id="t1"))

        assert (await fill(store, add("t1"))).duplicates == ("t1",)
        assert await store.turns(ALICE, TurnQuery()) == []

    @pytest.mark.parametrize(
        "failing",
        [
            Retire(id="nobody"),
            Restore(id="nobody"),
            Embed(id="nobody", embeddings=[embedding()], fingerprint="f"),
        ],
        ids=["retire", "restore", "embed"],
    )
    async def test_a_failing_change_undoes_those_before_it(self, store: Store, failing: Change) -> None:
        await fill(store, embedded("t1", "f"), add("t2", ["rare"]))
        before = await everything(store)

        with pytest.raises(NotFoundError, match="nobody"):
            await fill(
                store,
                add("t3", ["rare"], metadata={"a": 1}),
                Retire(id="t2"),
                Embed(id="t1", embeddings=[embedding(9.0)], fingerprint="g"),
                failing,
                add("t4"),
            )
        assert await everything(store) == before
        assert (await store.verify()).ok

    async def test_a_change_may_follow_the_turn_that_it_is_about(self, store: Store) -> None:
        applied = await fill(store, add("t1"), Retire(id="t1"), Restore(id="t1"), add("t1"))

        assert applied == Applied(version=3, call=1, added=("t1",), duplicates=("t1",), changed=("t1", "t1"))

    async def test_an_expected_version_lets_pass(self, store: Store) -> None:
        await store.apply(ALICE, [add("t1")], cause=CAUSE, expected=0)

        assert (await store.apply(ALICE, [add("t2")], cause=CAUSE, expected=1)).version == 2

    @pytest.mark.parametrize("stale", [0, 2, 7])
    async def test_another_version_than_expected_is_refused(self, store: Store, stale: int) -> None:
        await fill(store, add("t1"))

        with pytest.raises(StaleError, match=f"1.*{stale}"):
            await store.apply(ALICE, [add("t2")], cause=CAUSE, expected=stale)
        assert ids(await store.turns(ALICE, TurnQuery())) == ["t1"]

    async def test_a_write_may_follow_changes_that_do_not_bear_on_it(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"))
        basis = Basis(version=await store.version(ALICE), ids=frozenset({"t1"}))
        await fill(store, add("t3"), Retire(id="t2"))
        await fill(store, add("t1"), partition=BOB)

        assert (await store.apply(ALICE, [Retire(id="t1")], cause=CAUSE, expected=basis)).changed == ("t1",)

    @pytest.mark.parametrize("since", ["changed", "another erased", "everything erased"])
    async def test_a_write_whose_basis_has_changed_is_refused(self, store: Store, since: str) -> None:
        await fill(store, add("t1"), add("t2"))
        basis = Basis(version=await store.version(ALICE), ids=frozenset({"t1"}))
        match since:
            case "changed":
                await fill(store, Retire(id="t1"))
            case "another erased":
                await store.erase(ALICE, Erasure(turns=["t2"]), cause=CAUSE)
            case _:
                await store.erase(ALICE, Erasure(everything=True), cause=CAUSE)

        with pytest.raises(StaleError, match=r"version 2 .* has changed"):
            await store.apply(ALICE, [add("t3")], cause=CAUSE, expected=basis)
        assert "t3" not in ids(await store.turns(ALICE, TurnQuery()))

    async def test_the_version_counts_the_changes_that_had_an_effect(self, store: Store) -> None:
        versions = [await store.version(ALICE)]
        for changes in ([add("t1"), add("t2")], [add("t1")], [Retire(id="t1"), Retire(id="t1")], []):
            applied = await fill(store, *changes)
            versions.append(await store.version(ALICE))
            assert applied.version == versions[-1]

        assert versions == [0, 2, 2, 3, 3]

    async def test_the_version_is_what_may_be_expected(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"))
        seen = await store.version(ALICE)

        await store.apply(ALICE, [add("t3")], cause=CAUSE, expected=seen)
        with pytest.raises(StaleError):
            await store.apply(ALICE, [add("t4")], cause=CAUSE, expected=seen)

    async def test_a_partition_has_a_version_of_its_own(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"))
        await fill(store, add("t1"), partition=BOB)

        assert (await store.version(ALICE), await store.version(BOB)) == (2, 1)

    async def test_a_failed_apply_leaves_the_version(self, store: Store) -> None:
        await fill(store, add("t1"))

        with pytest.raises(NotFoundError):
            await fill(store, add("t2"), Retire(id="nobody"))
        assert await store.version(ALICE) == 1

    async def test_an_expected_version_is_checked_even_when_nothing_would_change(self, store: Store) -> None:
        await fill(store, add("t1"))

        with pytest.raises(StaleError):
            await store.apply(ALICE, [add("t1")], cause=CAUSE, expected=0)

    @pytest.mark.parametrize(
        "fields",
        [
            {"text": "\ud800"},
            {"speaker": "\udfff"},
            {"key": ""},
            {"key": "a\0"},
            {"at": datetime(2026, 1, 1)},  # noqa: DTZ001
            {"metadata": {"a": math.nan}},
            {"metadata": {"a": math.inf}},
            {"metadata": {"a": 2**63}},
            {"metadata": {"a": [-(2**63)]}},
            {"metadata": {"a": "\ud800"}},
            {"metadata": {"\ud800": 1}},
            {"metadata": {"a": {"b": object()}}},
        ],
        ids=lambda given: ascii(given)[:40],
    )
    async def test_what_cannot_be_kept_exactly_is_refused(
        self, store: Store, fields: Mapping[str, Any]
    ) -> None:
        with pytest.raises(InputError):
            await fill(store, add("t1"), add("t2", **fields))

        assert await store.partitions() == []

    # ── Retiring ───────────────────────────────────────────────────────────────────────────────────────────

    async def test_a_retired_turn_says_since_when(self, store: Store) -> None:
        await fill(store, add("t1"))
        await store.apply(ALICE, [Retire(id="t1")], cause=LATER)

        (kept,) = await store.turns(ALICE, TurnQuery(include_retired=True))
        assert kept.retired_at is not None
        assert kept.retired_at.isoformat() == LATER.at.isoformat()

    async def test_a_retired_turn_is_listed_on_request_only(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"), Retire(id="t1"))

        assert ids(await store.turns(ALICE, TurnQuery())) == ["t2"]
        assert ids(await store.turns(ALICE, TurnQuery(ids=["t1"]))) == []
        assert ids(await store.turns(ALICE, TurnQuery(include_retired=True))) == ["t1", "t2"]

    async def test_a_retired_turn_is_not_found_and_not_counted(self, store: Store) -> None:
        await fill(store, add("t1", ["tea", "tea"]), add("t2", ["tea", "milk"]), Retire(id="t1"))

        (found,) = await search(store, "tea")
        assert found.score == pytest.approx(bm25({"t2": ["tea", "milk"]}, {"tea": 1.0})["t2"], rel=1e-9)

    async def test_a_restored_turn_is_as_before(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), add("t2", ["word", "word", "tea"]))
        before = await search(store, "word", "tea")

        await fill(store, Retire(id="t2"), Restore(id="t2"))
        assert await search(store, "word", "tea") == before
        assert (await store.turns(ALICE, TurnQuery(ids=["t2"])))[0].retired_at is None
        assert (await store.verify()).ok
