"""Mem0^g (paper §1.4): the entities of a pair and what connects them, as claims, and which known relations a new one ends.

An entity is a claim too ("Volvo is a company."), so that its type, its vector and the time when it was first seen are stored,
journalled and erased as those of any fact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType

from lukasa.beliefs.believe import KnownFacts, ModelDecision
from lukasa.beliefs.keys import same_words
from lukasa.beliefs.verdicts import Verdict
from lukasa.dates.statements import validity
from lukasa.domain.attribute import ATTRIBUTES, IS_A
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, Fact
from lukasa.domain.query import FactQuery
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError
from lukasa.extraction.model.claims import Passage, claim_on, label_of, named_time
from lukasa.extraction.model.neighbours import Neighbours, is_believed
from lukasa.extraction.model.recipe import Ask, Background, request_of
from lukasa.extraction.model.schemas import FoundEntities, ObsoleteRelations, Triplet, Triplets
from lukasa.extraction.model.transcript import one_line, plain
from lukasa.llm.ask import Numbered, ask_for
from lukasa.policy import ExtractionPolicy
from lukasa.text.rendering import day, speaker
from lukasa.text.sentences import sentences

_ENTITY, _RELATION = (MappingProxyType({"graph": part}) for part in ("entity", "relation"))
"""Metadata of the facts that are parts of the graph rather than memories: a filter can tell them apart."""

_FEWEST_ENTITIES = 2
"""Of which a relation can be asked."""

_LONGEST_TYPE = 40
_OF_NAMES = frozenset(row.name for row in ATTRIBUTES.values() if row.joins_names) | {IS_A}


async def graph_claims(
    turns: Sequence[Turn], background: Background, ask: Ask, policy: ExtractionPolicy
) -> list[Claim]:
    """Return the entities of a pair and their relations: one call for the entities, one for what connects them.

    They are claims like any other, with the label as attribute: the gate judges them, and the graph shows them.
    """
    shown = background.shown(recent=policy.recent, longest=policy.longest_turn)
    messages = plain(turns, policy.longest_turn)
    request = request_of("graph_entities", "entities", policy, messages=messages, **shown)
    reply, _ = await ask_for(FoundEntities, request, ask)
    types = {name: each.type for each in reply.entities if (name := one_line(each.name).strip())}
    claims = [_entity_claim(name, type_, turns) for name, type_ in types.items()]
    if len(types) < _FEWEST_ENTITIES:
        return claims
    listed = "\n".join(f"- {name}" for name in types)
    request = request_of(
        "graph_relations", "relations", policy, messages=messages, entities=listed, earlier=shown["earlier"]
    )
    related, _ = await ask_for(Triplets, request, ask)
    names = {name.casefold(): name for name in types}
    relations = (_relation_claim(each, names, turns, background) for each in related.relations)
    return claims + [claim for claim in relations if claim]


def _entity_claim(name: str, type_: str, turns: Sequence[Turn]) -> Claim:
    kind = label_of(type_)[:_LONGEST_TYPE].replace("_", " ") or "concept"
    article = "an" if kind[0] in "aeiou" else "a"
    claim = claim_on(
        _standing(name, name, turns), name, f"{name} is {article} {kind}.", turns=turns, when=None
    )
    return replace(claim, attribute=IS_A, value=kind, metadata=_ENTITY)


def _relation_claim(
    triplet: Triplet, names: Mapping[str, str], turns: Sequence[Turn], background: Background
) -> Claim | None:
    """Return a relation as a claim; `None` where an end is none of the entities."""
    source, target = (names.get(one_line(end).strip().casefold()) for end in (triplet.source, triplet.target))
    label = label_of(triplet.label)
    if not source or not target or not label or source == target or label in _OF_NAMES:
        return None
    attribute = known_attribute(label)
    kind = attribute.kind if attribute else "fact"
    passage = _standing(source, target, turns)
    when = named_time(None, passage, background.zone)
    return replace(
        claim_on(passage, source, f"{source} {label.replace('_', ' ')} {target}.", turns=turns, when=when),
        kind=kind,
        attribute=label,
        value=target,
        cardinality=attribute.cardinality if attribute else "multi",
        valid=validity(when, passage.turn.at, state=not KIND_TRAITS[kind].happens, ended=False),
        metadata=_RELATION,
    )


def _standing(source: str, target: str, turns: Sequence[Turn]) -> Passage:
    """Return the sentence that has most of two names, the speaker's own counted: what `she` is may stand elsewhere."""
    spans = [Passage(turn, start, end) for turn in turns for start, end in sentences(turn.text)]

    def names(passage: Passage) -> tuple[bool, bool]:
        sentence, teller = passage.quote.casefold(), speaker(passage.turn).casefold()
        said, by_source = target.casefold() in sentence, source.casefold() in sentence
        return said, by_source or source.casefold() == teller

    return max(spans, key=names) if spans else Passage(turns[0], 0, len(turns[0].text))


