"""The verbs over HTTP, through a real socket: what they answer, and what they refuse."""

from __future__ import annotations

import asyncio
import json
import random
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
import jsonschema
import pytest
from issuer import Issuer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from served import Served, served

from lukasa import AsyncHandle, Memory
from lukasa.domain.job import Job
from lukasa.domain.scope import Partition
from lukasa.errors import ConfigError, LukasaError
from lukasa.remote.routes import ROUTES, Route
from lukasa.surfaces.cli.main import main
from lukasa.surfaces.http.guard import OPEN_PATHS, RateLimiter, RequestLimits
from lukasa.surfaces.http.metrics import Metrics
from lukasa.surfaces.http.problems import STATUSES
from lukasa.surfaces.http.proxy import Upstream
from lukasa.surfaces.http.share import FairShare
from lukasa.surfaces.http.tokens import TokenVerifier
from lukasa.surfaces.http.traces import set_up_traces
from lukasa.surfaces.running import notice_file, running_server

SAID = [
    {"role": "user", "name": "Alice", "content": "I live in Lisbon.", "at": "2026-11-23T10:00:00Z"},
    {"role": "user", "name": "Alice", "content": "I work at Acme.", "at": "2026-11-23T10:01:00Z"},
    {
        "role": "user",
        "name": "Alice",
        "content": "My sister Eva lives in Graz.",
        "at": "2026-11-23T10:02:00Z",
    },
]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


def tokens_of(issuer: Issuer) -> TokenVerifier:
    verifier = TokenVerifier(issuer.rules())
    asyncio.run(verifier.load())
    return verifier


