"""A claim made ready to be compared: its key and slot, the time it speaks of, and how it stands to a known fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.beliefs.keys import cardinality_of, fact_key, refines, same_words, slot_of, when_of
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, TRUSTS, Cardinality, Fact, Trust
from lukasa.domain.interval import ALWAYS, Interval
from lukasa.domain.source import Source


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a claim would be as a fact."""

    claim: Claim
    key: str
    slot: str | None
    cardinality: Cardinality

    negated: bool
    """What has ended is denied from then on."""

    valid: Interval
    said_at: datetime
    trust: Trust

    stands_until: datetime
    """Up to when the words vouch for it: "since 2019", said today, goes against whatever was said meanwhile."""

    @property
    def since(self) -> datetime:
        """When it begins to be true, for putting it in order."""
        return self.said_at if KIND_TRAITS[self.claim.kind].planned else _since(self.valid, self.said_at)

    @property
    def happens(self) -> bool:
        """Whether it is something that takes place, rather than something that is so until it ends."""
        return KIND_TRAITS[self.claim.kind].happens


# --- from a claim to a proposal --------------------------------------------------------------------------------------


def propose(claim: Claim, known: Sequence[Fact], *, said_at: datetime, trust: Trust) -> Proposal:
    """Normalise a claim.

    "No longer in Porto" denies it from then on; "in Porto from 2015 to 2018" says what was so, unless it is known to
    be so still: then it, too, is news of the end.
    """
    over = _is_over(claim, said_at)
    proposal = _as_said(claim, said_at=said_at, trust=trust)
    if not over or claim.negated:
        return proposal
    denial = _denying(proposal)
    if any(believed(fact) and excludes(denial, fact) and holds(fact, denial.since) for fact in known):
        return denial
    told_from_when = claim.valid is not None and claim.valid.start is not None
    return denial if claim.ended and not told_from_when else proposal


def lookups(claim: Claim) -> tuple[set[str], set[str]]:
    """Return the keys and the slots under which a claim's like, and what excludes it, are found.

    An event is looked for without its date too, and what is over both as what was so and as its denial.
    """
    said = _as_said(claim, said_at=claim.source.at, trust="low")
    variants = [said, _denying(said)] if _is_over(claim, said.said_at) else [said]
    keys = {
        _key(claim, negated=each.negated, valid=valid) for each in variants for valid in (each.valid, None)
    }
    values = {claim.value, claim.corrects or claim.value}
    slots = {slot_of(claim.subject, claim.attribute, value, claim.cardinality) for value in values}
    return keys, {slot for slot in slots if slot is not None}


def _as_said(claim: Claim, *, said_at: datetime, trust: Trust) -> Proposal:
    valid = _valid(claim, said_at)
    return Proposal(
        claim=claim,
        key=_key(claim, negated=claim.negated, valid=valid),
        slot=slot_of(claim.subject, claim.attribute, claim.value, claim.cardinality),
        cardinality=cardinality_of(claim.attribute, claim.cardinality)
        if claim.attribute
        else claim.cardinality,
        negated=claim.negated,
        valid=valid,
        said_at=said_at,
        trust=trust,
        stands_until=said_at,
    )


def _denying(proposal: Proposal) -> Proposal:
    """Read what is over as a denial from its end on; a plan is given up for the day that it was made for."""
    told = proposal.claim.valid
    if told is None or (told.end is None and not proposal.happens):
        valid = Interval(start=proposal.said_at, granularity="instant")
    elif proposal.happens:
        valid = told
    else:
        valid = Interval(start=told.end, granularity=told.granularity, phrase=told.phrase)
    return replace(proposal, negated=True, valid=valid, key=_key(proposal.claim, negated=True, valid=valid))


def _is_over(claim: Claim, said_at: datetime) -> bool:
    if KIND_TRAITS[claim.kind].happened:
        return False
    past = claim.valid is not None and claim.valid.end is not None and claim.valid.end <= said_at
    return claim.ended or (past and not KIND_TRAITS[claim.kind].planned)


def _valid(claim: Claim, said_at: datetime) -> Interval:
    """Return since when a claim holds: what says nothing of its time holds since it was said."""
    told = claim.valid
    if told is not None and (told.start is not None or told.end is not None):
        return told
    return ALWAYS if KIND_TRAITS[claim.kind].happened else Interval(start=said_at, granularity="instant")


