"""What can be done to a partition."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from lukasa.domain.document import MAX_PASSAGES, Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.journal import Cause, FactOp
from lukasa.domain.turn import MAX_INT, Turn
from lukasa.errors import InputError, StaleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What an extractor made of one turn."""

    extractor: str
    """Which one, with its version: `rules-1`."""

    facts: int = 0
    """How many facts the turn led to, known ones included."""

    refused: Mapping[str, int] = field(default_factory=dict)
    """How many claims the gate did not let pass, by reason."""

    fallback: str = ""
    """Why the extractor's own reading is missing (`bad reply`, `over budget`: the rules read the turn in its place) or not
    whole (`cut off`); empty when all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a write was decided on: it is stale when something of that changed, or was erased, since the version."""

    version: int
    """The partition's version when it was read."""

    ids: frozenset[str]
    """The turns and facts that were read."""


def check_basis(expected: int | Basis | None, version: int, has_changed: Callable[[Basis], bool]) -> None:
    """Raise `StaleError` for a write that was decided on what is no longer so; *version* is the partition's now."""
    if not isinstance(expected, Basis):
        check_version(expected, version)
    elif version < expected.version or (version > expected.version and has_changed(expected)):
        raise StaleError(
            f"what was read at version {expected.version} of the partition has changed; read it again"
        )


def check_version(expected: int | None, version: int) -> None:
    """Raise `StaleError` unless the partition still has the version that was read."""
    if expected is not None and expected != version:
        raise StaleError(f"the partition is at version {version}, not {expected}; read it again")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTurn:
    """Store a turn and its index entry, unless the partition has it already.

    One that comes with `retired_at` is stored as retired; its `seq` is given by the store.

    It is known when its id is there, or when its `key` is there with the same role, speaker and text.
    The same key with other content raises `KeyReuseError`, and nothing of the whole list is done.
    """

    turn: Turn
    document: Document
    extraction: Extraction | None = None
    """What an extractor made of it; `None`: none has read it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """Hide a turn from recall; reversible. Retiring a retired one changes nothing. A fact is hidden by its next version."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Let a retired turn be recalled again."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """Give a document vectors of one more embedder, or replace those it has of that one."""

    id: str
    embeddings: Sequence[Embedding]
    """As in `Document`."""

    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Give a document the passages of other rules; those it has of the same rules are replaced if they differ."""

    id: str
    passages: Sequence[Sequence[str]]
    words: int
    analysis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PutFact:
    """Store the next version of a fact: revision 1 of a new one, or one more than what the partition has.

    Any other revision raises `StaleError`: the fact changed since it was read. A new fact whose content was
    erased is refused (`Applied.refused`).
    """

    fact: Fact
    """Its `seq` is given by the store."""

    op: FactOp
    document: Document | None = None
    """Its index entry; needed when the text is new. `None`: the one it has serves."""

    caused_by: str = ""
    """The turn that led to it; empty when a person or a job did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkExtracted:
    """Note that an extractor has read a turn, so that it is not read again."""

    id: str
    extraction: Extraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Readmit:
    """Lift a tombstone: what was erased may be stored again. Nothing happens when there is none."""

    mark: str
    """The id of a turn, or the key of a fact."""


Change: TypeAlias = AddTurn | Retire | Restore | Embed | Index | PutFact | MarkExtracted | Readmit


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of one `apply`."""

    version: int
    """The partition's version afterwards."""

    call: int = 0
    """The version of its first journal entry; 0 when nothing changed."""

    added: Sequence[str] = ()
    """Ids of the turns that were stored, in order."""

    duplicates: Sequence[str] = ()
    """Ids under which turns of the list are known already, in order."""

    changed: Sequence[str] = ()
    """Ids retired, restored, embedded, indexed, marked or readmitted; those for which nothing changed are left out."""

    facts: Sequence[str] = ()
    """Ids of the facts of which a version was stored, in order, each once."""

    refused: Sequence[str] = ()
    """Ids of turns and facts that were not stored because their content was erased."""


