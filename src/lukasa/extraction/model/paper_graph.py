"""The second half of the paper's graph variant: entities of an exchange, then a relation for each pair (§1.4).

A relation becomes a claim like any other, with its label as attribute, so that the gate judges it, `decide` ends what a new
one contradicts, and the graph shows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.dates.validity import validity
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS
from lukasa.domain.turn import Turn
from lukasa.extraction.model.claims import CONFIDENCE, Passage, label_of, mistaken, named_time, resolved
from lukasa.extraction.model.recipe import Ask, Background, limits_of
from lukasa.extraction.model.schemas import FoundEntities, Triplet, Triplets
from lukasa.extraction.model.transcript import one_line, plain
from lukasa.llm.ask import ask_for
from lukasa.policy import DistilPolicy
from lukasa.ports.llm import LLMRequest
from lukasa.prompts import load
from lukasa.text.rendering import speaker
from lukasa.text.sentences import sentences

_FEWEST = 2
"""Entities that a relation needs."""


async def relation_claims(
    turns: Sequence[Turn], background: Background, ask: Ask, policy: DistilPolicy
) -> list[Claim | None]:
    """Return the relations of an exchange as claims: one call for its entities, one for what connects them.

    `None` stands for a relation that names what was not found, or that no sentence says.
    """
    limits = limits_of(policy)
    shown = plain(turns, policy.longest_turn)
    messages = load("graph_entities").fill(guidance=background.wishes, messages=shown)
    request = LLMRequest(messages=messages, purpose="entities", limits=limits)
    found, _ = await ask_for(FoundEntities, request, ask)
    names = list(dict.fromkeys(entity.name.strip() for entity in found.entities if entity.name.strip()))
    if len(names) < _FEWEST:
        return []
    listed = "\n".join(f"- {one_line(name)}" for name in names)
    messages = load("graph_relations").fill(messages=shown, entities=listed)
    request = LLMRequest(messages=messages, purpose="relations", limits=limits)
    reply, _ = await ask_for(Triplets, request, ask)
    return [_claim(triplet, names, turns, background) for triplet in reply.relations]


def _claim(
    triplet: Triplet, names: Sequence[str], turns: Sequence[Turn], background: Background
) -> Claim | None:
    source, label, target = triplet.source.strip(), label_of(triplet.label), triplet.target.strip()
    passage = _passage(source, target, turns)
    if not label or source == target or not {source, target} <= set(names) or passage is None:
        return None
    if mistaken(source, passage, turns):
        return None
    attribute = known_attribute(label)
    kind = attribute.kind if attribute else "fact"
    when = named_time(None, passage, background.zone)
    text = f"{source} {label.replace('_', ' ')} {target}."
    return Claim(
        subject=source,
        text=text,
        kind=kind,
        source=passage.source,
        quote=passage.quote,
        attribute=label,
        value=target,
        cardinality=attribute.cardinality if attribute else "multi",
        valid=validity(when, passage.turn.at, state=not KIND_TRAITS[kind].happens, ended=False),
        resolved=resolved(source, text, passage, turns=turns, when=when),
        confidence=CONFIDENCE,
    )


def _passage(source: str, target: str, turns: Sequence[Turn]) -> Passage | None:
    """Return the first sentence that has the target, and the source or its speaker."""
    for turn in turns:
        for start, end in sentences(turn.text):
            sentence = turn.text[start:end].casefold()
            by_source = source.casefold() in sentence or source.casefold() == speaker(turn).casefold()
            if target.casefold() in sentence and by_source:
                return Passage(turn, start, end)
    return None
