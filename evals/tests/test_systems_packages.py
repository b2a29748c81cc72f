"""Real packages under test, each where it is installed (see PEERS.md), with a model that does their work by a simple rule."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from _evals_story import conversation, tools

from lukasa.errors import ProviderDownError
from lukasa.ports.llm import LLM, LLMReply, LLMRequest, ToolCall
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.answers.calls import Calls, Kept
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.catalogue import SYSTEMS
from lukasa_evals.systems.system import Found, Stats
from lukasa_evals.systems.zep_cloud import ZepCloud

NOW = datetime(2024, 6, 22, tzinfo=UTC)
FACT = "Ines lives in Braga"
QUESTION = "Where does Ines live?"


# Packages warn of what they use of one another.
pytestmark = pytest.mark.filterwarnings("default")


def attentive(request: LLMRequest) -> LLMReply:
    """Do a memory model's work by the simplest rule there is: who says "I live in X" lives there, and nowhere else any more."""
    told = request.messages[-1].text
    if request.tools:
        names = {tool.name for tool in request.tools}
        calls = [ToolCall("Memory", json.dumps({"content": fact})) for _, _, fact in _facts(told)]
        nothing = ToolCall("reply_in_words" if "reply_in_words" in names else "PatchDoc", json.dumps(NOTHING))
        return LLMReply(calls=tuple(calls) or (nothing,))
    made = _of_mem0 if request.shape is None else _OF_GRAPHITI[request.shape.name]
    return LLMReply(text=json.dumps(made(told)))


NOTHING = {"text": "", "json_doc_id": "", "planned_edits": "", "patches": []}


def _facts(told: str) -> list[tuple[str, str, str]]:
    """Return who lives where, and the fact."""
    found = re.findall(r"(Ines|Olu): [^\n]*?I live in (\w+)", told)
    return [(who, place, f"{who} lives in {place}") for who, place in found]


def _of_mem0(told: str) -> object:
    new, _, rest = told.rpartition("## New Messages")[2].partition("## Observation Date")
    said_on, current = re.findall(r"\d{4}-\d\d-\d\d", rest)
    assert said_on == current
    return {"memory": [{"text": f"{fact}, as of {said_on}."} for _, _, fact in _facts(new)]}


def _within(told: str, tag: str) -> str:
    return told.rpartition(f"<{tag}>")[2].partition(f"</{tag}>")[0]


def _entities(told: str) -> object:
    names = {name for who, place, _ in _facts(_within(told, "CURRENT MESSAGE")) for name in (who, place)}
    return {"extracted_entities": [{"name": name, "entity_type_id": 0} for name in sorted(names)]}


def _edges(told: str) -> object:
    when = _within(told, "REFERENCE_TIME").partition("#")[0].strip()
    return {
        "edges": [
            {
                "source_entity_name": who,
                "target_entity_name": place,
                "relation_type": "LIVES_IN",
                "fact": fact,
                "valid_at": when,
                "invalid_at": None,
                "episode_indices": [0],
            }
            for who, place, fact in _facts(_within(told, "CURRENT_MESSAGE"))
        ]
    }


def _contradicted(told: str) -> object:
    older = re.findall(r"['\"]idx['\"]: (\d+)", _within(told, "FACT INVALIDATION CANDIDATES"))
    return {"duplicate_facts": [], "contradicted_facts": [int(number) for number in older]}


_OF_GRAPHITI: Mapping[str, Callable[[str], object]] = {
    "ExtractedEntities": _entities,
    "ExtractedEdges": _edges,
    "EdgeDuplicate": _contradicted,
    "NodeResolutions": lambda _: {"entity_resolutions": []},
    "SummarizedEntities": lambda _: {"summaries": []},
    "EdgeTimestamps": lambda told: {"valid_at": _within(told, "REFERENCE TIME").strip(), "invalid_at": None},
}


def _or_skip(package: str) -> None:
    """Skip where a package is absent, without importing it: it must be silenced before."""
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed (see PEERS.md)")


