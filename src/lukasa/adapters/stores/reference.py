"""A store in memory: the simplest correct code, the oracle of every other store."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from lukasa.domain.change import (
    AddTurn,
    Applied,
    Cause,
    Change,
    Embed,
    Index,
    JournalEntry,
    Op,
    Restore,
    Retire,
    chain,
    chain_root,
    check,
)
from lukasa.domain.document import Delta, Fields, Head, Kind, Scored, Traits
from lukasa.domain.embedding import Embedding, TokenVectors
from lukasa.domain.filter import Filter, matches
from lukasa.domain.query import DocumentQuery, LexicalQuery, TurnQuery
from lukasa.domain.report import Backlog, Finding, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import ClosedError, InputError, KeyReuseError, NotFoundError, StaleError

K1 = 1.2
"""How soon more of the same term stops counting."""

B = 0.75
"""How much a long document is discounted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    turn: Turn
    """As it was given, but for `seq`, which the store sets; `retired_at` follows later changes."""

    kind: Kind
    terms: Counter[str]
    traits: Traits
    analysis: int
    """Which rules made terms and traits."""

    version: int
    """The partition's version at its last change."""

    vectors: dict[str, Embedding]
    """By fingerprint; replaced, never changed."""

    @property
    def live(self) -> bool:
        return self.turn.retired_at is None


@dataclass(slots=True)
class _Content:
    """All that one partition holds. The parts are values, so a shallow copy is a snapshot."""

    documents: dict[str, _Document] = field(default_factory=dict)
    """By id, in the order of `seq`."""

    journal: list[JournalEntry] = field(default_factory=list)

    def __copy__(self) -> _Content:
        return _Content(dict(self.documents), list(self.journal))

    @property
    def version(self) -> int:
        return len(self.journal)

    def live(self, kinds: Sequence[Kind] | None, filter: Filter | None) -> list[_Document]:
        return [
            document
            for document in self.documents.values()
            if document.live
            and (kinds is None or document.kind in kinds)
            and (filter is None or matches(filter, _fields(document)))
        ]


