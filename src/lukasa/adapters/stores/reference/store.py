"""A store in memory: the simplest correct code, the oracle of every other store."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from lukasa.adapters.stores.reference.bookkeeping import PartitionBookkeeping
from lukasa.adapters.stores.reference.content import Content, head, looked_up
from lukasa.adapters.stores.reference.work import Work, link, without
from lukasa.domain.change import (
    Applied,
    Basis,
    Change,
    check,
    check_basis,
    check_version,
)
from lukasa.domain.document import Delta, Scored
from lukasa.domain.embedding import TokenVectors
from lukasa.domain.erasure import Erased, Erasure, tombstone
from lukasa.domain.fact import Fact
from lukasa.domain.filter import matches
from lukasa.domain.job import (
    Bookkeeping,
    Job,
    JobState,
    PutSummary,
    Queue,
    Spent,
    Summary,
    check_bookkeeping,
    check_spent,
)
from lukasa.domain.journal import (
    Cause,
    JournalEntry,
    by_id,
    chain_root,
    standing,
)
from lukasa.domain.query import (
    DocumentQuery,
    FactQuery,
    LexicalQuery,
    Seen,
    TurnQuery,
    listed,
    turn_fields,
)
from lukasa.domain.report import Backlog, Compacted, Finding, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.domain.turn import MAX_INT, Turn
from lukasa.errors import ClosedError, ConfigError
from lukasa.off_loop import beside_loop

K1 = 1.2
"""How soon more of the same term stops counting."""

B = 0.75
"""How much a long document is discounted."""


class ReferenceStore:
    """Keeps everything in this process; nothing outlives it."""

    def __init__(self) -> None:
        self._contents: dict[Partition, Content] = {}
        self._tombstones: frozenset[str] = frozenset()
        self._epochs = 0
        """The last epoch that was given."""

        self._closed = False

    async def open(self) -> None:
        self._closed = False

    @beside_loop
    async def apply(
        self,
        partition: Partition,
        changes: Sequence[Change],
        *,
        cause: Cause,
        expected: int | Basis | None = None,
        bookkeeping: Sequence[Bookkeeping] = (),
    ) -> Applied:
        check(changes, cause)
        check_bookkeeping(bookkeeping)
        before = self._content(partition)
        check_basis(expected, before.version, partial(_has_changed, before))
        # A new partition's epoch was never used before.
        content = copy(before) if before.epoch else Content(epoch=self._epochs + 1)
        work = Work(content, partition, cause, self._tombstones)
        for change in changes:
            work.do(change)
        for item in bookkeeping:
            work.content.bookkeeping.keep(item, partition, cause.at)
        begins = any(isinstance(item, Queue | PutSummary) for item in bookkeeping)
        if work.content.version > before.version or begins or (bookkeeping and before.epoch):
            self._contents[partition] = work.content
            self._tombstones = work.tombstones
            self._epochs = max(self._epochs, work.content.epoch)
        return Applied(
            version=work.content.version,
            call=before.version + 1 if work.content.version > before.version else 0,
            added=tuple(work.added),
            duplicates=tuple(work.duplicates),
            changed=tuple(work.changed),
            facts=tuple(work.facts),
            refused=tuple(work.refused),
        )

    @beside_loop
    async def erase(
        self, partition: Partition, erasure: Erasure, *, cause: Cause, expected: int | None = None
    ) -> Erased:
        before = self._content(partition)
        check_version(expected, before.version)
        end = before.journal[-1].digest if before.journal else chain_root(partition)
        names = list(before.documents) if erasure.everything else [*erasure.turns, *erasure.facts]
        # By `seq` or as asked, whichever way: each once, and only what is there.
        doomed = [document for document in before.documents.values() if document.id in names]
        self._tombstones = self._tombstones | {tombstone(partition, mark) for mark in erasure.marks}
        if erasure.everything:
            self._contents.pop(partition, None)
        else:
            rewritten = [each for each in erasure.rewritten if each.versions[-1].id in before.versions]
            if doomed or rewritten or erasure.reasons or erasure.summaries:
                left = replace(erasure, rewritten=rewritten)
                self._contents[partition] = without(before, doomed, left, partition=partition, cause=cause)
        return Erased(
            turns=tuple(document.id for document in doomed if document.kind == "turn"),
            facts=tuple(document.id for document in doomed if document.kind == "fact"),
            rewritten=tuple(each.versions[-1].id for each in erasure.rewritten),
            everything=erasure.everything,
            digest=end,
        )

    @beside_loop
    async def version(self, partition: Partition, *, at: datetime | None = None) -> int:
        journal = self._content(partition).journal
        return max((entry.version for entry in journal if at is None or entry.at <= at), default=0)

    @beside_loop
    async def look(
        self, partition: Partition, *, turns: Sequence[TurnQuery] = (), marks: Sequence[str] = ()
    ) -> Seen:
        return Seen(
            version=await self.version(partition),
            turns=[await self.turns(partition, query) for query in turns],
            erased=await self.tombstones(partition, marks),
        )

    @beside_loop
    async def tombstones(self, partition: Partition, marks: Sequence[str]) -> set[str]:
        self._check_open()
        return {mark for mark in marks if tombstone(partition, mark) in self._tombstones}

    @beside_loop
    async def facts(self, partition: Partition, query: FactQuery) -> list[Fact]:
        content = self._content(partition)
        facts = []
        for name, versions in content.versions.items():
            seq = content.documents[name].seq
            then = [fact for version, fact in versions if query.as_of is None or version <= query.as_of]
            if then and seq > query.after and looked_up(content, name, query) and listed(then[-1], query):
                facts.append(replace(then[-1], seq=seq))
        facts.sort(key=lambda fact: fact.seq)
        return facts[: query.limit]

    @beside_loop
    async def history(self, partition: Partition, ids: Sequence[str]) -> dict[str, list[Fact]]:
        content = self._content(partition)
        return {
            name: [replace(fact, seq=document.seq) for _, fact in content.versions[name]]
            for name, document in content.documents.items()
            if name in ids and document.kind == "fact"
        }

    @beside_loop
    async def turns(self, partition: Partition, query: TurnQuery) -> list[Turn]:
        content = self._content(partition)
        journal = by_id(content.journal)
        turns = []
        for document in content.documents.values():
            turn = document.turn
            if turn is not None and query.as_of is not None:
                turn = standing(turn, journal[turn.id], query.as_of)
            if turn is not None and _listed(turn, query):
                turns.append(turn)
        turns.sort(key=lambda turn: turn.seq, reverse=query.newest_first)
        return turns[: query.limit]

    @beside_loop
    async def delta(
        self, partition: Partition, *, fingerprint: str | None, since: int, limit: int | None = None
    ) -> Delta:
        content = self._content(partition)
        later = [document for document in content.documents.values() if document.version > since]
        part = sorted(later, key=lambda document: document.version)[:limit]
        more = len(part) < len(later)
        version = part[-1].version if more and part else content.version
        erased = [
            entry.id
            for entry in content.journal
            if entry.op == "erase" and 0 < since < entry.version <= version
        ]
        delta = Delta(
            version=version,
            more=more,
            gone=tuple(erased),
            epoch=content.epoch,
        )
        return delta.with_heads(head(content, each, fingerprint) for each in part)

    @beside_loop
    async def lexical(self, partition: Partition, query: LexicalQuery) -> list[Scored]:
        content = self._content(partition)
        live = [terms for document in content.live(query.kind, None) for terms in document.passages]
        idf = _idf(query, live)
        average = sum(terms.total() for terms in live) / max(1, len(live))
        scored = []
        for document in content.live(query.kind, query.filter):
            for passage, terms in enumerate(document.passages):
                if any(term in idf and term in terms for term in query.terms):
                    score = _bm25(terms, query.terms, idf, average)
                    scored.append((-score, -document.seq, passage, document.id))
        best = sorted(scored)[: max(0, query.limit)]
        return [Scored(name, passage, -score) for score, _, passage, name in best]

    @beside_loop
    async def select(self, partition: Partition, query: DocumentQuery) -> set[str]:
        live = self._content(partition).live(None, query.filter)
        return {each.id for each in live if query.kinds is None or each.kind in query.kinds}

    @beside_loop
    async def tokens(
        self, partition: Partition, ids: Sequence[str], *, fingerprint: str
    ) -> dict[str, Sequence[TokenVectors]]:
        documents = self._content(partition).documents
        vectors: dict[str, Sequence[TokenVectors]] = {}
        for name in ids:
            embeddings = documents[name].vectors.get(fingerprint, ()) if name in documents else ()
            tokens = [embedding.tokens for embedding in embeddings if embedding.tokens is not None]
            if tokens:
                vectors[name] = tokens
        return vectors

    @beside_loop
    async def unembedded(self, partition: Partition, *, fingerprint: str, limit: int) -> list[str]:
        documents = self._content(partition).documents
        names = [name for name, document in documents.items() if not document.embedded(fingerprint)]
        return names[: max(0, limit)]

    @beside_loop
    async def outdated(self, partition: Partition, *, analysis: int, limit: int) -> list[str]:
        documents = self._content(partition).documents.values()
        older = [document for document in documents if document.analysis != analysis]
        older.sort(key=lambda document: (document.analysis, document.seq))
        return [document.id for document in older[: max(0, limit)]]

    @beside_loop
    async def unextracted(
        self,
        partition: Partition,
        *,
        extractor: str,
        limit: int,
        sessions: Sequence[str | None] | None = None,
        lacking: bool = False,
    ) -> list[str]:
        ids = []
        for document in self._content(partition).live("turn", None):
            turn, note = document.turn, document.extraction
            if turn is None or (sessions is not None and turn.session not in sessions):
                continue
            read = note is not None and note.extractor == extractor
            if (read and note is not None and bool(note.fallback)) if lacking else not read:
                ids.append(document.id)
        return ids[: max(0, limit)]

    @beside_loop
    async def claim(
        self,
        *,
        now: datetime,
        until: datetime,
        worker: str,
        limit: int,
        kinds: Collection[str] | None = None,
    ) -> list[Job]:
        self._check_open()
        due = [
            (job, content.bookkeeping)
            for content in self._contents.values()
            for job in content.bookkeeping.due(now)
        ]
        taken: list[Job] = []
        for job, bookkeeping in sorted(due, key=lambda each: (each[0].due_at, each[0].id)):
            wanted = kinds is None or job.kind in kinds
            if wanted and len(taken) < limit and not bookkeeping.running(job.session, now):
                taken.append(bookkeeping.take(job, until=until, worker=worker))
        return taken

    async def queued(self) -> None:
        await asyncio.get_running_loop().create_future()

    @beside_loop
    async def extend(self, job: Job, *, until: datetime) -> bool:
        bookkeeping = self._content(job.partition).bookkeeping
        claimed = bookkeeping.claimed(job)
        if claimed is not None:
            bookkeeping.jobs[job.id] = replace(claimed, leased_until=until)
        return claimed is not None

    @beside_loop
    async def jobs(
        self, partition: Partition | None = None, *, state: JobState | None = None, limit: int | None = None
    ) -> list[Job]:
        jobs = [
            job
            for bookkeeping in self._bookkeepings(partition)
            for job in bookkeeping.jobs.values()
            if state in {None, job.state}
        ]
        jobs.sort(key=lambda job: (job.due_at, job.id))
        return jobs if limit is None else jobs[: max(0, limit)]

    @beside_loop
    async def revive(self, partition: Partition | None = None, *, now: datetime) -> int:
        dead = await self.jobs(partition, state="dead")
        for job in dead:
            jobs = self._content(job.partition).bookkeeping.jobs
            jobs[job.id] = replace(job, state="waiting", due_at=now, attempts=0)
        return len(dead)

    @beside_loop
    async def summaries(self, partition: Partition) -> list[Summary]:
        summaries = self._content(partition).bookkeeping.summaries
        return sorted(summaries.values(), key=lambda each: (each.session is not None, each.session or ""))

    @beside_loop
    async def spend(self, partition: Partition, spent: Spent) -> None:
        check_spent(spent)
        content = copy(self._content(partition))
        if not content.epoch:
            content = Content(epoch=self._epochs + 1)
        content.bookkeeping.spend(spent)
        self._contents[partition] = content
        self._epochs = max(self._epochs, content.epoch)

    @beside_loop
    async def spent(
        self, partition: Partition | None = None, *, since: date | None = None, until: date | None = None
    ) -> list[Spent]:
        total = PartitionBookkeeping()
        for bookkeeping in self._bookkeepings(partition):
            for row in bookkeeping.usage.values():
                if (since is None or row.day >= since) and (until is None or row.day <= until):
                    total.spend(row)
        return [row for _, row in sorted(total.usage.items())]

    @beside_loop
    async def backlog(
        self, partition: Partition, *, fingerprint: str | None, analysis: int, extractor: str | None = None
    ) -> Backlog:
        unread = (
            [] if extractor is None else await self.unextracted(partition, extractor=extractor, limit=MAX_INT)
        )
        documents = self._content(partition).documents.values()
        return Backlog(
            partition=partition,
            unembedded=sum(
                fingerprint is not None and not document.embedded(fingerprint) for document in documents
            ),
            outdated=sum(document.analysis != analysis for document in documents),
            unextracted=len(unread),
        )

    @beside_loop
    async def journal(
        self, partition: Partition, *, since: int = 0, limit: int | None = None
    ) -> list[JournalEntry]:
        return self._content(partition).journal[max(0, since) :][:limit]

    @beside_loop
    async def partitions(self) -> list[Partition]:
        self._check_open()
        return list(self._contents)

    @beside_loop
    async def stats(self, partition: Partition | None = None) -> Stats:
        self._check_open()
        contents = self._contents
        if partition is not None:
            contents = {owner: content for owner, content in contents.items() if owner == partition}
        documents = [document for content in contents.values() for document in content.documents.values()]
        turns = [document.turn for document in documents if document.turn is not None]
        sessions = {
            (owner, document.turn.session)
            for owner, content in contents.items()
            for document in content.documents.values()
            if document.turn is not None and document.turn.session is not None
        }
        refused = Counter[str]()
        for document in documents:
            refused.update({} if document.extraction is None else document.extraction.refused)
        return Stats(
            partitions=len(contents),
            turns=len(turns),
            retired=sum(turn.retired_at is not None for turn in turns),
            facts=len(documents) - len(turns),
            refused=dict(sorted(refused.items())),
            sessions=len(sessions),
            documents=len(documents),
            vectors=dict(Counter(name for document in documents for name in document.vectors)),
        )

    async def describe(self) -> Mapping[str, str]:
        self._check_open()
        return {}

    async def backup(self, path: Path, *, force: bool) -> Verified:
        del force
        raise ConfigError(f"a memory without a file cannot be backed up to {str(path)!r}; use `export`")

    async def compact(self) -> Compacted:
        self._check_open()
        return Compacted()

    @beside_loop
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
            raise ClosedError("the store was closed; open the memory again")

    def _bookkeepings(self, partition: Partition | None) -> list[PartitionBookkeeping]:
        if partition is not None:
            return [self._content(partition).bookkeeping]
        self._check_open()
        return [content.bookkeeping for content in self._contents.values()]

    def _content(self, partition: Partition) -> Content:
        self._check_open()
        return self._contents.get(partition) or Content()


def _has_changed(content: Content, basis: Basis) -> bool:
    since = content.journal[basis.version :]
    return any(entry.op == "erase" or entry.id in basis.ids for entry in since)


def _listed(turn: Turn, query: TurnQuery) -> bool:
    return (
        (query.include_retired or turn.retired_at is None)
        and (query.ids is None or turn.id in query.ids)
        and (query.keys is None or turn.key in query.keys)
        and (query.session is None or turn.session == query.session)
        and (query.since is None or turn.at >= query.since)
        and (query.until is None or turn.at < query.until)
        and turn.seq > query.after
        and (query.filter is None or matches(query.filter, turn_fields(turn)))
    )


def _idf(query: LexicalQuery, live: Sequence[Counter[str]]) -> dict[str, float]:
    """Return the weight of each term that occurs and is not too common."""
    counts = {term: sum(term in terms for terms in live) for term in query.terms}
    occurring = {term: count for term, count in counts.items() if count}
    kept = {term: count for term, count in occurring.items() if count <= query.common * len(live)}
    return {
        term: math.log(1 + (len(live) - count + 0.5) / (count + 0.5))
        for term, count in (kept or occurring).items()
    }


def _bm25(passage: Counter[str], terms: Sequence[str], idf: dict[str, float], average: float) -> float:
    norm = K1 * (1 - B + B * passage.total() / average)
    score = 0.0
    for term in terms:
        count = passage[term]
        if count and term in idf:
            score += idf[term] * (count * (K1 + 1) / (count + norm))
    return score


def _broken(partition: Partition, journal: Sequence[JournalEntry]) -> list[JournalEntry]:
    broken = []
    previous = chain_root(partition)
    for entry in journal:
        if entry.digest != link(previous, entry):
            broken.append(entry)
        previous = entry.digest
    return broken
