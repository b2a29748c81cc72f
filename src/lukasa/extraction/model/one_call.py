"""Recipe `llm`: one structured call for a segment; a second one for all that rules cannot decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from lukasa.beliefs import decide
from lukasa.beliefs.believe import Heard, Known, Opine, Opinion, trust_of
from lukasa.beliefs.keys import same_words
from lukasa.beliefs.verdicts import Coexists, New, Replaces, Same
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError
from lukasa.extraction.model.claims import Dropped, claim_of
from lukasa.extraction.model.neighbours import Near, Nearest
from lukasa.extraction.model.recipe import Ask, Background, Reading
from lukasa.extraction.model.schemas import Comparisons, Extracted
from lukasa.extraction.model.segment import segments
from lukasa.extraction.model.transcript import numbered, one_line, plain
from lukasa.gate import Admitted
from lukasa.llm.ask import Numbered, ask_for
from lukasa.policy import DistilPolicy, ResolvePolicy
from lukasa.ports.llm import Limits, LLMRequest
from lukasa.prompts import load

_RECENT = 4
"""Messages shown before a segment: it is long enough to be understood nearly by itself."""

_PAIRS = 40
"""Most pairs that are compared in one call; further ones are left to the rules, which let both stand."""


@dataclass(frozen=True, slots=True)
class OneCall:
    """Facts and summary of a segment together."""

    model: str
    policy: DistilPolicy = field(default_factory=DistilPolicy)
    resolve: ResolvePolicy = field(default_factory=ResolvePolicy)

    @property
    def name(self) -> str:
        """See `Recipe`."""
        return f"llm-{load('extract').fingerprint}-{self.model}"

    @property
    def pairs(self) -> bool:
        """See `Recipe`."""
        return False

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        """See `Recipe`."""
        return segments(turns, self.policy)

    async def read(self, turns: Sequence[Turn], background: Background, ask: Ask) -> Reading:
        """See `Recipe`."""
        guidance = background.guidance.written()
        messages = load("extract").fill(
            guidance=f"{guidance}\n" if guidance else "",
            summary=one_line(background.summary) or "(none yet)",
            earlier=plain(background.recent[-_RECENT:], self.policy.longest_turn) or "(none)",
            messages=numbered(turns, self.policy.longest_turn),
        )
        request = LLMRequest(messages=messages, purpose="extract", limits=self._limits())
        found, whole = await ask_for(Extracted, request, ask)
        claims: dict[str, list[Claim]] = {}
        ungrounded = 0
        for item in found.facts:
            made = claim_of(item, turns, guidance=background.guidance, zone=background.zone)
            if isinstance(made, Dropped):
                ungrounded += 1
            else:
                claims.setdefault(made[0].id, []).append(made[1])
        return Reading(claims, found.summary, ungrounded, whole)

    async def opinions(self, heard: Sequence[Heard], known: Known, nearest: Nearest, ask: Ask) -> Opine:
        """See `Recipe`. A model that cannot be understood here leaves all to the rules."""
        undecided = await self._undecided(heard, known, nearest)
        told: Mapping[_Place, tuple[str, str]] = {}
        if undecided:
            try:
                told = await self._compare(undecided, ask)
            except BadReplyError:
                told = {}

        async def opine(_: Turn, claim: Claim, known: Known) -> Opinion | None:
            relation, fact_id = told.get(_place(claim), ("", ""))
            fact = known.facts.get(fact_id)
            if fact is None or not _believed(fact):
                return None
            return Opinion(Same(fact.id) if relation == "same" else Replaces((fact.id,)))

        for each in undecided:
            known.add(near.fact for near in each.near if near.fact.id not in known.facts)
        return opine

    async def _undecided(self, heard: Sequence[Heard], known: Known, nearest: Nearest) -> list[_Undecided]:
        """Return what the rules would let stand beside something very like it."""
        new = [
            _Undecided(claim, ())
            for turn, rulings in heard
            for ruling in rulings
            if isinstance(ruling, Admitted) and self._stands_alone(claim := ruling.claim, turn, known)
        ]
        if not new:
            return []
        found = await nearest([each.claim.text for each in new], limit=self.policy.similar)
        undecided = []
        for each, near in zip(new, found, strict=True):
            like = [one for one in near if self._may_be_about_it(one, each.claim)][: self.policy.neighbours]
            if like:
                undecided.append(_Undecided(each.claim, tuple(like)))
        return undecided

    def _stands_alone(self, claim: Claim, turn: Turn, known: Known) -> bool:
        verdict = decide(claim, known.like(claim), said_at=turn.at, trust=trust_of(turn), policy=self.resolve)
        return isinstance(verdict, New | Coexists)

    def _may_be_about_it(self, near: Near, claim: Claim) -> bool:
        same_subject = same_words(near.fact.subject, claim.subject)
        return same_subject and near.likeness >= self.policy.undecided and near.fact.text != claim.text

    async def _compare(self, undecided: Sequence[_Undecided], ask: Ask) -> dict[_Place, tuple[str, str]]:
        facts = {near.fact.id: near.fact for each in undecided for near in each.near}
        numbers = Numbered(facts)
        pairs = [
            (number, numbers.number(near.fact.id))
            for number, each in enumerate(undecided, start=1)
            for near in each.near
        ][:_PAIRS]
        messages = load("compare").fill(
            new="\n".join(f"{n}. {one_line(each.claim.text)}" for n, each in enumerate(undecided, start=1)),
            known="\n".join(f"{numbers.number(id_)}. {one_line(fact.text)}" for id_, fact in facts.items()),
            pairs=", ".join(f"({new}, {old})" for new, old in pairs),
        )
        request = LLMRequest(messages=messages, purpose="compare", limits=self._limits())
        found, _ = await ask_for(Comparisons, request, ask)
        told: dict[_Place, tuple[str, str]] = {}
        for pair in found.pairs:
            if pair.relation != "different" and (pair.new, pair.known) in pairs:
                told.setdefault(
                    _place(undecided[pair.new - 1].claim), (pair.relation, numbers.id(pair.known))
                )
        return told

    def _limits(self) -> Limits:
        return Limits(max_tokens=self.policy.reply_tokens, timeout=self.policy.timeout)


_Place: TypeAlias = tuple[Source, str]


class _Undecided(NamedTuple):
    claim: Claim
    near: Sequence[Near]


def _place(claim: Claim) -> _Place:
    """Return what tells one claim from another: several can rest on the same words."""
    return claim.source, claim.text


def _believed(fact: Fact) -> bool:
    return fact.live and fact.status in {"current", "conflicting"}
