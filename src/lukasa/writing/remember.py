"""The write path, top to bottom."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from time import perf_counter
from typing import NamedTuple
from weakref import WeakValueDictionary

from lukasa.beliefs.believe import Believe, Heard, Version, put
from lukasa.domain.change import AddTurn, Applied, Change
from lukasa.domain.claim import Claim
from lukasa.domain.embedding import Embedding
from lukasa.domain.erasure import text_mark
from lukasa.domain.filter import Compare
from lukasa.domain.ids import content_id
from lukasa.domain.job import Queue
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Receipt, Usage
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Turn
from lukasa.errors import StaleError
from lukasa.gate import Admitted
from lukasa.indexing.documents import document
from lukasa.indexing.encoder import Encoded, Encoder
from lukasa.policy import RememberPolicy
from lukasa.ports.store import Memories
from lukasa.text.rendering import document_text
from lukasa.writing.messages import Draft, Read


class Plan(NamedTuple):
    """What a call of `remember` is going to store."""

    version: int | None
    """The partition's version that it was decided on; `None`: whatever it is."""

    known: list[str]
    """Ids of turns that were said already."""

    erased: list[str]
    """Ids of turns whose content was erased, and is not stored again."""

    turns: list[Turn]
    heard: Sequence[Heard] = ()
    """What the extractor and the gate made of the new turns."""

    versions: Sequence[Version] = ()
    """The facts that follow."""

    fingerprint: str | None = None
    warning: str | None = None


@dataclass(slots=True)
class Work:
    """What one call has worked out, whoever writes in between."""

    call: Call
    turns: dict[str, Embedding] = field(default_factory=dict)
    """By id."""

    texts: dict[str, Embedding] = field(default_factory=dict)
    """Of facts, by text."""

    heard: dict[str, Heard] = field(default_factory=dict)
    """By the turn's id."""


