from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.domain.change import Embed, Restore, Retire
from lukasa.domain.document import Delta, Head
from lukasa.domain.embedding import EmbedderSpec, Embedding, TokenVectors
from lukasa.domain.time import to_micros
from lukasa.policy import RecallPolicy
from lukasa.retrieval.warm import PartitionIndex, TurnArrays, WarmPartitions
from lukasa.testing.conformance.samples import ALICE, BOB, add, fill

AT = datetime(2026, 3, 1, tzinfo=UTC)
SPEC = EmbedderSpec(fingerprint="f", dense_dims=2, token_width=3)


def head(name: str, seq: int, **other: Any) -> Head:
    given: dict[str, Any] = {
        "kind": "turn", "at": to_micros(AT + timedelta(hours=seq)), "session": "s", "speaker": None, "role": "user", "retired": False,
    }  # fmt: skip
    return Head(id=name, seq=seq, **{**given, **other})


def dense(*values: float) -> bytes:
    return np.array(values, np.int8).tobytes()


def embedding(value: float = 1.0, tokens: int = 1) -> Embedding:
    return Embedding(dense(value, 0), TokenVectors(bytes([7, 0, 0]) * tokens, 3))


def indexed(*heads: Head, dims: int = 2) -> PartitionIndex:
    index = PartitionIndex(dims=dims)
    index.update(Delta(version=1).with_heads(heads))
    return index


def neighbours(turns: TurnArrays) -> dict[str, tuple[str | None, str | None]]:
    def name(row: int) -> str | None:
        return None if row < 0 else turns.ids[row]

    return {
        id_: (name(int(turns.before[row])), name(int(turns.after[row]))) for row, id_ in enumerate(turns.ids)
    }


def test_every_row_is_about_its_document():
    turns = indexed(
        head("a", 1, speaker="Ines", dense=dense(60, 80), words=7),
        head("b", 2, session=None, role="assistant", retired=True),
    ).turns

    assert (turns.ids, turns.rows, turns.names) == (["a", "b"], {"a": 0, "b": 1}, ["Ines"])
    assert turns.seq[:2].tolist() == [1, 2]
    assert turns.speaker[:2].tolist() == [0, -1]
    assert turns.assistant[:2].tolist() == [False, True]
    assert turns.live[:2].tolist() == [True, False]
    assert turns.embedded[:2].tolist() == [True, False]
    assert np.allclose(turns.cosines(np.array([1, 0], np.float32)), [0.6, 0])
    assert turns.words[:2].tolist() == [7, 0]
    assert turns.at[1] - turns.at[0] == 3_600_000_000
    assert turns.session[0] != turns.session[1]


def test_neighbours_are_the_live_turns_around_it_in_its_session():
    index = indexed(
        head("a", 1),
        head("x", 2, session="t"),
        head("b", 3),
        head("c", 4),
        head("n", 5, session=None),
        head("m", 6, session=None),
    )
    assert neighbours(index.turns) == {
        "a": (None, "b"), "x": (None, None), "b": ("a", "c"), "c": ("b", None), "n": (None, "m"), "m": ("n", None),
    }  # fmt: skip

    index.update(Delta(version=2).with_heads([head("b", 3, retired=True)]))
    assert neighbours(index.turns)["a"] == (None, "c")
    assert neighbours(index.turns)["b"] == (None, None)

    index.update(Delta(version=3).with_heads([head("b", 3)]))
    assert neighbours(index.turns)["b"] == ("a", "c")


def test_what_is_gone_is_not_live_any_more():
    index = indexed(head("a", 1), head("b", 2))

    index.update(Delta(version=2, gone=["a", "never seen"]))

    assert index.turns.live[:2].tolist() == [False, True]
    assert neighbours(index.turns)["b"] == (None, None)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_taking_it_in_piece_by_piece_is_like_all_at_once(sizes: list[int]):
    heads = [
        head(f"t{n}", n, session=f"s{n % 3}", speaker=f"p{n % 4}", dense=dense(n % 100, 1))
        for n in range(1, sum(sizes) + 1)
    ]
    index, done = PartitionIndex(dims=2), 0
    for version, size in enumerate(sizes, start=1):
        index.update(Delta(version=version).with_heads(heads[done : done + size]))
        done += size
    pieces, whole = index.turns, indexed(*heads).turns

    assert pieces.ids == whole.ids
    for name in (
        "seq",
        "at",
        "session",
        "speaker",
        "live",
        "embedded",
        "words",
        "first",
        "dense",
        "lengths",
        "owner",
    ):
        n = whole.used if name in {"dense", "lengths", "owner"} else whole.size
        assert np.array_equal(getattr(pieces, name)[:n], getattr(whole, name)[:n]), name
    assert np.array_equal(pieces.before, whole.before)
    assert np.array_equal(pieces.after, whole.after)


