"""The read path, top to bottom. No language model on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from time import perf_counter

from lukasa.domain.filter import Filter
from lukasa.domain.query import TurnQuery
from lukasa.domain.recalled import Context, Recalled
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import ProviderError
from lukasa.pipeline import evidence, fuse
from lukasa.pipeline.analyse import analyse
from lukasa.pipeline.arrays import Bools
from lukasa.pipeline.channels import Channels, Found
from lukasa.pipeline.compose import compose
from lukasa.pipeline.confidence import FEW, confidence, signs, uncalibrated
from lukasa.pipeline.encode import Encoder
from lukasa.pipeline.policy import BestChannel, RecallPolicy
from lukasa.pipeline.rank import rerank
from lukasa.pipeline.ranking import Ranking, hit, timed
from lukasa.pipeline.represent import document_text
from lukasa.pipeline.understand import understand
from lukasa.pipeline.warm import Warm, WarmPartitions
from lukasa.ports.reranker import Reranker
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and how."""

    text: str
    now: datetime
    zone: tzinfo | None = None
    filter: Filter | None = None
    rerank: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Everything the read path needs; nothing it doesn't."""

    store: Store
    encoder: Encoder
    warm: WarmPartitions
    channels: Channels
    reranker: Reranker | None
    counter: TokenCounter
    policy: RecallPolicy

    async def hits(self, partition: Partition, question: Question, *, limit: int) -> Recalled:
        """Return the best hits for a question."""
        started = perf_counter()
        ranking = await self._rank(partition, question)
        abstained = self._abstains(ranking)
        places = ranking.order[: 0 if abstained else limit]
        with ranking.timed("fetch"):
            turns = await self._turns(partition, ranking, ranking.ids(places))
        hits = [
            hit(ranking, int(place), turns[id_], explain=question.explain)
            for place, id_ in zip(places, ranking.ids(places), strict=True)
            if id_ in turns
        ]
        ranking.timings["total"] = (perf_counter() - started) * 1000
        return Recalled(
            question=question.text,
            hits=hits,
            abstained=abstained,
            confidence=ranking.confidence,
            signs=asdict(ranking.signs) if question.explain and ranking.signs else {},
            mode=ranking.mode,
            warnings=ranking.warnings,
            searched=ranking.searched,
            timings=ranking.timings,
        )

    async def context(self, partition: Partition, question: Question, *, budget: int) -> Context:
        """Return a block for a prompt."""
        started = perf_counter()
        ranking = await self._rank(partition, question)
        abstained = self._abstains(ranking)
        ids = [] if abstained else ranking.ids(ranking.packing(budget, self.policy.compose))
        with ranking.timed("fetch"):
            turns = await self._turns(partition, ranking, ids)
        with ranking.timed("compose"):
            offered = (turns[id_] for id_ in ids if id_ in turns)
            block = compose(offered, budget=budget, counter=self.counter, policy=self.policy.compose)
        ranking.timings["total"] = (perf_counter() - started) * 1000
        return Context(
            text=block.text,
            tokens=block.tokens,
            turns=block.turns,
            abstained=abstained,
            confidence=ranking.confidence,
            mode=ranking.mode,
            warnings=ranking.warnings,
            timings=ranking.timings,
        )

    def _abstains(self, ranking: Ranking) -> bool:
        return not len(ranking.order) or ranking.confidence < self.policy.min_confidence

    async def _rank(self, partition: Partition, question: Question) -> Ranking:
        timings: dict[str, float] = {}
        # The encoder computes in its own thread while the store is read.
        encoding = asyncio.ensure_future(self.encoder.query(question.text))
        try:
            with timed(timings, "warm"):
                spec = await self.encoder.spec()
                warm = await self.warm.get(partition, spec)
            with timed(timings, "understand"):
                asked = understand(question.text, now=question.now, zone=question.zone, names=warm.names)
            with timed(timings, "lexical"):
                lexical = await self.channels.lexical(partition, asked, question.filter)
                allowed = await self.channels.allowed(partition, warm, question.filter)
            with timed(timings, "encode"):
                encoded = await encoding
        finally:
            encoding.cancel()
        warnings = [encoded.warning] if encoded.warning else []
        vectors = encoded.embeddings[0] if encoded.embeddings else None
        if vectors is not None and (bare := _bare(warm, allowed)):
            warnings.append(f"turns without vectors of the embedder in use: {bare}; `reembed()` makes them")
            vectors = None if bare > self.policy.max_bare * allowed.sum() else vectors
        with timed(timings, "channels"):
            found = await self.channels.gather(
                partition, warm, allowed=allowed, lexical=lexical, question=vectors, spec=spec
            )
        with timed(timings, "fuse"):
            table = evidence.table(found, warm, asked)
            scores = fuse.linear(table, self.policy.fusion[_channels(found)])
            ranking = Ranking(
                asked=asked,
                warm=warm,
                found=found,
                table=table,
                scores=scores,
                order=fuse.best_first(scores, warm.seq[found.rows]),
                mode="lexical" if vectors is None else "full",
                model=spec.model if spec else "",
                searched=int(allowed.sum()),
                warnings=warnings,
                timings=timings,
            )
        await self._judge(partition, ranking, question)
        return ranking

    async def _judge(self, partition: Partition, ranking: Ranking, question: Question) -> None:
        """Decide how sure to be, let the cross-encoder have its say, and turn scores into chances."""
        with ranking.timed("judge"):
            best = ranking.ids(ranking.order[:FEW])
            turns = await self._turns(partition, ranking, best)
            texts = [analyse(document_text(turns[id_])) for id_ in best if id_ in turns]
            ranking.signs = signs(
                ranking.found,
                ranking.order,
                asked=ranking.asked,
                texts=texts,
                searched=ranking.searched,
            )
            weights = self.policy.confidence.get(ranking.model)
            if weights is not None and ranking.mode == "full":
                ranking.confidence = confidence(ranking.signs, weights)
            else:
                ranking.confidence = uncalibrated(ranking.signs)
        if question.rerank and self.reranker is not None and len(ranking.order):
            with ranking.timed("rerank"):
                await self._rerank(partition, ranking, self.reranker, question.text)
        ranking.chances = fuse.relevance(ranking.scores, ranking.confidence)

    async def _rerank(
        self, partition: Partition, ranking: Ranking, reranker: Reranker, question: str
    ) -> None:
        read = ranking.order[: self.policy.rerank]
        turns = await self._turns(partition, ranking, ranking.ids(read))
        texts = [document_text(turns[id_]) if id_ in turns else "" for id_ in ranking.ids(read)]
        try:
            scores, ranking.reranked = await rerank(
                reranker, question, texts, scores=ranking.scores, order=ranking.order
            )
        except ProviderError as error:
            ranking.warnings.append(f"the reranker cannot be used, its opinion is missing: {error}")
        else:
            ranking.reorder(scores)

    async def _turns(self, partition: Partition, ranking: Ranking, ids: Sequence[str]) -> dict[str, Turn]:
        missing = [id_ for id_ in ids if id_ not in ranking.turns]
        if missing:
            found = await self.store.turns(partition, TurnQuery(ids=missing, include_retired=True))
            ranking.turns.update((turn.id, turn) for turn in found)
        return ranking.turns


def _bare(warm: Warm, allowed: Bools) -> int:
    """Return how many of the turns that may be returned have no vectors."""
    return int((allowed & ~warm.embedded[: len(allowed)]).sum())


def _channels(found: Found) -> BestChannel:
    if found.dense is None:
        return "lexical"
    return "dense" if found.late is None else "late"
