"""OpenAI Agents: a session that is remembered, and recall over all sessions of the user. For `AsyncMemory`; needs the extra `openai-agents`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from agents import FunctionTool, TResponseInputItem, function_tool
from agents.memory import SessionSettings
from agents.memory.session_settings import coerce_session_settings
from agents.run import CallModelData, ModelInputData

from lukasa import AsyncHandle
from lukasa.integrations.conversation import SEARCH_DESCRIPTION, SEARCH_NAME, Injection, block, search
from lukasa.integrations.session_log import Entry, Said, SessionLog

NAME = "openai_agents"
"""Under which the items of a session are in the metadata of turns."""


class LukasaSession:
    """The items of one session, exactly and in order; its messages are turns of the user's memory, and are learned from.

    What `pop_item` takes out is hidden from recall, with the facts that rest on it alone. `clear_session` empties the session, and what
    was learned stays: `AsyncHandle.forget(session=…)` hides it, `erase(session=…)` destroys it. Secrets in items are replaced by
    labels, as everywhere.
    """

    def __init__(
        self,
        session_id: str,
        handle: AsyncHandle,
        *,
        session_settings: SessionSettings | Mapping[str, Any] | None = None,
    ) -> None:
        """*handle* says whose memory it is: `memory.of("alice")`."""
        self.session_id = session_id
        self.session_settings = coerce_session_settings(session_settings or {})
        self._log = SessionLog(handle, session_id, NAME)

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """Return the last items, at most *limit* or as many as the settings say, in the order in which they were added."""
        most = self.session_settings.limit if limit is None else limit
        # As in their own sessions: a negative number is no limit.
        entries = await self._log.newest(None if most is None or most < 0 else most)
        return [cast(TResponseInputItem, entry.value) for entry in reversed(entries)]

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Store items, all or none, and learn from the messages among them. Raises as `AsyncHandle.remember` does."""
        await self._log.append(
            [Entry(value=item, said=_said(cast(Mapping[str, Any], item))) for item in items]
        )

    async def pop_item(self) -> TResponseInputItem | None:
        """Take the last item out and return it; `None` when there is none."""
        entry = await self._log.pop()
        return None if entry is None else cast(TResponseInputItem, entry.value)

    async def clear_session(self) -> None:
        """Take all items out; what was learned from them stays."""
        await self._log.clear()


def search_memory(handle: AsyncHandle, *, limit: int = 8) -> FunctionTool:
    """Return a tool by which a model finds what was said in any session of the user."""

    async def asked(question: str) -> str:
        return await search(handle, question, limit=limit)

    return function_tool(asked, name_override=SEARCH_NAME, description_override=SEARCH_DESCRIPTION)


def recalling(
    handle: AsyncHandle, *, session: str | None = None, injection: Injection | None = None
) -> Callable[[CallModelData[Any]], Awaitable[ModelInputData]]:
    """Return a `call_model_input_filter` that puts what bears on the user's last words behind the instructions.

    What was said in *session* is left out: the model has it anyway. Nothing of it becomes an item. A memory that fails raises.
    """
    chosen = injection or Injection()

    async def with_memory(data: CallModelData[Any]) -> ModelInputData:
        sent = data.model_data
        said = (_said(cast(Mapping[str, Any], item)) for item in reversed(sent.input))
        words = next((each.text for each in said if each and each.role == "user"), "")
        asked = chosen.arguments(words, session)
        memory = block(await handle.context(**asked)) if asked["question"] else ""
        instructions = "\n\n".join(filter(None, (sent.instructions, memory)))
        return ModelInputData(input=sent.input, instructions=instructions or None)

    return with_memory


def _said(item: Mapping[str, Any]) -> Said | None:
    """Return the words of a message of the user or the assistant; `None` for any other item."""
    if item.get("role") not in {"user", "assistant"} or item.get("type", "message") != "message":
        return None
    content = item.get("content")
    if isinstance(content, str):
        return Said(item["role"], content)
    texts = [part.get("text") for part in content or () if isinstance(part, Mapping)]
    return Said(item["role"], "\n".join(text for text in texts if isinstance(text, str)))
