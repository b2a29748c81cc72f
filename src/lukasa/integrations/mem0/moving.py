"""Move memories of mem0's store into one of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lukasa import AsyncHandle, Fact
from lukasa import AsyncMemory as Lukasa
from lukasa.errors import InputError
from lukasa.integrations.mem0.items import SAID_AT, expiry, instant, labels
from lukasa.integrations.mem0.scopes import SCOPES, scope_of
from lukasa.integrations.mem0.stored import StoredMemory

MEM0_ID = "mem0_id"
"""The label with the id that a memory had; a list when several say the same."""

_INTERNAL = frozenset(
    {"data", "hash", "created_at", "updated_at", "text_lemmatized", "expiration_date", *SCOPES}
)


@dataclass(slots=True)
class Moved:
    """What became of the memories."""

    memories: int = 0
    """Read."""

    stored: int = 0
    versions: int = 0
    """Earlier words of a memory, kept in its history."""

    same: int = 0
    """That say what another of the same owner says: both ids lead to one fact."""

    already: int = 0
    """That an earlier run had moved."""

    skipped: dict[str, int] = field(default_factory=dict)
    """That could not be stored, by reason."""


async def move(memories: Iterable[StoredMemory], memory: Lukasa, *, tenant: str = "default") -> Moved:
    """Store each memory as a fact of its user, agent or run, with its versions, its times and its metadata.

    A second run stores nothing twice. Raises `StoreError`.
    """
    moved = Moved()
    known: dict[tuple[str, str], set[str]] = {}
    skipped: Counter[str] = Counter()
    for each in memories:
        moved.memories += 1
        try:
            owner, others = scope_of(each.payload)
        except InputError:
            skipped["without a user, agent or run"] += 1
            continue
        partition = owner.partition(tenant)
        handle = memory.of(*partition)
        if partition not in known:
            facts = await handle.facts(include_retired=True, filter={f"metadata.{MEM0_ID}": {"exists": True}})
            known[partition] = {id_ for fact in facts for id_ in _ids(fact)}
        if each.id in known[partition]:
            moved.already += 1
            continue
        try:
            fact = await _store(handle, each, others)
        except InputError as error:
            skipped[str(error)] += 1
            continue
        known[partition].add(each.id)
        moved.versions += len(each.words) - 1
        (current,) = await handle.facts(include_retired=True, filter={"id": fact})
        if each.id not in _ids(current):
            await handle.amend(fact, metadata={**current.metadata, MEM0_ID: [*_ids(current), each.id]})
            moved.same += 1
        else:
            moved.stored += 1
    moved.skipped = dict(skipped)
    return moved


async def _store(handle: AsyncHandle, memory: StoredMemory, others: Mapping[str, str]) -> str:
    """Store one memory with its versions, and return the id of its fact."""
    payload = memory.payload
    about = labels({name: value for name, value in payload.items() if name not in _INTERNAL}, **others)
    about |= {MEM0_ID: memory.id, SAID_AT: payload.get("created_at"), "actor_id": payload.get("actor_id")}
    first, *later = memory.words
    receipt = await handle.believe(
        first,
        subject=str(payload.get("actor_id") or "User"),
        valid_from=instant("created_at", payload.get("created_at")),
        metadata={name: value for name, value in about.items() if value is not None},
    )
    fact = receipt.facts[0]
    for words in later:
        await handle.amend(fact, text=words, reason="moved from mem0")
    if ends := payload.get("expiration_date"):
        await handle.amend(fact, expires_at=expiry(ends))
    return fact


def _ids(fact: Fact) -> list[str]:
    ids = fact.metadata.get(MEM0_ID)
    return [str(each) for each in ids] if isinstance(ids, list | tuple) else [] if ids is None else [str(ids)]
