"""What a language model is asked, and what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a reply must look like."""

    name: str
    """Letters, digits and underscores: providers show it to the model."""

    schema: Mapping[str, object]
    """JSON schema of an object."""

    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a model may go."""

    max_tokens: int = 2000
    """Of the reply."""

    timeout: float = 60.0
    """Seconds for the whole reply."""

    temperature: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMRequest:
    """One call of a model."""

    messages: tuple[ChatMessage, ...]
    """What never changes comes first, so that a provider can cache it."""

    purpose: str
    """What it is for: `extract`, `decide`, `summarise`, `answer`, …; the ledger of usage counts by it."""

    shape: Shape | None = None
    """What the reply must look like; `None`: free text."""

    tools: tuple[Shape, ...] = ()
    """Functions of which the model must call at least one; their schemas are of the arguments."""

    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model wants called."""

    name: str
    arguments: str
    """As the model wrote them: JSON, if it kept to the schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """What a reply took, as the provider counts."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    """Of `tokens_in`: read from the provider's prompt cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMReply:
    """What a model said. Nothing of it is checked yet: it may be any text."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    model: str = ""
    """Which model answered, as the provider names it."""

    usage: TokenUsage = field(default_factory=TokenUsage)
    complete: bool = True
    """`False`: it was cut off at `Limits.max_tokens`."""

    milliseconds: float = 0.0
    dollars: float | None = None
    """What it cost; `None` where no price is known."""


class LLM(Protocol):
    """A language model. An adapter hands over what the model said; reading it is not its business."""

    @property
    def name(self) -> str:
        """Provider and model, such as `openai:gpt-4.1-mini`; part of what facts are marked with."""
        ...

    async def complete(self, request: LLMRequest) -> LLMReply:
        """Ask, and wait for the whole reply.

        Raises `ProviderError`: `ProviderTimeoutError`, `ProviderDownError` and `RateLimitedError` may pass
        when tried again, others will not.
        """
        ...

    def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """Ask for free text; yield pieces as they come, then the whole reply. Raises as `complete` does."""
        ...

    async def aclose(self) -> None:
        """Release connections; a second call does nothing."""
        ...
