"""An answer without a model: the very words of what was found, best first, each with its citation. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lukasa.answers.sources import plain
from lukasa.domain.answer import Citation
from lukasa.domain.recalled import Hit
from lukasa.text.analysis import analyse, query_terms
from lukasa.text.rendering import day
from lukasa.text.sentences import sentences

_SHORT = 240
"""Characters of a turn that is quoted whole; of a longer one, the sentence that has most of the question's words."""


def quoted(hits: Sequence[Hit], question: str, *, most: int) -> tuple[str, list[Citation]]:
    """Return the best *most* hits as lines of text, and what they cite."""
    terms = frozenset(query_terms(question))
    taken = list(_told_once(hits))[:most]
    evidence = [_cited(hit, number) for number, hit in enumerate(taken, start=1)]
    return "\n".join(_line(each, terms) for each in evidence), evidence


def _told_once(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Leave out a turn that a better fact was taken from: it says the same again."""
    told: set[str] = set()
    for hit in hits:
        if hit.kind == "turn" and hit.id in told:
            continue
        told.update(source.turn for source in hit.sources)
        yield hit


def _cited(hit: Hit, number: int) -> Citation:
    return Citation(
        number=number,
        kind=hit.kind,
        id=hit.id,
        text=hit.text,
        at=hit.at,
        speaker=hit.speaker or (hit.role.capitalize() if hit.role else None),
        session=hit.session,
        turns=tuple(dict.fromkeys(source.turn for source in hit.sources))
        if hit.kind == "fact"
        else (hit.id,),
    )


def _line(piece: Citation, terms: frozenset[str]) -> str:
    said = " ".join(plain(_passage(piece.text, terms)).split())
    if piece.kind == "fact":
        return f"{said} ({day(piece.at)}) [{piece.number}]"
    return f"{piece.speaker}, {day(piece.at)}: “{said}” [{piece.number}]"


def _passage(text: str, terms: frozenset[str]) -> str:
    """Return a short text whole, and of a long one the sentence that bears most on the question, cut if need be."""
    if len(text) > _SHORT:
        found = [text[start:end] for start, end in sentences(text)] or [text]
        text = max(found, key=lambda sentence: len(terms.intersection(analyse(sentence))))
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rsplit(' ', 1)[0]}…"
