from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.domain.change import Embed, Restore, Retire
from lukasa.domain.document import Delta, Head, Traits
from lukasa.domain.embedding import EmbedderSpec, Embedding, TokenVectors
from lukasa.policy import RecallPolicy
from lukasa.retrieval.warm import TRAITS, Warm, WarmPartitions
from lukasa.testing.conformance.samples import ALICE, BOB, add, fill

AT = datetime(2026, 3, 1, tzinfo=UTC)
SPEC = EmbedderSpec(fingerprint="f", dense_dims=2, token_dims=3)


def head(name: str, seq: int, **other: Any) -> Head:
    given: dict[str, Any] = {
        "kind": "turn", "at": AT + timedelta(hours=seq), "session": "s", "speaker": None, "role": "user", "retired": False,
    }  # fmt: skip
    return Head(id=name, seq=seq, **{**given, **other})


def dense(*values: float) -> bytes:
    return np.array(values, np.float32).tobytes()


def embedding(value: float = 1.0, tokens: int = 1) -> Embedding:
    return Embedding(dense(value, 0), TokenVectors(bytes([127, 0, 0]) * tokens, 3))


def warm(*heads: Head, dims: int = 2) -> Warm:
    made = Warm(dims=dims)
    made.update(Delta(version=1, heads=heads))
    return made


def neighbours(of: Warm) -> dict[str, tuple[str | None, str | None]]:
    def name(row: int) -> str | None:
        return None if row < 0 else of.ids[row]

    return {id_: (name(int(of.before[row])), name(int(of.after[row]))) for row, id_ in enumerate(of.ids)}


def test_every_row_is_about_its_document():
    traits = Traits(words=7, questions=2, asks=True, first_person=1, times=True, numbers=False, picture=True)
    made = warm(
        head("a", 1, speaker="Ines", dense=dense(0.6, 0.8), traits=traits),
        head("b", 2, session=None, role="assistant", retired=True),
    )

    assert (made.ids, made.rows, made.names) == (["a", "b"], {"a": 0, "b": 1}, ["Ines"])
    assert made.seq[:2].tolist() == [1, 2]
    assert made.speaker[:2].tolist() == [0, -1]
    assert made.assistant[:2].tolist() == [False, True]
    assert made.live[:2].tolist() == [True, False]
    assert made.embedded[:2].tolist() == [True, False]
    assert np.allclose(made.dense[:2], [[0.6, 0.8], [0, 0]])
    assert dict(zip(TRAITS, made.traits[0].tolist(), strict=True)) == {
        "words": 7, "questions": 2, "asks": 1, "first_person": 1, "times": 1, "numbers": 0, "picture": 1,
    }  # fmt: skip
    assert made.at[1] - made.at[0] == 3_600_000_000
    assert made.session[0] != made.session[1]


def test_neighbours_are_the_live_turns_around_it_in_its_session():
    made = warm(
        head("a", 1),
        head("x", 2, session="t"),
        head("b", 3),
        head("c", 4),
        head("n", 5, session=None),
        head("m", 6, session=None),
    )
    assert neighbours(made) == {
        "a": (None, "b"), "x": (None, None), "b": ("a", "c"), "c": ("b", None), "n": (None, "m"), "m": ("n", None),
    }  # fmt: skip

    made.update(Delta(version=2, heads=[head("b", 3, retired=True)]))
    assert neighbours(made)["a"] == (None, "c")
    assert neighbours(made)["b"] == (None, None)

    made.update(Delta(version=3, heads=[head("b", 3)]))
    assert neighbours(made)["b"] == ("a", "c")


def test_what_is_gone_is_not_live_any_more():
    made = warm(head("a", 1), head("b", 2))

    made.update(Delta(version=2, gone=["a", "never seen"]))

    assert made.live[:2].tolist() == [False, True]
    assert neighbours(made)["b"] == (None, None)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_taking_it_in_piece_by_piece_is_like_all_at_once(sizes: list[int]):
    heads = [
        head(f"t{n}", n, session=f"s{n % 3}", speaker=f"p{n % 4}", dense=dense(n, 1))
        for n in range(1, sum(sizes) + 1)
    ]
    pieces, done = Warm(dims=2), 0
    for version, size in enumerate(sizes, start=1):
        pieces.update(Delta(version=version, heads=heads[done : done + size]))
        done += size
    whole = warm(*heads)

    assert pieces.ids == whole.ids
    for name in ("seq", "at", "session", "speaker", "live", "embedded", "dense", "traits"):
        n = whole.size
        assert np.array_equal(getattr(pieces, name)[:n], getattr(whole, name)[:n]), name
    assert np.array_equal(pieces.before, whole.before)
    assert np.array_equal(pieces.after, whole.after)


# ── Kept warm ──────────────────────────────────────────────────────────────────────────────────────────────


class Counting(ReferenceStore):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.loaded: list[str] = []
        """Ids whose token vectors were read."""

    async def delta(self, partition: Any, *, fingerprint: str | None, since: int) -> Delta:
        self.asked.append(since)
        await asyncio.sleep(0)  # lets others in
        return await super().delta(partition, fingerprint=fingerprint, since=since)

    async def tokens(self, partition: Any, ids: Any, *, fingerprint: str) -> dict[str, TokenVectors]:
        self.loaded += ids
        await asyncio.sleep(0)
        return await super().tokens(partition, ids, fingerprint=fingerprint)