def test_a_document_that_was_erased_and_stored_again_is_found():
    index = indexed(head("a", 1), head("b", 2))

    index.update(Delta(version=4, gone=["a"]).with_heads([head("a", 3)]))

    assert index.turns.live[: index.turns.size].tolist() == [True, True]


def test_neighbours_are_found_when_the_last_part_was_read():
    index = PartitionIndex(dims=2)

    index.update(Delta(version=1, more=True).with_heads([head("a", 1)]))
    index.update(Delta(version=2, more=True).with_heads([head("b", 2)]))
    index.update(Delta(version=3).with_heads([head("f", 3, kind="fact")]))

    assert neighbours(index.turns) == {"a": (None, "b"), "b": ("a", None)}


# ── Kept warm ──────────────────────────────────────────────────────────────────────────────────────────────


class Counting(ReferenceStore):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.loaded: list[str] = []
        """Ids whose token vectors were read."""

    async def delta(
        self, partition: Any, *, fingerprint: str | None, since: int, limit: int | None = None
    ) -> Delta:
        self.asked.append(since)
        await asyncio.sleep(0)  # lets others in
        return await super().delta(partition, fingerprint=fingerprint, since=since, limit=limit)

    async def tokens(
        self, partition: Any, ids: Any, *, fingerprint: str
    ) -> dict[str, Sequence[TokenVectors]]:
        self.loaded += ids
        await asyncio.sleep(0)
        return await super().tokens(partition, ids, fingerprint=fingerprint)


def embedded(name: str, value: float = 1.0, tokens: int = 1, **other: Any) -> Any:
    change = add(name, **other)
    document = replace(change.document, embeddings=[embedding(value, tokens)], fingerprint="f")
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
    assert (second.version, second.turns.ids, second.turns.live[:3].tolist()) == (
        4,
        ["a", "b", "c"],
        [False, True, True],
    )


@pytest.mark.anyio
async def test_many_questions_at_once_take_a_change_in_once():
    store = Counting()
    await fill(store, *(embedded(f"t{n}") for n in range(10)))
    warm_ones = partitions(store)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(warm_ones.get(ALICE, SPEC)) for _ in range(10)]

    assert {id(task.result()) for task in tasks} == {id(tasks[0].result())}
    assert tasks[0].result().turns.ids == [f"t{n}" for n in range(10)]
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

    assert [each.turns.embedded[0] for each in (one, other, none)] == [True, False, False]
    assert [each.turns.dense.shape[1] for each in (one, other, none)] == [2, 5, 0]


async def counts(warm_ones: WarmPartitions, *rows: int) -> list[int]:
    turns = (await warm_ones.get(ALICE, SPEC)).turns
    vectors, _ = turns.vectors_of(np.array(rows or range(turns.size), np.int64))
    return await warm_ones.tokens(ALICE, turns, vectors, spec=SPEC, use=lambda block: block.counts.tolist())


@pytest.mark.anyio
async def test_token_vectors_are_read_once_until_their_document_changes():
    store = Counting()
    await fill(store, embedded("a"), embedded("b", tokens=2), add("c"))
    warm_ones = partitions(store)

    assert await counts(warm_ones, 1) == [2]
    assert await counts(warm_ones) == [1, 2]
    assert await counts(warm_ones) == [1, 2]
    assert store.loaded == ["b", "a"]
    await fill(store, Embed(id="a", embeddings=[embedding(tokens=4)], fingerprint="f"))
    assert await counts(warm_ones) == [4, 2]
    await fill(store, Retire(id="b"), Restore(id="b"), embedded("d", tokens=3))
    assert await counts(warm_ones) == [4, 2, 3]
    assert store.loaded == ["b", "a", "a", "b", "d"]


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
    turns = (await warm_ones.get(ALICE, SPEC)).turns

    reading = asyncio.create_task(
        warm_ones.tokens(ALICE, turns, np.array([0]), spec=SPEC, use=lambda block: block.counts.tolist())
    )
    await asyncio.sleep(0)
    await fill(
        store, Embed(id="a", embeddings=[embedding(tokens=7)], fingerprint="f"), embedded("b", tokens=5)
    )

    assert await reading in ([1], [7])
    assert await counts(warm_ones) == [7, 5]


