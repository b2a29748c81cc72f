"""The read path, top to bottom. No language model takes part."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.recalled import Context, Hit, Recalled
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Span, Turn
from lukasa.indexing.encoder import Encoded, Encoder
from lukasa.off_loop import collected, off_loop
from lukasa.policy import RecallPolicy
from lukasa.ports.memories import Memories
from lukasa.ports.tokens import TokenCounter
from lukasa.retrieval.channels import Candidates, Channels, Matches
from lukasa.retrieval.confidence import FEW, confidence, confidence_features, uncalibrated
from lukasa.retrieval.context import Profile, ShownPassage, compose, compose_profile
from lukasa.retrieval.features import FEATURES, table, weighted
from lukasa.retrieval.question import Question, Understanding, understand
from lukasa.retrieval.ranking import (
    RankedCandidates,
    Ranking,
    best_first,
    by_vectors,
    fact_hit,
    rank_facts,
    relevance,
    timed,
    turn_hit,
)
from lukasa.retrieval.selection import Selected, copies, select_for_context, select_hits
from lukasa.retrieval.token_vectors import Floats
from lukasa.retrieval.warm import FactArrays, PartitionIndex, WarmPartitions
from lukasa.text.analysis import analyse, content_words
from lukasa.text.rendering import document_text

_READ = 20
"""Most turns that are read before it is known whether they are shown."""

_LOOKED_AT = 100
"""Best turns among which system messages are looked for."""

_COMPARED = 100
"""Best turns of speakers that they are compared with."""


class _KeptProfile(NamedTuple):
    """A profile, and the state of the facts that it was made of."""

    facts: FactArrays
    state: tuple[int, int, date]
    """The count of their changes, the budget, and the day: a fact may be over by tomorrow without any change."""

    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    store: Memories
    encoder: Encoder
    warm: WarmPartitions
    channels: Channels
    counter: TokenCounter
    policy: RecallPolicy
    profiles: dict[Partition, _KeptProfile] = field(default_factory=dict)
    """The last profile of each partition."""

    def drop(self, partition: Partition) -> None:
        """Keep no profile of a partition: some of it was erased."""
        self.profiles.pop(partition, None)

    async def hits(self, partition: Partition, question: Question, *, limit: int) -> Recalled:
        # Those that will most likely be shown are read together with those that the confidence rests on.
        ranking = await self._rank(partition, question, read=min(limit, _READ))
        abstained = _abstains(ranking, question)
        with timed(ranking.timings, "select"):
            selected = (
                []
                if abstained
                else await off_loop(
                    select_hits, ranking, question.view, limit=limit, policy=self.policy.facts
                )
            )
        documents = await self._fetch(partition, ranking, question, selected)
        with timed(ranking.timings, "hits"):
            hits = await off_loop(_hits, ranking, selected, documents, explain=question.explain)
        features = ranking.confidence_features
        return Recalled(
            question=question.text,
            hits=hits,
            abstained=abstained,
            confidence=ranking.confidence,
            confidence_features=asdict(features) if question.explain and features else {},
            mode=ranking.mode,
            warnings=ranking.warnings,
            searched=ranking.searched,
            timings=ranking.timings,
        )

    async def context(self, partition: Partition, question: Question, *, budget: int) -> Context:
        ranking = await self._rank(partition, question)
        abstained = _abstains(ranking, question)
        with timed(ranking.timings, "profile"):
            profile = await self._profile(partition, ranking, question, budget)
        left = budget - (profile.tokens + self.counter.count("\n\n") if profile.text else 0)
        with timed(ranking.timings, "select"):
            selected = (
                []
                if abstained
                else await off_loop(
                    select_for_context, ranking, question.view, budget=left, policy=self.policy.compose
                )
            )
        documents = await self._fetch(partition, ranking, question, selected)
        with timed(ranking.timings, "compose"):
            in_profile = {fact.id for fact in profile.facts}
            selected = [each for each in selected if each.id in documents and each.id not in in_profile]
            block = await off_loop(
                compose,
                _shown(ranking, selected, documents),
                budget=left,
                counter=self.counter,
                policy=self.policy.compose,
            )
        text = "\n\n".join(part for part in (profile.text, block.text) if part)
        with timed(ranking.timings, "count"):
            tokens = await off_loop(self.counter.count, text) if profile.text else block.tokens
        return Context(
            text=text,
            tokens=tokens,
            turns=block.turns,
            facts=block.facts,
            excerpts=block.excerpts,
            omitted=block.omitted,
            profile=profile.text,
            known=profile.facts,
            abstained=abstained,
            confidence=ranking.confidence,
            mode=ranking.mode,
            warnings=ranking.warnings,
            timings=ranking.timings,
        )

    async def _rank(self, partition: Partition, question: Question, *, read: int = FEW) -> Ranking:
        """Rank all that may be returned, and read the best turns: *read* of them, or more."""
        timings: dict[str, float] = {}
        # The encoder computes in its own thread while the store is read.
        encoding = asyncio.ensure_future(self.encoder.query(question.text))
        try:
            with timed(timings, "warm"):
                spec = await self.encoder.spec()
                index = await self.warm.get(partition, spec)
            with timed(timings, "understand"):
                understanding = await off_loop(
                    understand, question.text, now=question.now, zone=question.zone, names=index.turns.names
                )
            with timed(timings, "lexical"):
                turns = await self.channels.turns(partition, index.turns, understanding, question)
                facts = await self.channels.facts(partition, index.facts, understanding, question)
            with timed(timings, "encode"):
                encoded = await encoding
        finally:
            encoding.cancel()
        embedding, warnings = self._usable(encoded, index, turns)
        with timed(timings, "channels"):
            turn_candidates, fact_candidates = [
                await self.channels.gather(partition, documents, matches, embedding=embedding, spec=spec)
                for documents, matches in ((index.turns, turns), (index.facts, facts))
            ]
        with timed(timings, "fuse"):
            ranked, ranked_facts, features = await off_loop(
                self._fused, turn_candidates, fact_candidates, index, understanding, question=question
            )
            ranking = Ranking(
                understanding=understanding,
                index=index,
                turns=ranked,
                facts=ranked_facts,
                table=features,
                mode="lexical" if embedding is None else "full",
                model=spec.model if spec else "",
                searched=len(turns.rows),
                warnings=warnings,
                timings=timings,
            )
        with timed(timings, "copies"):
            await self._leave_out_copies(partition, ranking)
        await self._judge(partition, ranking, read=max(read, FEW))
        return ranking

    async def _leave_out_copies(self, partition: Partition, ranking: Ranking) -> None:
        """Leave out system messages that repeat what is found itself: a host stored what it had been served."""
        turns = ranking.turns
        best = turns.order[:_LOOKED_AT]
        system = ranking.index.turns.system[turns.candidates.rows[best]]
        if not system.any():
            return
        system_ids = set(ranking.turn_ids(best[system]))
        # Whatever the host repeats is at hand among what was said, however far behind.
        said = turns.order[~ranking.index.turns.system[turns.candidates.rows[turns.order]]][:_COMPARED]
        texts = await self._turns(partition, ranking, [*ranking.turn_ids(said), *system_ids])
        copied = await off_loop(
            _copied,
            [texts[id_] for id_ in system_ids if id_ in texts],
            [texts[id_] for id_ in ranking.turn_ids(said) if id_ in texts],
        )
        if copied:
            positions = [at for at, id_ in zip(best, ranking.turn_ids(best), strict=True) if id_ in copied]
            turns.scores[positions] = -np.inf
            turns.order = turns.order[np.isfinite(turns.scores[turns.order])]

    def _fused(
        self,
        turns: Candidates,
        facts: Candidates,
        index: PartitionIndex,
        understanding: Understanding,
        *,
        question: Question,
    ) -> tuple[RankedCandidates, RankedCandidates, Floats]:
        """Return turns and facts with one score each, and the turns' features."""
        weights = self.policy.fusion[turns.best_channel]
        now = to_micros(question.now)
        past = question.view.past
        features = table(turns, index, understanding, facts=facts, weights=weights, now=now, past=past)
        scores = weighted(features, FEATURES, weights)
        order = best_first(scores, index.turns.seq[turns.rows])
        ranked = RankedCandidates(candidates=turns, scores=scores, order=order)
        policy = self.policy.facts
        if policy.alone == "dense" and not question.view.turns and facts.dense is not None:
            return ranked, by_vectors(facts, ranked, index), features
        windows = understanding.windows
        return ranked, rank_facts(facts, ranked, index, windows=windows, policy=policy), features

    def _usable(
        self, encoded: Encoded, index: PartitionIndex, turns: Matches
    ) -> tuple[Embedding | None, list[str]]:
        """Return the question's vectors, if they can be compared with enough of the turns', and warnings."""
        warnings = [encoded.warning] if encoded.warning else []
        if not encoded.embeddings:
            return None, warnings
        bare = int((~index.turns.embedded[turns.rows]).sum())
        if bare:
            warnings.append(f"turns without vectors of the embedder in use: {bare}; `reembed()` makes them")
        enough = bare <= self.policy.max_bare * len(turns.rows)
        return (encoded.embeddings[0] if enough else None), warnings

    async def _judge(self, partition: Partition, ranking: Ranking, *, read: int) -> None:
        """Decide how sure to be, and turn scores into chances."""
        with timed(ranking.timings, "judge"):
            turns = await self._turns(partition, ranking, ranking.turn_ids(ranking.turns.order[:read]))
            best = ranking.turns.order[:FEW]
            passages = (
                _best_passage(turns[id_], ranking.spans(position, turns[id_]))
                for position, id_ in zip(best.tolist(), ranking.turn_ids(best), strict=True)
                if id_ in turns
            )
            features = confidence_features(
                ranking.turns.candidates,
                understanding=ranking.understanding,
                texts=await collected(map(analyse, passages)),
                searched=ranking.searched,
            )
            weights = self.policy.confidence.get(ranking.model)
            if weights is not None and ranking.mode == "full":
                ranking.confidence = confidence(features, weights)
            else:
                ranking.confidence = uncalibrated(features)
            ranking.confidence_features = features
        top = float(ranking.turns.scores.max(initial=-np.inf))
        for ranked in (ranking.turns, ranking.facts):
            ranked.relevance = relevance(ranked.scores, ranking.confidence, best=top)

    async def _profile(
        self, partition: Partition, ranking: Ranking, question: Question, budget: int
    ) -> Profile:
        """Return the stable lines; they are composed again only when facts have changed."""
        if not question.view.facts or question.view.past or question.filter is not None:
            return Profile()
        facts = ranking.index.facts
        state = (facts.changed, budget, question.now.date())
        kept = self.profiles.get(partition)
        if kept is None or kept.facts is not facts or kept.state != state:
            query = FactQuery(statuses=["current"], kinds=None)
            profile = await off_loop(
                compose_profile,
                await self.store.facts(partition, query) if facts.size else [],
                now=question.now,
                budget=budget,
                counter=self.counter,
                policy=self.policy.compose,
            )
            kept = self.profiles[partition] = _KeptProfile(facts, state, profile)
        return kept.profile

    async def _fetch(
        self, partition: Partition, ranking: Ranking, question: Question, selected: Sequence[Selected]
    ) -> dict[str, Turn | Fact]:
        """Read what was selected from the store, by id."""
        with timed(ranking.timings, "fetch"):
            turns = await self._turns(partition, ranking, [each.id for each in selected if not each.is_fact])
            ids = [each.id for each in selected if each.is_fact]
            query = FactQuery(ids=ids, as_of=question.view.as_of, include_retired=True)
            facts = await self.store.facts(partition, query) if ids else []
        return {**turns, **{fact.id: fact for fact in facts}}

    async def _turns(self, partition: Partition, ranking: Ranking, ids: Sequence[str]) -> dict[str, Turn]:
        missing = [id_ for id_ in ids if id_ not in ranking.fetched]
        if missing:
            turns = await self.store.turns(partition, TurnQuery(ids=missing, include_retired=True))
            ranking.fetched.update((turn.id, turn) for turn in turns)
        return ranking.fetched