@pytest.fixture(scope="module")
def server(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    replies = ["Alice lives in Lisbon [1]."] * 50
    upstream = Upstream(url="http://127.0.0.1:1")
    folder = tmp_path_factory.mktemp("served")
    with served(folder, replies=replies, upstream=upstream, tokens=tokens_of(issuer)) as server:
        yield server


@pytest.fixture(scope="module")
def api(server: Served) -> Iterator[httpx2.Client]:
    with server.client(server.key()) as client:
        yield client


@pytest.fixture(scope="module")
def schema(api: httpx2.Client) -> Any:
    return api.get("/openapi.json").json()


def remembered(api: httpx2.Client, user: str) -> str:
    """Store a conversation of a user; return the address of the memory."""
    home = f"/v1/users/{user}"
    api.post(f"{home}/turns", json={"messages": SAID, "session": "s1"}).raise_for_status()
    return home


def request_of(route: Route, home: str, *, fact: str, turn: str) -> dict[str, Any]:
    """Return a request with the example of a route, about a fact and a turn."""
    text = json.dumps(dict(route.example), ensure_ascii=False).replace("f_…", fact).replace("t_…", turn)
    query = {
        "diff": {"before": "0"},
        "related": {"entity": "Alice"},
        "path": {"start": "Alice", "end": "Lisbon"},
    }
    sent = {"params": query.get(route.verb, {})} if route.method == "GET" else {"json": json.loads(text)}
    return {"method": route.method, "url": home + route.path.replace("{fact}", fact), **sent}


def ids(api: httpx2.Client, home: str) -> dict[str, str]:
    """Return the ids of a fact and a turn."""
    return {what: api.get(f"{home}/{what}s").json()["items"][0]["id"] for what in ("fact", "turn")}


# --- every route


def test_every_verb_has_a_route():
    verbs = {name for name, verb in vars(AsyncHandle).items()} | {
        name for base in AsyncHandle.__mro__[1:] for name in vars(base)
    }
    verbs = {name for name in verbs if name[0] != "_" and callable(getattr(AsyncHandle, name, None))}

    # `guide` changes the configuration, which no route does.
    assert verbs - {route.verb for route in ROUTES} == {"guide"}


def test_every_example_is_answered_as_the_schema_says(api: httpx2.Client, schema: Any):
    wrong = {}
    home = remembered(api, "examples")
    known = ids(api, home)
    for route in ROUTES:
        reply = api.request(**request_of(route, home, **known))
        # What needs a conflict, or something that waits for review, says that there is none.
        expected = {422, 409} if route.verb in {"settle", "approve", "reject"} else {200}
        if reply.status_code not in expected:
            wrong[route.path] = reply.text[:300]
            continue
        operation = schema["paths"]["/v1/users/{user}" + route.path][route.method.lower()]
        content = operation["responses"].get(str(reply.status_code), {}).get("content", {})
        kind = reply.headers["content-type"].split(";")[0]
        if kind not in content:
            wrong[route.path] = f"{kind} is not in {list(content)}"
        elif kind == "application/json":
            jsonschema.Draft202012Validator(
                {**content[kind]["schema"], "components": schema["components"]}
            ).validate(reply.json())

    assert wrong == {}


def test_every_operation_of_the_schema_is_described(schema: Any):
    operations = [each for path in schema["paths"].values() for each in path.values()]

    assert [each["operationId"] for each in operations if not each.get("summary")] == []
    assert len({each["operationId"] for each in operations}) == len(operations)
    receipt = schema["components"]["schemas"]["Receipt"]["properties"]
    assert receipt["pending"]["description"] == "Background jobs that this call left to do."


def test_every_error_has_a_status():
    def below(cls: type[LukasaError]) -> Iterator[type[LukasaError]]:
        yield cls
        for each in cls.__subclasses__():
            yield from below(each)

    for error in below(LukasaError):
        assert any(cls in STATUSES for cls in error.__mro__)


def test_the_requests_of_the_guide_are_answered(api: httpx2.Client):
    guide = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8").replace("\\\n", " ")
    requests = [shlex.split(line) for line in guide.splitlines() if line.startswith("curl ")]

    for words in requests:
        path = next(word for word in words if word.startswith("http://")).removeprefix(
            "http://127.0.0.1:8765"
        )
        if "--json" in words:
            reply = api.post(path, json=json.loads(words[words.index("--json") + 1]))
        else:
            reply = api.get(path)
        assert reply.status_code == 200, words
    assert len(requests) >= 5


# --- who may come in


PROXIED = {
    f"{prefix}/{path}": {method: {}}
    for prefix in ("/openai/v1", "/openai/users/{user}/v1")
    for path, method in (
        ("chat/completions", "POST"),
        ("responses", "POST"),
        ("embeddings", "POST"),
        ("models", "GET"),
    )
}
"""The addresses of the proxy, which the schema does not have."""


class Caller(NamedTuple):
    """Somebody who may not come in, and what they are told."""

    case: str
    status: int
    secret: str | None
    headers: Mapping[str, str] = {}
    user: str = "ana"
    """Whose memory is asked for."""


def strangers(server: Served, issuer: Issuer, path: str) -> Iterator[Caller]:
    """Yield those whose key is none."""
    now = server.app._clock()
    reader, revoked = server.key(role="read", user="ana"), server.key()
    server.keys.revoke(revoked.split("_")[1], now=now)
    yield Caller("no key", 401, None)
    yield Caller("wrong key", 401, reader[:-1] + ("A" if reader[-1] != "A" else "B"))
    yield Caller("half a key", 401, reader[:12])
    yield Caller("expired key", 401, server.key(now=now.replace(year=2025), expires="1d"))
    yield Caller("revoked key", 401, revoked)
    # Three kinds of forged tokens at every route: one function knows them all, and `test_tokens.py` has it see each.
    forged = issuer.forged()
    for case in random.Random(path).sample(sorted(forged), 3):
        yield Caller(case, 401, forged[case])


def unentitled(server: Served, issuer: Issuer, role: str, *, of_user: bool) -> Iterator[Caller]:
    """Yield those whose key is for something else."""
    if role != "read":
        yield Caller("read key", 403, server.key(role="read", user="ana"))
        yield Caller("read token", 403, issuer.token(user="ana", role="read"))
    if role == "admin":
        yield Caller("write key", 403, server.key(role="write", user="ana"))
    if of_user:
        yield Caller("key of another user", 403, server.key(role="admin", user="ana"), user="ben")
        yield Caller("token of another user", 403, issuer.token(user="eve", role="admin"))


def callers(server: Served, issuer: Issuer, path: str, role: str | None) -> Iterator[Caller]:
    """Yield all who may not reach a path; *role*: what it needs, `None`: no key."""
    reader = server.key(role="read", user="ana")
    for origin in ("https://evil.example", "null", "http://["):
        yield Caller(f"origin {origin}", 403, reader, {"Origin": origin})
    yield Caller("evil host", 403, reader, {"Host": "evil.example"})
    if role is not None:
        yield from strangers(server, issuer, path)
        yield from unentitled(server, issuer, role, of_user="{user}" in path)


def test_no_route_lets_anyone_in_who_may_not(server: Served, schema: Any, issuer: Issuer):
    roles = {(route.method, f"/v1/users/{{user}}{route.path}"): route.role for route in ROUTES}
    roles |= {("POST", "/v1/users/{user}/import"): "write", ("GET", "/v1/users"): "admin"}
    roles |= {("GET", "/metrics"): "admin", ("GET", "/v1/me"): "read"}
    roles |= {(method, path): "read" for path, methods in PROXIED.items() for method in methods}
    served_paths = {**schema["paths"], **PROXIED}
    asked = [
        (method.upper(), path, caller)
        for path, methods in served_paths.items()
        for method in methods
        for caller in callers(
            server, issuer, path, None if path in OPEN_PATHS else roles[method.upper(), path]
        )
    ]
    for path in ("/v1/nothing", "/docs", "/v1/users/ana/configure", "/v1/users/ana/facts/"):
        asked += [("GET", path, Caller("no address, no key", 401, None))]
        asked += [("GET", path, Caller("no address", 404, server.key(role="read", user="ana")))]
    wrong = []
    with server.client() as client:
        for method, template, caller in asked:
            path = template.replace("{user}", caller.user).replace("{fact}", "f_x")
            headers = {"Authorization": f"Bearer {caller.secret}"} if caller.secret else {}
            reply = client.request(method, path, headers={**headers, **caller.headers}, json={})
            problem = reply.headers["content-type"] == "application/problem+json"
            if not problem or reply.status_code != caller.status or reply.json()["status"] != caller.status:
                wrong.append((caller.case, method, path, reply.status_code))

    assert len(asked) > 600
    assert wrong == []


def test_a_tenant_does_not_reach_another(server: Served, api: httpx2.Client):
    home = remembered(api, "shared-name")
    known = ids(api, home)
    with server.client(server.key(tenant="other")) as other:
        assert other.get(f"{home}/turns").json()["items"] == []
        assert "shared-name" not in other.get("/v1/users").json()["items"]
        for route in ROUTES:
            if "_…" in str(route.example) or "{fact}" in route.path:
                assert other.request(**request_of(route, home, **known)).status_code == 404, route
    assert ids(api, home) == known


def test_the_body_names_no_scope(api: httpx2.Client):
    for name in ("user", "tenant", "partition"):
        reply = api.post("/v1/users/ana/turns", json={"messages": "I like tea.", name: "ben"})

        assert reply.status_code == 422
        assert name in reply.json()["detail"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"messages": "x', "body: It is not JSON, from character 13 on"),
        (b"[]", "body: It must be a JSON object, sent with Content-Type: application/json"),
        (b'{"messages": "caf\xe9"}', "the body must be JSON in UTF-8, neither compressed nor deeply nested"),
        (b"messages=x", "body: It is not JSON, from character 0 on"),
    ],
)
def test_a_body_that_is_no_object_is_refused(api: httpx2.Client, body: bytes, why: str):
    headers = {"Content-Type": "application/json"}

    assert api.post("/v1/users/ana/turns", content=body, headers=headers).json()["detail"] == why


