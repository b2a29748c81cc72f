"""Where a state goes among the facts that exclude it: since when, until when, and what ends by it.

The facts of a slot follow each other in time. A claim is placed by when it began to be true, not by when it was imported,
so the same statements give the same intervals in whichever order they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Self

from lukasa.beliefs.proposal import (
    Proposal,
    began,
    believed,
    ends_state,
    first_said,
    happens,
    holds,
    last_said,
    names_a_day,
    propose,
    rank,
    standing,
)
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Turn


class Cut(NamedTuple):
    """A fact that is so only up to an instant."""

    fact: Fact
    end: datetime

    resumes: datetime | None = None
    """When it was said again, after the claim that cuts it: from then on it is so again."""


class Placement(NamedTuple):
    """A claim's place on the timeline of its slot."""

    valid: Interval
    twin: Fact | None
    """The known fact that it is."""

    cuts: tuple[Cut, ...]
    until: Fact | None
    """The fact that took its place."""

    rivals: tuple[Fact, ...]
    """Facts said at the same moment, so that there is no telling which was first; without any, facts that would take its place,
    and are trusted less."""


@dataclass(frozen=True, slots=True)
class PlacedClaim:
    """A claim among the facts that bear on it: all that is needed to decide it and to carry the verdict out."""

    proposal: Proposal
    facts: Sequence[Fact]
    """Of any status (`lookups`)."""

    placement: Placement | None
    """`None`: it is an event or a plan, which ends nothing by its mere place in time."""

    @classmethod
    def of(cls, claim: Claim, turn: Turn, facts: Sequence[Fact]) -> Self:
        """Place a claim that was made in a turn among facts."""
        proposal = propose(claim, turn, facts)
        return cls(proposal, facts, place(proposal, facts))


def place(proposal: Proposal, facts: Iterable[Fact]) -> Placement | None:
    """Find the place of a state among facts; `None` for what happens."""
    if happens(proposal.fact):
        return None
    live = [fact for fact in facts if fact.live]
    excluded = [fact for fact in live if proposal.excludes(fact)]
    weaker = [
        fact for fact in excluded if _follows(proposal, fact) and standing(fact) < rank(proposal.fact.trust)
    ]
    rivals = [fact for fact in excluded if fact not in weaker]
    over = [fact for fact in proposal.ends(live) if fact not in rivals and not proposal.alike(fact)]
    cuts = [cut for rival in rivals if (cut := _cut(proposal, rival)) is not None]
    cuts += [Cut(fact, max(proposal.since, began(fact))) for fact in over]
    bounds = [(at, rival) for rival in rivals if (at := _bound(proposal, rival)) is not None]
    bounds += [(cut.resumes, cut.fact) for cut in cuts if cut.resumes is not None]
    bounds += [
        (began(fact), fact)
        for fact in live
        if ends_state(fact, proposal.fact) and began(fact) > proposal.since
    ]
    valid, until = proposal.fact.valid, None
    end, by = min(bounds, key=lambda bound: bound[0], default=(None, None))
    if end is not None and (valid.end is None or end < valid.end):
        valid, until = replace(valid, end=end), by
    clash = tuple(rival for rival in rivals if _clashes(proposal, rival))
    return Placement(
        valid=valid,
        twin=_twin(proposal, [fact for fact in live if proposal.alike(fact)], end=valid.end),
        cuts=tuple(cuts),
        until=until,
        rivals=clash or tuple(fact for fact in weaker if fact.status == "current"),
    )


def correcting(proposal: Proposal, wrong: Sequence[Fact]) -> Proposal:
    """Give a correction the time of what was wrong, unless its own was said."""
    start = min((began(fact) for fact in wrong), default=proposal.since)
    if proposal.since != proposal.said_at or start >= proposal.since:
        return proposal
    lasts = any(believed(fact) and fact.valid.end is None for fact in wrong)
    return replace(
        proposal,
        fact=replace(proposal.fact, valid=replace(proposal.fact.valid, start=start)),
        # Only the wrong fact is put right: what was said between it and the correction is left alone.
        stands_until=proposal.said_at if lasts else start,
    )


def _twin(proposal: Proposal, twins: Sequence[Fact], *, end: datetime | None) -> Fact | None:
    """Return the fact that a claim is: one that was so when it begins, or one that begins before it ends."""
    around = [fact for fact in twins if holds(fact, proposal.since)]
    if around:
        return max(around, key=lambda fact: (believed(fact), began(fact)))
    later = [fact for fact in twins if began(fact) > proposal.since and (end is None or began(fact) < end)]
    return min(later, key=began, default=None)


def _follows(proposal: Proposal, rival: Fact) -> bool:
    """Whether a fact begins after the claim, and so ends it: not within the time that a claim made later vouches for."""
    if began(rival) <= proposal.since:
        return False
    if names_a_day(proposal.fact.valid) and rival.valid.phrase:
        return True  # Of two days that were named, the later one is the later.
    vouched = proposal.fact.valid.end is None and began(rival) <= proposal.stands_until
    return not (vouched and last_said(rival) < proposal.said_at)


def _spans(proposal: Proposal, rival: Fact) -> bool:
    """Whether a fact that was said later vouches for the time in which the claim begins."""
    said_later = first_said(rival) > max(proposal.since, proposal.said_at)
    return said_later and began(rival) <= proposal.since and not names_a_day(rival.valid)


def _clashes(proposal: Proposal, rival: Fact) -> bool:
    return (
        believed(rival)
        and holds(rival, max(proposal.since, began(rival)))
        and any(source.at == proposal.said_at for source in rival.sources)
        and not _follows(proposal, rival)
    )


def _cut(proposal: Proposal, rival: Fact) -> Cut | None:
    if _spans(proposal, rival) or _clashes(proposal, rival) or _follows(proposal, rival):
        return None
    start, ended = proposal.since, rival.valid.end
    if began(rival) >= start:
        end = max(began(rival), proposal.stands_until)
        return None if ended is not None and ended <= end else Cut(rival, end)
    if not holds(rival, start):
        return None
    # Said again after the claim: the fact is interrupted by it, not ended. Who names the day of a move says nothing of later.
    said = rival.sources[1:] if names_a_day(rival.valid) else rival.sources
    again = [source.at for source in said if source.at > max(start, proposal.stands_until)]
    return Cut(rival, start, next((at for at in again if ended is None or at < ended), None))


def _bound(proposal: Proposal, rival: Fact) -> datetime | None:
    """Return when a rival ends the claim, if it does."""
    if _follows(proposal, rival):
        return began(rival)
    return first_said(rival) if _spans(proposal, rival) and holds(rival, proposal.since) else None
