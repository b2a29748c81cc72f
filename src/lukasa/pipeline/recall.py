"""The read path, top to bottom. No language model on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from time import perf_counter

from lukasa.domain.filter import Filter
from lukasa.domain.query import TurnQuery
from lukasa.domain.recalled import Context, Hit, Mode, Recalled, Signal, Source
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.pipeline import evidence, fuse
from lukasa.pipeline.analyse import analyse
from lukasa.pipeline.channels import Channels, Found
from lukasa.pipeline.compose import compose
from lukasa.pipeline.confidence import confidence, signs
from lukasa.pipeline.encode import Encoder
from lukasa.pipeline.policy import LEXICAL_FUSION, RecallPolicy
from lukasa.pipeline.rank import rerank
from lukasa.pipeline.represent import document_text
from lukasa.pipeline.understand import Understanding, understand
from lukasa.pipeline.warm import Floats, Ints, Warm, WarmPartitions
from lukasa.ports.reranker import Reranker
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter

_WORDS_OF = 5
"""Turns whose words are held against the question's, to judge whether it has an answer here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and how."""

    text: str
    now: datetime
    zone: tzinfo | None = None
    filter: Filter | None = None
    rerank: bool = False
    explain: bool = False


@dataclass(slots=True)
class Ranking:
    """All candidates, best first."""

    asked: Understanding
    warm: Warm
    found: Found
    table: Floats
    order: Ints
    """Places in `found`, best first."""

    chances: Floats
    """Relevance of each place in `found`."""

    confidence: float
    mode: Mode
    warnings: list[str]
    searched: int
    timings: dict[str, float]
    turns: dict[str, Turn] = field(default_factory=dict)
    reranked: Mapping[int, float] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """Ids, best first."""
        return [self.warm.ids[self.found.rows[place]] for place in self.order]


