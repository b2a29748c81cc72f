"""An answer without a model: the words of the best hits, each with its citation. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.answers.citations import DONT_KNOW
from lukasa.answers.sources import one_line, turns_of
from lukasa.domain.answer import Answer, Citation
from lukasa.domain.recalled import Hit, Recalled
from lukasa.text.analysis import analyse, query_terms
from lukasa.text.rendering import day
from lukasa.text.sentences import sentences

_QUOTED = 3
"""Hits that are quoted: what the first does not say, the next ones may."""

_NO_MODEL = (
    "no model is configured, so this is the evidence itself; with one (LUKASA_LLM=openai:MODEL, or Settings(llm=…)) "
    "the question is answered from it"
)

_SHORT = 240
"""Characters of a turn that is quoted whole; of a longer one, the sentence that has most of the question's words."""


def quote(recalled: Recalled) -> Answer:
    """Return the best hits as lines of text, marked as an answer without a model."""
    if recalled.abstained or not recalled.hits:
        return Answer(
            question=recalled.question,
            text=DONT_KNOW,
            abstained=True,
            reason="nothing relevant",
            mode="evidence",
            confidence=recalled.confidence,
            warnings=recalled.warnings,
        )
    terms = frozenset(query_terms(recalled.question))
    hits = _distinct(recalled.hits)[:_QUOTED]
    sources = [_cited(hit, number) for number, hit in enumerate(hits, start=1)]
    return Answer(
        question=recalled.question,
        text="\n".join(_line(source, terms) for source in sources),
        citations=sources,
        evidence=sources,
        confidence=recalled.confidence,
        mode="evidence",
        warnings=[*recalled.warnings, _NO_MODEL],
    )


def _distinct(hits: Sequence[Hit]) -> list[Hit]:
    """Leave out a turn that a better fact was taken from: it says the same again."""
    covered: set[str] = set()
    distinct = []
    for hit in hits:
        if hit.kind == "fact" or hit.id not in covered:
            covered.update(source.turn for source in hit.sources)
            distinct.append(hit)
    return distinct


def _cited(hit: Hit, number: int) -> Citation:
    return Citation(
        number=number,
        kind=hit.kind,
        id=hit.id,
        text=hit.text,
        at=hit.at,
        speaker=hit.speaker or (hit.role.capitalize() if hit.role else None),
        session=hit.session,
        turns=turns_of(hit.sources) if hit.kind == "fact" else (hit.id,),
    )


def _line(source: Citation, terms: frozenset[str]) -> str:
    words = one_line(_excerpt(source.text, terms))
    if source.kind == "fact":
        return f"{words} ({day(source.at)}) [{source.number}]"
    return f"{source.speaker}, {day(source.at)}: “{words}” [{source.number}]"


def _excerpt(text: str, terms: frozenset[str]) -> str:
    """Return a short text whole, and of a long one the sentence that bears most on the question, cut if need be."""
    if len(text) > _SHORT:
        candidates = [text[start:end] for start, end in sentences(text)] or [text]
        text = max(candidates, key=lambda sentence: len(terms.intersection(analyse(sentence))))
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rsplit(' ', 1)[0]}…"
