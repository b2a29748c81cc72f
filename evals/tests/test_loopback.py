"""A model behind an OpenAI-compatible server on the loopback interface, asked by real clients."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import hypothesis
import pytest
from _evals_story import tools
from hypothesis import strategies as st

from lukasa.errors import OverBudgetError, ProviderDownError, ProviderTimeoutError, RateLimitedError
from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage, ToolCall
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.loopback import Loopback
from lukasa_evals.loopback.ids import Ids

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Look at the sky.",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
    },
}


async def post(loopback: Loopback, path: str, body: object, key: str | None = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {loopback.key if key is None else key}"}
    async with httpx2.AsyncClient(base_url=loopback.url, headers=headers, timeout=20) as client:
        return await client.post(path, content=body if isinstance(body, bytes) else json.dumps(body).encode())


async def chat(loopback: Loopback, **body: object) -> httpx2.Response:
    return await post(
        loopback, "/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **body}
    )


@pytest.mark.anyio
async def test_a_reply_in_words(tmp_path: Path):
    model = ScriptedLLM([LLMReply(text="Hello.", usage=TokenUsage(tokens_in=7, tokens_out=2))])
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="test") as loopback:
        done = await chat(loopback, temperature=0.5, max_tokens=9)
        assert done.status_code == 200
        body = done.json()
        assert body["choices"][0]["message"] == {"role": "assistant", "content": "Hello."}
        assert body["usage"] == {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    (asked,) = model.requests
    assert (asked.purpose, asked.limits.max_tokens, asked.limits.temperature) == ("test", 9, 0.5)


@pytest.mark.anyio
async def test_it_is_bound_to_this_machine_and_wants_the_key(tmp_path: Path):
    model = ScriptedLLM(["Hello."])
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="test") as loopback:
        assert loopback.url.startswith("http://127.0.0.1:")
        assert (await post(loopback, "/chat/completions", {}, key="wrong")).status_code == 401
        assert (await post(loopback, "/chat/completions", {}, key="-")).status_code == 401
    assert not model.requests


@pytest.mark.anyio
async def test_functions_that_may_be_left_alone(tmp_path: Path):
    def either(asked: LLMRequest) -> LLMReply:
        assert [tool.name for tool in asked.tools] == ["weather", "reply_in_words"]
        wants = "rain" in asked.messages[-1].text
        call = (
            ToolCall("weather", '{"place": "Braga"}')
            if wants
            else ToolCall("reply_in_words", '{"text": "No need."}')
        )
        return LLMReply(calls=(call,))

    with tools(tmp_path) as given, Loopback(ScriptedLLM(either), given.vectors, purpose="t") as loopback:
        plain = (await chat(loopback, tools=[WEATHER])).json()["choices"][0]
        assert plain["message"]["content"] == "No need."
        assert plain["finish_reason"] == "stop"
        called = (
            await chat(loopback, tools=[WEATHER], messages=[{"role": "user", "content": "Will it rain?"}])
        ).json()["choices"][0]
        assert called["finish_reason"] == "tool_calls"
        assert called["message"]["tool_calls"][0]["function"] == {
            "name": "weather",
            "arguments": '{"place": "Braga"}',
        }


@pytest.mark.anyio
@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "weather"}}])
async def test_functions_that_must_be_called(tmp_path: Path, choice: object):
    model = ScriptedLLM([LLMReply(calls=(ToolCall("weather", "{}"),))])
    other = {"type": "function", "function": {"name": "other", "parameters": {"type": "object"}}}
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="t") as loopback:
        await chat(loopback, tools=[WEATHER, other], tool_choice=choice)
    names = [tool.name for tool in model.requests[0].tools]
    assert names == (["weather", "other"] if choice == "required" else ["weather"])


@pytest.mark.anyio
async def test_calls_and_their_results_become_words(tmp_path: Path):
    model = ScriptedLLM(["It rains."])
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Will it rain?"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "clouds"},
    ]
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="t") as loopback:
        await chat(loopback, messages=messages)
    told = [(message.role, message.text) for message in model.requests[0].messages]
    assert told == [
        ("system", "Be brief."),
        ("user", "Will it rain?"),
        ("assistant", "Called weather with {}"),
        ("user", "Result of weather:\nclouds"),
    ]


@pytest.mark.anyio
async def test_a_shape_is_asked_for(tmp_path: Path):
    model = ScriptedLLM(['{"a": 1}'])
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="t") as loopback:
        await chat(
            loopback, response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
        )
        await chat(loopback, response_format={"type": "text"})
    shape, free = (asked.shape for asked in model.requests)
    assert shape is not None
    assert (shape.name, shape.schema) == ("n", schema)
    assert free is None


@pytest.mark.anyio
async def test_an_object_of_any_kind_is_asked_for_in_words(tmp_path: Path):
    model = ScriptedLLM(['{"a": 1}'])
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="t") as loopback:
        done = await chat(loopback, response_format={"type": "json_object"})
    assert done.json()["choices"][0]["message"]["content"] == '{"a": 1}'
    (asked,) = model.requests
    assert asked.shape is None
    assert asked.messages[-1].text == "Hi\n\nReply with one JSON object, and nothing else."


@pytest.mark.anyio
async def test_identifiers_drawn_at_random_make_the_same_request_and_come_back(tmp_path: Path):
    model = ScriptedLLM(lambda asked: LLMReply(text=asked.messages[0].text.split()[-1]))
    drawn = [(str(uuid4()), uuid4().hex) for _ in range(2)]
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="t") as loopback:
        for first, second in drawn:
            told = [{"role": "user", "content": f"<session_{first}> and {second}"}]
            done = await chat(loopback, messages=told)
            assert done.json()["choices"][0]["message"]["content"] == second
    assert [asked.messages[0].text for asked in model.requests] == [
        "<session_00000000-0000-0000-0000-000000000001> and 00000000000000000000000000000002"
    ] * 2


PIECES = st.one_of(
    st.text("0123456789abcdefABCDEF-_ ", max_size=40),
    st.uuids().map(str),
    st.uuids().map(lambda id_: id_.hex.upper()),
)


@hypothesis.given(st.lists(PIECES, max_size=5).map("".join))
def test_what_is_hidden_is_shown_again(text: str):
    ids = Ids()
    assert ids.shown(ids.hidden(text)) == text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RateLimitedError("slow down"), 429),
        (ProviderDownError("no route"), 503),
        (ProviderTimeoutError("too slow"), 503),
        (OverBudgetError("all spent"), 400),
    ],
)
async def test_what_fails_keeps_its_meaning(tmp_path: Path, error: Exception, status: int):
    with tools(tmp_path) as given, Loopback(ScriptedLLM([error]), given.vectors, purpose="t") as loopback:
        done = await chat(loopback)
        assert done.status_code == status
        assert str(error) in done.json()["error"]["message"]
        assert loopback.failed is error


@pytest.mark.anyio
async def test_a_defect_of_the_model_is_told_too(tmp_path: Path):
    def broken(asked: LLMRequest) -> LLMReply:
        raise RuntimeError(f"no {asked.purpose}")

    with tools(tmp_path) as given, Loopback(ScriptedLLM(broken), given.vectors, purpose="t") as loopback:
        assert (await chat(loopback)).status_code == 500
        assert str(loopback.failed) == "the model failed: RuntimeError: no t"


@pytest.mark.anyio
@pytest.mark.parametrize("encoding", ["float", "base64"])
async def test_vectors_come_as_numbers_or_as_bytes(tmp_path: Path, encoding: str):
    with tools(tmp_path) as given, Loopback(ScriptedLLM([]), given.vectors, purpose="t") as loopback:
        done = await post(loopback, "/embeddings", {"input": "one", "encoding_format": encoding})
        expected = given.vectors.documents(["one"])[0]
    got = done.json()["data"][0]["embedding"]
    assert got == (
        expected.tolist() if encoding == "float" else base64.b64encode(expected.tobytes()).decode()
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chat/completions", b"{", 400),
        ("/chat/completions", b"[]", 400),
        ("/chat/completions", {"messages": []}, 400),
        ("/chat/completions", {"messages": [{"role": "narrator", "content": "x"}]}, 400),
        ("/chat/completions", {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400),
        ("/chat/completions", {"messages": [{"role": "user", "content": "x"}], "stream": True}, 400),
        ("/chat/completions", {"messages": [{"role": "user", "content": "x"}], "n": 2}, 400),
        ("/chat/completions", {"messages": [{"role": "user", "content": "x"}], "logprobs": True}, 400),
        (
            "/chat/completions",
            {"messages": [{"role": "user", "content": "x"}], "tools": [{"type": "function"}]},
            400,
        ),
        ("/chat/completions", {"messages": [{"role": "user", "content": "x"}], "max_tokens": "many"}, 400),
        ("/embeddings", {"input": [1, 2]}, 400),
        ("/embeddings", {"input": "one", "dimensions": 3}, 400),
        ("/responses", {}, 404),
        ("/models", {}, 404),
    ],
)
async def test_what_cannot_be_asked_is_refused(tmp_path: Path, path: str, body: object, status: int):
    model = ScriptedLLM(["never"])
    with tools(tmp_path) as given, Loopback(model, given.vectors, purpose="t") as loopback:
        assert (await post(loopback, path, body)).status_code == status
        # A package may take it for an empty reply: what was refused is remembered, unless it was no request at all.
        assert (loopback.failed is None) == isinstance(body, bytes)
    assert not model.requests


@pytest.mark.anyio
async def test_the_client_of_openai_gets_words_and_vectors(tmp_path: Path):
    openai = pytest.importorskip("openai")

    def asked(make: Callable[[Any], Any], url: str, key: str) -> Any:
        with openai.OpenAI(base_url=url, api_key=key, max_retries=0) as client:
            return make(client)

    with tools(tmp_path) as given, Loopback(ScriptedLLM(["Hello."]), given.vectors, purpose="t") as loopback:
        said = await asyncio.to_thread(
            asked,
            lambda client: client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "Hi"}]
            ),
            loopback.url,
            loopback.key,
        )
        assert said.choices[0].message.content == "Hello."
        # The client asks for base64, and takes it apart itself.
        found = await asyncio.to_thread(
            asked,
            lambda client: client.embeddings.create(model="m", input=["one", "two"]),
            loopback.url,
            loopback.key,
        )
        expected = given.vectors.documents(["one", "two"])
        assert [each.index for each in found.data] == [0, 1]
        assert found.data[1].embedding == pytest.approx(expected[1].tolist())
