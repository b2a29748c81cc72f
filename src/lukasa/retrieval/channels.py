"""Candidates for an answer: which documents may be returned, and how each channel scores them, side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from lukasa.domain.document import Kind
from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.domain.filter import Filter
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.off_loop import off_loop
from lukasa.policy import RecallPolicy
from lukasa.ports.memories import Memories
from lukasa.retrieval.question import Question, Understanding
from lukasa.retrieval.token_vectors import Floats, Ints, max_sim
from lukasa.retrieval.warm import DocumentArrays, FactArrays, TurnArrays, WarmPartitions
from lukasa.weights import BestChannel


class Matches(NamedTuple):
    """What the store says of the documents of one kind."""

    rows: Ints
    """Those that may be returned."""

    lexical: Mapping[str, float]
    """BM25 scores by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Documents of one kind with their scores; entry `i` of every array is about row `rows[i]` of the index."""

    rows: Ints
    lexical: Floats
    """BM25; 0 where no term matches."""

    dense: Floats | None = None
    """Cosine of the single vectors."""

    late: Floats | None = None
    """Candidates × question tokens: the best match of each token. Where a candidate has no token vectors, the
    average of the others."""

    @property
    def late_mean(self) -> Floats | None:
        """MaxSim, averaged over the question's tokens."""
        return None if self.late is None else np.asarray(self.late.mean(axis=1), np.float32)

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
        lexical = await self._lexical(partition, understanding, question.filter, kind="turn")
        return Matches(await self._turn_rows(partition, turns, question), lexical)

    async def facts(
        self, partition: Partition, facts: FactArrays, understanding: Understanding, question: Question
    ) -> Matches:
        rows = await self._fact_rows(partition, facts, question)
        if not len(rows):
            return Matches(rows, {})
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
        usable = embedding if spec is not None else None
        candidates = await off_loop(self._scored, documents, matches, usable)
        if embedding is None or spec is None:
            return candidates
        late = await self._late(partition, documents, candidates.rows, embedding=embedding, spec=spec)
        return replace(candidates, late=late)

    def _scored(self, documents: DocumentArrays, matches: Matches, embedding: Embedding | None) -> Candidates:
        # The index may have grown since the lexical search: what it does not know yet waits for the next question.
        bm25 = np.zeros(documents.size, np.float32)
        for id_, score in matches.lexical.items():
            if (row := documents.rows.get(id_)) is not None:
                bm25[row] = score
        if embedding is None:
            rows = self._best_candidates(documents, matches.rows, bm25, None)
            return Candidates(rows=rows, lexical=bm25[rows])
        cosine = documents.dense[: documents.size] @ np.frombuffer(embedding.dense, np.float32)
        rows = self._best_candidates(documents, matches.rows, bm25, cosine)
        return Candidates(rows=rows, lexical=bm25[rows], dense=cosine[rows])

    async def _turn_rows(self, partition: Partition, turns: TurnArrays, question: Question) -> Ints:
        view = question.view
        rows = np.arange(turns.size) if view.include_retired else np.flatnonzero(turns.live[: turns.size])
        rows = await self._passing(partition, turns, rows, question.filter, kind="turn")
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
    ) -> Mapping[str, float]:
        if not understanding.terms:
            return {}
        query = LexicalQuery(
            terms=understanding.terms[: self.policy.max_terms],
            common=self.policy.common_terms,
            kind=kind,
            filter=filter,
            limit=self.policy.per_channel,
        )
        return {scored.id: scored.score for scored in await self.store.lexical(partition, query)}

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
        if len(rows) <= self.policy.exact_documents:
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
        return np.unique(np.concatenate([*best, near[np.isin(near, rows)]]))

    async def _late(
        self,
        partition: Partition,
        documents: DocumentArrays,
        rows: Ints,
        *,
        embedding: Embedding,
        spec: EmbedderSpec,
    ) -> Floats | None:
        if embedding.tokens is None or not embedding.tokens.count or not len(rows):
            return None
        tokens = await self.warm.tokens(partition, documents, rows, spec)
        return await off_loop(max_sim, embedding.tokens, tokens)


def _of_ids(documents: DocumentArrays, rows: Ints, ids: Collection[str]) -> Ints:
    return np.array([row for row in rows.tolist() if documents.ids[row] in ids], np.int64)


def _best(rows: Ints, scores: Floats, count: int) -> Ints:
    """Return the rows with the highest scores, best first."""
    if len(rows) > count:
        rows = rows[np.argpartition(-scores[rows], count)[:count]]
    return rows[np.argsort(-scores[rows], kind="stable")]