# --- conflicts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UpdateResolver:
    """Finds the relations that a new one may contradict, and asks the model which of them are obsolete."""

    policy: ExtractionPolicy
    same_node: float
    """Cosine of two names from which they are one node's."""

    async def __call__(
        self, turn: Turn, claim: Claim, known: KnownFacts, nearest: Neighbours, *, ask: Ask
    ) -> ModelDecision | None:
        """Return what the model decides; `None` leaves it to the rules: it is known, or the reply cannot be read."""
        if claim.attribute == IS_A or any(
            _says(fact, claim) and is_believed(fact) for fact in known.like(claim)
        ):
            return None
        facts = {fact.id: fact for fact in await self._rivals(claim, known, nearest)}
        if not facts:
            return None
        known.add(fact for fact in facts.values() if fact.id not in known.facts)
        numbers = Numbered(facts)
        request = request_of(
            "graph_update",
            "invalidate",
            self.policy,
            relation=f"({day(turn.at)}) {_triplet(claim)}",
            relations="\n".join(
                f"{numbers.number(id_)}. ({day(fact.worded_at)}) {_triplet(fact)}"
                for id_, fact in facts.items()
            ),
        )
        with suppress(BadReplyError):
            reply, _ = await ask_for(ObsoleteRelations, request, ask)
            obsolete = tuple(dict.fromkeys(map(numbers.id, reply.obsolete)))
            return ModelDecision(Verdict("replaces", obsolete) if obsolete else Verdict("new"))
        return None

    async def _rivals(self, claim: Claim, known: KnownFacts, nearest: Neighbours) -> list[Fact]:
        """Return the believed relations of the same node, those of its label and like its triplet first."""
        pending = list(known.facts.values())
        (near,) = await nearest([claim.text], limit=_LOOKED_AT, pending=pending)
        own = await nearest.store.facts(nearest.partition, FactQuery(subject=claim.subject))
        pool = {fact.id: fact for fact in own if fact.id not in nearest.without}
        # What is about to be stored goes before what is.
        pool |= {fact.id: fact for fact, _ in near} | {fact.id: fact for fact in pending}
        relations = [
            fact
            for fact in pool.values()
            if is_believed(fact) and fact.attribute and fact.value and fact.attribute not in _OF_NAMES
        ]
        await nearest.vectors.add([claim.subject, *(fact.subject for fact in relations)], nearest.encoder)
        rivals = [fact for fact in relations if self._same_node(claim.subject, fact.subject, nearest)]
        await nearest.vectors.add([claim.text, *(fact.text for fact in rivals)], nearest.encoder)
        order = {
            fact.id: (fact.attribute == claim.attribute, nearest.likeness(claim.text, fact.text) or 0.0)
            for fact in rivals
        }
        return sorted(rivals, key=lambda fact: order[fact.id], reverse=True)[: self.policy.similar]

    def _same_node(self, one: str, other: str, nearest: Neighbours) -> bool:
        return same_words(one, other) or (nearest.likeness(one, other) or 0.0) >= self.same_node


_LOOKED_AT = 30
"""Nearest facts among which relations of other spellings of a name are looked for."""


def _says(fact: Fact, claim: Claim) -> bool:
    """Whether a relation is known."""
    return same_words(fact.attribute, claim.attribute) and same_words(fact.value, claim.value)


def _triplet(relation: Claim | Fact) -> str:
    parts = (relation.subject, relation.attribute or "", relation.value or "")
    return " -- ".join(one_line(re.sub(r"\s*--\s*", " ", part)) for part in parts)
