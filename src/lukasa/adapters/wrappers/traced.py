"""OpenTelemetry spans of the GenAI conventions, for whoever has set up tracing. They hold no content."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from lukasa.ports.llm import LLM, LLMReply, LLMRequest


class TracedLLM:
    """Makes a span for each request; nothing at all where opentelemetry-api is not installed."""

    def __init__(self, inner: LLM, *, provider: Any = None) -> None:
        """Wrap *inner*. *provider*: a tracer provider, in place of the one that is set up for the process."""
        self._inner = inner
        self._provider = provider

    @property
    def name(self) -> str:
        """See the port."""
        return self._inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        with self._span(request) as span:
            reply = await self._inner.complete(request)
            _tell(span, reply)
        return reply

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port."""
        with self._span(request) as span:
            async for piece in self._inner.stream(request):
                if isinstance(piece, LLMReply):
                    _tell(span, piece)
                yield piece

    async def aclose(self) -> None:
        """See the port."""
        await self._inner.aclose()

    @contextmanager
    def _span(self, request: LLMRequest) -> Iterator[Any]:
        try:
            from opentelemetry import trace  # noqa: PLC0415 - optional
        except ImportError:
            yield None
            return
        tracer = trace.get_tracer("lukasa", tracer_provider=self._provider)
        system, _, model = self.name.partition(":")
        attributes: dict[str, str | int | float] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": system,
            "gen_ai.request.model": model,
            "gen_ai.request.max_tokens": request.limits.max_tokens,
            "gen_ai.request.temperature": request.limits.temperature,
            "lukasa.purpose": request.purpose,
        }
        with tracer.start_as_current_span(
            f"chat {model}",
            kind=trace.SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(trace.StatusCode.ERROR)
                raise


def _tell(span: Any, reply: LLMReply) -> None:
    if span is None:
        return
    span.set_attribute("gen_ai.response.model", reply.model)
    span.set_attribute("gen_ai.usage.input_tokens", reply.usage.tokens_in)
    span.set_attribute("gen_ai.usage.output_tokens", reply.usage.tokens_out)
    span.set_attribute("gen_ai.response.finish_reasons", ["stop" if reply.complete else "length"])
