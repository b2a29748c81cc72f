"""Requests and replies of the OpenAI interface ↔ the LLM port. Pure.

The port knows no results of functions and no function that may be left alone. A call becomes text of the assistant ("Called NAME with
ARGUMENTS"), its result text of the user ("Result of NAME: …"), by the function's name: the ids of calls differ from run to run. Where
functions are optional, there is one more: to reply. An object of any kind is asked for in words: as a schema it would have no properties,
and providers that keep to schemas could then say nothing but {}.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lukasa.ports.llm import ChatMessage, Limits, LLMReply, LLMRequest, Shape
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.vectors import Matrix

REPLY = "reply_in_words"
"""The function that stands for calling none."""

_REPLY = Shape(
    name=REPLY,
    description="Reply to the user in words, when no other function is wanted.",
    schema={
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    },
)

_ROLES: Mapping[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "user",
    "function": "user",
}


def request(body: Mapping[str, Any], purpose: str) -> LLMRequest:
    """Return what is asked for. Raises `EvalError` for what the port cannot say, and for what is not as OpenAI has it."""
    try:
        return _request(body, purpose)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise EvalError(f"the request is malformed: {error!r}") from error


def _request(body: Mapping[str, Any], purpose: str) -> LLMRequest:
    _refuse(body)
    messages = body["messages"]
    tools = _tools(body)
    called = _called(messages)
    form = {} if tools else body.get("response_format") or {}
    told = [_message(each, called) for each in messages]
    if form.get("type") == "json_object":
        told[-1] = ChatMessage(
            told[-1].role, f"{told[-1].text}\n\nReply with one JSON object, and nothing else."
        )
    return LLMRequest(
        messages=tuple(told),
        purpose=purpose,
        shape=_shape(form),
        tools=tools,
        limits=Limits(
            max_tokens=int(body.get("max_completion_tokens") or body.get("max_tokens") or 2000),
            timeout=180.0,
            temperature=float(body.get("temperature") or 0.0),
        ),
    )


def reply(said: LLMReply, model: str, number: int) -> dict[str, Any]:
    """Return the body of a reply."""
    words = next((call for call in said.calls if call.name == REPLY), None)
    calls = [
        {
            "id": f"call_{number}_{place}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for place, call in enumerate(said.calls)
        if call.name != REPLY
    ]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": said.text if words is None else _text(words.arguments),
    }
    if calls:
        message |= {"content": None, "tool_calls": calls}
    reason = "tool_calls" if calls else "stop" if said.complete else "length"
    usage = said.usage
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
        "usage": {
            "prompt_tokens": usage.tokens_in,
            "completion_tokens": usage.tokens_out,
            "total_tokens": usage.tokens_in + usage.tokens_out,
        },
    }


def texts(body: Mapping[str, Any]) -> list[str]:
    """Return the texts that vectors are wanted for. Raises `EvalError` for anything but texts."""
    given = body.get("input")
    held = [given] if isinstance(given, str) else given
    if not isinstance(held, list) or not held or not all(isinstance(each, str) for each in held):
        raise EvalError("input must be a text or a list of texts")
    return held


def embeddings(vectors: Matrix, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a reply with vectors. Raises `EvalError` if they should have been of another length."""
    wanted, held = body.get("dimensions"), vectors.shape[1]
    if wanted not in {None, held}:
        raise EvalError(f"vectors have {held} dimensions here, not {wanted!r}")
    data = [
        {
            "object": "embedding",
            "index": place,
            "embedding": base64.b64encode(vector.astype("<f4").tobytes()).decode()
            if body.get("encoding_format") == "base64"
            else vector.tolist(),
        }
        for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    return {"object": "list", "data": data, "model": str(body.get("model") or ""), "usage": usage}


def _refuse(body: Mapping[str, Any]) -> None:
    if body.get("stream"):
        raise EvalError("streaming is not offered: set stream to false")
    if body.get("logprobs"):
        raise EvalError("log probabilities are not offered: set logprobs to false")
    if body.get("n", 1) != 1:
        raise EvalError("one choice at a time")
    if not isinstance(body.get("messages"), list) or not body["messages"]:
        raise EvalError("messages must be a list that is not empty")


def _called(messages: Sequence[Any]) -> dict[str, str]:
    """Return the names of the functions that were called, by the id of the call."""
    return {
        call["id"]: call["function"]["name"]
        for each in messages
        if isinstance(each, Mapping)
        for call in each.get("tool_calls") or []
    }


def _message(given: Any, called: Mapping[str, str]) -> ChatMessage:
    role = str(given.get("role")) if isinstance(given, Mapping) else ""
    if role not in _ROLES:
        raise EvalError(f"unknown role {role!r}")
    text = _content(given.get("content"))
    if role in {"tool", "function"}:
        name = given.get("name") or called.get(str(given.get("tool_call_id"))) or "the call"
        return ChatMessage("user", f"Result of {name}:\n{text}")
    calls = [
        f"Called {call['function']['name']} with {call['function']['arguments']}"
        for call in given.get("tool_calls") or []
    ]
    return ChatMessage(_ROLES[role], "\n".join([*([text] if text else []), *calls]))


def _content(given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, str):
        return given
    parts: Sequence[Any] = given if isinstance(given, list) else []
    if any(not isinstance(part, Mapping) or part.get("type") != "text" for part in parts) or not parts:
        raise EvalError("content must be text")
    return "\n".join(str(part["text"]) for part in parts)


def _tools(body: Mapping[str, Any]) -> tuple[Shape, ...]:
    choice = body.get("tool_choice") or "auto"
    functions = [tool["function"] for tool in body.get("tools") or [] if tool.get("type") == "function"]
    if isinstance(choice, Mapping):
        wanted = choice.get("function", {}).get("name")
        functions = [each for each in functions if each["name"] == wanted]
    if not functions or choice == "none":
        return ()
    shapes = [
        Shape(
            name=each["name"],
            description=each.get("description") or "",
            schema=each.get("parameters") or {"type": "object", "properties": {}},
        )
        for each in functions
    ]
    return (*shapes, _REPLY) if choice == "auto" else tuple(shapes)


def _shape(form: Mapping[str, Any]) -> Shape | None:
    if form.get("type") != "json_schema":
        return None
    held = form["json_schema"]
    return Shape(name=held["name"], schema=held["schema"])


def _text(arguments: str) -> str:
    try:
        held = json.loads(arguments)
    except ValueError:
        return arguments
    return str(held.get("text", "")) if isinstance(held, dict) else arguments
