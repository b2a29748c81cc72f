"""What can be done to a partition, and the journal entry that each leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from lukasa.domain.document import Document, Traits
from lukasa.domain.embedding import Embedding
from lukasa.domain.ids import digest
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import MAX_INT, Turn
from lukasa.errors import InputError

_FLOAT32 = 4
"""Bytes of one component of a dense vector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTurn:
    """Store a turn and its index entry, unless the partition has it already.

    One that comes with `retired_at` is stored as retired; its `seq` is given by the store.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Give a document the terms and traits of other rules; those it has of the same rules are replaced if they differ."""

    id: str
    terms: Sequence[str]
    traits: Traits
    analysis: int


Change: TypeAlias = AddTurn | Retire | Restore | Embed | Index

Op = Literal["add", "retire", "restore", "embed", "index"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a list of changes is made; written beside each of them."""

    verb: str
    """`remember`, `forget`, `reembed`, `reindex`, …"""

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
    """Ids retired, restored, embedded or indexed; those for which nothing changed are left out."""


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


def chain_root(partition: Partition) -> str:
    """Return what the digest of a partition's first journal entry is chained to."""
    return digest(["journal", partition.tenant, partition.user])


def chain(previous: str, *, version: int, op: Op, id: str, cause: Cause) -> str:
    """Return the digest of a journal entry that follows the one with the digest *previous*."""
    return digest([previous, version, op, id, cause.verb, to_micros(cause.at), cause.reason])


def check(changes: Sequence[Change], cause: Cause) -> None:
    """Raise `InputError` unless every store can keep all of it exactly. Each store calls this first."""
    _check_text("verb", cause.verb)
    _check_text("reason", cause.reason)
    _check_aware("at", cause.at)
    for change in changes:
        match change:
            case AddTurn(turn=turn, document=document):
                _check_turn(turn)
                _check_document(document, turn.id)
            case Embed(id=id, embedding=embedding, fingerprint=fingerprint):
                _check_embedding(id, embedding, fingerprint)
            case Index(terms=terms, analysis=analysis):
                _check_terms(terms, analysis)
            case Retire() | Restore():
                pass


def _check_turn(turn: Turn) -> None:
    for name in ("text", "role", "origin", "speaker", "session", "agent"):
        _check_text(name, getattr(turn, name))
    for name in ("id", "key"):
        value = getattr(turn, name)
        _check_text(name, value)
        if value is not None and (not value or "\0" in value):
            raise InputError(f"{name} must be non-empty and without NUL, not {value[:80]!r}")
    _check_aware("at", turn.at)
    _check_aware("recorded_at", turn.recorded_at)
    if turn.retired_at is not None:
        _check_aware("retired_at", turn.retired_at)
    for key, value in turn.metadata.items():
        _check_json(f"metadata {key!r}", {key: value})


def _check_document(document: Document, id: str) -> None:
    if document.id != id:
        raise InputError(f"the document {document.id!r} must have the id of its turn, {id!r}")
    _check_text("kind", document.kind)
    _check_terms(document.terms, document.analysis)
    if document.embedding is not None:
        _check_embedding(id, document.embedding, document.fingerprint)


def _check_terms(terms: Sequence[str], analysis: int) -> None:
    if not 0 <= analysis <= MAX_INT:
        raise InputError(f"the number of an analysis must be from 0 to 2^63 - 1, not {analysis!r}")
    for term in terms:
        _check_text("term", term)


def _check_embedding(id: str, embedding: Embedding, fingerprint: str | None) -> None:
    if not fingerprint:
        raise InputError(f"the embedding of {id!r} needs the fingerprint of the embedder that made it")
    _check_text("fingerprint", fingerprint)
    if not embedding.dense or len(embedding.dense) % _FLOAT32:
        raise InputError(f"the dense vector of {id!r} has {len(embedding.dense)} bytes; float32 takes 4 each")
    tokens = embedding.tokens
    if tokens is not None and (tokens.dims < 1 or len(tokens.codes) % tokens.dims):
        raise InputError(
            f"{len(tokens.codes)} bytes of token vectors of {id!r} are not rows of {tokens.dims}"
        )


def _check_text(name: str, value: str | None) -> None:
    if value is None:
        return
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name} {value[:80]!r} is not valid Unicode: {error.reason}") from error


def _check_aware(name: str, at: datetime) -> None:
    if at.utcoffset() is None:
        raise InputError(f"{name} {at!r} has no UTC offset")


def _check_json(name: str, value: object) -> None:
    match value:
        case None | bool():
            pass
        case str():
            _check_text(name, value)
        case int() if abs(value) <= MAX_INT:
            pass
        case float() if math.isfinite(value):
            pass
        case list():
            for element in value:
                _check_json(name, element)
        case dict():
            for key, element in value.items():
                if not isinstance(key, str):
                    raise InputError(f"{name}: keys must be text, not {key!r}")
                _check_text(name, key)
                _check_json(name, element)
        case _:
            raise InputError(
                f"{name} holds {value!r}; use text, finite numbers within ±(2^63 - 1), booleans, null, lists and objects"
            )
