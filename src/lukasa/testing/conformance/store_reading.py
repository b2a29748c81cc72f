"""Search, lists, times, changes since, vectors, journal, figures and reopening, as every store must do them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random

import anyio
import pytest

from lukasa.domain.change import AddTurn, Embed, Restore, Retire
from lukasa.domain.document import Delta, Document, Head
from lukasa.domain.embedding import Embedding
from lukasa.domain.filter import Filter, parse
from lukasa.domain.journal import chain, chain_root
from lukasa.domain.query import LexicalQuery, TurnQuery
from lukasa.domain.time import to_micros
from lukasa.errors import ClosedError, InputError
from lukasa.ports.store import Store
from lukasa.testing.conformance.samples import (
    ALICE,
    BOB,
    CAUSE,
    LATER,
    NOON,
    TERMS,
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

TEA = {
    "t1": ["tea", "with", "milk"],
    "t2": ["tea", "tea", "tea", "and", "tea"],
    "t3": ["milk", "and", "honey", "and", "a", "very", "long", "list", "of", "words"],
    "t4": ["coffee"],
}

TIMES = {
    "UTC": NOON,
    "east": datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    "west": datetime(2026, 3, 1, 12, 0, tzinfo=timezone(-timedelta(hours=9, minutes=30))),
    "microseconds": NOON.replace(microsecond=123457),
    "before 1970": datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "1815": datetime(1815, 12, 10, tzinfo=UTC),
    "year 1": datetime(1, 1, 1, tzinfo=UTC),
    "year 9999": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
}


class ReadingSuite(StoreSuite):
    """What questions are answered."""

    # ── Full-text ──────────────────────────────────────────────────────────────────────────────────────────

    async def fill_tea(self, store: Store) -> None:
        await fill(store, *(add(name, words) for name, words in TEA.items()))

    @pytest.mark.parametrize(
        "terms",
        [["tea"], ["tea", "milk"], ["and", "coffee"], ["milk", "nothing"], ["a", "tea", "milk", "and", "of"]],
    )
    async def test_scores_are_bm25_and_the_best_is_first(self, store: Store, terms: Sequence[str]) -> None:
        await self.fill_tea(store)

        found = await search(store, *terms)
        assert {each.id: each.score for each in found} == pytest.approx(bm25(TEA, terms), rel=1e-9)
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)

    async def test_equals_come_newest_first(self, store: Store) -> None:
        await fill(store, *(add(f"t{place}") for place in range(1, 30)))

        assert ids(await search(store, "word", limit=5)) == ["t29", "t28", "t27", "t26", "t25"]

    async def test_no_more_than_the_limit_is_found(self, store: Store) -> None:
        await self.fill_tea(store)

        everyone = await search(store, "tea", "milk", "coffee")
        assert await search(store, "tea", "milk", "coffee", limit=2) == everyone[:2]
        assert await search(store, "tea", limit=0) == []

    async def test_common_terms_are_left_out(self, store: Store) -> None:
        await fill(
            store, *(add(f"t{place}", ["the", "rare"] if place == 1 else ["the"]) for place in range(10))
        )

        assert ids(await search(store, "the", "rare", common=0.5)) == ["t1"]
        assert len(await search(store, "the", "rare", common=1.0, limit=50)) == 10

    async def test_a_term_as_common_as_allowed_is_kept(self, store: Store) -> None:
        await fill(
            store, add("t1", ["half", "rare"]), add("t2", ["half"]), add("t3", ["x"]), add("t4", ["y"])
        )

        assert set(ids(await search(store, "half", "rare", common=0.5))) == {"t1", "t2"}
        assert ids(await search(store, "half", "rare", common=0.49)) == ["t1"]

    async def test_common_terms_are_kept_when_there_are_no_others(self, store: Store) -> None:
        await fill(store, add("t1", ["the", "a"]), add("t2", ["the", "a"]))

        assert set(ids(await search(store, "the", "a", common=0.1))) == {"t1", "t2"}

    async def test_a_term_that_does_not_occur_keeps_no_common_term_out(self, store: Store) -> None:
        await fill(store, add("t1", ["the"]), add("t2", ["the"]))

        assert set(ids(await search(store, "the", "nowhere", common=0.1))) == {"t1", "t2"}

    async def test_pruned_terms_add_nothing_to_a_score(self, store: Store) -> None:
        documents = {f"t{place}": ["the", "rare"] if place == 1 else ["the"] for place in range(10)}
        await fill(store, *(add(name, words) for name, words in documents.items()))

        (found,) = await search(store, "the", "rare", common=0.5)
        assert found.score == pytest.approx(bm25(documents, {"rare": 1.0})["t1"], rel=1e-9)

    @pytest.mark.parametrize("term", TERMS.values(), ids=TERMS)
    async def test_a_term_finds_itself_and_nothing_like_it(self, store: Store, term: str) -> None:
        like = [
            other
            for other in (*TERMS.values(), term + "x", term[:-1], term.lower(), term.upper())
            if other != term
        ]
        await fill(store, add("it", [term]), *(add(f"o{place}", [other]) for place, other in enumerate(like)))

        assert ids(await search(store, term)) == ["it"]

    async def test_terms_that_begin_alike_are_apart(self, store: Store) -> None:
        one, other = "z" * 50_000, "z" * 50_000 + "!"
        await fill(store, add("t1", [one]), add("t2", [other]))

        assert ids(await search(store, one)) == ["t1"]
        assert ids(await search(store, other)) == ["t2"]

    async def test_a_document_without_terms_is_found_by_none_but_counts(self, store: Store) -> None:
        await fill(store, add("t1", []), add("t2", ["tea"]))

        (found,) = await search(store, "tea")
        assert found.score == pytest.approx(bm25({"t1": [], "t2": ["tea"]}, {"tea": 1.0})["t2"], rel=1e-9)

    async def test_no_terms_find_nothing(self, store: Store) -> None:
        await self.fill_tea(store)

        assert await search(store) == []

    async def test_other_partitions_change_no_score(self, store: Store) -> None:
        await self.fill_tea(store)
        before = await search(store, "tea", "milk", "and", common=0.6)

        for place in range(5):
            noise = [add(f"n{place}_{each}", ["tea", "and"] * 20) for each in range(20)]
            await fill(store, *noise, partition=replace(BOB, user=f"bob{place}"))
        assert await search(store, "tea", "milk", "and", common=0.6) == before

    async def test_filtered_documents_count_but_are_not_found(self, store: Store) -> None:
        await fill(store, *(add(name, words, session=name) for name, words in TEA.items()))
        from_all = {each.id: each.score for each in await search(store, "tea", "milk")}

        found = await store.lexical(ALICE, LexicalQuery(terms=["tea", "milk"], filter=_session("t3")))
        assert [(each.id, each.score) for each in found] == [("t3", from_all["t3"])]

    async def test_a_filter_is_applied_before_the_limit(self, store: Store) -> None:
        changes = [
            add(f"t{place}", ["tea"] * (1 + place % 7), session=f"s{place % 50}") for place in range(400)
        ]
        await fill(store, *changes)

        found = await search(store, "tea", filter=_session("s7"), limit=6)
        everyone = await search(store, "tea", limit=400)
        assert ids(found) == [each.id for each in everyone if int(each.id[1:]) % 50 == 7][:6]

    @pytest.mark.parametrize("seed", range(4))
    async def test_random_searches_agree_with_the_formula(self, store: Store, seed: int) -> None:
        random = Random(seed)  # noqa: S311
        words = [f"w{place}" for place in range(12)]
        documents = {f"t{place:03}": random.choices(words, k=random.randrange(12)) for place in range(120)}
        await fill(store, *(add(name, each) for name, each in documents.items()))

        for _ in range(10):
            terms = random.sample(words, k=random.randint(1, 5))
            found = await search(store, *terms, limit=500)
            scores = bm25(documents, terms)
            assert {each.id: each.score for each in found} == pytest.approx(scores, rel=1e-9)
            assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)

    # ── Lists and times ────────────────────────────────────────────────────────────────────────────────────

    @pytest.mark.parametrize("at", TIMES.values(), ids=TIMES)
    async def test_a_time_is_kept_with_its_zone(self, store: Store, at: datetime) -> None:
        await fill(store, add(at=at, recorded_at=at))

        (kept,) = await store.turns(ALICE, TurnQuery())
        (head,) = (await store.delta(ALICE, fingerprint=None, since=0)).heads
        for moment in (kept.at, kept.recorded_at):
            assert moment.isoformat() == at.isoformat()
        assert head.at == to_micros(at)

    async def test_turns_come_by_place_not_by_time(self, store: Store) -> None:
        await fill(store, add("late", at=NOON), add("early", at=NOON - timedelta(days=1)))

        assert ids(await store.turns(ALICE, TurnQuery())) == ["late", "early"]
        assert ids(await store.turns(ALICE, TurnQuery(newest_first=True))) == ["early", "late"]

    async def test_a_window_has_its_start_and_not_its_end(self, store: Store) -> None:
        step = timedelta(microseconds=1)
        await fill(store, *(add(f"t{place}", at=NOON + place * step) for place in range(5)))

        query = TurnQuery(since=NOON + step, until=NOON + 3 * step)
        assert ids(await store.turns(ALICE, query)) == ["t1", "t2"]

    async def test_a_window_compares_instants_of_any_zone(self, store: Store) -> None:
        await fill(store, add("t1", at=TIMES["east"]), add("t2", at=NOON), add("t3", at=TIMES["west"]))

        assert ids(await store.turns(ALICE, TurnQuery(since=NOON))) == ["t2", "t3"]
        assert ids(await store.turns(ALICE, TurnQuery(until=NOON))) == ["t1"]

    async def test_turns_of_one_session_only(self, store: Store) -> None:
        await fill(store, add("t1", session="s1"), add("t2"), add("t3", session="s"), add("t4", session="s1"))

        assert ids(await store.turns(ALICE, TurnQuery(session="s1"))) == ["t1", "t4"]
        assert ids(await store.turns(ALICE, TurnQuery(session="s1", newest_first=True, limit=1))) == ["t4"]

    async def test_turns_by_id(self, store: Store) -> None:
        await fill(store, *(add(f"t{place}") for place in range(5)))

        assert ids(await store.turns(ALICE, TurnQuery(ids=["t3", "nobody", "t1", "t3"]))) == ["t1", "t3"]
        assert await store.turns(ALICE, TurnQuery(ids=[])) == []

    @pytest.mark.parametrize("size", [1, 3, 10, 11])
    async def test_pages_join_to_the_whole(self, store: Store, size: int) -> None:
        await fill(store, *(add(f"t{place}") for place in range(10)), Retire(id="t4"))
        after, pages = 0, []
        while page := await store.turns(ALICE, TurnQuery(after=after, limit=size)):
            pages += ids(page)
            after = page[-1].seq

        assert pages == ids(await store.turns(ALICE, TurnQuery()))

    async def test_all_conditions_must_hold(self, store: Store) -> None:
        await fill(
            store,
            add("t1", session="s1", at=NOON),
            add("t2", session="s2", at=NOON),
            add("t3", session="s1", at=NOON - timedelta(days=1)),
            add("t4", session="s1", at=NOON),
        )

        query = TurnQuery(session="s1", since=NOON, after=1, ids=["t1", "t2", "t3", "t4"])
        assert ids(await store.turns(ALICE, query)) == ["t4"]

    async def test_a_limit_of_zero_lists_nothing(self, store: Store) -> None:
        await fill(store, add())

        assert await store.turns(ALICE, TurnQuery(limit=0)) == []

    # ── Changes since ──────────────────────────────────────────────────────────────────────────────────────

    async def test_a_head_has_what_the_read_path_keeps_warm(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), add("t2", session="s1", speaker="Ana", role="assistant"))

        one, two = (await store.delta(ALICE, fingerprint="f", since=0)).heads
        assert one == Head(
            id="t1",
            kind="turn",
            seq=1,
            at=to_micros(NOON),
            session=None,
            speaker=None,
            role="user",
            retired=False,
            dense=embedding().dense,
        )
        assert (two.session, two.speaker, two.role, two.dense) == ("s1", "Ana", "assistant", None)

    async def test_words_and_vectors_of_many_heads_are_not_mixed_up(self, store: Store) -> None:
        words = list(TERMS.values())
        vectors = {"t0": bytes(range(256)), "t2": bytes(range(255, -1, -1)), "t3": bytes(2)}
        for place, word in enumerate(words):
            await fill(store, add(f"t{place}", session=word, speaker=word or None))
        for name, dense in vectors.items():
            await fill(store, Embed(id=name, embeddings=[Embedding(dense)], fingerprint="f"))

        heads = (await store.delta(ALICE, fingerprint="f", since=0)).heads
        assert [head.session for head in heads] == words
        assert [head.speaker for head in heads] == [word or None for word in words]
        assert {head.id: head.dense for head in heads if head.dense} == vectors

    async def test_the_count_of_words_is_kept(self, store: Store) -> None:
        document = Document(id="t1", kind="turn", passages=[()], words=900_000)
        await fill(
            store, AddTurn(turn=turn("t1"), document=document), add("t2"), Retire(id="t1"), Restore(id="t1")
        )

        heads = (await store.delta(ALICE, fingerprint=None, since=0)).heads
        assert [head.words for head in heads] == [900_000, 0]

    async def test_nothing_new_is_an_empty_delta(self, store: Store) -> None:
        await fill(store, add("t1"))

        assert await store.delta(ALICE, fingerprint="f", since=1) == Delta(version=1, epoch=1)
        assert await store.delta(ALICE, fingerprint="f", since=9) == Delta(version=1, epoch=1)

    @pytest.mark.parametrize("since", [0, 1, 2, 3])
    async def test_only_what_changed_since_is_told_by_place(self, store: Store, since: int) -> None:
        await fill(store, add("t1"), add("t2"), add("t3"), Retire(id="t1"))

        delta = await store.delta(ALICE, fingerprint=None, since=since)
        assert delta.version == 4
        assert [head.id for head in delta.heads] == {
            0: ["t1", "t2", "t3"],
            1: ["t1", "t2", "t3"],
            2: ["t1", "t3"],
            3: ["t1"],
        }[since]

    @pytest.mark.parametrize("limit", [1, 2, 9])
    async def test_a_large_partition_is_read_in_parts(self, store: Store, limit: int) -> None:
        await fill(store, add("t1"), add("t2"), add("t3"), Retire(id="t1"))

        version, heads, more = 0, dict[str, Head](), True
        while more:
            delta = await store.delta(ALICE, fingerprint=None, since=version, limit=limit)
            assert len(delta.heads) <= limit
            version, more = delta.version, delta.more
            heads |= {head.id: head for head in delta.heads}
        whole = await store.delta(ALICE, fingerprint=None, since=0)
        assert (version, sorted(heads.values())) == (whole.version, whole.heads)

    async def test_retiring_restoring_and_embedding_are_told(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"))
        change = Embed(id="t2", embeddings=[embedding(7.0)], fingerprint="f")

        await fill(store, Retire(id="t1"))
        (retired,) = (await store.delta(ALICE, fingerprint="f", since=2)).heads
        await fill(store, Restore(id="t1"), change)
        restored, vector = (await store.delta(ALICE, fingerprint="f", since=3)).heads
        assert (retired.id, retired.retired) == ("t1", True)
        assert (restored.id, restored.retired) == ("t1", False)
        assert (vector.id, vector.dense) == ("t2", embedding(7.0).dense)

    async def test_vectors_of_another_embedder_are_not_given(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"))

        for fingerprint in ("g", "F", "f ", None):
            (head,) = (await store.delta(ALICE, fingerprint=fingerprint, since=0)).heads
            assert head.dense is None

    # ── Vectors ────────────────────────────────────────────────────────────────────────────────────────────

    async def test_tokens_come_back_as_they_were(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), add("t2"), embedded("t3", "g"))

        assert await store.tokens(ALICE, ["t1", "t2", "t3", "nobody", "t1"], fingerprint="f") == {
            "t1": [embedding().tokens]
        }

    async def test_tokens_of_a_retired_document_are_still_there(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), Retire(id="t1"))

        assert set(await store.tokens(ALICE, ["t1"], fingerprint="f")) == {"t1"}

    async def test_an_embedding_may_have_no_tokens(self, store: Store) -> None:
        await fill(store, add("t1"), Embed(id="t1", embeddings=[embedding(tokens=None)], fingerprint="f"))

        assert await store.tokens(ALICE, ["t1"], fingerprint="f") == {}
        assert await store.unembedded(ALICE, fingerprint="f", limit=5) == []

    async def test_an_embedding_may_have_tokens_of_no_row(self, store: Store) -> None:
        await fill(store, add("t1"), Embed(id="t1", embeddings=[embedding(tokens=0)], fingerprint="f"))

        found = await store.tokens(ALICE, ["t1"], fingerprint="f")
        assert [each.count for each in found["t1"]] == [0]

    async def test_embedding_again_replaces_vectors_and_tokens(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"), embedded("t2", "f"))
        await fill(
            store,
            Embed(id="t1", embeddings=[embedding(5.0, tokens=4)], fingerprint="f"),
            Embed(id="t2", embeddings=[embedding(6.0, tokens=None)], fingerprint="f"),
        )

        heads = (await store.delta(ALICE, fingerprint="f", since=0)).heads
        assert [head.dense for head in heads] == [embedding(5.0).dense, embedding(6.0).dense]
        assert await store.tokens(ALICE, ["t1", "t2"], fingerprint="f") == {
            "t1": [embedding(tokens=4).tokens]
        }
        assert (await store.stats()).vectors == {"f": 2}

    async def test_the_same_embedding_again_changes_nothing(self, store: Store) -> None:
        await fill(store, embedded("t1", "f"))

        applied = await fill(store, Embed(id="t1", embeddings=[embedding()], fingerprint="f"))
        assert (applied.version, applied.changed) == (1, ())

    async def test_vectors_of_two_embedders_are_kept_side_by_side(self, store: Store) -> None:
        await fill(
            store, embedded("t1", "f", 1.0), Embed(id="t1", embeddings=[embedding(2.0)], fingerprint="g")
        )

        for fingerprint, first in (("f", 1.0), ("g", 2.0)):
            (head,) = (await store.delta(ALICE, fingerprint=fingerprint, since=0)).heads
            assert head.dense == embedding(first).dense
        assert (await store.stats(ALICE)).vectors == {"f": 1, "g": 1}

    async def test_a_vector_has_components(self, store: Store) -> None:
        await fill(store, add("t1"))

        with pytest.raises(InputError, match="t1"):
            await fill(store, Embed(id="t1", embeddings=[Embedding(b"")], fingerprint="f"))

    async def test_unembedded_documents_come_by_place_up_to_a_limit(self, store: Store) -> None:
        await fill(store, add("t3"), embedded("t1", "f"), add("t2"), add("t0"), Retire(id="t2"))

        assert await store.unembedded(ALICE, fingerprint="f", limit=10) == ["t3", "t2", "t0"]
        assert await store.unembedded(ALICE, fingerprint="f", limit=2) == ["t3", "t2"]
        assert await store.unembedded(ALICE, fingerprint="g", limit=2) == ["t3", "t1"]
        assert await store.unembedded(ALICE, fingerprint="f", limit=0) == []

    # ── Journal, figures, verify ───────────────────────────────────────────────────────────────────────────

    async def test_every_change_with_an_effect_has_an_entry(self, store: Store) -> None:
        await fill(store, add("t1"), add("t1"))
        await store.apply(ALICE, [Retire(id="t1"), Retire(id="t1"), Restore(id="t1")], cause=LATER)
        await fill(store, Embed(id="t1", embeddings=[embedding()], fingerprint="f"))

        entries = await store.journal(ALICE)
        assert [(entry.version, entry.op, entry.id, entry.verb, entry.reason) for entry in entries] == [
            (1, "add", "t1", "remember", ""),
            (2, "retire", "t1", "forget", "was asked to"),
            (3, "restore", "t1", "forget", "was asked to"),
            (4, "embed", "t1", "remember", ""),
        ]
        moments = [CAUSE.at, LATER.at, LATER.at, CAUSE.at]
        assert [entry.at.isoformat() for entry in entries] == [moment.isoformat() for moment in moments]

    async def test_entries_are_chained(self, store: Store) -> None:
        await fill(store, add("t1"), add("t2"), Retire(id="t1"))

        previous = chain_root(ALICE)
        for entry in await store.journal(ALICE):
            more = (entry.call, entry.caused_by, entry.content)
            previous = chain(
                previous, version=entry.version, op=entry.op, id=entry.id, cause=CAUSE, more=more
            )
            assert entry.digest == previous

    async def test_partitions_have_chains_of_their_own(self, store: Store) -> None:
        await fill(store, add("t1"))
        await fill(store, add("t1"), partition=BOB)

        (one,), (other,) = await store.journal(ALICE), await store.journal(BOB)
        assert one.digest != other.digest

    async def test_the_journal_is_read_in_pages(self, store: Store) -> None:
        await fill(store, *(add(f"t{place}") for place in range(7)))

        assert [entry.version for entry in await store.journal(ALICE, since=2, limit=3)] == [3, 4, 5]
        assert [entry.version for entry in await store.journal(ALICE, since=5)] == [6, 7]
        assert await store.journal(ALICE, since=7) == []

    async def test_figures_of_a_partition_and_of_all(self, store: Store) -> None:
        await fill(
            store, add("t1", session="s1"), add("t2", session="s1"), embedded("t3", "f"), Retire(id="t3")
        )
        await fill(store, add("t1", session="s1"), embedded("t2", "f"), partition=BOB)

        one, both = await store.stats(ALICE), replace(await store.stats(), bytes=0)
        assert (one.partitions, one.turns, one.retired, one.sessions, one.documents) == (1, 3, 1, 1, 3)
        assert (one.vectors, one.bytes) == ({"f": 1}, 0)
        assert (both.partitions, both.turns, both.retired, both.sessions, both.documents) == (2, 5, 1, 2, 5)
        assert both.vectors == {"f": 2}

    async def test_partitions_come_in_the_order_of_their_first_write(self, store: Store) -> None:
        for partition in (BOB, ALICE, BOB):
            await fill(store, add("t1"), partition=partition)

        assert await store.partitions() == [BOB, ALICE]

    async def test_a_sound_store_verifies(self, store: Store) -> None:
        await fill(
            store, embedded("t1", "f"), add("t2", ["a", "a", ""], metadata={"v": [1, None]}), Retire(id="t1")
        )
        await fill(store, add("t1"), partition=BOB)

        verified = await store.verify()
        assert verified.findings == ()
        assert (verified.checked["partitions"], verified.checked["changes"]) == (2, 4)

    # ── Opening, closing, several at once ──────────────────────────────────────────────────────────────────

    async def test_closing_twice_is_harmless_and_then_nothing_works(self, store: Store) -> None:
        await store.aclose()
        await store.aclose()

        with pytest.raises(ClosedError):
            await store.turns(ALICE, TurnQuery())
        with pytest.raises(ClosedError):
            await fill(store, add())

    async def test_many_calls_at_once_all_count(self, store: Store) -> None:
        async with anyio.create_task_group() as group:
            for place in range(20):
                group.start_soon(fill, store, add(f"t{place}"))
                group.start_soon(search, store, "word")

        assert sorted(each.seq for each in await store.turns(ALICE, TurnQuery())) == list(range(1, 21))

    async def test_what_was_written_is_there_after_reopening(self, store: Store, tmp_path: Path) -> None:
        await fill(
            store,
            embedded("t1", "f"),
            add("t2", ["rare", "é", "x y"], metadata={"v": [1, "a"]}),
            Retire(id="t1"),
        )
        before = await everything(store)
        again = await self.reopened(store, tmp_path)
        try:
            assert await everything(again) == before
            assert (await again.verify()).ok
        finally:
            await again.aclose()

    async def test_places_and_versions_go_on_after_reopening(self, store: Store, tmp_path: Path) -> None:
        await fill(store, add("t1", key="k"))
        again = await self.reopened(store, tmp_path)
        try:
            applied = await fill(again, add("t1"), add("t2"))
            assert applied == type(applied)(version=2, call=2, added=("t2",), duplicates=("t1",))
            assert [each.seq for each in await again.turns(ALICE, TurnQuery())] == [1, 2]
        finally:
            await again.aclose()

    async def test_what_another_store_of_the_same_folder_writes_is_seen(
        self, store: Store, tmp_path: Path
    ) -> None:
        if not self.durable:
            pytest.skip("this store keeps nothing")
        await fill(store, add("t1"))
        other = await self.make(tmp_path)
        await other.open()
        try:
            await fill(other, add("t2"), Retire(id="t1"))
        finally:
            await other.aclose()

        delta = await store.delta(ALICE, fingerprint=None, since=1)
        assert [(head.id, head.retired) for head in delta.heads] == [("t1", True), ("t2", False)]
        assert ids(await search(store, "word")) == ["t2"]


def _session(name: str) -> Filter | None:
    return parse({"session": name})
