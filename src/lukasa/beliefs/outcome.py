"""A verdict → the versions of facts to write: the claim's own, and those of every fact that changes by it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lukasa.beliefs.edits import following
from lukasa.beliefs.proposal import (
    Proposal,
    alike,
    began,
    believed,
    excludes,
    happens,
    heard,
    may_retire,
    propose,
    rank,
    same_span,
    standing,
)
from lukasa.beliefs.timeline import Cut, Placement, correcting, place
from lukasa.beliefs.verdicts import Conflicts, Removes, Replaces, Retracts, Revises, Same, Supersedes, Verdict
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact, Status, Trust
from lukasa.domain.ids import content_id
from lukasa.domain.interval import Interval
from lukasa.domain.scope import Partition
from lukasa.domain.source import Source
from lukasa.domain.turn import Origin

_SURE = 0.99
"""However often something is said, confidence does not grow beyond it."""


def outcome(
    claim: Claim,
    verdict: Verdict,
    known: Sequence[Fact],
    *,
    now: datetime,
    said_at: datetime,
    trust: Trust,
    origin: Origin,
    partition: Partition,
) -> list[Fact]:
    """Return the versions that carry a verdict out, the claim's own first; none when nothing changes.

    *known* are the facts that `decide` was given.
    """
    proposal = propose(claim, known, said_at=said_at, trust=trust)
    page = _Page({fact.id: fact for fact in known}, proposal, now, origin, partition)
    match verdict:
        case Same(fact_id) if heard(proposal, page.get(fact_id)):
            return []
        case Same(fact_id):
            _confirm(page, fact_id)
        case Revises(fact_id):
            _revise(page, fact_id)
        case Supersedes(ids) if proposal.happens:
            _close(page, ids, by=page.write_new(proposal.valid))
        case Conflicts(ids):
            _dispute(page, ids)
        case Retracts(ids, replacement=replacement):
            _retract(page, ids, replacement=replacement)
        case Replaces(ids):
            _replace(page, ids)
        case Removes(ids):
            _remove(page, ids)
        case _ if proposal.happens:
            page.write_new(proposal.valid)
        case _:
            _settle(page, place(proposal, known))
    return page.versions()


MOST_SOURCES = 40
"""Every version holds its sources: a fact that was said a thousand times would be written a thousand times with up to a
thousand of them. The first and the latest are kept; `evidence` goes on counting, and older versions have the others."""

_FIRST = MOST_SOURCES // 2


def merge_sources(sources: Sequence[Source], source: Source) -> tuple[Source, ...]:
    """Return the sources with another one, in the order of saying; the same words are no second source."""
    if any(same_span(each, source) for each in sources):
        return tuple(sources)
    merged = sorted((*sources, source), key=lambda each: each.at)
    return tuple(merged if len(merged) <= MOST_SOURCES else [*merged[:_FIRST], *merged[_FIRST + 1 :]])


# --- the versions being written --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Page:
    """The facts as they will be."""

    known: dict[str, Fact]
    proposal: Proposal
    now: datetime
    origin: Origin
    partition: Partition
    written: dict[str, Fact] = field(default_factory=dict)

    def get(self, fact_id: str) -> Fact:
        return self.written.get(fact_id) or self.known[fact_id]

    def put(self, fact: Fact) -> None:
        self.written[fact.id] = fact

    def every(self) -> list[Fact]:
        """Return all facts as they will be."""
        return list({**self.known, **self.written}.values())

    def over(self, end: datetime | None) -> bool:
        """Tell whether an end has come: what ends in the future is believed until then."""
        return end is not None and end <= max(self.now, self.proposal.said_at)

    def write_new(self, valid: Interval, *, status: Status = "current", until: Fact | None = None) -> str:
        """Write the claim as a fact of its own, or as the hidden one of the same content, and return its id."""
        fact = self._hidden()
        fact = self._blank(valid) if fact is None else merged(fact, self.proposal, self.origin)
        self.put(
            replace(
                fact,
                valid=valid,
                status=status,
                superseded_by=None if until is None else until.id,
                retired_at=None,
                rivals=(),
            )
        )
        return fact.id

    def _hidden(self) -> Fact | None:
        """Return the forgotten or quarantined fact that the claim brings back."""
        for fact in self.known.values():
            hidden = fact.retired_at is not None and fact.status != "retracted"
            if fact.key == self.proposal.key and (hidden or fact.status == "quarantined"):
                return fact
        return None

    def _blank(self, valid: Interval) -> Fact:
        claim = self.proposal.claim
        fact_id, occurrence = self.free(self.proposal.key)
        return Fact(
            id=fact_id,
            subject=claim.subject,
            text=claim.text,
            kind=claim.kind,
            key=self.proposal.key,
            occurrence=occurrence,
            attribute=claim.attribute,
            value=claim.value,
            negated=self.proposal.negated,
            cardinality=self.proposal.cardinality,
            slot=self.proposal.slot,
            valid=valid,
            learned_at=self.now,
            recorded_at=self.now,
            confidence=claim.confidence,
            trust=self.proposal.trust,
            origin=self.origin,
            expires_at=claim.expires_at,
            metadata=dict(claim.metadata),
            sources=(claim.source,),
            worded_by=claim.source.turn,
        )

    def free(self, key: str) -> tuple[str, int]:
        """Return the id and the number of the next occurrence of what is true again."""
        every = self.every()
        ids = {fact.id for fact in every}
        occurrence = max((fact.occurrence + 1 for fact in every if fact.key == key), default=0)
        # A fact that was told more exactly since has another key, and the id that its first one gave it.
        while (fact_id := content_id("f", self.partition, [key, occurrence])) in ids:
            occurrence += 1
        return fact_id, occurrence

    def versions(self) -> list[Fact]:
        """Return what differs from what is known, as the next version each."""
        self._forget_rivals()
        changed = [fact for fact in self.written.values() if fact != self.known.get(fact.id)]
        return [following(fact, self.now) if fact.id in self.known else fact for fact in changed]

    def _gone(self) -> set[str]:
        """Return the ids of facts that were believed and no longer are."""
        known = self.known
        return {
            fact_id
            for fact_id, fact in self.written.items()
            if fact_id in known and believed(known[fact_id]) and not believed(fact)
        }

    def _forget_rivals(self) -> None:
        """Let a conflict end for those whose rivals are gone."""
        gone = self._gone()
        for fact in self.every():
            rivals = tuple(fact_id for fact_id in fact.rivals if fact_id not in gone)
            if rivals == fact.rivals:
                continue
            won = fact.status == "conflicting" and not rivals
            self.put(replace(fact, rivals=rivals, status="current" if won else fact.status))


def merged(fact: Fact, proposal: Proposal, origin: Origin) -> Fact:
    """Return a fact with one more piece of evidence. It is trusted as far as the best of those who say so."""
    claim = proposal.claim
    better = rank(proposal.trust) > rank(fact.trust)
    doubt = (1 - fact.confidence) * (1 - claim.confidence)
    bounded = fact.expires_at is not None and claim.expires_at is not None
    return replace(
        fact,
        sources=merge_sources(fact.sources, claim.source),
        evidence=fact.evidence + (not heard(proposal, fact)),
        confidence=max(fact.confidence, claim.confidence, min(1 - doubt, _SURE)),
        trust=proposal.trust if better else fact.trust,
        origin=origin if better else fact.origin,
        expires_at=max(fact.expires_at, claim.expires_at) if bounded else None,  # type: ignore[type-var]
    )


# --- one verdict each ------------------------------------------------------------------------------------------------


def _confirm(page: _Page, fact_id: str) -> None:
    fact, proposal = page.get(fact_id), page.proposal
    if fact.live and not (proposal.happens or happens(fact)):
        placed = place(proposal, page.every())
        if placed.twin is not None and placed.twin.id == fact_id:
            _settle(page, placed)
            return
    page.put(merged(fact, proposal, page.origin))


def _revise(page: _Page, fact_id: str) -> None:
    """Write the more exact wording, and with it the content by which the fact is found."""
    _confirm(page, fact_id)
    fact, proposal = page.get(fact_id), page.proposal
    occurrence = fact.occurrence if fact.key == proposal.key else page.free(proposal.key)[1]
    page.put(
        replace(
            fact,
            text=proposal.claim.text,
            value=proposal.claim.value,
            key=proposal.key,
            occurrence=occurrence,
            slot=proposal.slot,
            valid=proposal.valid if proposal.happens else fact.valid,
            worded_by=proposal.claim.source.turn,
        )
    )


def _settle(page: _Page, placed: Placement) -> str:
    """Put the claim into its place, and end what ends by it; return the id of the fact that it is."""
    fact_id = _write(page, placed)
    if not may_retire(page.proposal, [cut.fact for cut in placed.cuts]):
        return fact_id
    for cut in placed.cuts:
        resumed = _shorten(page, cut, by=fact_id)
        if resumed is not None and placed.until is not None and placed.until.id == cut.fact.id:
            page.put(replace(page.get(fact_id), superseded_by=resumed))
    return fact_id


def _write(page: _Page, placed: Placement) -> str:
    twin, proposal = placed.twin, page.proposal
    if twin is None:
        status: Status = "superseded" if page.over(placed.valid.end) else "current"
        return page.write_new(placed.valid, status=status, until=placed.until)
    fact = merged(twin, proposal, page.origin)
    allowed = may_retire(proposal, [cut.fact for cut in placed.cuts])
    if allowed and proposal.since < began(fact):
        # Known to have been so for longer. The end stays: nobody said another.
        fact = replace(fact, valid=replace(proposal.valid, end=fact.valid.end))
    page.put(fact)
    return fact.id


def _shorten(page: _Page, cut: Cut, *, by: str) -> str | None:
    """End a fact; return the id of the fact that goes on with it when it was said again later."""
    fact = page.get(cut.fact.id)
    resumed = None
    if cut.resumes is not None:
        resumed = _resume(page, fact, cut.resumes)
        before = tuple(source for source in fact.sources if source.at < cut.resumes)
        moved = len(fact.sources) - len(before)
        fact = replace(fact, sources=before, evidence=max(fact.evidence - moved, 1))
    over = page.over(cut.end)
    page.put(
        replace(
            fact,
            valid=replace(fact.valid, end=cut.end),
            status="superseded" if over else fact.status,
            superseded_by=by,
            rivals=() if over else fact.rivals,
        )
    )
    return resumed


def _resume(page: _Page, fact: Fact, at: datetime) -> str:
    """Write what was true again after an interruption as an occurrence of its own."""
    fact_id, occurrence = page.free(fact.key)
    sources = tuple(source for source in fact.sources if source.at >= at)
    page.put(
        replace(
            fact,
            id=fact_id,
            occurrence=occurrence,
            valid=Interval(start=at, end=fact.valid.end, granularity="instant"),
            sources=sources,
            evidence=len(sources),
            learned_at=page.now,
            recorded_at=page.now,
            revision=1,
            seq=0,
        )
    )
    return fact_id


def _close(page: _Page, ids: Iterable[str], *, by: str) -> None:
    """End what an event ended, or a plan that was given up: its time is when it would take place, and stays."""
    for fact_id in ids:
        fact = page.get(fact_id)
        end = fact.valid if happens(fact) else replace(fact.valid, end=page.proposal.since)
        page.put(replace(fact, valid=end, status="superseded", superseded_by=by, rivals=()))


def _replace(page: _Page, ids: Sequence[str]) -> None:
    """Put the claim in the place of facts that a model named; where they are trusted more, nobody decides."""
    if not may_retire(page.proposal, map(page.get, ids)):
        _dispute(page, ids)
        return
    happening = page.proposal.happens
    own = (
        page.write_new(page.proposal.valid)
        if happening
        else _settle(page, place(page.proposal, page.every()))
    )
    _close(page, [fact_id for fact_id in ids if fact_id != own and believed(page.get(fact_id))], by=own)


def _remove(page: _Page, ids: Sequence[str]) -> None:
    """Hide facts that a model named, as far as who contradicts them is trusted enough."""
    for fact in map(page.get, ids):
        if fact.retired_at is None and may_retire(page.proposal, [fact]):
            page.put(replace(fact, retired_at=page.now))


def _dispute(page: _Page, ids: Sequence[str]) -> None:
    """Leave it undecided: who is trusted more is believed until somebody decides; between equals, nobody is."""
    proposal = page.proposal
    rivals = [page.get(fact_id) for fact_id in ids]
    trust = rank(proposal.trust)
    placed = None if proposal.happens else place(proposal, page.every())
    best = all(standing(rival) < trust for rival in rivals)
    own = page.write_new(
        proposal.valid if placed is None else placed.valid, status="current" if best else "conflicting"
    )
    page.put(replace(page.get(own), rivals=tuple(ids)))
    for rival in rivals:
        doubted = believed(rival) and standing(rival) <= trust
        page.put(
            replace(
                rival,
                rivals=tuple(dict.fromkeys((*rival.rivals, own))),
                status="conflicting" if doubted else rival.status,
            )
        )


def _retract(page: _Page, ids: Sequence[str], *, replacement: bool) -> None:
    wrong = [page.get(fact_id) for fact_id in ids]
    rest = [fact for fact in page.every() if fact.id not in ids]
    if replacement:
        page.proposal = correcting(page.proposal, wrong)
    happening = page.proposal.happens
    own = page.write_new(page.proposal.valid) if happening else _settle(page, place(page.proposal, rest))
    for fact in wrong:
        page.put(replace(fact, status="retracted", superseded_by=own, rivals=()))
        _repair(page, fact, own, replacement=replacement)


def _repair(page: _Page, wrong: Fact, own: str, *, replacement: bool) -> None:
    """Let what had ended by something wrong end by what is right, or not end at all."""
    for fact in page.every():
        if fact.superseded_by != wrong.id or fact.status != "superseded":
            continue
        if replacement:
            page.put(replace(fact, superseded_by=own))
        elif not (excludes(page.proposal, fact) or alike(page.proposal, fact)):
            page.put(
                replace(
                    fact,
                    status="current" if believed(wrong) else fact.status,
                    valid=replace(fact.valid, end=wrong.valid.end),
                    superseded_by=wrong.superseded_by,
                )
            )
