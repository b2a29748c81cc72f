"""What can be done to a partition, and the journal entry that each leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from lukasa.domain.document import Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTurn:
    """Store a turn and its index entry, unless the partition has it already.

    It is known when its id is there, or when its `key` is there with the same role, speaker and text.
    The same key with other content raises `KeyReuseError`, and nothing of the whole list is done.
    """

    turn: Turn
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """Hide a document from recall; reversible. Retiring a retired one changes nothing."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Let a retired document be recalled again."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """Give a document vectors of one more embedder, or replace those it has of that one."""

    id: str
    embedding: Embedding
    fingerprint: str


Change: TypeAlias = AddTurn | Retire | Restore | Embed

Op = Literal["add", "retire", "restore", "embed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a list of changes is made; written beside each of them."""

    verb: str
    """`remember`, `forget`, `reembed`, …"""

    at: datetime
    """When (aware)."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of one `apply`."""

    version: int
    """The partition's version afterwards."""

    added: Sequence[str] = ()
    """Ids of the turns that were stored, in order."""

    duplicates: Sequence[str] = ()
    """Ids under which turns of the list are known already, in order."""

    changed: Sequence[str] = field(default=())
    """Ids retired, restored or embedded; those for which nothing changed are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One change, as the journal keeps it: no content, so that erasing content can be complete."""

    version: int
    op: Op
    id: str
    verb: str
    at: datetime
    reason: str
    digest: str
    """Chains this entry to the one before it in the partition; `verify()` recomputes it."""
