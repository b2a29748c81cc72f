"""The second half of the paper's graph variant: entities of an exchange, then a relation for each pair (§1.4).

A triplet becomes a claim like any other, with its label as attribute, so that the gate judges it, `resolve` ends what a new one
contradicts, and the graph shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lukasa.dates.validity import validity
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, Cardinality
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.extraction.model.claims import CONFIDENCE, mistaken, named_time, resolved
from lukasa.extraction.model.recipe import Ask, Background
from lukasa.extraction.model.schemas import FoundEntities, Triplet, Triplets
from lukasa.extraction.model.transcript import one_line, plain
from lukasa.llm.ask import ask_for
from lukasa.policy import DistilPolicy
from lukasa.ports.llm import Limits, LLMRequest
from lukasa.prompts import load
from lukasa.text.rendering import speaker
from lukasa.text.sentences import sentences

_FEWEST = 2
"""Entities that a relation needs."""


async def triplets(
    turns: Sequence[Turn], background: Background, ask: Ask, policy: DistilPolicy
) -> list[tuple[Turn, Claim]]:
    """Return the relations of an exchange as claims: one call for its entities, one for what connects them."""
    limits = Limits(max_tokens=policy.reply_tokens, timeout=policy.timeout)
    shown = plain(turns, policy.longest_turn)
    guidance = background.guidance.written()
    asked = load("graph_entities").fill(guidance=f"{guidance}\n" if guidance else "", messages=shown)
    found, _ = await ask_for(
        FoundEntities, LLMRequest(messages=asked, purpose="entities", limits=limits), ask
    )
    names = list(dict.fromkeys(entity.name.strip() for entity in found.entities if entity.name.strip()))
    if len(names) < _FEWEST:
        return []
    listed = "\n".join(f"- {one_line(name)}" for name in names)
    asked = load("graph_relations").fill(messages=shown, entities=listed)
    related, _ = await ask_for(Triplets, LLMRequest(messages=asked, purpose="relations", limits=limits), ask)
    return list(_claims(related.relations, set(names), turns, background))


def _claims(
    found: Sequence[Triplet], names: set[str], turns: Sequence[Turn], background: Background
) -> Iterator[tuple[Turn, Claim]]:
    for each in found:
        source, target = each.source.strip(), each.target.strip()
        label = re.sub(r"[^\w]+", "_", each.label.casefold()).strip("_")
        place = _place(source, target, turns)
        if not label or source == target or not {source, target} <= names or place is None:
            continue  # It names what was not found, or what nobody said together.
        turn, start, end = place
        if not mistaken(source, turn.text[start:end], turn, turns):
            yield (
                turn,
                _claim((source, label, target), turn, (start, end), turns=turns, background=background),
            )


def _claim(
    triplet: tuple[str, str, str],
    turn: Turn,
    span: tuple[int, int],
    *,
    turns: Sequence[Turn],
    background: Background,
) -> Claim:
    source, label, target = triplet
    quote = turn.text[slice(*span)]
    known = known_attribute(label)
    kind = known.kind if known else "fact"
    cardinality: Cardinality = known.cardinality if known else "multi"
    when = named_time(None, quote, turn, background.zone)
    claim = Claim(
        subject=source,
        text=f"{source} {label.replace('_', ' ')} {target}.",
        kind=kind,
        source=Source(turn=turn.id, start=span[0], end=span[1], at=turn.at, speaker=turn.speaker),
        quote=quote,
        attribute=label,
        value=target,
        cardinality=cardinality,
        valid=validity(when, turn.at, state=not KIND_TRAITS[kind].happens, ended=False),
        confidence=CONFIDENCE,
    )
    return replace(claim, resolved=resolved(claim, turns, when, said=turn))


def _place(source: str, target: str, turns: Sequence[Turn]) -> tuple[Turn, int, int] | None:
    """Return the sentence that has the target, and the source or its speaker; `None`: no sentence has."""
    for turn in turns:
        for start, end in sentences(turn.text):
            said = turn.text[start:end].casefold()
            by_source = source.casefold() in said or source.casefold() == speaker(turn).casefold()
            if target.casefold() in said and by_source:
                return turn, start, end
    return None
