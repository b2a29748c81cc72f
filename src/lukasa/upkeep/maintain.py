"""The job `maintain`: background upkeep of one partition, with a bound on each part. It adds and hides; it destroys nothing.

No model decides here what is believed: facts are merged by rules, with numbers, names, dates and negation equal. A model
only writes summaries, and one that talks nonsense changes no fact. `undo` takes back every part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from lukasa.beliefs.edits import hidden
from lukasa.beliefs.outcome import together
from lukasa.domain.change import Change, PutFact
from lukasa.domain.fact import KIND_TRAITS, Fact
from lukasa.domain.job import Bookkeeping, Finish, Job, Queue
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import StaleError
from lukasa.indexing.backlog import Reembed
from lukasa.llm.budget import Spending
from lukasa.policy import MaintainPolicy
from lukasa.ports.attempts import until_applied
from lukasa.ports.memories import Memories
from lukasa.upkeep.audit.items import fact_item
from lukasa.upkeep.audit.pairs import near_duplicates

KIND = "maintain"

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Maintain:
    store: Memories
    reembed: Reembed
    summarise: str | None
    """The kind of job that brings a summary up to date; `None`: no model writes any."""

    policy: MaintainPolicy
    clock: Callable[[], datetime]

    async def __call__(self, job: Job, *, final: bool = False) -> Spending:
        """Hide expired facts, merge those that say the same, embed what has no vectors, and queue summaries."""
        tidy = partial(self._tidy, job.partition)
        with suppress(StaleError):  # a partition that is written to all the time is tidied in a later round
            await until_applied(self.store, job.partition, tidy, attempts=_ATTEMPTS)
        await self.reembed.of(job.partition, limit=self.policy.documents, now=self.clock())
        cause = Cause(verb=KIND, at=self.clock())
        queue = await self._summaries(job.partition)
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[Finish(job=job), *queue])
        return Spending()

    async def _tidy(self, partition: Partition, version: int) -> None:
        """Hide and merge in one write."""
        now = self.clock()
        facts = [fact for fact in await self.store.facts(partition, FactQuery()) if not fact.pinned]
        expired = [next_ for fact in facts if fact.expired(now) and (next_ := hidden(fact, now))]
        changes: list[Change] = [PutFact(fact=fact, op="hide") for fact in expired]
        changes += merges([fact for fact in facts if not fact.expired(now)], now, most=self.policy.merges)
        if changes:
            cause = Cause(verb=KIND, at=now, reason="expired, or said the same as another")
            await self.store.apply(partition, changes, cause=cause, expected=version)

    async def _summaries(self, partition: Partition) -> list[Bookkeeping]:
        """Queue the sessions that continued since they were summarised, up to a bound."""
        if self.summarise is None:
            return []
        through = {summary.session: summary.through for summary in await self.store.summaries(partition)}
        latest: dict[str | None, int] = {}
        query = TurnQuery(newest_first=True, limit=self.policy.turns)
        for turn in await self.store.turns(partition, query):
            latest.setdefault(turn.session, turn.seq)
        behind = [session for session, seq in latest.items() if session and through.get(session, 0) < seq]
        return [
            Queue(kind=self.summarise, session=session, due_at=self.clock())
            for session in behind[: self.policy.summaries]
        ]


def merges(facts: Sequence[Fact], now: datetime, *, most: int) -> list[PutFact]:
    """Return the changes that merge facts which say the same: one gets all the evidence, the others are hidden."""
    current = {fact.id: fact for fact in facts if fact.status == "current"}
    changes: list[PutFact] = []
    for flaw in near_duplicates([fact_item(fact) for fact in current.values()]):
        group = [current[fact_id] for fact_id in flaw.ids]
        same = [fact for fact in group if _alike(fact, group[0])]
        if len(same) < 2 or len(changes) + len(same) > most:  # noqa: PLR2004 - one alone has no like
            continue
        keep = max(same, key=lambda fact: (fact.evidence, fact.confidence, -fact.seq))
        kept, *gone = together(keep, [fact for fact in same if fact.id != keep.id], now)
        changes += [PutFact(fact=kept, op="confirm"), *(PutFact(fact=fact, op="hide") for fact in gone)]
    return changes


def _alike(one: Fact, other: Fact) -> bool:
    """Whether two are of one subject, and events and plans of one time too: words alone do not make them the same."""
    if one.subject.casefold() != other.subject.casefold():
        return False
    return not KIND_TRAITS[one.kind].happens or (
        (one.kind, one.negated, one.valid.start, one.valid.end)
        == (other.kind, other.negated, other.valid.start, other.valid.end)
    )
