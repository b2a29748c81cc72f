"""What is put around a model: patience, turns, prices, records, traces."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lukasa.adapters.wrappers.limited import LimitedLLM
from lukasa.adapters.wrappers.priced import PricedLLM
from lukasa.adapters.wrappers.recorded import RecordedLLM, fingerprint
from lukasa.adapters.wrappers.retried import RetriedLLM
from lukasa.adapters.wrappers.traced import TracedLLM
from lukasa.errors import (
    ConfigError,
    ProviderDownError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitedError,
)
from lukasa.ports.llm import LLM, ChatMessage, Limits, LLMReply, LLMRequest, Shape, TokenUsage
from lukasa.testing.llm import ScriptedLLM

ASKED = LLMRequest(messages=(ChatMessage("user", "Where is the violin?"),), purpose="test")


def ask(llm: LLM, request: LLMRequest = ASKED) -> LLMReply:
    return asyncio.run(llm.complete(request))


# --- retried ---------------------------------------------------------------------------------------------------------


class Patience:
    """Notes how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def retried(script: list[LLMReply | str | Exception], patience: Patience, attempts: int = 4) -> RetriedLLM:
    return RetriedLLM(ScriptedLLM(script), attempts=attempts, sleep=patience, jitter=lambda: 1.0)  # type: ignore[arg-type]


def test_what_may_pass_is_tried_again_with_longer_waits():
    patience = Patience()

    reply = ask(
        retried([ProviderDownError(), ProviderTimeoutError(), RateLimitedError(), "at last"], patience)
    )

    assert reply.text == "at last"
    assert patience.waits == [1.0, 2.0, 4.0]


def test_a_provider_is_waited_for_as_long_as_it_asks():
    patience = Patience()

    assert ask(retried([RateLimitedError(wait=9.0), "ok"], patience)).text == "ok"
    assert patience.waits == [9.0]


def test_too_much_patience_is_not_had():
    patience = Patience()

    with pytest.raises(RateLimitedError):
        ask(retried([RateLimitedError(wait=600.0), "ok"], patience))
    assert patience.waits == []


def test_what_will_not_pass_is_not_tried_again():
    patience = Patience()

    with pytest.raises(ProviderError, match="no key"):
        ask(retried([ProviderError("no key"), "ok"], patience))
    assert patience.waits == []


def test_all_attempts_together_have_the_time_of_one_request():
    clock, patience = [0.0], Patience()

    class Silent(ScriptedLLM):
        """Takes all the time that it may."""

        async def complete(self, request: LLMRequest) -> LLMReply:
            clock[0] += request.limits.timeout if len(self.requests) else 25.0
            return await super().complete(request)

    silent = Silent([ProviderTimeoutError()])
    llm = RetriedLLM(silent, attempts=9, sleep=patience, jitter=lambda: 1.0, now=lambda: clock[0])

    with pytest.raises(ProviderTimeoutError):
        ask(llm, replace(ASKED, limits=Limits(timeout=60.0)))
    assert [request.limits.timeout for request in silent.requests] == [60.0, 35.0]
    assert (clock[0], patience.waits) == (60.0, [1.0])


def test_the_last_error_is_told():
    patience = Patience()

    with pytest.raises(ProviderTimeoutError):
        ask(retried([ProviderDownError(), ProviderTimeoutError()], patience, attempts=2))


def test_a_stream_is_begun_anew_only_before_it_says_anything():
    patience = Patience()
    llm = retried([ProviderDownError(), "two words"], patience)

    async def run() -> list[str]:
        return [piece async for piece in llm.stream(ASKED) if isinstance(piece, str)]

    assert asyncio.run(run()) == ["two", " words"]
    assert len(patience.waits) == 1


# --- limited ---------------------------------------------------------------------------------------------------------


def test_no_more_run_at_once_than_allowed():
    running = most = 0

    class Busy(ScriptedLLM):
        async def complete(self, request: LLMRequest) -> LLMReply:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1
            return LLMReply()

    async def run() -> None:
        llm = LimitedLLM(Busy([""]), concurrency=3)
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(llm.complete(ASKED))

    asyncio.run(run())
    assert most == 3


def test_a_minute_has_room_for_so_many():
    now = 0.0
    begun: list[float] = []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    class Noted(ScriptedLLM):
        async def complete(self, request: LLMRequest) -> LLMReply:
            begun.append(now)
            return LLMReply()

    async def run() -> None:
        llm = LimitedLLM(Noted([""]), per_minute=2, now=lambda: now, sleep=sleep)
        for _ in range(5):
            await llm.complete(ASKED)

    asyncio.run(run())
    assert begun == [0.0, 0.0, 60.0, 60.0, 120.0]


# --- priced ----------------------------------------------------------------------------------------------------------

THOUSANDS = TokenUsage(tokens_in=1_000_000, tokens_out=1_000_000)


def test_a_known_model_has_a_price():
    cheap = ask(
        PricedLLM(ScriptedLLM([LLMReply(model="gpt-4.1-mini", usage=THOUSANDS)], name="openai:gpt-4.1-mini"))
    )
    dear = ask(PricedLLM(ScriptedLLM([LLMReply(model="gpt-4.1", usage=THOUSANDS)], name="openai:gpt-4.1")))

    assert cheap.dollars is not None
    assert dear.dollars is not None
    assert 0 < cheap.dollars < dear.dollars


