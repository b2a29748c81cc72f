"""How turns of a session become versions of facts: read by the model or the rules, judged, compared. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from lukasa.beliefs.believe import Believe, Heard, Version, make_scenes
from lukasa.domain.embedding import Embedding
from lukasa.domain.filter import Compare
from lukasa.domain.ids import digest
from lukasa.domain.job import Summary
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError, OverBudgetError
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.neighbours import Neighbours
from lukasa.extraction.model.recipe import Ask, Background, Reading, Recipe
from lukasa.indexing.encoder import Encoder
from lukasa.llm.budget import Meter, Tally
from lukasa.policy import DistilPolicy
from lukasa.ports.llm import LLMReply, LLMRequest
from lukasa.ports.store import Memories
from lukasa.retrieval.warm import WarmPartitions

_BACK = 400
"""How far back turns of the session are looked for, in places of the partition."""


@dataclass(slots=True)
class Run:
    """What one job has worked out, whoever writes in between."""

    partition: Partition
    session: str | None
    tally: Tally = field(default_factory=Tally)
    vectors: dict[str, Embedding] = field(default_factory=dict)
    """By text."""

    fingerprint: str | None = None
    replies: dict[str, LLMReply] = field(default_factory=dict)
    """By request: what was asked once is not asked again."""

    without: frozenset[str] = frozenset()
    """Ids of facts that count as unknown."""

    strict: bool = False
    """Whether the rules must not read in the model's place."""


class ReadBatch(NamedTuple):
    """What was made of some turns."""

    heard: Sequence[Heard]
    reading: Reading | None
    """The model's; `None`: the rules read."""

    lacking: str = ""
    """What the model's reading lacks (see `Extraction.fallback`)."""


@dataclass(frozen=True, slots=True)
class SessionReader:
    """Everything that reading needs."""

    store: Memories
    encoder: Encoder
    warm: WarmPartitions
    believe: Believe
    """With the rules: they read what the model cannot."""

    recipe: Recipe | None
    """`None`: the rules read everything."""

    meter: Meter | None
    guidance: Callable[[Partition], Guidance]
    policy: DistilPolicy

    @property
    def name(self) -> str:
        """What turns are marked with that were read."""
        return self.recipe.name if self.recipe else self.believe.name

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        """Return what is read in one go."""
        return self.recipe.batches(turns) if self.recipe else [list(turns)]

    async def earlier(self, run: Run, first: Turn) -> list[Turn]:
        """Return the turns before one in its session, oldest first."""
        query = TurnQuery(
            session=run.session,
            filter=Compare("session", "eq", None) if run.session is None else None,
            after=max(0, first.seq - _BACK),
            limit=_BACK,
        )
        turns = await self.store.turns(run.partition, query)
        return [turn for turn in turns if turn.seq < first.seq][-self.policy.recent :]

    async def read(
        self, run: Run, batch: Sequence[Turn], earlier: Sequence[Turn], summaries: Sequence[Summary]
    ) -> ReadBatch:
        """Return what the turns say, judged by the gate. Raises what the model raises when it cannot be asked now."""
        reading, lacking = None, ""
        if self.recipe is not None:
            reading, lacking = await self._reading(
                run, self.recipe, self._background(run, earlier, summaries), batch
            )
        if reading is None:
            heard = await self.believe.listen(run.partition, batch, earlier, zone=None, later=True)
        else:
            claims = [reading.claims.get(turn.id, ()) for turn in batch]
            scenes = make_scenes(batch, earlier, zone=None)
            heard = self.believe.judged(run.partition, batch, scenes, claims, later=True)
        return ReadBatch(heard, reading, lacking)

    async def resolve(self, run: Run, batch: ReadBatch, *, now: datetime) -> list[Version]:
        """Compare what was heard with what is known; return the versions to store, their vectors made."""
        known = await self.believe.known(run.partition, batch.heard)
        known.forget(run.without)
        opine = None
        if self.recipe is not None and batch.reading is not None:
            nearest = Neighbours(self.store, self.encoder, self.warm, run)
            opine = await self.recipe.opinions(batch.heard, known, nearest, self._ask(run))
        versions = await self.believe.resolve(run.partition, batch.heard, now=now, known=known, opine=opine)
        await self._encode(run, versions)
        return versions

    def _background(self, run: Run, earlier: Sequence[Turn], summaries: Sequence[Summary]) -> Background:
        whose = None if self.recipe and self.recipe.pairs else run.session
        return Background(
            summary=next((each.text for each in summaries if each.session == whose), ""),
            recent=earlier,
            guidance=self.guidance(run.partition),
        )

    async def _reading(
        self, run: Run, recipe: Recipe, background: Background, batch: Sequence[Turn]
    ) -> tuple[Reading | None, str]:
        try:
            reading = await recipe.read(batch, background, self._ask(run))
        except (BadReplyError, OverBudgetError) as error:
            if run.strict:
                raise
            return None, "bad reply" if isinstance(error, BadReplyError) else "over budget"
        return reading, "" if reading.whole else "cut off"

    def _ask(self, run: Run) -> Ask:
        async def ask(request: LLMRequest) -> LLMReply:
            key = digest([request.purpose, *(text for m in request.messages for text in (m.role, m.text))])
            if key not in run.replies:
                assert self.meter is not None  # noqa: S101 - a recipe comes with one
                run.replies[key] = await self.meter.ask(run.partition, request, tally=run.tally)
            return run.replies[key]

        return ask

    async def _encode(self, run: Run, versions: Sequence[Version]) -> None:
        texts = dict.fromkeys(each.fact.text for each in versions if each.worded)
        missing = [text for text in texts if text not in run.vectors]
        encoded = await self.encoder.documents(missing)
        run.fingerprint = encoded.fingerprint
        run.vectors.update(zip(missing, encoded.embeddings, strict=False))
