"""A user's memory as a capability of a Pydantic AI agent (async).

memory = await AsyncMemory.open("agent.lukasa")
agent = Agent("openai:gpt-5", capabilities=[LukasaMemory(memory.of(user="ana"))])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic_ai import RunContext, Tool
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    TextPart,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestContext
from pydantic_ai.run import AgentRunResult
from pydantic_ai.tools import AgentDepsT
from pydantic_ai.toolsets import AbstractToolset, FunctionToolset

from lukasa import AsyncHandle
from lukasa.integrations.conversation import (
    INSTRUCTIONS,
    SEARCH_DESCRIPTION,
    SEARCH_NAME,
    Injection,
    block,
    idempotency_key,
    message,
    question,
    search,
    spoken,
)


@dataclass
class LukasaMemory(AbstractCapability[AgentDepsT]):
    """Shows the model what earlier conversations say about the prompt, remembers the run, and lets the model search.

    What is shown is part of each request and never of the message history. After a run that succeeded, the words of its user and of the
    model are stored, results of tools are not. A memory that fails fails the run, with the errors of `lukasa.errors`.
    """

    memory: AsyncHandle | Callable[[RunContext[AgentDepsT]], AsyncHandle]
    """Whose memory it is, or what says so of a run, from its `deps`. No argument of a model does."""

    session: str | None = None
    """The session of what is stored. `None`: the id of the conversation of the run."""

    injection: Injection = field(default_factory=Injection)
    """How much is shown."""

    search: bool = True
    """Whether the model has the tool `search_memory`."""

    remember: bool = True
    """Whether what is said is stored."""

    _shown: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The block of each prompt of one run: later requests of the run have the same."""

    async def for_run(self, ctx: RunContext[AgentDepsT]) -> LukasaMemory[AgentDepsT]:
        """Return one for a run."""
        return replace(self)

    def get_instructions(self) -> str:
        """Say what the block is."""
        return INSTRUCTIONS

    def get_toolset(self) -> AbstractToolset[AgentDepsT] | None:
        """Return the tool that searches."""
        if not self.search:
            return None

        async def search_memory(ctx: RunContext[AgentDepsT], query: str) -> str:
            return await search(self._handle(ctx), query)

        tool = Tool(search_memory, takes_ctx=True, name=SEARCH_NAME, description=SEARCH_DESCRIPTION)
        return FunctionToolset([tool], id="lukasa-memory")

    async def before_model_request(
        self, ctx: RunContext[AgentDepsT], request_context: ModelRequestContext
    ) -> ModelRequestContext:
        """Put the block before the last prompt, in this request alone."""
        messages = list(request_context.messages)
        for place in range(len(messages) - 1, -1, -1):
            request = messages[place]
            if isinstance(request, ModelRequest) and (words := question(_prompt(request))):
                if words not in self._shown:
                    asked = self.injection.arguments(words, self._session(ctx))
                    self._shown[words] = block(await self._handle(ctx).context(**asked))
                if shown := self._shown[words]:
                    messages[place] = replace(request, parts=[UserPromptPart(shown), *request.parts])
                break
        return replace(request_context, messages=messages)

    async def after_run(
        self, ctx: RunContext[AgentDepsT], *, result: AgentRunResult[Any]
    ) -> AgentRunResult[Any]:
        """Store what was said."""
        said = spoken(_messages(result.new_messages(), ctx.run_id)) if self.remember else []
        if said:
            await self._handle(ctx).remember(said, session=self._session(ctx))
        return result

    def _handle(self, ctx: RunContext[AgentDepsT]) -> AsyncHandle:
        return self.memory(ctx) if callable(self.memory) else self.memory

    def _session(self, ctx: RunContext[AgentDepsT]) -> str | None:
        return self.session or ctx.conversation_id


def _messages(messages: Sequence[ModelMessage], run: str | None) -> list[dict[str, Any]]:
    said = []
    for place, each in enumerate(messages):
        role, text = (
            ("assistant", _reply(each)) if isinstance(each, ModelResponse) else ("user", _prompt(each))
        )
        said.append(message(role, text, at=each.timestamp, key=idempotency_key(run, place, role, text)))
    return said


def _prompt(request: ModelRequest) -> str:
    """Return the words of the user in a request; what tools returned is not among them."""
    prompts = [part for part in request.parts if isinstance(part, UserPromptPart)]
    return "\n".join(text for prompt in prompts for each in _contents(prompt) if (text := _text(each)))


def _contents(prompt: UserPromptPart) -> Sequence[UserContent]:
    return [prompt.content] if isinstance(prompt.content, str) else prompt.content


def _text(content: UserContent) -> str:
    return (
        content if isinstance(content, str) else content.content if isinstance(content, TextContent) else ""
    )


def _reply(response: ModelResponse) -> str:
    return "".join(part.content for part in response.parts if isinstance(part, TextPart))
