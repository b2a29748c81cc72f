"""The exchange over HTTP, and its failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, NoReturn

from lukasa.adapters.endpoint import Endpoint, error_codes, is_code, out_of_credit, retry_after, why_lost
from lukasa.adapters.llms.openai_compatible.wire import CUT_OFF, Refusal, body, piece, refusal, reply
from lukasa.errors import (
    BadReplyError,
    ConfigError,
    ProviderDownError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitedError,
    RequestRefusedError,
)
from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage

if TYPE_CHECKING:
    from httpx2 import Response

_MOST_REFUSALS = 6
"""As many as there are parameters that can be refused."""

_BAD = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
_REFUSED = {*_BAD, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
_SPENT = "the account has no credit left"
_HINTS = {
    HTTPStatus.UNAUTHORIZED: "check the key (LUKASA_LLM_KEY)",
    HTTPStatus.FORBIDDEN: "the key may not use this model",
    HTTPStatus.NOT_FOUND: "check the model's name and LUKASA_LLM_URL, which ends in /v1 for most servers",
    HTTPStatus.PAYMENT_REQUIRED: _SPENT,
}


class OpenAICompatibleLLM:
    """A model behind `/chat/completions`.

    Structured replies are asked for by the strongest means that the server and the model accept: a JSON schema, a JSON
    object, or words. What they refuse is remembered, so that it costs one call once.
    """

    def __init__(self, base_url: str, model: str, *, api_key: str | None = None) -> None:
        """Prepare; nothing is sent yet. *base_url* is what stands before `/chat/completions`."""
        # Each request has its own limit.
        self._endpoint = Endpoint(
            base_url, "/chat/completions", serves="model", example="http://localhost:8080/v1",
            api_key=api_key, timeout=None,
        )  # fmt: skip
        if not model:
            raise ConfigError("model must be named, such as 'gpt-4.1-mini'")
        self._host = self._endpoint.host
        self._model = model
        self._refused: frozenset[Refusal] = frozenset()

    @property
    def name(self) -> str:
        """See the port."""
        return f"openai_compatible:{self._model}"

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        started = perf_counter()
        try:
            async with asyncio.timeout(request.limits.timeout):
                response = await self._ask(request)
        except TimeoutError as error:
            raise self._silent(request) from error
        try:
            answer = response.json()
        except ValueError as error:
            raise BadReplyError(f"{self._host!r} did not answer with JSON") from error
        if not isinstance(answer, dict):
            raise BadReplyError(f"the reply of {self._host!r} is not a JSON object")
        return reply(answer, request, milliseconds=(perf_counter() - started) * 1000)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port."""
        started = perf_counter()
        text: list[str] = []
        model, counted = self._model, TokenUsage()
        ended: str | None = None
        try:
            async with asyncio.timeout(request.limits.timeout):
                async for line in self._lines(request):
                    if (event := piece(line)) is None:
                        continue
                    ended = event.ended if ended is None else ended
                    model, counted = event.model or model, event.usage or counted
                    if event.text:
                        text.append(event.text)
                        yield event.text
        except TimeoutError as error:
            raise self._silent(request) from error
        except self._transport_errors() as error:
            raise self._unreachable(error) from error
        if ended is None:
            raise ProviderDownError(f"the stream of {self._host!r} broke off before its end")
        yield LLMReply(
            text="".join(text),
            model=model,
            usage=counted,
            complete=ended != CUT_OFF,
            milliseconds=(perf_counter() - started) * 1000,
        )

    async def aclose(self) -> None:
        """See the port."""
        await self._endpoint.aclose()

    # --- the exchange ------------------------------------------------------------------------------------------------

    async def _lines(self, request: LLMRequest) -> AsyncIterator[str]:
        """Yield the lines of a stream, once no parameter is refused."""
        client = await self._endpoint.client()
        for _ in range(_MOST_REFUSALS):
            sent = {**body(request, self._model, self._refused), "stream": True}
            sent["stream_options"] = {"include_usage": True}
            async with client.stream("POST", self._endpoint.url, json=sent) as response:
                if response.status_code == HTTPStatus.OK:
                    async for line in response.aiter_lines():
                        yield line
                    return
                await response.aread()
                self._learn(response, sent)
        raise self._stubborn()

    async def _ask(self, request: LLMRequest) -> Response:
        """Ask until no parameter is refused."""
        for _ in range(_MOST_REFUSALS):
            sent = body(request, self._model, self._refused)
            response = await self._post(sent)
            if response.status_code == HTTPStatus.OK:
                return response
            self._learn(response, sent)
        raise self._stubborn()

    def _learn(self, response: Response, sent: Mapping[str, object]) -> None:
        """Remember what was refused and leave it out from now on; raise any other error."""
        bad = response.status_code in _BAD
        what = refusal(_message(response), sent, self._refused) if bad else None
        if what is None:
            self._fail(response)
        self._refused |= {what}

    async def _post(self, sent: Mapping[str, object]) -> Response:
        client = await self._endpoint.client()
        try:
            return await client.post(self._endpoint.url, json=sent)
        except self._transport_errors() as error:
            raise self._unreachable(error) from error

    # --- failures ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _transport_errors() -> tuple[type[Exception], ...]:
        import httpx2  # noqa: PLC0415 - it was first imported in the thread that opened the client

        return (httpx2.TransportError, httpx2.DecodingError)

    def _fail(self, response: Response) -> NoReturn:
        """Raise what a status means. Endpoints quote what was sent to them, so only their error's code is shown."""
        status = response.status_code
        code = _code(response)
        told = f" ({code})" if code else ""
        message = f"the model endpoint {self._host!r} answered {status}{told} for {self._model!r}"
        if out_of_credit(code):
            raise ProviderError(f"{message}; {_SPENT}")
        if status in _REFUSED:
            raise RequestRefusedError(message)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimitedError(message, wait=retry_after(response))
        if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT}:
            raise ProviderTimeoutError(message)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProviderDownError(message)
        hint = _HINTS.get(HTTPStatus(status)) if status in set(HTTPStatus) else None
        raise ProviderError(f"{message}; {hint}" if hint else message)

    def _stubborn(self) -> ProviderError:
        return ProviderError(f"{self._host!r} refused every way to ask the model {self._model!r}")

    def _silent(self, request: LLMRequest) -> ProviderTimeoutError:
        return ProviderTimeoutError(
            f"the model endpoint {self._host!r} did not answer within {request.limits.timeout:g} s"
        )

    def _unreachable(self, error: Exception) -> ProviderDownError:
        return ProviderDownError(f"cannot reach the model endpoint {self._host!r}: {why_lost(error)}")


def _message(response: Response) -> str:
    """Return the text of an error, to find names of parameters in. It is never shown."""
    return response.text[:4_000]


def _code(response: Response) -> str:
    try:
        codes = error_codes(response.json())
    except ValueError:
        return ""
    return next((str(code) for code in codes if is_code(code)), "")
