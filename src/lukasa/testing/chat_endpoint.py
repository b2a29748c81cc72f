"""An endpoint that speaks OpenAI's `/chat/completions`, and misbehaves on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lukasa.testing.endpoint import EndpointRequest, FakeEndpoint, Reply

Answer = Callable[[Mapping[str, Any]], "str | Mapping[str, Any]"]
"""From the body of a request to what the model says: its text, or a whole message (`{"tool_calls": …}`)."""


class ChatEndpoint(FakeEndpoint):
    """An endpoint that replies what *answer* says.

    Parameters in *refuses* make it answer 400, as providers do: `json_schema`, `json_object`, `temperature`, `max_tokens`,
    `tools`, `tool_choice`.
    """

    def __init__(
        self,
        *,
        answer: Answer = lambda _: "ok",
        refuses: Sequence[str] = (),
        model: str = "test-model",
        script: Iterable[Reply] = (),
    ) -> None:
        super().__init__(script)
        self.answer = answer
        self.refuses = refuses
        self.model = model

    def respond(self, request: EndpointRequest) -> Reply:
        """Refuse a parameter, or reply with the answer."""
        for parameter in self.refuses:
            if _has(request.body, parameter):
                return _refusal(parameter)
        answer = self.answer(request.body)
        message = dict(answer) if isinstance(answer, Mapping) else {"content": answer}
        if request.body.get("stream"):
            return _streamed(str(message.get("content") or ""), self.model)
        return completion({"role": "assistant", "content": None, **message}, model=self.model)


def completion(
    message: Mapping[str, Any], *, model: str = "test-model", finish: str = "stop", usage: bool = True
) -> Reply:
    """Return the reply that holds a message."""
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": dict(message), "finish_reason": finish}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return Reply(body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def tool_call(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message that calls a function."""
    function = {"name": name, "arguments": json.dumps(dict(arguments))}
    return {"tool_calls": [{"id": "call_1", "type": "function", "function": function}]}


def _has(body: Mapping[str, Any], parameter: str) -> bool:
    form = (body.get("response_format") or {}).get("type")
    match parameter:
        case "json_schema" | "json_object":
            return bool(form == parameter)
        case "tool_choice":
            return body.get("tool_choice") == "required"
        case _:
            return parameter in body


def _refusal(parameter: str) -> Reply:
    named = "response_format" if parameter.startswith("json") else parameter
    hint = " Use 'max_completion_tokens' instead." if parameter == "max_tokens" else ""
    error = {
        "message": f"Unsupported parameter: '{named}' is not supported with this model.{hint}",
        "type": "invalid_request_error",
        "param": named,
        "code": "unsupported_parameter",
    }
    return Reply(status=400, body=json.dumps({"error": error}).encode())


def _streamed(text: str, model: str) -> Reply:
    events: list[dict[str, Any]] = [
        {"model": model, "choices": [{"index": 0, "delta": {"content": word}}]} for word in _words(text)
    ]
    events.append({"model": model, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    events.append({"model": model, "choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}})
    lines = [
        f"data: {json.dumps({'id': 'c', 'object': 'chat.completion.chunk', 'created': 1, **e})}\n\n"
        for e in events
    ]
    return Reply(
        body="".join([*lines, "data: [DONE]\n\n"]).encode(), headers={"Content-Type": "text/event-stream"}
    )


def _words(text: str) -> list[str]:
    return [word if not index else f" {word}" for index, word in enumerate(text.split(" "))]
