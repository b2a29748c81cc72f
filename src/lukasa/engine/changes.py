"""Verbs about changes: list them, compare, take back, hide, destroy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from lukasa.bounds import check_reason, check_statement, read_label
from lukasa.domain.change import Readmit
from lukasa.domain.erasure import Erased, empty_text_caches, text_mark
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import FactQuery
from lukasa.domain.report import Diff, Forgotten, difference
from lukasa.domain.scope import Partition
from lukasa.engine.arguments import Verbs, check_count, check_limit, listed
from lukasa.errors import InputError
from lukasa.off_loop import off_loop
from lukasa.upkeep.worker import Worker
from lukasa.writing.edit import Forget
from lukasa.writing.erase import Erase, Selection, searchable
from lukasa.writing.undo import Undo, Undoing


class PartitionCache(Protocol):
    """Something kept in memory for each partition."""

    def drop(self, partition: Partition) -> None:
        """Keep nothing of a partition any longer."""


class ChangeVerbs(Verbs):
    """Changes of one partition."""

    _undo: Undo
    _forget: Forget
    _erase: Erase
    _worker: Worker
    _caches: Sequence[PartitionCache]
    """What is in memory of a partition, and goes when something of it is erased."""

    async def changes(self, *, since: int = 0, limit: int | None = None) -> list[JournalEntry]:
        """List the journal of this partition after a version, oldest first."""
        check_count("since", since, least=0)
        check_limit(limit)
        return await self._store.journal(self.partition, since=since, limit=limit)

    async def diff(self, before: datetime | str | int, after: datetime | str | int | None = None) -> Diff:
        """Return how what is believed (now, or at *after*) differs from what was believed at *before*.

        A moment, or a version of the partition as `changes` numbers them.
        """
        old = FactQuery(as_of=await self._version(before))
        new = FactQuery(as_of=await self._version(after))
        first, last = [await self._store.facts(self.partition, query) for query in (old, new)]
        return await off_loop(difference, first, last)

    async def undo(
        self,
        change: int | None = None,
        *,
        call: int | None = None,
        session: str | None = None,
        reason: str = "",
    ) -> list[str]:
        """Take back one change, all of one call (`Receipt.change`), or all that a session led to, facts included.

        Nothing is rewritten: the state before returns as new changes, and an undo can be undone. Turns are hidden, not
        destroyed; a fact that other turns say too stays, in their words. Returns the ids of what changed: none for what was
        undone, hidden or erased before.

        Raises `NotFoundError` for an unknown change or session, `ConflictError` when a later change rests on one of them (a
        fact that was superseded, settled or reworded since; hiding, showing or saying it again is none), `InputError` for an
        erasure.
        """
        check_reason(reason)
        read_label("session", session)
        if sum(named is not None for named in (change, call, session)) != 1:
            raise InputError("say what to undo: a change, a call, or a session")
        if change is not None:
            check_count("change", change, least=1)
        if call is not None:
            check_count("call", call, least=1)
        undoing = Undoing(change=change, call=call, session=session)
        return await self._undo(self.partition, undoing, reason=reason, now=self._clock())

    async def forget(
        self, ids: Sequence[str] | str | None = None, *, session: str | None = None, reason: str = ""
    ) -> Forgotten:
        """Hide turns and facts, by ids or a whole session, from recall. They stay stored; `restore` brings them back.

        Facts that rest on the turns alone are hidden with them.

        Raises `NotFoundError` for an unknown id; then nothing is hidden.
        """
        check_reason(reason)
        read_label("session", session)
        if (ids is None) == (session is None):
            raise InputError("say what to forget: ids, or a session")
        if session is not None:
            retired = await self._forget.session(self.partition, session, reason=reason)
        else:
            retired = await self._forget(self.partition, listed("ids", ids), reason=reason)
        return Forgotten(retired=tuple(retired))

    async def restore(self, ids: Sequence[str] | str, *, reason: str = "") -> list[str]:
        """Let forgotten turns and facts be recalled again; return the ids for which that changed something.

        Facts that were hidden with a turn come back with it. Raises `NotFoundError` for an unknown id; then nothing is
        restored.
        """
        check_reason(reason)
        return await self._forget.restore(self.partition, listed("ids", ids), reason=reason)

    async def erase(
        self,
        turns: Sequence[str] | str | None = None,
        *,
        facts: Sequence[str] | str | None = None,
        session: str | None = None,
        text: str | None = None,
        everything: bool = False,
        dry_run: bool = False,
    ) -> Erased:
        """Destroy turns (by ids, session, or a *text*), facts, or *everything* of this user. Irreversible.

        A *text* is looked for in words, names, sessions, agents, keys, values and metadata, in any case, Unicode form or
        spacing; journal reasons and summaries that have it go too. What rests on nothing else goes with what is named: facts
        with all their versions, vectors, full-text, journal content. No byte stays in the file or its log; the receipt says
        if something kept it from being `complete`. The same content is not stored again until `readmit`. With *dry_run*,
        nothing is destroyed, and the receipt says what would be.

        What was erased before is no error: the receipt lists it as `already` erased. Raises `NotFoundError` for an id that
        this partition never had, `InputError` when nothing is named; then nothing is erased.
        """
        read_label("session", session)
        if text is not None:
            if isinstance(text, str) and not searchable(text):
                raise InputError("the text to erase must not be empty: it would be found everywhere")
            check_statement("the text to erase", text)
        selection = Selection(
            turns=tuple(listed("turns", turns)),
            facts=tuple(listed("facts", facts)),
            session=session,
            text=text,
            everything=everything,
        )
        if selection == Selection():
            raise InputError("say what to erase: turns, facts, a session, a text, or everything=True")
        now = self._clock()
        if dry_run:
            return await self._erase(self.partition, selection, dry_run=True, now=now)
        # A model may be reading what is to go; the worker begins again afterwards.
        await self._worker.aclose()
        try:
            return await self._erase(self.partition, selection, dry_run=False, now=now)
        finally:
            # A caller that gave up may have erased all the same.
            for cache in self._caches:
                cache.drop(self.partition)
            empty_text_caches()
            self._worker.kick()

    async def readmit(
        self, ids: Sequence[str] | str = (), *, texts: Sequence[str] | str = (), speaker: str | None = None
    ) -> int:
        """Let what was erased be stored again: turns by id, facts by key, or texts of a *speaker*; return how many there were."""
        read_label("speaker", speaker)
        words = [texts] if isinstance(texts, str) else list(texts)
        marks = [*listed("ids", ids), *(mark for text in words if (mark := text_mark(speaker, text)))]
        cause = Cause(verb="readmit", at=self._clock())
        changes = [Readmit(mark=mark) for mark in marks]
        applied = await self._store.apply(self.partition, changes, cause=cause)
        return len(applied.changed)
