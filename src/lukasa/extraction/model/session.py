"""How turns of a session become versions of facts: read by the model or the rules, judged, compared. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from lukasa.beliefs.believe import Believe, JudgedTurn, Version, make_scenes, put
from lukasa.domain.change import Change, MarkExtracted
from lukasa.domain.filter import Compare
from lukasa.domain.job import Summary
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition, digest
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError, OverBudgetError
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.neighbours import Neighbours, Vectors
from lukasa.extraction.model.recipe import Ask, Background, ProposedClaims, Recipe
from lukasa.indexing.encoder import Encoder
from lukasa.llm.budget import Meter, Spending
from lukasa.policy import ExtractionPolicy
from lukasa.ports.llm import LLMReply, LLMRequest
from lukasa.ports.memories import Memories
from lukasa.retrieval.warm import WarmPartitions

_BACK = 400
"""How far back turns of the session are looked for, in turns of the partition."""


@dataclass(slots=True)
class Run:
    """What one job has worked out, kept while it decides again because of other writers."""

    partition: Partition
    session: str | None
    spending: Spending = field(default_factory=Spending)
    vectors: Vectors = field(default_factory=Vectors)
    replies: dict[str, LLMReply] = field(default_factory=dict)
    """By request: what was asked once is not asked again."""

    without: frozenset[str] = frozenset()
    """Ids of facts that count as unknown."""

    guidance: Guidance | None = None
    """What whoever queued the job wants found, in place of what is configured."""

    strict: bool = False
    """Whether the rules must not read in the model's place."""

    @property
    def query(self) -> TurnQuery:
        """Selects the live turns of the session; without one, those of no session."""
        none = Compare("session", "eq", None) if self.session is None else None
        return TurnQuery(session=self.session, filter=none)


class ReadBatch(NamedTuple):
    """Some turns, read and judged."""

    heard: Sequence[JudgedTurn]
    proposed: ProposedClaims | None
    """The model's; `None`: the rules read."""

    lacking: str = ""
    """What the model's reading lacks (see `Extraction.fallback`)."""


@dataclass(frozen=True, slots=True)
class SessionReader:
    store: Memories
    encoder: Encoder
    warm: WarmPartitions
    believe: Believe
    """With the rules: they read what the model cannot."""

    recipe: Recipe | None
    """`None`: the rules read everything."""

    meter: Meter | None
    guidance: Callable[[Partition], Guidance]
    policy: ExtractionPolicy

    @property
    def name(self) -> str:
        """What turns are marked with once they were read."""
        return self.recipe.name if self.recipe else self.believe.name

    def cause(self, verb: str, now: datetime) -> Cause:
        """Return the cause of a write, with the recipe or extractor that read."""
        return Cause(verb=verb, at=now, reason=self.name.partition("-")[0])

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        return self.recipe.batches(turns) if self.recipe else [list(turns)]

    async def earlier(self, run: Run, first: Turn) -> list[Turn]:
        """Return the turns before one in its session, oldest first; before a pair, those of the whole partition."""
        all_sessions = self.recipe is not None and self.recipe.pairs
        query = replace(
            TurnQuery() if all_sessions else run.query, after=max(0, first.seq - _BACK), limit=_BACK
        )
        turns = await self.store.turns(run.partition, query)
        return [turn for turn in turns if turn.seq < first.seq and turn.is_spoken][-self.policy.recent :]

    async def read(
        self, run: Run, batch: Sequence[Turn], earlier: Sequence[Turn], summaries: Sequence[Summary]
    ) -> ReadBatch:
        """Return what the turns say, judged by the gate. Raises what the model raises when it cannot be asked now."""
        proposed, lacking = None, ""
        spoken = [turn for turn in batch if turn.is_spoken]
        if self.recipe is not None and spoken:
            background = self._background(run, earlier, summaries)
            proposed, lacking = await self._proposed(run, self.recipe, background, spoken)
        if proposed is None:
            heard = await self.believe.extract(run.partition, batch, earlier, zone=None, later=True)
        else:
            claims = [[claim for claim in proposed.claims if claim.source.turn == turn.id] for turn in batch]
            scenes = make_scenes(batch, earlier, zone=None)
            if self.recipe is not None and self.recipe.pairs:
                shown = self._background(run, earlier, summaries)
                scenes = [
                    replace(scene, earlier=tuple(earlier), together=tuple(spoken), summary=shown.summary)
                    for scene in scenes
                ]
            heard = await self.believe.judge(run.partition, batch, scenes, claims, later=True)
        return ReadBatch(heard, proposed, lacking)

    async def resolve(self, run: Run, batch: ReadBatch, *, now: datetime) -> list[Version]:
        """Compare the claims with what is known; return the versions to store, their vectors made."""
        known = await self.believe.known(run.partition, batch.heard)
        known.forget(run.without)
        opine = None
        if self.recipe is not None and batch.proposed is not None:
            opine = await self.recipe.opinions(batch.heard, known, self.neighbours(run), self.ask(run))
        versions = await self.believe.resolve(
            run.partition, batch.heard, now=now, known=known, ask_model=opine
        )
        await run.vectors.add([version.fact.text for version in versions if version.worded], self.encoder)
        return versions

    def changes(
        self, run: Run, heard: Sequence[JudgedTurn], versions: Sequence[Version], *, lacking: str = ""
    ) -> list[Change]:
        """Return the changes that mark turns as read and store the versions."""
        marks = [
            MarkExtracted(
                id=turn.turn.id,
                extraction=self.believe.extraction(turn, versions, by=self.name, fallback=lacking),
            )
            for turn in heard
        ]
        vectors = run.vectors
        return [*marks, *(put(version, vectors.by_text, vectors.fingerprint) for version in versions)]

    def _background(self, run: Run, earlier: Sequence[Turn], summaries: Sequence[Summary]) -> Background:
        session = None if self.recipe and self.recipe.pairs else run.session
        return Background(
            summary=next((summary.text for summary in summaries if summary.session == session), ""),
            recent=earlier,
            guidance=run.guidance or self.guidance(run.partition),
        )

    async def _proposed(
        self, run: Run, recipe: Recipe, background: Background, batch: Sequence[Turn]
    ) -> tuple[ProposedClaims | None, str]:
        try:
            proposed = await recipe.read(batch, background, self.ask(run))
        except (BadReplyError, OverBudgetError) as error:
            if run.strict:
                raise
            return None, "bad reply" if isinstance(error, BadReplyError) else "over budget"
        return proposed, "" if proposed.whole else "cut off"

    def neighbours(self, run: Run) -> Neighbours:
        """Return what finds facts that are like a text."""
        return Neighbours(run.partition, self.store, self.encoder, self.warm, run.vectors, run.without)

    def ask(self, run: Run) -> Ask:
        """Return what asks the model, and keeps to the budget; the same request is sent once."""

        async def ask(request: LLMRequest) -> LLMReply:
            key = digest([request.purpose, *(text for m in request.messages for text in (m.role, m.text))])
            if key not in run.replies:
                assert self.meter is not None  # noqa: S101 - a recipe comes with one
                run.replies[key] = await self.meter.ask(run.partition, request, spending=run.spending)
            return run.replies[key]

        return ask
