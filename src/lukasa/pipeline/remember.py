"""The write path, top to bottom."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import NamedTuple
from weakref import WeakValueDictionary

from lukasa.domain.change import AddTurn, Applied, Cause
from lukasa.domain.document import Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.filter import Compare
from lukasa.domain.ids import content_id
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Receipt, Usage
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Turn
from lukasa.errors import StaleError
from lukasa.pipeline.analyse import ANALYSIS_VERSION, analyse
from lukasa.pipeline.encode import Encoder
from lukasa.pipeline.messages import Draft, Read
from lukasa.pipeline.policy import RememberPolicy
from lukasa.pipeline.represent import document_text
from lukasa.pipeline.traits import traits
from lukasa.ports.store import Store


class Plan(NamedTuple):
    """What a call of `remember` is going to store."""

    version: int | None
    """The partition's version that it was decided on; `None`: whatever it is."""

    known: list[str]
    """Ids of turns that were said already."""

    turns: list[Turn]
    fingerprint: str | None
    warning: str | None


@dataclass(frozen=True, slots=True)
class Remember:
    """Everything the write path needs; nothing it doesn't."""

    store: Store
    encoder: Encoder
    policy: RememberPolicy
    _locks: WeakValueDictionary[Partition, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, init=False, repr=False, compare=False
    )

    async def __call__(self, partition: Partition, read: Read, *, key: str | None, now: datetime) -> Receipt:
        """Store the drafts, durably and all at once, and say what became of each."""
        if not read.drafts:
            return Receipt(skipped=read.skipped)
        started = perf_counter()
        call = Call(read.drafts, key, now)
        embedded: dict[str, Embedding] = {}
        # Encoding takes long: it is done by when the partition is ours.
        plan = await self._plan(partition, call, embedded)
        # Writers of this process take turns; with sixteen of them, some would always come second.
        async with self._locks.setdefault(partition, asyncio.Lock()):
            plan, applied = await self._apply(partition, call, plan, embedded)
        return Receipt(
            turns=applied.added,
            duplicates=(*plan.known, *applied.duplicates),
            skipped=read.skipped,
            unembedded=sum(turn_id not in embedded for turn_id in applied.added),
            warnings=[plan.warning] if plan.warning else [],
            usage=Usage(embedded=len(embedded), milliseconds=(perf_counter() - started) * 1000),
        )

    async def _apply(
        self, partition: Partition, call: Call, plan: Plan, embedded: dict[str, Embedding]
    ) -> tuple[Plan, Applied]:
        """Carry the plan out, made anew when another process wrote since."""
        for _ in range(self.policy.attempts):
            if plan.version is not None and plan.version != await self.store.version(partition):
                plan = await self._plan(partition, call, embedded)
            changes = [
                AddTurn(turn=turn, document=document(turn, embedded.get(turn.id), plan.fingerprint))
                for turn in plan.turns
            ]
            cause = Cause(verb="remember", at=call.now)
            try:
                return plan, await self.store.apply(partition, changes, cause=cause, expected=plan.version)
            except StaleError:
                continue  # What counts as said already may have changed.
        raise StaleError(
            f"other writers changed {partition!r} {self.policy.attempts} times in a row; try again"
        )

    async def _plan(self, partition: Partition, call: Call, embedded: dict[str, Embedding]) -> Plan:
        version, known, turns = await self._decide(partition, call)
        # A turn that nobody gave a time happens now: it cannot be stored already.
        there = await self._stored(partition, turns) if version is None else set()
        new = [turn for turn in turns if turn.id not in there and turn.id not in embedded]
        encoded = await self.encoder.documents([document_text(turn) for turn in new])
        if encoded.embeddings:
            embedded.update(zip((turn.id for turn in new), encoded.embeddings, strict=True))
        return Plan(version, known, turns, encoded.fingerprint, encoded.warning)

    async def _decide(self, partition: Partition, call: Call) -> tuple[int | None, list[str], list[Turn]]:
        """Return the version decided on (`None`: any), ids said already, and the turns to store."""
        if call.key is not None or all(_told(draft) for draft in call.drafts):
            # A time or a key says by itself whether it is the same turn: no need to look at the others.
            return None, [], make_turns(partition, call.drafts, call)
        version = await self.store.version(partition)
        session = call.drafts[0].session
        newest = TurnQuery(
            session=session,
            filter=Compare("session", "eq", None) if session is None else None,
            newest_first=True,
            limit=min(self.policy.overlap, len(call.drafts)),
            include_retired=True,
        )
        tail = list(reversed(await self.store.turns(partition, newest)))
        repeated = said_already(tail, call.drafts, now=call.now, policy=self.policy)
        known = [turn.id for turn in tail[len(tail) - repeated :]]
        return version, known, make_turns(partition, call.drafts[repeated:], call)

    async def _stored(self, partition: Partition, turns: Sequence[Turn]) -> set[str]:
        """Return the ids that are stored already: importing a file again costs no encoding."""
        query = TurnQuery(ids=[turn.id for turn in turns], include_retired=True)
        return {turn.id for turn in await self.store.turns(partition, query)}


class Call(NamedTuple):
    """One call of `remember`."""

    drafts: Sequence[Draft]
    key: str | None
    now: datetime


def document(turn: Turn, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a turn."""
    return Document(
        id=turn.id,
        kind="turn",
        terms=analyse(document_text(turn)),
        traits=traits(turn.text),
        analysis=ANALYSIS_VERSION,
        embedding=embedding,
        fingerprint=fingerprint if embedding is not None else None,
    )


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
