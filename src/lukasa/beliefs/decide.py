"""What becomes of a claim, given what is known. Pure: no model is asked.

Only facts of one slot can retire each other: one subject, one attribute, and one value at a time, or opposite words
about one value. Likeness retires nothing, and neither does anybody who is trusted less than whom we believe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from lukasa.beliefs.keys import refines, same_words
from lukasa.beliefs.proposal import (
    Proposal,
    alike,
    began,
    believed,
    dated,
    ends,
    excludes,
    first_said,
    heard,
    holds,
    last_said,
    may_retire,
    propose,
    rank,
    standing,
)
from lukasa.beliefs.timeline import Placement, place
from lukasa.beliefs.verdicts import (
    Coexists,
    Conflicts,
    Historical,
    New,
    Reason,
    Retracts,
    Revises,
    Same,
    Supersedes,
    Verdict,
)
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, Fact, Trust
from lukasa.policy import ResolvePolicy
from lukasa.text.difference import nearly_same

_RETELLING = timedelta(days=31)
"""An event told without a date is the dated one when it is told within this time after it. Later, it may as well be
another one of its kind, and stays a fact of its own."""

_CORRECTING = timedelta(days=30)
""" "Actually, …" withdraws what the attribute was said to be within this time. Later, the world may have changed
rather than been told wrongly: the old value then only ends. A correction that names the wrong value has no bound."""


def decide(
    claim: Claim, known: Sequence[Fact], *, said_at: datetime, trust: Trust, policy: ResolvePolicy
) -> Verdict:
    """Compare a claim with the facts that bear on it (`lookups`), of any status.

    A fact that was forgotten, undone or withdrawn stays so when words from before are read again, and comes back when
    it is said after that. A quarantined one is believed once it is said by somebody with high trust.
    """
    proposal = propose(claim, known, said_at=said_at, trust=trust)
    if (fact := _known_already(proposal, known)) is not None:
        return Same(fact.id)
    if wrong := _corrected(proposal, known):
        return _correct(proposal, wrong)
    if (fact := _reworded(proposal, known, policy)) is not None:
        return Same(fact.id)
    if proposal.happens:
        return _take_place(proposal, known)
    return _be_so(proposal, known)


# --- what is known, and stays as it is -------------------------------------------------------------------------------


def _known_already(proposal: Proposal, known: Sequence[Fact]) -> Fact | None:
    """Return the fact that rests on these very words, or that is hidden and not brought back by them."""
    if (same := next((fact for fact in known if _again(proposal, fact)), None)) is not None:
        return same
    if any(fact.live and alike(proposal, fact) and holds(fact, proposal.since) for fact in known):
        return None
    dormant = (fact for fact in known if fact.key == proposal.key and not fact.live)
    return next((fact for fact in dormant if _stays_hidden(proposal, fact, known)), None)


def _again(proposal: Proposal, fact: Fact) -> bool:
    """Tell whether the same words were read before: whatever became of them, they say nothing new.

    Whether they deny is not asked: what is over is a denial only while it is known to have been so.
    """
    if not heard(proposal, fact) or proposal.claim.kind != fact.kind:
        return False
    claim = proposal.claim
    same_content = same_words(claim.attribute, fact.attribute) and same_words(claim.value, fact.value)
    return alike(proposal, fact) or (
        proposal.slot is not None and proposal.slot == fact.slot and same_content
    )


def _stays_hidden(proposal: Proposal, fact: Fact, known: Sequence[Fact]) -> bool:
    if fact.retired_at is not None:
        return proposal.said_at <= fact.retired_at
    if fact.status == "quarantined":
        return proposal.trust != "high"
    by = next((each for each in known if each.id == fact.superseded_by), None)
    return proposal.said_at <= (fact.recorded_at if by is None else last_said(by))


def _reworded(proposal: Proposal, known: Sequence[Fact], policy: ResolvePolicy) -> Fact | None:
    """Return the fact that says the same in nearly the same words, where there is no attribute to go by."""
    if proposal.slot is not None:
        return None
    for fact in known:
        same_kind = believed(fact) and fact.slot is None and fact.kind == proposal.claim.kind
        if not same_kind or fact.key == proposal.key or dated(fact) != dated(proposal):
            continue
        if same_words(fact.subject, proposal.claim.subject) and nearly_same(
            fact.text, proposal.claim.text, least=policy.near_duplicate
        ):
            return fact
    return None


# --- corrections -----------------------------------------------------------------------------------------------------


def _corrected(proposal: Proposal, known: Sequence[Fact]) -> list[Fact]:
    """Return what the claim says was wrong: the value it names, or what was said last of the same attribute."""
    claim = proposal.claim
    if claim.corrects is None or claim.attribute is None:
        return []
    earlier = [
        fact
        for fact in known
        if fact.live and not fact.negated and same_words(fact.subject, claim.subject)
        and same_words(fact.attribute, claim.attribute) and last_said(fact) <= proposal.said_at
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
        return Conflicts(ids, "less trusted")
    return Retracts(ids, "never so" if proposal.negated else "corrected", replacement=not proposal.negated)


# --- what takes place ------------------------------------------------------------------------------------------------


def _take_place(proposal: Proposal, known: Sequence[Fact]) -> Verdict:
    """Decide about an event or a plan. On different days, two are different; without a day, it may be a known one."""
    told = [fact for fact in known if fact.live and _same_event(proposal, fact)]
    if same := [fact for fact in told if fact.key == proposal.key]:
        return _same_plan(proposal, max(same, key=lambda fact: fact.occurrence), known)
    near = [fact for fact in told if _retold(proposal, fact)]
    if near and dated(proposal) is None:
        return Same(max(near, key=began).id)
    if near and rank(proposal.trust) >= standing(near[0]):
        return Revises(near[0].id, ("text", "valid"))
    return _ended_by(proposal, known) or _beside(proposal, known)


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
    """Tell whether one of the two has no date and can be meant by the other's."""
    if (dated(proposal) is None) == (dated(fact) is None) or not believed(fact):
        return False
    if KIND_TRAITS[fact.kind].planned:
        return True
    told, day = (
        (proposal.said_at, began(fact)) if dated(proposal) is None else (first_said(fact), proposal.since)
    )
    return timedelta() <= told - day <= _RETELLING


