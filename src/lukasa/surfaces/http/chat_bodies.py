"""Bodies of OpenAI's two chat APIs: where the user's last words stand, where a memory goes, and what a reply says. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

from lukasa.integrations.inserted import own_words

Api = Literal["chat", "responses"]

_MOST_REPLY = 200_000
"""Characters of a reply that are kept to be remembered."""

_LONGEST_EVENT = 4_000_000

_TEXT_PARTS = {"text", "input_text"}


@dataclass(slots=True)
class ChatBody:
    """The body of a request, as JSON; only what stands at the place of the memory is ever changed."""

    api: Api
    members: MutableMapping[str, Any]

    @classmethod
    def read(cls, api: Api, sent: bytes) -> ChatBody | None:
        """Read a body; `None`: it is no object, which is the upstream's to refuse."""
        try:
            members = json.loads(sent)
        except (ValueError, RecursionError):
            return None
        return cls(api, members) if isinstance(members, dict) else None

    @property
    def words(self) -> str:
        """What the user said last, without what a client put around it."""
        message = self._last()
        texts = [message] if isinstance(message, str) else list(_texts(message)) if message else []
        return "\n".join(text for each in texts for role, text in own_words(each) if role == "user")

    @property
    def is_new(self) -> bool:
        """Whether the user's words are the last in the conversation; otherwise an agent works on them."""
        messages = self._messages()
        return isinstance(self.members.get("input"), str) or bool(messages and messages[-1] is self._last())

    @property
    def session(self) -> str:
        """A name for the conversation: it begins with the same words as long as it goes on. Empty: it cannot be told."""
        named = self.members.get("conversation") if self.api == "responses" else None
        if isinstance(named, dict):
            named = named.get("id")
        if isinstance(named, str) and named:
            return f"openai {named}"[:200]
        if self.members.get("previous_response_id"):
            return ""
        first = next(
            (each for each in self._messages() if each.get("role") == "user"), self.members.get("input")
        )
        if not first:
            return ""
        opening = json.dumps([self.members.get("instructions"), first], sort_keys=True)
        return f"openai {blake2b(opening.encode(), digest_size=8).hexdigest()}"

    def with_memory(self, block: str) -> bytes:
        """Return the body with a memory behind the user's last words. What stands before is as it was: it may be cached."""
        added = f"\n\n{block}"
        message = self._last()
        if isinstance(message, str):
            self.members["input"] = message + added
        elif message is not None:
            content = message.get("content")
            if isinstance(content, str):
                message["content"] = content + added
            elif isinstance(content, list):
                kind = "text" if self.api == "chat" else "input_text"
                content.append({"type": kind, "text": added})
        return json.dumps(self.members, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def _messages(self) -> Sequence[MutableMapping[str, Any]]:
        messages = self.members.get("messages" if self.api == "chat" else "input")
        return [each for each in messages if isinstance(each, dict)] if isinstance(messages, list) else []

    def _last(self) -> MutableMapping[str, Any] | str | None:
        if self.api == "responses" and isinstance(text := self.members.get("input"), str):
            return text
        return next((each for each in reversed(self._messages()) if each.get("role") == "user"), None)


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    content = message.get("content")
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and part.get("type") in _TEXT_PARTS and isinstance(part.get("text"), str):
            yield part["text"]


@dataclass(slots=True)
class ReplyText:
    """Reads along while a reply goes by, whole or as a stream of events; keeps its text, and no more than is remembered."""

    api: Api
    streamed: bool
    text: str = ""
    finished: bool = False
    """Whether the reply came to its end."""

    _rest: bytearray = field(default_factory=bytearray)

    def feed(self, piece: bytes) -> None:
        """Read a piece."""
        if len(self._rest) + len(piece) > _LONGEST_EVENT:
            self._rest.clear()
            return
        self._rest += piece
        if self.streamed:
            *lines, rest = bytes(self._rest).split(b"\n")
            self._rest = bytearray(rest)
            for line in lines:
                if line.startswith(b"data:"):
                    self._event(line[5:].strip())

    def end(self) -> None:
        """Read what was not read before."""
        if self.streamed or not (reply := _object(bytes(self._rest))):
            return
        self.finished = True
        self._add("".join(_whole(self.api, reply)))

    def _event(self, data: bytes) -> None:
        if data == b"[DONE]":
            self.finished = True
            return
        event = _object(data)
        if self.api == "responses":
            kind = event.get("type")
            if kind == "response.output_text.delta":
                self._add(event.get("delta"))
            self.finished = self.finished or kind in {"response.completed", "response.incomplete"}
            return
        for choice in _list(event.get("choices"))[:1]:
            if choice.get("index", 0) == 0:
                self._add(_object_of(choice.get("delta")).get("content"))
                self.finished = self.finished or bool(choice.get("finish_reason"))

    def _add(self, text: object) -> None:
        if isinstance(text, str) and len(self.text) < _MOST_REPLY:
            self.text += text[: _MOST_REPLY - len(self.text)]


def _whole(api: Api, reply: Mapping[str, Any]) -> Iterator[str]:
    if api == "chat":
        for choice in _list(reply.get("choices"))[:1]:
            content = _object_of(choice.get("message")).get("content")
            if isinstance(content, str):
                yield content
        return
    for item in _list(reply.get("output")):
        if item.get("type") == "message":
            for part in _list(item.get("content")):
                if part.get("type") == "output_text" and isinstance(part.get("text"), str):
                    yield part["text"]


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        return _object_of(json.loads(data))
    except (ValueError, RecursionError):
        return {}


def _object_of(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
