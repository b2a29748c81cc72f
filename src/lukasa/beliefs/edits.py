"""The next version of a fact, for everything that a person, or time, does to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lukasa.beliefs.keys import cardinality_of
from lukasa.bounds import check_statement, read_label, read_metadata
from lukasa.domain.change import PutFact
from lukasa.domain.claim import Claim
from lukasa.domain.document import Document
from lukasa.domain.fact import Fact, FactKind
from lukasa.domain.interval import Interval
from lukasa.domain.journal import FactOp
from lukasa.domain.turn import Json, Source, Turn
from lukasa.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person wants to be believed, in so many words: no extractor reads it."""

    text: str
    subject: str
    kind: FactKind
    attribute: str | None = None
    value: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_statement("the text of a fact", self.text)
        if read_label("the subject of a fact", self.subject) is None:
            raise InputError("a fact needs a subject: whom or what it is about")
        read_label("attribute", self.attribute)
        if self.value is not None:
            check_statement("value", self.value)
        object.__setattr__(self, "metadata", read_metadata("metadata", self.metadata))
        if (self.attribute is None) != (self.value is None):
            raise InputError("an attribute needs a value, and a value an attribute; give both or neither")
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise InputError(
                f"valid_until must be after valid_from ({self.valid_from.isoformat()}), not {self.valid_until.isoformat()}"
            )

    def claim(self, turn: Turn) -> Claim:
        """Return the claim that rests on the turn in which the statement is kept."""
        return Claim(
            subject=self.subject,
            text=turn.text,
            kind=self.kind,
            source=Source(turn=turn.id, start=0, end=len(turn.text), at=turn.at, speaker=turn.speaker),
            quote=turn.text,
            attribute=self.attribute,
            value=self.value,
            cardinality=cardinality_of(self.attribute, "multi"),
            valid=self._valid(turn.at),
            confidence=1.0,
            found_by="caller",
            metadata=self.metadata,
        )

    def _valid(self, stated_at: datetime) -> Interval:
        """Return when it is true: since it was stated, unless that is known better, or it was over by then."""
        start = self.valid_from
        if start is None and (self.valid_until is None or stated_at < self.valid_until):
            start = stated_at
        return Interval(start=start, end=self.valid_until, granularity="instant")


# --- the next version ------------------------------------------------------------------------------------------------


def following(fact: Fact, now: datetime) -> Fact:
    """Return the same fact as its next version, to which changes can be made."""
    return replace(fact, revision=fact.revision + 1, recorded_at=now)


def hidden(fact: Fact, now: datetime) -> Fact | None:
    """Return the fact as forgotten; `None` when it is already."""
    return None if fact.retired_at is not None else replace(following(fact, now), retired_at=now)


def shown(fact: Fact, now: datetime) -> Fact | None:
    """Return the fact as remembered again; `None` when it was not forgotten."""
    return None if fact.retired_at is None else replace(following(fact, now), retired_at=None)


def reviewed(fact: Fact, now: datetime, *, approved: bool) -> Fact:
    """Return a quarantined fact as believed, on the word of the person who reviewed it, or as withdrawn."""
    if fact.status != "quarantined":
        raise InputError(
            f"the fact {fact.id!r} is {fact.status}, not quarantined: there is nothing to review"
        )
    return replace(following(fact, now), status="current" if approved else "retracted")


def amended(
    fact: Fact,
    *,
    now: datetime,
    text: str | None,
    pinned: bool | None,
    expires_at: datetime | None,
    metadata: Mapping[str, Json] | None,
) -> Fact:
    """Return the next version with what a person changed. Its key stays: it is the same fact in other words."""
    if text is not None:
        check_statement("the text of a fact", text)
    return replace(
        following(fact, now),
        text=fact.text if text is None else text,
        worded_by=fact.worded_by if text is None else "",
        pinned=fact.pinned if pinned is None else pinned,
        expires_at=fact.expires_at if expires_at is None else expires_at,
        metadata=fact.metadata if metadata is None else read_metadata("metadata", metadata),
    )


def settled(facts: Sequence[Fact], keep: str, now: datetime) -> list[Fact]:
    """Decide a conflict: *keep* is believed, its rivals are withdrawn."""
    if keep not in {fact.id for fact in facts}:
        raise InputError(f"{keep!r} is no part of this conflict; keep one of {[fact.id for fact in facts]!r}")
    return [
        replace(
            following(fact, now),
            status="current" if fact.id == keep else "retracted",
            superseded_by=None if fact.id == keep else keep,
            rivals=(),
        )
        for fact in facts
    ]


def conflicts_in(facts: Sequence[Fact]) -> list[tuple[Fact, ...]]:
    """Return the facts that exclude each other and were not decided, in groups, oldest first."""
    by_id = {fact.id: fact for fact in facts}
    groups: list[tuple[Fact, ...]] = []
    seen: set[str] = set()
    for fact in facts:
        group, queue = dict[str, Fact](), [] if fact.id in seen else [fact]
        while queue:
            rival = queue.pop()
            group[rival.id] = rival
            queue += [by_id[each] for each in rival.rivals if each in by_id and each not in group]
        seen |= group.keys()
        if len(group) > 1:
            groups.append(tuple(sorted(group.values(), key=lambda rival: rival.seq)))
    return groups


# --- as a change -----------------------------------------------------------------------------------------------------

_OP_OF_STATUS: Mapping[str, FactOp] = {
    "superseded": "supersede",
    "retracted": "retract",
    "conflicting": "dispute",
}


def fact_op(before: Fact | None, after: Fact) -> FactOp:
    """Return what a new version of a fact does, for the journal. The first that holds decides."""
    if after.status == "quarantined" and (before is None or before.status != "quarantined"):
        return "quarantine"
    if before is None:
        return "believe"
    if (before.retired_at is None) != (after.retired_at is None):
        return "hide" if after.retired_at is not None else "show"
    if before.status != after.status:
        return _OP_OF_STATUS.get(after.status, "revise")
    if (before.text, before.value, before.valid) != (after.text, after.value, after.valid):
        return "revise"
    return "confirm" if after.evidence > before.evidence else "mark"


def put_next(before: Fact, after: Fact, document: Document | None = None) -> PutFact:
    """Return the change that stores the next version of a fact; one with new words needs a *document*."""
    return PutFact(fact=after, op=fact_op(before, after), document=document)
