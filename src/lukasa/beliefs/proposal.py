"""A claim made ready to be compared: its key and slot, the time it speaks of, and how it relates to a known fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.beliefs.keys import cardinality_of, date_of, fact_key, refines, same_words, slot_of
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, TRUSTS, Cardinality, Fact, Trust
from lukasa.domain.interval import ALWAYS, Interval
from lukasa.domain.labels import breaks_line, one_line
from lukasa.domain.turn import Origin, Source, Turn

_TRUST: Mapping[Origin, Trust] = {
    "user": "high",
    "import": "high",
    "assistant": "medium",
    "tool": "low",
    "web": "low",
    "document": "low",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a claim would be as a fact."""

    claim: Claim
    said_at: datetime
    origin: Origin
    trust: Trust
    key: str
    slot: str | None
    cardinality: Cardinality

    negated: bool
    """What has ended is denied from then on."""

    valid: Interval

    stands_until: datetime
    """Up to when the words vouch for it: "since 2019", said today, overrules whatever was said meanwhile."""

    @property
    def since(self) -> datetime:
        """When it begins to be true, for putting it in order."""
        return self.said_at if KIND_TRAITS[self.claim.kind].planned else _beginning(self.valid, self.said_at)

    @property
    def happens(self) -> bool:
        """Whether it takes place, rather than being so until it ends."""
        return KIND_TRAITS[self.claim.kind].happens


# --- from a claim to a proposal --------------------------------------------------------------------------------------


def propose(claim: Claim, turn: Turn, facts: Sequence[Fact]) -> Proposal:
    """Normalise a claim that was made in a turn.

    "No longer in Porto" denies it from then on; "in Porto from 2015 to 2018" says what was so, unless the *facts* still
    say that it is so: then it, too, is news of the end.
    """
    claim = _labelled(claim)
    proposal = _as_said(claim, said_at=turn.at, origin=turn.origin, trust=trust_of(turn))
    if claim.negated or not _is_over(claim, turn.at):
        return proposal
    denial = _denial(proposal)
    if any(believed(fact) and excludes(denial, fact) and holds(fact, denial.since) for fact in facts):
        return denial
    has_start = claim.valid is not None and claim.valid.start is not None
    return denial if claim.ended and not has_start else proposal


def lookups(claim: Claim) -> tuple[set[str], set[str]]:
    """Return the keys and the slots under which facts like a claim, and facts that exclude it, are found.

    An event is looked for without its date too, and what is over both as what was so and as its denial.
    """
    claim = _labelled(claim)
    proposal = _as_said(claim, said_at=claim.source.at, origin="web", trust="low")
    variants = [proposal, _denial(proposal)] if _is_over(claim, proposal.said_at) else [proposal]
    keys = {
        fact_key(replace(claim, negated=variant.negated, valid=valid))
        for variant in variants
        for valid in (variant.valid, None)
    }
    values = {claim.value, claim.corrects or claim.value}
    slots = {slot_of(claim.subject, claim.attribute, value, claim.cardinality) for value in values}
    return keys, {slot for slot in slots if slot is not None}


def trust_of(turn: Turn) -> Trust:
    """Return how far a turn's origin can be relied on."""
    trust = _TRUST[turn.origin]
    return trust if turn.role == "user" or trust != "high" else "medium"


def _labelled(claim: Claim) -> Claim:
    """Return a claim whose subject, attribute and value are one line each, whoever made it."""
    return replace(
        claim,
        subject=one_line(claim.subject) if breaks_line(claim.subject) else claim.subject,
        attribute=None if claim.attribute is None else one_line(claim.attribute),
        value=one_line(claim.value) if claim.value and breaks_line(claim.value) else claim.value,
    )


def _as_said(claim: Claim, *, said_at: datetime, origin: Origin, trust: Trust) -> Proposal:
    valid = _valid(claim, said_at)
    cardinality = claim.cardinality
    return Proposal(
        claim=claim,
        said_at=said_at,
        origin=origin,
        trust=trust,
        key=fact_key(replace(claim, valid=valid)),
        slot=slot_of(claim.subject, claim.attribute, claim.value, cardinality),
        cardinality=cardinality_of(claim.attribute, cardinality) if claim.attribute else cardinality,
        negated=claim.negated,
        valid=valid,
        stands_until=said_at,
    )


def _denial(proposal: Proposal) -> Proposal:
    """Return what is over as a denial from its end on; a plan is dropped for the day that it was made for."""
    stated = proposal.claim.valid
    if stated is None or (stated.end is None and not proposal.happens):
        valid = Interval(start=proposal.said_at, granularity="instant")
    elif proposal.happens:
        valid = stated
    else:
        valid = Interval(start=stated.end, granularity=stated.granularity, phrase=stated.phrase)
    key = fact_key(replace(proposal.claim, negated=True, valid=valid))
    return replace(proposal, negated=True, valid=valid, key=key)


def _is_over(claim: Claim, said_at: datetime) -> bool:
    if KIND_TRAITS[claim.kind].happened:
        return False
    past = claim.valid is not None and claim.valid.end is not None and claim.valid.end <= said_at
    return claim.ended or (past and not KIND_TRAITS[claim.kind].planned)