@dataclass(frozen=True, slots=True)
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
        ids = [] if abstained else ranking.ids[:limit]
        with _timed(ranking.timings, "fetch"):
            turns = await self._turns(partition, ranking, ids)
        hits = [
            _hit(ranking, int(place), turns[id_], explain=question.explain)
            for place, id_ in zip(ranking.order, ids, strict=False)
            if id_ in turns
        ]
        ranking.timings["total"] = (perf_counter() - started) * 1000
        return Recalled(
            question=question.text,
            hits=hits,
            abstained=abstained,
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
        ids = [] if abstained else ranking.ids[: self.policy.compose.candidates]
        with _timed(ranking.timings, "fetch"):
            turns = await self._turns(partition, ranking, ids)
        with _timed(ranking.timings, "compose"):
            block = compose(
                (turns[id_] for id_ in ids if id_ in turns),
                budget=budget,
                counter=self.counter,
                policy=self.policy.compose,
            )
        ranking.timings["total"] = (perf_counter() - started) * 1000
        return Context(
            text=block.text,
            tokens=block.tokens,
            turns=block.turns,
            abstained=abstained,
            mode=ranking.mode,
            warnings=ranking.warnings,
            timings=ranking.timings,
        )

    def _abstains(self, ranking: Ranking) -> bool:
        return not len(ranking.order) or ranking.confidence < self.policy.min_confidence

    async def _rank(self, partition: Partition, question: Question) -> Ranking:
        timings: dict[str, float] = {}
        encoding = asyncio.ensure_future(self.encoder.query(question.text))
        try:
            with _timed(timings, "warm"):
                spec = await self.encoder.spec()
                warm = await self.warm.get(partition, spec)
            with _timed(timings, "understand"):
                asked = understand(question.text, now=question.now, zone=question.zone, names=warm.names)
            with _timed(timings, "lexical"):
                lexical = await self.channels.lexical(partition, asked, question.filter)
                allowed = await self.channels.allowed(partition, warm, question.filter)
            with _timed(timings, "encode"):
                encoded = await encoding
        finally:
            encoding.cancel()
        warnings = [encoded.warning] if encoded.warning else []
        vectors = encoded.embeddings[0] if encoded.embeddings else None
        with _timed(timings, "channels"):
            found = await self.channels.gather(
                partition, warm, allowed=allowed, lexical=lexical, question=vectors, spec=spec
            )
        with _timed(timings, "fuse"):
            table = evidence.table(found, warm, asked)
            weights = self.policy.fusion if found.dense is not None else LEXICAL_FUSION
            scores = fuse.linear(table, weights)
            order = fuse.best_first(scores, warm.seq[found.rows])
        ranking = Ranking(
            asked=asked,
            warm=warm,
            found=found,
            table=table,
            order=order,
            chances=scores,
            confidence=0.0,
            mode="full" if vectors is not None else "lexical",
            warnings=warnings,
            searched=int(allowed.sum()),
            timings=timings,
        )
        await self._judge(partition, ranking, scores, question)
        return ranking

    async def _judge(
        self, partition: Partition, ranking: Ranking, scores: Floats, question: Question
    ) -> None:
        """Decide how sure to be, let the cross-encoder have its say, and turn scores into chances."""
        depth = max(_WORDS_OF, self.policy.rerank if question.rerank else 0)
        ids = ranking.ids[:depth]
        with _timed(ranking.timings, "judge"):
            turns = await self._turns(partition, ranking, ids)
            texts = [set(analyse(document_text(turns[id_]))) for id_ in ids[:_WORDS_OF]]
            seen = signs(ranking.found, ranking.order, ranking.asked.terms, texts)
            ranking.confidence = self._confidence(
                ranking, seen.covered_best, confidence(seen, self.policy.confidence)
            )
        if question.rerank and self.reranker is not None and ids:
            with _timed(ranking.timings, "rerank"):
                read = [document_text(turns[id_]) for id_ in ids]
                scores, ranking.reranked = await rerank(
                    self.reranker, question.text, read, scores=scores, order=ranking.order
                )
                ranking.order = fuse.best_first(scores, ranking.warm.seq[ranking.found.rows])
        ranking.chances = fuse.relevance(scores, ranking.confidence, steepness=self.policy.steepness)

    def _confidence(self, ranking: Ranking, covered: float, calibrated: float) -> float:
        # Without vectors the calibration does not hold; a shared telling word is all there is to go by.
        return calibrated if ranking.mode == "full" else 0.5 + covered / 2 if covered else 0.0

    async def _turns(self, partition: Partition, ranking: Ranking, ids: Sequence[str]) -> dict[str, Turn]:
        missing = [id_ for id_ in ids if id_ not in ranking.turns]
        if missing:
            found = await self.store.turns(partition, TurnQuery(ids=missing, include_retired=True))
            ranking.turns.update((turn.id, turn) for turn in found)
        return ranking.turns


def _hit(ranking: Ranking, place: int, turn: Turn, *, explain: bool) -> Hit:
    source = Source(turn=turn.id, start=0, end=len(turn.text), at=turn.at, speaker=turn.speaker)
    return Hit(
        id=turn.id,
        kind="turn",
        text=turn.text,
        score=float(ranking.chances[place]),
        at=turn.at,
        speaker=turn.speaker,
        role=turn.role,
        session=turn.session,
        sources=(source,),
        signals=tuple(_signals(ranking, place, explain=explain)),
        metadata=turn.metadata,
    )


def _signals(ranking: Ranking, place: int, *, explain: bool) -> Iterator[Signal]:
    found = ranking.found
    channels = {
        "lexical": found.lexical,
        "dense": found.dense,
        "late": None if found.late is None else found.late.mean(axis=1),
    }
    for channel, scores in channels.items():
        if scores is not None and (explain or scores[place] > 0):
            rank = int((scores > scores[place]).sum()) + 1
            yield Signal(
                channel=channel, score=float(scores[place]), rank=rank if scores[place] > 0 else None
            )
    if place in ranking.reranked:
        yield Signal(channel="rerank", score=ranking.reranked[place])
    if explain:
        for name, value in zip(evidence.FEATURES, ranking.table[place], strict=True):
            yield Signal(channel=f"evidence.{name}", score=float(value))


@contextmanager
def _timed(timings: dict[str, float], step: str) -> Iterator[None]:
    started = perf_counter()
    try:
        yield
    finally:
        timings[step] = timings.get(step, 0.0) + (perf_counter() - started) * 1000