@pytest.fixture
def called_out(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Refuse, and note, whatever would leave this machine: names that are looked up, and connections."""
    noted: list[object] = []
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def refuse(what: object) -> None:
        noted.append(what)
        raise OSError(f"{what!r} is not this machine")

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        return look_up(host, *rest, **more) if host in HERE else refuse(host)

    def connected(self: socket.socket, address: Any) -> None:
        here = self.family == socket.AF_UNIX or address[0] in HERE
        return connect(self, address) if here else refuse(address)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket.socket, "connect", connected)
    return noted


HERE = {"127.0.0.1", "localhost", "::1", None}

SHOWN = {
    "mem0": [
        "Memories for user Ines:",
        "- 03 March 2024: Ines lives in Porto, as of 2024-03-03.",
        "- 21 June 2024: Ines lives in Braga, as of 2024-06-21.",
        "Memories for user Olu:",
        "- 03 March 2024: Ines lives in Porto, as of 2024-03-03.",
        "- 21 June 2024: Ines lives in Braga, as of 2024-06-21.",
    ],
    "langmem": ["- Ines lives in Braga", "- Ines lives in Porto"],
    "zep-graphiti": [
        "Facts:",
        "- Ines lives in Porto (03 March 2024 – 21 June 2024)",
        "- Ines lives in Braga (21 June 2024 – present)",
        "Entities:",
        "- Ines: Ines lives in Porto / Ines lives in Braga",
        "- Braga: Ines lives in Braga",
        "- Porto: Ines lives in Porto",
    ],
}
"""What each package makes of the two sessions, in any order."""

KEPT = {"mem0": 4, "langmem": 2, "zep-graphiti": 5}
"""Memories; facts and entities."""


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _asked(name: str, folder: Path, llm: LLM, question: str = QUESTION) -> tuple[Found, Stats]:
    with tools(_new(folder), llm=llm) as given:
        system = SYSTEMS[name].build(given)
        try:
            await system.ingest(conversation())
            return await system.answer(question, NOW), await system.stats()
        finally:
            await system.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("name", SHOWN)
async def test_a_package_keeps_what_was_said_and_when_and_calls_nobody(
    tmp_path: Path, name: str, called_out: list[object]
):
    _or_skip(SYSTEMS[name].package)
    found, stats = await _asked(name, tmp_path / "first", ScriptedLLM(attentive))
    # A summary has a line a fact.
    lines = re.sub(r"(?m)^(- Ines: .*)\n(Ines)", r"\1 / \2", found.text).splitlines()
    assert sorted(line for line in lines if line) == sorted(SHOWN[name])
    assert stats.items == KEPT[name]
    assert stats.tokens > 0
    assert called_out == []


@pytest.mark.anyio
@pytest.mark.parametrize("name", SHOWN)
async def test_a_second_run_is_answered_by_the_record_of_the_first(tmp_path: Path, name: str):
    _or_skip(SYSTEMS[name].package)
    kept = tmp_path / "calls.jsonl"
    model = ScriptedLLM(attentive)
    first = await _asked(name, tmp_path / "first", Calls(Kept(kept), "scripted", model))
    again = await _asked(name, tmp_path / "again", Calls(Kept(kept), "scripted", inner=None))
    assert model.requests
    assert again[0] == first[0]


@pytest.mark.anyio
@pytest.mark.parametrize("name", SHOWN)
async def test_a_model_that_is_down_is_told_as_such(tmp_path: Path, name: str):
    _or_skip(SYSTEMS[name].package)
    with pytest.raises(ProviderDownError, match="no route"):
        await _asked(name, tmp_path / "first", ScriptedLLM([ProviderDownError("no route")]))


@pytest.mark.anyio
async def test_graphiti_finds_a_fact_by_one_word_of_a_question(tmp_path: Path):
    _or_skip("graphiti_core")
    # Too far from both facts for the search by meaning, and with a mark that is a wildcard to the database.
    question = "Among those old towns up north, is Braga by any chance somebody's home these days?"
    found, _ = await _asked("zep-graphiti", tmp_path / "first", ScriptedLLM(attentive), question)
    facts = found.text.partition("Entities:")[0].splitlines()
    assert "- Ines lives in Braga (21 June 2024 – present)" in facts
    assert not any("Porto" in fact for fact in facts)


@pytest.mark.anyio
async def test_a_package_that_breaks_is_named_with_its_version(tmp_path: Path):
    _or_skip("mem0")
    with tools(tmp_path, llm=ScriptedLLM(attentive)) as given:
        system = SYSTEMS["mem0"].build(given)
        await system.ingest(conversation())
        with pytest.raises(EvalError, match=r"mem0ai \d+\.\d+\.\d+ failed: "):
            await system.answer("", NOW)
        await system.aclose()


SOURCES = {"episode_uuids": [], "episode_uuids_truncated": False}


class Zep:
    """A stand-in for the service: keeps messages, and finds every fact; its second task fails if asked to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.messages: list[dict[str, Any]] = []
        self._status = ["processing", "failed" if fails else "succeeded"]
        self._looks = 0

    def reply(self, request: Any) -> Any:
        import httpx  # noqa: PLC0415 - zep-cloud brings it

        return httpx.Response(200, json=self._made(request.url.path, json.loads(request.content or "{}")))

    def _made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith("/messages"):
            self.messages += body["messages"]
            return {"messages": [], "task": {"uuid": "task-1", "status": "pending"}}
        if "/tasks/" in path:
            self._looks += 1
            return {"uuid": "task-1", "status": self._status[self._looks % 2 == 0]}
        if path.endswith("/search/edges"):
            found = _facts("\n".join(f"{each['name']}: {each['content']}" for each in self.messages))
            return {"items": [{"fact": fact, "valid_at": "2024", **SOURCES} for _, _, fact in found]}
        if path.endswith("/search/nodes"):
            return {"items": [{"name": "Ines", "summary": "A cellist.", **SOURCES}]}
        return {"uuid": path.rpartition("/")[2]}


@pytest.fixture
def zep(monkeypatch: pytest.MonkeyPatch) -> Callable[[Zep], Any]:
    """Make a real client that talks to a stand-in."""
    _or_skip("zep_cloud")
    monkeypatch.setattr("lukasa_evals.systems.zep_cloud._LOOK", 0.0)

    def client(service: Zep) -> Any:
        import httpx  # noqa: PLC0415
        from zep_cloud.client import AsyncZep  # noqa: PLC0415

        transport = httpx.MockTransport(service.reply)
        return AsyncZep(api_key="none", httpx_client=httpx.AsyncClient(transport=transport))

    return client


@pytest.mark.anyio
async def test_zep_is_sent_every_message_with_its_time_and_shows_facts_and_entities(
    tmp_path: Path, zep: Callable[[Zep], Any]
):
    service = Zep()
    with tools(tmp_path) as given:
        system = ZepCloud(given, client=zep(service))
        await system.ingest(conversation())
        found = await system.answer("Where does Ines live?", NOW)
        stats = await system.stats()
        await system.aclose()
    assert len(service.messages) == 8
    assert service.messages[2] == {
        "role": "user",
        "name": "Ines",
        "content": "My sister Petra adopted a cat named Miso. [shares a photo: a grey cat on a piano]",
        "reference_time": "2024-03-03T09:05:00+00:00",
    }
    assert found.text == (
        "Facts:\n- Ines lives in Porto (2024 – present)\n- Ines lives in Braga (2024 – present)"
        "\n\nEntities:\n- Ines: A cellist."
    )
    assert stats.items == 3


@pytest.mark.anyio
async def test_zep_that_cannot_take_messages_in_says_so(tmp_path: Path, zep: Callable[[Zep], Any]):
    with tools(tmp_path) as given, pytest.raises(EvalError, match="its task is failed"):
        await ZepCloud(given, client=zep(Zep(fails=True))).ingest(conversation())


@pytest.mark.anyio
async def test_zep_that_refuses_is_named_with_its_version(tmp_path: Path, zep: Callable[[Zep], Any]):
    class Refusing(Zep):
        def reply(self, request: Any) -> Any:
            import httpx  # noqa: PLC0415

            return httpx.Response(401, json={"message": "unauthorized"})

    with tools(tmp_path) as given, pytest.raises(EvalError, match=r"zep-cloud \d+\.\d+\.\d+ failed: "):
        await ZepCloud(given, client=zep(Refusing())).ingest(conversation())
