"""Pending calls as files of a batch API (OpenAI's format), and the replies that come back.

A stage is every call that could be made without knowing the reply to another. Each role of the run (`memory`, `reader`, …) has
files of its own, because a batch is of one model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from lukasa.adapters.llms.openai_compatible import wire
from lukasa.adapters.wrappers.priced import priced
from lukasa.ports.llm import LLMReply, LLMRequest
from lukasa_evals.answers.calls import Calls
from lukasa_evals.errors import EvalError

_MOST = 50_000
"""Requests in a file; more are not taken by OpenAI's batch API."""

_OK = 200
_REFUSED = {400, 413, 422}
"""Statuses of a request that would be refused again."""


def write(folder: Path, calls: Mapping[str, Calls]) -> list[Path]:
    """Write pending calls, by role, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("requests-*.jsonl"):
        old.unlink()
    made = []
    for role, each in calls.items():
        for part, keys in zip(count(1), _parts(sorted(each.pending)), strict=False):
            path = folder / f"requests-{role}-{part:03}.jsonl"
            with path.open("w", encoding="utf-8") as file:
                for key in keys:
                    line = _request(key, each.pending[key], each.model)
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            made.append(path)
    return made


def _parts(keys: list[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(keys), _MOST):
        yield tuple(keys[start : start + _MOST])


def _request(key: str, request: LLMRequest, model: str) -> dict[str, object]:
    return {
        "custom_id": key,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": wire.body(request, model.partition(":")[2] or model, frozenset()),
    }


def read(folder: Path, calls: Mapping[str, Calls]) -> int:
    """Keep the replies of every file in *folder* that is not one of requests; return how many.

    A file's name holds its role: `replies-reader-001.jsonl`. A reply costs what the price list says; it has no time. A request
    that was refused is not made again; other calls that failed stay pending. Raises `EvalError` for a file of no role, and for a line that is not of the format.
    """
    files = [path for path in sorted(folder.glob("*.jsonl")) if not path.name.startswith("requests-")]
    if not files:
        raise EvalError(f"there are no replies in {folder.name!r}: name them replies-ROLE-….jsonl")
    found = 0
    for path in files:
        role = next((role for role in calls if f"-{role}" in path.stem), None)
        if role is None:
            raise EvalError(f"{path.name!r} names no role of this run: {', '.join(calls)}")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                key, reply = _reply(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise EvalError(
                    f"line {number} of {path.name!r} is no reply of a batch: {error!r}"
                ) from error
            if isinstance(reply, LLMReply):
                calls[role].kept.put(key, priced(reply, calls[role].model))
                found += 1
            elif reply is not None:
                calls[role].kept.refuse(key, f"the batch answered {reply}")
    return found


def _reply(line: Mapping[str, Any]) -> tuple[str, LLMReply | int | None]:
    """Return what became of a call: its reply, the status with which it was refused for good, or nothing."""
    key, response = str(line["custom_id"]), line.get("response") or {}
    status = response.get("status_code", _OK)
    if line.get("error") or status != _OK:
        return key, status if status in _REFUSED else None
    # What was asked for does not matter here: calls that were written as text are not this module's business.
    return key, wire.reply(response["body"], LLMRequest(messages=(), purpose="batch"), milliseconds=0.0)
