"""One `apply`: a list of changes as rows, inside one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

import apsw

from lukasa.adapters.stores.sqlite import fulltext
from lukasa.adapters.stores.sqlite.sql import Row, Value, Values, fetch, sql
from lukasa.domain.change import (
    AddTurn,
    Applied,
    Cause,
    Change,
    Embed,
    Index,
    Op,
    Restore,
    Retire,
    chain,
    chain_root,
)
from lukasa.domain.embedding import Embedding
from lukasa.domain.scope import Partition
from lukasa.domain.time import offset_minutes, to_micros
from lukasa.domain.turn import Json, Turn
from lukasa.errors import KeyReuseError, NotFoundError, StaleError


@dataclass(slots=True)
class _State:
    """The partition's row, as it will be when all is done."""

    id: int
    version: int
    seq: int
    documents: int
    terms: int
    digest: str


class _Held(NamedTuple):
    """What the file has of a document."""

    id: int
    live: bool
    terms: list[str]
    traits: bytes
    analysis: int


@dataclass(slots=True)
class _Rows:
    """Rows of new turns by statement. Written together: one call for many rows."""

    documents: list[Row] = field(default_factory=list)
    turns: list[Row] = field(default_factory=list)
    attributes: list[Row] = field(default_factory=list)
    vectors: list[Row] = field(default_factory=list)
    tokens: list[Row] = field(default_factory=list)
    index: list[Row] = field(default_factory=list)
    journal: list[Row] = field(default_factory=list)

    def write(self, connection: apsw.Connection) -> None:
        for statement, rows in (
            ("add_document", self.documents),
            ("add_turn", self.turns),
            ("add_attribute", self.attributes),
            ("put_vector", self.vectors),
            ("put_tokens", self.tokens),
            ("index_document", self.index),
            ("add_change", self.journal),
        ):
            if rows:
                connection.executemany(sql(statement), rows)


def apply(
    connection: apsw.Connection,
    partition: Partition,
    changes: Sequence[Change],
    *,
    cause: Cause,
    expected: int | None,
) -> Applied:
    """Make every change, inside the caller's transaction."""
    work = _Work(connection, partition, cause)
    if expected is not None and expected != work.state.version:
        raise StaleError(f"the partition is at version {work.state.version}, not {expected}; read it again")
    for are_turns, run in groupby(changes, lambda change: isinstance(change, AddTurn)):
        if are_turns:
            work.add([change for change in run if isinstance(change, AddTurn)])
        else:
            for change in run:
                work.alter(change)
    return work.finish()


