"""What every language model must do, whoever serves it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from lukasa.errors import ClosedError, LukasaError
from lukasa.ports.llm import LLM, ChatMessage, Limits, LLMReply, LLMRequest, Shape

GREETING = LLMRequest(
    messages=(ChatMessage("system", "Be brief."), ChatMessage("user", "Say hello.")),
    purpose="test",
    limits=Limits(max_tokens=200, timeout=30),
)
COLOUR = Shape(
    name="colour",
    schema={
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    },
    description="A colour.",
)


class LLMContract:
    """Subclass it, and give it the fixture `llm`: a model that answers anything, and shapes and tools as asked."""

    @pytest.fixture
    async def llm(self) -> AsyncIterator[LLM]:
        """Yield the model; override this."""
        raise NotImplementedError
        yield

    @pytest.mark.anyio
    async def test_it_has_a_name(self, llm: LLM) -> None:
        assert ":" in llm.name

    @pytest.mark.anyio
    async def test_it_answers_with_text(self, llm: LLM) -> None:
        reply = await llm.complete(GREETING)

        assert reply.text
        assert reply.complete
        assert reply.milliseconds >= 0

    @pytest.mark.anyio
    async def test_tokens_are_counted_or_nought(self, llm: LLM) -> None:
        usage = (await llm.complete(GREETING)).usage

        assert usage.tokens_in >= usage.tokens_cached >= 0
        assert usage.tokens_out >= 0

    @pytest.mark.anyio
    async def test_a_shaped_reply_is_json_in_text(self, llm: LLM) -> None:
        reply = await llm.complete(replace(GREETING, shape=COLOUR))

        assert isinstance(json.loads(reply.text)["name"], str)
        assert reply.calls == ()

    @pytest.mark.anyio
    async def test_a_tool_is_called_by_name_with_json(self, llm: LLM) -> None:
        reply = await llm.complete(replace(GREETING, tools=(COLOUR,)))

        assert reply.calls[0].name == "colour"
        assert isinstance(json.loads(reply.calls[0].arguments)["name"], str)

    @pytest.mark.anyio
    async def test_a_stream_gives_pieces_and_then_the_whole(self, llm: LLM) -> None:
        pieces = [piece async for piece in llm.stream(GREETING)]

        *texts, last = pieces
        assert isinstance(last, LLMReply)
        assert "".join(text for text in texts if isinstance(text, str)) == last.text != ""

    @pytest.mark.anyio
    async def test_an_earlier_answer_may_stand_in_the_prompt(self, llm: LLM) -> None:
        messages = (*GREETING.messages, ChatMessage("assistant", "Hello!"), ChatMessage("user", "Again."))

        assert (await llm.complete(replace(GREETING, messages=messages))).text

    @pytest.mark.anyio
    async def test_closing_twice_does_nothing(self, llm: LLM) -> None:
        await llm.aclose()
        await llm.aclose()

    @pytest.mark.anyio
    async def test_after_closing_it_answers_or_says_that_it_is_closed(self, llm: LLM) -> None:
        await llm.aclose()
        try:
            await llm.complete(GREETING)
        except LukasaError as error:
            assert isinstance(error, ClosedError)