def _valid(claim: Claim, said_at: datetime) -> Interval:
    """Return since when a claim holds: one that names no time holds since it was said."""
    stated = claim.valid
    if stated is not None and (stated.start is not None or stated.end is not None):
        return stated
    return ALWAYS if KIND_TRAITS[claim.kind].happened else Interval(start=said_at, granularity="instant")


# --- how it relates to a fact ----------------------------------------------------------------------------------------


def alike(proposal: Proposal, fact: Fact) -> bool:
    """Whether a fact says what the proposal says, more or less exactly, at whatever time."""
    if fact.key == proposal.key:
        return True
    if not _same_attribute(proposal, fact) or fact.negated != proposal.negated:
        return False
    if proposal.happens or happens(fact):
        return False
    value = proposal.claim.value
    return same_words(value, fact.value) or (
        not proposal.negated and (refines(value, fact.value) or refines(fact.value, value))
    )


def excludes(proposal: Proposal, fact: Fact) -> bool:
    """Whether the two cannot be true at the same time. What happens excludes nothing that is so."""
    if proposal.slot is None or fact.slot != proposal.slot or proposal.happens != happens(fact):
        return False
    if not _same_attribute(proposal, fact):
        # The slot is shared with the opposite: who likes it does not dislike it; who does not like it may do either.
        return not (proposal.negated or fact.negated) and not proposal.happens
    if proposal.negated != fact.negated:
        denied, value = proposal.claim.value, fact.value
        return _covers(denied, value) if proposal.negated else _covers(value, denied)
    return not (proposal.negated or proposal.happens or alike(proposal, fact))


def ends(event: Proposal | Fact, state: Proposal | Fact) -> bool:
    """Whether one is the event by which the other ends: `stopped` ends `does`."""
    name = _attribute(event)
    spec = None if name is None else known_attribute(name)
    return (
        spec is not None
        and spec.ends_with is not None
        and spec.ends_with == _attribute(state)
        and event.slot == state.slot
        and not (event.negated or state.negated)
    )


def rests_on(proposal: Proposal, fact: Fact) -> bool:
    """Whether a fact already has the proposal's very words as a source."""
    return any(same_span(proposal.claim.source, source) for source in fact.sources)


def same_span(one: Source, other: Source) -> bool:
    """Whether two sources are the same characters of the same turn."""
    return (one.turn, one.start, one.end) == (other.turn, other.start, other.end)


def may_retire(proposal: Proposal, facts: Iterable[Fact]) -> bool:
    """Whether the claim is trusted enough to end or withdraw these facts."""
    return all(standing(fact) <= rank(proposal.trust) for fact in facts)


def _same_attribute(proposal: Proposal, fact: Fact) -> bool:
    """Whether both are of one slot and of one attribute, rather than of its opposite."""
    return (
        proposal.slot is not None
        and proposal.slot == fact.slot
        and (proposal.cardinality == "single" or same_words(proposal.claim.attribute, fact.attribute))
    )


def _covers(denied: str | None, value: str | None) -> bool:
    """Whether a denial reaches a value: who is not in Porto is not in "Porto, Foz" either."""
    return same_words(denied, value) or refines(value, denied)


def _attribute(item: Proposal | Fact) -> str | None:
    return item.claim.attribute if isinstance(item, Proposal) else item.attribute


# --- a fact's time and standing --------------------------------------------------------------------------------------


def happens(fact: Fact) -> bool:
    """Whether a fact is an event or a plan, whose time is when it takes place."""
    return KIND_TRAITS[fact.kind].happens


def believed(fact: Fact) -> bool:
    """Whether a fact is held to be so, perhaps against another."""
    return fact.live and fact.status != "superseded"


def began(fact: Fact) -> datetime:
    """Return when a fact begins to be true, for putting it in order. A plan is one since it was first said."""
    return first_said(fact) if KIND_TRAITS[fact.kind].planned else _beginning(fact.valid, first_said(fact))


def holds(fact: Fact, at: datetime) -> bool:
    """Whether a fact was so at an instant, as far as is known."""
    return began(fact) <= at and (
        KIND_TRAITS[fact.kind].planned or fact.valid.end is None or at < fact.valid.end
    )


def first_said(fact: Fact) -> datetime:
    """Return when a fact was first said; without a source, when it was recorded."""
    return fact.sources[0].at if fact.sources else fact.learned_at


def last_said(fact: Fact) -> datetime:
    """Return when a fact was last said; without a source, when it was recorded."""
    return fact.sources[-1].at if fact.sources else fact.learned_at


def dated(item: Proposal | Fact) -> str | None:
    """Return the date by which an event or a plan differs from others of the same content, if it has one."""
    return date_of(item.valid, item.claim.kind if isinstance(item, Proposal) else item.kind)


def rank(trust: Trust) -> int:
    """Return trust as a number, for comparing."""
    return TRUSTS.index(trust)


def standing(fact: Fact) -> int:
    """Return how much trust it takes to retire a fact: the most for a pinned one, else that of its origin."""
    return rank("high" if fact.pinned else fact.trust)


def _beginning(valid: Interval, said_at: datetime) -> datetime:
    if valid.start is not None:
        return valid.start
    return said_at if valid.end is None else min(said_at, valid.end)
