"""Requests and replies as JSON. Servers and models differ in what they accept: what one refuses is left out from then on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from lukasa.ports.llm import LLMReply, LLMRequest, Shape, TokenUsage, ToolCall

Refusal = Literal["json_schema", "json_object", "temperature", "max_tokens", "tools", "tool_choice"]

_NAMED: Sequence[tuple[str, Refusal]] = (
    ("max_completion_tokens", "max_tokens"),
    ("max_tokens", "max_tokens"),
    ("temperature", "temperature"),
    ("tool_choice", "tool_choice"),
    ("tools", "tools"),
    ("tool", "tools"),
    ("function", "tools"),
)
"""Words of an error, and what they say is not accepted. The first that occurs decides."""

_OF_SHAPE = ("response_format", "json_schema", "json_object", "structured", "schema", "grammar")


def body(request: LLMRequest, model: str, refused: frozenset[Refusal]) -> dict[str, object]:
    """Return the JSON of a request, without what was refused."""
    fields: dict[str, object] = {"model": model, "messages": _messages(request, refused)}
    tokens = "max_completion_tokens" if "max_tokens" in refused else "max_tokens"
    fields[tokens] = request.limits.max_tokens
    if "temperature" not in refused:
        fields["temperature"] = request.limits.temperature
    if request.shape is not None and (form := _form(request.shape, refused)) is not None:
        fields["response_format"] = form
    if request.tools and "tools" not in refused:
        fields["tools"] = [{"type": "function", "function": _function(tool)} for tool in request.tools]
        fields["tool_choice"] = "auto" if "tool_choice" in refused else "required"
    return fields


def refusal(message: str, sent: Mapping[str, object], refused: frozenset[Refusal]) -> Refusal | None:
    """Return what an error says is not accepted, if leaving it out may help; `None`: nothing that was sent."""
    lower = message.casefold()
    if "response_format" in sent and any(word in lower for word in _OF_SHAPE):
        return _next_form(refused)
    for word, what in _NAMED:
        if re.search(rf"\b{word}s?\b", lower) and what not in refused and _was_sent(what, sent):
            return what
    return _next_form(refused) if "response_format" in sent else None


def reply(value: Mapping[str, object], request: LLMRequest, *, milliseconds: float) -> LLMReply:
    """Return what a model said; of a reply that lacks something, what there is."""
    choice = _first(value.get("choices"))
    message = _mapping(choice.get("message"))
    text = message.get("content")
    content = text if isinstance(text, str) else _joined(text)
    calls = tuple(_calls(message))
    if request.tools and not calls:
        calls = _written_call(content)
    return LLMReply(
        text=content,
        calls=calls,
        model=str(value.get("model") or ""),
        usage=usage(_mapping(value.get("usage"))),
        complete=choice.get("finish_reason") != CUT_OFF,
        milliseconds=milliseconds,
    )


def usage(value: Mapping[str, object]) -> TokenUsage:
    """Return the tokens that a server counted; 0 where it did not."""
    cached = _mapping(value.get("prompt_tokens_details")).get("cached_tokens")
    return TokenUsage(
        tokens_in=_count(value.get("prompt_tokens")),
        tokens_out=_count(value.get("completion_tokens")),
        tokens_cached=_count(cached),
    )


CUT_OFF = "length"
"""Why a reply ended, when it was longer than it might be."""


class StreamEvent(NamedTuple):
    """One event of a stream."""

    text: str = ""
    ended: str | None = None
    """Why the reply ended; `None` while it goes on."""

    model: str = ""
    usage: TokenUsage | None = None


def piece(line: str) -> StreamEvent | None:
    """Return the event of a line of a stream; `None` for a line that holds none."""
    name, _, data = line.partition(":")
    if name.strip() != "data" or not data.strip():
        return None
    if data.strip() == "[DONE]":
        return StreamEvent(ended="")
    try:
        event = json.loads(data)
    except ValueError:
        return None
    held = _mapping(event)
    choice = _first(held.get("choices"))
    text, ended = _mapping(choice.get("delta")).get("content"), choice.get("finish_reason")
    return StreamEvent(
        text=text if isinstance(text, str) else "",
        ended=ended if isinstance(ended, str) and ended else None,
        model=str(held.get("model") or ""),
        usage=usage(_mapping(held["usage"])) if held.get("usage") else None,
    )


# --- requests --------------------------------------------------------------------------------------------------------


def _messages(request: LLMRequest, refused: frozenset[Refusal]) -> list[dict[str, str]]:
    messages = [{"role": message.role, "content": message.text} for message in request.messages]
    if (demand := _demand(request, refused)) and messages:
        last = messages[-1]
        messages[-1] = {**last, "content": f"{last['content']}\n\n{demand}"}
    return messages


def _demand(request: LLMRequest, refused: frozenset[Refusal]) -> str:
    """Return in words what the server does not enforce. It comes last: what never changes must stay first."""
    if request.tools and "tools" in refused:
        functions = "\n".join(json.dumps(_function(tool), ensure_ascii=False) for tool in request.tools)
        return (
            'Call one of these functions: reply with one JSON object {"name": …, "arguments": {…}}, and nothing '
            f"else.\n{functions}"
        )
    if request.shape is not None and "json_schema" in refused:
        schema = json.dumps(dict(request.shape.schema), ensure_ascii=False)
        return f"Reply with one JSON object that follows this JSON schema, and nothing else:\n{schema}"
    return ""


def _form(shape: Shape, refused: frozenset[Refusal]) -> dict[str, object] | None:
    if "json_schema" not in refused:
        schema = {"name": shape.name, "strict": True, "schema": dict(shape.schema)}
        return {"type": "json_schema", "json_schema": schema}
    return None if "json_object" in refused else {"type": "json_object"}


def _function(tool: Shape) -> dict[str, object]:
    return {"name": tool.name, "description": tool.description, "parameters": dict(tool.schema)}


def _next_form(refused: frozenset[Refusal]) -> Refusal | None:
    if "json_schema" not in refused:
        return "json_schema"
    return "json_object" if "json_object" not in refused else None


def _was_sent(what: Refusal, sent: Mapping[str, object]) -> bool:
    return what in sent and (what != "tool_choice" or sent[what] == "required")


# --- replies ---------------------------------------------------------------------------------------------------------


def _calls(message: Mapping[str, object]) -> list[ToolCall]:
    value = message.get("tool_calls")
    calls = []
    for call in value if isinstance(value, list) else []:
        function = _mapping(_mapping(call).get("function"))
        arguments = function.get("arguments")
        written = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        if isinstance(name := function.get("name"), str) and name:
            calls.append(ToolCall(name, written))
    return calls


def _written_call(text: str) -> tuple[ToolCall, ...]:
    """Return a call that was written as text, where the server knows no functions."""
    start, end = text.find("{"), text.rfind("}")
    try:
        value = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return ()
    name = value.get("name") or value.get("function")
    arguments = value.get("arguments", value.get("parameters", {}))
    if not isinstance(name, str):
        return ()
    return (ToolCall(name, arguments if isinstance(arguments, str) else json.dumps(arguments)),)


def _joined(parts: object) -> str:
    """Return the text of a message that comes in parts."""
    if not isinstance(parts, list):
        return ""
    return "".join(text for part in parts if isinstance(text := _mapping(part).get("text"), str))


def _first(value: object) -> Mapping[str, object]:
    return _mapping(value[0]) if isinstance(value, list) and value else {}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0
