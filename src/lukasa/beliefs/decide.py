"""What becomes of a claim, given what is known. Pure: no model is asked.

Only facts of one slot can retire each other: one subject, one attribute, and one value at a time, or opposite words
about one value. Likeness retires nothing, and neither does a source that is trusted less than the one we believe.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from lukasa.beliefs.keys import refines, same_words
from lukasa.beliefs.proposal import (
    Proposal,
    alike,
    began,
    believed,
    dated,
    ended_by,
    ends,
    excludes,
    first_said,
    holds,
    last_said,
    may_retire,
    rank,
    rests_on,
    standing,
)
from lukasa.beliefs.timeline import PlacedClaim, Placement
from lukasa.beliefs.verdicts import (
    Conflicts,
    Ignored,
    New,
    Retracts,
    Revises,
    Same,
    Supersedes,
    Verdict,
)
from lukasa.domain.fact import KIND_TRAITS, Fact
from lukasa.policy import ResolvePolicy
from lukasa.text.comparison import nearly_same

_RETELLING = timedelta(days=31)
"""An event told without a date is the dated one when it is told within this time after it. Later, it may as well be
another one of its kind, and stays a fact of its own."""

_CORRECTING = timedelta(days=30)
""" "Actually, …" withdraws what the attribute was said to be within this time. Later, the world may have changed
rather than been described wrongly: the old value then only ends. A correction that names the wrong value has no bound."""


def decide(placed: PlacedClaim, policy: ResolvePolicy) -> Verdict:
    """Compare a claim with the facts that bear on it.

    A fact that was forgotten, undone or withdrawn stays so when older words are read again, and comes back when it is
    said after that. A quarantined one is believed once a source of high trust says it.
    """
    # The order of the tests matters.
    # 1. What is known already: reading the same words twice must change nothing, whatever else they would do.
    # 2. Corrections: on the timeline the wrong value would only end, though it never was true.
    # 3. The same sentence in other words: without an attribute there is no slot, so what follows would call it new.
    # 4. Time: by the date for an event or a plan, by the place on the slot's timeline for a state.
    proposal, facts = placed.proposal, placed.facts
    if (fact := _known_already(proposal, facts)) is not None:
        return Same(fact.id)
    if wrong := _corrected(proposal, facts):
        return _correct(proposal, wrong)
    if proposal.claim.conditional and not ended_by(proposal, facts):
        return Ignored()
    if (fact := _reworded(proposal, facts, policy)) is not None:
        return Same(fact.id)
    if placed.placement is None:
        return _decide_event(proposal, facts)
    return _decide_state(proposal, placed.placement)


# --- what is known, and stays as it is -------------------------------------------------------------------------------


def _known_already(proposal: Proposal, facts: Sequence[Fact]) -> Fact | None:
    """Return the fact that rests on these very words, or that is hidden and not brought back by them."""
    if (same := next((fact for fact in facts if _read_before(proposal, fact)), None)) is not None:
        return same
    if any(fact.live and alike(proposal, fact) and holds(fact, proposal.since) for fact in facts):
        return None
    dormant = (fact for fact in facts if fact.key == proposal.key and not fact.live)
    return next((fact for fact in dormant if _stays_hidden(proposal, fact, facts)), None)


def _read_before(proposal: Proposal, fact: Fact) -> bool:
    """Whether a fact came from the same words: whatever became of it, they say nothing new."""
    if not rests_on(proposal, fact) or proposal.claim.kind != fact.kind:
        return False
    claim = proposal.claim
    # `negated` is not compared: what is over is a denial only while it is known to have been so.
    same_content = same_words(claim.attribute, fact.attribute) and same_words(claim.value, fact.value)
    return alike(proposal, fact) or (
        proposal.slot is not None and proposal.slot == fact.slot and same_content
    )


def _stays_hidden(proposal: Proposal, fact: Fact, facts: Sequence[Fact]) -> bool:
    if fact.retired_at is not None:
        return proposal.said_at <= fact.retired_at
    if fact.status == "quarantined":
        return proposal.trust != "high"
    successor = next((other for other in facts if other.id == fact.superseded_by), None)
    return proposal.said_at <= (fact.recorded_at if successor is None else last_said(successor))


def _reworded(proposal: Proposal, facts: Sequence[Fact], policy: ResolvePolicy) -> Fact | None:
    """Return the fact that says the same in nearly the same words, where there is no attribute to go by."""
    if proposal.slot is not None:
        return None
    for fact in facts:
        same_kind = believed(fact) and fact.slot is None and fact.kind == proposal.claim.kind
        if not same_kind or fact.key == proposal.key or dated(fact) != dated(proposal):
            continue
        if same_words(fact.subject, proposal.claim.subject) and nearly_same(
            fact.text, proposal.claim.text, least=policy.near_duplicate
        ):
            return fact
    return None


# --- corrections -----------------------------------------------------------------------------------------------------


def _corrected(proposal: Proposal, facts: Sequence[Fact]) -> list[Fact]:
    """Return what the claim says was wrong: the value it names, or what was said last of the same attribute."""
    claim = proposal.claim
    if claim.corrects is None or claim.attribute is None:
        return []
    earlier = [
        fact
        for fact in facts
        if fact.live and not fact.negated and _same_subject_and_attribute(proposal, fact)
        and last_said(fact) <= proposal.said_at
    ]  # fmt: skip
    if proposal.negated:
        return [fact for fact in earlier if excludes(proposal, fact)]
    if claim.corrects:
        return [fact for fact in earlier if _means(claim.corrects, fact) and not alike(proposal, fact)]
    recent = [
        fact
        for fact in earlier
        if excludes(proposal, fact) and believed(fact) and proposal.said_at - last_said(fact) <= _CORRECTING
    ]
    return [max(recent, key=last_said)] if recent else []


def _means(value: str, fact: Fact) -> bool:
    return same_words(value, fact.value) or refines(fact.value, value)


def _correct(proposal: Proposal, wrong: Sequence[Fact]) -> Verdict:
    ids = tuple(fact.id for fact in wrong)
    if not may_retire(proposal, wrong):
        return Conflicts(ids)
    return Retracts(ids, replacement=not proposal.negated)


# --- events and plans ------------------------------------------------------------------------------------------------


def _decide_event(proposal: Proposal, facts: Sequence[Fact]) -> Verdict:
    """Decide about an event or a plan. On different days, two are different; without a day, it may be a known one."""
    candidates = [fact for fact in facts if fact.live and _same_event(proposal, fact)]
    if same := [fact for fact in candidates if fact.key == proposal.key]:
        return _same_date(proposal, max(same, key=lambda fact: fact.occurrence), facts)
    retold = [fact for fact in candidates if _retold(proposal, fact)]
    if retold and dated(proposal) is None:
        return Same(max(retold, key=began).id)
    if retold and rank(proposal.trust) >= standing(retold[0]):
        return Revises(retold[0].id)
    return _ended_by(proposal, facts) or New()


def _same_event(proposal: Proposal, fact: Fact) -> bool:
    if fact.key == proposal.key:
        return True
    return (
        proposal.slot is not None
        and (proposal.slot, proposal.negated, proposal.claim.kind) == (fact.slot, fact.negated, fact.kind)
        and same_words(proposal.claim.attribute, fact.attribute)
        and same_words(proposal.claim.value, fact.value)
    )


def _retold(proposal: Proposal, fact: Fact) -> bool:
    """Whether one of the two has no date and can be meant by the other's."""
    if (dated(proposal) is None) == (dated(fact) is None) or not believed(fact):
        return False
    if KIND_TRAITS[fact.kind].planned:
        return True
    undated = dated(proposal) is None
    said, day = (proposal.said_at, began(fact)) if undated else (first_said(fact), proposal.since)
    return timedelta() <= said - day <= _RETELLING


