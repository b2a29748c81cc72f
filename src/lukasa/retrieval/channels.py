"""Candidates for an answer: which documents may be returned, and how each channel scores them, side by side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from lukasa.domain.document import Kind, Scored
from lukasa.domain.embedding import EmbedderSpec, Embedding, TokenVectors
from lukasa.domain.filter import Filter
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Span
from lukasa.off_loop import off_loop
from lukasa.policy import EMBEDDED_PASSAGES, RecallPolicy
from lukasa.ports.memories import Memories
from lukasa.retrieval.question import Question, Understanding
from lukasa.retrieval.token_vectors import (
    Bools,
    Floats,
    Ints,
    TokenBlock,
    evenly,
    first_best,
    max_sim,
    unit_vector,
)
from lukasa.retrieval.warm import DocumentArrays, FactArrays, TurnArrays, WarmPartitions
from lukasa.text.passages import passages
from lukasa.weights import BestChannel


class Matches(NamedTuple):
    """What the store says of the documents of one kind."""

    rows: Ints
    """Those that may be returned."""

    lexical: Sequence[Scored]
    """Passages in which full-text found terms, best first."""


def _no_numbers() -> Ints:
    return np.empty(0, np.int64)


def _no_scores() -> Floats:
    return np.empty(0, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Documents of one kind with their scores; entry `i` of every array is about row `rows[i]` of the index.

    A document is scored by its best passage.
    """

    rows: Ints
    lexical: Floats
    """BM25; 0 where no term matches."""

    dense: Floats | None = None
    """Cosine of the single vectors."""

    late: Floats | None = None
    """MaxSim of the best passage, averaged over the question's tokens. Where a candidate has no token vectors, the average of
    the others."""

    late_even: Floats | None = None
    """The same by how far matches stand out of the usual, with tokens that separate the passages less made as heavy (`evenly`)."""

    passage: Ints = field(default_factory=_no_numbers)
    """The best passage of each candidate, from 0: by late interaction where there is any, else by single vectors, else by
    full-text."""

    passage_scores: Floats = field(default_factory=_no_scores)
    """A score for each passage of each candidate, by the best channel that saw it. They compare passages of one document."""

    offsets: Ints = field(default_factory=_no_numbers)
    """The passages of candidate `i` are `passage_scores[offsets[i] : offsets[i + 1]]`."""

    def spans(self, position: int, text: str, cuts: dict[int, list[Span]] | None = None) -> list[Span]:
        """Return the passages of a candidate's text, the best first. *cuts* has where the texts of rows were cut before."""
        scores = self.passage_scores[self.offsets[position] : self.offsets[position + 1]]
        cuts = {} if cuts is None else cuts
        row = int(self.rows[position])
        if len(scores) > 1 and row not in cuts:
            cuts[row] = passages(text)
        found = cuts.get(row, [])
        if len(found) != len(scores):  # it is one passage, or was indexed by other rules
            return [Span(0, len(text))]
        return [found[place] for place in np.argsort(-scores, kind="stable").tolist()]

    @property
    def best_channel(self) -> BestChannel:
        """The best of the channels that scored them."""
        if self.dense is None:
            return "lexical"
        return "dense" if self.late is None else "late"