class _Work:
    """What one `apply` has done so far."""

    def __init__(self, connection: apsw.Connection, partition: Partition, cause: Cause) -> None:
        self._connection = connection
        self._partition = partition
        self._cause = cause
        self._cause_at = (to_micros(cause.at), offset_minutes(cause.at))
        self._embedders: dict[str, int] = {}
        self._added: list[str] = []
        self._duplicates: list[str] = []
        self._changed: list[str] = []
        self.state = self._load()
        self._before = self.state.version

    def finish(self) -> Applied:
        if self.state.version > self._before:
            state = self.state
            self._connection.execute(
                sql("update_partition"),
                {
                    "id": state.id,
                    "version": state.version,
                    "seq": state.seq,
                    "documents": state.documents,
                    "terms": state.terms,
                    "digest": state.digest,
                },
            )
        return Applied(
            version=self.state.version,
            added=tuple(self._added),
            duplicates=tuple(self._duplicates),
            changed=tuple(self._changed),
        )

    def add(self, changes: Sequence[AddTurn]) -> None:
        """Store turns that follow each other in the list."""
        new = list(self._unknown(changes))
        if not new:
            return
        self._create()
        rows = _Rows()
        first = int(self._connection.execute(sql("last_document")).get) + 1
        for document, change in enumerate(new, first):
            self._add(change, document, rows)
        rows.write(self._connection)

    def alter(self, change: Change) -> None:
        """Change one document that is there."""
        match change:
            case Retire(id=id):
                self._hide(id, op="retire")
            case Restore(id=id):
                self._hide(id, op="restore")
            case Embed(id=id, embedding=embedding, fingerprint=fingerprint):
                self._embed(id, embedding, fingerprint)
            case Index():
                self._index(change)

    def _load(self) -> _State:
        owner = {"tenant": self._partition.tenant, "user": self._partition.user}
        row = next(fetch(self._connection, sql("partition"), owner), None)
        # Not written before there is something to write: a partition that nothing came of does not exist.
        return _State(*row) if row else _State(0, 0, 0, 0, 0, chain_root(self._partition))

    def _create(self) -> None:
        if not self.state.id:
            owner = {"tenant": self._partition.tenant, "user": self._partition.user}
            self._connection.execute(sql("add_partition"), {**owner, "digest": self.state.digest})
            self.state.id = self._connection.last_insert_rowid()

    def _unknown(self, changes: Sequence[AddTurn]) -> Iterator[AddTurn]:
        """Yield the turns that the partition does not have; note the others as duplicates."""
        ids = self._known_ids([change.turn.id for change in changes])
        keys = self._known_keys([change.turn.key for change in changes if change.turn.key is not None])
        for change in changes:
            turn = change.turn
            content = (turn.id, turn.role, turn.speaker, turn.text)
            known = keys.get(turn.key) if turn.key is not None else None
            if known is not None and known[1:] != content[1:]:
                raise KeyReuseError(f"the key {turn.key!r} was used before, for other content")
            if known is not None or turn.id in ids:
                self._duplicates.append(turn.id if known is None else known[0])
                continue
            ids.add(turn.id)
            if turn.key is not None:
                keys[turn.key] = content
            yield change

    def _known_ids(self, ids: Sequence[str]) -> set[str]:
        found = fetch(self._connection, sql("known_ids"), {"partition": self.state.id, "names": _json(ids)})
        return {name for (name,) in found}

    def _known_keys(self, keys: Sequence[str]) -> dict[str, tuple[str, str | None, str | None, str]]:
        """Return id, role, speaker and text of the turns that came with these keys."""
        if not keys:
            return {}
        found = fetch(self._connection, sql("known_keys"), {"partition": self.state.id, "keys": _json(keys)})
        return {key: (name, role, speaker, text) for key, name, role, speaker, text in found}

    def _add(self, change: AddTurn, document: int, rows: _Rows) -> None:
        turn, entry, state = change.turn, change.document, self.state
        rows.journal.append(self._journal("add", turn.id))
        state.seq += 1
        if turn.retired_at is None:
            state.documents += 1
            state.terms += len(entry.terms)
            index = (fulltext.row_id(document, len(entry.terms)), fulltext.tokens(state.id, entry.terms))
            rows.index.append(index)
        rows.documents.append(
            (
                document,
                state.id,
                turn.id,
                entry.kind,
                state.seq,
                state.version,
                to_micros(turn.at),
                offset_minutes(turn.at),
                turn.session,
                turn.agent,
                turn.speaker,
                turn.role,
                turn.origin,
                None if turn.retired_at is None else to_micros(turn.retired_at),
                None if turn.retired_at is None else offset_minutes(turn.retired_at),
                entry.traits.pack(),
                len(entry.terms),
                _json(entry.terms),
                entry.analysis,
            )
        )
        rows.turns.append(_turn_row(state.id, document, turn))
        rows.attributes += attribute_rows(state.id, document, turn.metadata)
        if entry.embedding is not None and entry.fingerprint is not None:
            key = (state.id, self._embedder(entry.fingerprint), document)
            rows.vectors.append((*key, entry.embedding.dense))
            if entry.embedding.tokens is not None:
                rows.tokens.append((*key, entry.embedding.tokens.dims, entry.embedding.tokens.codes))
        self._added.append(turn.id)

    def _hide(self, id: str, *, op: Op) -> None:
        held = self._document(id)
        if held.live == (op == "restore"):
            return
        at, offset = self._cause_at if op == "retire" else (None, None)
        self._note(op, id)
        self._connection.execute(
            sql("update_document"),
            {
                "document": held.id,
                "version": self.state.version,
                "retired_at": at,
                "retired_offset": offset,
            },
        )
        self._count(held.id, held.terms, sign=1 if op == "restore" else -1)

    def _embed(self, id: str, embedding: Embedding, fingerprint: str) -> None:
        document = self._document(id).id
        key: Values = {
            "partition": self.state.id,
            "embedder": self._embedder(fingerprint),
            "document": document,
        }
        tokens = embedding.tokens
        shape = (None, None) if tokens is None else (tokens.dims, tokens.codes)
        if self._connection.execute(sql("vectors_of"), key).fetchone() == (embedding.dense, *shape):
            return
        self._connection.execute(sql("put_vector"), (*key.values(), embedding.dense))
        if tokens is None:
            self._connection.execute(sql("drop_tokens"), key)
        else:
            self._connection.execute(sql("put_tokens"), (*key.values(), *shape))
        self._note("embed", id)
        self._connection.execute(sql("touch_document"), {"document": document, "version": self.state.version})

    def _index(self, change: Index) -> None:
        held, traits = self._document(change.id), change.traits.pack()
        same = (held.traits, held.analysis) == (traits, change.analysis)
        if same and Counter(held.terms) == Counter(change.terms):
            return
        self._note("index", change.id)
        self._connection.execute(
            sql("update_terms"),
            {
                "document": held.id,
                "version": self.state.version,
                "terms": _json(change.terms),
                "length": len(change.terms),
                "traits": traits,
                "analysis": change.analysis,
            },
        )
        if held.live:
            self._count(held.id, held.terms, sign=-1)
            self._count(held.id, change.terms, sign=1)

    def _count(self, document: int, terms: Sequence[str], *, sign: Literal[1, -1]) -> None:
        """Take a document's terms into full-text and figures, or out of them."""
        entry = (fulltext.row_id(document, len(terms)), fulltext.tokens(self.state.id, terms))
        self._connection.execute(sql("index_document" if sign > 0 else "unindex_document"), entry)
        self.state.documents += sign
        self.state.terms += sign * len(terms)

    def _document(self, id: str) -> _Held:
        found = fetch(self._connection, sql("document"), {"partition": self.state.id, "name": id})
        row = next(found, None)
        if row is None:
            raise NotFoundError(f"the partition has no document {id!r}")
        number, live, terms, traits, analysis = row
        return _Held(number, bool(live), json.loads(terms), traits, analysis)

    def _embedder(self, fingerprint: str) -> int:
        known = self._embedders.get(fingerprint)
        if known is None:
            found = self._connection.execute(sql("embedder"), {"fingerprint": fingerprint}).get
            if found is None:
                found = self._connection.execute(sql("add_embedder"), {"fingerprint": fingerprint}).get
            known = self._embedders[fingerprint] = int(found)
        return known

    def _note(self, op: Op, id: str) -> None:
        self._connection.execute(sql("add_change"), self._journal(op, id))
        self._changed.append(id)

    def _journal(self, op: Op, id: str) -> Row:
        """Raise the version by one and return the journal's row for it."""
        state, cause = self.state, self._cause
        state.version += 1
        state.digest = chain(state.digest, version=state.version, op=op, id=id, cause=cause)
        return (
            state.id,
            state.version,
            op,
            id,
            cause.verb,
            *self._cause_at,
            cause.reason,
            state.digest,
        )


def attribute_rows(partition: int, document: int, metadata: Mapping[str, Json]) -> Iterator[Row]:
    """Yield the rows by which filters find a document's metadata; null leaves none: it is like absent."""
    for name, value in metadata.items():
        match value:
            case None:
                continue
            case list():
                yield (partition, document, name, 0, "list", None)
                for place, element in enumerate(value, 1):
                    yield (partition, document, name, place, *_typed(element))
            case _:
                yield (partition, document, name, 0, *_typed(value))


def _typed(value: Json) -> tuple[str, Value]:
    match value:
        case None:
            return "null", None
        case bool():
            return "bool", int(value)
        case int() | float():
            return "number", value
        case str():
            return "text", value
        case list():
            return "list", None
        case dict():
            return "object", None


def _turn_row(partition: int, document: int, turn: Turn) -> Row:
    return (
        document,
        partition,
        turn.key,
        to_micros(turn.recorded_at),
        offset_minutes(turn.recorded_at),
        _json(dict(turn.metadata)),
        turn.text,
    )


def _json(value: Sequence[str] | dict[str, Json]) -> str:
    plain = value if isinstance(value, dict) else list(value)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
