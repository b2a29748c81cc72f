"""Every provider that pydantic-ai knows: OpenAI, Anthropic, Gemini, Ollama, vLLM, Bedrock, OpenRouter, by model string.

It asks one request at a time, below pydantic-ai's agents: whether a structured reply comes by a tool, by the provider's own
means or by words is chosen by the model's profile, and what comes is handed on as text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from lukasa.errors import (
    ConfigError,
    LukasaError,
    ProviderDownError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitedError,
    RequestRefusedError,
)
from lukasa.ports.llm import LLMReply, LLMRequest, Shape, TokenUsage, ToolCall

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.tools import ToolDefinition

_REQUEST_TIMEOUT = 408
_SERVER_ERROR = 500


class PydanticAILLM:
    """A model by its string, such as `openai:gpt-4.1-mini` or `anthropic:claude-haiku-4-5`; or a model object."""

    def __init__(self, model: str | Model) -> None:
        """Prepare; nothing is imported, and no key is looked for, before the first request."""
        if isinstance(model, str) and ":" not in model:
            raise ConfigError(
                f"model {model!r} must name its provider, such as 'openai:gpt-4.1-mini' or 'ollama:qwen3'"
            )
        self._given = model
        self._model: Model | None = None if isinstance(model, str) else model

    @property
    def name(self) -> str:
        """See the port."""
        return self._given if isinstance(self._given, str) else self._given.model_id

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        started = perf_counter()
        model = await self._opened()
        from pydantic_ai.direct import model_request  # noqa: PLC0415 - it was imported when the model was opened

        try:
            async with asyncio.timeout(request.limits.timeout):
                response = await model_request(
                    model,
                    _messages(request),
                    model_settings=_settings(request),
                    model_request_parameters=_parameters(request, model),
                )
        except Exception as error:
            raise _translated(error, self.name, request) from error
        return _reply(response, request, milliseconds=(perf_counter() - started) * 1000)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port."""
        started = perf_counter()
        model = await self._opened()
        pieces = self._pieces(model, request)
        async with aclosing(pieces):
            try:
                async for piece in pieces:
                    if isinstance(piece, str):
                        yield piece
                    else:
                        self._check_ended(piece)
                        yield _reply(piece, request, milliseconds=(perf_counter() - started) * 1000)
            except LukasaError:
                raise
            except Exception as error:
                raise _translated(error, self.name, request) from error

    async def aclose(self) -> None:
        """See the port. Providers' clients are shared by pydantic-ai and closed with the process."""

    def _check_ended(self, response: ModelResponse) -> None:
        """Raise for what a connection that broke left of a stream: every provider says why a reply ended."""
        if response.provider_name and response.finish_reason is None:
            raise ProviderDownError(f"the stream of {self.name!r} broke off before its end")

    async def _pieces(self, model: Model, request: LLMRequest) -> Any:
        from pydantic_ai.direct import model_request_stream  # noqa: PLC0415 - see `complete`
        from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta  # noqa: PLC0415

        async with (
            asyncio.timeout(request.limits.timeout),
            model_request_stream(
                model,
                _messages(request),
                model_settings=_settings(request),
                model_request_parameters=_parameters(request, model),
            ) as stream,
        ):
            async for event in stream:
                match event:
                    case PartStartEvent(part=TextPart(content=text)) if text:
                        yield text
                    case PartDeltaEvent(delta=TextPartDelta(content_delta=text)) if text:
                        yield text
                    case _:
                        pass
            yield stream.get()

    async def _opened(self) -> Model:
        if self._model is None:
            # Imports the provider's library, which takes most of a second.
            self._model = await asyncio.to_thread(self._open)
        return self._model

    def _open(self) -> Model:
        try:
            from pydantic_ai.exceptions import UserError  # noqa: PLC0415 - only who uses it pays for it
            from pydantic_ai.models import infer_model  # noqa: PLC0415
        except ImportError as error:
            raise ConfigError(f'the model {self.name!r} needs an extra: pip install "lukasa[llm]"') from error
        try:
            return infer_model(self._given)
        except (UserError, ValueError, ImportError) as error:
            # The first sentence says what is lacking; others are about that library.
            why = str(error).partition(". ")[0]
            raise ConfigError(f"the model {self.name!r} cannot be used: {why}") from error


# --- requests --------------------------------------------------------------------------------------------------------


def _messages(request: LLMRequest) -> Sequence[ModelMessage]:
    from pydantic_ai.messages import (  # noqa: PLC0415 - see `complete`
        ModelRequest,
        ModelResponse,
        SystemPromptPart,
        TextPart,
        UserPromptPart,
    )

    converted: list[ModelMessage] = []
    for message in request.messages:
        if message.role == "assistant":
            converted.append(ModelResponse(parts=[TextPart(message.text)]))
            continue
        part = SystemPromptPart(message.text) if message.role == "system" else UserPromptPart(message.text)
        if converted and isinstance(converted[-1], ModelRequest):
            converted[-1] = ModelRequest(parts=[*converted[-1].parts, part])
        else:
            converted.append(ModelRequest(parts=[part]))
    return converted