class ReferenceStore:
    """Keeps everything in this process; nothing outlives it."""

    def __init__(self) -> None:
        self._contents: dict[Partition, _Content] = {}
        self._closed = False

    async def open(self) -> None:
        self._closed = False

    async def apply(
        self, partition: Partition, changes: Sequence[Change], *, cause: Cause, expected: int | None = None
    ) -> Applied:
        check(changes, cause)
        before = self._content(partition)
        if expected is not None and expected != before.version:
            raise StaleError(f"the partition is at version {before.version}, not {expected}; read it again")
        work = _Work(copy(before), partition, cause)
        for change in changes:
            work.do(change)
        if work.content.version > before.version:
            self._contents[partition] = work.content
        return Applied(
            version=work.content.version,
            added=tuple(work.added),
            duplicates=tuple(work.duplicates),
            changed=tuple(work.changed),
        )

    async def version(self, partition: Partition) -> int:
        return self._content(partition).version

    async def turns(self, partition: Partition, query: TurnQuery) -> list[Turn]:
        found = [
            document.turn
            for document in self._content(partition).documents.values()
            if _listed(document, query)
        ]
        found.sort(key=lambda turn: turn.seq, reverse=query.newest_first)
        return found[: query.limit]

    async def delta(self, partition: Partition, *, fingerprint: str | None, since: int) -> Delta:
        content = self._content(partition)
        changed = [document for document in content.documents.values() if document.version > since]
        return Delta(version=content.version, heads=tuple(_head(each, fingerprint) for each in changed))

    async def lexical(self, partition: Partition, query: LexicalQuery) -> list[Scored]:
        weights = [1.0] * len(query.terms) if query.weights is None else list(query.weights)
        if len(weights) != len(query.terms):
            raise InputError(f"{len(query.terms)} terms need as many weights, not {len(weights)}")
        content = self._content(partition)
        live = content.live(None, None)
        idf = _idf(query, live)
        average = sum(document.terms.total() for document in live) / max(1, len(live))
        found = []
        for document in content.live(query.kinds, query.filter):
            if any(term in idf and term in document.terms for term in query.terms):
                score = _bm25(document, list(zip(query.terms, weights, strict=True)), idf, average)
                found.append((-score, -document.turn.seq, document.turn.id))
        return [Scored(name, -score) for score, _, name in sorted(found)[: max(0, query.limit)]]

    async def select(self, partition: Partition, query: DocumentQuery) -> set[str]:
        return {document.turn.id for document in self._content(partition).live(query.kinds, query.filter)}

    async def tokens(
        self, partition: Partition, ids: Sequence[str], *, fingerprint: str
    ) -> dict[str, TokenVectors]:
        documents = self._content(partition).documents
        found = {}
        for name in ids:
            embedding = documents[name].vectors.get(fingerprint) if name in documents else None
            if embedding is not None and embedding.tokens is not None:
                found[name] = embedding.tokens
        return found

    async def unembedded(self, partition: Partition, *, fingerprint: str, limit: int) -> list[str]:
        documents = self._content(partition).documents
        found = [name for name, document in documents.items() if fingerprint not in document.vectors]
        return found[: max(0, limit)]

    async def outdated(self, partition: Partition, *, analysis: int, limit: int) -> list[str]:
        documents = self._content(partition).documents.values()
        found = [document for document in documents if document.analysis != analysis]
        found.sort(key=lambda document: (document.analysis, document.turn.seq))
        return [document.turn.id for document in found[: max(0, limit)]]

    async def backlog(self, partition: Partition, *, fingerprint: str | None, analysis: int) -> Backlog:
        documents = self._content(partition).documents.values()
        return Backlog(
            partition=partition,
            unembedded=sum(
                fingerprint is not None and fingerprint not in document.vectors for document in documents
            ),
            outdated=sum(document.analysis != analysis for document in documents),
        )

    async def journal(
        self, partition: Partition, *, since: int = 0, limit: int | None = None
    ) -> list[JournalEntry]:
        return self._content(partition).journal[max(0, since) :][:limit]

    async def partitions(self) -> list[Partition]:
        self._check_open()
        return list(self._contents)

    async def stats(self, partition: Partition | None = None) -> Stats:
        self._check_open()
        contents = self._contents
        if partition is not None:
            contents = {known: content for known, content in contents.items() if known == partition}
        documents = [each for content in contents.values() for each in content.documents.values()]
        sessions = {
            (known, document.turn.session)
            for known, content in contents.items()
            for document in content.documents.values()
            if document.turn.session is not None
        }
        return Stats(
            partitions=len(contents),
            turns=len(documents),
            retired=sum(not document.live for document in documents),
            sessions=len(sessions),
            documents=len(documents),
            vectors=dict(Counter(name for document in documents for name in document.vectors)),
        )

    async def describe(self) -> Mapping[str, str]:
        self._check_open()
        return {}

    async def verify(self) -> Verified:
        self._check_open()
        findings = [
            Finding(what="journal", detail=f"entry {entry.version} of {partition!r} does not follow")
            for partition, content in self._contents.items()
            for entry in _broken(partition, content.journal)
        ]
        contents = self._contents.values()
        return Verified(
            checked={
                "partitions": len(contents),
                "changes": sum(len(content.journal) for content in contents),
                "documents": sum(len(content.documents) for content in contents),
            },
            findings=tuple(findings),
        )

    async def aclose(self) -> None:
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError("the store was closed")

    def _content(self, partition: Partition) -> _Content:
        self._check_open()
        return self._contents.get(partition) or _Content()