@dataclass(frozen=True, slots=True)
class Channels:
    store: Memories
    warm: WarmPartitions
    policy: RecallPolicy

    async def turns(
        self, partition: Partition, turns: TurnArrays, understanding: Understanding, question: Question
    ) -> Matches:
        # Turns that are not returned themselves are what facts are ranked by, whatever a filter wants of facts.
        wanted = question.filter if question.view.turns else None
        lexical = await self._lexical(partition, understanding, wanted, kind="turn")
        return Matches(await self._turn_rows(partition, turns, question, wanted), lexical)

    async def facts(
        self, partition: Partition, facts: FactArrays, understanding: Understanding, question: Question
    ) -> Matches:
        rows = await self._fact_rows(partition, facts, question)
        if not len(rows):
            return Matches(rows, [])
        return Matches(rows, await self._lexical(partition, understanding, question.filter, kind="fact"))

    async def gather(
        self,
        partition: Partition,
        documents: DocumentArrays,
        matches: Matches,
        *,
        embedding: Embedding | None,
        spec: EmbedderSpec | None,
    ) -> Candidates:
        """Choose candidates among the matches, and let every channel score each of them."""
        if not len(matches.rows):
            return Candidates(rows=_no_numbers(), lexical=_no_scores(), offsets=np.zeros(1, np.int64))
        found = await off_loop(self._found, documents, matches, embedding)
        tokens = None if embedding is None else embedding.tokens
        if found.vectors is None or spec is None or tokens is None or not tokens.count:
            return await off_loop(_with_passages, found)
        looked_at = self._looked_at(found.vectors, found.said)
        return await self.warm.tokens(
            partition,
            documents,
            found.vectors.rows[looked_at],
            spec=spec,
            use=lambda block: _with_passages(_with_late(found, _late(tokens, block, looked_at))),
        )

    def _found(self, documents: DocumentArrays, matches: Matches, embedding: Embedding | None) -> _Found:
        """Choose the candidates, and score their passages by words and single vectors."""
        words = _by_words(documents, matches.lexical)
        if embedding is None:
            rows = self._best_candidates(documents, matches.rows, words.best, None)
            return _Found(Candidates(rows=rows, lexical=words.best[rows]), words.of(documents, rows))
        scores = documents.similarities(unit_vector(embedding.dense))
        cosine = documents.best(scores)
        rows = self._best_candidates(documents, matches.rows, words.best, cosine)
        candidates = Candidates(rows=rows, lexical=words.best[rows], dense=cosine[rows])
        vectors, offsets = documents.vectors_of(rows)
        return _Found(candidates, words.of(documents, rows), _Vectors(vectors, scores[vectors], offsets))

    async def _turn_rows(
        self, partition: Partition, turns: TurnArrays, question: Question, wanted: Filter | None
    ) -> Ints:
        view = question.view
        rows = np.arange(turns.size) if view.include_retired else np.flatnonzero(turns.live[: turns.size])
        rows = await self._passing(partition, turns, rows, wanted, kind="turn")
        if view.valid_at is not None:
            rows = rows[turns.at[rows] <= to_micros(view.valid_at)]
        if view.as_of is not None:
            query = TurnQuery(as_of=view.as_of, include_retired=view.include_retired)
            rows = turns.rows_of({turn.id for turn in await self.store.turns(partition, query)})
        return rows

    async def _fact_rows(self, partition: Partition, facts: FactArrays, question: Question) -> Ints:
        view = question.view
        if not view.facts or not facts.size:
            return np.empty(0, np.int64)
        rows = facts.usable(question.now, past=view.past)
        if view.include_retired or view.as_of is not None:
            query = FactQuery(as_of=view.as_of, include_retired=view.include_retired)
            versions = await self.store.facts(partition, query)
            rows = facts.rows_of({fact.id for fact in versions if fact.status != "quarantined"})
        if view.valid_at is not None:
            at = to_micros(view.valid_at)
            rows = rows[(facts.start[rows] <= at) & (facts.end[rows] > at)]
        return await self._passing(partition, facts, rows, question.filter, kind="fact")

    async def _lexical(
        self, partition: Partition, understanding: Understanding, filter: Filter | None, *, kind: Kind
    ) -> Sequence[Scored]:
        if not understanding.terms:
            return []
        query = LexicalQuery(
            terms=understanding.terms[: self.policy.max_terms],
            common=self.policy.common_terms,
            kind=kind,
            filter=filter,
            limit=self.policy.per_channel,
        )
        return await self.store.lexical(partition, query)

    async def _passing(
        self,
        partition: Partition,
        documents: DocumentArrays,
        rows: Ints,
        filter: Filter | None,
        *,
        kind: Kind,
    ) -> Ints:
        if filter is None:
            return rows
        ids = await self.store.select(partition, DocumentQuery(filter=filter, kinds=[kind]))
        return await off_loop(_of_ids, documents, rows, ids)

    def _best_candidates(
        self, documents: DocumentArrays, rows: Ints, bm25: Floats, cosine: Floats | None
    ) -> Ints:
        """Return every row of a small partition; of a large one, each channel's best and the neighbours of turns."""
        if max(len(rows), int(documents.vectors[rows].sum())) <= self.policy.exact_documents:
            return rows
        if isinstance(documents, TurnArrays):
            return self._best_turns(documents, rows, bm25, cosine)
        if cosine is None:
            return rows
        return np.unique(
            np.concatenate([_best(rows, scores, self.policy.per_channel) for scores in (bm25, cosine)])
        )

    def _best_turns(self, turns: TurnArrays, rows: Ints, bm25: Floats, cosine: Floats | None) -> Ints:
        best = [_best(rows[bm25[rows] > 0], bm25, self.policy.per_channel)]
        if cosine is not None:
            best.append(_best(rows, cosine, self.policy.per_channel))
        leaders = np.concatenate([channel[: self.policy.neighbours_of] for channel in best])
        near = np.concatenate([turns.before[leaders], turns.after[leaders]])
        # One entry more than there are turns: "no such turn" is row -1, the last one.
        allowed = np.zeros(turns.size + 1, np.bool_)
        allowed[rows] = True
        return np.unique(np.concatenate([*best, near[allowed[near]]]))

    def _looked_at(self, vectors: _Vectors, said: _Said) -> Bools:
        """Return which passages late interaction scores: all, or the nearest of each document and the best one by words."""
        if len(vectors.rows) <= self.policy.exact_documents:
            return np.ones(len(vectors.rows), np.bool_)
        starts, counts = vectors.offsets[:-1], np.diff(vectors.offsets)
        owners = np.repeat(np.arange(len(counts)), counts)
        order = np.lexsort((-vectors.scores, owners))
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order)) - np.repeat(starts, counts)
        near = rank < self.policy.late_passages
        named = (said.first >= 0) & (said.first < counts)
        near[starts[named] + said.first[named]] = True
        return near


