"""The journal: what was done to a partition, why, and a chain of digests that shows tampering."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from lukasa.domain.scope import Partition, digest
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Turn

FactOp = Literal[
    "believe", "confirm", "revise", "supersede", "retract", "dispute", "mark", "hide", "show", "quarantine"
]
"""What a new version of a fact does: the first one; more evidence; another wording or interval; another fact took its
place; withdrawn; in conflict; pin, expiry, staleness and the like; retired; restored; not believed until reviewed."""

Op = Literal["add", "retire", "restore", "embed", "index", "extract", "erase", "readmit", FactOp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a list of changes is made; written beside each of them."""

    verb: str
    """`remember`, `forget`, `reembed`, `reindex`, …"""

    at: datetime
    """When (aware)."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One change, as the journal keeps it: no content, so that erasing content can be complete."""

    version: int
    op: Op
    id: str
    """Of the turn or fact that was changed."""

    verb: str
    at: datetime
    reason: str
    digest: str
    """Chains this entry to the one before it in the partition; `verify()` recomputes it."""

    call: int = 0
    """The version of the first entry of the same `apply`: what was done together can be undone together."""

    caused_by: str = ""
    """The turn that led to it; empty when a person or a job did."""

    content: str = ""
    """A digest of what was stored, so that `verify()` finds a row that was tampered with; empty for changes that store
    nothing, and once the content was erased."""


def chain_root(partition: Partition) -> str:
    """Return what the digest of a partition's first journal entry is chained to."""
    return digest(["journal", partition.tenant, partition.user])


def chain(
    previous: str, *, version: int, op: Op, id: str, cause: Cause, more: tuple[int, str, str] = (0, "", "")
) -> str:
    """Return the digest of a journal entry that follows the one with the digest *previous*.

    *more* is its call, what caused it, and its content; entries of schema 2 and older have none of these.
    """
    told: list[str | int | None] = [previous, version, op, id, cause.verb, to_micros(cause.at), cause.reason]
    return digest(told if more == (0, "", "") else [*told, *more])


_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def turn_digest(turn: Turn) -> str:
    """Return the digest of all that never changes of a turn."""
    return digest(
        [
            turn.id,
            turn.role,
            turn.text,
            to_micros(turn.at),
            to_micros(turn.recorded_at),
            turn.speaker,
            turn.session,
            turn.agent,
            turn.origin,
            turn.key,
            _encoded(dict(turn.metadata)),
        ]
    )


def by_id(entries: Iterable[JournalEntry]) -> dict[str, list[JournalEntry]]:
    """Sort entries by what they are about."""
    found: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        found.setdefault(entry.id, []).append(entry)
    return found


def standing(turn: Turn, entries: Sequence[JournalEntry], as_of: int) -> Turn | None:
    """Return the turn as it was at a version, `None` if it was not stored yet.

    *entries* are its own, oldest first: `add`, `retire` and `restore`.
    """
    told = [entry for entry in entries if entry.op in {"add", "retire", "restore"}]
    if not told or told[0].version > as_of:
        return None
    past = [entry for entry in told[1:] if entry.version <= as_of]
    later = [entry for entry in told[1:] if entry.version > as_of]
    if past:
        last = past[-1]
        return replace(turn, retired_at=last.at if last.op == "retire" else None)
    # Nothing had happened to it yet: what happened first afterwards tells how it was stored.
    if not later:
        return turn
    return replace(turn, retired_at=None) if later[0].op == "retire" else replace(turn, retired_at=turn.at)
