"""The coding agents: what their events mean, and the JSON that each sends and reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Action = Literal["begin", "prompt", "reply", "stop", "compact"]
"""`begin`: a session begins; `prompt`: the user sent words; `reply`: the agent answered; `stop`: a turn or session is over;
`compact`: the client is about to replace the conversation by a summary."""


@dataclass(frozen=True, slots=True)
class CodingAgent:
    """A coding agent."""

    events: Mapping[str, Action]
    """Its own names of events."""

    flat: bool = False
    """Whether context stands at the top of the answer, as `additional_context`."""

    transcripts: bool = True
    """Whether we read the file that its events name; otherwise words are taken from the events themselves."""

    timeout: int = 5
    """Seconds after which the client gives up on a hook, as written in its settings."""


CLIENTS: Mapping[str, CodingAgent] = {
    "claude-code": CodingAgent(
        {
            "SessionStart": "begin",
            "UserPromptSubmit": "prompt",
            "Stop": "stop",
            "PreCompact": "compact",
            "SessionEnd": "stop",
        }
    ),
    "codex": CodingAgent(
        {
            "SessionStart": "begin",
            "UserPromptSubmit": "prompt",
            "Stop": "stop",
            "PreCompact": "compact",
        }
    ),
    "cursor": CodingAgent(
        {
            "sessionStart": "begin",
            "beforeSubmitPrompt": "prompt",
            "afterAgentResponse": "reply",
            "stop": "stop",
            "preCompact": "compact",
            "sessionEnd": "stop",
        },
        flat=True,
        transcripts=False,
    ),
}


@dataclass(frozen=True, slots=True)
class HookEvent:
    """What a client said on standard input."""

    name: str
    action: Action
    session: str
    text: str
    """The user's prompt, or the agent's reply; else empty."""

    transcript: str
    """The file of the conversation; empty: there is none that we read."""


def read_event(client: CodingAgent, name: str, payload: Mapping[str, object]) -> HookEvent | None:
    """Return an event, or `None` for one that means nothing here."""
    action = client.events.get(name)
    if action is None:
        return None
    transcript = _text(payload, "transcript_path") if client.transcripts else ""
    text = _text(payload, "prompt") if action == "prompt" else ""
    if action in {"reply", "stop"}:
        text = _text(payload, "text") or _text(payload, "last_assistant_message")
    return HookEvent(
        name, action, _text(payload, "session_id") or _text(payload, "conversation_id"), text, transcript
    )


def answer(client: CodingAgent, event: HookEvent, context: str) -> Mapping[str, object]:
    """Return what the client takes context from."""
    if client.flat:
        go_on: Mapping[str, object] = {"continue": True} if event.action == "prompt" else {}
        return {**go_on, "additional_context": context}
    return {"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": context}}


def _text(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""