# --- passages ---------------------------------------------------------------------------------------------------------


class _Words(NamedTuple):
    """Passages in which full-text found terms, best first: row of the document, number, score."""

    rows: Ints
    passages: Ints
    scores: Floats
    best: Floats
    """The best score of each document of the index."""

    def of(self, documents: DocumentArrays, rows: Ints) -> _Said:
        """Return what that is for some documents."""
        counts = documents.passages[rows]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        position = np.full(documents.size, -1, np.int64)
        position[rows] = np.arange(len(rows))
        at = position[self.rows]
        # The index may be older than the search, and its passages others.
        usable = (at >= 0) & (self.passages < counts[at]) if len(rows) else at >= 0
        at, numbers = at[usable], self.passages[usable]
        scores = np.zeros(offsets[-1], np.float32)
        scores[offsets[at] + numbers] = self.scores[usable]
        first = np.full(len(rows), -1, np.int64)
        first[at[::-1]] = numbers[::-1]  # of several, the best is written last
        return _Said(first, scores, offsets)


class _Said(NamedTuple):
    """The passages of some documents, as full-text sees them."""

    first: Ints
    """The best passage of each document; -1 where no term was found."""

    scores: Floats
    """Of each passage: those of document `i` are `scores[offsets[i] : offsets[i + 1]]`."""

    offsets: Ints


class _Vectors(NamedTuple):
    """The vectors of some documents: those of document `i` are `rows[offsets[i] : offsets[i + 1]]`."""

    rows: Ints
    scores: Floats
    offsets: Ints