def test_a_key_says_what_it_is_for(server: Served):
    with server.client(server.key(user="ana", role="write", name="laptop")) as client:
        me = client.get("/v1/me").json()

    assert {**me, "id": ""} == {
        "id": "", "tenant": "default", "user": "ana", "role": "write", "expires_at": None,
    }  # fmt: skip


def test_pages_of_this_server_may_call_it(server: Served, api: httpx2.Client):
    assert api.get("/v1/me", headers={"Origin": server.url}).status_code == 200


def test_a_key_that_asks_too_often_has_to_wait(server: Served, monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    limiter = RateLimiter(60, clock=lambda: now[0])

    waits = [limiter.wait("a") for _ in range(16)]

    assert waits[:15] == [0.0] * 15
    assert 0 < waits[15] <= 1
    assert limiter.wait("b") == 0
    now[0] += 1
    assert limiter.wait("a") == 0

    monkeypatch.setattr(server.app, "_rates", RateLimiter(4, clock=lambda: 0.0))
    with server.client(server.key()) as client:
        assert client.get("/v1/me").status_code == 200
        reply = client.get("/v1/me")
    assert (reply.status_code, reply.json()["retryable"]) == (429, True)
    assert int(reply.headers["retry-after"]) >= 1


def test_what_waits_for_no_model_runs_in_the_share_of_whom_the_key_is_for(
    server: Served, monkeypatch: pytest.MonkeyPatch
):
    slots: list[object] = []
    slot = FairShare.slot

    def noted(share: FairShare, owner: Hashable) -> AbstractAsyncContextManager[None]:
        slots.append(owner)
        return slot(share, owner)

    monkeypatch.setattr(FairShare, "slot", noted)
    mcp = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepted = {"Accept": "application/json, text/event-stream"}
    asked = {"question": "Where does Ana live?"}
    with server.client(server.key()) as tenant, server.client(server.key(user="ana")) as ana:
        tenant.post("/v1/users/ana/recall", json=asked).raise_for_status()
        ana.get("/v1/users/ana/facts").raise_for_status()
        ana.get("/mem0/v1/ping/").raise_for_status()
        ana.post("/mcp", json=mcp, headers=accepted).raise_for_status()
        assert slots == [("default", None), *[("default", "ana")] * 3]

        ana.get("/v1/me").raise_for_status()
        ana.post("/v1/users/ana/ask/stream", json=asked)
        ana.post("/v1/users/ana/import", content=b"").raise_for_status()
        assert len(slots) == 4


def test_keys_that_others_may_read_open_nothing(
    server: Served, api: httpx2.Client, caplog: pytest.LogCaptureFixture
):
    server.keys.path.chmod(0o644)
    try:
        reply = api.get("/v1/me")
    finally:
        server.keys.path.chmod(0o600)

    assert (reply.status_code, str(server.keys.path) in reply.text) == (503, False)
    assert "chmod 600" in caplog.text
    assert api.get("/v1/me").status_code == 200


# --- how much may come in


def test_a_large_body_is_refused(server: Served, api: httpx2.Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server.app, "_limits", RequestLimits(body=2_000))

    def pieces() -> Iterator[bytes]:
        yield from [b'{"messages": "', *[b"x" * 1_000] * 20, b'"}']

    assert api.post("/v1/users/large/turns", json={"messages": "x" * 20_000}).status_code == 413
    assert api.post("/v1/users/large/turns", content=pieces()).status_code == 413
    lines = (json.dumps({"content": f"I like tea {n}."}).encode() + b"\n" for n in range(100))
    done = api.post("/v1/users/large/import", content=lines)
    assert done.json() == {"lines": 100, "turns": 100, "duplicates": 0, "skipped": 0}


def test_a_body_that_does_not_come_is_refused(server: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server.app, "_limits", RequestLimits(read_timeout=0.1))
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            f"POST /v1/users/ana/turns HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.key()}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 408")


