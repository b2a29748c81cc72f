"""What a reply cost, by the price list that comes with genai-prices. Nothing is fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from lukasa.ports.llm import LLM, LLMReply, LLMRequest


class PricedLLM:
    """Puts a price on replies, where the model is on the list; one that runs at home has none."""

    def __init__(self, inner: LLM) -> None:
        """Wrap *inner*."""
        self._inner = inner

    @property
    def name(self) -> str:
        """See the port."""
        return self._inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        return self._priced(await self._inner.complete(request))

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port."""
        async for piece in self._inner.stream(request):
            yield self._priced(piece) if isinstance(piece, LLMReply) else piece

    async def aclose(self) -> None:
        """See the port."""
        await self._inner.aclose()

    def _priced(self, reply: LLMReply) -> LLMReply:
        return priced(reply, self.name)


def priced(reply: LLMReply, name: str) -> LLMReply:
    """Return a reply of the model of that name (`openai:gpt-4.1-mini`) with its price, unless it has one."""
    if reply.dollars is not None:
        return reply
    provider, _, model = name.partition(":")
    price_list = None if provider == "openai_compatible" else provider
    return replace(reply, dollars=dollars(reply, reply.model or model, price_list))


def dollars(reply: LLMReply, model: str, provider: str | None) -> float | None:
    """Return what a reply of that model cost; `None` when the list does not have it."""
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - only where a model is asked

    usage = Usage(
        input_tokens=reply.usage.tokens_in,
        output_tokens=reply.usage.tokens_out,
        cache_read_tokens=reply.usage.tokens_cached,
    )
    try:
        return float(calc_price(usage, model_ref=model, provider_id=provider).total_price)
    except (LookupError, ValueError):
        return None
