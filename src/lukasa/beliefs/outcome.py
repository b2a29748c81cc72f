"""A verdict → the versions of facts to write: the claim's own version and that of every fact it changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lukasa.beliefs.edits import following, hidden
from lukasa.beliefs.proposal import (
    Proposal,
    began,
    believed,
    first_said,
    happens,
    rank,
    shares_words,
    standing,
)
from lukasa.beliefs.timeline import Cut, PlacedClaim, Placement, correcting, place
from lukasa.beliefs.verdicts import Outcome, Verdict
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
    known = {fact.id: fact for fact in placed.facts}
    draft = _VersionDraft(known, placed.proposal, placed.placement, now, partition)
    if verdict.outcome != "ignored":
        draft.carry_out(verdict.outcome, [known[fact_id] for fact_id in verdict.ids])
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
    return [_superseded(following(known, now), new.valid.start or first_said(new), new.id)]


# --- the versions being written --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _VersionDraft:
    """The facts as they will be."""

    known: dict[str, Fact]
    proposal: Proposal
    placement: Placement | None
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
        fact, hidden = self.proposal.fact, self._hidden()
        if hidden is None:
            fact = self._numbered(fact)
        elif hidden.retired_at is None:
            fact = merged(hidden, self.proposal)
        else:
            # It is so again on the word of the claim alone: what was hidden says nothing any more.
            fact = replace(
                fact,
                id=hidden.id,
                occurrence=hidden.occurrence,
                learned_at=hidden.learned_at,
                pinned=hidden.pinned,
                revision=hidden.revision,
                seq=hidden.seq,
            )
        superseded_by = None if until is None else until.id
        self.put(
            replace(fact, valid=valid, status=status, superseded_by=superseded_by, retired_at=None, rivals=())
        )
        return fact.id

    def _hidden(self) -> Fact | None:
        """Return the forgotten or quarantined fact that the claim brings back."""
        for fact in self.known.values():
            forgotten = fact.retired_at is not None and fact.status != "retracted"
            if fact.key == self.proposal.fact.key and (forgotten or fact.status == "quarantined"):
                return fact
        return None

    def _numbered(self, fact: Fact) -> Fact:
        """Return a fact as the next occurrence of what is true again: with an id of its own, learned now."""
        facts = self.facts()
        ids = {each.id for each in facts}
        occurrence = max((each.occurrence + 1 for each in facts if each.key == fact.key), default=0)
        # A fact that was reworded more exactly has another key, and still the id that its first key gave it.
        while (fact_id := content_id("f", self.partition, [fact.key, occurrence])) in ids:
            occurrence += 1
        return replace(
            fact,
            id=fact_id,
            occurrence=occurrence,
            learned_at=self.now,
            recorded_at=self.now,
            revision=1,
            seq=0,
        )

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
            if rivals != fact.rivals:
                won = fact.status == "conflicting" and not rivals
                self.put(replace(fact, rivals=rivals, status="current" if won else fact.status))

    def carry_out(self, outcome: Outcome, facts: Sequence[Fact]) -> None:
        """Write what becomes of the claim, and of the facts that the verdict names."""
        match outcome:
            case "same" if self.proposal.rests_on(facts[0]):
                pass
            case "same":
                self.confirm(facts[0])
            case "revises":
                self.revise(facts[0])
            case "supersedes":
                self.close(facts, by=self.write_new(self.proposal.fact.valid))
            case "corrects" | "denies":
                self.retract(facts, replacement=outcome == "corrects")
            case "removes":
                self.remove(facts)
            case "replaces" if self.proposal.may_retire(facts):
                own = self.enter()
                self.close([fact for fact in facts if fact.id != own], by=own)
            case "conflicts" | "replaces":
                self.dispute(facts)
            case _:
                self.enter()

    def enter(self) -> str:
        """Write the claim where it belongs, and end what ends by it; return the id of the fact that it is."""
        placement, proposal = self.placement, self.proposal
        if placement is None:
            return self.write_new(proposal.fact.valid)
        allowed, twin = proposal.may_retire(cut.fact for cut in placement.cuts), placement.twin
        if twin is None:
            status: Status = "superseded" if self.is_past(placement.valid.end) else "current"
            own = self.write_new(placement.valid, status=status, until=placement.until)
        else:
            fact, own = merged(twin, proposal), twin.id
            if allowed and proposal.since < began(fact):
                # It is known to have been so for longer. The end stays: the claim names no other.
                fact = replace(fact, valid=replace(proposal.fact.valid, end=fact.valid.end))
            self.put(fact)
        for cut in placement.cuts if allowed else ():
            resumed = self._shorten(cut, by=own)
            if resumed is not None and placement.until is not None and placement.until.id == cut.fact.id:
                self.put(replace(self.get(own), superseded_by=resumed))
        return own

    def confirm(self, fact: Fact) -> None:
        """Count the claim as evidence of a fact; that of its slot is put in its place."""
        twin = self.placement.twin if self.placement else None
        if twin is not None and twin.id == fact.id and not happens(fact):
            self.enter()
        else:
            self.put(merged(fact, self.proposal))

    def revise(self, fact: Fact) -> None:
        """Write the more exact wording, and with it the content by which the fact is found.

        Words of less trust than the fact stand beside it.
        """
        if not self.proposal.may_retire([fact]):
            self.enter()
            return
        self.confirm(fact)
        own = self.proposal.fact
        self.put(
            replace(
                self.get(fact.id),
                text=own.text,
                value=own.value,
                key=own.key,
                occurrence=fact.occurrence if fact.key == own.key else self._numbered(own).occurrence,
                slot=own.slot,
                valid=own.valid if happens(own) else self.get(fact.id).valid,
                worded_by=own.worded_by,
            )
        )

    def close(self, facts: Iterable[Fact], *, by: str) -> None:
        """End what an event ended, a plan that was dropped, or what a model says is over."""
        for fact in facts:
            if believed(self.get(fact.id)):
                self.put(_superseded(self.get(fact.id), self.proposal.since, by))

    def remove(self, facts: Iterable[Fact]) -> None:
        """Hide facts, as far as the claim is trusted enough."""
        for fact in facts:
            if fact.retired_at is None and self.proposal.may_retire([fact]):
                self.put(replace(fact, retired_at=self.now))

    def dispute(self, rivals: Sequence[Fact]) -> None:
        """Record a conflict. The more trusted side stays believed; between equals neither is."""
        trust = rank(self.proposal.fact.trust)
        best = all(standing(rival) < trust for rival in rivals)
        valid = self.proposal.fact.valid if self.placement is None else self.placement.valid
        own = self.write_new(valid, status="current" if best else "conflicting")
        self.put(replace(self.get(own), rivals=tuple(rival.id for rival in rivals)))
        for rival in rivals:
            doubted = believed(rival) and standing(rival) <= trust
            status: Status = "conflicting" if doubted else rival.status
            self.put(replace(rival, rivals=tuple(dict.fromkeys((*rival.rivals, own))), status=status))

    def retract(self, wrong: Sequence[Fact], *, replacement: bool) -> None:
        """Withdraw facts. The claim takes their place and what had ended by them, or denies them alone."""
        ids = {fact.id for fact in wrong}
        right = [fact for fact in self.facts() if fact.id not in ids]
        if replacement:
            self.proposal = correcting(self.proposal, wrong)
            if self.proposal.claim.conditional:
                # "Not Porto, Faro" names two values only: the rest are the words of the fact that it corrects.
                text = wrong[0].text.replace(wrong[0].value or "", self.proposal.fact.value or "")
                self.proposal = replace(self.proposal, fact=replace(self.proposal.fact, text=text))
        # The claim was placed among the wrong facts too, and at the time when it was said: it needs another place.
        self.placement = place(self.proposal, right)
        own = self.enter()
        for fact in wrong:
            self.put(replace(fact, status="retracted", superseded_by=own, rivals=()))
            for over in self.facts():
                if over.superseded_by == fact.id and over.status == "superseded":
                    self._repair(over, fact, own if replacement else None)

    def _repair(self, over: Fact, wrong: Fact, own: str | None) -> None:
        """Let what had ended by a wrong fact end by the right one, or not end at all."""
        if own is not None:
            # "Not Porto but Lisbon": the correction took over the time of the wrong fact, and what that fact ended.
            self.put(replace(over, superseded_by=own))
        elif not (self.proposal.excludes(over) or self.proposal.alike(over)):
            # "Never in Porto": nothing takes its time, so the fact before it lasts as long as the wrong one was thought
            # to. A fact that the denial excludes as well, or that says the same as the denial, stays ended.
            status: Status = "current" if believed(wrong) else over.status
            valid = replace(over.valid, end=wrong.valid.end)
            self.put(replace(over, status=status, valid=valid, superseded_by=wrong.superseded_by))

    def _shorten(self, cut: Cut, *, by: str) -> str | None:
        """End a fact; return the id of the fact that continues it when it was said again later."""
        fact, resumed = self.get(cut.fact.id), None
        if (again := cut.resumes) is not None:
            # The claim lies between two statements of the fact, so one fact becomes two, before and after the claim. Each
            # keeps the sources of its own time: what is said only after the claim is no evidence for the time before it.
            before = tuple(source for source in fact.sources if source.at < again)
            after = tuple(source for source in fact.sources if source.at >= again)
            valid = Interval(start=again, end=fact.valid.end, granularity="instant")
            resumed = self._numbered(replace(fact, valid=valid, sources=after, evidence=len(after)))
            self.put(resumed)
            fact = replace(fact, sources=before, evidence=max(fact.evidence - len(after), 1))
        # An end in the future is only noted: until then the fact is believed, and disputed if it was.
        fact = replace(fact, valid=replace(fact.valid, end=cut.end), superseded_by=by)
        self.put(replace(fact, status="superseded", rivals=()) if self.is_past(cut.end) else fact)
        return resumed.id if resumed else None


def merged(fact: Fact, proposal: Proposal) -> Fact:
    """Return a fact with one more piece of evidence. It is trusted as far as its most trusted source."""
    own = proposal.fact
    most = max(fact, own, key=lambda each: rank(each.trust))
    doubt = (1 - fact.confidence) * (1 - own.confidence)
    bounded = fact.expires_at is not None and own.expires_at is not None
    return replace(
        fact,
        sources=merge_sources(fact.sources, *own.sources),
        evidence=fact.evidence + (not proposal.rests_on(fact)),
        found_by="caller" if own.found_by == "caller" else fact.found_by,
        confidence=max(fact.confidence, own.confidence, min(1 - doubt, _MAX_CONFIDENCE)),
        trust=most.trust,
        origin=most.origin,
        expires_at=max(fact.expires_at, own.expires_at) if bounded else None,  # type: ignore[type-var]
    )


def _superseded(fact: Fact, since: datetime, by: str) -> Fact:
    """Return a fact as ended. What happens keeps its time: that is when it takes place."""
    valid = fact.valid if happens(fact) else replace(fact.valid, end=max(since, began(fact)))
    return replace(fact, valid=valid, status="superseded", superseded_by=by, rivals=())
