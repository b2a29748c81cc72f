"""Facts in the shape of mem0's results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from lukasa import Fact
from lukasa.domain.time import read_instant
from lukasa.errors import InputError, shown
from lukasa.integrations.mem0.scopes import SCOPES, Scope

PROMOTED = ("agent_id", "run_id", "actor_id", "role")
"""Labels that stand beside a memory, not in its metadata."""

SAID_AT = "created_at"
"""The label with the `timestamp` of a memory that is kept as it was said."""


def item(fact: Fact, owner: Scope, score: float | None = None) -> dict[str, Any]:
    """Return a fact as `get`, `get_all` and `search` give it."""
    labels = dict(fact.metadata)
    said_at = labels.pop(SAID_AT, None)
    at = fact.sources[0].at if fact.sources else fact.learned_at
    result: dict[str, Any] = {
        "id": owner.id_of(fact.id),
        "memory": fact.text,
        "hash": hashlib.md5(fact.text.encode(), usedforsecurity=False).hexdigest(),
        "created_at": said_at or at.isoformat(),
        "updated_at": fact.recorded_at.isoformat(),
        owner.kind: owner.name,
    }
    result |= {name: labels.pop(name) for name in PROMOTED if name in labels}
    if score is not None:
        result["score"] = score
    if fact.expires_at is not None:
        result["expiration_date"] = (fact.expires_at - timedelta(days=1)).date().isoformat()
    if labels:
        result["metadata"] = labels
    return result


def versions(memory_id: str, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Return the versions of a fact whose words changed, as `history` lists them, and its end."""
    entries: list[dict[str, Any]] = []
    before: str | None = None
    for fact in facts:
        ended = fact.retired_at is not None or fact.status != "current"
        if fact.text == before and not ended:
            continue
        entries.append(
            {
                "id": f"{memory_id}#{fact.revision}",
                "memory_id": memory_id,
                "old_memory": before,
                "new_memory": None if ended else fact.text,
                "event": "DELETE" if ended else "ADD" if before is None else "UPDATE",
                "created_at": fact.learned_at.isoformat(),
                "updated_at": fact.recorded_at.isoformat(),
                "is_deleted": ended,
                "actor_id": fact.metadata.get("actor_id"),
                "role": fact.metadata.get("role"),
            }
        )
        before = fact.text
    return entries


def instant(name: str, value: Any) -> datetime | None:
    """Return mem0's `timestamp` or `reference_date`: seconds since 1970, an ISO date or time (UTC where it says nothing), or a `datetime`."""
    if value is None:
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        return read_instant(value, zone="UTC")
    except (InputError, ValueError, OverflowError, OSError):
        raise InputError(f"{name} must be seconds since 1970 or an ISO date, not {shown(value)}") from None


def written(at: datetime | None) -> str | None:
    """Return a time as the label `created_at` has it: texts in the order of the times."""
    return None if at is None else at.astimezone(UTC).isoformat()


def expiry(value: Any) -> datetime | None:
    """Return when a memory with this `expiration_date` is out of date: at the end of the day (UTC)."""
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.date()
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(f"expiration_date must be a date as YYYY-MM-DD, not {shown(value)}") from None
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def labels(metadata: Mapping[str, Any] | None, **others: Any) -> dict[str, Any]:
    """Return metadata of a caller without ids of owners, which metadata cannot set, and with our labels."""
    own = {
        name: value for name, value in (metadata or {}).items() if name not in SCOPES and name != "actor_id"
    }
    return own | {name: value for name, value in others.items() if value is not None}
