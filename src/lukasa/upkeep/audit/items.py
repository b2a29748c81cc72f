"""Turns and facts of our own store, as an audit looks at them."""

from __future__ import annotations

from lukasa.domain.audit import AuditItem
from lukasa.domain.fact import Fact
from lukasa.domain.turn import Turn


def turn_item(turn: Turn) -> AuditItem:
    """Return what is looked at of a turn."""
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
    """Return what is looked at of a fact."""
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
