"""Histories without ids and times, which a framework shows whole before each call of its model: each message is stored once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lukasa import Context
from lukasa.integrations.conversation import Injection, idempotency_key, message, spoken


class Said(NamedTuple):
    """What one message of a history says."""

    role: str
    text: str
    name: str | None = None


def drafts(
    history: Iterable[Said], session: str | None, earlier: Mapping[str, int]
) -> list[Mapping[str, Any]]:
    """Return messages for `remember`; with a session, each has a key: its words, and how often they were said, *earlier* ones too."""
    counts = Counter(earlier)
    found = []
    for said in _once(history):
        key = words_key(session, said)
        place = f"{key}:{counts[key]}" if session else None
        found.append(message(said.role, said.text, name=said.name, key=place))
        counts[key] += 1
    return spoken(found)


def words_key(session: str | None, said: Said) -> str:
    """Return what stands for the words of one side in a session."""
    return idempotency_key("history", session, *said)


def count(history: Iterable[Said], session: str) -> Counter[str]:
    """Count how often each was said."""
    return Counter(words_key(session, said) for said in _once(history))


async def context(
    call: Callable[..., Awaitable[Any]],
    history: Sequence[Mapping[str, Any]],
    *,
    session: str | None,
    agent: str | None,
    injection: Injection,
) -> tuple[Context | None, Mapping[str, Any]]:
    """Store a history; return what bears on the last words of the user in it, and the arguments it was asked with.

    What is in the history, its model sees anyway, and is left out. *call* calls a verb of the user's handle.
    """
    last = max((place for place, each in enumerate(history) if each["role"] == "user"), default=len(history))
    shown = await store(call, history[:last], session=session, agent=agent)
    arguments = injection.arguments(history[last]["content"]) if last < len(history) else {"question": ""}
    found = None
    if arguments["question"]:
        # Asked before the words themselves are stored: a fact found in them is no news to their model.
        found = await call("context", **arguments | {"filter": _without(shown)})
    rest = await store(call, history[last:], session=session, agent=agent)
    if found is not None and not {turn.id for turn in found.turns}.isdisjoint(rest):  # shown to us before
        found = await call("context", **arguments | {"filter": _without(shown + rest)})
    return found, arguments | {"filter": _without(shown + rest)}


def _without(ids: Sequence[str]) -> dict[str, Any] | None:
    return {"id": {"nin": ids}} if ids else None


async def store(
    call: Callable[..., Awaitable[Any]],
    history: Sequence[Mapping[str, Any]],
    *,
    session: str | None,
    agent: str | None,
) -> list[str]:
    """Store messages; return the ids of their turns."""
    if not history:
        return []
    receipt = await call("remember", messages=history, session=session, agent=agent)
    return [*receipt.turns, *receipt.duplicates]


def _once(history: Iterable[Said]) -> Iterator[Said]:
    """Yield what stands twice in a row, as what is being answered may, once."""
    before = None
    for said in history:
        if said != before:
            yield said
        before = said
