"""What a server can do to us, and what we tell of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lukasa.adapters.llms.openai_compatible import OpenAICompatibleLLM
from lukasa.errors import (
    BadReplyError,
    ClosedError,
    ConfigError,
    LukasaError,
    ProviderDownError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitedError,
    RequestRefusedError,
)
from lukasa.ports.llm import ChatMessage, Limits, LLMReply, LLMRequest, Shape
from lukasa.testing.chat_endpoint import ChatEndpoint, completion
from lukasa.testing.endpoint import Reply

ASKED = LLMRequest(messages=(ChatMessage("user", "My PIN is 4711."),), purpose="test")
SHAPE = Shape(name="thing", schema={"type": "object", "properties": {}})
KEY = "sk-very-secret"


@pytest.fixture
def endpoint() -> Iterator[ChatEndpoint]:
    with ChatEndpoint() as endpoint:
        yield endpoint


def ask(endpoint: ChatEndpoint, *requests: LLMRequest) -> list[LLMReply]:
    async def run() -> list[LLMReply]:
        llm = OpenAICompatibleLLM(endpoint.base_url, "test-model", api_key=KEY)
        try:
            return [await llm.complete(request) for request in requests]
        finally:
            await llm.aclose()

    return asyncio.run(run())


def test_what_is_sent(endpoint: ChatEndpoint):
    (reply,) = ask(endpoint, ASKED)

    (asked,) = endpoint.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "test-model",
        "messages": [{"role": "user", "content": "My PIN is 4711."}],
        "max_tokens": 2000,
        "temperature": 0.0,
    }
    assert (reply.text, reply.model, reply.usage.tokens_in, reply.usage.tokens_out) == (
        "ok", "test-model", 11, 7,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "error", "retryable"),
    [
        (Reply(status=401), ProviderError, False),
        (Reply(status=403), ProviderError, False),
        (Reply(status=404), ProviderError, False),
        (Reply(status=402), ProviderError, False),
        (Reply(status=400), RequestRefusedError, False),
        (Reply(status=413), RequestRefusedError, False),
        (Reply(status=422), RequestRefusedError, False),
        (Reply(status=429, body=b'{"error": {"code": "insufficient_quota"}}'), ProviderError, False),
        (Reply(status=408), ProviderTimeoutError, True),
        (Reply(status=429), RateLimitedError, True),
        (Reply(status=500), ProviderDownError, True),
        (Reply(status=502), ProviderDownError, True),
        (Reply(status=503), ProviderDownError, True),
        (Reply(status=504), ProviderTimeoutError, True),
        (Reply(status=307, headers={"Location": "http://127.0.0.1:1/"}), ProviderError, False),
        (Reply(body=b"<html>"), BadReplyError, False),
        (Reply(body=b"[]"), BadReplyError, False),
    ],
)
def test_failures_are_typed(endpoint: ChatEndpoint, reply: Reply, error: type[LukasaError], retryable: bool):
    endpoint.script = [reply]

    with pytest.raises(error) as caught:
        ask(endpoint, ASKED)

    assert caught.value.retryable is retryable
    assert "127.0.0.1" in str(caught.value)


def test_neither_key_nor_prompt_is_told(endpoint: ChatEndpoint):
    leak = {"error": {"message": f"bad key {KEY} for: My PIN is 4711.", "code": "invalid_api_key"}}
    endpoint.script = [Reply(status=401, body=json.dumps(leak).encode())]

    with pytest.raises(ProviderError, match=r"invalid_api_key.*check the key") as caught:
        ask(endpoint, ASKED)

    assert KEY not in str(caught.value)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("0.5", 0.5), ("", None), ("soon", None)])
def test_a_server_may_say_how_long_to_wait(endpoint: ChatEndpoint, header: str, wait: float | None):
    endpoint.script = [Reply(status=429, headers={"Retry-After": header} if header else {})]

    with pytest.raises(RateLimitedError) as caught:
        ask(endpoint, ASKED)

    assert caught.value.wait == wait


def test_a_date_to_wait_for_counts_from_the_servers_clock(endpoint: ChatEndpoint):
    headers = {
        "Date": "Mon, 01 Jan 2024 00:00:00 GMT",
        "Retry-After": "Mon, 01 Jan 2024 00:01:30 GMT",
    }
    endpoint.script = [Reply(status=429, headers=headers)]

    with pytest.raises(RateLimitedError) as caught:
        ask(endpoint, ASKED)

    assert caught.value.wait == 90.0


def test_silence_ends_at_the_deadline(endpoint: ChatEndpoint):
    endpoint.script = [Reply(delay=5)]

    with pytest.raises(ProviderTimeoutError, match=r"within 0\.2 s"):
        ask(endpoint, replace(ASKED, limits=Limits(timeout=0.2)))


def test_a_server_that_is_not_there_may_come_back():
    async def run() -> None:
        llm = OpenAICompatibleLLM("http://127.0.0.1:9/v1", "m")
        try:
            await llm.complete(ASKED)
        finally:
            await llm.aclose()

    with pytest.raises(ProviderDownError, match="cannot reach"):
        asyncio.run(run())


@pytest.mark.parametrize(
    "message",
    [{"content": None}, {"content": ""}, {}, {"content": [{"type": "text", "text": ""}]}],
)
def test_a_reply_without_words_is_an_empty_one(endpoint: ChatEndpoint, message: dict[str, object]):
    endpoint.script = [completion({"role": "assistant", **message})]

    (reply,) = ask(endpoint, ASKED)

    assert (reply.text, reply.calls) == ("", ())


def test_no_choices_are_no_words(endpoint: ChatEndpoint):
    endpoint.script = [Reply(body=b'{"choices": []}')]

    assert ask(endpoint, ASKED)[0].text == ""


def test_parts_are_joined_and_a_cut_reply_says_so(endpoint: ChatEndpoint):
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
    endpoint.script = [completion({"content": parts}, finish="length", usage=False)]

    (reply,) = ask(endpoint, ASKED)

    assert (reply.text, reply.complete, reply.usage.tokens_in) == ("Hello", False, 0)


def test_a_refused_parameter_costs_one_call_once():
    with ChatEndpoint(refuses=("json_schema", "json_object", "temperature", "max_tokens")) as endpoint:
        shaped = replace(ASKED, shape=SHAPE)
        ask(endpoint, shaped, shaped, shaped)

        assert len(endpoint.asked) == 4 + 3
        last = endpoint.asked[-1].body
        assert "response_format" not in last
        assert "temperature" not in last
        assert last["max_completion_tokens"] == 2000
        assert "JSON schema" in last["messages"][-1]["content"]


def test_what_never_changes_stays_first_when_the_schema_is_said_in_words():
    with ChatEndpoint(refuses=("json_schema", "json_object")) as endpoint:
        system = ChatMessage("system", "You are a careful reader.")
        ask(endpoint, replace(ASKED, messages=(system, *ASKED.messages), shape=SHAPE))

        sent = endpoint.asked[-1].body["messages"]
        assert sent[0]["content"] == "You are a careful reader."
        assert sent[1]["content"].startswith("My PIN is 4711.\n\nReply with one JSON object")


def test_another_bad_request_is_no_refusal_of_a_parameter(endpoint: ChatEndpoint):
    endpoint.script = [Reply(status=400, body=b'{"error": {"message": "context length exceeded"}}')]

    with pytest.raises(ProviderError, match="answered 400"):
        ask(endpoint, ASKED)
    assert len(endpoint.asked) == 1


def test_a_stream_that_fails_is_typed(endpoint: ChatEndpoint):
    endpoint.script = [Reply(status=429, headers={"Retry-After": "3"})]

    async def run() -> None:
        llm = OpenAICompatibleLLM(endpoint.base_url, "m")
        try:
            async for _ in llm.stream(ASKED):
                pass
        finally:
            await llm.aclose()

    with pytest.raises(RateLimitedError) as caught:
        asyncio.run(run())
    assert caught.value.wait == 3.0


def streamed(*lines: str) -> Reply:
    body = "".join(f"data: {line}\n\n" for line in lines)
    return Reply(body=body.encode(), headers={"Content-Type": "text/event-stream"})


WORD = '{"choices": [{"delta": {"content": "Faro"}, "finish_reason": null}]}'
STOP, LENGTH = (f'{{"choices": [{{"delta": {{}}, "finish_reason": "{why}"}}]}}' for why in ("stop", "length"))


def said(endpoint: ChatEndpoint, *lines: str) -> LLMReply:
    endpoint.script = [streamed(*lines)]

    async def run() -> list[str | LLMReply]:
        llm = OpenAICompatibleLLM(endpoint.base_url, "m")
        try:
            return [piece async for piece in llm.stream(ASKED)]
        finally:
            await llm.aclose()

    *_, reply = asyncio.run(run())
    assert isinstance(reply, LLMReply)
    return reply


@pytest.mark.parametrize(
    ("end", "whole"), [((STOP, "[DONE]"), True), ((STOP,), True), (("[DONE]",), True), ((LENGTH, "[DONE]"), False)]
)  # fmt: skip
def test_the_end_of_a_stream_says_whether_it_is_whole(
    endpoint: ChatEndpoint, end: tuple[str, ...], whole: bool
):
    reply = said(endpoint, WORD, *end)

    assert (reply.text, reply.complete) == ("Faro", whole)


@pytest.mark.parametrize("lines", [(WORD,), (), (WORD, '{"error": {"message": "overloaded"}}')])
def test_a_stream_without_an_end_broke_off(endpoint: ChatEndpoint, lines: tuple[str, ...]):
    with pytest.raises(ProviderDownError, match="broke off"):
        said(endpoint, *lines)


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://x/v1", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused_at_once(url: str):
    with pytest.raises(ConfigError):
        OpenAICompatibleLLM(url, "m")


def test_after_closing_nothing_is_sent(endpoint: ChatEndpoint):
    async def run() -> None:
        llm = OpenAICompatibleLLM(endpoint.base_url, "m")
        await llm.aclose()
        await llm.complete(ASKED)

    with pytest.raises(ClosedError):
        asyncio.run(run())
    assert endpoint.asked == []