class _Work:
    """One `apply` in progress, on a copy that is kept only when all of it went well."""

    def __init__(self, content: _Content, partition: Partition, cause: Cause) -> None:
        self.content = content
        self.added: list[str] = []
        self.duplicates: list[str] = []
        self.changed: list[str] = []
        self._partition = partition
        self._cause = cause

    def do(self, change: Change) -> None:
        match change:
            case AddTurn():
                self._add(change)
            case Retire(id=id):
                self._hide(id, op="retire")
            case Restore(id=id):
                self._hide(id, op="restore")
            case Embed():
                self._embed(change)
            case Index():
                self._index(change)

    def _add(self, change: AddTurn) -> None:
        known = self._known(change.turn)
        if known is not None:
            self.duplicates.append(known)
            return
        document = change.document
        vectors = {}
        if document.embedding is not None and document.fingerprint is not None:
            vectors[document.fingerprint] = document.embedding
        turn = replace(
            change.turn,
            seq=len(self.content.documents) + 1,
            metadata=json.loads(json.dumps(dict(change.turn.metadata))),
        )
        version = self._journal("add", turn.id)
        self.content.documents[turn.id] = _Document(
            turn=turn,
            kind=document.kind,
            terms=Counter(document.terms),
            # Through their stored form, which has a largest count.
            traits=Traits.unpack(document.traits.pack()),
            analysis=document.analysis,
            version=version,
            vectors=vectors,
        )
        self.added.append(turn.id)

    def _known(self, turn: Turn) -> str | None:
        documents = self.content.documents.values()
        holder = next((each.turn for each in documents if turn.key and each.turn.key == turn.key), None)
        if holder is None:
            return turn.id if turn.id in self.content.documents else None
        if (holder.role, holder.speaker, holder.text) != (turn.role, turn.speaker, turn.text):
            raise KeyReuseError(f"the key {turn.key!r} was used before, for other content")
        return holder.id

    def _hide(self, id: str, *, op: Op) -> None:
        document = self._document(id)
        if document.live == (op == "restore"):
            return
        turn = replace(document.turn, retired_at=self._cause.at if op == "retire" else None)
        self._change(replace(document, turn=turn), op)

    def _embed(self, change: Embed) -> None:
        document = self._document(change.id)
        if document.vectors.get(change.fingerprint) != change.embedding:
            vectors = {**document.vectors, change.fingerprint: change.embedding}
            self._change(replace(document, vectors=vectors), "embed")

    def _index(self, change: Index) -> None:
        document = self._document(change.id)
        made = replace(
            document,
            terms=Counter(change.terms),
            traits=Traits.unpack(change.traits.pack()),
            analysis=change.analysis,
        )
        if made != document:
            self._change(made, "index")

    def _document(self, id: str) -> _Document:
        if id not in self.content.documents:
            raise NotFoundError(f"the partition has no document {id!r}")
        return self.content.documents[id]

    def _change(self, document: _Document, op: Op) -> None:
        version = self._journal(op, document.turn.id)
        self.content.documents[document.turn.id] = replace(document, version=version)
        self.changed.append(document.turn.id)

    def _journal(self, op: Op, id: str) -> int:
        journal, cause = self.content.journal, self._cause
        version = len(journal) + 1
        previous = journal[-1].digest if journal else chain_root(self._partition)
        link = chain(previous, version=version, op=op, id=id, cause=cause)
        journal.append(
            JournalEntry(
                version=version,
                op=op,
                id=id,
                verb=cause.verb,
                at=cause.at,
                reason=cause.reason,
                digest=link,
            )
        )
        return version


def _listed(document: _Document, query: TurnQuery) -> bool:
    turn = document.turn
    return (
        (query.include_retired or document.live)
        and (query.ids is None or turn.id in query.ids)
        and (query.session is None or turn.session == query.session)
        and (query.since is None or turn.at >= query.since)
        and (query.until is None or turn.at < query.until)
        and turn.seq > query.after
        and (query.filter is None or matches(query.filter, _fields(document)))
    )


def _idf(query: LexicalQuery, live: Sequence[_Document]) -> dict[str, float]:
    """Return the weight of each term that occurs and is not too common."""
    counts = {term: sum(term in document.terms for document in live) for term in query.terms}
    occurring = {term: count for term, count in counts.items() if count}
    kept = {term: count for term, count in occurring.items() if count <= query.common * len(live)}
    return {
        term: math.log(1 + (len(live) - count + 0.5) / (count + 0.5))
        for term, count in (kept or occurring).items()
    }


def _bm25(
    document: _Document, terms: Sequence[tuple[str, float]], idf: dict[str, float], average: float
) -> float:
    norm = K1 * (1 - B + B * document.terms.total() / average)
    score = 0.0
    for term, weight in terms:
        count = document.terms[term]
        if count and term in idf:
            score += weight * idf[term] * (count * (K1 + 1) / (count + norm))
    return score


def _fields(document: _Document) -> Fields:
    turn = document.turn
    return Fields(
        id=turn.id,
        kind=document.kind,
        at=turn.at,
        session=turn.session,
        agent=turn.agent,
        speaker=turn.speaker,
        role=turn.role,
        origin=turn.origin,
        text=turn.text,
        metadata=turn.metadata,
    )


def _head(document: _Document, fingerprint: str | None) -> Head:
    turn = document.turn
    embedding = document.vectors.get(fingerprint) if fingerprint is not None else None
    return Head(
        id=turn.id,
        kind=document.kind,
        seq=turn.seq,
        at=turn.at,
        session=turn.session,
        speaker=turn.speaker,
        role=turn.role,
        retired=not document.live,
        dense=None if embedding is None else embedding.dense,
        traits=document.traits,
    )


def _broken(partition: Partition, journal: Sequence[JournalEntry]) -> list[JournalEntry]:
    broken = []
    previous = chain_root(partition)
    for entry in journal:
        cause = Cause(verb=entry.verb, at=entry.at, reason=entry.reason)
        if entry.digest != chain(previous, version=entry.version, op=entry.op, id=entry.id, cause=cause):
            broken.append(entry)
        previous = entry.digest
    return broken
