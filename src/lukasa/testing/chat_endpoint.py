"""A real HTTP server on this machine that speaks OpenAI's `/chat/completions`, and misbehaves on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from lukasa.testing.fakes import Asked, Reply

Answer = Callable[[Mapping[str, Any]], "str | Mapping[str, Any]"]
"""From the body of a request to what the model says: its text, or a whole message (`{"tool_calls": …}`)."""


@dataclass(slots=True)
class ChatEndpoint:
    """A server for tests; a context manager.

    It gives what stands in `script` first, a reply a request, and then what *answer* says. Parameters in *refuses* make it
    answer 400, as providers do: `json_schema`, `json_object`, `temperature`, `max_tokens`, `tools`, `tool_choice`.
    """

    answer: Answer = field(default=lambda _: "ok")
    refuses: Sequence[str] = ()
    model: str = "test-model"
    script: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    _server: ThreadingHTTPServer = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        """What stands before `/chat/completions`."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, asked: Asked) -> Reply:
        """Note a request, and return what it gets."""
        self.asked.append(asked)
        if self.script:
            return self.script.pop(0)
        if (refused := next((each for each in self.refuses if _has(asked.body, each)), None)) is not None:
            return _refusal(refused)
        said = self.answer(asked.body)
        message = dict(said) if isinstance(said, Mapping) else {"content": said}
        if asked.body.get("stream"):
            return _streamed(str(message.get("content") or ""), self.model)
        return completion({"role": "assistant", "content": None, **message}, model=self.model)


def completion(
    message: Mapping[str, Any], *, model: str = "test-model", finish: str = "stop", usage: bool = True
) -> Reply:
    """Return the reply that holds a message."""
    held: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": dict(message), "finish_reason": finish}],
    }
    if usage:
        held["usage"] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return Reply(body=json.dumps(held).encode(), headers={"Content-Type": "application/json"})


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
    return [word if not place else f" {word}" for place, word in enumerate(text.split(" "))]


def _handler(endpoint: ChatEndpoint) -> type[BaseHTTPRequestHandler]:
    pause = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = endpoint.reply(Asked(path=self.path, headers=headers, body=json.loads(data)))
            pause.wait(reply.delay)
            try:
                self.send_response_only(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                self.close_connection = True  # Who asked did not wait.

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a test's output is the test's."""

    return Handler
