"""Documents of several passages, as every store must keep, find and erase them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lukasa.domain.change import AddTurn, Embed, Index, PutFact, Restore, Retire
from lukasa.domain.document import MAX_PASSAGES, Document, Scored
from lukasa.domain.embedding import Embedding
from lukasa.domain.report import Backlog
from lukasa.errors import InputError
from lukasa.policy import EMBEDDED_PASSAGES
from lukasa.ports.store import Store
from lukasa.testing.conformance.samples import (
    ALICE,
    BOB,
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
from lukasa.testing.conformance.store_erasure import erase
from lukasa.testing.conformance.store_facts import fact, put
from lukasa.testing.conformance.store_suite import StoreSuite

LONG = [["tea", "milk", "tea"], ["coffee"], [], ["tea", "sugar", "and", "more"]]
"""The terms of four passages."""


def long(name: str, passages: Sequence[Sequence[str]] = LONG, **fields: object) -> AddTurn:
    """Return the change that stores a turn of several passages."""
    document = Document(id=name, kind="turn", passages=passages, **fields)  # type: ignore[arg-type]
    return AddTurn(turn=turn(name), document=document)


def vectors(*firsts: float, tokens: int | None = 2) -> list[Embedding]:
    return [embedding(first, tokens=tokens) for first in firsts]


def embed(name: str, *firsts: float, tokens: int | None = 2) -> Embed:
    return Embed(id=name, embeddings=vectors(*firsts, tokens=tokens), fingerprint="f")


def index(name: str, passages: Sequence[Sequence[str]]) -> Index:
    return Index(id=name, passages=passages, words=0, analysis=2)


class PassageSuite(StoreSuite):
    """What a store promises of passages."""

    # ── Full-text ──────────────────────────────────────────────────────────────────────────────────────────

    async def test_each_passage_is_scored_by_itself(self, store: Store) -> None:
        await fill(store, long("t1"), add("t2", ["tea", "cup"]))

        found = await search(store, "tea", "milk")
        scores = bm25(
            {**{f"t1/{n}": terms for n, terms in enumerate(LONG)}, "t2/0": ["tea", "cup"]}, ["tea", "milk"]
        )
        assert {f"{each.id}/{each.passage}": each.score for each in found} == pytest.approx(scores, rel=1e-9)
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
        assert (await store.verify()).findings == ()

    async def test_equal_passages_come_newest_first_and_then_as_in_the_text(self, store: Store) -> None:
        await fill(store, long("t1", [["tea"]] * 3), long("t2", [["tea"]] * 2))

        found = await search(store, "tea")
        assert [(each.id, each.passage) for each in found] == [
            ("t2", 0), ("t2", 1), ("t1", 0), ("t1", 1), ("t1", 2),
        ]  # fmt: skip
        assert await search(store, "tea", limit=3) == found[:3]

    async def test_terms_common_among_passages_are_left_out(self, store: Store) -> None:
        await fill(store, long("t1", [["the"], ["the", "rare"], ["the"], ["x"]]), add("t2", ["the"]))

        assert [(each.id, each.passage) for each in await search(store, "the", "rare", common=0.5)] == [
            ("t1", 1)
        ]

    async def test_a_long_passage_counts_its_whole_length(self, store: Store) -> None:
        passages = [["tea"], ["tea", *["word"] * 70_000], ["tea", "cup"], ["tea", *["word"] * 5_000]]
        await fill(store, long("t1", passages), add("t2", ["tea", *["word"] * 70_000]))

        found = await search(store, "tea")
        documents = {**{f"t1/{n}": terms for n, terms in enumerate(passages)}, "t2/0": passages[1]}
        assert {f"{each.id}/{each.passage}": each.score for each in found} == pytest.approx(
            bm25(documents, ["tea"]), rel=1e-9
        )

    async def test_a_document_may_have_very_many_passages(self, store: Store) -> None:
        await fill(store, long("t1", [["tea"]] * (MAX_PASSAGES - 1) + [["coffee"]]), add("t2", ["cup"]))

        assert [(each.id, each.passage) for each in await search(store, "coffee", "cup")] == [
            ("t2", 0), ("t1", MAX_PASSAGES - 1),
        ]  # fmt: skip
        assert (await store.verify()).findings == ()

    async def test_a_document_that_is_hidden_takes_all_its_passages_along(self, store: Store) -> None:
        await fill(store, long("t1"), add("t2", ["tea"]), Retire(id="t1"))
        (alone,) = await search(store, "tea")
        assert alone == Scored("t2", 0, alone.score)
        assert alone.score == pytest.approx(bm25({"t2": ["tea"]}, ["tea"])["t2"], rel=1e-9)

        await fill(store, Restore(id="t1"))
        assert {(each.id, each.passage) for each in await search(store, "tea")} == {
            ("t1", 0), ("t1", 3), ("t2", 0),
        }  # fmt: skip
        assert (await store.verify()).findings == ()

    @pytest.mark.parametrize("passages", [[["tea"]], [["tea"], ["tea", "cup"]], [["x"]] * 6])
    async def test_new_passages_replace_the_old_ones(
        self, store: Store, passages: Sequence[Sequence[str]]
    ) -> None:
        await fill(store, long("t1"), add("t2", ["tea"]))

        applied = await fill(store, index("t1", passages))

        assert applied.changed == ("t1",)
        documents = {f"t1/{n}": terms for n, terms in enumerate(passages)}
        scores = bm25({**documents, "t2/0": ["tea"]}, ["tea"])
        found = {f"{each.id}/{each.passage}": each.score for each in await search(store, "tea")}
        assert found == pytest.approx(scores, rel=1e-9)
        assert await search(store, "coffee") == []
        assert (await store.delta(ALICE, fingerprint=None, since=0)).heads[0].passages == len(passages)
        assert (await store.verify()).findings == ()

    async def test_the_same_passages_again_change_nothing(self, store: Store) -> None:
        await fill(store, long("t1", analysis=2))

        assert (await fill(store, index("t1", LONG))).changed == ()
        assert (await fill(store, index("t1", [*LONG[:2], *LONG[:1:-1]]))).changed == ("t1",)

    @pytest.mark.parametrize("passages", [[], ["tea"], [["tea"]] * (MAX_PASSAGES + 1)], ids=len)
    async def test_what_are_no_passages_is_refused(
        self, store: Store, passages: Sequence[Sequence[str]]
    ) -> None:
        await fill(store, add("t1"))
        before = await everything(store)

        for change in (long("t2", passages), index("t1", passages)):
            with pytest.raises(InputError, match=change.id if isinstance(change, Index) else "t2"):
                await fill(store, change)
        assert await everything(store) == before

    # ── Vectors ────────────────────────────────────────────────────────────────────────────────────────────

    async def test_each_passage_has_its_vectors(self, store: Store) -> None:
        three = [embedding(1.0, tokens=3), embedding(2.0, tokens=0), embedding(3.0, tokens=1)]
        await fill(store, long("t1", LONG[:3], embeddings=three, fingerprint="f"), embedded("t2", "f", 4.0))

        one, two = (await store.delta(ALICE, fingerprint="f", since=0)).heads
        assert (one.passages, two.passages) == (3, 1)
        assert (one.dense, two.dense) == (b"".join(each.dense for each in three), embedding(4.0).dense)
        assert await store.tokens(ALICE, ["t1", "t2"], fingerprint="f") == {
            "t1": [each.tokens for each in three],
            "t2": [embedding(4.0).tokens],
        }
        assert (await store.stats()).vectors == {"f": 2}
        assert (await store.verify()).findings == ()

    async def test_vectors_of_other_passages_replace_all(self, store: Store) -> None:
        await fill(store, long("t1"), embed("t1", 1, 2, 3, 4), embed("t1", 5, 6))
        (head,) = (await store.delta(ALICE, fingerprint="f", since=0)).heads
        assert head.dense == b"".join(each.dense for each in vectors(5, 6))
        assert [len(each) for each in (await store.tokens(ALICE, ["t1"], fingerprint="f")).values()] == [2]

        assert (await fill(store, embed("t1", 5, 6))).changed == ()
        await fill(store, embed("t1", 5, 6, tokens=None))
        assert await store.tokens(ALICE, ["t1"], fingerprint="f") == {}
        assert (await store.verify()).findings == ()

    async def test_a_document_counts_as_embedded_when_each_of_its_passages_is(self, store: Store) -> None:
        many = [["word"]] * (EMBEDDED_PASSAGES + 9)
        await fill(store, long("t1"), long("t2"), long("t3", many), long("t4", many), add("t5"), add("t6"))
        await fill(store, embed("t1", *range(4)), embed("t2", *range(3)), embed("t5", 1), embed("t6", 1, 2))
        await fill(store, embed("t3", *range(EMBEDDED_PASSAGES)), embed("t4", *range(EMBEDDED_PASSAGES + 9)))

        assert await store.unembedded(ALICE, fingerprint="f", limit=9) == ["t2", "t4", "t6"]
        assert await store.unembedded(ALICE, fingerprint="f", limit=1) == ["t2"]
        left = Backlog(partition=ALICE, unembedded=3, outdated=0)
        assert await store.backlog(ALICE, fingerprint="f", analysis=0) == left
        # An old document becomes one of several passages.
        await fill(store, index("t5", LONG))
        assert await store.unembedded(ALICE, fingerprint="f", limit=9) == ["t2", "t4", "t5", "t6"]

    @pytest.mark.parametrize(
        "embeddings",
        [
            [],
            [embedding(), embedding(tokens=None)],
            [embedding(), Embedding(embedding().dense * 2, embedding().tokens)],
        ],
        ids=["none", "some without tokens", "of two sizes"],
    )
    async def test_vectors_that_are_not_of_one_embedder_are_refused(
        self, store: Store, embeddings: Sequence[Embedding]
    ) -> None:
        await fill(store, add("t1"))

        with pytest.raises(InputError, match="t1"):
            await fill(store, Embed(id="t1", embeddings=embeddings, fingerprint="f"))

    # ── Facts, erasing, reopening ──────────────────────────────────────────────────────────────────────────

    async def test_passages_of_facts_and_turns_have_their_own_statistics(self, store: Store) -> None:
        document = Document(id="f1", kind="fact", passages=[["tea"], ["cup"]])
        change = PutFact(fact=fact(), op="believe", document=document)
        await fill(store, long("t1"), change)
        (found,) = await search(store, "tea", kind="fact")
        assert found.score == pytest.approx(bm25({"0": ["tea"], "1": ["cup"]}, ["tea"])["0"], rel=1e-9)

        await fill(store, put(fact(revision=2, text="other"), ["pot"]))
        assert await search(store, "cup", kind="fact") == []
        assert (await store.verify()).findings == ()

    async def test_an_erased_document_leaves_no_passage_behind(self, store: Store) -> None:
        await fill(store, long("t1"), embed("t1", 1, 2, 3, 4), add("t2", ["tea", "cup"]))
        await fill(store, add("t2", ["tea", "cup"]), partition=BOB)

        await erase(store, turns=["t1"])

        assert await search(store, "tea") == await search(store, "tea", partition=BOB)
        for term in ("milk", "coffee", "sugar"):
            assert await search(store, term) == []
        assert await store.tokens(ALICE, ["t1"], fingerprint="f") == {}
        assert (await store.verify()).findings == ()

    async def test_passages_outlast_the_store(self, store: Store, tmp_path: Path) -> None:
        await fill(store, long("t1"), embed("t1", 1, 2, 3, 4))
        found, before = await search(store, "tea"), await everything(store)
        again = await self.reopened(store, tmp_path)
        try:
            assert await search(again, "tea") == found
            assert await everything(again) == before
            assert ids(await search(again, "sugar")) == ["t1"]
            assert len((await again.tokens(ALICE, ["t1"], fingerprint="f"))["t1"]) == 4
            assert (await again.verify()).findings == ()
        finally:
            await again.aclose()
