"""LangChain: its standard tests of retrievers, vector stores and key-value stores, and a chat history, which has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_tests")

import _pages
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_tests.integration_tests import (
    BaseStoreAsyncTests,
    BaseStoreSyncTests,
    RetrieversIntegrationTests,
    VectorStoreIntegrationTests,
)

from lukasa import Handle, Memory
from lukasa.integrations.langchain import (
    LukasaByteStore,
    LukasaChatMessageHistory,
    LukasaRetriever,
    LukasaVectorStore,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def opened() -> Iterator[Memory]:
    with Memory.open("memory:", embedder="hashing") as memory:
        yield memory


@pytest.fixture
def ada(opened: Memory, request: pytest.FixtureRequest) -> Handle:
    return opened.of(user=request.node.nodeid)


class TestRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _said(self, ada: Handle) -> None:
        for text in ("Tea at eight.", "The tea is green.", "I like tea with milk.", "Trains leave at nine."):
            ada.remember(text, session="s", key=text)
        TestRetriever.handle = ada  # type: ignore[attr-defined]

    @property
    def retriever_constructor(self) -> type[LukasaRetriever]:
        return LukasaRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"handle": TestRetriever.handle}  # type: ignore[attr-defined]

    @property
    def retriever_query_example(self) -> str:
        return "which tea?"

    @pytest.fixture
    def retriever(self, _said: None) -> LukasaRetriever:
        return LukasaRetriever(**self.retriever_constructor_params)


class TestVectorStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, ada: Handle) -> LukasaVectorStore:
        return LukasaVectorStore(ada)


class TestBytes(BaseStoreSyncTests[bytes]):
    @pytest.fixture
    def kv_store(self, ada: Handle) -> LukasaByteStore:
        return LukasaByteStore(ada)

    @pytest.fixture
    def three_values(self) -> tuple[bytes, bytes, bytes]:
        return b"one", bytes(range(256)), b""


class TestJson(BaseStoreAsyncTests[Any]):
    @pytest.fixture
    def kv_store(self, ada: Handle) -> LukasaByteStore:
        return LukasaByteStore(ada)

    @pytest.fixture
    def three_values(self) -> tuple[Any, Any, Any]:
        return {"a": [1, None]}, "two", 3


def test_a_history_returns_its_messages_as_they_were(ada: Handle):
    said = [
        SystemMessage("Be kind."),
        HumanMessage("My name is Ada and I live in Lisbon.", name="Ada", id="1"),
        AIMessage("", tool_calls=[{"name": "lookup", "args": {"city": "Lisbon"}, "id": "c1"}]),
        ToolMessage("It rains in Lisbon.", tool_call_id="c1"),
        AIMessage([{"type": "text", "text": "It rains."}, {"type": "reasoning", "reasoning": "hm"}]),
    ]
    history = LukasaChatMessageHistory(ada, "s1")
    history.add_messages(said)

    assert LukasaChatMessageHistory(ada, "s1").messages == said
    assert LukasaChatMessageHistory(ada, "s2").messages == []
    assert all("rain" not in fact.text for fact in ada.facts())
    assert any("Lisbon" in fact.text for fact in ada.facts())

    history.clear()
    assert history.messages == ada.facts() == []
    history.add_messages(said)
    assert history.messages == said


def test_a_vector_store_filters_by_metadata(ada: Handle):
    store = LukasaVectorStore(ada)
    store.add_texts(["green tea", "black tea"], [{"topic": "green"}, {"topic": "black"}])

    (found,) = store.similarity_search("tea", filter={"metadata.topic": "black"})
    assert (found.page_content, found.metadata) == ("black tea", {"topic": "black"})


def test_the_program_of_the_page_remembers_in_a_second_process(tmp_path: Path):
    _pages.run("langchain", tmp_path, "first")

    assert "walnuts" in _pages.run("langchain", tmp_path, "second")