@pytest.mark.anyio
async def test_token_vectors_beyond_their_memory_are_read_anew_and_are_right():
    store = Counting()
    await fill(store, *(embedded(f"t{n}", tokens=n) for n in range(1, 6)))
    warm_ones = partitions(store, warm_token_bytes=0)

    assert [await counts(warm_ones) for _ in range(3)] == [[1, 2, 3, 4, 5]] * 3
    assert len(store.loaded) == 15


@pytest.mark.anyio
async def test_a_question_that_is_cancelled_while_its_token_vectors_are_kept_leaves_no_wrong_ones():
    counted, go_on = threading.Event(), threading.Event()

    class Halting:
        """The token vectors of a passage, of which the second look at their number takes until `go_on`."""

        codes, width, looks = bytes([7, 0, 0]), 3, 0

        @property
        def count(self) -> int:
            self.looks += 1
            if self.looks > 1:
                counted.set()
                go_on.wait()
            return 1

    class Slow(ReferenceStore):
        async def tokens(self, partition: Any, ids: Any, *, fingerprint: str) -> Any:
            found = await super().tokens(partition, ids, fingerprint=fingerprint)
            return {**found, "d": [Halting()]} if "d" in found and not counted.is_set() else found

    store = Slow()
    await fill(store, embedded("a"), embedded("b"), embedded("c", tokens=10), embedded("d"), embedded("e"))
    warm_ones = partitions(store, warm_token_bytes=105)
    turns = (await warm_ones.get(ALICE, SPEC)).turns

    async def codes(*rows: int) -> list[list[int]]:
        return await warm_ones.tokens(
            ALICE, turns, np.array(rows), spec=SPEC, use=lambda block: block.codes[:, :1].tolist()
        )

    await codes(2)
    reading = asyncio.create_task(codes(0, 3, 4))
    await asyncio.to_thread(counted.wait)
    reading.cancel()
    other = asyncio.create_task(codes(1))
    await asyncio.sleep(0.01)
    go_on.set()
    await other

    assert await codes(0, 3, 4) == [[7], [7], [7]]


@pytest.mark.anyio
async def test_the_least_asked_are_dropped_when_memory_is_short_and_come_back():
    store = Counting()
    for partition in (ALICE, BOB):
        await fill(store, embedded("a"), partition=partition)
    warm_ones = partitions(store, warm_bytes=1)

    for partition in (ALICE, BOB, BOB, ALICE):
        assert (await warm_ones.get(partition, SPEC)).turns.ids == ["a"]

    assert store.asked == [0, 0, 1, 0]


@pytest.mark.anyio
async def test_partitions_that_hold_nothing_are_dropped_too():
    warm_ones = partitions(ReferenceStore(), warm_bytes=100_000)

    for n in range(200):
        await warm_ones.get(replace(ALICE, user=f"user {n}"), SPEC)

    assert len(warm_ones._indexes) < 200
    assert len(warm_ones._locks) < 200


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3), st.booleans()), max_size=20),
    st.integers(1, 4),
)
def test_each_document_has_the_vectors_that_it_was_last_given(steps: list[tuple[str, int, bool]], size: int):
    index, last = PartitionIndex(dims=2), dict[str, list[float]]()
    for version, start in enumerate(range(0, len(steps), size), start=1):
        heads, gone = dict[str, Head](), set[str]()
        for place, (name, count, erased) in enumerate(steps[start : start + size]):
            values = [float(start + place + n + 1) for n in range(count)]
            if erased:
                gone.add(name)
                heads.pop(name, None)
                last[name] = []
            elif name not in gone:
                pairs = [number for value in values for number in (value, 1.0)]
                heads[name] = head(
                    name, ord(name), dense=dense(*pairs) if pairs else None, passages=count or 1
                )
                last[name] = values
        index.update(Delta(version=version, gone=sorted(gone)).with_heads(heads.values()))
    turns = index.turns
    rows = np.array([turns.rows[name] for name in last if name in turns.rows], np.int64)
    vectors, offsets = turns.vectors_of(rows)

    found = {
        turns.ids[row]: turns.dense[vectors[start:end], 0].tolist()
        for row, start, end in zip(rows, offsets, offsets[1:], strict=False)
    }
    assert found == {name: values for name, values in last.items() if name in turns.rows}
    best = dict(zip(turns.ids, turns.cosines(np.array([1, 0], np.float32)).tolist(), strict=True))
    cosines = {name: [value / np.hypot(value, 1) for value in values] for name, values in found.items()}
    assert best == pytest.approx({name: max(values, default=0.0) for name, values in cosines.items()})
    assert (turns.owner[: turns.used] >= 0).sum() == sum(map(len, found.values()))
