"""CrewAI's `Memory` on our storage, and the verbs of its `StorageBackend`, beside its own LanceDB."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import _pages
import pytest

pytest.importorskip("crewai.memory")

from crewai import BaseLLM
from crewai.memory.storage.backend import EmbeddingDimensionMismatchError, StorageBackend
from crewai.memory.storage.lancedb_storage import LanceDBStorage
from crewai.memory.types import MemoryRecord
from crewai.memory.unified_memory import Memory

import lukasa
from lukasa.integrations.crewai import LukasaStorage

DAY = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - CrewAI's times have no offset


@pytest.fixture
def ana() -> Iterator[lukasa.Handle]:
    with lukasa.Memory.open("memory:", embedder="hashing") as memory:
        yield memory.of("ana")


@pytest.fixture
def storage(ana: lukasa.Handle) -> LukasaStorage:
    return LukasaStorage(ana)


def record(id_: str, vector: list[float] | None, scope: str = "/", **fields: Any) -> MemoryRecord:
    return MemoryRecord(id=id_, content=f"Record {id_}.", scope=scope, embedding=vector, **fields)


RECORDS = [
    record("a", [1, 0], "/crew", categories=["food"], metadata={"topic": "tea"}, created_at=DAY),
    record("b", [0.6, 0.8], "/crew/one", categories=["food", "work"], created_at=DAY + timedelta(1)),
    record("c", [0, 1], "/crew/two/deep", categories=["work"], created_at=DAY + timedelta(2)),
    record("d", [-1, 0], "/crewed", importance=0.9, source="s1", private=True, created_at=DAY + timedelta(3)),
    record("e", None, created_at=DAY + timedelta(4)),
]


def ids(found: list[tuple[MemoryRecord, float]]) -> list[tuple[str, float]]:
    return [(each.id, round(score, 2)) for each, score in found]


def test_the_page(tmp_path: Path):
    assert _pages.run("crewai", tmp_path, "first").splitlines()[-1] == "I do not know."
    assert _pages.run("crewai", tmp_path, "second").splitlines()[-1] == "In Braga."


def test_records_come_back_as_they_were_and_are_replaced_by_id(storage: LukasaStorage):
    storage.save(RECORDS)

    assert isinstance(storage, StorageBackend)
    for each in RECORDS:
        found = storage.get_record(each.id)
        assert found is not None
        assert found.model_dump() == each.model_dump()
        assert found.embedding == pytest.approx(each.embedding)
    storage.update(record("a", [0, 1], "/elsewhere"))
    assert storage.get_record("a") == record("a", [0, 1], "/elsewhere", **times(storage, "a"))
    assert storage.count() == len(RECORDS)
    assert storage.get_record("z") is None


def times(storage: LukasaStorage, id_: str) -> dict[str, datetime]:
    found = storage.get_record(id_)
    assert found is not None
    return {"created_at": found.created_at, "last_accessed": found.last_accessed}


def test_a_search_ranks_by_cosine_within_what_is_asked_for(storage: LukasaStorage):
    storage.save(RECORDS)

    assert ids(storage.search([1, 0])) == [("a", 1.0), ("b", 0.6), ("c", 0.0), ("d", 0.0), ("e", 0.0)]
    assert ids(storage.search([1, 0], scope_prefix="/crew", limit=2)) == [("a", 1.0), ("b", 0.6)]
    assert ids(storage.search([0, 1], categories=["food"])) == [("b", 0.8), ("a", 0.0)]
    assert ids(storage.search([0, 1], metadata_filter={"topic": "tea"})) == [("a", 0.0)]
    assert ids(storage.search([0, 1], min_score=0.9)) == [("c", 1.0)]
    assert asyncio.run(storage.asearch([1, 0], limit=1))[0][0].id == "a"


def test_scopes_categories_and_lists(storage: LukasaStorage):
    asyncio.run(storage.asave(RECORDS))

    assert [each.id for each in storage.list_records()] == ["e", "d", "c", "b", "a"]
    assert [each.id for each in storage.list_records("/crew/", limit=2, offset=1)] == ["b", "a"]
    assert storage.list_scopes() == ["/crew", "/crewed"]
    assert storage.list_scopes("/crew") == ["/crew/one", "/crew/two"]
    assert storage.list_categories() == {"food": 2, "work": 2}
    assert storage.list_categories("/crew/two") == {"work": 1}
    info = storage.get_scope_info("/crew")
    assert (info.path, info.record_count, info.categories) == ("/crew", 3, ["food", "work"])
    assert (info.oldest_record, info.newest_record) == (DAY, DAY + timedelta(2))
    assert info.child_scopes == ["/crew/one", "/crew/two"]
    assert storage.get_scope_info("/none").record_count == 0


def test_what_is_deleted_is_what_is_named(storage: LukasaStorage, ana: lukasa.Handle):
    ana.remember("I am allergic to walnuts.")
    for criteria, left in [
        ({"record_ids": ["a", "z"]}, "bcde"),
        ({"record_ids": ["a"], "scope_prefix": "/crewed"}, "abcde"),
        ({"older_than": DAY + timedelta(2)}, "cde"),
        ({"older_than": (DAY + timedelta(2)).replace(tzinfo=UTC), "categories": ["work"]}, "acde"),
        ({"scope_prefix": "/crew"}, "de"),
        ({}, ""),
    ]:
        storage.save(RECORDS)
        assert storage.delete(**criteria) == len(RECORDS) - len(left)
        assert sorted(each.id for each in storage.list_records()) == list(left)
    storage.save(RECORDS)
    storage.reset("/crew")
    assert storage.count() == 2
    storage.reset()
    assert storage.count() == 0
    assert [turn.text for turn in ana.turns()] == ["I am allergic to walnuts."]


def test_vectors_of_another_embedder_are_refused(storage: LukasaStorage):
    storage.save(RECORDS)

    with pytest.raises(EmbeddingDimensionMismatchError, match="2-dimensional"):
        storage.save([record("f", [1, 0, 0])])
    with pytest.raises(EmbeddingDimensionMismatchError):
        storage.search([1, 0, 0])
    assert storage.count() == len(RECORDS)


def test_the_order_is_that_of_crewais_own_store(storage: LukasaStorage, tmp_path: Path):
    theirs = LanceDBStorage(path=tmp_path / "lance", compact_every=0)
    records = [record(str(n), [n / 10, (1 - (n / 10) ** 2) ** 0.5], f"/x/{n % 3}") for n in range(11)]
    for each in [theirs, storage]:
        each.save(records)

    for query in [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]:
        expected, found = (
            [each.id for each, _ in store.search(query, "/x", limit=5)] for store in [theirs, storage]
        )
        assert found == expected
    assert storage.list_scopes("/x") == theirs.list_scopes("/x")


def test_large_vectors_stay_out_of_what_is_searched_by_words(storage: LukasaStorage, ana: lukasa.Handle):
    storage.save([record("a", [n / 3072 for n in range(3072)])])

    assert [turn.text for turn in ana.turns()] == ["Record a."]
    found = storage.get_record("a")
    assert found is not None
    assert found.embedding is not None
    assert len(found.embedding) == 3072


class Silent(BaseLLM):
    """A model that has nothing to say."""

    def call(self, *_: Any, **__: Any) -> str:
        return ""


def test_crewais_memory_works_on_it(storage: LukasaStorage):
    memory = Memory(
        storage=storage, llm=Silent(model="silent"), embedder=lambda texts: [[1.0, 0.0]] * len(texts)
    )
    stored = memory.remember(
        "Ana is allergic to walnuts.", scope="/notes", categories=["food"], importance=0.5
    )

    assert stored is not None
    (found,) = memory.recall("walnuts", depth="shallow")
    assert found.record.content == "Ana is allergic to walnuts."
    assert (
        memory.update(stored.id, content="Ana is allergic to pecans.").content == "Ana is allergic to pecans."
    )
    assert [each.content for each in memory.list_records()] == ["Ana is allergic to pecans."]
    assert memory.forget(scope="/notes") == 1
    memory.close()
