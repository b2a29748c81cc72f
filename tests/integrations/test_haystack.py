"""Haystack's own tests of a document store, all of them, on ours; and the retriever in a pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("haystack.testing.document_store")

import _pages
from haystack import Pipeline
from haystack.components.writers import DocumentWriter
from haystack.dataclasses import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.testing import document_store as suite
from haystack.testing import document_store_async as async_suite

from lukasa import Memory
from lukasa.integrations.haystack import LukasaDocumentStore, LukasaRetriever

pytestmark = pytest.mark.anyio

BASES = tuple(
    value
    for value in vars(async_suite).values()
    if isinstance(value, type) and value.__name__.endswith("AsyncTest")
)


@pytest.fixture(scope="module")
def opened() -> Iterator[Memory]:
    with Memory.open("memory:", embedder="hashing") as memory:
        yield memory


@pytest.fixture
def document_store(opened: Memory, request: pytest.FixtureRequest) -> LukasaDocumentStore:
    return LukasaDocumentStore(user=request.node.nodeid, memory=opened)


class TestDocumentStore(
    suite.DocumentStoreBaseExtendedTests,
    suite.CountDocumentsByFilterTest,
    suite.CountUniqueMetadataByFilterTest,
    suite.GetMetadataFieldsInfoTest,
    suite.GetMetadataFieldMinMaxTest,
    suite.GetMetadataFieldUniqueValuesTest,
):
    @pytest.fixture
    def document_store(self, opened: Memory, request: pytest.FixtureRequest) -> LukasaDocumentStore:
        return LukasaDocumentStore(user=request.node.nodeid, memory=opened)

    def test_write_documents(self, document_store: LukasaDocumentStore):
        document = Document(content="test doc")
        assert document_store.write_documents([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents([document])
        assert document_store.filter_documents() == [document]


class TestAsync(*BASES):  # type: ignore[misc]
    async def test_write_documents_async(self, document_store: LukasaDocumentStore):
        document = Document(content="test doc")
        assert await document_store.write_documents_async([document]) == 1
        assert await document_store.filter_documents_async() == [document]


def test_a_pipeline_writes_and_finds(document_store: LukasaDocumentStore):
    writing = Pipeline()
    writing.add_component("writer", DocumentWriter(document_store))
    documents = [
        Document(content="Ada is allergic to walnuts", meta={"topic": "food", "day": {"of": 1}}),
        Document(content="The train to Faro leaves at nine", meta={"topic": "travel"}),
        Document(content=None, meta={"topic": "food"}),
    ]
    writing.run({"writer": {"documents": documents}})

    finding = Pipeline()
    finding.add_component("retriever", LukasaRetriever(document_store, top_k=2))
    found = finding.run({"retriever": {"query": "allergic to walnuts"}})["retriever"]["documents"]
    assert [each.content for each in found] == [documents[0].content, documents[1].content]
    assert 0 < found[1].score < found[0].score <= 1
    travel = {"field": "meta.topic", "operator": "==", "value": "travel"}
    (train,) = document_store.search("walnuts", filters=travel)
    assert train.meta == {"topic": "travel"}
    nested = {"field": "meta.day.of", "operator": "==", "value": 1}
    assert document_store.filter_documents(nested) == [documents[0]]


def test_store_and_retriever_are_made_again_from_what_they_say_of_themselves(tmp_path: Path):
    store = LukasaDocumentStore(str(tmp_path / "memory.lukasa"), user="ada", collection="notes")
    store.write_documents([Document(content="tea")])
    store.close()

    retriever = LukasaRetriever.from_dict(LukasaRetriever(store, top_k=3).to_dict())
    assert (retriever.top_k, retriever.document_store.count_documents()) == (3, 1)
    retriever.document_store.close()


def test_the_program_of_the_page_remembers_in_a_second_process(tmp_path: Path):
    _pages.run("haystack", tmp_path, "first")

    assert "walnuts" in _pages.run("haystack", tmp_path, "second")
