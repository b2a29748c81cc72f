"""What a store of rows makes of them, and what it knows of a row while it writes: the same in each, in one order of columns.

A damaged row raises one of `rows.UNREADABLE`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from lukasa.adapters.rows import UNREADABLE, text
from lukasa.adapters.rows import role as _role
from lukasa.domain.change import AddTurn, Applied
from lukasa.domain.document import Kind
from lukasa.domain.fact import Fact
from lukasa.domain.fact_body import unpack
from lukasa.domain.job import Job, Spent, Summary
from lukasa.domain.journal import JournalEntry, turn_digest
from lukasa.domain.query import fact_fields
from lukasa.domain.scope import Partition
from lukasa.domain.time import from_micros, offset_minutes, to_micros
from lukasa.domain.turn import Turn
from lukasa.errors import KeyReuseError


def turn_of(row: tuple[Any, ...]) -> Turn:
    """Return a turn as readers select it."""
    # fmt: off
    (name, seq, at, at_offset, session, agent, speaker, role, origin, retired_at, retired_offset,
     key, recorded_at, recorded_offset, metadata, words) = row
    # fmt: on
    return Turn(
        id=text(name),
        role=_role(role),
        text=text(words),
        at=from_micros(at, at_offset),
        recorded_at=from_micros(recorded_at, recorded_offset),
        speaker=speaker,
        session=session,
        agent=agent,
        origin=origin,
        metadata={} if metadata == "{}" else json.loads(metadata),
        key=key,
        seq=seq,
        retired_at=None if retired_at is None else from_micros(retired_at, retired_offset),
    )


def entry_of(row: tuple[Any, ...]) -> JournalEntry:
    version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content = row
    return JournalEntry(
        version=version,
        op=op,
        id=name,
        verb=verb,
        at=from_micros(at, at_offset),
        reason=reason,
        digest=digest,
        call=call,
        caused_by=caused_by,
        content=content,
    )


def fact_of(row: tuple[Any, ...]) -> Fact:
    _, seq, body = row
    return unpack(body, seq=seq)


def job_of(row: tuple[Any, ...]) -> Job:
    # fmt: off
    (tenant, user, kind, session, state, due_at, created_at, attempts, wanted, worker, leased_until, error, guidance) = row
    # fmt: on
    return Job(
        partition=Partition(tenant, user),
        kind=kind,
        session=session,
        state=state,
        due_at=from_micros(due_at),
        created_at=from_micros(created_at),
        attempts=attempts,
        wanted=wanted,
        worker=worker,
        leased_until=None if leased_until is None else from_micros(leased_until),
        error=error,
        guidance=guidance,
    )


def spent_of(row: tuple[Any, ...]) -> Spent:
    day, purpose, model, calls, tokens_in, tokens_out, cached, dollars, unpriced = row
    return Spent(
        day=date.fromisoformat(day) if isinstance(day, str) else day,
        purpose=purpose,
        model=model,
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        tokens_cached=cached,
        dollars=dollars,
        unpriced=unpriced,
    )


def spending(spent: Spent) -> dict[str, str | int | float]:
    """Return the columns of an entry of the ledger, by name."""
    return {**asdict(spent), "day": spent.day.isoformat(), "dollars": float(spent.dollars)}


def summary_of(row: tuple[Any, ...]) -> Summary:
    session, text, through, made_by, at = row
    return Summary(session=session, text=text, through=through, made_by=made_by, updated_at=from_micros(at))


def digest_of_turn(row: list[Any]) -> str | None:
    """Return the digest of a turn as `verify` selects it; `None` when it is damaged."""
    try:
        return turn_digest(_whole_turn(row))
    except UNREADABLE:
        return None


def _whole_turn(row: list[Any]) -> Turn:
    name, at, session, agent, speaker, role, origin, key, recorded_at, metadata, text = row
    return Turn(
        id=name,
        role=role,
        text=text,
        at=from_micros(at),
        recorded_at=from_micros(recorded_at),
        speaker=speaker,
        session=session,
        agent=agent,
        origin=origin,
        metadata=json.loads(metadata),
        key=key,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLabels:
    """What a document's row says beside its terms; instants as microseconds and minutes of offset."""

    at: tuple[int, int]
    session: str | None = None
    agent: str | None = None
    speaker: str | None = None
    role: str | None = None
    origin: str | None = None
    retired: tuple[int, int] | None = None


@dataclass(slots=True)
class WriteOutcome:
    """What was done so far, as `Applied` tells it."""

    added: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    facts: dict[str, None] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def new_turns(
        self,
        changes: Iterable[AddTurn],
        *,
        ids: set[str],
        keys: dict[str, tuple[str, str | None, str | None, str]],
        erased: Collection[str],
    ) -> Iterator[AddTurn]:
        """Yield the turns that the partition does not have, and note what became of the others.

        *ids* are those of turns that it has, *keys* with their id, role, speaker and text; *erased* must not come back.
        """
        for change in changes:
            turn = change.turn
            if turn.id in erased:
                self.refused.append(turn.id)
                continue
            content = (turn.id, turn.role, turn.speaker, turn.text)
            earlier = keys.get(turn.key) if turn.key is not None else None
            if earlier is not None and earlier[1:] != content[1:]:
                raise KeyReuseError(f"the key {turn.key!r} was used before, for other content")
            if earlier is not None or turn.id in ids:
                self.duplicates.append(turn.id if earlier is None else earlier[0])
                continue
            ids.add(turn.id)
            if turn.key is not None:
                keys[turn.key] = content
            yield change

    def applied(self, before: int, version: int) -> Applied:
        """Return it for the caller of `apply`; *before* and after it, the partition had these versions."""
        return Applied(
            version=version,
            call=before + 1 if version > before else 0,
            added=tuple(self.added),
            duplicates=tuple(self.duplicates),
            changed=tuple(self.changed),
            facts=tuple(self.facts),
            refused=tuple(self.refused),
        )


class KnownDocument(NamedTuple):
    """What the store has of a document."""

    id: int
    kind: Kind
    live: bool
    passages: list[list[str]]
    words: int
    analysis: int


class KnownFact(NamedTuple):
    """What the store has of a fact."""

    document: int
    live: bool
    passages: list[list[str]]
    revision: int


class DoomedDocument(NamedTuple):
    """A document that goes."""

    number: int
    name: str
    kind: Kind
    live: bool
    passages: list[list[str]]


def labels_of_turn(turn: Turn) -> DocumentLabels:
    return DocumentLabels(
        at=(to_micros(turn.at), offset_minutes(turn.at)),
        session=turn.session,
        agent=turn.agent,
        speaker=turn.speaker,
        role=turn.role,
        origin=turn.origin,
        retired=None
        if turn.retired_at is None
        else (to_micros(turn.retired_at), offset_minutes(turn.retired_at)),
    )


def labels_of_fact(fact: Fact, changed_at: tuple[int, int]) -> DocumentLabels:
    """Return what the fact's document says; *changed_at* is when it was hidden, should it not be live."""
    fields = fact_fields(fact)
    return DocumentLabels(
        at=(to_micros(fields.at), offset_minutes(fields.at)),
        speaker=fields.speaker,
        origin=fields.origin,
        retired=None if fact.live else changed_at,
    )


def micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)