def check(changes: Sequence[Change], cause: Cause) -> None:
    """Raise `InputError` unless every store can keep all of it exactly. Each store calls this first."""
    _check_text("verb", cause.verb)
    _check_text("reason", cause.reason)
    _check_aware("at", cause.at)
    for change in changes:
        match change:
            case AddTurn(turn=turn, document=document, extraction=extraction):
                _check_turn(turn)
                _check_document(document, turn.id)
                _check_extraction(extraction)
            case Embed(id=id, embeddings=embeddings, fingerprint=fingerprint):
                _check_embeddings(id, embeddings, fingerprint)
            case Index(id=id, passages=passages, analysis=analysis):
                _check_passages(id, passages, analysis)
            case PutFact(fact=fact, document=document):
                _check_fact(fact)
                if document is not None:
                    _check_document(document, fact.id)
            case MarkExtracted(extraction=extraction):
                _check_extraction(extraction)
            case Retire() | Restore() | Readmit():
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


def _check_fact(fact: Fact) -> None:
    for name in ("id", "key", "subject", "text", "attribute", "value", "slot", "superseded_by"):
        _check_text(name, getattr(fact, name))
    for name in ("id", "key", "subject", "text"):
        if not getattr(fact, name).strip():
            raise InputError(f"a fact needs a {name}; that of {fact.text[:80]!r} is empty")
    times = ("learned_at", "recorded_at", "retired_at", "expires_at")
    for name, at in [(name, getattr(fact, name)) for name in times] + [
        ("valid", fact.valid.start),
        ("valid", fact.valid.end),
    ]:
        if at is not None:
            _check_aware(name, at)
    if not 0.0 <= fact.confidence <= 1.0:
        raise InputError(f"the confidence of a fact must be from 0 to 1, not {fact.confidence!r}")
    if not 0 <= fact.evidence <= MAX_INT:
        raise InputError(f"the evidence of a fact must be from 0 to 2^63 - 1, not {fact.evidence!r}")
    for key, value in fact.metadata.items():
        _check_json(f"metadata {key!r}", {key: value})


def _check_document(document: Document, id: str) -> None:
    if document.id != id:
        raise InputError(f"the document {document.id!r} must have the id of its turn, {id!r}")
    _check_text("kind", document.kind)
    _check_passages(id, document.passages, document.analysis)
    if document.embeddings:
        _check_embeddings(id, document.embeddings, document.fingerprint)


def _check_extraction(extraction: Extraction | None) -> None:
    if extraction is not None:
        _check_text("extractor", extraction.extractor)
        _check_text("fallback", extraction.fallback)


def _check_passages(id: str, passages: Sequence[Sequence[str]], analysis: int) -> None:
    if not 0 <= analysis <= MAX_INT:
        raise InputError(f"the number of an analysis must be from 0 to 2^63 - 1, not {analysis!r}")
    if not 1 <= len(passages) <= MAX_PASSAGES:
        raise InputError(f"{id!r} has {len(passages)} passages; a document has from 1 to {MAX_PASSAGES:,}")
    for terms in passages:
        if isinstance(terms, str):
            raise InputError(f"a passage of {id!r} is a text; it must be a list of terms")
        for term in terms:
            _check_text("term", term)


def _check_embeddings(id: str, embeddings: Sequence[Embedding], fingerprint: str | None) -> None:
    if not fingerprint:
        raise InputError(f"the embeddings of {id!r} need the fingerprint of the embedder that made them")
    _check_text("fingerprint", fingerprint)
    if not 1 <= len(embeddings) <= MAX_PASSAGES:
        raise InputError(f"{id!r} has {len(embeddings)} embeddings; it needs one for each passage")
    for embedding in embeddings:
        _check_embedding(id, embedding)
    shapes = {(len(each.dense), each.tokens.width if each.tokens else None) for each in embeddings}
    if len(shapes) > 1:
        raise InputError(f"the embeddings of {id!r} are of several shapes; one embedder makes one")


def _check_embedding(id: str, embedding: Embedding) -> None:
    if not embedding.dense:
        raise InputError(f"the dense vector of {id!r} has no components")
    tokens = embedding.tokens
    if tokens is not None and (tokens.width < 1 or len(tokens.codes) % tokens.width):
        raise InputError(
            f"{len(tokens.codes)} bytes of token vectors of {id!r} are not whole vectors of {tokens.width}"
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