def _same_date(proposal: Proposal, same: Fact, facts: Sequence[Fact]) -> Verdict:
    """Return `Same`, unless a plan that was dropped is made again."""
    if same.status == "superseded" and proposal.said_at > last_said(same):
        return _ended_by(proposal, facts) or New()
    return Same(same.id)


def _ended_by(proposal: Proposal, facts: Sequence[Fact]) -> Verdict | None:
    """Decide what an event ends, or what a change of plans does."""
    beliefs = [fact for fact in facts if believed(fact)]
    over = [fact for fact in beliefs if ends(proposal, fact) and holds(fact, proposal.since)]
    over += [fact for fact in ended_by(proposal, facts) if fact not in over]
    against = [fact for fact in beliefs if excludes(proposal, fact) and _same_day(proposal, fact)]
    if not over and not against:
        return None
    ids = tuple(fact.id for fact in (*over, *against))
    denied = KIND_TRAITS[proposal.claim.kind].happened and against
    if denied or not may_retire(proposal, [*over, *against]):
        return Conflicts(ids)
    return Supersedes(ids)


def _same_day(proposal: Proposal, fact: Fact) -> bool:
    """Whether two speak of the same day; a plan may be dropped without naming its day."""
    day, other = dated(proposal), dated(fact)
    return (day == other and day is not None) or (
        KIND_TRAITS[fact.kind].planned and (day is None or other is None)
    )


# --- states ----------------------------------------------------------------------------------------------------------


def _decide_state(proposal: Proposal, placement: Placement) -> Verdict:
    """Decide about what is so until it ends; what it ends, or ends by, follows from its place in time."""
    twin = placement.twin
    if twin is None:
        return _undecidable(proposal, placement) or New()
    if refines(proposal.claim.value, twin.value) and rank(proposal.trust) >= standing(twin):
        return Revises(twin.id)
    return Same(twin.id)


def _undecidable(proposal: Proposal, placement: Placement) -> Conflicts | None:
    """Return the conflict that time cannot decide: an equal moment, or trust against time."""
    cut = [cut.fact for cut in placement.cuts]
    if not may_retire(proposal, cut):
        return Conflicts(tuple(fact.id for fact in cut if standing(fact) > rank(proposal.trust)))
    if rivals := placement.clash or placement.weaker:
        return Conflicts(tuple(fact.id for fact in rivals))
    return None


def _same_subject_and_attribute(proposal: Proposal, fact: Fact) -> bool:
    claim = proposal.claim
    return same_words(fact.subject, claim.subject) and same_words(fact.attribute, claim.attribute)
