"""Changes to one partition's content, the simplest way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from lukasa.adapters.stores.reference.content import Content, Entry
from lukasa.domain.change import (
    AddTurn,
    Change,
    Embed,
    Extraction,
    Index,
    MarkExtracted,
    PutFact,
    Readmit,
    Restore,
    Retire,
)
from lukasa.domain.document import Document
from lukasa.domain.erasure import Erasure, Rewritten, tombstone
from lukasa.domain.fact import Fact, no_source
from lukasa.domain.fact_body import pack, packed_digest, unpack
from lukasa.domain.journal import Cause, JournalEntry, Op, chain, chain_root, turn_digest
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import InputError, KeyReuseError, NotFoundError, StaleError


class Work:
    """One `apply` in progress, on a copy that is kept only when all of it went well."""

    def __init__(
        self, content: Content, partition: Partition, cause: Cause, tombstones: frozenset[str]
    ) -> None:
        self.content = content
        self.tombstones = tombstones
        self.added: list[str] = []
        self.duplicates: list[str] = []
        self.changed: list[str] = []
        self.facts: dict[str, None] = {}
        self.refused: list[str] = []
        self._partition = partition
        self._cause = cause
        self._call = content.version + 1

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
            case PutFact():
                self._put(change)
            case MarkExtracted(id=id, extraction=extraction):
                self._mark(id, extraction)
            case Readmit(mark=mark):
                self._readmit(mark)

    def _add(self, change: AddTurn) -> None:
        if tombstone(self._partition, change.turn.id) in self.tombstones:
            self.refused.append(change.turn.id)
            return
        duplicate = self._duplicate_of(change.turn)
        if duplicate is not None:
            self.duplicates.append(duplicate)
            return
        self.content.seq += 1
        turn = replace(
            change.turn, seq=self.content.seq, metadata=json.loads(json.dumps(dict(change.turn.metadata)))
        )
        version = self.note("add", turn.id, content=turn_digest(turn))
        self.content.documents[turn.id] = replace(
            self.entry(change.document, version), turn=turn, extraction=change.extraction
        )
        self.added.append(turn.id)

    def entry(self, document: Document, version: int) -> Entry:
        """Return the index entry of a new document."""
        vectors = {}
        if document.embeddings and document.fingerprint is not None:
            vectors[document.fingerprint] = tuple(document.embeddings)
        return Entry(
            id=document.id,
            seq=self.content.seq,
            turn=None,
            passages=tuple(map(Counter, document.passages)),
            words=document.words,
            analysis=document.analysis,
            version=version,
            vectors=vectors,
        )

    def _duplicate_of(self, turn: Turn) -> str | None:
        turns = [entry.turn for entry in self.content.documents.values() if entry.turn is not None]
        holder = next((other for other in turns if turn.key and other.key == turn.key), None)
        if holder is None:
            return turn.id if turn.id in self.content.documents else None
        if (holder.role, holder.speaker, holder.text) != (turn.role, turn.speaker, turn.text):
            raise KeyReuseError(f"the key {turn.key!r} was used before, for other content")
        return holder.id

    def _put(self, change: PutFact) -> None:
        fact = unpack(pack(change.fact))
        versions = self.content.versions.get(fact.id, ())
        marks = {tombstone(self._partition, mark) for mark in (fact.key, fact.id)}
        if not versions and fact.revision == 1 and marks & self.tombstones:
            self.refused.append(fact.id)
            return
        last = versions[-1][1].revision if versions else 0
        if fact.revision != last + 1:
            has = f"revision {last}" if versions else "no revision"
            raise StaleError(
                f"the fact {fact.id!r} has {has}, so {fact.revision} cannot follow; read it again"
            )
        self._check_sources(fact, [version for _, version in versions])
        if not versions:
            self._check_free(fact)
            if change.document is None:
                raise InputError(f"the fact {fact.id!r} is new: it needs a document")
        version = self.note(change.op, fact.id, caused_by=change.caused_by, content=packed_digest(pack(fact)))
        self.content.versions[fact.id] = (*versions, (version, fact))
        if versions:
            entry = replace(self.content.documents[fact.id], version=version)
        else:
            self.content.seq += 1
        if change.document is not None:
            entry = replace(
                self.entry(change.document, version), seq=entry.seq if versions else self.content.seq
            )
        self.content.documents[fact.id] = entry
        self.facts[fact.id] = None

    def _check_sources(self, fact: Fact, versions: Sequence[Fact]) -> None:
        documents = self.content.documents
        missing = [
            turn
            for turn in sorted({source.turn for source in fact.sources})
            if turn not in documents or documents[turn].turn is None
        ]
        if not missing:
            return
        # Older versions of Lukasa could leave facts whose turn is not there: they may go on resting on it.
        erased = {entry.id for entry in self.content.journal if entry.op == "erase"}
        before = {source.turn for version in versions for source in version.sources} - erased
        for turn in missing:
            if turn not in before:
                raise InputError(no_source(fact, turn))

    def _check_free(self, fact: Fact) -> None:
        holder = next(
            (
                other.id
                for other in self.content.facts()
                if (other.key, other.occurrence) == (fact.key, fact.occurrence)
            ),
            fact.id if fact.id in self.content.documents else None,
        )
        if holder is not None:
            raise StaleError(f"the partition has {holder!r}, which says the same; read it again")

    def _hide(self, id: str, *, op: Op) -> None:
        document = self._document(id)
        if document.turn is None:
            raise InputError(f"{id!r} is a fact: it is hidden by its next version")
        if (document.turn.retired_at is None) == (op == "restore"):
            return
        turn = replace(document.turn, retired_at=self._cause.at if op == "retire" else None)
        self._change(replace(document, turn=turn), op)

    def _embed(self, change: Embed) -> None:
        document = self._document(change.id)
        embeddings = tuple(change.embeddings)
        if document.vectors.get(change.fingerprint) != embeddings:
            vectors = {**document.vectors, change.fingerprint: embeddings}
            self._change(replace(document, vectors=vectors), "embed")

    def _index(self, change: Index) -> None:
        document = self._document(change.id)
        reindexed = replace(
            document,
            passages=tuple(map(Counter, change.passages)),
            words=change.words,
            analysis=change.analysis,
        )
        if reindexed != document:
            self._change(reindexed, "index")

    def _mark(self, id: str, extraction: Extraction) -> None:
        document = self._document(id)
        if document.extraction != extraction:
            self._change(replace(document, extraction=extraction), "extract")

    def _readmit(self, mark: str) -> None:
        if tombstone(self._partition, mark) in self.tombstones:
            self.tombstones -= {tombstone(self._partition, mark)}
            self.note("readmit", mark)
            self.changed.append(mark)

    def _document(self, id: str) -> Entry:
        if id not in self.content.documents:
            raise NotFoundError(f"the partition has no document {id!r}")
        return self.content.documents[id]

    def _change(self, document: Entry, op: Op) -> None:
        version = self.note(op, document.id)
        self.content.documents[document.id] = replace(document, version=version)
        self.changed.append(document.id)

    def note(self, op: Op, id: str, *, caused_by: str = "", content: str = "") -> int:
        """Leave a journal entry; return the version that it makes."""
        _note(
            self.content.journal,
            self._partition,
            JournalEntry(
                version=len(self.content.journal) + 1,
                op=op,
                id=id,
                verb=self._cause.verb,
                at=self._cause.at,
                reason=self._cause.reason,
                digest="",
                call=self._call,
                caused_by=caused_by,
                content=content,
            ),
        )
        return self.content.version


def _note(journal: list[JournalEntry], partition: Partition, entry: JournalEntry) -> None:
    """Append an entry, chained to the one before."""
    previous = journal[-1].digest if journal else chain_root(partition)
    journal.append(replace(entry, digest=link(previous, entry)))


def link(previous: str, entry: JournalEntry) -> str:
    """Return the digest that an entry must have behind one with the digest *previous*."""
    cause = Cause(verb=entry.verb, at=entry.at, reason=entry.reason)
    more = (entry.call, entry.caused_by, entry.content)
    return chain(previous, version=entry.version, op=entry.op, id=entry.id, cause=cause, more=more)


def without(
    before: Content,
    doomed: Sequence[Entry],
    erasure: Erasure,
    *,
    partition: Partition,
    cause: Cause,
) -> Content:
    """Return the content without what is erased; journal entries about it say less, and the chain is rebuilt."""
    gone = {document.id for document in doomed}
    work = Work(copy(before), partition, cause, frozenset())
    work.content.documents = {name: each for name, each in before.documents.items() if name not in gone}
    work.content.versions = {name: versions for name, versions in before.versions.items() if name not in gone}
    rewritten = erasure.rewritten
    work.content.bookkeeping = before.bookkeeping.without(
        {each.turn.session for each in doomed if each.turn is not None},
        kept={each.turn.session for each in work.content.documents.values() if each.turn is not None},
        summaries=erasure.summaries,
    )
    contents: dict[int, str] = {}
    for each in rewritten:
        contents |= _rewrite(work, each)
    for name in sorted(gone):
        work.note("erase", name)
    touched = gone | {each.versions[-1].id for each in rewritten}
    calls = {entry.call for entry in before.journal if entry.id in touched and entry.call}
    journal: list[JournalEntry] = []
    for entry in work.content.journal:
        recorded = entry.version <= before.version and (entry.id in touched or entry.call in calls)
        if recorded or entry.version in erasure.reasons:
            entry = replace(entry, reason="")  # noqa: PLW2901 - what it says from here on
        if entry.id in touched:
            entry = replace(entry, content=contents.get(entry.version, ""))  # noqa: PLW2901
        _note(journal, partition, entry)
    work.content.journal = journal
    return work.content


def _rewrite(work: Work, rewritten: Rewritten) -> dict[int, str]:
    """Replace all versions of a fact by those that are left of it; return the digests of what they hold."""
    last = rewritten.versions[-1]
    kept = {fact.revision: unpack(pack(fact)) for fact in rewritten.versions}
    before = work.content.versions[last.id]
    version = work.note("revise", last.id)
    work.content.versions[last.id] = tuple(
        (number, kept[fact.revision]) for number, fact in before if fact.revision in kept
    )
    entry = replace(work.content.documents[last.id], version=version)
    if rewritten.document is not None:
        entry = replace(work.entry(rewritten.document, version), seq=entry.seq)
    work.content.documents[last.id] = entry
    return {number: packed_digest(pack(fact)) for number, fact in work.content.versions[last.id]}
