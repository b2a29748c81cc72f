"""The tools for models, used by the official client: over standard input and output, and over HTTP."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import INVALID_PARAMS
from served import Served, served

from lukasa import AsyncMemory, Settings
from lukasa.surfaces.cli.main import make_app
from lukasa.surfaces.mcp.server import PROFILE, make_server

pytestmark = pytest.mark.anyio

SAID = "I live in Lisbon, and my dog is called Quixote."


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Take back what the library does to the logs of the process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def process(db: Path, user: str) -> StdioServerParameters:
    arguments = ["-m", "lukasa.surfaces.cli.main", "mcp", "--db", str(db), "--user", user]
    return StdioServerParameters(command=sys.executable, args=arguments, env={**os.environ})  # noqa: TID251


async def told(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    return result.structured_content


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return result.content[0].text  # type: ignore[union-attr]


async def test_what_one_process_remembers_another_recalls(tmp_path: Path):
    db = tmp_path / "m.lukasa"
    async with Client(process(db, "ana")) as client:
        stored = await told(client, "remember", text=SAID, speaker="Ana")

    async with Client(process(db, "ana")) as client:
        found = await told(client, "recall", question="What is my dog called?")
        profile = await client.read_resource(PROFILE)
    async with await AsyncMemory.open(db, settings=Settings(embedder="hashing")) as memory:
        others = await memory.of("me").turns()

    assert [hit["id"] for hit in found["hits"]][:1] == stored["turns"]
    assert "Lisbon" in profile.contents[0].text  # type: ignore[union-attr]
    assert others == []


async def test_the_tools_say_what_they_are_for():
    memory = await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"))
    async with memory, Client(make_server(lambda _, __: memory.of("ana"))) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        resources = (await client.list_resources()).resources

    assert list(tools) == ["remember", "recall", "facts", "correct", "forget", "why"]
    for tool in tools.values():
        assert "\nUse " in (tool.description or "")
        assert tool.output_schema is not None
        assert tool.annotations is not None
        assert not {"user", "tenant", "partition"} & tool.input_schema["properties"].keys()
        assert all(
            "description" in each or "default" in each for each in tool.input_schema["properties"].values()
        )
    looking = [name for name, tool in tools.items() if tool.annotations and tool.annotations.read_only_hint]
    assert looking == ["recall", "facts", "why"]
    assert [str(resource.uri) for resource in resources] == [PROFILE]
    assert (
        len(json.dumps([tool.model_dump(mode="json", exclude={"output_schema"}) for tool in tools.values()]))
        < 9_000
    )


async def test_a_fact_is_stated_corrected_explained_and_forgotten():
    memory = await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"))
    async with memory, Client(make_server(lambda _, __: memory.of("ana"))) as client:
        proposed = {
            "text": "Ana's dog is called Quixote.",
            "subject": "Ana",
            "quote": "my dog is called Quixote",
        }
        stored = await told(client, "remember", text=SAID, speaker="Ana", facts=[proposed], user="ben")
        listed = await told(client, "facts", subject="Ana")
        fact = next(fact["id"] for fact in listed["facts"] if "Lisbon" in fact["text"])
        corrected = await told(
            client, "correct", fact=fact, text="Ana lives near Lisbon.", reason="she said so"
        )
        grounds = await told(client, "why", fact=fact)
        preview = await told(client, "forget", ids=[fact])
        still = await told(client, "facts")
        gone = await told(client, "forget", ids=[fact], dry_run=False)
        left = await told(client, "facts")
        users = [partition.user for partition in await memory.partitions()]
        wrong = [
            await refused(client, "why", fact="f_nothing"),
            await refused(client, "remember", text=""),
            await refused(client, "recall", question="x", limit=0),
            await refused(client, "forget", ids=[]),
        ]

    assert len(stored["facts"]) >= 2
    assert users == ["ana"]
    assert corrected["text"] == "Ana lives near Lisbon."
    assert grounds["quotations"][0]["quote"] in SAID
    assert len(grounds["changes"]) == 2
    assert (preview["texts"], preview["hidden"]) == (["Ana lives near Lisbon."], [])
    assert fact in [each["id"] for each in still["facts"]]
    assert gone["hidden"] == [fact]
    assert fact not in [each["id"] for each in left["facts"]]
    assert "no fact 'f_nothing'" in wrong[0]


async def test_a_prompt_that_is_not_there_is_no_failure_of_ours():
    memory = await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"))
    async with memory, Client(make_server(lambda *_: memory.of("ana"))) as client:
        with pytest.raises(MCPError) as refused:
            await client.get_prompt("none")

    assert refused.value.error.code == INVALID_PARAMS


async def test_the_configuration_of_the_guide_is_understood():
    guide = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text("utf-8")
    (configuration,) = [json.loads(line) for line in guide.splitlines() if line.startswith("{")]

    make_app().parse_args(configuration["mcpServers"]["lukasa"]["args"])


# --- over HTTP


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("mcp")) as server:
        yield server


async def test_over_http_the_key_says_whose_memory_it_is(server: Served):
    async def recalled(secret: str) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{server.url}/mcp", http_client=http)) as client,
        ):
            return await told(
                client, "recall", question="What is the dog called?"
            ), await client.read_resource(PROFILE)

    ana, ben = server.key(user="ana", role="write"), server.key(user="ben", role="read")
    other = server.key(user="ana", role="read", tenant="other")
    with server.client(ana) as client:
        client.post("/v1/users/ana/turns", json={"messages": SAID}).raise_for_status()

    found, _ = await recalled(ana)
    assert found["hits"][0]["text"] == SAID
    for secret in (ben, other):
        found, profile = await recalled(secret)
        assert found["hits"] == []
        assert profile.contents[0].text.startswith("Nothing is known")


async def test_over_http_nobody_comes_in_without_a_key_of_one_user(server: Served):
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "remember", "arguments": {"text": SAID}},
    }
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}

    def sent(secret: str | None, **more: str) -> httpx2.Response:
        with server.client(secret) as client:
            return client.post("/mcp", json=call, headers={**headers, **more})

    reader = server.key(user="ana", role="read")
    assert sent(None).status_code == 401
    assert sent(server.key()).status_code == 403
    assert sent(reader, Origin="https://evil.example").status_code == 403
    assert sent(reader, Host="evil.example").status_code == 403
    refusal = sent(reader).json()["result"]
    assert refusal["isError"]
    assert "role write" in refusal["content"][0]["text"]
