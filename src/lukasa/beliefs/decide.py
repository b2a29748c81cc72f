"""What becomes of a claim, given what is known. Pure: no model is asked.

Only facts of one slot can retire each other: one subject, one attribute, and one value at a time, or opposite words
about one value. Likeness retires nothing, and neither does a source that is trusted less than the one we believe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from lukasa.beliefs.keys import refines, same_words
from lukasa.beliefs.proposal import (
    Proposal,
    began,
    believed,
    dated,
    ends_state,
    first_said,
    holds,
    last_said,
    rank,
    standing,
)
from lukasa.beliefs.timeline import PlacedClaim, Placement
from lukasa.beliefs.verdicts import Outcome, Verdict
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
        return Verdict("same", (fact.id,))
    if wrong := _corrected(proposal, facts):
        put_right: Outcome = "denies" if proposal.fact.negated else "corrects"
        return Verdict(put_right if proposal.may_retire(wrong) else "conflicts", _ids(wrong))
    if proposal.claim.conditional and not proposal.ends(facts):
        return Verdict("ignored")
    if (fact := _reworded(proposal, facts, policy)) is not None:
        return Verdict("same", (fact.id,))
    if placed.placement is None:
        return _decide_event(proposal, facts)
    return _decide_state(proposal, placed.placement)


def _ids(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(fact.id for fact in facts)


# --- what is known, and stays as it is -------------------------------------------------------------------------------


def _known_already(proposal: Proposal, facts: Sequence[Fact]) -> Fact | None:
    """Return the fact that rests on these very words, or that is hidden and not brought back by them."""
    if (same := next((fact for fact in facts if _read_before(proposal, fact)), None)) is not None:
        return same
    if any(fact.live and proposal.alike(fact) and holds(fact, proposal.since) for fact in facts):
        return None
    dormant = (fact for fact in facts if fact.key == proposal.fact.key and not fact.live)
    return next((fact for fact in dormant if _stays_hidden(proposal, fact, facts)), None)


def _read_before(proposal: Proposal, fact: Fact) -> bool:
    """Whether a fact came from the same words: whatever became of it, they say nothing new."""
    # `negated` is not compared: what is over is a denial only while it is known to have been so.
    own = proposal.fact
    return (
        own.kind == fact.kind
        and proposal.rests_on(fact)
        and (proposal.alike(fact) or (own.slot is not None and _same_content(own, fact)))
    )


def _same_content(one: Fact, other: Fact) -> bool:
    return (
        one.slot == other.slot
        and same_words(one.attribute, other.attribute)
        and same_words(one.value, other.value)
    )


def _stays_hidden(proposal: Proposal, fact: Fact, facts: Sequence[Fact]) -> bool:
    if fact.retired_at is not None:
        return proposal.said_at <= fact.retired_at
    if fact.status == "quarantined":
        return proposal.fact.trust != "high"
    successor = next((other for other in facts if other.id == fact.superseded_by), None)
    return proposal.said_at <= (fact.recorded_at if successor is None else last_said(successor))


def _reworded(proposal: Proposal, facts: Sequence[Fact], policy: ResolvePolicy) -> Fact | None:
    """Return the fact that says the same in nearly the same words, where there is no attribute to go by."""
    own = proposal.fact
    if own.slot is not None:
        return None
    for fact in facts:
        same_kind = believed(fact) and (fact.slot, fact.kind, dated(fact)) == (None, own.kind, dated(own))
        same_subject = same_kind and fact.key != own.key and same_words(fact.subject, own.subject)
        if same_subject and nearly_same(fact.text, own.text, least=policy.near_duplicate):
            return fact
    return None


def _corrected(proposal: Proposal, facts: Sequence[Fact]) -> list[Fact]:
    """Return what the claim says was wrong: the value it names, or what was said last of the same attribute."""
    own, wrong = proposal.fact, proposal.claim.corrects
    if wrong is None or own.attribute is None:
        return []
    said = [fact for fact in facts if fact.live and not fact.negated and last_said(fact) <= proposal.said_at]
    about = (fact for fact in said if same_words(fact.subject, own.subject))
    earlier = [fact for fact in about if same_words(fact.attribute, own.attribute)]
    excluded = [fact for fact in earlier if proposal.excludes(fact)]
    if own.negated:
        return excluded
    if wrong:
        meant = (fact for fact in earlier if same_words(wrong, fact.value) or refines(fact.value, wrong))
        return [fact for fact in meant if not proposal.alike(fact)]
    recent = [
        fact for fact in excluded if believed(fact) and proposal.said_at - last_said(fact) <= _CORRECTING
    ]
    return [max(recent, key=last_said)] if recent else []


# --- events and plans ------------------------------------------------------------------------------------------------


def _decide_event(proposal: Proposal, facts: Sequence[Fact]) -> Verdict:
    """Decide about an event or a plan. On different days, two are different; without a day, it may be a known one."""
    own = proposal.fact
    if same := [fact for fact in facts if fact.live and fact.key == own.key]:
        last = max(same, key=lambda fact: fact.occurrence)
        # A plan that was dropped may be made again.
        again = last.status == "superseded" and proposal.said_at > last_said(last)
        return _ended_by(proposal, facts) if again else Verdict("same", (last.id,))
    retold = [fact for fact in facts if believed(fact) and _retold(proposal, fact)]
    if retold and dated(own) is None:
        return Verdict("same", (max(retold, key=began).id,))
    if retold and rank(own.trust) >= standing(retold[0]):
        return Verdict("revises", (retold[0].id,))
    return _ended_by(proposal, facts)


def _retold(proposal: Proposal, fact: Fact) -> bool:
    """Whether one of the two has no date and can be meant by the other's."""
    own = proposal.fact
    undated = dated(own) is None
    if (
        own.slot is None
        or (own.negated, own.kind) != (fact.negated, fact.kind)
        or not _same_content(own, fact)
    ):
        return False
    if undated == (dated(fact) is None):
        return False
    said, day = (proposal.said_at, began(fact)) if undated else (first_said(fact), proposal.since)
    return KIND_TRAITS[fact.kind].planned or timedelta() <= said - day <= _RETELLING


