"""A verdict → the versions of facts to write: the claim's own version and that of every fact it changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lukasa.beliefs.edits import following, hidden
from lukasa.beliefs.proposal import (
    Proposal,
    alike,
    began,
    believed,
    excludes,
    first_said,
    happens,
    may_retire,
    rank,
    rests_on,
    shares_words,
    standing,
)
from lukasa.beliefs.timeline import Cut, PlacedClaim, Placement, correcting, place
from lukasa.beliefs.verdicts import (
    Conflicts,
    Ignored,
    Removes,
    Replaces,
    Retracts,
    Revises,
    Same,
    Supersedes,
    Verdict,
)
from lukasa.domain.fact import Fact, Status
from lukasa.domain.interval import Interval
from lukasa.domain.scope import Partition, content_id
from lukasa.domain.turn import Source

_MAX_CONFIDENCE = 0.99
"""However often something is said, confidence does not grow beyond it."""

MOST_SOURCES = 40
"""Every version holds its sources: a fact that was said a thousand times would be written a thousand times with up to a
thousand of them. The first and the latest are kept; `evidence` goes on counting, and older versions have the others."""

_FIRST = MOST_SOURCES // 2


def outcome(placed: PlacedClaim, verdict: Verdict, *, now: datetime, partition: Partition) -> list[Fact]:
    """Return the versions that carry a verdict out, the claim's own first; none when nothing changes."""
    proposal, placement = placed.proposal, placed.placement
    draft = _VersionDraft({fact.id: fact for fact in placed.facts}, proposal, now, partition)
    match verdict:
        case Ignored():
            return []
        case Same(fact_id) if rests_on(proposal, draft.get(fact_id)):
            return []
        case Same(fact_id):
            _confirm(draft, fact_id, placement)
        case Revises(fact_id):
            _revise(draft, fact_id, placement)
        case Supersedes(ids):
            _close(draft, ids, by=draft.write_new(proposal.valid))
        case Conflicts(ids):
            _dispute(draft, ids, placement)
        case Retracts(ids, replacement=replacement):
            _retract(draft, ids, replacement=replacement)
        case Replaces(ids):
            _replace(draft, ids, placement)
        case Removes(ids):
            _remove(draft, ids)
        case _:
            _enter(draft, placement)
    return draft.versions()


def merge_sources(sources: Sequence[Source], *more: Source) -> tuple[Source, ...]:
    """Return the sources with others, in the order of saying; the same words are no second source."""
    merged = list(sources)
    for source in more:
        if any(shares_words(known, source) for known in sources):
            continue
        merged = sorted((*merged, source), key=lambda source: source.at)
        if len(merged) > MOST_SOURCES:
            del merged[_FIRST]
    return tuple(merged)


def together(keep: Fact, others: Sequence[Fact], now: datetime) -> list[Fact]:
    """Return the next versions of facts that say the same: one has all the evidence, the others are hidden."""
    sources = keep.sources
    for fact in others:
        sources = merge_sources(sources, *fact.sources)
    starts = [fact.valid.start for fact in (keep, *others)]
    known = [start for start in starts if start is not None]
    first = min(known) if len(known) == len(starts) else None
    with_evidence = replace(
        following(keep, now),
        sources=sources,
        evidence=keep.evidence + sum(fact.evidence for fact in others),
        confidence=max(fact.confidence for fact in (keep, *others)),
        valid=keep.valid if happens(keep) else replace(keep.valid, start=first),
    )
    gone = (hidden(replace(fact, superseded_by=keep.id), now) for fact in others)
    return [with_evidence, *(fact for fact in gone if fact is not None)]


def ended(known: Fact, new: Fact, now: datetime) -> list[Fact]:
    """Return the next version of a fact that another, said later, takes the place of; none when it is trusted less."""
    if standing(known) > rank(new.trust) or known.confidence >= 1 > new.confidence:
        return []
    since = new.valid.start or first_said(new)
    valid = known.valid if happens(known) else replace(known.valid, end=max(since, began(known)))
    return [replace(following(known, now), valid=valid, status="superseded", superseded_by=new.id, rivals=())]


