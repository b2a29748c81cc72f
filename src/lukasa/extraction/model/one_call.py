"""Recipe `llm`: one structured call for a segment; a second one for all that rules cannot decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from lukasa.beliefs import PlacedClaim, decide
from lukasa.beliefs.believe import AskModel, JudgedTurn, KnownFacts, ModelDecision
from lukasa.beliefs.keys import same_words
from lukasa.beliefs.verdicts import New, Replaces, Same
from lukasa.domain.claim import Claim
from lukasa.domain.turn import Source, Turn
from lukasa.errors import BadReplyError
from lukasa.extraction.model.claims import claim_of
from lukasa.extraction.model.neighbours import Near, Neighbours, is_believed
from lukasa.extraction.model.recipe import Ask, Background, ProposedClaims, request_of
from lukasa.extraction.model.schemas import Comparisons, Extracted
from lukasa.extraction.model.transcript import numbered, one_line, segments
from lukasa.gate.rulings import Admitted
from lukasa.llm.ask import Numbered, ask_for
from lukasa.policy import ExtractionPolicy, ResolvePolicy
from lukasa.prompts import load
from lukasa.text.analysis import analyse, content_words

_RECENT = 4
"""Messages shown before a segment: it is long enough to be understood nearly by itself."""

_SHARED = 0.5
"""Of the content words of the shorter of two facts, that the other has too when they are near in meaning."""

_PAIRS = 40
"""Most pairs that are compared in one call; further ones are left to the rules, which let both stand."""


@dataclass(frozen=True, slots=True)
class LLMRecipe:
    """Facts and summary of a segment together. See `Recipe`."""

    model: str
    policy: ExtractionPolicy = field(default_factory=ExtractionPolicy)
    resolve: ResolvePolicy = field(default_factory=ResolvePolicy)
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
    ) -> AskModel:
        """See `Recipe`. A reply that cannot be read leaves all to the rules."""
        undecided = await self._undecided(heard, known, nearest)
        relations: Mapping[_ClaimId, tuple[str, str]] = {}
        with suppress(BadReplyError):
            relations = await self._compare(undecided, ask) if undecided else {}

        async def opine(_: Turn, claim: Claim, known: KnownFacts) -> ModelDecision | None:
            relation, fact_id = relations.get(_id(claim), ("", ""))
            fact = known.facts.get(fact_id)
            if fact is None or not is_believed(fact):
                return None
            return ModelDecision(Same(fact.id) if relation == "same" else Replaces((fact.id,)))

        for item in undecided:
            known.add(fact for fact, _ in item.near if fact.id not in known.facts)
        return opine

    async def _undecided(
        self, heard: Sequence[JudgedTurn], known: KnownFacts, nearest: Neighbours
    ) -> list[_Undecided]:
        """Return the claims that rules would let stand beside something very like them."""
        new = [
            ruling.claim
            for turn, rulings, _ in heard
            for ruling in rulings
            if isinstance(ruling, Admitted) and self._stands_alone(ruling.claim, turn, known)
        ]
        if not new:
            return []
        neighbours = await nearest([claim.text for claim in new], limit=self.policy.similar)
        undecided = []
        for claim, candidates in zip(new, neighbours, strict=True):
            near = [near for near in candidates if self._may_be_about(near, claim)][: self.policy.neighbours]
            if near:
                undecided.append(_Undecided(claim, near))
        return undecided

    def _stands_alone(self, claim: Claim, turn: Turn, known: KnownFacts) -> bool:
        verdict = decide(PlacedClaim.of(claim, turn, known.like(claim)), self.resolve)
        return isinstance(verdict, New)

    def _may_be_about(self, near: Near, claim: Claim) -> bool:
        """Whether a fact is so near a claim in meaning that one may say the other again, or end it.

        What all facts of a subject have in common, its name, says nothing; two of its facts are near when most of what the
        shorter one says beside it is in both.
        """
        if near.fact.text == claim.text or not same_words(near.fact.subject, claim.subject):
            return False
        about = {*analyse(claim.subject)}
        known, new = ({*content_words(text)} - about for text in (near.fact.text, claim.text))
        shared = len(known & new) >= _SHARED * min(len(known), len(new))
        return shared and (near.likeness is None or near.likeness >= self.policy.undecided)

    async def _compare(self, undecided: Sequence[_Undecided], ask: Ask) -> dict[_ClaimId, tuple[str, str]]:
        """Ask the model; return by claim how it relates to which fact."""
        facts = {near.fact.id: near.fact for item in undecided for near in item.near}
        numbers = Numbered(facts)
        pairs = [
            (new, numbers.number(near.fact.id))
            for new, item in enumerate(undecided, start=1)
            for near in item.near
        ][:_PAIRS]
        request = request_of(
            "compare",
            "compare",
            self.policy,
            new="\n".join(f"{n}. {one_line(item.claim.text)}" for n, item in enumerate(undecided, start=1)),
            known="\n".join(f"{numbers.number(id_)}. {one_line(fact.text)}" for id_, fact in facts.items()),
            pairs=", ".join(f"({new}, {known})" for new, known in pairs),
        )
        reply, _ = await ask_for(Comparisons, request, ask)
        relations: dict[_ClaimId, tuple[str, str]] = {}
        for pair in reply.pairs:
            if pair.relation != "different" and (pair.new, pair.known) in pairs:
                claim = undecided[pair.new - 1].claim
                relations.setdefault(_id(claim), (pair.relation, numbers.id(pair.known)))
        return relations


_ClaimId: TypeAlias = tuple[Source, str]


class _Undecided(NamedTuple):
    claim: Claim
    near: Sequence[Near]


def _id(claim: Claim) -> _ClaimId:
    """Return what tells one claim from another: several can rest on the same words."""
    return claim.source, claim.text
