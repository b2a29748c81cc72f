"""Facts that a person states: in so many words, without an extractor. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lukasa.beliefs.edits import following
from lukasa.beliefs.keys import cardinality_of
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact, FactKind
from lukasa.domain.interval import Interval
from lukasa.domain.source import Source
from lukasa.domain.turn import Json, Turn
from lukasa.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person wants to be believed."""

    text: str
    subject: str
    kind: FactKind
    attribute: str | None = None
    value: str | None = None
    valid_from: datetime | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("text", "subject"):
            given = getattr(self, name)
            if not isinstance(given, str) or not given.strip() or "\0" in given:
                raise InputError(f"a fact needs a {name} without NUL, not {given!r:.80}")
        if (self.attribute is None) != (self.value is None):
            raise InputError("an attribute needs a value, and a value an attribute; give both or neither")

    def claim(self, turn: Turn) -> Claim:
        """Return the claim that rests on the turn in which the statement is kept."""
        start = Interval(start=self.valid_from or turn.at, granularity="instant")
        return Claim(
            subject=self.subject,
            text=turn.text,
            kind=self.kind,
            source=Source(turn=turn.id, start=0, end=len(turn.text), at=turn.at, speaker=turn.speaker),
            quote=turn.text,
            attribute=self.attribute,
            value=self.value,
            cardinality=cardinality_of(self.attribute, "multi") if self.attribute else "multi",
            valid=start,
            confidence=1.0,
            metadata=self.metadata,
        )


def amended(
    fact: Fact,
    *,
    now: datetime,
    text: str | None,
    pinned: bool | None,
    expires_at: datetime | None,
    metadata: Mapping[str, Json] | None,
) -> Fact:
    """Return the next version with what a person changed; what it is the same fact as does not change with its words."""
    made = following(fact, now)
    if text is not None:
        if not text.strip() or "\0" in text:
            raise InputError(f"the text of a fact must not be empty or hold NUL, not {text!r:.80}")
        made = replace(made, text=text, worded_by="")
    if pinned is not None:
        made = replace(made, pinned=pinned)
    if expires_at is not None:
        made = replace(made, expires_at=expires_at)
    if metadata is not None:
        made = replace(made, metadata=dict(metadata))
    return made
