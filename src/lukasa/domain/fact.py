"""What is believed: a self-contained sentence, since when, on whose word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from lukasa.domain.interval import ALWAYS, Interval
from lukasa.domain.turn import Json, Origin, Source

FactKind = Literal["fact", "preference", "event", "plan", "profile", "procedure"]
"""`profile`: who somebody is; `event`: what happened once; `procedure`: how something is to be done; `fact`: the rest.
`KIND_TRAITS` says how they differ."""

Status = Literal["current", "superseded", "retracted", "conflicting", "quarantined"]
"""`superseded`: was true, another took its place; `retracted`: withdrawn, never to be relied on; `conflicting`: another
contradicts it, undecided; `quarantined`: not believed until it is reviewed, and never recalled."""

Cardinality = Literal["single", "multi"]
"""Whether a subject has one value of an attribute at a time, or any number."""

FoundBy = Literal["extractor", "caller"]
"""Who read it out of its turns: an extractor (rules or a model), or the caller, who stated it or named it in `remember(facts=)`."""

Trust = Literal["low", "medium", "high"]
"""How far the origin may be relied on. What is derived has the least trust of its sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTraits:
    """What any room needs to know of a kind of fact: ask this instead of comparing names."""

    happens: bool
    """It takes place at some time, rather than being so from one time to another."""

    planned: bool = False
    """It is yet to happen, and a plan since it was said."""

    instructs: bool = False
    """It says how something is to be done."""

    users_own: bool = False
    """Only the user can state it: no document, tool or assistant."""

    in_profile: bool = False
    """The profile may show it."""

    @property
    def happened(self) -> bool:
        """Whether it is said to have taken place."""
        return self.happens and not self.planned


KIND_TRAITS: Mapping[FactKind, KindTraits] = {
    "fact": KindTraits(happens=False),
    "preference": KindTraits(happens=False, users_own=True, in_profile=True),
    "event": KindTraits(happens=True),
    "plan": KindTraits(happens=True, planned=True, users_own=True),
    "profile": KindTraits(happens=False, users_own=True, in_profile=True),
    "procedure": KindTraits(happens=False, instructs=True, users_own=True),
}

FACT_KINDS: tuple[FactKind, ...] = get_args(FactKind)
STATUSES: tuple[Status, ...] = get_args(Status)
TRUSTS: tuple[Trust, ...] = get_args(Trust)
"""From the least to the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One version of one fact. A change makes another version with the same id; none is overwritten."""

    id: str
    """The same through all versions."""

    subject: str
    """Whom or what it is about, as the conversation names it."""

    text: str
    """A sentence that can be understood on its own: names for pronouns, dates for "yesterday"."""

    kind: FactKind
    key: str
    """The normalised content: two facts of a partition with the same key are the same fact, or two occurrences of it."""

    occurrence: int = 0
    """Which time this is, from 0, when something became true again after it had ended."""

    attribute: str | None = None
    """A label such as `lives_in`, from `domain.attribute` or of the caller's own."""

    value: str | None = None
    negated: bool = False
    """It says that the attribute does *not* have the value."""

    cardinality: Cardinality = "multi"
    slot: str | None = None
    """Normalised subject and attribute (and value, for an attribute with many): facts of one slot can exclude each other."""

    valid: Interval = ALWAYS
    """When it is, or was, true in the world."""

    learned_at: datetime
    """When the first version was recorded."""

    recorded_at: datetime
    """When this version was recorded; it is believed until the next one is."""

    status: Status = "current"
    confidence: float = 1.0
    """From 0 to 1: how sure the extractor is that this was said and meant."""

    trust: Trust = "high"
    origin: Origin = "user"
    evidence: int = 1
    """How often it was said."""

    pinned: bool = False
    """Always part of the profile; never fades, and no maintenance touches it."""

    expires_at: datetime | None = None
    """From then on it is not recalled."""

    metadata: Mapping[str, Json] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    """Every place that says so, first said first."""

    worded_by: str = ""
    """The turn whose words `text` and `value` were taken from; empty when a person worded them."""

    found_by: FoundBy = "extractor"
    """`caller`: reading the turns again leaves it as it is."""

    superseded_by: str | None = None
    rivals: tuple[str, ...] = ()
    """Ids of the facts that it conflicts with, while it is `conflicting`."""

    retired_at: datetime | None = None
    """When it was forgotten or undone; hidden, and restorable."""

    revision: int = field(default=1, compare=False)
    """Which version of the fact this is, from 1."""

    seq: int = field(default=0, compare=False)
    """Its place among the partition's documents, given by the store."""

    @property
    def worded_at(self) -> datetime:
        """When the words that it has now were said: "since last week" counts from there."""
        of_words = (source.at for source in self.sources if source.turn == self.worded_by)
        return next(of_words, self.sources[0].at if self.sources else self.learned_at)

    @property
    def live(self) -> bool:
        """Whether recall may return it, expiry apart."""
        return self.retired_at is None and self.status not in {"quarantined", "retracted"}

    def expired(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.expires_at is not None and self.expires_at <= now


def by_date(facts: Iterable[Fact], since: datetime | None, until: datetime | None) -> list[Fact]:
    """Return the facts that begin in a stretch of time (`None`: unbounded), earliest first; undated ones are left out."""
    dated = [
        (start, fact.seq, fact)
        for fact in facts
        if (start := fact.valid.start) is not None
        and (since is None or start >= since)
        and (until is None or start < until)
    ]
    return [fact for *_, fact in sorted(dated, key=lambda entry: entry[:2])]


def no_source(fact: Fact, turn: str) -> str:
    """Return what a store says when it refuses a fact that rests on a turn that is not there."""
    return f"the fact {fact.id!r} rests on {turn!r}, and the partition has no such turn; store the turn first"
