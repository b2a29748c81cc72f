"""Recipe `llm`: one structured call for a segment. What rules cannot decide is compared later (`compare.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lukasa.beliefs.believe import JudgedTurn, KnownFacts
from lukasa.domain.turn import Turn
from lukasa.extraction.model.claims import claim_of
from lukasa.extraction.model.neighbours import Neighbours
from lukasa.extraction.model.recipe import Ask, Background, ProposedClaims, request_of
from lukasa.extraction.model.schemas import Extracted
from lukasa.extraction.model.transcript import numbered, segments
from lukasa.llm.ask import ask_for
from lukasa.policy import ExtractionPolicy
from lukasa.prompts import load

_RECENT = 4
"""Messages shown before a segment: it is long enough to be understood nearly by itself."""


@dataclass(frozen=True, slots=True)
class LLMRecipe:
    """Facts and summary of a segment together. See `Recipe`."""

    model: str
    policy: ExtractionPolicy = field(default_factory=ExtractionPolicy)
    pairs = False

    @property
    def name(self) -> str:
        return f"llm-{load('extract').fingerprint}-{self.model}"

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        return segments(turns, self.policy)

    async def read(self, turns: Sequence[Turn], background: Background, ask: Ask) -> ProposedClaims:
        longest = self.policy.longest_turn
        shown = background.shown(recent=_RECENT, longest=longest)
        request = request_of("extract", "extract", self.policy, messages=numbered(turns, longest), **shown)
        reply, whole = await ask_for(Extracted, request, ask)
        claims = (
            claim_of(item, turns, guidance=background.guidance, zone=background.zone) for item in reply.facts
        )
        return ProposedClaims([claim for claim in claims if claim], reply.summary, whole)

    async def opinions(
        self, heard: Sequence[JudgedTurn], known: KnownFacts, nearest: Neighbours, ask: Ask
    ) -> None:
        """See `Recipe`: the rules decide at once, and what they let stand is compared later (`compare.py`)."""
