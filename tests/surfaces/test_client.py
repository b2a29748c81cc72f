"""A memory at a server has the verbs, the results and the errors of a memory of this process."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import runpy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from served import NOW, Served, served

from lukasa import (
    Answer,
    AsyncClient,
    AsyncHandle,
    AsyncMemory,
    CandidateFact,
    Client,
    Guidance,
    Handle,
    Memory,
    Settings,
)
from lukasa.domain.filter import AllOf, Compare, Not
from lukasa.errors import (
    AccessError,
    ClosedError,
    ConfigError,
    InputError,
    LukasaError,
    ServerDownError,
    ServerError,
)
from lukasa.integrations.documents import Documents, Put
from lukasa.policy import ClientPolicy
from lukasa.remote import handle as remote
from lukasa.remote.connection import Connection, Request
from lukasa.remote.handle import RemoteHandle
from lukasa.surfaces.cli.main import main
from lukasa.testing.endpoint import EndpointRequest, FakeEndpoint, Reply
from lukasa.testing.llm import ScriptedLLM

SAID: list[Mapping[str, object]] = [
    {
        "role": "user",
        "name": "Alice",
        "content": "I live in Lisbon.",
        "at": datetime(2026, 11, 23, 10, tzinfo=UTC),
    },
    {"role": "user", "name": "Alice", "content": "I work at Acme.", "at": "2026-11-23T10:01:00Z"},
    {
        "role": "user",
        "name": "Alice",
        "content": "My sister Eva lives in Graz.",
        "at": "2026-11-23T10:02:00Z",
    },
]
TEA = CandidateFact(
    "Alice likes green tea.", subject="Alice", kind="preference", when=date(2026, 11, 20), quote="green tea"
)
REPLIES = ["Alice lives in Lisbon [1]."] * 50
ANYONE = "../a ?%/ü"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served"), replies=REPLIES) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Served) -> Iterator[Memory]:
    with Memory.open(server.url, key=server.key()) as memory:
        yield memory


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Memory]:
    settings = Settings(embedder="hashing", extractor="rules")
    db, llm = tmp_path / "local.lukasa", ScriptedLLM(REPLIES)
    with Memory.open(db, settings=settings, llm=llm, clock=lambda: NOW) as memory:
        yield memory


# --- the same verbs


def verbs(of: type) -> dict[str, Any]:
    return {
        name: value
        for base in reversed(of.__mro__[:-1])
        for name, value in vars(base).items()
        if name[0] != "_"
    }


@pytest.mark.parametrize(("here", "there"), [(AsyncHandle, RemoteHandle), (AsyncMemory, AsyncClient)])
def test_each_verb_is_sent_and_none_runs_here(here: type, there: type):
    assert set(verbs(there)) == set(verbs(here))
    for name in set(verbs(here)) - {"open"}:
        one, other = getattr(here, name), getattr(there, name)
        assert other is not one, name
        if name not in {"of", "guide"}:
            assert inspect.signature(other) == inspect.signature(one), name
        for question in (inspect.iscoroutinefunction, inspect.isasyncgenfunction):
            assert question(other) == question(one), name


# --- the same results

Call = Callable[[Handle], Any]


def fact(handle: Handle, value: str = "Lisbon") -> str:
    return next(each.id for each in handle.facts(include_retired=True) if each.value == value)


CALLS: list[tuple[str, Call]] = [
    ("remember", lambda h: h.remember(SAID, session="s1", key="k1", metadata={"tags": ["a", 1, None], "ü": {"b": True}})),
    ("remember", lambda h: h.remember(SAID, session="s1", key="k1", metadata={"tags": ["a", 1, None], "ü": {"b": True}})),
    ("remember", lambda h: h.remember("I love green tea.\u2028Really.", at=NOW, session="s2", facts=[TEA], agent="b")),
    ("remember", lambda h: h.remember("It rained.", at="2026-11-23", zone="Europe/Lisbon", origin="document", wait=True)),
    ("recall", lambda h: h.recall("Where does Alice live?", limit=2, now=NOW, kinds=["turn"])),
    ("recall", lambda h: h.recall("tea", filter=AllOf((Compare("session", "in", ("s2",)), Not(Compare("at", "lt", NOW)))))),
    ("recall", lambda h: h.recall("Lisbon", filter={"metadata.tags": {"contains": "a"}}, explain=True, as_of=1)),
    ("recall", lambda h: h.recall("Lisbon", valid_at=datetime(2020, 1, 1, tzinfo=UTC), include_retired=True)),
    ("context", lambda h: h.context("Plan her weekend", budget=300, min_confidence=0.01)),
    ("ask", lambda h: h.ask("Where does Alice live?")),
    ("ask_stream", lambda h: list(h.ask_stream("Where does Alice live?"))),
    ("chat", lambda h: h.chat([{"role": "user", "content": "What should I pack?"}], session="s3")),
    ("believe", lambda h: h.believe("Alice speaks Polish.", subject="Alice", metadata={"by": "form"}, valid_from=NOW)),
    ("turns", lambda h: h.turns(session="s1", limit=2)),
    ("turns", lambda h: h.turns(after=2, filter=Compare("role", "eq", "user"))),
    ("turns", lambda h: h.turns(newest_first=True, limit=3, since="2026-11-23T00:00:00Z", until=NOW)),
    ("facts", lambda h: h.facts(subject="Alice", kind=["profile", "preference"], status="current")),
    ("facts", lambda h: h.facts(as_of=0)),
    ("facts", lambda h: h.facts(limit=0)),
    ("history", lambda h: h.history(fact(h))),
    ("why", lambda h: h.why(fact(h))),
    ("amend", lambda h: h.amend(fact(h), text="Alice lives in Lisbon, Portugal.", pinned=True, revision=1)),
    ("amend", lambda h: h.amend(fact(h), expires_at="2031-01-01T00:00:00Z", metadata={"x": 1})),
    ("timeline", lambda h: h.timeline(since="2020-01-01T00:00:00Z", until=NOW)),
    ("believe", lambda h: h.believe("Alice lives in Porto.", subject="Alice", attribute="lives_in", value="Porto")),
    ("conflicts", lambda h: h.conflicts()),
    ("settle", lambda h: [h.settle(each[-1].id) for each in h.conflicts()]),
    ("review", lambda h: h.review()),
    ("approve", lambda h: [h.approve(each.id) for each in h.review()]),
    ("reject", lambda h: [h.reject(each.id, reason="no") for each in h.review()]),
    ("entities", lambda h: h.entities()),
    ("entities", lambda h: h.entities("Alice", limit=1)),
    ("relations", lambda h: h.relations("Alice", past=True)),
    ("related", lambda h: h.related("Alice", hops=1)),
    ("path", lambda h: h.path("Alice", "Eva")),
    ("path", lambda h: h.path("Eva", "Acme", valid_at="1990-01-01T00:00:00Z")),
    ("graph", lambda h: h.graph("dot")),
    ("graph", lambda h: h.graph(entity="Alice", hops=1)),
    ("alias", lambda h: h.alias("Alice", "Al")),
    ("merge", lambda h: h.merge("Eva", "Evie")),
    ("split", lambda h: h.split("Alice", "Alicia")),
    ("rename", lambda h: h.rename("Alice", "Alice Silva")),
    ("changes", lambda h: h.changes()),
    ("changes", lambda h: h.changes(since=2, limit=3)),
    ("diff", lambda h: h.diff(1)),
    ("diff", lambda h: h.diff(0, NOW)),
    ("undo", lambda h: h.undo(h.changes()[-1].version)),
    ("forget", lambda h: h.forget(session="s2", reason="a joke")),
    ("restore", lambda h: h.restore([each.id for each in h.turns(include_retired=True) if each.retired_at])),
    ("erase", lambda h: h.erase(session="s3", dry_run=True)),
    ("erase", lambda h: h.erase(session="s3")),
    ("readmit", lambda h: h.readmit(texts="What should I pack?", speaker=None)),
    ("export", lambda h: list(h.export())),
    ("jobs", lambda h: h.jobs(state="waiting")),
    ("flush", lambda h: h.flush(timeout=5)),
    ("retry", lambda h: h.retry()),
    ("reextract", lambda h: h.reextract("s1", dry_run=True)),
    ("maintain", lambda h: h.maintain()),
    ("sweep", lambda h: h.sweep()),
    ("summaries", lambda h: h.summaries()),
    ("usage", lambda h: h.usage(since=date(2026, 1, 1))),
    ("stats", lambda h: h.stats()),
    ("audit", lambda h: h.audit()),
]  # fmt: skip

MEASURED = {"timings", "milliseconds", "bytes"}


def plain(value: Any) -> Any:
    """Return a value with the types of its dataclasses, and without what differs from run to run."""
    if is_dataclass(value):
        members = {
            each.name: plain(getattr(value, each.name)) for each in fields(value) if each.name not in MEASURED
        }
        return {"": type(value).__name__, **members}
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def test_each_verb_returns_what_it_returns_here(client: Memory, local: Memory):
    there, here = client.of(ANYONE), local.of(ANYONE)
    assert there.partition == here.partition
    for name, call in CALLS:
        expected, result = call(here), call(there)
        assert plain(result) == plain(expected), name
        assert type(result) is type(expected), name
    assert {name for name, _ in CALLS} == set(verbs(AsyncHandle)) - {"guide", "partition"}
    assert [each.user for each in client.partitions()] == [ANYONE]


BAD: list[Call] = [
    lambda h: h.remember([{"role": "nobody", "content": "x"}]),
    lambda h: h.remember("x", at="2026-01-01"),
    lambda h: h.remember("x", key="k", at="yesterday"),
    lambda h: h.recall(""),
    lambda h: h.recall("x", filter={"nope": 1}),
    lambda h: h.facts(limit=-1),
    lambda h: h.facts(limit=True),
    lambda h: h.history("f_none"),
    lambda h: h.history(".."),
    lambda h: h.why("a/b?c"),
    lambda h: h.related("Nobody"),
    lambda h: h.path("Nobody", "Nowhere"),
    lambda h: h.undo(call=10**6),
    lambda h: h.amend("f_none", text="x"),
    lambda h: h.graph("png"),
    lambda h: list(h.ask_stream("")),
    lambda h: h.erase(),
    lambda h: h.recall("\ud800"),
    lambda h: h.recall("x", filter=Compare("metadata.x", "gt", float("nan"))),
    lambda h: h.remember("x", metadata={"x": object()}),  # type: ignore[dict-item]
    lambda h: h.remember("x", metadata={"x": float("inf")}),
]


def failure(call: Call, handle: Handle) -> LukasaError | None:
    try:
        call(handle)
    except LukasaError as error:
        return error
    return None


def test_each_error_is_raised_as_it_is_here(client: Memory, local: Memory):
    there, here = client.of("errors"), local.of("errors")
    wrong = []
    for place, call in enumerate(BAD):
        expected, error = failure(call, here), failure(call, there)
        # What has no JSON is refused before a server could say more.
        kinds = {type(expected), InputError} if place >= len(BAD) - 4 else {type(expected)}
        if type(error) not in kinds:
            wrong.append((place, expected, error))

    assert wrong == []
    late = client.of(ANYONE)
    assert late.recall("tea").hits
    with pytest.raises(TypeError):
        late.recall("tea", limits=3)  # type: ignore[call-arg]


def test_a_list_is_followed_to_its_end(client: Memory, monkeypatch: pytest.MonkeyPatch):
    handle = client.of("pages")
    handle.remember([f"The {number} th note." for number in range(7)], at=NOW, session="s")
    monkeypatch.setattr(remote, "LONGEST_PAGE", 3)

    assert [each.seq for each in handle.turns()] == list(range(1, 8))
    assert [each.seq for each in handle.turns(limit=5, after=1)] == [2, 3, 4, 5, 6]
    assert [each.seq for each in handle.turns(newest_first=True, limit=4)] == [7, 6, 5, 4]
    assert len(handle.changes()) == len(handle.changes(limit=100)) > 3


def test_a_server_keeps_documents_as_a_file_does(server: Served):
    with Memory.open(server.url, key=server.key()) as memory:
        documents = Documents(memory.of(user="documents"))
        first = documents.put(("n", "a"), "k", {"text": "tea", "n": [1, {"x": None}]})
        documents.put(("n", "a"), "k", {"text": "more tea"}, expected=first.revision)
        documents.put_all([Put(collection="n", key=str(n), value=n) for n in range(120)])

        (found,) = documents.search("tea", "n/a")
        assert found.document == documents.get("n/a", "k")
        assert len(documents.get_all([("n", str(n)) for n in range(120)])) == 120
        assert documents.collections("n") == [("n",), ("n", "a")]
        assert documents.delete_all([("n", str(n)) for n in range(120)]) == 120
        assert [each.value for each in documents.select()] == [{"text": "more tea"}]


def test_a_stream_may_be_left_early(client: Memory):
    handle = client.of("streams")
    handle.remember(SAID, session="s1")

    with closing(handle.export()) as turns:
        assert next(turns)["text"] == "I live in Lisbon."
    pieces = list(handle.ask_stream("Where does Alice live?"))
    assert isinstance(pieces[-1], Answer)
    assert "".join(each for each in pieces if isinstance(each, str)) == pieces[-1].text


# --- opening


@pytest.mark.anyio
async def test_an_address_opens_a_client(server: Served):
    secret = server.key(role="read", user="ana", tenant="acme")
    with Memory.open(server.url, key=secret) as memory, Client.open(server.url + "/", key=secret) as other:
        assert (type(memory), type(other)) == (Client, Client)
        assert memory.of("ana").partition.tenant == "acme"
        for refused in (
            lambda: memory.of("ana").remember("x"),
            lambda: memory.of("bob").stats(),
            memory.partitions,
        ):
            with pytest.raises(AccessError):
                refused()
        with pytest.raises(ConfigError, match="tenant 'acme'"):
            memory.of("ana", "other")
        with pytest.raises(ConfigError, match="whole store"):
            memory.verify()
    with pytest.raises(ClosedError):
        memory.of("ana")
    settings = Settings(store=server.url, server_key=secret)
    async with await AsyncMemory.open(settings=settings) as client:
        assert isinstance(client, AsyncClient)
        assert (await client.of("ana").stats()).turns == 0
        handle = client.of("ana")
    with pytest.raises(ClosedError):
        await handle.stats()


@pytest.mark.parametrize(
    ("store", "more", "words"),
    [
        ("http://memory.example", {"key": "lk_x"}, "unencrypted"),
        ("https://ana:pw@memory.example", {"key": "lk_x"}, "no user"),
        ("https://", {"key": "lk_x"}, "address"),
        ("https://memory.example", {}, "needs a key"),
        ("https://memory.example", {"key": "lk_x", "embedder": "hashing"}, "embedder="),
        ("https://memory.example", {"key": "lk_x", "clock": lambda: NOW}, "clock="),
        ("memory:", {"key": "lk_x"}, "no address"),
    ],
)
def test_what_cannot_be_opened_is_refused_before_anything_is_sent(
    store: str, more: dict[str, Any], words: str
):
    with pytest.raises(ConfigError, match=words):
        Memory.open(store, **{"settings": Settings(), **more})
    with pytest.raises(ConfigError):
        Client.open("memory:")


def test_a_key_that_is_not_known_opens_nothing(server: Served):
    with pytest.raises(AccessError):
        Memory.open(server.url, key="lk_wrong")
    settings = Settings(client=ClientPolicy(first_wait=0))
    with pytest.raises(ServerDownError, match=r"does not answer \(ConnectionRefusedError"):
        Memory.open("http://127.0.0.1:9", key="lk_x", settings=settings)
    with pytest.raises(ServerDownError, match=r"does not answer \(SSLError: "):
        Memory.open(server.url.replace("http:", "https:"), key="lk_x", settings=settings)


def test_the_code_of_the_guide_runs(
    server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    guide = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    monkeypatch.setenv("URL", server.url)
    monkeypatch.setenv("KEY", server.key())

    exec(compile(code, "docs/http.md", "exec"), {})

    assert "I work at Acme." in capsys.readouterr().out


def test_the_command_line_works_on_the_memory_of_a_server(
    server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LUKASA_SERVER_KEY", server.key())

    main(["remember", "I play the cello.", "--user", "ana", "--db", server.url])
    main(["recall", "Which instrument?", "--user", "ana", "--db", server.url])

    assert "I play the cello." in capsys.readouterr().out


def test_the_typescript_client_is_of_todays_interface():
    root = Path(__file__).parents[2]
    script = runpy.run_path(str(root / "scripts/generate_typescript.py"))

    header = script["HEADER"].format(digest=script["digest"](asyncio.run(script["description"]())))

    for name in ("schema", "verbs"):
        # Otherwise: python scripts/generate_typescript.py
        assert (root / f"clients/typescript/src/{name}.ts").read_text("utf-8").startswith(header)
    for lock in (
        root / "clients/typescript/package-lock.json",
        root / "tests/conformance/mcp/package-lock.json",
    ):
        assert '"resolved"' not in lock.read_text("utf-8")


# --- what goes wrong on the way


class Silent(FakeEndpoint):
    """A server that has no answers of its own."""

    def respond(self, request: EndpointRequest) -> Reply:
        return Reply(body=b'{"fine":true}')


def problem(status: int, name: str = "", **headers: str) -> Reply:
    kind = f"urn:lukasa:error:{name}" if name else "about:blank"
    body = json.dumps(
        {"type": kind, "title": "", "status": status, "detail": "why", "retryable": True}
    ).encode()
    return Reply(status=status, body=body, headers=headers)


# Two lengths: no client can tell where the reply ends.
LOST, BUSY, HTML = (
    Reply(headers={"Content-Length": "9"}),
    problem(429, **{"Retry-After": "0"}),
    Reply(status=502, body=b"<html>"),
)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("script", "repeatable", "error", "requests"),
    [
        ([BUSY, BUSY], False, None, 3),
        ([BUSY] * 3, True, ServerDownError, 3),
        ([HTML, HTML], True, None, 3),
        ([HTML], False, ServerDownError, 1),
        ([LOST], True, None, 2),
        ([LOST], False, ServerDownError, 1),
        ([problem(503, "StoreBusyError")], True, LukasaError, 1),
        ([problem(418)], True, ServerError, 1),
        ([Reply(status=307, headers={"Location": "https://evil.example"})], True, ServerError, 1),
        ([Reply(body=b"<html>")], True, ServerError, 1),
    ],
)
async def test_a_request_is_sent_again_where_that_does_nothing_twice(
    script: Iterable[Reply], repeatable: bool, error: type[LukasaError] | None, requests: int
):
    policy = ClientPolicy(first_wait=0)
    with Silent(script) as endpoint:
        connection = Connection(endpoint.base_url, "lk_x", policy)
        request = Request(method="POST", path="/x", body=b"{}", repeatable=repeatable)
        if error is None:
            assert await connection.json(request) == {"fine": True}
        else:
            with pytest.raises(error):
                await connection.json(request)
        await connection.aclose()

    assert len(endpoint.asked) == requests
    assert {request.headers["authorization"] for request in endpoint.asked} == {"Bearer lk_x"}


def test_what_a_server_must_not_be_asked_twice_is_marked():
    def repeated(name: str, **arguments: object) -> bool:
        route = next(each for each in remote.ROUTES if each.verb == name)
        return remote._request("ana", route, arguments).repeatable

    assert [repeated(name) for name in ("recall", "ask", "facts", "export")] == [True] * 4
    assert [repeated(name) for name in ("believe", "forget", "erase", "chat")] == [False] * 4
    assert (repeated("remember", messages="x"), repeated("remember", messages="x", key="k")) == (False, True)


def test_an_argument_that_only_a_process_has_is_refused(client: Memory):
    with pytest.raises(InputError, match="guidance="):
        client.of("ana").remember("x", guidance=Guidance())
    with pytest.raises(InputError, match="model="):
        client.of("ana").chat("x", model=ScriptedLLM([]))
    with pytest.raises(ConfigError, match="configured"):
        client.of("ana").guide(Guidance())
    with pytest.raises(InputError, match="empty list"):
        client.of("ana").facts(kind=[])
