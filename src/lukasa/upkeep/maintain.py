"""The job `maintain`: background care of one partition, with a bound on each part. It adds and hides; it destroys nothing.

No model decides here what is believed: what is merged says the same by rules, with numbers, names, dates and negation equal.
A model only writes summaries, and one that talks nonsense changes no fact. `undo` takes every part back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.beliefs.edits import following, hidden
from lukasa.beliefs.outcome import merge_sources
from lukasa.domain.change import Change, PutFact
from lukasa.domain.fact import Fact
from lukasa.domain.job import Bookkeeping, Finish, Job, Queue
from lukasa.domain.journal import Cause, FactOp
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import StaleError
from lukasa.indexing.backlog import Reembed
from lukasa.llm.budget import Tally
from lukasa.policy import MaintainPolicy
from lukasa.ports.store import Memories
from lukasa.upkeep.audit.items import fact_item
from lukasa.upkeep.audit.near import near_duplicates

KIND = "maintain"

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Maintain:
    """Everything that care needs."""

    store: Memories
    reembed: Reembed
    summarise: str | None
    """The kind of job that brings a summary up to date; `None`: no model writes any."""

    policy: MaintainPolicy
    clock: Callable[[], datetime]

    async def __call__(self, job: Job, *, final: bool = False) -> Tally:
        """Hide what expired, merge what says the same, embed what has no vectors, and have summaries written."""
        for _ in range(_ATTEMPTS):
            try:
                await self._tidy(job.partition)
            except StaleError:
                continue
            break
        await self.reembed.of(job.partition, limit=self.policy.documents, now=self.clock())
        cause = Cause(verb=KIND, at=self.clock())
        queue = await self._summaries(job.partition)
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[Finish(job=job), *queue])
        return Tally()

    async def _tidy(self, partition: Partition) -> None:
        """Hide and merge in one write."""
        version, now = await self.store.version(partition), self.clock()
        facts = [fact for fact in await self.store.facts(partition, FactQuery()) if not fact.pinned]
        over = [gone for fact in facts if fact.expired(now) and (gone := hidden(fact, now))]
        left = [fact for fact in facts if not fact.expired(now)]
        made = merges(left, now, most=self.policy.merges)
        changes: list[Change] = [_put(fact, "hide") for fact in over]
        changes += [_put(fact, "hide" if fact.retired_at else "confirm") for fact in made]
        if changes:
            cause = Cause(verb=KIND, at=now, reason="expired, or said the same as another")
            await self.store.apply(partition, changes, cause=cause, expected=version)

    async def _summaries(self, partition: Partition) -> list[Bookkeeping]:
        """Queue the sessions that went on since they were summarised, up to a bound."""
        if self.summarise is None:
            return []
        through = {each.session: each.through for each in await self.store.summaries(partition)}
        latest = await self._latest(partition)
        behind = [session for session, seq in latest.items() if session and through.get(session, 0) < seq]
        return [
            Queue(kind=self.summarise, session=session, due_at=self.clock())
            for session in behind[: self.policy.summaries]
        ]

    async def _latest(self, partition: Partition) -> Mapping[str | None, int]:
        query = TurnQuery(newest_first=True, limit=self.policy.turns)
        latest: dict[str | None, int] = {}
        for turn in await self.store.turns(partition, query):
            latest.setdefault(turn.session, turn.seq)
        return latest


def merges(facts: Sequence[Fact], now: datetime, *, most: int) -> list[Fact]:
    """Return the next versions of facts that say the same: the best known one gets all the evidence, the others are hidden."""
    believed = {fact.id: fact for fact in facts if fact.status == "current"}
    made: list[Fact] = []
    for flaw in near_duplicates([fact_item(fact) for fact in believed.values()]):
        group = [believed[id_] for id_ in flaw.ids]
        same = [fact for fact in group if _alike(fact, group[0])]
        if len(same) < 2 or len(made) + len(same) > most:  # noqa: PLR2004 - one alone has no like
            continue
        keep = max(same, key=lambda fact: (fact.evidence, fact.confidence, -fact.seq))
        rest = [fact for fact in same if fact.id != keep.id]
        made.append(_with_evidence(keep, rest, now))
        made += [gone for fact in rest if (gone := hidden(replace(fact, superseded_by=keep.id), now))]
    return made


def _alike(one: Fact, other: Fact) -> bool:
    """Tell whether two are of one subject, sort and time: their words alone do not make them the same."""
    return (one.subject.casefold(), one.kind, one.negated, one.valid.start, one.valid.end) == (
        other.subject.casefold(), other.kind, other.negated, other.valid.start, other.valid.end,
    ) or (one.kind not in {"event", "plan"} and one.subject.casefold() == other.subject.casefold())  # fmt: skip


def _with_evidence(keep: Fact, rest: Sequence[Fact], now: datetime) -> Fact:
    sources = keep.sources
    for fact in rest:
        for source in fact.sources:
            sources = merge_sources(sources, source)
    starts = [fact.valid.start for fact in (keep, *rest)]
    known = [start for start in starts if start is not None]
    first = min(known) if len(known) == len(starts) else None
    return replace(
        following(keep, now),
        sources=sources,
        evidence=keep.evidence + sum(fact.evidence for fact in rest),
        confidence=max(fact.confidence for fact in (keep, *rest)),
        valid=replace(keep.valid, start=first) if keep.kind not in {"event", "plan"} else keep.valid,
    )


def _put(fact: Fact, op: FactOp) -> PutFact:
    return PutFact(fact=fact, op=op)