@dataclass(frozen=True, slots=True)
class Remember:
    """Everything the write path needs; nothing it doesn't."""

    store: Memories
    encoder: Encoder
    believe: Believe
    policy: RememberPolicy
    patience: timedelta | None = None
    """How long a model waits for more turns of a session before it reads them; `None`: no model does."""

    _locks: WeakValueDictionary[Partition, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, init=False, repr=False, compare=False
    )

    async def __call__(self, partition: Partition, read: Read, call: Call) -> Receipt:
        """Store the drafts and the facts that follow, durably and all at once, and say what became of each."""
        if not read.drafts:
            return Receipt(skipped=read.skipped)
        started = perf_counter()
        work = Work(call)
        # Encoding takes long: it is done by when the partition is ours.
        plan = await self._plan(partition, work)
        # Writers of this process take turns; with sixteen of them, some would always come second.
        async with self._locks.setdefault(partition, asyncio.Lock()):
            plan, applied = await self._apply(partition, work, plan)
        milliseconds = (perf_counter() - started) * 1000
        return Receipt(
            turns=applied.added,
            duplicates=(*plan.known, *applied.duplicates),
            skipped=[*read.skipped, *(_ERASED.format(turn_id) for turn_id in plan.erased)],
            facts=applied.facts,
            refused=_refused(plan.heard),
            redacted=read.redacted,
            change=applied.call,
            pending=len(self._later(plan, work.call)),
            unembedded=sum(turn_id not in work.turns for turn_id in applied.added),
            warnings=[plan.warning] if plan.warning else [],
            usage=Usage(embedded=len(work.turns) + len(work.texts), milliseconds=milliseconds),
        )

    async def _apply(self, partition: Partition, work: Work, plan: Plan) -> tuple[Plan, Applied]:
        """Carry the plan out, made anew when another process wrote since."""
        cause = Cause(verb="remember", at=work.call.now)
        for _ in range(self.policy.attempts):
            if plan.version is not None and plan.version != await self.store.version(partition):
                plan = await self._plan(partition, work)
            changes = self._changes(plan, work)
            try:
                return plan, await self.store.apply(
                    partition,
                    changes,
                    cause=cause,
                    expected=plan.version,
                    bookkeeping=self._later(plan, work.call),
                )
            except StaleError:
                continue  # What counts as said or believed already may have changed.
        raise StaleError(
            f"other writers changed {partition!r} {self.policy.attempts} times in a row; try again"
        )

    def _changes(self, plan: Plan, work: Work) -> list[Change]:
        read = {each.turn.id: self.believe.extraction(each, plan.versions) for each in plan.heard}
        turns = [
            AddTurn(
                turn=turn,
                document=document(turn, work.turns.get(turn.id), plan.fingerprint),
                extraction=read.get(turn.id),
            )
            for turn in plan.turns
        ]
        return [*turns, *(put(version, work.texts, plan.fingerprint) for version in plan.versions)]

    def _later(self, plan: Plan, call: Call) -> list[Queue]:
        """Return what is left for a model to do; what a person states needs no reading."""
        if self.patience is None or call.claim is not None:
            return []
        sessions = dict.fromkeys(turn.session for turn in plan.turns if turn.retired_at is None)
        return [
            Queue(kind="extract", session=session, due_at=call.now + self.patience) for session in sessions
        ]

    async def _plan(self, partition: Partition, work: Work) -> Plan:
        before = await self.store.version(partition)
        decided = await self._decide(partition, work.call)
        erased = await self._erased(partition, decided.turns)
        turns = [turn for turn in decided.turns if turn.id not in erased]
        # A turn that nobody gave a time happens now: it cannot be stored already.
        there = await self._stored(partition, turns) if decided.told else set()
        new = [turn for turn in turns if turn.id not in there]
        heard = await self._heard(partition, new, decided.tail, work)
        versions = await self.believe.resolve(partition, heard, now=work.call.now)
        encoded = await self._encode(new, versions, work)
        free = decided.told and not versions
        return Plan(
            version=None if free else before,
            known=decided.known,
            erased=sorted(erased),
            turns=turns,
            heard=heard,
            versions=versions,
            fingerprint=encoded.fingerprint,
            warning=encoded.warning,
        )

    async def _heard(
        self, partition: Partition, new: Sequence[Turn], tail: Sequence[Turn], work: Work
    ) -> list[Heard]:
        """Listen to the new turns, each once however often the plan is made."""
        if (claim := work.call.claim) is not None:
            return [Heard(turn, [Admitted(claim(turn))]) for turn in new]
        if self.believe.extractor is None:
            return []
        unheard = [turn for turn in new if turn.id not in work.heard]
        earlier = tail or await self._tails(partition, unheard)
        for each in await self.believe.listen(partition, unheard, earlier, zone=work.call.zone):
            work.heard[each.turn.id] = each
        return [work.heard[turn.id] for turn in new]

    async def _encode(self, new: Sequence[Turn], versions: Sequence[Version], work: Work) -> Encoded:
        """Make the vectors that are missing: of turns and of facts, in one go."""
        turns = [turn for turn in new if turn.id not in work.turns]
        texts = dict.fromkeys(version.fact.text for version in versions if version.worded)
        facts = [text for text in texts if text not in work.texts]
        encoded = await self.encoder.documents([*map(document_text, turns), *facts])
        if encoded.embeddings:
            made = iter(encoded.embeddings)
            work.turns.update(zip((turn.id for turn in turns), made, strict=False))
            work.texts.update(zip(facts, made, strict=True))
        return encoded

    async def _decide(self, partition: Partition, call: Call) -> Decided:
        """Tell which drafts were said already, and make turns of the others."""
        if call.key is not None or all(_told(draft) for draft in call.drafts):
            # A time or a key says by itself whether it is the same turn: no need to look at the others.
            return Decided(told=True, known=[], turns=make_turns(partition, call.drafts, call), tail=())
        newest = _newest(call.drafts[0].session, min(self.policy.overlap, len(call.drafts) + SCENE))
        tail = list(reversed(await self.store.turns(partition, newest)))
        repeated = said_already(tail, call.drafts, now=call.now, policy=self.policy)
        known = [turn.id for turn in tail[len(tail) - repeated :]]
        turns = make_turns(partition, call.drafts[repeated:], call)
        return Decided(told=False, known=known, turns=turns, tail=tail)

    async def _stored(self, partition: Partition, turns: Sequence[Turn]) -> set[str]:
        """Return the ids that are stored already: importing a file again costs no encoding."""
        query = TurnQuery(ids=[turn.id for turn in turns], include_retired=True)
        return {turn.id for turn in await self.store.turns(partition, query)}

    async def _erased(self, partition: Partition, turns: Sequence[Turn]) -> set[str]:
        """Return the ids of turns that were erased, or whose words were."""
        marks = {turn.id: {turn.id, text_mark(turn.speaker, turn.text) or turn.id} for turn in turns}
        gone = await self.store.tombstones(partition, sorted(set().union(*marks.values())))
        return {turn_id for turn_id, own in marks.items() if own & gone}

    async def _tails(self, partition: Partition, turns: Sequence[Turn]) -> list[Turn]:
        """Return the last turns of the sessions that the new ones go on."""
        found: list[Turn] = []
        for session in dict.fromkeys(turn.session for turn in turns):
            found += reversed(await self.store.turns(partition, _newest(session, SCENE)))
        return found


