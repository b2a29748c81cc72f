"""Sentences whose "it" or "they" the sentence before explains: the two make one claim, which can be read on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lukasa.domain.claim import Claim, Scene
from lukasa.domain.fact import KIND_TRAITS
from lukasa.domain.turn import Turn
from lukasa.extraction.rules.clauses import pieces
from lukasa.extraction.rules.people import ATTRIBUTES_OF_KIN
from lukasa.extraction.rules.statement import state

SURE = 0.65
"""Confidence of what rests on the reader's finding out whom or what a pronoun means."""

_MOST_WORDS = 45
"""A longer text is no single fact any more."""


def antecedent(found: Sequence[Claim]) -> Claim | None:
    """Return the claim that the next sentence may go on from: the last clause's first."""
    told = [
        claim
        for claim in found
        if claim.attribute not in ATTRIBUTES_OF_KIN and not KIND_TRAITS[claim.kind].instructs
    ]
    return max(told, key=lambda claim: claim.source.start, default=None)


def continued(before: Claim, turn: Turn, scene: Scene, sentence: tuple[int, int]) -> Claim | None:
    """Return the claim that a sentence makes together with the one before it, when it goes on from there."""
    spans = pieces(turn.text, *sentence)
    if len(spans) != 1 or "?" in turn.text[slice(*sentence)]:
        return None
    said = state(turn, scene, *spans[0], follows=True)
    if said is None:
        return None
    text = f"{before.text}. {said.text}"
    if len(text.split()) > _MOST_WORDS:
        return None
    first = before.source.start
    return replace(
        before,
        text=text,
        kind="fact" if before.attribute else before.kind,
        source=replace(before.source, end=said.end),
        quote=turn.text[first : said.end],
        attribute=None,
        value=None,
        cardinality="multi",
        negated=False,
        corrects=None,
        resolved=tuple(dict.fromkeys((*before.resolved, *said.resolved))),
        confidence=SURE,
    )
