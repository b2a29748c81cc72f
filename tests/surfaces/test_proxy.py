"""OpenAI's own library, pointed at the proxy; the upstream is a script behind a real socket."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from served import Served, served

from lukasa import AsyncHandle
from lukasa.errors import StoreError
from lukasa.surfaces.http.chat_bodies import ChatBody, ReplyText
from lukasa.surfaces.http.proxy import Upstream
from lukasa.testing.endpoint import EndpointRequest, FakeEndpoint, Reply

PORT = "The staging database listens on port 6432."
ASKED = "Which port does the staging database use?"
JSON = {"Content-Type": "application/json"}
EVENTS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Request-Id": "req_upstream",
    "OpenAI-Version": "2020-10-01",
}


def chat(text: str, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **more}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def chat_events(*texts: str) -> bytes:
    deltas = [{"role": "assistant", "content": ""}, *({"content": text} for text in texts)]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    frame = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    lines = [f"data: {json.dumps({**frame, 'choices': [choice]})}\r\n\r\n" for choice in choices]
    return "".join([": a comment\n\n", *lines, "data: [DONE]\n\n"]).encode()


def response(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    item = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}
    return {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [item],
        "status": "completed",
    }


def response_events(*texts: str) -> bytes:
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {**response(""), "output": []}}]
    events += [
        {
            "type": "response.output_text.delta",
            "item_id": "m",
            "output_index": 0,
            "content_index": 0,
            "delta": text,
        }
        for text in texts
    ]
    events.append({"type": "response.completed", "response": response("".join(texts))})
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': n})}\n\n"
        for n, event in enumerate(events)
    ).encode()


class Script(FakeEndpoint):
    def respond(self, request: EndpointRequest) -> Reply:
        return Reply(body=json.dumps(chat("Noted.")).encode(), headers=JSON)


@pytest.fixture(scope="module")
def upstream() -> Iterator[Script]:
    with Script() as script:
        yield script


@pytest.fixture(scope="module")
def server(upstream: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    configured = Upstream(url=upstream.base_url, key="sk-upstream")
    with served(tmp_path_factory.mktemp("proxy"), upstream=configured) as server:
        yield server


class Caller:
    """Somebody with a memory of their own, in which one thing is remembered."""

    def __init__(self, server: Served, upstream: Script, user: str) -> None:
        self.user, self.upstream = user, upstream
        upstream.script.clear()
        upstream.asked.clear()
        self.key = server.key(user=user, role="write")
        self.api = server.client(self.key)
        self.api.post(
            f"/v1/users/{user}/turns", json={"messages": PORT, "session": "before"}
        ).raise_for_status()
        self.openai = openai.OpenAI(base_url=f"{server.url}/openai/v1", api_key=self.key, max_retries=0)

    def turns(self, count: int) -> list[tuple[str, str]]:
        """Return what is stored, once it is so much: a reply is remembered after it has gone out."""
        for _ in range(400):
            items = self.api.get(f"/v1/users/{self.user}/turns").json()["items"]
            if len(items) >= count:
                break
            time.sleep(0.02)
        return [(item["role"], item["text"]) for item in items]

    def last(self) -> EndpointRequest:
        return self.upstream.asked[-1]


@pytest.fixture
def caller(server: Served, upstream: Script, request: pytest.FixtureRequest) -> Iterator[Caller]:
    caller = Caller(server, upstream, request.node.name)
    yield caller
    caller.openai.close()
    caller.api.close()


def test_a_chat_is_shown_the_memory_and_remembered(caller: Caller):
    history: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "Hello!"},
    ]
    caller.upstream.script.append(Reply(body=json.dumps(chat("It is port 6432.")).encode(), headers=JSON))

    reply = caller.openai.chat.completions.create(
        model="m", messages=[*history, {"role": "user", "content": ASKED}]
    )

    sent = caller.last()
    assert reply.choices[0].message.content == "It is port 6432."
    assert sent.headers["authorization"] == "Bearer sk-upstream"
    assert caller.key not in json.dumps(dict(sent.headers))
    assert sent.path == "/v1/chat/completions"
    # What a provider has cached, everything before the user's last words, is as it was.
    assert sent.body["messages"][:-1] == history
    content = sent.body["messages"][-1]["content"]
    assert content.startswith(f"{ASKED}\n\n<lukasa-memory>\n")
    assert PORT in content
    assert caller.turns(3) == [("user", PORT), ("user", ASKED), ("assistant", "It is port 6432.")]


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_stream_goes_by_byte_for_byte(caller: Caller, api: str):
    body = (
        chat_events("It is ", "port 6432. 🐘")
        if api == "chat"
        else response_events("It is ", "port 6432. 🐘")
    )
    path = "/openai/v1/chat/completions" if api == "chat" else "/openai/v1/responses"
    asked = {"messages": [{"role": "user", "content": ASKED}]} if api == "chat" else {"input": ASKED}
    for mode in ("off", "read", "write"):
        caller.upstream.script.append(Reply(body=body, headers=EVENTS))
        sent = json.dumps({"model": "m", "stream": True, **asked}, indent=3).encode()
        with caller.api.stream("POST", path, content=sent, headers={"X-Lukasa": mode, **JSON}) as reply:
            received = b"".join(reply.iter_raw())

        assert received == body
        assert {name: reply.headers[name] for name in EVENTS} == EVENTS
        assert reply.headers["content-length"] == str(len(body))
        assert (caller.last().data == sent) == (mode == "off")
        assert (PORT in caller.last().data.decode()) == (mode != "off")
    assert caller.turns(3) == [("user", PORT), ("user", ASKED), ("assistant", "It is port 6432. 🐘")]


def test_streams_of_the_library(caller: Caller):
    caller.upstream.script += [
        Reply(body=chat_events("Port ", "6432."), headers=EVENTS),
        Reply(body=response_events("Port ", "6432!"), headers=EVENTS),
    ]
    stream = caller.openai.chat.completions.create(
        model="m", messages=[{"role": "user", "content": ASKED}], stream=True
    )
    said = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    events = caller.openai.responses.create(
        model="m", input=[{"role": "user", "content": f"Again: {ASKED}"}], stream=True
    )
    spoken = "".join(event.delta for event in events if event.type == "response.output_text.delta")

    assert (said, spoken) == ("Port 6432.", "Port 6432!")
    assert caller.last().path == "/v1/responses"
    assert PORT in caller.last().body["input"][-1]["content"]
    assert [text for _, text in caller.turns(5)][1:] == [ASKED, "Port 6432.", f"Again: {ASKED}", "Port 6432!"]


def test_tools_pass_through_and_an_agents_loop_says_nothing_new(caller: Caller):
    tool = {
        "type": "function",
        "function": {"name": "look", "parameters": {"type": "object", "properties": {}}},
    }
    call = {"id": "t1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    caller.upstream.script.append(Reply(body=json.dumps(chat("", tool_calls=[call])).encode(), headers=JSON))
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": ASKED}]}]
    first = caller.openai.chat.completions.create(model="m", messages=messages, tools=[tool])  # type: ignore[list-item]
    shown = caller.last().body
    messages += [
        first.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": "t1", "content": "6432"},
    ]
    caller.openai.chat.completions.create(model="m", messages=messages, tools=[tool])  # type: ignore[list-item]
    again = caller.last().body

    assert first.choices[0].message.tool_calls is not None
    assert shown["tools"] == [tool]
    # The same bytes again, so that the provider's cache holds; results of tools are nobody's words.
    assert again["messages"][0] == shown["messages"][0]
    assert again["messages"][1:] == messages[1:]
    assert caller.turns(2) == [("user", PORT), ("user", ASKED)]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_errors_of_the_upstream_pass_as_they_are(caller: Caller, status: int):
    body = b'{"error":{"message":"no \xc3\xa9","type":"x","param":null,"code":null}}'
    caller.upstream.script.append(
        Reply(status=status, body=body, headers={**JSON, "Retry-After": "7", "X-Up": "1"})
    )

    with pytest.raises(openai.APIStatusError) as raised:
        caller.openai.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "Remember me."}]
        )

    assert raised.value.status_code == status
    assert raised.value.response.content == body
    assert raised.value.response.headers["x-up"] == "1"
    assert raised.value.response.headers["retry-after"] == "7"
    assert caller.turns(1) == [("user", PORT)]


def test_a_memory_that_fails_is_no_matter_of_the_reply(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    async def failing(*_: object, **__: object) -> None:
        raise StoreError("the disk is full of harpsichords")

    monkeypatch.setattr(AsyncHandle, "context", failing)
    monkeypatch.setattr(AsyncHandle, "remember", failing)

    reply = caller.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": ASKED}])

    assert reply.choices[0].message.content == "Noted."
    assert caller.last().body["messages"] == [{"role": "user", "content": ASKED}]


def test_what_a_client_puts_around_words_is_not_remembered(caller: Caller):
    words = "<system-reminder>I own a submarine.</system-reminder>I like tea.\n\n<lukasa-memory>\nI am 90.\n</lukasa-memory>"
    caller.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": words}])

    assert caller.turns(3)[1:] == [("user", "I like tea."), ("assistant", "Noted.")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"messages": 3}',
        b'{"messages": [{"role": "user", "content": {"a": 1}}, 5]}',
        b"\xff",
    ],
)
def test_a_body_that_makes_no_sense_is_the_upstreams_to_refuse(caller: Caller, body: bytes):
    caller.upstream.script.append(Reply(status=400, body=b"no"))

    if body in {b"", b"{", b"\xff"}:
        assert ChatBody.read("chat", body) is None  # This upstream reads JSON only.
    else:
        reply = caller.api.post("/openai/v1/chat/completions", content=body, headers=JSON)
        assert (reply.status_code, reply.content, caller.last().data) == (400, b"no", body)


def test_who_may_do_what(server: Served, caller: Caller):
    def status(key: str, path: str = "/openai/v1/responses", **headers: str) -> int:
        with server.client(key) as client:
            return client.post(path, json={"model": "m", "input": "Hello."}, headers=headers).status_code

    reader, tenant = server.key(user=caller.user, role="read"), server.key(role="write")
    asked = len(caller.upstream.asked)

    assert status("lk_0_0") == 401
    assert status(reader, **{"X-Lukasa": "write"}) == 403
    assert status(reader, **{"X-Lukasa": "perhaps"}) == 422
    assert status(tenant) == 403
    assert status(caller.key, "/openai/users/eve/v1/responses") == 403
    assert status(caller.key, "/openai/v1/files") == 404
    assert len(caller.upstream.asked) == asked
    assert status(reader) == status(tenant, "/openai/users/eve%2F2/v1/responses") == 200


def test_an_upstream_that_is_not_there_is_a_502(tmp_path: Path):
    with (
        served(tmp_path, upstream=Upstream(url="http://127.0.0.1:1/v1")) as server,
        server.client(server.key(user="a")) as client,
    ):
        reply = client.post(
            "/openai/v1/chat/completions", json={"messages": [{"role": "user", "content": "Hi."}]}
        )

    assert (reply.status_code, reply.headers["content-type"]) == (502, "application/problem+json")


def test_without_an_upstream_there_is_no_proxy(tmp_path: Path):
    with served(tmp_path) as server, server.client(server.key(user="a")) as client:
        assert client.post("/openai/v1/responses", json={}).status_code == 404


# --- bodies


def test_a_conversation_keeps_its_name():
    opening = [{"role": "system", "content": "x"}, {"role": "user", "content": "Hello."}]
    later = [*opening, {"role": "assistant", "content": "Hi."}, {"role": "user", "content": "More."}]
    names = [ChatBody("chat", {"messages": messages}).session for messages in (opening, later)]

    assert names[0] == names[1] != ""
    assert ChatBody("chat", {"messages": [{"role": "user", "content": "Other."}]}).session != names[0]
    assert ChatBody("responses", {"input": "a", "conversation": {"id": "c1"}}).session == "openai c1"
    assert ChatBody("responses", {"input": "a", "previous_response_id": "r"}).session == ""
    assert ChatBody("chat", {}).session == ""


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
def test_a_reply_is_read_however_it_is_cut(size: int):
    for api, body in (("chat", chat_events("Ä", "🐘 b")), ("responses", response_events("Ä", "🐘 b"))):
        reader = ReplyText(api, streamed=True)  # type: ignore[arg-type]
        for start in range(0, len(body), size):
            reader.feed(body[start : start + size])
        reader.end()

        assert (reader.text, reader.finished) == ("Ä🐘 b", True)


def test_a_reply_of_any_length_takes_little_memory():
    reader = ReplyText("chat", streamed=True)
    for _ in range(60):
        reader.feed(b"data: " + b"x" * 1_000_000)
    reader.feed(b"\n" + chat_events("y" * 300_000))

    assert len(reader.text) == 200_000
    assert reader.finished


def test_the_example_of_the_guide(server: Served, caller: Caller, capsys: pytest.CaptureFixture[str]):
    guide = (Path(__file__).parents[2] / "docs" / "proxy.md").read_text("utf-8")
    (code,) = re.findall(r"^```py\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    code = code.replace("http://127.0.0.1:8765", server.url).replace('"lk_…"', repr(caller.key))

    exec(compile(code, "docs/proxy.md", "exec"), {})

    assert capsys.readouterr().out == "Noted.\n"
    assert PORT in caller.last().body["messages"][-1]["content"]


def test_a_caller_who_leaves_is_no_failure(caller: Caller):
    caller.upstream.script.append(Reply(body=chat_events(*["x" * 50_000] * 40), headers=EVENTS))
    with caller.api.stream(
        "POST", "/openai/v1/chat/completions", json={"messages": [{"role": "user", "content": ASKED}]}
    ) as reply:
        next(reply.iter_raw())

    with pytest.raises(httpx2.HTTPStatusError):
        caller.api.post("/openai/v1/nothing").raise_for_status()
    caller.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "Still there?"}])