def _hits(
    ranking: Ranking, selected: Sequence[Selected], documents: Mapping[str, Turn | Fact], *, explain: bool
) -> list[Hit]:
    return [
        _hit(ranking, each, documents[each.id], explain=explain) for each in selected if each.id in documents
    ]


def _hit(ranking: Ranking, selected: Selected, document: Turn | Fact, *, explain: bool) -> Hit:
    if isinstance(document, Fact):
        return fact_hit(ranking, selected.position, document, explain=explain)
    return turn_hit(ranking, selected.position, document, explain=explain)


def _abstains(ranking: Ranking, question: Question) -> bool:
    nothing = not len(ranking.turns.order) and not len(ranking.facts.order)
    return nothing or ranking.confidence < question.min_confidence


def _best_passage(turn: Turn, spans: Sequence[Span]) -> str:
    return document_text(turn, turn.text[spans[0].start : spans[0].end])


def _shown(
    ranking: Ranking, selected: Sequence[Selected], documents: Mapping[str, Turn | Fact]
) -> Iterator[ShownPassage | Fact]:
    """Yield what is to be shown; of a turn that was indexed whole, or by other rules, all of it as one passage."""
    spans: dict[str, Sequence[Span]] = {}
    for each in selected:
        document = documents[each.id]
        if isinstance(document, Fact):
            yield document
            continue
        if each.id not in spans:
            spans[each.id] = sorted(ranking.spans(each.position, document))
        yield ShownPassage(document, spans[each.id], min(each.passage, len(spans[each.id]) - 1))


def _copied(system: Sequence[Turn], said: Sequence[Turn]) -> set[str]:
    """Return the ids of system messages that copy what was said."""
    distinct = {turn.text: turn for turn in said}.values()
    others = [set(content_words(document_text(turn))) for turn in distinct]
    return {turn.id for turn in system if copies(turn.text, others)}
