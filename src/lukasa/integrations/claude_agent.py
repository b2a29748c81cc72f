"""Claude Agent SDK: hooks that recall and remember, a tool, a store of transcripts. For `AsyncMemory`; needs the extra `claude-agent`."""

from __future__ import annotations

from typing import Any

from claude_agent_sdk import HookMatcher, McpSdkServerConfig, create_sdk_mcp_server, tool

from lukasa import AsyncHandle
from lukasa.integrations.claude_sessions import LukasaSessionStore
from lukasa.integrations.conversation import (
    SEARCH_DESCRIPTION,
    SEARCH_NAME,
    Injection,
    block,
    idempotency_key,
    message,
    search,
)
from lukasa.integrations.inserted import own_words

__all__ = ["LukasaSessionStore", "memory_hooks", "search_server"]


def memory_hooks(handle: AsyncHandle, *, injection: Injection | None = None) -> dict[Any, list[HookMatcher]]:
    """Return `ClaudeAgentOptions.hooks` that put what bears on a prompt beside it, and remember prompts and final replies.

    Prompts are stored as they are submitted: nothing waits for a compaction. A memory that fails raises.
    """
    chosen = injection or Injection()

    async def prompt(event: Any, _tool: str | None, _context: Any) -> dict[str, Any]:
        words = "\n".join(text for role, text in own_words(event["prompt"]) if role == "user")
        asked = chosen.arguments(words, event["session_id"])
        memory = block(await handle.context(**asked)) if asked["question"] else ""
        await _remember(handle, event, "user", words)
        if not memory:
            return {}
        return {"hookSpecificOutput": {"hookEventName": "UserPromptSubmit", "additionalContext": memory}}

    async def stop(event: Any, _tool: str | None, _context: Any) -> dict[str, Any]:
        await _remember(handle, event, "assistant", event.get("last_assistant_message") or "")
        return {}

    return {"UserPromptSubmit": [HookMatcher(hooks=[prompt])], "Stop": [HookMatcher(hooks=[stop])]}


def search_server(handle: AsyncHandle, *, limit: int = 8) -> McpSdkServerConfig:
    """Return an MCP server inside the process, with a tool by which the model finds what was said in any session of the user."""

    @tool(SEARCH_NAME, SEARCH_DESCRIPTION, {"question": str})
    async def asked(arguments: dict[str, Any]) -> dict[str, Any]:
        found = await search(handle, arguments["question"], limit=limit)
        return {"content": [{"type": "text", "text": found}]}

    return create_sdk_mcp_server("lukasa", tools=[asked])


async def _remember(handle: AsyncHandle, event: Any, role: str, text: str) -> None:
    said = message(role, text)
    if str(said["content"]).strip():
        # A session may stop several times for one prompt, each time with other words.
        named = event.get("prompt_id")
        key = idempotency_key("claude", event["session_id"], named, role, text) if named else None
        await handle.remember(said, session=event["session_id"], key=key)