SCENE = 10
"""How many of a session's last turns tell who speaks there, and what was asked."""

_ERASED = "{} was erased, and is not stored again (`readmit` allows it)"


class Decided(NamedTuple):
    """Which turns a call brings."""

    told: bool
    """Whether times or keys say which turns they are."""

    known: list[str]
    turns: list[Turn]
    tail: Sequence[Turn]
    """The end of the session, as far as it was read."""


def _newest(session: str | None, limit: int) -> TurnQuery:
    return TurnQuery(
        session=session,
        filter=Compare("session", "eq", None) if session is None else None,
        newest_first=True,
        limit=limit,
        include_retired=True,
    )


def _refused(heard: Sequence[Heard]) -> dict[str, int]:
    reasons = [ruling.reason for each in heard for ruling in each.rulings if not isinstance(ruling, Admitted)]
    return dict(sorted(Counter(reasons).items()))


class Call(NamedTuple):
    """One call of `remember`."""

    drafts: Sequence[Draft]
    key: str | None
    now: datetime
    zone: tzinfo | None = None
    """In which the speakers' days begin; `None`: the offset of each turn's time."""

    claim: Callable[[Turn], Claim] | None = None
    """What the caller states himself, in place of what an extractor would find."""


def said_already(
    tail: Sequence[Turn], drafts: Sequence[Draft], *, now: datetime, policy: RememberPolicy
) -> int:
    """Return how many of the first drafts repeat the end of the session (`tail`, oldest first).

    Clients that keep no clock send history again, or retry. The longest end of the tail that equals a beginning
    of the drafts is a repetition; a single equal turn only when it is recent.
    """
    if any(_told(draft) for draft in drafts):
        return 0
    for count in range(min(len(tail), len(drafts)), 0, -1):
        end = tail[len(tail) - count :]
        if all(_same(turn, draft) for turn, draft in zip(end, drafts, strict=False)):
            recent = now - end[-1].recorded_at <= policy.retry_window
            return count if count > 1 or recent else 0
    return 0


def make_turns(partition: Partition, drafts: Sequence[Draft], call: Call) -> list[Turn]:
    """Give drafts their ids. Equal messages of one call are told apart by counting them.

    A draft that has its own key comes from another call: it counts with those of the same call, so that what was
    exported gets the ids that it had.
    """
    seen: dict[object, int] = {}
    turns = []
    for place, draft in enumerate(drafts, start=len(call.drafts) - len(drafts)):
        at = draft.at or call.now
        content = (draft.session, draft.agent, draft.role, draft.speaker, draft.text, to_micros(at))
        key = draft.key or (None if call.key is None else f"{call.key}#{place}")
        alike = (*content, key and key.rpartition("#")[0])
        seen[alike] = seen.get(alike, -1) + 1
        turns.append(
            Turn(
                id=content_id("t", partition, [*content, seen[alike], key]),
                role=draft.role,
                text=draft.text,
                at=at,
                recorded_at=call.now,
                speaker=draft.speaker,
                session=draft.session,
                agent=draft.agent,
                origin=draft.origin,
                metadata=draft.metadata,
                key=key,
                retired_at=draft.retired_at,
            )
        )
    return turns


def _told(draft: Draft) -> bool:
    """Tell whether the message itself says which turn it is."""
    return draft.at is not None or draft.key is not None


def _same(turn: Turn, draft: Draft) -> bool:
    return (turn.role, turn.speaker, turn.text, turn.session, turn.agent) == (
        draft.role,
        draft.speaker,
        draft.text,
        draft.session,
        draft.agent,
    )
