"""The job `compare`: whether facts that a model found say again, or end, what is known.

A fact of recipe `llm` stands at once, beside any like it that the rules tell apart from it; what a model says of the two is
written later. So the facts of several sessions share a call, and a model that cannot be asked costs no fact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from lukasa.beliefs.believe import Version
from lukasa.beliefs.edits import fact_op
from lukasa.beliefs.keys import date_of, same_words
from lukasa.beliefs.outcome import ended, together
from lukasa.beliefs.proposal import first_said
from lukasa.domain.fact import Fact
from lukasa.domain.job import Finish, Job
from lukasa.domain.query import FactQuery
from lukasa.errors import BadReplyError, OverBudgetError
from lukasa.extraction.model.neighbours import Near, is_believed
from lukasa.extraction.model.recipe import COMPARE, Ask, request_of
from lukasa.extraction.model.schemas import Comparisons, Relation
from lukasa.extraction.model.session import Run, SessionReader
from lukasa.extraction.model.transcript import one_line
from lukasa.llm.ask import ask_for
from lukasa.llm.budget import Spending
from lukasa.ports.attempts import until_applied
from lukasa.ports.store import Store
from lukasa.text.analysis import analyse, content_words

KIND = "compare"

_ATTEMPTS = 50

_SHARED = 0.5
"""Of the content words of the shorter of two facts, that the other has too when they are near in meaning."""

_PAIRS = 120
"""Pairs in one call: some 5,000 tokens."""


class Pair(NamedTuple):
    """Two facts that are near in meaning."""

    known: Fact
    """Said first."""

    new: Fact


@dataclass(frozen=True, slots=True)
class CompareFacts:
    """Compares facts that were just found with those like them."""

    store: Store
    reader: SessionReader
    clock: Callable[[], datetime]

    async def __call__(self, job: Job, *, final: bool = False) -> Spending:
        """Compare the facts that were learned since the job was queued, write what follows, and end the job."""
        run = Run(job.partition, job.session)
        attempt = partial(self._attempt, run, job)
        await until_applied(self.store, job.partition, attempt, attempts=_ATTEMPTS)
        return run.spending

    async def _attempt(self, run: Run, job: Job, version: int) -> None:
        facts = await self.store.facts(run.partition, FactQuery())
        found = [fact for fact in facts if fact.learned_at >= job.created_at and fact.worded_by]
        versions = await self.versions(run, found, now=self.clock())
        await self.store.apply(
            run.partition,
            self.reader.changes(run, [], versions),
            cause=self.reader.cause(COMPARE, self.clock()),
            expected=version,
            bookkeeping=[Finish(job=job)],
        )

    async def versions(self, run: Run, found: Sequence[Fact], *, now: datetime) -> list[Version]:
        """Return the versions that follow; *found* may not be stored yet."""
        latest = {fact.id: fact for fact in found}
        versions: list[Version] = []
        for pair, relation in await self._relations(await self.pairs(run, found), self.reader.ask(run)):
            known, new = latest.get(pair.known.id, pair.known), latest.get(pair.new.id, pair.new)
            if not (is_believed(known) and is_believed(new)):
                continue
            changed = together(known, [new], now) if relation == "same" else ended(known, new, now)
            for fact in changed:
                before = latest.get(fact.id) or (known if fact.id == known.id else new)
                latest[fact.id] = fact
                versions.append(Version(fact, fact_op(before, fact), new.worded_by, worded=False))
        return versions

    async def pairs(self, run: Run, found: Sequence[Fact]) -> list[Pair]:
        """Return the pairs of them and of what is known that are near in meaning, each once."""
        found = [fact for fact in found if is_believed(fact) and not fact.pinned]
        if not found:
            return []
        near = self.reader.neighbours(run)
        lists = await near([fact.text for fact in found], limit=self.reader.policy.similar, pending=found)
        pairs: dict[tuple[str, str], Pair] = {}
        for fact, candidates in zip(found, lists, strict=True):
            like = [each for each in candidates if self._may_be_about(each, fact)][
                : self.reader.policy.neighbours
            ]
            for each in like:
                known, new = sorted((fact, each.fact), key=lambda one: (first_said(one), one.seq))
                pairs.setdefault((known.id, new.id), Pair(known, new))
        return list(pairs.values())

    def _may_be_about(self, near: Near, fact: Fact) -> bool:
        """Whether two facts are so near in meaning that one may say the other again, or end it.

        What all facts of a subject have in common, its name, says nothing; two of its facts are near when most of what the
        shorter one says beside it is in both.
        """
        other = near.fact
        if other.id == fact.id or not same_words(other.subject, fact.subject):
            return False
        days = {date_of(each.valid, each.kind) for each in (other, fact)}
        if len(days - {None}) > 1:
            return False  # what happened on two days
        about = {*analyse(fact.subject)}
        one, two = ({*content_words(each.text)} - about for each in (other, fact))
        shared = len(one & two) >= _SHARED * min(len(one), len(two))
        return shared and (near.likeness is None or near.likeness >= self.reader.policy.undecided)

    async def _relations(self, pairs: Sequence[Pair], ask: Ask) -> list[tuple[Pair, Relation]]:
        """Ask the model; without an answer that can be read, both facts stand."""
        relations: list[tuple[Pair, Relation]] = []
        try:
            for start in range(0, len(pairs), _PAIRS):
                relations += await self._asked(pairs[start : start + _PAIRS], ask)
        except (BadReplyError, OverBudgetError):
            return relations
        return relations

    async def _asked(self, pairs: Sequence[Pair], ask: Ask) -> list[tuple[Pair, Relation]]:
        new = list(dict.fromkeys(pair.new.text for pair in pairs))
        known = list(dict.fromkeys(pair.known.text for pair in pairs))
        numbered = {(new.index(pair.new.text) + 1, known.index(pair.known.text) + 1): pair for pair in pairs}
        request = request_of(
            "compare",
            "compare",
            self.reader.policy,
            new=_list(new),
            known=_list(known),
            pairs=", ".join(f"({one}, {other})" for one, other in numbered),
        )
        reply, _ = await ask_for(Comparisons, request, ask)
        return [
            (numbered[each.new, each.known], each.relation)
            for each in reply.pairs
            if each.relation != "different" and (each.new, each.known) in numbered
        ]


def _list(texts: Sequence[str]) -> str:
    return "\n".join(f"{number}. {one_line(text)}" for number, text in enumerate(texts, start=1))