def _key(claim: Claim, *, negated: bool, valid: Interval | None) -> str:
    return fact_key(
        claim.subject,
        claim.text,
        attribute=claim.attribute,
        value=claim.value,
        negated=negated,
        valid=valid,
        kind=claim.kind,
    )


# --- how it stands to a fact -----------------------------------------------------------------------------------------


def alike(proposal: Proposal, fact: Fact) -> bool:
    """Tell whether a fact says what the proposal says, more or less exactly; since when apart."""
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
    """Tell whether the two cannot be true at the same time. What happens excludes nothing that is so."""
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
    """Tell whether one is the event by which the other ends: `stopped` ends `does`."""
    name = _attribute(event)
    spec = None if name is None else known_attribute(name)
    return (
        spec is not None
        and spec.ends_with is not None
        and spec.ends_with == _attribute(state)
        and event.slot == state.slot
        and not (event.negated or state.negated)
    )


def heard(proposal: Proposal, fact: Fact) -> bool:
    """Tell whether a fact rests on the proposal's very words already."""
    return any(same_span(proposal.claim.source, source) for source in fact.sources)


def same_span(one: Source, other: Source) -> bool:
    """Tell whether two sources are the same characters of the same turn."""
    return (one.turn, one.start, one.end) == (other.turn, other.start, other.end)


def _same_attribute(proposal: Proposal, fact: Fact) -> bool:
    """Tell whether both are of one slot and of one attribute, rather than of its opposite."""
    return (
        proposal.slot is not None
        and proposal.slot == fact.slot
        and (proposal.cardinality == "single" or same_words(proposal.claim.attribute, fact.attribute))
    )


def _covers(denied: str | None, value: str | None) -> bool:
    """Tell whether a denial reaches a value: who is not in Porto is not in "Porto, Foz" either."""
    return same_words(denied, value) or refines(value, denied)


def _attribute(of: Proposal | Fact) -> str | None:
    return of.claim.attribute if isinstance(of, Proposal) else of.attribute


# --- a fact's time and standing --------------------------------------------------------------------------------------


def happens(fact: Fact) -> bool:
    """Tell whether a fact is an event or a plan, whose time is when it takes place."""
    return KIND_TRAITS[fact.kind].happens


def believed(fact: Fact) -> bool:
    """Tell whether a fact is held to be so, perhaps against another."""
    return fact.live and fact.status != "superseded"


def began(fact: Fact) -> datetime:
    """Return when a fact begins to be true, for putting it in order. A plan is one since it was told."""
    return first_said(fact) if KIND_TRAITS[fact.kind].planned else _since(fact.valid, first_said(fact))


def holds(fact: Fact, at: datetime) -> bool:
    """Tell whether a fact was so at an instant, for all that is known."""
    return began(fact) <= at and (
        KIND_TRAITS[fact.kind].planned or fact.valid.end is None or at < fact.valid.end
    )


def first_said(fact: Fact) -> datetime:
    """Return when a fact was first said; one without a source, when it was recorded."""
    return fact.sources[0].at if fact.sources else fact.learned_at


def last_said(fact: Fact) -> datetime:
    """Return when a fact was last said."""
    return fact.sources[-1].at if fact.sources else fact.learned_at


def dated(of: Proposal | Fact) -> str | None:
    """Return the day by which an event or a plan differs from others of the same content; `None`: nobody said."""
    return when_of(of.valid, of.claim.kind if isinstance(of, Proposal) else of.kind)


def rank(trust: Trust) -> int:
    """Return trust as a number, for comparing."""
    return TRUSTS.index(trust)


def standing(fact: Fact) -> int:
    """Return how much trust it takes to retire a fact: the most for a pinned one, else that of its origin."""
    return rank("high" if fact.pinned else fact.trust)


def _since(valid: Interval, said_at: datetime) -> datetime:
    if valid.start is not None:
        return valid.start
    return said_at if valid.end is None else min(said_at, valid.end)


def may_retire(proposal: Proposal, facts: Iterable[Fact]) -> bool:
    """Tell whether who says it is trusted enough to end or withdraw these facts."""
    return all(standing(fact) <= rank(proposal.trust) for fact in facts)