def _same_plan(proposal: Proposal, same: Fact, known: Sequence[Fact]) -> Verdict:
    """Return `Same`, or `Supersedes` when a plan is made again that was given up."""
    if same.status == "superseded" and proposal.said_at > last_said(same):
        return _ended_by(proposal, known) or Coexists((same.id,))
    return Same(same.id)


def _ended_by(proposal: Proposal, known: Sequence[Fact]) -> Verdict | None:
    """Decide what an event ends, or what a change of plans does."""
    over = [fact for fact in known if believed(fact) and ends(proposal, fact) and holds(fact, proposal.since)]
    against = [
        fact for fact in known if believed(fact) and excludes(proposal, fact) and _one_day(proposal, fact)
    ]
    if not over and not against:
        return None
    ids = tuple(fact.id for fact in (*over, *against))
    if not may_retire(proposal, [*over, *against]):
        return Conflicts(ids, "less trusted")
    if KIND_TRAITS[proposal.claim.kind].happened and against:
        return Conflicts(ids, "denied")
    return Supersedes(ids, "ended" if over else "denied")


def _one_day(proposal: Proposal, fact: Fact) -> bool:
    """Tell whether two say the contrary of the same day; a plan may be dropped without naming its day."""
    day, other = dated(proposal), dated(fact)
    return (day == other and day is not None) or (
        KIND_TRAITS[fact.kind].planned and (day is None or other is None)
    )


# --- what is so ------------------------------------------------------------------------------------------------------


def _be_so(proposal: Proposal, known: Sequence[Fact]) -> Verdict:
    """Decide about what is so until it ends, by its place in time."""
    placed = place(proposal, known)
    # What was said again since goes on as another occurrence: it has not ended.
    ending = [cut.fact for cut in placed.cuts if believed(cut.fact) and cut.resumes is None]
    if placed.twin is not None:
        return _known(proposal, placed.twin, placed, ending)
    if against := _disputed(proposal, placed):
        return against
    if ending:
        return Supersedes(tuple(fact.id for fact in ending), _reason(proposal, ending))
    if placed.until is not None:
        return Historical(placed.until.id)
    return _beside(proposal, known)


def _known(proposal: Proposal, twin: Fact, placed: Placement, ending: Sequence[Fact]) -> Verdict:
    allowed = may_retire(proposal, [cut.fact for cut in placed.cuts])
    if ending and allowed and not placed.clash:
        return Supersedes(tuple(fact.id for fact in ending), _reason(proposal, ending))
    if refines(proposal.claim.value, twin.value) and rank(proposal.trust) >= standing(twin):
        return Revises(twin.id, ("text", "value"))
    return Same(twin.id)


def _disputed(proposal: Proposal, placed: Placement) -> Conflicts | None:
    """Return what nothing decides: an equal moment, or trust against time."""
    cut = [each.fact for each in placed.cuts]
    if not may_retire(proposal, cut):
        stronger = (fact.id for fact in cut if standing(fact) > rank(proposal.trust))
        return Conflicts(tuple(stronger), "less trusted")
    if placed.clash:
        return Conflicts(tuple(fact.id for fact in placed.clash), "same moment")
    if placed.weaker:
        return Conflicts(tuple(fact.id for fact in placed.weaker), "more trusted")
    return None


def _reason(proposal: Proposal, ending: Iterable[Fact]) -> Reason:
    if proposal.negated:
        return "ended" if proposal.claim.ended else "denied"
    if any(not same_words(fact.attribute, proposal.claim.attribute) for fact in ending):
        return "opposite"
    return "newer"


def _beside(proposal: Proposal, known: Sequence[Fact]) -> Verdict:
    claim = proposal.claim
    others = tuple(
        fact.id
        for fact in known
        if claim.attribute is not None and believed(fact)
        and same_words(fact.subject, claim.subject) and same_words(fact.attribute, claim.attribute)
    )  # fmt: skip
    return Coexists(others) if others else New()
