"""Taking changes back: the state before them, as new changes. Nothing is rewritten. Pure, but for the path itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.beliefs.believe import fact_op
from lukasa.beliefs.edits import following
from lukasa.domain.change import Change, PutFact, Restore, Retire
from lukasa.domain.fact import Fact
from lukasa.domain.fact_body import pack, packed_digest
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import ConflictError, InputError, NotFoundError
from lukasa.indexing.documents import fact_document
from lukasa.indexing.encoder import Encoder
from lukasa.ports.store import Memories

_OF_TURNS = frozenset({"add", "retire", "restore"})
_PASSED_OVER = frozenset({"embed", "index", "extract", "readmit"})
"""Upkeep, which changes nothing that is remembered."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Everything that taking back needs."""

    store: Memories
    encoder: Encoder

    async def __call__(
        self, partition: Partition, wanted: Sequence[JournalEntry], *, reason: str, now: datetime
    ) -> list[str]:
        """Take the changes of these entries back; return the ids of the turns and facts that changed."""
        version = await self.store.version(partition)
        if erasures := [entry.version for entry in wanted if entry.op == "erase"]:
            raise InputError(f"entry {erasures[0]} erased what it is about: that cannot be undone")
        facts = list(dict.fromkeys(e.id for e in wanted if e.op not in _OF_TURNS | _PASSED_OVER))
        histories = await self.store.history(partition, facts)
        changes: list[Change] = [*turn_changes(wanted), *await self._facts(wanted, histories, now)]
        cause = Cause(verb="undo", at=now, reason=reason)
        applied = await self.store.apply(partition, changes, cause=cause, expected=version)
        return [*applied.changed, *applied.facts]

    async def of_change(self, partition: Partition, number: int) -> list[JournalEntry]:
        """Return the entry of one change."""
        if not (entries := await self.store.journal(partition, since=number - 1, limit=1)):
            raise NotFoundError(f"the partition has no change {number}")
        return entries

    async def of_call(self, partition: Partition, number: int) -> list[JournalEntry]:
        """Return every entry of one call."""
        journal = await self.store.journal(partition, since=number - 1)
        if not (entries := [entry for entry in journal if entry.call == number]):
            raise NotFoundError(f"the partition has no call {number}")
        return entries

    async def of_session(self, partition: Partition, session: str) -> list[JournalEntry]:
        """Return every entry that a session led to."""
        turns = await self.store.turns(partition, TurnQuery(session=session, include_retired=True))
        ids = {turn.id for turn in turns}
        if not ids:
            raise NotFoundError(f"the partition has no session {session!r}")
        journal = await self.store.journal(partition)
        return [
            entry for entry in journal if entry.caused_by in ids or (entry.op == "add" and entry.id in ids)
        ]

    async def _facts(
        self, wanted: Sequence[JournalEntry], histories: Mapping[str, Sequence[Fact]], now: datetime
    ) -> list[PutFact]:
        """Return the versions that take facts back to where they were, with index entries where the words change."""
        pairs = [(history[-1], fact_before(history, wanted, now)) for history in histories.values()]
        texts = list(dict.fromkeys(after.text for before, after in pairs if after.text != before.text))
        encoded = await self.encoder.documents(texts)
        vectors = dict(zip(texts, encoded.embeddings, strict=False))
        return [
            PutFact(
                fact=after,
                op=fact_op(before, after),
                document=None
                if after.text == before.text
                else fact_document(after, vectors.get(after.text), encoded.fingerprint),
            )
            for before, after in pairs
        ]


def turn_changes(wanted: Sequence[JournalEntry]) -> list[Change]:
    """Return what takes changes of turns back, the last one first; a turn that was stored is hidden, not destroyed."""
    found: dict[str, Change] = {}
    for entry in wanted:
        match entry.op:
            case "add" | "restore":
                found.setdefault(entry.id, Retire(id=entry.id))
            case "retire":
                found.setdefault(entry.id, Restore(id=entry.id))
            case _:
                pass
    return list(reversed(found.values()))


def fact_before(history: Sequence[Fact], wanted: Sequence[JournalEntry], now: datetime) -> Fact:
    """Return the next version of a fact: as it was before the wanted entries.

    Where later changes only counted more evidence, they stay. Raises `ConflictError` when they did more.
    """
    undone = {entry.content: entry for entry in wanted if entry.id == history[-1].id}
    places = [place for place, fact in enumerate(history) if packed_digest(pack(fact)) in undone]
    if not places:
        raise ConflictError(f"the fact {history[-1].id!r} no longer has the versions that were to be undone")
    last = history[-1]
    first = places[0]
    if places == list(range(first, len(history))):
        if first == 0:
            return replace(following(last, now), retired_at=now)
        return replace(history[first - 1], revision=last.revision + 1, recorded_at=now)
    return _without_evidence(history, places, undone, now)


def _without_evidence(
    history: Sequence[Fact], places: Sequence[int], undone: Mapping[str, JournalEntry], now: datetime
) -> Fact:
    """Return the last version less what the undone ones had counted."""
    last = history[-1]
    for place in range(places[0] + 1, len(history)):
        if _said(history[place]) != _said(history[place - 1]):
            raise ConflictError(
                f"revision {history[place].revision} of the fact {last.id!r} rests on what was to be undone; "
                "undo the later change first"
            )
    turns = {entry.caused_by for entry in undone.values()}
    sources = tuple(source for source in last.sources if source.turn not in turns)
    left = replace(
        following(last, now), sources=sources, evidence=max(len(sources), last.evidence - len(places))
    )
    return left if sources or not last.sources else replace(left, retired_at=now)


def _said(fact: Fact) -> tuple[object, ...]:
    """Return what a version says, apart from how often it was said."""
    return fact.text, fact.value, fact.valid, fact.status, fact.superseded_by, fact.rivals, fact.retired_at
