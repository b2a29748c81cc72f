"""Turns and facts of our own store as an audit sees them, and what of an item can be compared and shown."""

from __future__ import annotations

from datetime import datetime

from lukasa.domain.audit import AuditItem
from lukasa.domain.fact import Fact, Status
from lukasa.domain.turn import Turn
from lukasa.text.secrets import redact

_CLIP = 48
"""Characters of content in a finding: enough to recognise it."""


def turn_item(turn: Turn) -> AuditItem:
    return AuditItem(
        id=turn.id,
        kind="turn",
        text=turn.text,
        at=turn.at,
        speaker=turn.speaker,
        role=turn.role,
        origin=turn.origin,
        retired=turn.retired_at is not None,
        metadata=turn.metadata,
    )


def fact_item(fact: Fact) -> AuditItem:
    return AuditItem(
        id=fact.id,
        text=fact.text,
        at=fact.learned_at,
        origin=fact.origin,
        subject=fact.subject,
        fact_kind=fact.kind,
        attribute=fact.attribute,
        value=fact.value,
        negated=fact.negated,
        cardinality=fact.cardinality,
        valid=fact.valid,
        status=fact.status,
        expires_at=fact.expires_at,
        superseded_by=fact.superseded_by,
        retired=fact.retired_at is not None,
        sources=fact.sources,
        metadata=fact.metadata,
    )


def standing(item: AuditItem, now: datetime, *, status: Status = "current") -> bool:
    """Whether an item has that status, and is neither forgotten nor expired."""
    expired = item.expires_at is not None and item.expires_at <= now
    return item.status == status and not (item.retired or expired)


def clip(text: str) -> str:
    """Return the beginning of a text on one line, without secrets."""
    line = " ".join(redact(text).text.split())
    return line if len(line) <= _CLIP else f"{line[: _CLIP - 1].rstrip()}…"
