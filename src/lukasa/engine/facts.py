"""Verbs about facts: what is believed, since when, on whose word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from lukasa.beliefs.edits import Statement, amended, conflicts_in, following, reviewed, settled
from lukasa.bounds import check_ids, check_reason, read_filter, read_label
from lukasa.domain.audit import Audit
from lukasa.domain.fact import Fact, FactKind, Status, by_date
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.report import Receipt, Testimony, Why
from lukasa.domain.turn import Json
from lukasa.engine.arguments import (
    FactKinds,
    FilterLike,
    Statuses,
    Verbs,
    check_limit,
    listed,
    read_kinds,
    read_statuses,
)
from lukasa.errors import InputError, NotFoundError, StaleError, shown
from lukasa.graph.naming import NameCache
from lukasa.off_loop import collected, off_loop
from lukasa.upkeep.audit import audit
from lukasa.upkeep.audit.items import fact_item, turn_item
from lukasa.writing.edit import EditFacts
from lukasa.writing.messages import CallLabels, read_messages
from lukasa.writing.remember import Call, Remember

_BELIEVED: list[Status] = ["current"]
_TRUE_THEN: list[Status] = ["current", "superseded"]
"""What was true at a moment may be past by now."""


class FactVerbs(Verbs):
    """Facts of one partition."""

    _remember: Remember
    _names: NameCache
    _edit: EditFacts

    async def believe(
        self,
        text: str,
        *,
        subject: str,
        kind: FactKind = "fact",
        attribute: str | None = None,
        value: str | None = None,
        valid_from: datetime | str | None = None,
        valid_until: datetime | str | None = None,
        metadata: Mapping[str, Json] | None = None,
    ) -> Receipt:
        """Store a fact that you state yourself, and the statement as the turn that it rests on.

        *text* is a sentence that can be understood on its own, *subject* whom or what it is about. With an *attribute*
        (such as `lives_in`) and a *value* it takes the place of what was believed of a single-valued attribute. With a
        *valid_until* that has passed, it is stored as a past fact. It is compared with what is known, like anything that is
        remembered: the same fact is counted, not stored twice.

        Raises `InputError` for what cannot be stored, `StoreError` when the store cannot be written.
        """
        statement = Statement(
            text=text,
            subject=subject,
            kind=(read_kinds(kind) or ["fact"])[0],
            attribute=attribute,
            value=value,
            valid_from=self._instant(valid_from),
            valid_until=self._instant(valid_until),
            metadata=metadata or {},
        )
        now = self._clock()
        message = {"role": "user", "content": text, "at": now}
        read = await off_loop(
            read_messages, message, CallLabels(), zone=self._zone, policy=self._remember.policy
        )
        call = Call(read.drafts, None, now, claim=statement.claim)
        return await self._remember(self.partition, read, call)

    async def facts(
        self,
        *,
        subject: str | None = None,
        kind: FactKinds = None,
        status: Statuses = None,
        valid_at: datetime | str | None = None,
        as_of: datetime | str | int | None = None,
        filter: FilterLike | None = None,
        include_retired: bool = False,
        limit: int | None = None,
    ) -> list[Fact]:
        """List what is believed, in the order in which it was first learned.

        Without *status*: what is current; with *valid_at*, what was true then, past by now or not. *as_of* (a moment, or
        a version of the partition) shows each fact as it was believed then. Expired facts are left out unless retired
        ones are asked for too. A *subject* is found by every name that is stated to be theirs ("I'm Priya", `merge`). The filter sees a
        fact's subject as `speaker`.

        Raises `FilterError`, `InputError`, `StoreError`.
        """
        check_limit(limit)
        at = self._instant(valid_at)
        usual = _BELIEVED if at is None else _TRUE_THEN
        query = FactQuery(
            kinds=read_kinds(kind),
            statuses=read_statuses(status) or usual,
            valid_at=at,
            as_of=await self._version(as_of),
            filter=read_filter(filter),
            include_retired=include_retired,
        )
        now = self._clock()
        facts = await self._about(read_label("subject", subject), query)
        return [fact for fact in facts if include_retired or not fact.expired(now)][:limit]

    async def _about(self, subject: str | None, query: FactQuery) -> list[Fact]:
        """Return the facts about somebody, by whichever name; `None`: about anybody."""
        if subject is None:
            return await self._store.facts(self.partition, query)
        names = {name.casefold() for name in (await self._names.names(self.partition)).of(subject)}
        found = [await self._store.facts(self.partition, replace(query, subject=name)) for name in names]
        return sorted((fact for facts in found for fact in facts), key=lambda fact: fact.seq)

    async def history(self, fact: str) -> list[Fact]:
        """Return all versions of a fact, oldest first. Raises `NotFoundError` for an unknown id."""
        check_ids("fact", [fact])
        histories = await self._store.history(self.partition, [fact])
        if fact not in histories:
            raise NotFoundError(f"the partition has no fact {fact!r}")
        return histories[fact]

    async def why(self, fact: str) -> Why:
        """Return what a fact rests on: the very words, and each change with its cause. Raises `NotFoundError`."""
        check_ids("fact", [fact])
        (last,) = await self._edit.get(self.partition, [fact])
        ids = list(dict.fromkeys(source.turn for source in last.sources))
        turns = {
            turn.id: turn
            for turn in await self._store.turns(self.partition, TurnQuery(ids=ids, include_retired=True))
        }
        return Why(
            fact=last,
            testimony=[
                Testimony(
                    source=source,
                    quote=turns[source.turn].text[source.start : source.end],
                    turn=turns[source.turn],
                )
                for source in last.sources
                if source.turn in turns
            ],
            entries=[entry for entry in await self._store.journal(self.partition) if entry.id == fact],
        )

    async def conflicts(self) -> list[tuple[Fact, ...]]:
        """List facts that exclude each other and were not decided, together; `settle` decides."""
        query = FactQuery(statuses=["current", "conflicting"])
        return await off_loop(conflicts_in, await self._store.facts(self.partition, query))

    async def settle(self, keep: str, *, reason: str = "") -> list[Fact]:
        """Decide a conflict: the fact *keep* is believed, those that it conflicts with are withdrawn.

        Returns their new versions. Raises `NotFoundError` for an unknown id, `InputError` when it conflicts with nothing.
        """
        check_ids("keep", [keep])
        check_reason(reason)
        await self._edit.get(self.partition, [keep])
        for group in await self.conflicts():
            if keep in {fact.id for fact in group}:
                after = settled(group, keep, self._clock())
                return await self._edit(self.partition, group, after, verb="settle", reason=reason)
        raise InputError(f"the fact {keep!r} conflicts with nothing")

    async def review(self) -> list[Fact]:
        """List quarantined facts: they are not believed, because their source may not instruct the assistant."""
        query = FactQuery(statuses=["quarantined"])
        return await self._store.facts(self.partition, query)

    async def approve(self, facts: Sequence[str] | str, *, reason: str = "") -> list[Fact]:
        """Believe quarantined facts on your word; return them. Raises `NotFoundError`, `InputError`."""
        check_reason(reason)
        before = await self._edit.get(self.partition, listed("facts", facts))
        after = [reviewed(fact, self._clock(), approved=True) for fact in before]
        return await self._edit(self.partition, before, after, verb="approve", reason=reason)

    async def reject(self, facts: Sequence[str] | str, *, reason: str = "") -> list[Fact]:
        """Withdraw quarantined facts for good; return them. Raises `NotFoundError`, `InputError`."""
        check_reason(reason)
        before = await self._edit.get(self.partition, listed("facts", facts))
        after = [reviewed(fact, self._clock(), approved=False) for fact in before]
        return await self._edit(self.partition, before, after, verb="reject", reason=reason)

    async def amend(
        self,
        fact: str,
        *,
        text: str | None = None,
        pinned: bool | None = None,
        expires_at: datetime | str | None = None,
        metadata: Mapping[str, Json] | None = None,
        reason: str = "",
        revision: int | None = None,
    ) -> Fact:
        """Change what you name of a fact, as its next version: its words, whether it is pinned, when it expires.

        With a *revision*, only when that is still its last one (`Fact.revision`).

        Raises `NotFoundError` for an unknown id, `InputError` for words that cannot be stored, `StaleError` when the fact
        has changed since.
        """
        check_ids("fact", [fact])
        check_reason(reason)
        (before,) = await self._edit.get(self.partition, [fact])
        if revision is not None and before.revision != revision:
            raise StaleError(
                f"the fact {fact!r} is at revision {before.revision}, not {shown(revision)}; read it again"
            )
        after = amended(
            before,
            now=self._clock(),
            text=text,
            pinned=pinned,
            expires_at=self._instant(expires_at),
            metadata=metadata,
        )
        (stored,) = await self._edit(self.partition, [before], [after], verb="amend", reason=reason)
        return stored

    async def sweep(self) -> list[str]:
        """Forget facts whose time is up, and return their ids; recall has left them out since. `restore` brings them back."""
        now = self._clock()
        facts = await self._store.facts(self.partition, FactQuery())
        before = [fact for fact in facts if fact.expired(now) and not fact.pinned]
        after = [replace(following(fact, now), retired_at=now) for fact in before]
        return [fact.id for fact in await self._edit(self.partition, before, after, verb="sweep")]

    async def timeline(
        self, *, since: datetime | str | None = None, until: datetime | str | None = None
    ) -> list[Fact]:
        """Return dated events and plans in the order of their dates; *since* and *until* bound when they begin."""
        first, last = self._instant(since), self._instant(until)
        query = FactQuery(kinds=["event", "plan"], statuses=["current"])
        return await off_loop(by_date, await self._store.facts(self.partition, query), first, last)

    async def audit(self) -> Audit:
        """Look for rot: duplicates, contradictions, junk, secrets, feedback loops, stale facts, lost sources.

        Nothing is changed, and no model is asked.
        """
        turns = await self._store.turns(self.partition, TurnQuery(include_retired=True))
        facts = await self._store.facts(self.partition, FactQuery(include_retired=True))
        items = await collected(chain(map(turn_item, turns), map(fact_item, facts)))
        return await off_loop(audit, items, now=self._clock())
