"""Taking changes back: the state before them, as new changes. Nothing is rewritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lukasa.beliefs.edits import following, put_next
from lukasa.domain.change import Change, PutFact, Restore, Retire
from lukasa.domain.fact import Fact
from lukasa.domain.fact_body import pack, packed_digest
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import ConflictError, InputError, NotFoundError
from lukasa.indexing.documents import fact_document
from lukasa.indexing.encoder import Encoder
from lukasa.ports.attempts import PartitionLocks, until_applied
from lukasa.ports.memories import Memories

_TURN_OPS = frozenset({"add", "retire", "restore"})
_ATTEMPTS = 1_000
"""How often an undo is decided again because other processes wrote in between; one takes milliseconds."""

_UPKEEP_OPS = frozenset({"embed", "index", "extract", "readmit"})
"""They change nothing that is remembered."""


@dataclass(frozen=True, slots=True)
class Undo:
    store: Memories
    encoder: Encoder
    locks: PartitionLocks = field(default_factory=PartitionLocks)

    async def __call__(
        self, partition: Partition, entries: Sequence[JournalEntry], *, reason: str, now: datetime
    ) -> list[str]:
        """Take back the changes of these entries; return the ids of the turns and facts that changed."""
        if erasures := [entry.version for entry in entries if entry.op == "erase"]:
            raise InputError(f"entry {erasures[0]} erased what it is about: that cannot be undone")
        ids = [entry.id for entry in entries if entry.op not in _TURN_OPS | _UPKEEP_OPS]
        cause = Cause(verb="undo", at=now, reason=reason)

        async def take_back(version: int) -> list[str]:
            histories = await self.store.history(partition, list(dict.fromkeys(ids)))
            changes = [*turn_changes(entries), *await self._fact_changes(entries, histories, now)]
            applied = await self.store.apply(partition, changes, cause=cause, expected=version)
            return [*applied.changed, *applied.facts]

        async with self.locks.of(partition):
            return await until_applied(self.store, partition, take_back, attempts=_ATTEMPTS)

    async def of_change(self, partition: Partition, number: int) -> list[JournalEntry]:
        if not (entries := await self.store.journal(partition, since=number - 1, limit=1)):
            raise NotFoundError(f"the partition has no change {number}")
        return entries

    async def of_call(self, partition: Partition, number: int) -> list[JournalEntry]:
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

    async def _fact_changes(
        self, entries: Sequence[JournalEntry], histories: Mapping[str, Sequence[Fact]], now: datetime
    ) -> list[PutFact]:
        pairs = [(history[-1], fact_before(history, entries, now)) for history in histories.values()]
        texts = list(dict.fromkeys(after.text for before, after in pairs if after.text != before.text))
        encoded = await self.encoder.documents(texts)
        vectors = dict(zip(texts, encoded.embeddings, strict=False))
        return [
            put_next(before, after)
            if after.text == before.text
            else put_next(before, after, fact_document(after, vectors.get(after.text), encoded.fingerprint))
            for before, after in pairs
        ]


def turn_changes(entries: Sequence[JournalEntry]) -> list[Change]:
    """Return what takes changes of turns back, the last one first; a turn that was stored is hidden, not destroyed."""
    changes: dict[str, Change] = {}
    for entry in entries:
        match entry.op:
            case "add" | "restore":
                changes.setdefault(entry.id, Retire(id=entry.id))
            case "retire":
                changes.setdefault(entry.id, Restore(id=entry.id))
            case _:
                pass
    return list(reversed(changes.values()))


def fact_before(history: Sequence[Fact], entries: Sequence[JournalEntry], now: datetime) -> Fact:
    """Return the next version of a fact: as it was before these entries.

    Later changes that only counted more evidence stay. Raises `ConflictError` when they did more.
    """
    last = history[-1]
    undone = {entry.content: entry for entry in entries if entry.id == last.id}
    indexes = [index for index, fact in enumerate(history) if packed_digest(pack(fact)) in undone]
    if not indexes:
        raise ConflictError(f"the fact {last.id!r} no longer has the versions that were to be undone")
    first = indexes[0]
    if indexes == list(range(first, len(history))):
        if first == 0:
            return replace(following(last, now), retired_at=now)
        return replace(history[first - 1], revision=last.revision + 1, recorded_at=now)
    for before, after in zip(history[first:], history[first + 1 :], strict=False):
        if _content(after) != _content(before):
            raise ConflictError(
                f"revision {after.revision} of the fact {last.id!r} rests on what was to be undone; "
                "undo the later change first"
            )
    # Only evidence was added since: the last version stays, less what the undone ones had counted.
    turns = {entry.caused_by for entry in undone.values()}
    sources = tuple(source for source in last.sources if source.turn not in turns)
    evidence = max(len(sources), last.evidence - len(indexes))
    fact = replace(following(last, now), sources=sources, evidence=evidence)
    return fact if sources or not last.sources else replace(fact, retired_at=now)


def _content(fact: Fact) -> tuple[object, ...]:
    """Return what a version says, apart from how often it was said."""
    return fact.text, fact.value, fact.valid, fact.status, fact.superseded_by, fact.rivals, fact.retired_at
