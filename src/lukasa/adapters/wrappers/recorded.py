"""Replies recorded in a file, and replayed without a model.

A record is a line of JSON: the fingerprint of the request, and the reply. Requests are not kept, but replies tell of what was
asked: the file is readable by its owner alone.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from lukasa.domain.scope import digest
from lukasa.errors import ConfigError, ProviderError
from lukasa.ports.llm import LLM, LLMReply, LLMRequest, Shape, TokenUsage, ToolCall

Mode = Literal["record", "replay", "auto"]
"""`record`: ask, and keep every reply; `replay`: never ask; `auto`: ask for what is not kept yet."""


class RecordedLLM:
    """Keeps replies by the fingerprint of their request.

    Asked the same again, it gives the replies in their order, then the last one again and again.
    """

    def __init__(self, inner: LLM | None, path: Path | str, *, mode: Mode = "auto", name: str = "") -> None:
        """Wrap *inner*, which a replay does without; *name* is then the model's, as it was recorded."""
        if inner is None and mode != "replay":
            raise ConfigError("without a model there is nothing to record: use mode='replay'")
        self._inner = inner
        self._path = Path(path)
        self._mode = mode
        self._name = inner.name if inner is not None else name or "recorded:model"
        self._held: dict[str, list[LLMReply]] | None = None
        self._served: dict[str, int] = {}

    @property
    def name(self) -> str:
        """See the port."""
        return self._name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port. Raises `ProviderError` for a request that was never recorded, when it may not ask."""
        key = fingerprint(request)
        replies = (await self._records()).get(key, [])
        index = self._served.get(key, 0)
        if self._mode != "record" and replies and (index < len(replies) or self._mode == "replay"):
            self._served[key] = index + 1
            return replies[min(index, len(replies) - 1)]
        if self._inner is None or self._mode == "replay":
            raise ProviderError(
                f"{str(self._path)!r} has no reply to the request {key} ({request.purpose}): the prompt, the model or "
                "the data changed; record it again"
            )
        reply = await self._inner.complete(request)
        await asyncio.to_thread(self._keep, key, reply)
        self._served[key] = index + 1
        return reply

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. In one piece."""
        reply = await self.complete(request)
        if reply.text:
            yield reply.text
        yield reply

    async def aclose(self) -> None:
        """See the port."""
        if self._inner is not None:
            await self._inner.aclose()

    async def _records(self) -> dict[str, list[LLMReply]]:
        if self._held is None:
            self._held = await asyncio.to_thread(self._load)
        return self._held

    def _load(self) -> dict[str, list[LLMReply]]:
        replies: dict[str, list[LLMReply]] = {}
        if not self._path.exists():
            if self._mode == "replay":
                raise ConfigError(f"there is no record {str(self._path)!r}")
            return replies
        for number, line in enumerate(self._path.read_text("utf-8").splitlines(), start=1):
            try:
                record = json.loads(line)
                replies.setdefault(record["request"], []).append(read_reply(record["reply"]))
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigError(f"line {number} of {str(self._path)!r} is not a record: {error}") from error
        return replies

    def _keep(self, key: str, reply: LLMReply) -> None:
        line = json.dumps({"request": key, "reply": asdict(reply)}, ensure_ascii=False, sort_keys=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor has no path
            file.write(line + "\n")
        if self._held is not None:
            self._held.setdefault(key, []).append(reply)


def fingerprint(request: LLMRequest) -> str:
    """Return what tells a request from any other: messages, shape, tools and limits."""
    messages = [part for message in request.messages for part in (message.role, message.text)]
    shapes = [_written(shape) for shape in (request.shape, *request.tools) if shape is not None]
    limits = json.dumps([request.limits.max_tokens, request.limits.temperature])
    return digest([request.purpose, limits, *shapes, *messages])


def _written(shape: Shape) -> str:
    return json.dumps([shape.name, dict(shape.schema)], sort_keys=True)


def read_reply(record: dict[str, object]) -> LLMReply:
    """Return a reply from its `dataclasses.asdict`. Raises `TypeError` for anything else."""
    calls, usage = record.pop("calls", []), record.pop("usage", {})
    if not isinstance(calls, list) or not isinstance(usage, dict):
        raise TypeError("calls must be a list and usage an object")
    return LLMReply(
        calls=tuple(ToolCall(**call) for call in calls),
        usage=TokenUsage(**usage),
        **record,  # type: ignore[arg-type]
    )
