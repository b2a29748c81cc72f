"""Documents: what a dict under (collection, key) does, and what a store of a user's words must do beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lukasa import AsyncMemory, Memory
from lukasa.errors import ConflictError, InputError
from lukasa.integrations.documents import AsyncDocuments, Documents, Put
from lukasa.testing.llm import ScriptedLLM


@pytest.fixture
def documents(memory: Memory) -> Documents:
    return Documents(memory.of(user="ada"))


@pytest.fixture(scope="module")
def shared() -> Iterator[Memory]:
    with Memory.open("memory:", embedder="hashing") as opened:
        yield opened


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_a_value_comes_back_as_it_was(shared: Memory, value: Any):
    documents = Documents(shared.of(user="exact"))

    documents.put("notes", "k", value)

    found = documents.get("notes", "k")
    assert found is not None
    assert repr(found.value) == repr(value) or (found.value == value and isinstance(value, dict))


NAMES = st.tuples(
    st.sampled_from([("a",), ("a", "b"), ("a", "b", "c"), ("ab",), ("b",)]), st.sampled_from(["x", "y"])
)
STEPS = st.lists(
    st.tuples(NAMES, st.none() | st.fixed_dictionaries({"color": st.sampled_from(["red", "blue"])})),
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_does_what_a_dict_does(shared: Memory, steps: list[Any]):
    handle = shared.of(user="dict")
    handle.erase(everything=True)
    documents, model = Documents(handle), dict[Any, Any]()

    for (collection, key), value in steps:
        known = model.pop((collection, key), None) is not None
        if value is None:
            assert documents.delete(collection, key) == known
        else:
            documents.put(collection, key, value)
            model[collection, key] = value

    for prefix in [(), ("a",), ("a", "b"), ("ab",)]:
        expected = [(name, value) for name, value in model.items() if name[0][: len(prefix)] == prefix]
        selected = documents.select(prefix)
        assert [((each.collection, each.key), each.value) for each in selected] == expected
        assert documents.select(prefix, limit=2, offset=1) == selected[1:3]
        red = [each for each in selected if each.value == {"color": "red"}]
        assert documents.select(prefix, filter={"metadata.color": "red"}, limit=9) == red
    assert documents.collections() == sorted({collection for collection, _ in model})
    assert len(handle.turns(include_retired=True)) == len(model)


def test_of_what_was_replaced_or_deleted_no_byte_is_left(memory: Memory, tmp_path: Path):
    documents = Documents(memory.of(user="ada"))
    first = documents.put("notes", "k", {"text": "the heliotrope blooms"})
    second = documents.put("notes", "k", {"text": "the amaranth wilts"})
    assert (first.created, second.text) == (second.created, "the amaranth wilts")
    assert second.revision != first.revision

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"heliotrope" not in left
    assert b"amaranth" in left
    assert documents.delete("notes", "k")
    assert not documents.delete("notes", "k")
    assert b"amaranth" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())

    documents.put("notes", "k", {"text": "the heliotrope blooms"})  # though it was erased
    found = documents.get("notes", "k")
    assert found is not None
    assert found.value == {"text": "the heliotrope blooms"}


def test_a_search_finds_current_documents_of_a_collection_only(memory: Memory):
    ada = memory.of(user="ada")
    documents = Documents(ada)
    ada.remember("The tea at Nico's is the best tea.")
    documents.put("food", "tea", {"text": "Green tea is steeped at 80 degrees", "stars": 4})
    documents.put("food", "tea", {"text": "Black tea is steeped at 95 degrees", "stars": 5})
    documents.put(("food", "hot"), "soup", {"text": "Soup is boiled", "stars": 2})
    documents.put("food", "secret", {"text": "tea tea tea"}, searchable=False)
    documents.put("travel", "tea", {"text": "tea in trains"})

    found = documents.search("how is tea steeped", "food")
    assert [each.document.key for each in found] == ["tea", "soup"]
    assert found[0].document.value["stars"] == 5
    assert 0 < found[0].score <= 1
    few = documents.search("tea", "food", filter={"metadata.stars": {"lt": 3}})
    assert [each.document.key for each in few] == ["soup"]
    assert documents.search("tea", "nothing") == []


def test_what_a_crash_left_of_an_old_version_is_not_seen(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
):
    documents.put("notes", "k", {"color": "red", "text": "old words"})

    async def die(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(type(documents._inner._handle), "erase", die)
        with pytest.raises(ConnectionError):
            documents.put("notes", "k", {"color": "blue", "text": "new words"})

    (only,) = documents.select("notes")
    assert only.value["color"] == "blue"
    assert documents.select(filter={"metadata.color": "red"}, limit=1) == []
    assert [each.document.value["color"] for each in documents.search("old words", limit=1)] == ["blue"]
    documents.put("notes", "k", {"color": "green"})
    assert documents.delete("notes", "k")
    assert documents.get("notes", "k") is None


def test_a_version_that_is_not_the_expected_one_is_not_replaced(documents: Documents):
    first = documents.put("notes", "k", "one", expected="absent")
    second = documents.put("notes", "k", "two", expected=first.revision)

    for expected in ("absent", first.revision):
        with pytest.raises(ConflictError):
            documents.put("notes", "k", "three", expected=expected)
    assert documents.get("notes", "k") == second


@pytest.mark.anyio
async def test_of_many_that_put_at_once_the_last_one_stays_and_counts_once(tmp_path: Path):
    async with await AsyncMemory.open(tmp_path / "memory.lukasa", embedder="hashing") as memory:
        documents = AsyncDocuments(memory.of(user="ada"))
        await asyncio.gather(*(documents.put("n", "k", {"by": place}) for place in range(6)))  # noqa: TID251

        assert len(await memory.of(user="ada").turns(include_retired=True)) == 1
        first = await documents.put("n", "counter", 0)

        async def add() -> int:
            failures = 0
            while True:
                now = await documents.get("n", "counter")
                assert now is not None
                try:
                    await documents.put("n", "counter", now.value + 1, expected=now.revision)
                except ConflictError:
                    failures += 1
                    continue
                return failures

        await asyncio.gather(*(add() for _ in range(4)))  # noqa: TID251
        counter = await documents.get("n", "counter")
        assert counter is not None
        assert (counter.value, counter.created) == (4, first.created)


def test_many_are_put_and_deleted_in_one_go(documents: Documents):
    put = documents.put_all([Put(collection="n", key=str(n % 250), value=n) for n in range(300)])

    assert [each.value for each in put[:2]] == [250, 251]
    found = documents.get_all([("n", "0"), ("n", "249"), ("n", "250")])
    assert [each and each.value for each in found] == [250, 249, None]
    assert documents.delete_all([("n", str(n)) for n in range(300)]) == 250
    assert documents.select() == []


def test_large_and_deep_values_are_kept_and_too_large_ones_are_refused_by_size(documents: Documents):
    large = {"numbers": list(range(20_000)), "deep": [[[[[[[[[["x"]]]]]]]]]], "empty": {"": 2**70}}
    documents.put("n", "large", large, text="what is searched")
    found = documents.get("n", "large")
    assert found is not None
    assert found.value == large

    with pytest.raises(InputError, match=r"'large'.*at most 1,000,000"):
        documents.put("n", "large", "x" * 1_000_001)
    for value in (float("nan"), {1, 2}, object()):
        with pytest.raises(InputError, match="no JSON"):
            documents.put("n", "k", value)
    with pytest.raises(InputError):
        documents.put("n", "", 1)
    with pytest.raises(InputError):
        documents.put(("n", ""), "k", 1)


def test_secrets_become_labels_and_a_value_that_would_break_is_refused(documents: Documents):
    documents.put("n", "k", {"password": "hunter2-correct", "note": "my password is hunter2-correct"})
    found = documents.get("n", "k")
    assert found is not None
    assert "hunter2" not in str(found.value)

    padding = list(range(2_000))
    kept = documents.put("n", "long", {"note": "my password is hunter2-correct", "padding": padding})
    assert kept.value == {"note": "my password is [REDACTED:password]", "padding": padding}


def test_no_model_reads_a_document(tmp_path: Path):
    llm = ScriptedLLM([])
    with Memory.open(tmp_path / "memory.lukasa", embedder="hashing", llm=llm) as memory:
        ada = memory.of(user="ada")
        Documents(ada).put("n", "k", {"text": "I live in Lisbon, and I love it."})
        ada.flush()

        assert ada.facts() == []
        assert ada.jobs() == []
