"""Memories of mem0's store as facts that can be moved into one of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lukasa.errors import InputError
from lukasa.integrations.mem0.items import SAID_AT, expiry, instant, labels, written
from lukasa.integrations.mem0.scopes import SCOPES, scope_of
from lukasa.integrations.mem0.stored import StoredMemory
from lukasa.integrations.moving import ImportedFact, Unusable

_INTERNAL = frozenset(
    {"data", "hash", "created_at", "updated_at", "text_lemmatized", "expiration_date", *SCOPES}
)


def facts(memories: Iterable[StoredMemory], *, tenant: str) -> Iterator[ImportedFact | Unusable]:
    """Yield each memory as a fact of its user, agent or run, with its versions, its times and its metadata."""
    for memory in memories:
        try:
            yield _fact(memory, tenant)
        except InputError as error:
            yield Unusable(str(error))


def _fact(memory: StoredMemory, tenant: str) -> ImportedFact | Unusable:
    payload = memory.payload
    try:
        owner, others = scope_of(payload)
    except InputError:
        return Unusable("without a user, agent or run")
    user, tenant = owner.partition(tenant)
    created_at, actor = instant("created_at", payload.get("created_at")), payload.get("actor_id")
    about = labels({name: value for name, value in payload.items() if name not in _INTERNAL}, **others)
    *earlier, text = memory.words
    return ImportedFact(
        source="mem0",
        id=memory.id,
        text=text,
        subject=str(actor or "User"),
        user=user,
        tenant=tenant,
        valid_from=created_at,
        expires_at=expiry(payload.get("expiration_date")),
        earlier=tuple(earlier),
        metadata=about | {SAID_AT: written(created_at), "actor_id": actor},
    )