# --- the versions being written --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _VersionDraft:
    """The facts as they will be."""

    known: dict[str, Fact]
    proposal: Proposal
    now: datetime
    partition: Partition
    written: dict[str, Fact] = field(default_factory=dict)

    def get(self, fact_id: str) -> Fact:
        return self.written.get(fact_id) or self.known[fact_id]

    def put(self, fact: Fact) -> None:
        self.written[fact.id] = fact

    def facts(self) -> list[Fact]:
        return list({**self.known, **self.written}.values())

    def is_past(self, end: datetime | None) -> bool:
        """Whether an end has come: what ends in the future is believed until then."""
        return end is not None and end <= max(self.now, self.proposal.said_at)

    def write_new(self, valid: Interval, *, status: Status = "current", until: Fact | None = None) -> str:
        """Write the claim as a fact of its own, or as the hidden one of the same content, and return its id."""
        hidden = self._hidden()
        if hidden is None:
            fact = self._blank(valid)
        elif hidden.retired_at is None:
            fact = merged(hidden, self.proposal)
        else:
            fact = self._again(hidden, valid)
        superseded_by = None if until is None else until.id
        self.put(
            replace(fact, valid=valid, status=status, superseded_by=superseded_by, retired_at=None, rivals=())
        )
        return fact.id

    def _hidden(self) -> Fact | None:
        """Return the forgotten or quarantined fact that the claim brings back."""
        for fact in self.known.values():
            forgotten = fact.retired_at is not None and fact.status != "retracted"
            if fact.key == self.proposal.key and (forgotten or fact.status == "quarantined"):
                return fact
        return None

    def _again(self, hidden: Fact, valid: Interval) -> Fact:
        """Return a forgotten or undone fact on the word of the claim alone: what was hidden says nothing any more."""
        return replace(
            self._blank(valid),
            id=hidden.id,
            occurrence=hidden.occurrence,
            learned_at=hidden.learned_at,
            pinned=hidden.pinned,
            revision=hidden.revision,
            seq=hidden.seq,
        )

    def _blank(self, valid: Interval) -> Fact:
        proposal, claim = self.proposal, self.proposal.claim
        fact_id, occurrence = self.free(proposal.key)
        return Fact(
            id=fact_id,
            subject=claim.subject,
            text=claim.text,
            kind=claim.kind,
            key=proposal.key,
            occurrence=occurrence,
            attribute=claim.attribute,
            value=claim.value,
            negated=proposal.negated,
            cardinality=proposal.cardinality,
            slot=proposal.slot,
            valid=valid,
            learned_at=self.now,
            recorded_at=self.now,
            confidence=claim.confidence,
            trust=proposal.trust,
            origin=proposal.origin,
            expires_at=claim.expires_at,
            metadata=dict(claim.metadata),
            sources=claim.sources,
            worded_by=claim.source.turn,
            found_by=claim.found_by,
        )

    def free(self, key: str) -> tuple[str, int]:
        """Return the id and the number of the next occurrence of what is true again."""
        facts = self.facts()
        ids = {fact.id for fact in facts}
        occurrence = max((fact.occurrence + 1 for fact in facts if fact.key == key), default=0)
        # A fact that was reworded more exactly has another key, and still the id that its first key gave it.
        while (fact_id := content_id("f", self.partition, [key, occurrence])) in ids:
            occurrence += 1
        return fact_id, occurrence

    def versions(self) -> list[Fact]:
        """Return what differs from what is known, as the next version each."""
        self._end_conflicts()
        changed = [fact for fact in self.written.values() if fact != self.known.get(fact.id)]
        return [following(fact, self.now) if fact.id in self.known else fact for fact in changed]

    def _end_conflicts(self) -> None:
        """End the conflicts with facts that are no longer believed."""
        gone = {
            fact_id
            for fact_id, fact in self.written.items()
            if fact_id in self.known and believed(self.known[fact_id]) and not believed(fact)
        }
        for fact in self.facts():
            rivals = tuple(fact_id for fact_id in fact.rivals if fact_id not in gone)
            if rivals == fact.rivals:
                continue
            won = fact.status == "conflicting" and not rivals
            self.put(replace(fact, rivals=rivals, status="current" if won else fact.status))


