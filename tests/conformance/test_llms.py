"""Every language model passes the same suite: over HTTP against a real server, and the fakes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from lukasa.adapters.llms.openai_compatible import OpenAICompatibleLLM
from lukasa.adapters.llms.pydantic_ai import PydanticAILLM
from lukasa.adapters.wrappers.limited import LimitedLLM
from lukasa.adapters.wrappers.priced import PricedLLM
from lukasa.adapters.wrappers.recorded import RecordedLLM
from lukasa.adapters.wrappers.retried import RetriedLLM
from lukasa.adapters.wrappers.traced import TracedLLM
from lukasa.ports.llm import LLM, LLMReply, LLMRequest, ToolCall
from lukasa.testing.chat_endpoint import ChatEndpoint, tool_call
from lukasa.testing.conformance.llm import LLMContract
from lukasa.testing.llm import ScriptedLLM


def obliging(body: Mapping[str, Any]) -> str | dict[str, Any]:
    """Answer as a good model does: with the tool, in the shape, or in words."""
    if body.get("tools"):
        return tool_call(body["tools"][0]["function"]["name"], {"name": "teal"})
    text = str(body["messages"])
    if "response_format" in body or "JSON schema" in text:
        return json.dumps({"name": "teal"})
    if "functions" in text:
        return json.dumps({"name": "colour", "arguments": {"name": "teal"}})
    return "Hello there, friend."


REFUSALS: list[tuple[str, ...]] = [
    (),
    ("json_schema",),
    ("json_schema", "json_object"),
    ("temperature",),
    ("max_tokens",),
    ("tool_choice",),
    ("tools", "json_schema", "json_object", "temperature", "max_tokens"),
]


@pytest.fixture(params=REFUSALS, ids=lambda refuses: "+".join(refuses) or "accepts all")
def endpoint(request: pytest.FixtureRequest) -> Iterator[ChatEndpoint]:
    with ChatEndpoint(answer=obliging, refuses=request.param) as endpoint:
        yield endpoint


class TestOpenAICompatible(LLMContract):
    @pytest.fixture
    async def llm(self, endpoint: ChatEndpoint) -> AsyncIterator[LLM]:
        llm = OpenAICompatibleLLM(endpoint.base_url, "test-model", api_key="sk-test")
        yield llm
        await llm.aclose()


class TestPydanticAI(LLMContract):
    @pytest.fixture
    async def llm(self) -> AsyncIterator[LLM]:
        with ChatEndpoint(answer=obliging) as endpoint:
            provider = OpenAIProvider(base_url=endpoint.base_url, api_key="sk-test")
            async with provider.client:
                yield PydanticAILLM(OpenAIChatModel("gpt-4.1-mini", provider=provider))


def scripted(request: LLMRequest) -> LLMReply | str:
    if request.tools:
        return LLMReply(calls=(ToolCall("colour", '{"name": "teal"}'),))
    return '{"name": "teal"}' if request.shape else "Hello there, friend."


class TestScripted(LLMContract):
    @pytest.fixture
    async def llm(self) -> LLM:
        return ScriptedLLM(scripted)


class TestWrapped(LLMContract):
    @pytest.fixture
    async def llm(self, tmp_path: Path) -> LLM:
        wrapped = TracedLLM(PricedLLM(ScriptedLLM(scripted)))
        return RecordedLLM(RetriedLLM(LimitedLLM(wrapped, per_minute=100)), tmp_path / "replies.jsonl")
