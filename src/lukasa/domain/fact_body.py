"""A fact as JSON: what stores keep, what exports hold, and what the journal's digests cover."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lukasa.domain.fact import Fact
from lukasa.domain.interval import Interval
from lukasa.domain.scope import digest
from lukasa.domain.turn import Json, Source

_TIMES = ("learned_at", "recorded_at", "retired_at", "expires_at")
_PLAIN = (
    "id", "subject", "text", "kind", "key", "occurrence", "attribute", "value", "negated", "cardinality", "slot",
    "status", "confidence", "trust", "origin", "evidence", "pinned", "superseded_by", "revision", "worded_by",
)  # fmt: skip

_FORMER: dict[str, Json] = {"derived_from": [], "stale": False}
"""Fields that facts had until schema 5. They are still written, because `undo` and the journal know a version by the digest of
its stored form, and that of versions in older files must not change."""


def to_json(fact: Fact) -> dict[str, Json]:
    """Return every field but `seq`, times as ISO 8601 in the offset they were given in."""
    body: dict[str, Json] = {name: getattr(fact, name) for name in _PLAIN}
    body |= {name: _written(getattr(fact, name)) for name in _TIMES}
    if fact.found_by != "extractor":
        body["found_by"] = (
            fact.found_by
        )  # A field of later versions: the digests of older ones must not change.
    body["metadata"] = dict(fact.metadata)
    body["rivals"] = list(fact.rivals)
    body["valid"] = {
        "start": _written(fact.valid.start),
        "end": _written(fact.valid.end),
        "granularity": fact.valid.granularity,
        "phrase": fact.valid.phrase,
    }
    body["sources"] = [
        {
            "turn": source.turn,
            "start": source.start,
            "end": source.end,
            "at": source.at.isoformat(),
            "speaker": source.speaker,
            **(
                {} if source.needs is None else {"needs": source.needs}
            ),  # of later versions, as `found_by` is
        }
        for source in fact.sources
    ]
    return body


def from_json(body: dict[str, Any], *, seq: int = 0) -> Fact:
    """Read what `to_json` wrote."""
    valid = body["valid"]
    plain: dict[str, Any] = {name: body[name] for name in _PLAIN}
    times: dict[str, Any] = {name: _read(body[name]) for name in _TIMES}
    return Fact(
        **plain,
        **times,
        found_by=body.get("found_by", "extractor"),
        metadata=body["metadata"],
        rivals=tuple(body["rivals"]),
        valid=Interval(
            start=_read(valid["start"]),
            end=_read(valid["end"]),
            granularity=valid["granularity"],
            phrase=valid["phrase"],
        ),
        sources=tuple(
            Source(**{**source, "at": datetime.fromisoformat(source["at"])}) for source in body["sources"]
        ),
        seq=seq,
    )


def pack(fact: Fact) -> str:
    """Return the stored form: the same fact always gives the same text."""
    return json.dumps({**to_json(fact), **_FORMER}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def unpack(packed: str, *, seq: int = 0) -> Fact:
    """Read what `pack` wrote."""
    return from_json(json.loads(packed), seq=seq)


def packed_digest(packed: str) -> str:
    """Return the digest that the journal keeps of a version."""
    return digest([packed])


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
