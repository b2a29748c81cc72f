"""Taking changes back: the state before them, as new changes. Nothing is rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from lukasa.beliefs.edits import put_next
from lukasa.domain.change import Basis, Change, PutFact, Restore, Retire
from lukasa.domain.fact import Fact
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import ConflictError, InputError, NotFoundError, StaleError
from lukasa.indexing.documents import fact_document
from lukasa.indexing.encoder import Encoder
from lukasa.off_loop import collected, computed, off_loop
from lukasa.ports.attempts import PartitionLocks, until_applied
from lukasa.ports.memories import Memories
from lukasa.writing.erase import source_ids
from lukasa.writing.undone import without

_TURN_OPS = frozenset({"add", "retire", "restore"})
_ATTEMPTS = 1_000
"""How often an undo is decided again because other processes wrote in between; one takes milliseconds."""

_BATCH = 200
"""Entries of the journal that are read at once."""

_UPKEEP_OPS = frozenset({"embed", "index", "extract", "readmit"})
"""They change nothing that is remembered."""


class Undoing(NamedTuple):
    """What is to be undone: one of them."""

    change: int | None = None
    call: int | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    store: Memories
    encoder: Encoder
    locks: PartitionLocks = field(default_factory=PartitionLocks)

    async def __call__(
        self, partition: Partition, undoing: Undoing, *, reason: str, now: datetime
    ) -> list[str]:
        """Take back what is named; return the ids of the turns and facts that changed: none when it was undone before."""
        cause = Cause(verb="undo", at=now, reason=reason)

        async def take_back(version: int) -> list[str]:
            entries = await self._entries(partition, undoing)
            try:
                changes = await self._changes(partition, entries, now)
            except StaleError as error:
                if await self.store.version(partition) == version:  # nobody wrote: it will not become another
                    raise ConflictError(f"{error}: run `lukasa verify`") from error
                raise
            if not changes:
                return []
            # Of what others write meanwhile, little bears on this: only what happens to the same turns and facts.
            basis = Basis(version=version, ids=frozenset(entry.id for entry in entries))
            applied = await self.store.apply(partition, changes, cause=cause, expected=basis)
            return [*applied.changed, *applied.facts]

        async with self.locks.of(partition):
            return await until_applied(self.store, partition, take_back, attempts=_ATTEMPTS)

    async def _entries(self, partition: Partition, undoing: Undoing) -> list[JournalEntry]:
        match undoing:
            case Undoing(session=str(session)):
                entries = await self._of_session(partition, session)
            case Undoing(call=int(call)):
                entries = await self._of_call(partition, call)
            case Undoing(change=change):
                entries = await self.store.journal(partition, since=(change or 1) - 1, limit=1)
                if not entries:
                    raise NotFoundError(f"the partition has no change {change}")
        if erasures := [entry.version for entry in entries if entry.op == "erase"]:
            raise InputError(f"entry {erasures[0]} erased what it is about: that cannot be undone")
        return entries

    async def _of_call(self, partition: Partition, number: int) -> list[JournalEntry]:
        entries: list[JournalEntry] = []
        # The entries of a call follow one another.
        while batch := await self.store.journal(partition, since=number - 1 + len(entries), limit=_BATCH):
            entries += (entry for entry in batch if entry.call == number)
            if batch[-1].call != number:
                break
        if not entries:
            raise NotFoundError(
                f"the partition has no call {number}; a call has the number of its first change"
            )
        return entries

    async def _of_session(self, partition: Partition, session: str) -> list[JournalEntry]:
        """Return every entry that a session led to."""
        turns = await self.store.turns(partition, TurnQuery(session=session, include_retired=True))
        ids = {turn.id for turn in turns}
        if not ids:
            raise NotFoundError(f"the partition has no session {session!r}")
        journal = await self.store.journal(partition)
        return [
            entry for entry in journal if entry.caused_by in ids or (entry.op == "add" and entry.id in ids)
        ]

    async def _changes(
        self, partition: Partition, entries: Sequence[JournalEntry], now: datetime
    ) -> list[Change]:
        ids = [entry.id for entry in entries if entry.op not in _TURN_OPS | _UPKEEP_OPS]
        histories = await self.store.history(partition, list(dict.fromkeys(ids)))
        sources = await off_loop(source_ids, histories)
        about = {entry.id for entry in entries if entry.op in _TURN_OPS}
        query = TurnQuery(ids=sorted(sources | about), include_retired=True)
        turns = {turn.id: turn for turn in await self.store.turns(partition, query)}
        taken_back = await computed(len(entries), turn_changes, entries)
        changed = [change for change in taken_back if change.id in turns]  # others were erased
        hidden = {change.id for change in changed if isinstance(change, Retire)}
        quotable = {id_: turn for id_, turn in turns.items() if id_ not in hidden}
        # Of a fact that thousands of turns say, each version lists them: much to compare.
        pairs = await collected(
            (history[-1], without(history, entries, now=now, turns=quotable))
            for history in histories.values()
        )
        return [
            *changed,
            *await self._fact_changes([(before, after) for before, after in pairs if after is not None]),
        ]

    async def _fact_changes(self, pairs: Sequence[tuple[Fact, Fact]]) -> list[PutFact]:
        texts = list(dict.fromkeys(after.text for before, after in pairs if after.text != before.text))
        encoded = await self.encoder.documents(texts)
        vectors = dict(zip(texts, encoded.embeddings, strict=False))
        return await collected(
            put_next(before, after)
            if after.text == before.text
            else put_next(before, after, fact_document(after, vectors.get(after.text), encoded.fingerprint))
            for before, after in pairs
        )


def turn_changes(entries: Sequence[JournalEntry]) -> list[Retire | Restore]:
    """Return what takes changes of turns back, the last one first; a turn that was stored is hidden, not destroyed."""
    changes: dict[str, Retire | Restore] = {}
    for entry in entries:
        match entry.op:
            case "add" | "restore":
                changes.setdefault(entry.id, Retire(id=entry.id))
            case "retire":
                changes.setdefault(entry.id, Restore(id=entry.id))
            case _:
                pass
    return list(reversed(changes.values()))
