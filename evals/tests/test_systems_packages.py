"""Real packages under test, each where it is installed (see PEERS.md), with a model that fills in whatever form it is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from _story import conversation, tools

from lukasa.errors import ProviderDownError
from lukasa.ports.llm import LLMReply, LLMRequest, ToolCall
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.catalogue import SYSTEMS
from lukasa_evals.systems.openai_memory import OpenAIMemory

NOW = datetime(2024, 6, 22, tzinfo=UTC)
FACT = "Ines lives in Braga"

PACKAGES = ["mem0", "langmem", "zep-graphiti"]


def obliging(request: LLMRequest) -> LLMReply:
    """Fill in the form of the reply, or of the first function, with one fact."""
    if request.tools:
        tool = request.tools[0]
        return LLMReply(calls=(ToolCall(tool.name, json.dumps(_filled(tool.schema, tool.schema))),))
    if request.shape is not None and request.shape.schema.get("properties"):
        return LLMReply(text=json.dumps(_filled(request.shape.schema, request.shape.schema)))
    return LLMReply(text=json.dumps({"memory": [{"text": f"{FACT}."}]}))


def _filled(node: Any, whole: Mapping[str, Any]) -> Any:
    if "$ref" in node:
        return _filled(whole["$defs"][node["$ref"].split("/")[-1]], whole)
    if "anyOf" in node:
        return _filled(node["anyOf"][0], whole)
    if node.get("type") == "object":
        return {name: _filled(each, whole) for name, each in node.get("properties", {}).items()}
    if node.get("type") == "array":
        return [_filled(node.get("items", {"type": "string"}), whole)]
    return node["enum"][0] if "enum" in node else _PLAIN.get(node.get("type"), FACT)


_PLAIN = {"integer": 0, "number": 0, "boolean": False}


def _or_skip(name: str) -> None:
    """Skip where a package is absent, without importing it: it must be silenced before."""
    if find_spec(SYSTEMS[name].package) is None:
        pytest.skip(f"{SYSTEMS[name].package} is not installed (see PEERS.md)")


@pytest.mark.anyio
@pytest.mark.parametrize("name", PACKAGES)
async def test_a_package_runs_from_the_conversation_to_an_answer(tmp_path: Path, name: str):
    _or_skip(name)
    model = ScriptedLLM(obliging)
    with tools(tmp_path, llm=model) as given:
        system = SYSTEMS[name].build(given)
        await system.ingest(conversation())
        found = await system.answer("Ines lives in Braga", NOW)
        stats = await system.stats()
        await system.aclose()
    assert FACT in found.text
    assert stats.items >= 1
    assert len(model.requests) >= 2


@pytest.mark.anyio
@pytest.mark.parametrize("name", PACKAGES)
async def test_a_model_that_is_down_is_told_as_such(tmp_path: Path, name: str):
    _or_skip(name)
    with tools(tmp_path, llm=ScriptedLLM([ProviderDownError("no route")])) as given:
        system = SYSTEMS[name].build(given)
        with pytest.raises((ProviderDownError, EvalError), match="no route"):
            await system.ingest(conversation())
        await system.aclose()


@pytest.mark.anyio
async def test_openais_memory_is_all_that_was_saved_with_its_dates(tmp_path: Path):
    def saves(request: LLMRequest) -> LLMReply:
        return LLMReply(
            text=json.dumps(
                {"memories": [FACT if "Braga" in request.messages[-1].text else "Olu gardens", " "]}
            )
        )

    with tools(tmp_path, llm=ScriptedLLM(saves, name="openai:gpt-test")) as given:
        system = OpenAIMemory(given)
        await system.ingest(conversation())
        found = await system.answer("Where?", NOW)
        assert found.text == f"[03 March 2024] Olu gardens\n[21 June 2024] {FACT}"
        assert (await system.stats()).items == 2


def test_openais_memory_is_no_other_models(tmp_path: Path):
    with (
        tools(tmp_path, llm=ScriptedLLM(["{}"], name="ollama:x")) as given,
        pytest.raises(EvalError, match="openai:"),
    ):
        OpenAIMemory(given)