def merged(fact: Fact, proposal: Proposal) -> Fact:
    """Return a fact with one more piece of evidence. It is trusted as far as its most trusted source."""
    claim = proposal.claim
    better = rank(proposal.trust) > rank(fact.trust)
    doubt = (1 - fact.confidence) * (1 - claim.confidence)
    bounded = fact.expires_at is not None and claim.expires_at is not None
    return replace(
        fact,
        sources=merge_sources(fact.sources, *claim.sources),
        evidence=fact.evidence + (not rests_on(proposal, fact)),
        found_by="caller" if claim.found_by == "caller" else fact.found_by,
        confidence=max(fact.confidence, claim.confidence, min(1 - doubt, _MAX_CONFIDENCE)),
        trust=proposal.trust if better else fact.trust,
        origin=proposal.origin if better else fact.origin,
        expires_at=max(fact.expires_at, claim.expires_at) if bounded else None,  # type: ignore[type-var]
    )


# --- one verdict each ------------------------------------------------------------------------------------------------


def _enter(draft: _VersionDraft, placement: Placement | None) -> str:
    """Write the claim where it belongs; return the id of the fact that it is."""
    return draft.write_new(draft.proposal.valid) if placement is None else _settle(draft, placement)


def _confirm(draft: _VersionDraft, fact_id: str, placement: Placement | None) -> None:
    fact = draft.get(fact_id)
    twin = placement.twin if placement is not None else None
    if placement is not None and twin is not None and twin.id == fact_id and not happens(fact):
        _settle(draft, placement)
    else:
        draft.put(merged(fact, draft.proposal))


