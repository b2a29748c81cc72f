"""How messages become memories: what the extractor finds, or the messages themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from lukasa import AsyncHandle, Fact, Guidance
from lukasa.domain.report import Receipt
from lukasa.integrations.mem0.items import SAID_AT, labels, written
from lukasa.integrations.mem0.scopes import Scope
from lukasa.policy import InputLimits

_MOST_BYTES = InputLimits().fact_bytes
"""Of a fact; a longer message is stored, and is no memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """One call of `add`."""

    handle: AsyncHandle
    owner: Scope
    labels: Mapping[str, Any]
    """Metadata that every memory of the call gets."""

    at: datetime | None
    expires_at: datetime | None

    async def inferred(
        self, messages: Sequence[Mapping[str, Any]], scope: Mapping[str, str], instructions: str | None
    ) -> dict[str, Any]:
        """Store messages, and return the facts that the extractor finds; a message of a person that it finds nothing in is kept as it is."""
        where = {
            "at": self.at or datetime.now(UTC),
            "agent": scope.get("agent_id"),
            "session": scope.get("run_id"),
        }
        said = [
            {**message, **{name: value for name, value in where.items() if value is not None}}
            for message in messages
            if message.get("role") != "system"
        ]
        guidance = Guidance(instructions=instructions) if instructions else None
        receipt = await self._anew(said, lambda: self.handle.remember(said, wait=True, guidance=guidance))
        facts = await self._named(receipt.facts)
        if not (receipt.usage.llm_calls or receipt.pending or receipt.warnings):
            facts += await self._as_they_are(said, facts)
        return {"results": [await self._labelled(fact) for fact in facts]} | _trouble(receipt)

    async def word_for_word(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Keep every message as one memory, as it is."""
        results: list[dict[str, Any]] = []
        trouble: dict[str, Any] = {}
        for message in messages:
            text = message.get("content")
            if message.get("role") == "system" or not isinstance(text, str) or not text.strip():
                continue
            about = {"role": message.get("role"), "actor_id": message.get("name")}
            said_at = {} if self.at is None else {SAID_AT: written(self.at)}
            believe = partial(
                self.handle.believe,
                text,
                subject=message.get("name") or "User",
                metadata=labels(self.labels, **about) | said_at,
            )
            receipt = await self._anew([{"content": text}], believe)
            trouble |= _trouble(receipt)
            for fact in await self._named(receipt.facts):
                if self.expires_at is not None:
                    await self.handle.amend(fact.id, expires_at=self.expires_at)
                results.append(_added(fact, self.owner) | about)
        return {"results": results} | trouble

    async def _anew(
        self, said: Sequence[Mapping[str, Any]], call: Callable[[], Awaitable[Receipt]]
    ) -> Receipt:
        """Make a call; what was deleted and is said again counts as new, so its marks are lifted and the call is made again."""
        receipt = await call()
        erased = [reason.split()[0] for reason in receipt.skipped if " was erased" in reason]
        if not erased:
            return receipt
        await self.handle.readmit(erased)
        for message in said:
            if isinstance(message.get("content"), str):
                await self.handle.readmit(texts=[message["content"]], speaker=message.get("name"))
        again = await call()
        return replace(again, facts=list(dict.fromkeys((*receipt.facts, *again.facts))))

    async def _as_they_are(self, said: Sequence[Mapping[str, Any]], facts: Sequence[Fact]) -> list[Fact]:
        """Believe what people said in messages that no fact rests on; what the gate lets pass of it."""
        used = {source.turn for fact in facts for source in fact.sources}
        texts = (
            {turn.text for turn in await self.handle.turns(filter={"id": {"in": sorted(used)}})}
            if used
            else set()
        )
        plain = [
            {"text": message["content"], "message": place}
            for place, message in enumerate(said)
            if message.get("role", "user") == "user"
            and isinstance(message.get("content"), str)
            and message["content"] not in texts
            and len(message["content"].encode()) <= _MOST_BYTES
        ]
        if not plain:
            return []
        return await self._named((await self.handle.remember(said, facts=plain)).facts)

    async def _named(self, ids: Sequence[str]) -> list[Fact]:
        return await self.handle.facts(filter={"id": {"in": list(ids)}}) if ids else []

    async def _labelled(self, fact: Fact) -> dict[str, Any]:
        """Return a fact as `add` gives it, after a new one got the labels of the call."""
        changes: dict[str, Any] = {}
        if self.labels and not fact.metadata:
            changes["metadata"] = dict(self.labels)
        if self.expires_at is not None:
            changes["expires_at"] = self.expires_at
        return _added(await self.handle.amend(fact.id, **changes) if changes else fact, self.owner, fact)


def _added(fact: Fact, owner: Scope, before: Fact | None = None) -> dict[str, Any]:
    event = "ADD" if (before or fact).evidence == 1 else "UPDATE"
    return {"id": owner.id_of(fact.id), "memory": fact.text, "event": event}


def _trouble(receipt: Receipt) -> dict[str, Any]:
    """Return what a caller should know beside the results, if anything: mem0's callers would see an empty list."""
    trouble = {
        "pending": receipt.pending,
        "warnings": list(receipt.warnings),
        "refused": dict(receipt.refused),
        "redacted": dict(receipt.redacted),
    }
    return {name: value for name, value in trouble.items() if value}
