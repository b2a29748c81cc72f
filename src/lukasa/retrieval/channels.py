"""Where to look: each channel scores documents in its own measure, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lukasa.domain.document import Kind
from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.domain.filter import Filter
from lukasa.domain.query import DocumentQuery, LexicalQuery
from lukasa.domain.scope import Partition
from lukasa.policy import RecallPolicy
from lukasa.ports.store import Memories
from lukasa.retrieval.arrays import Bools, Floats, Ints
from lukasa.retrieval.token_vectors import max_sim
from lukasa.retrieval.understand import Understanding
from lukasa.retrieval.warm import Warm, WarmPartitions
from lukasa.retrieval.warm_facts import WarmFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the channels say of the candidates; entry `i` of every array is about row `rows[i]` of the partition."""

    rows: Ints
    lexical: Floats
    """BM25; 0 where no term matches."""

    dense: Floats | None = None
    """Cosine of the single vectors."""

    late: Floats | None = None
    """Candidates × question tokens: how well each token of the question is matched at best. Where a candidate has
    no token vectors, the question's average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFacts:
    """What the channels say of facts; entry `i` of every array is about row `rows[i]` of the partition's facts."""

    rows: Ints
    lexical: Floats
    dense: Floats | None = None
    late: Floats | None = None
    """Candidates × question tokens."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels over documents, and what they need."""

    store: Memories
    warm: WarmPartitions
    policy: RecallPolicy

    async def lexical(
        self, partition: Partition, asked: Understanding, filter: Filter | None, *, kind: Kind = "turn"
    ) -> Mapping[str, float]:
        """Return BM25 scores by document id."""
        if not asked.terms:
            return {}
        query = LexicalQuery(
            terms=asked.terms[: self.policy.max_terms],
            common=self.policy.common_terms,
            kind=kind,
            filter=filter,
            limit=self.policy.per_channel,
        )
        return {scored.id: scored.score for scored in await self.store.lexical(partition, query)}

    async def allowed(
        self, partition: Partition, warm: Warm, filter: Filter | None, *, include_retired: bool = False
    ) -> Bools:
        """Tell for each row whether it may be returned."""
        live = warm.live[: warm.size]
        allowed = np.ones(warm.size, np.bool_) if include_retired else live.copy()
        if filter is not None:
            passing = await self.store.select(partition, DocumentQuery(filter=filter, kinds=["turn"]))
            mask = np.zeros(warm.size, np.bool_)
            mask[[warm.rows[id_] for id_ in passing if id_ in warm.rows]] = True
            allowed &= mask
        return allowed

    async def gather(
        self,
        partition: Partition,
        warm: Warm,
        *,
        allowed: Bools,
        lexical: Mapping[str, float],
        question: Embedding | None,
        spec: EmbedderSpec | None,
    ) -> Found:
        """Choose the candidates, and have every channel score each of them."""
        # `warm` may have grown since `allowed` was made: rows beyond it are left for the next question.
        bm25 = np.zeros(warm.size, np.float32)
        for id_, score in lexical.items():
            if (row := warm.rows.get(id_)) is not None:
                bm25[row] = score
        if question is None or spec is None:
            rows = self._candidates(warm, allowed, bm25, None)
            return Found(rows=rows, lexical=bm25[rows])
        cosine = warm.dense[: warm.size] @ np.frombuffer(question.dense, np.float32)
        rows = self._candidates(warm, allowed, bm25, cosine)
        late = await self._late(partition, warm, rows, question=question, spec=spec)
        return Found(rows=rows, lexical=bm25[rows], dense=cosine[rows], late=late)

    async def gather_facts(
        self,
        partition: Partition,
        warm: Warm,
        *,
        rows: Ints,
        lexical: Mapping[str, float],
        question: Embedding | None,
        spec: EmbedderSpec | None,
    ) -> FoundFacts:
        """Choose among the facts that may be returned (*rows*), and have every channel score those chosen."""
        facts = warm.facts
        bm25 = np.zeros(facts.size, np.float32)
        for id_, score in lexical.items():
            if (row := facts.rows.get(id_)) is not None:
                bm25[row] = score
        if question is None or spec is None:
            return FoundFacts(rows=rows, lexical=bm25[rows])
        cosine = facts.dense[: facts.size] @ np.frombuffer(question.dense, np.float32)
        if len(rows) > self.policy.exact_documents:
            best = [_best(rows, scores, self.policy.per_channel) for scores in (bm25, cosine)]
            rows = np.unique(np.concatenate(best))
        late = await self._late(partition, facts, rows, question=question, spec=spec)
        return FoundFacts(rows=rows, lexical=bm25[rows], dense=cosine[rows], late=late)

    def _candidates(self, warm: Warm, allowed: Bools, bm25: Floats, cosine: Floats | None) -> Ints:
        """Return every allowed row of a small partition; of a large one, each channel's best and their neighbours."""
        rows = np.flatnonzero(allowed)
        if len(rows) <= self.policy.exact_documents:
            return rows
        best = [_best(rows[bm25[rows] > 0], bm25, self.policy.per_channel)]
        if cosine is not None:
            best.append(_best(rows, cosine, self.policy.per_channel))
        leaders = np.concatenate([found[: self.policy.neighbours_of] for found in best])
        near = np.concatenate([warm.before[leaders], warm.after[leaders]])
        near = near[(near >= 0) & (near < len(allowed))]
        chosen: Ints = np.unique(np.concatenate([*best, near[allowed[near]]]))
        return chosen

    async def _late(
        self,
        partition: Partition,
        held: Warm | WarmFacts,
        rows: Ints,
        *,
        question: Embedding,
        spec: EmbedderSpec,
    ) -> Floats | None:
        if question.tokens is None or not question.tokens.count or not len(rows):
            return None
        picked = await self.warm.tokens(partition, held, rows, spec)
        if len(picked.codes) < self.policy.inline_tokens:
            return max_sim(question.tokens, picked)
        return await asyncio.to_thread(max_sim, question.tokens, picked)


def _best(rows: Ints, scores: Floats, count: int) -> Ints:
    """Return the rows with the highest scores, best first."""
    if len(rows) > count:
        rows = rows[np.argpartition(-scores[rows], count)[:count]]
    return rows[np.argsort(-scores[rows], kind="stable")]