class _Found(NamedTuple):
    """Candidates, and how well their passages match."""

    candidates: Candidates
    said: _Said
    vectors: _Vectors | None = None


def _by_words(documents: DocumentArrays, found: Sequence[Scored]) -> _Words:
    # The index may have grown since the search: what it does not know yet waits for the next question.
    usable = [
        (documents.rows[each.id], each.passage, each.score) for each in found if each.id in documents.rows
    ]
    rows = np.array([row for row, _, _ in usable], np.int64)
    scores = np.array([score for _, _, score in usable], np.float32)
    best = np.zeros(documents.size, np.float32)
    best[rows[::-1]] = scores[::-1]  # of several, the best is written last
    return _Words(rows, np.array([passage for _, passage, _ in usable], np.int64), scores, best)


def _late(question: TokenVectors, block: TokenBlock, looked_at: Bools) -> tuple[Floats, Floats]:
    """Return the mean match of each vector's passage, and its score by late interaction.

    The score of a passage that was not looked at, or has no token vectors, is minus infinity.
    """
    matches = max_sim(question, block)
    means, scores = np.zeros(len(looked_at), np.float32), np.full(len(looked_at), -np.inf, np.float32)
    means[looked_at], scores[looked_at] = matches.mean(axis=1), evenly(matches, block.counts > 0)
    return means, scores


def _with_late(found: _Found, passages: tuple[Floats, Floats]) -> _Found:
    """Score each candidate by its best passage, as `_late` scored them."""
    if found.vectors is None:
        return found
    (means, scores), offsets = passages, found.vectors.offsets
    owners = np.flatnonzero(np.diff(offsets))
    best = first_best(scores, np.append(offsets[owners], offsets[-1]))
    present = np.isfinite(scores[best])
    owners, best = owners[present], best[present]
    late, even = np.zeros((2, len(offsets) - 1), np.float32)
    if len(owners):
        late[:], even[:] = means[best].mean(), scores[best].mean()
        late[owners], even[owners] = means[best], scores[best]
    candidates = replace(found.candidates, late=late, late_even=even)
    return found._replace(candidates=candidates, vectors=found.vectors._replace(scores=scores))


def _with_passages(found: _Found) -> Candidates:
    """Score the passages of each candidate by vectors, where there is one for each passage, else by words."""
    candidates, said, vectors = found
    scores, offsets, counts = said.scores.copy(), said.offsets, np.diff(said.offsets)
    if vectors is not None:
        has = np.diff(vectors.offsets)
        # Others than it has passages: an old document that was not embedded again yet.
        apart = has == np.minimum(counts, EMBEDDED_PASSAGES)
        seen = np.isfinite(vectors.scores)
        lowest = vectors.scores[seen].min(initial=0)
        scores[np.repeat(apart, counts)] = lowest
        places = np.arange(len(vectors.scores)) + np.repeat(offsets[:-1] - vectors.offsets[:-1], has)
        usable = seen & np.repeat(apart, has)
        scores[places[usable]] = vectors.scores[usable]
        # Beyond the passages that get vectors, words alone say where to look.
        beyond = apart & (said.first >= has)
        scores[offsets[:-1][beyond] + said.first[beyond]] = scores.max(initial=0) + 1
    passage = first_best(scores, offsets) - offsets[:-1]
    return replace(candidates, passage=passage, passage_scores=scores, offsets=offsets)


def _of_ids(documents: DocumentArrays, rows: Ints, ids: Collection[str]) -> Ints:
    return np.array([row for row in rows.tolist() if documents.ids[row] in ids], np.int64)


def _best(rows: Ints, scores: Floats, count: int) -> Ints:
    """Return the rows with the highest scores, best first."""
    if len(rows) > count:
        rows = rows[np.argpartition(-scores[rows], count)[:count]]
    return rows[np.argsort(-scores[rows], kind="stable")]