def _revise(draft: _VersionDraft, fact_id: str, placement: Placement | None) -> None:
    """Write the more exact wording, and with it the content by which the fact is found.

    Words of less trust than the fact stand beside it.
    """
    if not may_retire(draft.proposal, [draft.get(fact_id)]):
        _enter(draft, placement)
        return
    _confirm(draft, fact_id, placement)
    fact, proposal = draft.get(fact_id), draft.proposal
    occurrence = fact.occurrence if fact.key == proposal.key else draft.free(proposal.key)[1]
    draft.put(
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


def _settle(draft: _VersionDraft, placement: Placement) -> str:
    """Put the claim into its place, and end what ends by it; return the id of the fact that it is."""
    allowed = may_retire(draft.proposal, [cut.fact for cut in placement.cuts])
    fact_id = _write(draft, placement, allowed=allowed)
    for cut in placement.cuts if allowed else ():
        resumed = _shorten(draft, cut, by=fact_id)
        if resumed is not None and placement.until is not None and placement.until.id == cut.fact.id:
            draft.put(replace(draft.get(fact_id), superseded_by=resumed))
    return fact_id


def _write(draft: _VersionDraft, placement: Placement, *, allowed: bool) -> str:
    twin, proposal = placement.twin, draft.proposal
    if twin is None:
        status: Status = "superseded" if draft.is_past(placement.valid.end) else "current"
        return draft.write_new(placement.valid, status=status, until=placement.until)
    fact = merged(twin, proposal)
    if allowed and proposal.since < began(fact):
        # It is known to have been so for longer. The end stays: the claim names no other.
        fact = replace(fact, valid=replace(proposal.valid, end=fact.valid.end))
    draft.put(fact)
    return fact.id


def _shorten(draft: _VersionDraft, cut: Cut, *, by: str) -> str | None:
    """End a fact; return the id of the fact that continues it when it was said again later."""
    fact = draft.get(cut.fact.id)
    resumed = None
    if cut.resumes is not None:
        # The claim lies between two statements of the fact, so one fact becomes two, before and after the claim. Each
        # keeps the sources of its own time: what is said only after the claim is no evidence for the time before it.
        resumed = _resume(draft, fact, cut.resumes)
        before = tuple(source for source in fact.sources if source.at < cut.resumes)
        moved = len(fact.sources) - len(before)
        fact = replace(fact, sources=before, evidence=max(fact.evidence - moved, 1))
    # An end in the future is only noted: until then the fact is believed, and disputed if it was.
    over = draft.is_past(cut.end)
    draft.put(
        replace(
            fact,
            valid=replace(fact.valid, end=cut.end),
            status="superseded" if over else fact.status,
            superseded_by=by,
            rivals=() if over else fact.rivals,
        )
    )
    return resumed


def _resume(draft: _VersionDraft, fact: Fact, at: datetime) -> str:
    """Write what was true again after an interruption as an occurrence of its own."""
    fact_id, occurrence = draft.free(fact.key)
    sources = tuple(source for source in fact.sources if source.at >= at)
    draft.put(
        replace(
            fact,
            id=fact_id,
            occurrence=occurrence,
            valid=Interval(start=at, end=fact.valid.end, granularity="instant"),
            sources=sources,
            evidence=len(sources),
            learned_at=draft.now,
            recorded_at=draft.now,
            revision=1,
            seq=0,
        )
    )
    return fact_id


def _close(draft: _VersionDraft, ids: Iterable[str], *, by: str) -> None:
    """End what an event ended, or a plan that was dropped. What happens keeps its time: that is when it takes place."""
    for fact_id in ids:
        fact = draft.get(fact_id)
        valid = (
            fact.valid if happens(fact) else replace(fact.valid, end=max(draft.proposal.since, began(fact)))
        )
        draft.put(replace(fact, valid=valid, status="superseded", superseded_by=by, rivals=()))


def _replace(draft: _VersionDraft, ids: Sequence[str], placement: Placement | None) -> None:
    """Put the claim in the place of facts that a model named; facts that are trusted more are only disputed."""
    if not may_retire(draft.proposal, map(draft.get, ids)):
        _dispute(draft, ids, placement)
        return
    own = _enter(draft, placement)
    _close(draft, [fact_id for fact_id in ids if fact_id != own and believed(draft.get(fact_id))], by=own)


def _remove(draft: _VersionDraft, ids: Sequence[str]) -> None:
    """Hide facts that a model named, as far as the claim is trusted enough."""
    for fact in map(draft.get, ids):
        if fact.retired_at is None and may_retire(draft.proposal, [fact]):
            draft.put(replace(fact, retired_at=draft.now))


def _dispute(draft: _VersionDraft, ids: Sequence[str], placement: Placement | None) -> None:
    """Record a conflict. The more trusted side stays believed; between equals neither is."""
    proposal = draft.proposal
    rivals = [draft.get(fact_id) for fact_id in ids]
    trust = rank(proposal.trust)
    best = all(standing(rival) < trust for rival in rivals)
    own = draft.write_new(
        proposal.valid if placement is None else placement.valid, status="current" if best else "conflicting"
    )
    draft.put(replace(draft.get(own), rivals=tuple(ids)))
    for rival in rivals:
        doubted = believed(rival) and standing(rival) <= trust
        draft.put(
            replace(
                rival,
                rivals=tuple(dict.fromkeys((*rival.rivals, own))),
                status="conflicting" if doubted else rival.status,
            )
        )


def _retract(draft: _VersionDraft, ids: Sequence[str], *, replacement: bool) -> None:
    wrong = [draft.get(fact_id) for fact_id in ids]
    right = [fact for fact in draft.facts() if fact.id not in ids]
    if replacement:
        draft.proposal = correcting(draft.proposal, wrong)
        if draft.proposal.claim.conditional:
            draft.proposal = _in_the_words_of(wrong[0], draft.proposal)
    # The claim was placed among the wrong facts too, and at the time when it was said: it needs another place.
    own = _enter(draft, place(draft.proposal, right))
    for fact in wrong:
        draft.put(replace(fact, status="retracted", superseded_by=own, rivals=()))
        _repair(draft, fact, own, replacement=replacement)


def _in_the_words_of(wrong: Fact, proposal: Proposal) -> Proposal:
    """Return a correction that names two values only ("not Porto, Faro") in the words of the fact that it corrects."""
    text = wrong.text.replace(wrong.value or "", proposal.claim.value or "")
    return replace(proposal, claim=replace(proposal.claim, text=text))


def _repair(draft: _VersionDraft, wrong: Fact, own: str, *, replacement: bool) -> None:
    """Let what had ended by a wrong fact end by the right one, or not end at all."""
    for fact in draft.facts():
        if fact.superseded_by != wrong.id or fact.status != "superseded":
            continue
        if replacement:
            # "Not Porto but Lisbon": the correction took over the time of the wrong fact, and what that fact ended.
            draft.put(replace(fact, superseded_by=own))
        elif not (excludes(draft.proposal, fact) or alike(draft.proposal, fact)):
            # "Never in Porto": nothing takes its time, so the fact before it lasts as long as the wrong one was thought
            # to. A fact that the denial excludes as well, or that says the same as the denial, stays ended.
            draft.put(
                replace(
                    fact,
                    status="current" if believed(wrong) else fact.status,
                    valid=replace(fact.valid, end=wrong.valid.end),
                    superseded_by=wrong.superseded_by,
                )
            )
