"""Verbs about changes: list them, compare, take back, hide, destroy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lukasa.beliefs.edits import hidden, put_next, shown
from lukasa.domain.change import Change, Readmit, Restore, Retire
from lukasa.domain.erasure import Erased, text_mark
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.report import Diff, Forgotten, Revision
from lukasa.engine.arguments import Verbs, check_count, check_limit, listed
from lukasa.errors import InputError, NotFoundError
from lukasa.writing.erase import Selection


class ChangeVerbs(Verbs):
    """What can be done with what was done."""

    async def changes(self, *, since: int = 0, limit: int | None = None) -> list[JournalEntry]:
        """List the journal of this partition after a version, oldest first."""
        check_count("since", since, least=0)
        check_limit(limit)
        return await self._running.parts.store.journal(self.partition, since=since, limit=limit)

    async def diff(self, before: datetime | str | int, after: datetime | str | int | None = None) -> Diff:
        """Tell how what is believed (now, or at *after*) differs from what was believed at *before*.

        A moment, or a version of the partition as `changes` numbers them.
        """
        store = self._running.parts.store
        old = FactQuery(as_of=await self._version(before))
        new = FactQuery(as_of=await self._version(after))
        then = {fact.id: fact for fact in await store.facts(self.partition, old)}
        now = {fact.id: fact for fact in await store.facts(self.partition, new)}
        return Diff(
            added=[fact for id_, fact in now.items() if id_ not in then],
            gone=[fact for id_, fact in then.items() if id_ not in now],
            changed=[
                Revision(before=then[id_], after=fact)
                for id_, fact in now.items()
                if id_ in then and fact.revision != then[id_].revision
            ],
        )

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
        destroyed. Returns the ids of what changed.

        Raises `NotFoundError` for an unknown change or session, `ConflictError` when a later change rests on one of them,
        `InputError` for an erasure.
        """
        wanted = await self._entries(change, call, session)
        return await self._running.undo(
            self.partition, wanted, reason=reason, now=self._running.parts.clock()
        )

    async def forget(
        self, ids: Sequence[str] | str | None = None, *, session: str | None = None, reason: str = ""
    ) -> Forgotten:
        """Hide turns and facts, by ids or a whole session, from recall. They stay stored; `restore` brings them back.

        Facts that rest on the turns alone are hidden with them.

        Raises `NotFoundError` for an unknown id; then nothing is hidden.
        """
        if (ids is None) == (session is None):
            raise InputError("say what to forget: ids, or a session")
        if session is not None:
            query = TurnQuery(session=session)
            turns = await self._running.parts.store.turns(self.partition, query)
            wanted = [turn.id for turn in turns] + await self._resting_on([turn.id for turn in turns])
        else:
            wanted = listed(ids)
            wanted += [id_ for id_ in await self._resting_on(wanted) if id_ not in wanted]
        hidden_ids = await self._hide(wanted, hide=True, verb="forget", reason=reason)
        return Forgotten(retired=tuple(hidden_ids))

    async def restore(self, ids: Sequence[str] | str, *, reason: str = "") -> list[str]:
        """Let forgotten turns and facts be recalled again; return the ids for which that changed something.

        Facts that were hidden with a turn come back with it. Raises `NotFoundError` for an unknown id; then nothing is
        restored.
        """
        wanted = listed(ids)
        wanted += [id_ for id_ in await self._hidden_with(wanted) if id_ not in wanted]
        return await self._hide(wanted, hide=False, verb="restore", reason=reason)

    async def erase(
        self,
        turns: Sequence[str] | str | None = None,
        *,
        facts: Sequence[str] | str | None = None,
        session: str | None = None,
        text: str | None = None,
        everything: bool = False,
        dry_run: bool = False,
        reason: str = "",
    ) -> Erased:
        """Destroy turns (by ids, session, or a *text* in them), facts, or *everything* of this user. Irreversible.

        What rests on nothing else goes too: facts with all their versions, vectors, full-text, journal content. No byte
        stays in the file or its log; the receipt says if another process kept it from being `complete`. The same content
        is not stored again until `readmit`. With *dry_run*, nothing is destroyed, and the receipt says what would be.

        Raises `NotFoundError` for an unknown id, `InputError` when nothing is named; then nothing is erased.
        """
        if text is not None and not text.strip():
            raise InputError("the text to erase must not be empty: it would be found everywhere")
        selection = Selection(
            turns=tuple(listed(turns)),
            facts=tuple(listed(facts)),
            session=session,
            text=text,
            everything=everything,
        )
        if selection == Selection():
            raise InputError("say what to erase: turns, facts, a session, a text, or everything=True")
        running = self._running
        if dry_run:
            return await running.erase(
                self.partition, selection, reason=reason, dry_run=True, now=running.parts.clock()
            )
        # A model may be reading what is to go; what it was doing it begins anew afterwards.
        await running.worker.aclose()
        erased = await running.erase(
            self.partition, selection, reason=reason, dry_run=False, now=running.parts.clock()
        )
        running.warm.drop(self.partition)
        running.served.drop(self.partition)
        running.graphs.drop(self.partition)
        running.worker.kick()
        return erased

    async def readmit(
        self, ids: Sequence[str] | str = (), *, texts: Sequence[str] | str = (), speaker: str | None = None
    ) -> int:
        """Let what was erased be stored again: turns by id, facts by key, or texts of a *speaker*; return how many there were."""
        marks = [*listed(ids), *(mark for text in listed(texts) if (mark := text_mark(speaker, text)))]
        cause = Cause(verb="readmit", at=self._running.parts.clock())
        changes = [Readmit(mark=mark) for mark in marks]
        applied = await self._running.parts.store.apply(self.partition, changes, cause=cause)
        return len(applied.changed)

    async def _entries(self, change: int | None, call: int | None, session: str | None) -> list[JournalEntry]:
        if sum(given is not None for given in (change, call, session)) != 1:
            raise InputError("say what to undo: a change, a call, or a session")
        if session is not None:
            return await self._running.undo.of_session(self.partition, session)
        number = change if change is not None else call
        check_count("change" if call is None else "call", number, least=1)
        assert number is not None  # noqa: S101 - one of the three was given
        limit = 1 if call is None else None
        journal = await self._running.parts.store.journal(self.partition, since=number - 1, limit=limit)
        found = journal if call is None else [entry for entry in journal if entry.call == call]
        if not found:
            raise NotFoundError(f"the partition has no {'change' if call is None else 'call'} {number}")
        return found

    async def _resting_on(self, turns: Sequence[str]) -> list[str]:
        """Return the live facts that rest on these turns alone."""
        found = await self._running.parts.store.facts(self.partition, FactQuery(turns=turns))
        return [fact.id for fact in found if {source.turn for source in fact.sources} <= set(turns)]

    async def _hidden_with(self, turns: Sequence[str]) -> list[str]:
        """Return the facts that were hidden together with a turn that they rest on."""
        store = self._running.parts.store
        at = {
            turn.id: turn.retired_at
            for turn in await store.turns(self.partition, TurnQuery(ids=turns, include_retired=True))
        }
        query = FactQuery(turns=turns, include_retired=True)
        return [
            fact.id
            for fact in await store.facts(self.partition, query)
            if fact.retired_at is not None
            and any(at.get(source.turn) == fact.retired_at for source in fact.sources)
        ]

    async def _hide(self, ids: Sequence[str], *, hide: bool, verb: str, reason: str) -> list[str]:
        store, now = self._running.parts.store, self._running.parts.clock()
        query = FactQuery(ids=ids, include_retired=True)
        facts = {fact.id: fact for fact in await store.facts(self.partition, query)}
        changes: list[Change] = []
        for id_ in dict.fromkeys(ids):
            if id_ not in facts:
                changes.append(Retire(id=id_) if hide else Restore(id=id_))
            elif (made := (hidden if hide else shown)(facts[id_], now)) is not None:
                changes.append(put_next(facts[id_], made))
        applied = await store.apply(self.partition, changes, cause=Cause(verb=verb, at=now, reason=reason))
        done = {*applied.changed, *applied.facts}
        return [id_ for id_ in dict.fromkeys(ids) if id_ in done]
