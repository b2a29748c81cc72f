"""Terms of other rules, what is left to do, and what a store tells of itself, as every store must do them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lukasa.domain.change import AddTurn, Embed, Index, Restore, Retire
from lukasa.domain.document import Document
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Backlog
from lukasa.errors import InputError, NotFoundError
from lukasa.ports.store import Store
from lukasa.testing.conformance.samples import (
    ALICE,
    BOB,
    LATER,
    NOON,
    add,
    bm25,
    embedded,
    embedding,
    everything,
    fill,
    ids,
    search,
    turn,
)
from lukasa.testing.conformance.store_suite import StoreSuite


def made_by(analysis: int, name: str, *terms: str) -> AddTurn:
    """Return the change that stores a turn under terms that these rules made."""
    document = Document(id=name, kind="turn", passages=[terms or ("word",)], analysis=analysis)
    return AddTurn(turn=turn(name), document=document)


def index(name: str, *terms: str, analysis: int = 2, words: int = 0) -> Index:
    return Index(id=name, passages=[terms], words=words, analysis=analysis)


class UpkeepSuite(StoreSuite):
    """What keeps a store up to date."""

    # ── Terms of other rules ───────────────────────────────────────────────────────────────────────────────

    async def test_new_terms_replace_the_old_ones(self, store: Store) -> None:
        await fill(store, made_by(1, "t1", "tea", "tea"), made_by(1, "t2", "tea", "milk", "honey"))

        applied = await fill(store, index("t1", "coffee", "milk"))
        documents = {"t1": ["coffee", "milk"], "t2": ["tea", "milk", "honey"]}
        assert (applied.version, applied.changed) == (3, ("t1",))
        for terms in (["tea"], ["coffee"], ["milk", "tea"]):
            found = {each.id: each.score for each in await search(store, *terms)}
            assert found == pytest.approx(bm25(documents, dict.fromkeys(terms, 1.0)), rel=1e-9)
        assert (await store.verify()).findings == ()

    async def test_a_new_count_of_words_replaces_the_old_one_and_is_told(self, store: Store) -> None:
        await fill(store, made_by(1, "t1"), made_by(1, "t2"))

        await fill(store, index("t2", "word", words=7))
        (head,) = (await store.delta(ALICE, fingerprint=None, since=2)).heads
        assert (head.id, head.words) == ("t2", 7)

    async def test_indexing_leaves_the_turn_and_its_vectors_alone(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), add("t2"))
        turns, tokens = (
            await store.turns(ALICE, TurnQuery()),
            await store.tokens(ALICE, ["t1"], fingerprint="f"),
        )

        await fill(store, index("t1", "other"))
        (head, _) = (await store.delta(ALICE, fingerprint="f", since=0)).heads
        assert await store.turns(ALICE, TurnQuery()) == turns
        assert await store.tokens(ALICE, ["t1"], fingerprint="f") == tokens
        assert head.dense == embedding().dense

    async def test_the_same_terms_of_the_same_rules_change_nothing(self, store: Store) -> None:
        await fill(store, made_by(2, "t1", "tea", "milk"))

        applied = await fill(store, index("t1", "tea", "milk"))
        assert (applied.version, applied.changed) == (1, ())

    async def test_the_same_terms_of_other_rules_are_noted(self, store: Store) -> None:
        await fill(store, made_by(1, "t1", "tea"))

        applied = await fill(store, index("t1", "tea"))
        assert applied.changed == ("t1",)
        assert [(entry.op, entry.id) for entry in await store.journal(ALICE, since=1)] == [("index", "t1")]
        assert await store.outdated(ALICE, analysis=2, limit=9) == []

    async def test_a_retired_document_is_indexed_and_stays_hidden(self, store: Store) -> None:
        await fill(store, made_by(1, "t1", "tea"), made_by(1, "t2", "milk"), Retire(id="t1"))

        await fill(store, index("t1", "coffee", "coffee"))
        assert await search(store, "tea", "coffee") == []
        await fill(store, Restore(id="t1"))
        (found,) = await search(store, "coffee")
        scores = bm25({"t1": ["coffee", "coffee"], "t2": ["milk"]}, {"coffee": 1.0})
        assert found.score == pytest.approx(scores["t1"], rel=1e-9)
        assert (await store.verify()).findings == ()

    async def test_a_document_may_lose_all_its_terms_and_get_some_again(self, store: Store) -> None:
        await fill(store, made_by(1, "t1", "tea"), index("t1"), index("t1", "x" * 40_000, "", analysis=3))

        assert ids(await search(store, "x" * 40_000)) == ["t1"]
        assert ids(await search(store, "")) == ["t1"]
        assert (await store.verify()).findings == ()

    async def test_what_is_not_there_cannot_be_indexed(self, store: Store) -> None:
        await fill(store, add("t1"))
        await fill(store, add("t2"), partition=BOB)
        before = await everything(store)

        with pytest.raises(NotFoundError, match="t2"):
            await fill(store, index("t1", "other"), index("t2", "other"))
        assert await everything(store) == before

    @pytest.mark.parametrize(
        "change", [index("t1", "\ud83d"), index("t1", analysis=-1), index("t1", analysis=2**63)]
    )
    async def test_terms_that_cannot_be_kept_are_refused(self, store: Store, change: Index) -> None:
        await fill(store, add("t1"))

        with pytest.raises(InputError):
            await fill(store, change)

    async def test_new_terms_outlast_the_store(self, store: Store, tmp_path: Path) -> None:
        await fill(store, made_by(1, "t1", "tea"), made_by(1, "t2", "tea"), index("t1", "coffee"))
        again = await self.reopened(store, tmp_path)
        try:
            assert ids(await search(again, "tea")) == ["t2"]
            assert ids(await search(again, "coffee")) == ["t1"]
            assert await again.outdated(ALICE, analysis=2, limit=9) == ["t2"]
        finally:
            await again.aclose()

    # ── What is left to do ─────────────────────────────────────────────────────────────────────────────────

    async def test_documents_of_other_rules_are_listed_lower_numbers_first(self, store: Store) -> None:
        made = (made_by(rules, f"t{place}") for place, rules in enumerate([3, 2, 1, 0, 3, 1]))
        await fill(store, *made, Retire(id="t5"))

        assert await store.outdated(ALICE, analysis=2, limit=9) == ["t3", "t2", "t5", "t0", "t4"]
        assert await store.outdated(ALICE, analysis=2, limit=2) == ["t3", "t2"]
        assert await store.outdated(ALICE, analysis=2, limit=0) == []
        assert await store.outdated(ALICE, analysis=7, limit=1) == ["t3"]

    async def test_indexing_in_batches_comes_to_an_end(self, store: Store) -> None:
        await fill(store, *(made_by(place % 4, f"t{place}") for place in range(10)))
        batches = []
        while found := await store.outdated(ALICE, analysis=2, limit=3):
            await fill(store, *(index(name, "word") for name in found))
            batches.append(len(found))

        assert batches == [3, 3, 2]

    async def test_what_is_left_to_do_is_counted(self, store: Store) -> None:
        await fill(
            store, embedded("t1", "f"), made_by(2, "t2"), made_by(3, "t3"), made_by(2, "t4"), Retire(id="t4")
        )

        expected = Backlog(partition=ALICE, unembedded=3, outdated=2)
        assert await store.backlog(ALICE, fingerprint="f", analysis=2) == expected
        assert await store.backlog(ALICE, fingerprint="g", analysis=2) == replace(expected, unembedded=4)
        assert await store.backlog(ALICE, fingerprint=None, analysis=9) == replace(
            expected, unembedded=0, outdated=4
        )

    async def test_embedding_and_indexing_shorten_what_is_left(self, store: Store) -> None:
        await fill(store, made_by(1, "t1"), made_by(1, "t2"))
        await fill(store, Embed(id="t1", embeddings=[embedding()], fingerprint="f"), index("t2", "word"))

        left = await store.backlog(ALICE, fingerprint="f", analysis=2)
        assert left == Backlog(partition=ALICE, unembedded=1, outdated=1)

    async def test_nobody_else_has_a_part_in_what_is_left(self, store: Store) -> None:
        await fill(store, made_by(1, "t1"))
        await fill(store, made_by(2, "t1"), made_by(1, "t2"), partition=BOB)

        assert await store.outdated(BOB, analysis=2, limit=9) == ["t2"]
        left = await store.backlog(BOB, fingerprint="f", analysis=2)
        assert left == Backlog(partition=BOB, unembedded=2, outdated=1)

    async def test_a_partition_that_is_not_there_has_nothing_left_to_do(self, store: Store) -> None:
        assert await store.outdated(ALICE, analysis=2, limit=9) == []
        assert await store.backlog(ALICE, fingerprint="f", analysis=2) == Backlog(partition=ALICE)

    # ── Turns that were forgotten elsewhere ────────────────────────────────────────────────────────────────

    async def test_a_turn_may_come_as_retired(self, store: Store) -> None:
        await fill(store, add("t1", ["tea"], retired_at=LATER.at), add("t2", ["tea", "milk"]))

        (kept,) = await store.turns(ALICE, TurnQuery(ids=["t1"], include_retired=True))
        assert kept.retired_at is not None
        assert kept.retired_at.isoformat() == LATER.at.isoformat()
        assert ids(await store.turns(ALICE, TurnQuery())) == ["t2"]
        (found,) = await search(store, "tea")
        assert found.score == pytest.approx(bm25({"t2": ["tea", "milk"]}, {"tea": 1.0})["t2"], rel=1e-9)
        heads = (await store.delta(ALICE, fingerprint=None, since=0)).heads
        assert [head.retired for head in heads] == [True, False]
        assert (await store.stats()).retired == 1
        assert (await store.verify()).findings == ()

    async def test_a_turn_that_came_as_retired_can_be_restored(self, store: Store) -> None:
        await fill(store, add("t1", ["tea"], retired_at=LATER.at), Restore(id="t1"))

        assert ids(await search(store, "tea")) == ["t1"]
        assert (await store.turns(ALICE, TurnQuery()))[0].retired_at is None
        assert (await store.verify()).findings == ()

    async def test_a_known_turn_is_not_retired_by_coming_again(self, store: Store) -> None:
        await fill(store, add("t1"))

        applied = await fill(store, add("t1", retired_at=LATER.at))
        assert (applied.version, applied.duplicates) == (1, ("t1",))
        assert (await store.turns(ALICE, TurnQuery()))[0].retired_at is None

    async def test_a_time_of_retiring_without_a_zone_is_refused(self, store: Store) -> None:
        with pytest.raises(InputError, match="retired_at"):
            await fill(store, add("t1", retired_at=NOON.replace(tzinfo=None)))

    # ── What it tells of itself ────────────────────────────────────────────────────────────────────────────

    async def test_what_a_store_tells_of_itself_is_text(self, store: Store) -> None:
        details = await store.describe()

        assert all(isinstance(part, str) and part for pair in details.items() for part in pair)