def _ended_by(proposal: Proposal, facts: Sequence[Fact]) -> Verdict:
    """Decide what an event ends, or what a change of plans does."""
    beliefs = [fact for fact in facts if believed(fact)]
    over = [fact for fact in beliefs if ends_state(proposal.fact, fact) and holds(fact, proposal.since)]
    over += [fact for fact in proposal.ends(facts) if fact not in over]
    against = [fact for fact in beliefs if proposal.excludes(fact) and _same_day(proposal.fact, fact)]
    denied = KIND_TRAITS[proposal.fact.kind].happened and against
    if denied or not proposal.may_retire([*over, *against]):
        return Verdict("conflicts", _ids([*over, *against]))
    return Verdict("supersedes", _ids([*over, *against])) if over or against else Verdict("new")


def _same_day(one: Fact, other: Fact) -> bool:
    """Whether two speak of the same day; a plan may be dropped without naming its day."""
    days = dated(one), dated(other)
    return KIND_TRAITS[other.kind].planned if None in days else days[0] == days[1]


# --- states ----------------------------------------------------------------------------------------------------------


def _decide_state(proposal: Proposal, placement: Placement) -> Verdict:
    """Decide about what is so until it ends; what it ends, or ends by, follows from its place in time."""
    twin, trust = placement.twin, rank(proposal.fact.trust)
    if twin is not None:
        more_exact = refines(proposal.fact.value, twin.value) and trust >= standing(twin)
        return Verdict("revises" if more_exact else "same", (twin.id,))
    # Time cannot decide against trust, nor at an equal moment.
    stronger = [cut.fact for cut in placement.cuts if standing(cut.fact) > trust]
    rivals = _ids(stronger or placement.rivals)
    return Verdict("conflicts", rivals) if rivals else Verdict("new")
