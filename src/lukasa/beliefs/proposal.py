"""A claim made ready to be compared: its key and slot, the time it speaks of, and how it relates to a known fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lukasa.beliefs.keys import cardinality_of, date_of, fact_key, key_of, refines, same_words, slot_of
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim, Ending
from lukasa.domain.fact import KIND_TRAITS, TRUSTS, Fact, Trust
from lukasa.domain.interval import ALWAYS, Interval
from lukasa.domain.labels import breaks_line, one_line
from lukasa.domain.turn import Origin, Source, Turn
from lukasa.text.comparison import terms
from lukasa.text.patterns import LazyPattern

_AHEAD = timedelta(days=366)
"""How far a turn's time may lie after the moment of its recording before it is taken for a mistake."""

_NEWS = timedelta(days=92)
"""What began, or ended, within this time is told as news: it counts against what was said meanwhile. What lies farther back is the
past, told later."""

_LASTS = LazyPattern(r"(?i)since\b|for\b|from\b|over the (?:last|past)|.*\b(?:now|so far|on)$")
"""Expressions of time by which something has been so up to now."""

_DAYS_OF = {
    "instant": 1,
    "part": 1,
    "day": 1,
    "weekend": 2,
    "week": 7,
    "month": 31,
    "season": 92,
    "quarter": 92,
    "year": 366,
    "decade": 3653,
}

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
    """A claim as it is compared with facts: as the fact that it would be, and how it relates to a known one."""

    claim: Claim
    fact: Fact
    """Without an id: it may be a known one. What has ended is denied from then on."""

    said_at: datetime
    stands_until: datetime
    """Up to when the words vouch for it: "since 2019", said today, overrules whatever was said meanwhile."""

    @property
    def since(self) -> datetime:
        """When it begins to be true, for putting it in order."""
        planned = KIND_TRAITS[self.fact.kind].planned
        return self.said_at if planned else _beginning(self.fact.valid, self.said_at)

    def alike(self, fact: Fact) -> bool:
        """Whether a fact says what the proposal says, more or less exactly, at whatever time."""
        own = self.fact
        if fact.key == own.key:
            return True
        if not _same_attribute(own, fact) or fact.negated != own.negated or happens(own) or happens(fact):
            return False
        return same_words(own.value, fact.value) or (
            not own.negated and (refines(own.value, fact.value) or refines(fact.value, own.value))
        )

    def excludes(self, fact: Fact) -> bool:
        """Whether the two cannot be true at the same time. What happens excludes nothing that is so."""
        own, event = self.fact, happens(self.fact)
        if own.slot is None or fact.slot != own.slot or event != happens(fact):
            return False
        if not _same_attribute(own, fact):
            # The slot is shared with the opposite: who likes it does not dislike it; who does not like it may do either.
            return not (own.negated or fact.negated or event)
        if own.negated != fact.negated:
            denied, value = (own.value, fact.value) if own.negated else (fact.value, own.value)
            # Who is not in Porto is not in "Porto, Foz" either.
            return same_words(denied, value) or refines(value, denied)
        return not (own.negated or event or self.alike(fact))

    def ends(self, facts: Sequence[Fact]) -> list[Fact]:
        """Return the states that it ends, as its claim says: the only pet that is a dog, the employer whichever it is."""
        over: dict[str, Fact] = {}
        for ending in self.claim.ends:
            candidates = [fact for fact in facts if self._may_end(fact, ending) and _is_meant(ending, fact)]
            single = cardinality_of(ending.attribute, "multi") == "single"
            same = ending.value and not ending.relation and len({fact.key for fact in candidates}) == 1
            # Of several that may be meant, none is.
            if single or len(candidates) == 1 or same:
                over.update({fact.id: fact for fact in candidates})
        return list(over.values())

    def _may_end(self, fact: Fact, ending: Ending) -> bool:
        if fact.attribute != ending.attribute or not same_words(fact.subject, self.fact.subject):
            return False
        if not believed(fact) or fact.negated or happens(fact) or last_said(fact) > self.said_at:
            return False
        if all(source.turn == self.claim.source.turn for source in fact.sources):
            return False  # "I quit my job. I work at Umbra now."
        # Told within weeks, it ends what was said to be so shortly before; told later, only what was so then.
        return holds(fact, self.since) or self.said_at - self.since <= _NEWS

    def rests_on(self, fact: Fact) -> bool:
        """Whether a fact already has the proposal's words as a source."""
        return any(shares_words(self.claim.source, source) for source in fact.sources)

    def may_retire(self, facts: Iterable[Fact]) -> bool:
        """Whether it is trusted enough to end or withdraw these facts."""
        return all(standing(fact) <= rank(self.fact.trust) for fact in facts)