def _settings(request: LLMRequest) -> Any:
    return {
        "max_tokens": request.limits.max_tokens,
        "temperature": request.limits.temperature,
        "timeout": request.limits.timeout,
    }


def _parameters(request: LLMRequest, model: Model) -> ModelRequestParameters:
    from pydantic_ai.models import ModelRequestParameters  # noqa: PLC0415 - see `complete`
    from pydantic_ai.output import OutputObjectDefinition  # noqa: PLC0415

    if request.tools:
        return ModelRequestParameters(
            function_tools=[_tool(tool, "function") for tool in request.tools], allow_text_output=False
        )
    if request.shape is None:
        return ModelRequestParameters()
    mode = model.profile.get("default_structured_output_mode", "tool")
    if mode == "tool":
        return ModelRequestParameters(
            output_mode="tool", output_tools=[_tool(request.shape, "output")], allow_text_output=False
        )
    wanted = OutputObjectDefinition(
        json_schema=dict(request.shape.schema),
        name=request.shape.name,
        description=request.shape.description or None,
        strict=True,
    )
    return ModelRequestParameters(output_mode=mode, output_object=wanted)


def _tool(shape: Shape, kind: Literal["function", "output"]) -> ToolDefinition:
    from pydantic_ai.tools import ToolDefinition  # noqa: PLC0415 - see `complete`

    return ToolDefinition(
        name=shape.name,
        description=shape.description or None,
        parameters_json_schema=dict(shape.schema),
        kind=kind,
        strict=True,
    )


# --- replies ---------------------------------------------------------------------------------------------------------


def _reply(response: ModelResponse, request: LLMRequest, *, milliseconds: float) -> LLMReply:
    from pydantic_ai.messages import TextPart, ToolCallPart  # noqa: PLC0415 - see `complete`

    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    calls = [
        ToolCall(part.tool_name, part.args_as_json_str())
        for part in response.parts
        if isinstance(part, ToolCallPart)
    ]
    if request.shape is not None and calls:
        # The reply itself came by a tool.
        text, calls = calls[0].arguments, []
    return LLMReply(
        text=text,
        calls=tuple(calls),
        model=response.model_name or "",
        usage=TokenUsage(
            tokens_in=response.usage.input_tokens,
            tokens_out=response.usage.output_tokens,
            tokens_cached=response.usage.cache_read_tokens,
        ),
        complete=response.finish_reason != "length",
        milliseconds=milliseconds,
    )


def _translated(error: Exception, name: str, request: LLMRequest) -> Exception:  # noqa: C901, PLR0911 - one a kind
    """Return our error for one of pydantic-ai's. Providers quote what was sent to them, so only the kind is shown."""
    from pydantic_ai import exceptions as theirs  # noqa: PLC0415 - see `complete`

    subject = f"the model {name!r}"
    match error:
        case TimeoutError() | theirs.ModelTimeoutError() | theirs.ModelRequestTimeout():
            return ProviderTimeoutError(f"{subject} did not answer within {request.limits.timeout:g} s")
        case theirs.ModelQuotaExceededError():
            return ProviderError(f"{subject} cannot be used: the account has no credit left")
        case theirs.ModelRateLimitError():
            return RateLimitedError(f"{subject} asks to slow down", wait=error.retry_after)
        case theirs.ModelConnectionError() | theirs.ModelServerError() | theirs.ModelUnavailableError():
            return ProviderDownError(f"{subject} cannot be reached, or failed ({type(error).__name__})")
        case theirs.ModelAuthenticationError():
            return ProviderError(f"{subject} refused the key; check the provider's key in the environment")
        case theirs.ModelNotFoundError():
            return ProviderError(f"{subject} does not exist, or the key may not use it")
        case theirs.ModelRequestRejectedError() | theirs.ContentFilterError():
            return RequestRefusedError(f"{subject} refused the request ({type(error).__name__})")
        case theirs.ModelHTTPError() if (
            error.status_code >= _SERVER_ERROR or error.status_code == _REQUEST_TIMEOUT
        ):
            return ProviderDownError(f"{subject} answered {error.status_code}")
        case theirs.ModelHTTPError():
            return ProviderError(f"{subject} answered {error.status_code} ({type(error).__name__})")
        case theirs.UserError():
            return ConfigError(f"{subject} cannot be used: {error}")
        case theirs.AgentRunError():
            return ProviderError(f"{subject} could not be used ({type(error).__name__})")
        case _:
            return error