def embedded(name: str, value: float = 1.0, tokens: int = 1, **other: Any) -> Any:
    change = add(name, **other)
    document = replace(change.document, embedding=embedding(value, tokens), fingerprint="f")
    return replace(change, document=document)


def partitions(store: ReferenceStore, **policy: Any) -> WarmPartitions:
    return WarmPartitions(store, RecallPolicy(**policy))


@pytest.mark.anyio
async def test_only_what_changed_since_is_read():
    store = Counting()
    await fill(store, embedded("a"), embedded("b"))
    warm_ones = partitions(store)
    first = await warm_ones.get(ALICE, SPEC)
    await fill(store, embedded("c"), Retire(id="a"))
    second = await warm_ones.get(ALICE, SPEC)

    assert first is second
    assert store.asked == [0, 2]
    assert (second.version, second.ids, second.live[:3].tolist()) == (4, ["a", "b", "c"], [False, True, True])


@pytest.mark.anyio
async def test_many_questions_at_once_take_a_change_in_once():
    store = Counting()
    await fill(store, *(embedded(f"t{n}") for n in range(10)))
    warm_ones = partitions(store)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(warm_ones.get(ALICE, SPEC)) for _ in range(10)]

    assert {id(task.result()) for task in tasks} == {id(tasks[0].result())}
    assert tasks[0].result().ids == [f"t{n}" for n in range(10)]
    assert store.asked == [0, *[10] * 9]


@pytest.mark.anyio
async def test_embedders_do_not_share_arrays():
    store = ReferenceStore()
    await fill(store, embedded("a"))
    warm_ones = partitions(store)

    one, other, none = [
        await warm_ones.get(ALICE, spec)
        for spec in (SPEC, replace(SPEC, fingerprint="g", dense_dims=5), None)
    ]

    assert [each.embedded[0] for each in (one, other, none)] == [True, False, False]
    assert [each.dense.shape[1] for each in (one, other, none)] == [2, 5, 0]


async def counts(warm_ones: WarmPartitions, *rows: int) -> list[int]:
    held = await warm_ones.get(ALICE, SPEC)
    wanted = np.array(rows or range(held.size), np.int64)
    return (await warm_ones.tokens(ALICE, held, wanted, SPEC)).counts.tolist()


@pytest.mark.anyio
async def test_token_vectors_are_read_once_until_their_document_changes():
    store = Counting()
    await fill(store, embedded("a"), embedded("b", tokens=2), add("c"))
    warm_ones = partitions(store)

    assert await counts(warm_ones, 1) == [2]
    assert await counts(warm_ones) == [1, 2, 0]
    assert await counts(warm_ones) == [1, 2, 0]
    assert store.loaded == ["b", "a", "c"]
    await fill(store, Embed(id="a", embedding=embedding(tokens=4), fingerprint="f"))
    assert await counts(warm_ones) == [4, 2, 0]
    await fill(store, Retire(id="b"), Restore(id="b"), embedded("d", tokens=3))
    assert await counts(warm_ones) == [4, 2, 0, 3]
    assert store.loaded == ["b", "a", "c", "a", "b", "d"]


@pytest.mark.anyio
async def test_questions_at_once_read_token_vectors_once():
    store = Counting()
    await fill(store, *(embedded(f"t{n}", tokens=n) for n in range(1, 6)))
    warm_ones = partitions(store)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(counts(warm_ones)) for _ in range(8)]

    assert [task.result() for task in tasks] == [[1, 2, 3, 4, 5]] * 8
    assert len(store.loaded) == 5


@pytest.mark.anyio
async def test_a_write_while_token_vectors_are_read_is_taken_in_afterwards():
    store = Counting()
    await fill(store, embedded("a"))
    warm_ones = partitions(store)
    held = await warm_ones.get(ALICE, SPEC)

    reading = asyncio.create_task(warm_ones.tokens(ALICE, held, np.array([0]), SPEC))
    await asyncio.sleep(0)
    await fill(store, Embed(id="a", embedding=embedding(tokens=7), fingerprint="f"), embedded("b", tokens=5))

    assert (await reading).counts.tolist() in ([1], [7])
    assert await counts(warm_ones) == [7, 5]


@pytest.mark.anyio
async def test_token_vectors_beyond_their_memory_are_read_anew_and_are_right():
    store = Counting()
    await fill(store, *(embedded(f"t{n}", tokens=n) for n in range(1, 6)))
    warm_ones = partitions(store, warm_token_bytes=0)

    assert [await counts(warm_ones) for _ in range(3)] == [[1, 2, 3, 4, 5]] * 3
    assert len(store.loaded) == 15


@pytest.mark.anyio
async def test_the_least_asked_are_dropped_when_memory_is_short_and_come_back():
    store = Counting()
    for partition in (ALICE, BOB):
        await fill(store, embedded("a"), partition=partition)
    warm_ones = partitions(store, warm_bytes=1)

    for partition in (ALICE, BOB, BOB, ALICE):
        assert (await warm_ones.get(partition, SPEC)).ids == ["a"]

    assert store.asked == [0, 0, 1, 0]


@pytest.mark.anyio
async def test_partitions_that_hold_nothing_are_dropped_too():
    warm_ones = partitions(ReferenceStore(), warm_bytes=100_000)

    for n in range(200):
        await warm_ones.get(replace(ALICE, user=f"user {n}"), SPEC)

    assert len(warm_ones._held) < 200
    assert len(warm_ones._locks) < 200
