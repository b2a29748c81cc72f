"""The read path, top to bottom. No language model on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from time import perf_counter

import numpy as np

from lukasa.dates import event_bound
from lukasa.dates.questions import beside
from lukasa.domain.fact import Fact
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, TurnQuery
from lukasa.domain.recalled import Context, Recalled
from lukasa.domain.scope import Partition
from lukasa.domain.tally import Tally
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Turn
from lukasa.errors import ProviderError
from lukasa.indexing.encoder import Encoder
from lukasa.policy import RecallPolicy
from lukasa.ports.reranker import Reranker
from lukasa.ports.store import Memories
from lukasa.ports.tokens import TokenCounter
from lukasa.retrieval import features as evidence
from lukasa.retrieval import scoring as fuse
from lukasa.retrieval.arrays import Bools, Ints
from lukasa.retrieval.channels import Channels, Found
from lukasa.retrieval.confidence import FEW, confidence, signs, uncalibrated
from lukasa.retrieval.context import compose
from lukasa.retrieval.fact_ranking import rank_facts
from lukasa.retrieval.profile import Profile, compose_profile
from lukasa.retrieval.question import Question
from lukasa.retrieval.rank import rerank
from lukasa.retrieval.ranking import Ranking, fact_hit, hit, timed
from lukasa.retrieval.selection import choose, offered
from lukasa.retrieval.tally import Shown, shown, tally, wanted
from lukasa.retrieval.understand import Understanding, understand
from lukasa.retrieval.warm import Warm, WarmPartitions
from lukasa.retrieval.warm_facts import WarmFacts
from lukasa.text.analysis import analyse, query_terms
from lukasa.text.rendering import document_text
from lukasa.weights import BestChannel

_EVENTS = 5
"""Facts looked at for when an event was; a better match without a date is passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Everything the read path needs; nothing it doesn't."""

    store: Memories
    encoder: Encoder
    warm: WarmPartitions
    channels: Channels
    reranker: Reranker | None
    counter: TokenCounter
    policy: RecallPolicy
    profiles: dict[Partition, tuple[tuple[int, int, date], WarmFacts, Profile]] = field(default_factory=dict)
    """The last profile of each partition, and the state of its facts that it was made of."""

    async def hits(self, partition: Partition, question: Question, *, limit: int) -> Recalled:
        """Return the best hits for a question."""
        started = perf_counter()
        ranking = await self._rank(partition, question)
        abstained = self._abstains(ranking)
        chosen = [] if abstained else choose(ranking, question.looked, limit=limit, policy=self.policy.facts)
        with ranking.timed("fetch"):
            turns = await self._turns(partition, ranking, [each.id for each in chosen if not each.is_fact])
            facts = await self._facts(
                partition, ranking, question, [each.id for each in chosen if each.is_fact]
            )
        hits = [
            fact_hit(ranking, each.place, facts[each.id], explain=question.explain)
            if each.is_fact
            else hit(ranking, each.place, turns[each.id], explain=question.explain)
            for each in chosen
            if each.id in (facts if each.is_fact else turns)
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
        with ranking.timed("profile"):
            profile = await self._profile(partition, ranking, question, budget)
        left = budget - (profile.tokens + self.counter.count("\n\n") if profile.text else 0)
        with ranking.timed("tally"):
            counted = None if abstained else await self._tally(partition, ranking, question)
            # Shown last, but before it is known what else is: its facts may all need lines of their own.
            cost = self.counter.count(f"\n\n{shown(counted, (), ()).text}") if counted else 0
            if cost > budget * self.policy.compose.tally_share:
                counted, cost = None, 0
            left -= cost
        offers = (
            [] if abstained else offered(ranking, question.looked, budget=left, policy=self.policy.compose)
        )
        with ranking.timed("fetch"):
            turns = await self._turns(partition, ranking, [each.id for each in offers if not each.is_fact])
            facts = await self._facts(
                partition, ranking, question, [each.id for each in offers if each.is_fact]
            )
        with ranking.timed("compose"):
            told = {fact.id for fact in profile.facts}
            items = (
                facts[each.id] if each.is_fact else turns[each.id]
                for each in offers
                if each.id in (facts if each.is_fact else turns) and each.id not in told
            )
            block = compose(items, budget=left, counter=self.counter, policy=self.policy.compose)
        worked_out = shown(counted, block.turns, block.facts) if counted else Shown("", ())
        text = "\n\n".join(part for part in (profile.text, block.text, worked_out.text) if part)
        ranking.timings["total"] = (perf_counter() - started) * 1000
        return Context(
            text=text,
            tokens=self.counter.count(text) if text else 0,
            turns=block.turns,
            facts=(*block.facts, *worked_out.facts),
            profile=profile.text,
            known=profile.facts,
            tally=counted,
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
                asked = await self._with_events(partition, asked, question)
                lexical = await self.channels.lexical(partition, asked, question.filter)
                allowed = await self._allowed(partition, warm, question)
                fact_rows = await self._fact_rows(partition, warm, question)
                of_facts = (
                    await self.channels.lexical(partition, asked, question.filter, kind="fact")
                    if len(fact_rows)
                    else {}
                )
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
            found_facts = await self.channels.gather_facts(
                partition, warm, rows=fact_rows, lexical=of_facts, question=vectors, spec=spec
            )
        with timed(timings, "fuse"):
            table = evidence.table(found, found_facts, warm, asked)
            scores = fuse.linear(table, self.policy.fusion[_channels(found)])
            ranking = Ranking(
                asked=asked,
                warm=warm,
                found=found,
                table=table,
                scores=scores,
                order=fuse.best_first(scores, warm.seq[found.rows]),
                facts=rank_facts(
                    found_facts, found, scores, warm, windows=asked.windows, policy=self.policy.facts
                ),
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
        ranking.fact_chances = fuse.relevance(
            ranking.facts.scores, ranking.confidence, best=float(ranking.scores.max(initial=-np.inf))
        )

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

    async def _with_events(
        self, partition: Partition, asked: Understanding, question: Question
    ) -> Understanding:
        """Let "before she moved to Lisbon" bound the time asked about, where a fact says when that was."""
        bound = event_bound(question.text)
        if bound is None:
            return asked
        wanted = LexicalQuery(terms=query_terms(bound.phrase), kind="fact", limit=_EVENTS)
        found = [scored.id for scored in await self.store.lexical(partition, wanted)]
        facts = {fact.id: fact for fact in await self.store.facts(partition, FactQuery(ids=found))}
        dated = next((facts[id_] for id_ in found if id_ in facts and facts[id_].valid.start), None)
        if dated is None:
            return asked
        return replace(asked, windows=(*asked.windows, beside(bound.side, dated.valid)))

    async def _allowed(self, partition: Partition, warm: Warm, question: Question) -> Bools:
        """Tell for each turn whether it may be returned."""
        looked = question.looked
        allowed = await self.channels.allowed(
            partition, warm, question.filter, include_retired=looked.include_retired
        )
        if looked.valid_at is not None:
            allowed &= warm.at[: len(allowed)] <= to_micros(looked.valid_at)
        if looked.as_of is not None:
            query = TurnQuery(as_of=looked.as_of, include_retired=looked.include_retired)
            then = {turn.id for turn in await self.store.turns(partition, query)}
            allowed = np.array([warm.ids[row] in then for row in range(len(allowed))], np.bool_)
        return allowed

    async def _fact_rows(self, partition: Partition, warm: Warm, question: Question) -> Ints:
        """Return the rows of the facts that may be returned."""
        looked, facts = question.looked, warm.facts
        if not looked.facts or not facts.size:
            return np.empty(0, np.int64)
        rows = facts.usable(question.now, past=looked.past)
        if looked.include_retired or looked.as_of is not None:
            query = FactQuery(as_of=looked.as_of, include_retired=looked.include_retired)
            then = {
                fact.id for fact in await self.store.facts(partition, query) if fact.status != "quarantined"
            }
            rows = np.array([row for row, id_ in enumerate(facts.ids) if id_ in then], np.int64)
        if looked.valid_at is not None:
            at = to_micros(looked.valid_at)
            rows = rows[(facts.start[rows] <= at) & (facts.end[rows] > at)]
        if question.filter is not None:
            passing = await self.store.select(
                partition, DocumentQuery(filter=question.filter, kinds=["fact"])
            )
            rows = np.array([row for row in rows if facts.ids[row] in passing], np.int64)
        return rows

    async def _profile(
        self, partition: Partition, ranking: Ranking, question: Question, budget: int
    ) -> Profile:
        """Return the stable lines; made anew only when facts have changed."""
        if not question.looked.facts or question.looked.past or question.filter is not None:
            return Profile()
        # A fact may be over by tomorrow without any change.
        key = (ranking.warm.facts.changed, budget, question.now.date())
        held = self.profiles.get(partition)
        if held is None or held[0] != key or held[1] is not ranking.warm.facts:
            query = FactQuery(statuses=["current"], kinds=None)
            facts = await self.store.facts(partition, query) if ranking.warm.facts.size else []
            made = compose_profile(
                facts, now=question.now, budget=budget, counter=self.counter, policy=self.policy.compose
            )
            held = self.profiles[partition] = (key, ranking.warm.facts, made)
        return held[2]

    async def _tally(self, partition: Partition, ranking: Ranking, question: Question) -> Tally | None:
        """Work out what a question wants counted, from what it looks at; most questions want nothing of the kind."""
        looked = question.looked
        if not looked.facts or looked.include_retired or question.filter is not None:
            return None
        asked = wanted(question.text, names=ranking.asked.names)
        if asked is None:
            return None
        query = FactQuery(
            subject=asked.subject,
            attribute=asked.attribute,
            statuses=["current", "superseded"],
            valid_at=looked.valid_at,
            as_of=looked.as_of,
        )
        return tally(asked, await self.store.facts(partition, query))

    async def _facts(
        self, partition: Partition, ranking: Ranking, question: Question, ids: Sequence[str]
    ) -> dict[str, Fact]:
        if not ids:
            return {}
        query = FactQuery(ids=ids, as_of=question.looked.as_of, include_retired=True)
        return {fact.id: fact for fact in await self.store.facts(partition, query)}

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