HOSTILE = [
    "", " ", "\0", "a\0b", "%", "%2F", "%00", "..", "../../etc", "' OR 1=1 --", '"; DROP TABLE turns; --', "*", "a/b", "?x=1", "#", "\\",
    "💣", "é", "e\u0301", "\u202e", "\ufeff", "x" * 5_000, "1" * 400, "-1", "1e999", "NaN", "null", "{}", "[]", "{{7*7}}", "${jndi:x}",
    "<script>alert(1)</script>", "\r\nX-Evil: 1", "true", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00-23:59", "[" * 3_000, "f_x", "t_x",
]  # fmt: skip
"""Texts that have broken servers."""

STRANGE: list[object] = [
    *HOSTILE,
    None,
    True,
    -1,
    2**63,
    1.5,
    [],
    {},
    [None],
    {"and": []},
    [["a"]],
    {"a": {"b": 1}},
]


def hostile_requests(schema: Any, picks: random.Random) -> Iterator[dict[str, Any]]:
    """Yield requests with a hostile value in each parameter in turn."""
    examples = {
        ("/v1/users/{user}" + route.path, route.method.lower()): dict(route.example) for route in ROUTES
    }
    for template, method in (
        (path, method) for path, methods in schema["paths"].items() for method in methods
    ):
        operation = schema["paths"][template][method]
        target = {"method": method, "url": template.replace("{user}", "hostile").replace("{fact}", "f_x")}
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                for value in picks.sample(HOSTILE, 4):
                    yield {**target, "params": {parameter["name"]: value}}
        if body is None or template.endswith("/erase"):
            continue
        name = json.dumps(body["schema"]).split("/schemas/")[1].split('"')[0]
        for member in schema["components"]["schemas"][name]["properties"]:
            for value in picks.sample(STRANGE, 3):
                yield {**target, "json": {**examples[template, method], member: value}}
    home, kind = "/v1/users/hostile", {"Content-Type": "application/json"}
    for value in HOSTILE:
        yield {"method": "get", "url": f"/v1/users/{quote(value, safe='')}/turns"}
        yield {"method": "get", "url": f"{home}/facts/{quote(value, safe='')}"}
        yield {"method": "post", "url": f"{home}/recall", "content": value.encode(), "headers": kind}
        yield {"method": "post", "url": f"{home}/import", "content": value.encode()}
    yield {"method": "get", "url": "/v1/users/%FF/turns"}


def test_no_value_of_any_parameter_breaks_the_server(api: httpx2.Client, schema: Any):
    home = remembered(api, "hostile")

    statuses: Counter[int] = Counter()
    broken = []
    for request in hostile_requests(schema, random.Random(20261201)):
        reply = api.request(**request)
        statuses[reply.status_code] += 1
        # 502 is the scripted model's: it has no reply left, or none of the right shape.
        if reply.status_code >= 500 and reply.status_code != 502:
            broken.append((request["method"], request["url"][:80], repr(request)[-80:], reply.text[:200]))

    assert broken == []
    assert statuses.total() > 500
    assert statuses[200] > 50
    assert api.get(f"{home}/turns").status_code == 200


# --- what is particular to HTTP


def test_a_user_may_have_any_name(api: httpx2.Client):
    for name in ("a/b", "ana@example.com", "%2F", "José 🌸", "a?b#c", ".."):
        home = f"/v1/users/{quote(name, safe='')}"
        if name == "..":  # clients resolve it
            home = "/v1/users/%2E%2E"
        api.post(f"{home}/turns", json={"messages": f"I am {name}."}).raise_for_status()

    assert {"a/b", "%2F", "José 🌸", "a?b#c"} <= set(api.get("/v1/users").json()["items"])


def test_pages_go_on_where_the_last_one_ended(api: httpx2.Client):
    home = "/v1/users/pages"
    messages = [
        {
            "role": "user",
            "name": "Ana",
            "content": f"I like tea number {n}.",
            "at": f"2026-03-01T10:{n:02}:00Z",
        }
        for n in range(25)
    ]
    api.post(f"{home}/turns", json={"messages": messages}).raise_for_status()

    for path in ("turns", "turns?newest_first=true", "facts", "changes", "entities", "relations"):
        cursor, items = None, []
        while True:
            query = {"limit": 7, **({"cursor": cursor} if cursor else {})}
            page = api.get(
                f"{home}/{path}",
                params={**query, **dict([path.split("?")[1].split("=")] if "?" in path else [])},
            )
            items += page.json()["items"]
            if (cursor := page.json()["next"]) is None:
                break
        whole = api.get(f"{home}/{path}{'&' if '?' in path else '?'}limit=1000").json()["items"]
        assert items == whole, path
        assert len(items) >= 25 or path == "entities", path
    assert api.get(f"{home}/turns", params={"cursor": "x"}).status_code == 422


def test_a_request_that_is_sent_again_stores_nothing_twice(api: httpx2.Client):
    home, body = "/v1/users/again", {"messages": "I like tea."}
    key = {"Idempotency-Key": "k1"}

    first, second = [api.post(f"{home}/turns", json=body, headers=key).json() for _ in range(2)]
    other = api.post(f"{home}/turns", json={"messages": "I like coffee."}, headers=key)
    both = api.post(f"{home}/turns", json={**body, "key": "k2"}, headers=key)

    assert (len(first["turns"]), second["turns"]) == (1, [])
    assert (other.status_code, other.json()["type"]) == (409, "urn:lukasa:error:KeyReuseError")
    assert both.status_code == 422


def test_a_fact_is_changed_only_as_it_was_seen(api: httpx2.Client):
    home = remembered(api, "etags")
    fact = api.get(f"{home}/facts").json()["items"][0]["id"]
    tag = api.get(f"{home}/facts/{fact}").headers["etag"]

    assert api.get(f"{home}/facts/{fact}", headers={"If-None-Match": tag}).status_code == 304
    changed = api.patch(f"{home}/facts/{fact}", json={"pinned": True}, headers={"If-Match": tag})
    late = api.patch(
        f"{home}/facts/{fact}", json={"text": "Alice lives in Porto."}, headers={"If-Match": tag}
    )

    assert changed.json()["pinned"]
    assert changed.headers["etag"] != tag
    assert (late.status_code, late.json()["type"]) == (412, "urn:lukasa:error:StaleError")
    assert api.patch(f"{home}/facts/{fact}", json={}, headers={"If-Match": "x"}).status_code == 422


def test_an_answer_comes_piece_by_piece(api: httpx2.Client):
    home = remembered(api, "streams")

    reply = api.post(f"{home}/ask/stream", json={"question": "Where does Alice live?"})

    events = [
        dict(line.split(": ", 1) for line in event.splitlines()) for event in reply.text.strip().split("\n\n")
    ]
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert {event["event"] for event in events[:-1]} == {"text"}
    assert events[-1]["event"] == "answer"
    pieces = "".join(json.loads(event["data"]) for event in events[:-1])
    assert pieces == json.loads(events[-1]["data"])["text"]


def test_an_export_is_imported_as_it_was(api: httpx2.Client):
    home = remembered(api, "exported")
    lines = api.get(f"{home}/export").content

    done = api.post("/v1/users/imported/import", content=lines)
    again = api.post("/v1/users/imported/import", content=lines)
    bad = api.post("/v1/users/imported/import", content=lines + b"{")

    assert done.json() == {"lines": 3, "turns": 3, "duplicates": 0, "skipped": 0}
    assert again.json()["duplicates"] == 3
    assert (bad.status_code, "line 4" in bad.json()["detail"]) == (422, True)
    texts = [turn["text"] for turn in api.get("/v1/users/imported/turns").json()["items"]]
    assert texts == [message["content"] for message in SAID]


def logged(caplog: pytest.LogCaptureFixture, *answers: httpx2.Response) -> list[Any]:
    """Return the first line about each answer; it is written after the answer went out, maybe in the next test."""
    asked = [answer.headers["X-Request-Id"] for answer in answers]
    for _ in range(3_000):
        lines = {line["request"]: line for line in map(json.loads, reversed(caplog.messages))}
        if lines.keys() >= set(asked):
            break
        time.sleep(0.02)
    return [lines[request] for request in asked]


def test_counts_and_logs_say_nothing_of_users_or_content(
    api: httpx2.Client, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level("INFO", logger="lukasa.http"):
        lines = logged(
            caplog,
            api.post("/v1/users/zanzibar/turns", json={"messages": "My dog is called Quixote."}),
            api.get("/v1/users/zanzibar/quixote"),
            api.post("/v1/users/zanzibar/recall", json={"question": 7}),
        )
    counts = api.get("/metrics").text

    assert [line["status"] for line in lines] == [200, 404, 422]
    assert not {"zanzibar", "Quixote"} & {
        word for word in ("zanzibar", "Quixote") if word in caplog.text + counts
    }
    assert 'route="/v1/users/{user}/turns",status="200"' in counts
    assert "lukasa_jobs_lag_seconds 0.0" in counts


def test_the_tools_for_models_are_logged_by_their_route(server: Served, caplog: pytest.LogCaptureFixture):
    with server.client(server.key(user="ana")) as ana, caplog.at_level("INFO", logger="lukasa.http"):
        (line,) = logged(caplog, ana.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"}))

    assert (line["route"], line["status"]) == ("/mcp", 200)


def test_jobs_are_counted_and_the_first_that_waits_says_how_far_behind_workers_are():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    jobs = [
        Job(
            partition=Partition("a", "b"),
            kind="extract",
            session=None,
            due_at=noon + timedelta(minutes=n),
            created_at=noon,
        )
        for n in range(3)
    ]
    counts = Metrics()
    counts.show_jobs([*jobs[1:], replace(jobs[0], state="dead")], noon + timedelta(minutes=2))

    text = counts.text().decode()
    assert 'lukasa_jobs{state="waiting"} 2.0' in text
    assert 'lukasa_jobs{state="dead"} 1.0' in text
    assert "lukasa_jobs_lag_seconds 60.0" in text


def test_a_failure_inside_is_logged_without_its_words(
    api: httpx2.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Quixote")

    monkeypatch.setattr(AsyncHandle, "stats", fail)

    reply = api.get("/v1/users/ana/stats")

    assert (reply.status_code, reply.json()["status"]) == (500, 500)
    assert logged(caplog, reply)[0]["failure"][0] == "RuntimeError"
    assert "Quixote" not in reply.text + caplog.text


def test_spans_name_routes_and_no_content(
    server: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(server.app, "tracer_provider", provider)
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    with caplog.at_level("INFO", "lukasa.http"), server.client(server.key(user="quixote")) as client:
        lines = logged(
            caplog,
            client.post(
                "/v1/users/quixote/turns", json={"messages": "Windmills are giants."}, headers=headers
            ),
            client.post("/v1/users/quixote/recall", json={"question": "Windmills?"}),
            client.get("/v1/users/quixote/facts/f_windmill"),
            client.get("/metrics", headers={"Authorization": "Bearer Windmill"}),
        )
    shown = [
        (span.name, dict(span.attributes or {}), span.status.description, span.events)
        for span in spans.get_finished_spans()
    ]

    assert [name for name, *_ in shown] == [
        "POST /v1/users/{user}/turns", "POST /v1/users/{user}/recall", "GET /v1/users/{user}/facts/{fact}", "GET other",
    ]  # fmt: skip
    assert [attributes["http.response.status_code"] for _, attributes, *_ in shown] == [200, 200, 404, 401]
    assert "quixote" not in repr(shown)
    assert "indmill" not in repr(shown) + caplog.text
    assert lines[0]["trace"] == trace
    with pytest.raises(ConfigError, match="otlp"):
        set_up_traces("zipkin")


# --- the process


@pytest.mark.parametrize(
    ("options", "end"),
    [
        (["--db", "FOLDER"], (1, "is a folder, not a Lukasa store")),
        (["--db", "http://127.0.0.1:8765"], (1, "is a server already")),
        (["--db", "memory:", "--keys", "FOLDER/keys", "--port", "TAKEN"], (1, "did not start on 127.0.0.1:")),
        (["--db", "memory:", "--keys", "FOLDER/keys", "--port", "65536"], (2, "Must be <= 65535.")),
    ],
)
def test_a_server_that_cannot_start_says_why_without_a_traceback(
    options: list[str], end: tuple[int, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code, why = end
    with socket.create_server(("127.0.0.1", 0)) as taken:
        names = {"FOLDER": str(tmp_path), "TAKEN": str(taken.getsockname()[1])}
        given = [re.sub("FOLDER|TAKEN", lambda found: names[found[0]], option) for option in options]

        assert main(["serve", *given]) == code
    err = capsys.readouterr().err
    assert why in err
    assert "Traceback" not in err


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_is_ended_keeps_what_it_acknowledged(tmp_path: Path, how: signal.Signals):
    db = tmp_path / "killed.lukasa"
    command = [sys.executable, "-m", "lukasa.surfaces.cli.main", "serve", "--port", "0", "--db", str(db)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process, ExitStack() as stack:
        stack.callback(process.kill)
        assert process.stderr is not None
        lines = list(iter_until(process.stderr, "Listening on "))
        url, secret = lines[-1].split()[-1], next(line for line in lines if line.startswith("lk_")).strip()
        headers = {"Authorization": f"Bearer {secret}"}
        client = stack.enter_context(httpx2.Client(base_url=url, headers=headers, timeout=60))
        client.post("/v1/users/ana/turns", json={"messages": "I like tea."}).raise_for_status()
        near = running_server(db)
        process.send_signal(how)
        code = process.wait()

    assert code == (0 if how == signal.SIGTERM else -how)
    assert bool(notice_file(db).read_bytes()) == (how == signal.SIGKILL)
    assert near is not None
    assert str(near.port) in url
    assert running_server(db) is None
    with Memory.open(db) as memory:
        assert [turn.text for turn in memory.of("ana").turns()] == ["I like tea."]


def iter_until(stream: Iterable[str], beginning: str) -> Iterator[str]:
    for line in stream:
        yield line
        if line.startswith(beginning):
            return