def test_cached_tokens_are_cheaper():
    cached = replace(THOUSANDS, tokens_cached=900_000)
    one, other = (
        ask(PricedLLM(ScriptedLLM([LLMReply(model="gpt-4.1-mini", usage=usage)], name="openai:gpt-4.1-mini")))
        for usage in (THOUSANDS, cached)
    )

    assert (one.dollars or 0) > (other.dollars or 0) > 0


def test_a_model_at_home_has_none():
    reply = ask(PricedLLM(ScriptedLLM([LLMReply(usage=THOUSANDS)], name="openai_compatible:my-own-thing")))

    assert reply.dollars is None


# --- recorded --------------------------------------------------------------------------------------------------------


def test_what_was_recorded_is_given_again_without_a_model(tmp_path: Path):
    path = tmp_path / "replies.jsonl"
    model = ScriptedLLM([LLMReply(text="in the shop", usage=TokenUsage(tokens_in=5)), "sold"])
    recording = RecordedLLM(model, path, mode="record")
    first, second = ask(recording), ask(recording)

    replaying = RecordedLLM(None, path, mode="replay")

    assert [ask(replaying), ask(replaying), ask(replaying)] == [first, second, second]
    assert len(model.requests) == 2


def test_auto_asks_only_for_what_is_new(tmp_path: Path):
    path = tmp_path / "replies.jsonl"
    ask(RecordedLLM(ScriptedLLM(["one"]), path))
    model = ScriptedLLM(["two"])
    again = RecordedLLM(model, path)

    assert ask(again).text == "one"
    assert ask(again, replace(ASKED, purpose="other")).text == "two"
    assert len(model.requests) == 1


def test_an_unknown_request_is_named_and_not_made_up(tmp_path: Path):
    path = tmp_path / "replies.jsonl"
    ask(RecordedLLM(ScriptedLLM(["one"]), path))
    other = replace(ASKED, messages=(ChatMessage("user", "Who?"),))

    with pytest.raises(ProviderError, match=fingerprint(other)):
        ask(RecordedLLM(None, path, mode="replay"), other)


def test_every_part_of_a_request_tells_it_from_others():
    shape = Shape(name="a", schema={"type": "object"})
    variants = [
        ASKED,
        replace(ASKED, purpose="x"),
        replace(ASKED, messages=(ChatMessage("system", "Where is the violin?"),)),
        replace(ASKED, shape=shape),
        replace(ASKED, tools=(shape,)),
        replace(ASKED, limits=Limits(max_tokens=1)),
        replace(ASKED, limits=Limits(temperature=1.0)),
    ]

    assert len({fingerprint(each) for each in variants if each.shape is None or not each.tools}) >= 6


def test_a_record_is_for_its_owners_eyes(tmp_path: Path):
    path = tmp_path / "replies.jsonl"
    ask(RecordedLLM(ScriptedLLM(["one"]), path))

    assert path.stat().st_mode & 0o077 == 0
    assert "violin" not in path.read_text("utf-8")


def test_a_damaged_record_names_its_line(tmp_path: Path):
    path = tmp_path / "replies.jsonl"
    ask(RecordedLLM(ScriptedLLM(["one"]), path))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"request": "half\n')

    with pytest.raises(ConfigError, match="line 2"):
        ask(RecordedLLM(None, path, mode="replay"))


def test_a_replay_needs_its_record(tmp_path: Path):
    with pytest.raises(ConfigError, match="no record"):
        ask(RecordedLLM(None, tmp_path / "none.jsonl", mode="replay"))
    with pytest.raises(ConfigError, match="nothing to record"):
        RecordedLLM(None, tmp_path / "none.jsonl", mode="record")


# --- traced ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def spans() -> tuple[TracerProvider, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


def test_a_span_tells_the_model_and_the_tokens_and_no_content(
    spans: tuple[TracerProvider, InMemorySpanExporter],
):
    provider, exporter = spans
    reply = LLMReply(text="in the shop", model="gpt-x-1", usage=TokenUsage(tokens_in=5, tokens_out=3))

    ask(TracedLLM(ScriptedLLM([reply], name="openai:gpt-x"), provider=provider))

    (span,) = exporter.get_finished_spans()
    told = dict(span.attributes or {})
    assert span.name == "chat gpt-x"
    assert told["gen_ai.request.model"] == "gpt-x"
    assert told["gen_ai.response.model"] == "gpt-x-1"
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.usage.output_tokens"]) == (5, 3)
    assert "violin" not in span.to_json()
    assert "shop" not in span.to_json()


def test_a_failure_is_told_by_its_kind_alone(spans: tuple[TracerProvider, InMemorySpanExporter]):
    provider, exporter = spans

    with pytest.raises(ProviderError):
        ask(TracedLLM(ScriptedLLM([ProviderError("secret words")]), provider=provider))

    (span,) = exporter.get_finished_spans()
    assert dict(span.attributes or {})["error.type"] == "ProviderError"
    assert "secret" not in span.to_json()
