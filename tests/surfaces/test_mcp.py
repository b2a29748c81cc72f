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
    async with await AsyncMemory.open(db, settings=Settings(embedder="hashing")) as memory:
        async with Client(make_server(lambda _, __: memory.of("ana"))) as client:
            before = await told(client, "remember", text=SAID, speaker="Ana")

        async with Client(process(db, "ana")) as client:
            found = await told(client, "recall", question="What is my dog called?")
            profile = await client.read_resource(PROFILE)
            after = await told(client, "remember", text="He is old.", speaker="Ana")
        turns = [turn.id for turn in await memory.of("ana").turns()]
        others = await memory.of("me").turns()

    assert [hit["id"] for hit in found["hits"]][:1] == before["turns"]
    assert "Lisbon" in profile.contents[0].text  # type: ignore[union-attr]
    assert turns == [*before["turns"], *after["turns"]]
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


# --- the tools of the reference memory server ------------------------------------------------------------------------


async def graph_tool(client: Client, tool: str, **arguments: Any) -> Any:
    """Return what a tool says as text, as the reference server's clients read it, after a look at its structure."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    text = result.content[0].text  # type: ignore[union-attr]
    if not text.startswith(("[", "{")):
        assert result.structured_content == {"success": True, "message": text}
        return text
    plain = json.loads(text)
    structured = result.structured_content or {}
    assert plain == (structured if isinstance(plain, dict) else next(iter(structured.values())))
    return plain


async def test_whoever_used_the_reference_memory_server_finds_its_tools():
    memory = await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"))
    john = {"name": "John_Smith", "entityType": "person", "observations": ["Speaks fluent Spanish"]}
    acme = {"name": "Acme", "entityType": "organization", "observations": []}
    works = {"from": "John_Smith", "to": "Acme", "relationType": "works_at"}
    async with memory, Client(make_server(lambda _, __: memory.of("ana"), "knowledge-graph")) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert await graph_tool(client, "create_entities", entities=[john, acme, acme]) == [john, acme]
        assert await graph_tool(client, "create_entities", entities=[john]) == []
        assert await graph_tool(client, "create_relations", relations=[works, works]) == [works]
        assert await graph_tool(client, "create_relations", relations=[works]) == []
        contents = ["Speaks fluent Spanish", "John_Smith: plays chess", "John_Smith was in Rome."]
        added = [{"entityName": "John_Smith", "contents": contents}]
        assert await graph_tool(client, "add_observations", observations=added) == [
            {"entityName": "John_Smith", "addedObservations": contents[1:]}
        ]
        john["observations"] = contents
        whole = {"entities": [john, acme], "relations": [works]}
        assert await graph_tool(client, "read_graph") == whole
        assert await graph_tool(client, "search_nodes", query="CHESS") == {**whole, "entities": [john]}
        asked = await graph_tool(client, "search_nodes", query="Who speaks Spanish?")
        assert john in asked["entities"]
        assert await graph_tool(client, "open_nodes", names=["Acme", "nobody"]) == {
            **whole,
            "entities": [acme],
        }
        (hit,) = (await memory.of("ana").recall("Who plays chess?", limit=1)).hits
        assert hit.text == "John_Smith: John_Smith: plays chess"
        assert await memory.of("ben").facts() == []
        wrong = await refused(client, "create_relations", relations=[{**works, "to": "Nowhere"}])
        assert wrong.endswith(": Entity with name Nowhere not found")
        elsewhere = [{**added[0], "entityName": "x"}]
        wrong = await refused(client, "add_observations", observations=elsewhere)
        assert wrong.endswith(": Entity with name x not found")

    assert names == [
        *("create_entities", "create_relations", "add_observations"),
        *("delete_entities", "delete_observations", "delete_relations"),
        *("read_graph", "search_nodes", "open_nodes"),
    ]


async def test_an_entity_that_cannot_be_stored_whole_is_not_stored_at_all():
    memory = await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"))
    rex = {"name": "Rex", "entityType": "dog", "observations": ["barks", "x" * 30_000]}
    async with memory, Client(make_server(lambda _, __: memory.of("ana"), "knowledge-graph")) as client:
        result = await client.call_tool("create_entities", {"entities": [rex]})
        whole = {**rex, "observations": ["barks", "is brown"]}

        assert result.is_error
        assert await graph_tool(client, "create_entities", entities=[whole]) == [whole]


async def test_what_the_tools_of_the_graph_delete_is_hidden_and_can_be_said_again():
    memory = await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"))
    rex = {"name": "Rex", "entityType": "dog", "observations": ["barks", "is brown"]}
    tom = {"name": "Tom", "entityType": "cat", "observations": []}
    fears = {"from": "Tom", "to": "Rex", "relationType": "fears"}
    async with memory, Client(make_server(lambda _, __: memory.of("ana"), "knowledge-graph")) as client:
        ana = memory.of("ana")
        await ana.remember("I live in Lisbon.")
        await graph_tool(client, "create_entities", entities=[rex, tom])
        await graph_tool(client, "create_relations", relations=[fears])
        gone = [
            {"entityName": "Rex", "observations": ["barks", "sings"]},
            {"entityName": "x", "observations": []},
        ]
        assert await graph_tool(client, "delete_observations", deletions=gone) == (
            "Deleted 1 of 2 observations. Entities not found: x"
        )
        assert (
            await graph_tool(client, "delete_relations", relations=[fears])
            == "Relations deleted successfully"
        )
        assert await graph_tool(client, "delete_relations", relations=[fears]) == (
            "Deleted 0 of 1 relations. The rest matched nothing."
        )
        await graph_tool(client, "create_relations", relations=[fears])
        assert await graph_tool(client, "delete_entities", entityNames=["Rex", "x"]) == (
            "Deleted 1 of 2 entities. Not found: x"
        )
        user = {"name": "User", "entityType": "unknown", "observations": ["User lives in Lisbon"]}
        assert await graph_tool(client, "read_graph") == {"entities": [user, tom], "relations": []}
        assert not [turn.text for turn in await ana.turns() if "Rex" in turn.text]
        await graph_tool(client, "delete_entities", entityNames=["User"])
        assert "I live in Lisbon." in [turn.text for turn in await ana.turns()]
        assert await graph_tool(client, "create_entities", entities=[rex]) == [rex]
        assert await graph_tool(client, "read_graph") == {"entities": [rex, tom], "relations": []}


def test_the_command_line_chooses_the_tools(monkeypatch: pytest.MonkeyPatch):
    served_with: list[str] = []
    monkeypatch.setattr(
        "lukasa.surfaces.mcp.stdio.serve_stdio", lambda _, toolset, **__: served_with.append(toolset)
    )
    app = make_app()
    for more in ([], ["--tools", "knowledge-graph"]):
        app(["mcp", *more], result_action="return_value")

    assert served_with == ["memory", "knowledge-graph"]
