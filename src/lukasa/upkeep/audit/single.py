"""Flaws that an item has by itself: junk, secrets, staleness, lost sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from lukasa.domain.audit import AuditItem, Flaw
from lukasa.domain.claim import Claim
from lukasa.domain.turn import Source
from lukasa.gate.junk import junk_in
from lukasa.text.secrets import redact, redact_json
from lukasa.upkeep.audit.items import clip

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def junk(facts: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find facts that the gate would refuse today, because they say nothing that lasts."""
    for item in facts:
        if (junk := junk_in(_claim(item))) is not None:
            yield Flaw(sort="junk", ids=(item.id,), detail=f"{junk}: {clip(item.text)}")


def secrets(items: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find secrets in texts and metadata, also of forgotten items: they are still stored."""
    for item in items:
        labels = [*redact(item.text).labels, *redact_json(dict(item.metadata))[1]]
        if labels:
            yield Flaw(sort="secret", ids=(item.id,), detail=", ".join(dict.fromkeys(labels)))


def stale(facts: Sequence[AuditItem], now: datetime) -> Iterator[Flaw]:
    """Find facts that are still shown as current and should not be."""
    for item in facts:
        if item.status != "current" or item.retired:
            continue
        if item.expires_at is not None and item.expires_at <= now:
            yield Flaw(sort="stale", ids=(item.id,), detail=f"expired on {item.expires_at:%Y-%m-%d}")
        elif item.superseded_by is not None:
            ids = (item.id, item.superseded_by)
            yield Flaw(sort="stale", ids=ids, detail="superseded, and still current")


def orphans(items: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find facts of which a source is gone."""
    lengths = {item.id: len(item.text) for item in items if item.kind == "turn"}
    for item in items:
        if item.kind == "fact" and item.sources is not None and (why := _ungrounded(item, lengths)):
            yield Flaw(sort="orphan", ids=(item.id,), detail=why)


def _claim(item: AuditItem) -> Claim:
    """Return the fact as if it were proposed now, in its own words."""
    return Claim(
        subject=item.subject or "User",
        text=item.text,
        kind=item.fact_kind,
        source=Source(turn=item.id, start=0, end=len(item.text), at=item.at or _LONG_AGO),
        quote=item.text,
        attribute=item.attribute,
        value=item.value,
    )


def _ungrounded(item: AuditItem, lengths: dict[str, int]) -> str | None:
    if not item.sources:
        return "it rests on nothing"
    for source in item.sources or ():
        if source.turn not in lengths:
            return f"its source {source.turn} is gone"
        if not 0 <= source.start < source.end <= lengths[source.turn]:
            return f"its source {source.turn} has no characters {source.start} to {source.end}"
    return None