# --- from a claim to a proposal --------------------------------------------------------------------------------------


def propose(claim: Claim, turn: Turn, facts: Sequence[Fact]) -> Proposal:
    """Normalise a claim that was made in a turn.

    "No longer in Porto" denies it from then on; "in Porto from 2015 to 2018" says what was so, unless the *facts* still
    say that it is so: then it, too, is news of the end.
    """
    # A clock that was wrong once must not outlast what is said after it.
    said_at = turn.recorded_at if turn.at - turn.recorded_at > _AHEAD else turn.at
    claim = _until_then_a_plan(_labelled(claim), said_at)
    proposal = _as_said(claim, said_at=said_at, origin=turn.origin, trust=trust_of(turn))
    if claim.negated or not _is_over(claim, said_at):
        return proposal
    denial = _denial(proposal)
    if any(believed(fact) and denial.excludes(fact) and holds(fact, denial.since) for fact in facts):
        return denial
    has_start = claim.valid is not None and claim.valid.start is not None
    return denial if claim.ended and not has_start else proposal


def lookups(claim: Claim) -> tuple[set[str], set[str]]:
    """Return the keys and the slots under which facts like a claim, and facts that exclude it, are found.

    An event is looked for without its date too, and what is over both as what was so and as its denial.
    """
    claim, said_at = _labelled(claim), claim.source.at
    plan = _until_then_a_plan(claim, datetime.min.replace(tzinfo=UTC))
    variants = [(claim.negated, _valid(claim, said_at))]
    if _is_over(claim, said_at):
        variants.append((True, _denied_since(claim, said_at)))
    keys = {
        key_of(each, negated=negated, date=date)
        for negated, valid in variants
        for each in ((claim,) if plan is claim else (claim, plan))
        for date in {date_of(valid, each.kind), None}
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
    subject = one_line(claim.subject) if breaks_line(claim.subject) else claim.subject
    attribute = None if claim.attribute is None else one_line(claim.attribute)
    value = one_line(claim.value) if claim.value and breaks_line(claim.value) else claim.value
    if (subject, attribute, value) == (claim.subject, claim.attribute, claim.value):
        return claim
    return replace(claim, subject=subject, attribute=attribute, value=value)


def _as_said(claim: Claim, *, said_at: datetime, origin: Origin, trust: Trust) -> Proposal:
    valid = _valid(claim, said_at)
    fact = Fact(
        id="",
        subject=claim.subject,
        text=claim.text,
        kind=claim.kind,
        key=key_of(claim, negated=claim.negated, date=date_of(valid, claim.kind)),
        attribute=claim.attribute,
        value=claim.value,
        negated=claim.negated,
        cardinality=cardinality_of(claim.attribute, claim.cardinality),
        slot=slot_of(claim.subject, claim.attribute, claim.value, claim.cardinality),
        valid=valid,
        learned_at=said_at,
        recorded_at=said_at,
        confidence=claim.confidence,
        trust=trust,
        origin=origin,
        expires_at=claim.expires_at,
        metadata=dict(claim.metadata),
        sources=claim.sources,
        worded_by=claim.source.turn,
        found_by=claim.found_by,
    )
    return Proposal(claim, fact, said_at, _stands_until(valid, said_at))


def _until_then_a_plan(claim: Claim, said_at: datetime) -> Claim:
    """Return what is to be so, or to end, only later as a plan: it ends nothing that is so now."""
    if KIND_TRAITS[claim.kind].happens or claim.valid is None:
        return claim
    turning = claim.valid.end if claim.ended else claim.valid.start
    if turning is None or turning <= said_at:
        return claim
    return replace(
        claim, kind="plan", attribute=None, value=None, cardinality="multi", ended=False, corrects=None
    )


def _stands_until(valid: Interval, said_at: datetime) -> datetime:
    """Return up to when the words vouch for a state.

    "Since 2019" does up to now, "in March 2020" for that March; what began a short while ago is news, and vouches up to now.
    """
    if valid.start is None or not names_a_day(valid) or said_at - valid.start <= _NEWS:
        return said_at
    return min(said_at, valid.start + timedelta(days=_DAYS_OF.get(valid.granularity, 31)))


def _denial(proposal: Proposal) -> Proposal:
    """Return what is over as a denial from its end on; a plan is dropped for the day that it was made for."""
    fact = replace(proposal.fact, negated=True, valid=_denied_since(proposal.claim, proposal.said_at))
    return replace(proposal, fact=replace(fact, key=fact_key(fact)))


def _denied_since(claim: Claim, said_at: datetime) -> Interval:
    stated, event = claim.valid, KIND_TRAITS[claim.kind].happens
    if stated is None or (stated.end is None and not event):
        return Interval(start=said_at, granularity="instant")
    return stated if event else replace(stated, start=stated.end, end=None)


def _is_over(claim: Claim, said_at: datetime) -> bool:
    traits = KIND_TRAITS[claim.kind]
    if claim.ended or traits.happens:
        return claim.ended and not traits.happened
    definition = known_attribute(claim.attribute) if claim.attribute else None
    past = claim.valid is not None and claim.valid.end is not None and claim.valid.end <= said_at
    return past and not (definition is not None and definition.lasts)


def _valid(claim: Claim, said_at: datetime) -> Interval:
    """Return since when a claim holds: one that names no time holds since it was said."""
    stated = claim.valid
    if stated is not None and (stated.start is not None or stated.end is not None):
        return stated
    return ALWAYS if KIND_TRAITS[claim.kind].happened else Interval(start=said_at, granularity="instant")


# --- what relates two facts -------------------------------------------------------------------------------------------


def ends_state(event: Fact, state: Fact) -> bool:
    """Whether one is the event by which the other ends: `stopped` ends `does`."""
    spec = None if event.attribute is None else known_attribute(event.attribute)
    return (
        spec is not None
        and spec.ends_with is not None
        and (spec.ends_with, event.slot) == (state.attribute, state.slot)
        and not (event.negated or state.negated)
    )


def shares_words(one: Source, other: Source) -> bool:
    """Whether two sources have words of a turn in common: two readers seldom quote to the same character."""
    return one.turn == other.turn and one.start < other.end and other.start < one.end


def _is_meant(ending: Ending, fact: Fact) -> bool:
    if ending.relation and ending.relation not in terms(fact.text):
        return False
    if ending.value is None:
        return True
    wanted, value = set(terms(ending.value)), set(terms(fact.value or ""))
    return bool(wanted) and (wanted <= value or value <= wanted)


def _same_attribute(one: Fact, other: Fact) -> bool:
    """Whether both are of one slot and of one attribute, rather than of its opposite."""
    same_slot = one.slot is not None and one.slot == other.slot
    return same_slot and (one.cardinality == "single" or same_words(one.attribute, other.attribute))


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


def names_a_day(valid: Interval) -> bool:
    """Whether words name when something began ("in May 2024"), rather than since when it has been so."""
    return valid.start is not None and bool(valid.phrase) and not _LASTS.match(valid.phrase)


def dated(fact: Fact) -> str | None:
    """Return the date by which an event or a plan differs from others of the same content, if it has one."""
    return date_of(fact.valid, fact.kind)


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
