"""What a model filled in → claims. Pure.

Nothing is taken on its word: the quotation must stand in the message, dates are read by the grammar of time, and attributes
that we know keep their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import cache

from lukasa.dates import MONTHS, WEEKDAYS, expressions, written
from lukasa.dates.validity import validity
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, Cardinality
from lukasa.domain.interval import Interval
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.schemas import ExtractedFact
from lukasa.extraction.model.transcript import Span, find_quote
from lukasa.text.rendering import day, speaker

CONFIDENCE = 0.85
"""Of what a model read: between a row of our grammar and a sentence as it stands."""

_SELF = frozenset({"i", "me", "user", "the user", "speaker", "the speaker", "myself"})


_FIRST_PERSON = frozenset({"i", "my", "me", "mine", "myself"})
_OTHERS = frozenset(
    {
        "you",
        "your",
        "yours",
        "he",
        "she",
        "him",
        "her",
        "his",
        "hers",
        "they",
        "them",
        "their",
        "we",
        "us",
        "our",
    }
)
"""With one of these, a sentence can be about somebody else than who says it."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something a model filled in that rests on nothing that was said."""

    reason: str


def claim_of(
    item: ExtractedFact, turns: Sequence[Turn], *, guidance: Guidance, zone: tzinfo | None
) -> tuple[Turn, Claim] | Dropped:
    """Return the claim, and the turn whose words it rests on."""
    place = _place(item, turns)
    if place is None:
        return Dropped("the quote is not in the source")
    turn, (start, end) = place
    quote = turn.text[start:end]
    if mistaken(item.subject, quote, turn, turns):
        return Dropped("the speaker says it of himself")
    subject = speaker(turn) if item.subject.strip().casefold() in _SELF else item.subject.strip()
    attribute, value = _attribute(item)
    known = known_attribute(attribute) if attribute else None
    kind = known.kind if known else item.kind
    happens = KIND_TRAITS[kind].happens
    when = named_time(item.when, quote, turn, zone) if item.when or happens else None
    claim = Claim(
        subject=subject,
        text=item.text.strip(),
        kind=kind,
        source=Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker),
        quote=quote,
        attribute=attribute,
        value=value,
        cardinality=_cardinality(attribute, guidance),
        negated=item.denied,
        ended=item.ended,
        valid=validity(when, turn.at, state=not happens, ended=item.ended),
        stance=item.stance,
        confidence=CONFIDENCE,
    )
    return turn, replace(claim, resolved=resolved(claim, turns, when, said=turn))


def mistaken(subject: str, quote: str, turn: Turn, turns: Sequence[Turn]) -> bool:
    """Tell whether words that somebody says of himself are claimed of the other speaker: "I moved" is about who says it."""
    spoken = set(re.findall(r"[^\W_]+", quote.casefold()))
    others = {speaker(each).casefold() for each in turns} - {speaker(turn).casefold()}
    about_himself = bool(spoken & _FIRST_PERSON) and not spoken & _OTHERS
    return subject.strip().casefold() in others - spoken and about_himself


def resolved(claim: Claim, turns: Sequence[Turn], when: Interval | None, *, said: Turn) -> tuple[str, ...]:
    """Return names and dates that the words of a claim can stand for, as far as the conversation has them."""
    names = [claim.subject, *dict.fromkeys(speaker(turn) for turn in turns)]
    everything = " ".join(turn.text for turn in turns)
    named = [
        found
        for found in _name().findall(claim.text)
        if found not in claim.quote and _is_name(found) and re.sub(r"['’]s$", "", found) in everything
    ]
    # "Two weeks before 6 October 2025" counts from the day on which it was said.
    days = [*_dates(when), day(said.at)] if when is not None else []
    return tuple(dict.fromkeys([*names, *named, *days]))


def named_time(phrase: str | None, quote: str, turn: Turn, zone: tzinfo | None) -> Interval | None:
    """Return the time that a phrase of a quotation names, as it was meant when the turn was said.

    It is read where it stands, because the words around it tell whether "on Saturday" is the last one or the next.
    """
    found = _times(quote, turn, zone)
    if not phrase:
        return found[0][1] if found else None
    wanted = set(phrase.casefold().split())
    inside = [interval for words, interval in found if wanted & set(words.casefold().split())]
    if inside:
        return inside[0]
    alone = _times(phrase, turn, zone)
    return alone[0][1] if alone else None


def _times(text: str, turn: Turn, zone: tzinfo | None) -> list[tuple[str, Interval]]:
    found = expressions(text, at=turn.at, zone=zone or turn.at.tzinfo)
    return [(text[each.start : each.end], each.interval) for each in found if not each.recurring]


def _dates(when: Interval | None) -> Iterator[str]:
    """Give a time as it may be written: in words, and in figures."""
    if when is None:
        return
    if words := written(when):
        yield words
    for moment in (when.start, when.end):
        if moment is not None:
            yield f"{moment.date().isoformat()} {moment.month} {moment.day} {moment.year}"


def _place(item: ExtractedFact, turns: Sequence[Turn]) -> tuple[Turn, Span] | None:
    """Find the quotation: in the message that was named, or else in the only other one that has it."""
    named = turns[item.message - 1] if 1 <= item.message <= len(turns) else None
    if named is not None and (span := find_quote(item.quote, named.text)) is not None:
        return named, span
    found = [(turn, span) for turn in turns if (span := find_quote(item.quote, turn.text)) is not None]
    return found[0] if len(found) == 1 else None


def _attribute(item: ExtractedFact) -> tuple[str | None, str | None]:
    """Return attribute and value, both or neither."""
    label = re.sub(r"[^\w]+", "_", (item.attribute or "").strip().casefold()).strip("_")
    value = (item.value or "").strip()
    if not label or not value:
        return None, None
    if label.startswith(("favourite_", "favorite_")):
        label = f"favourite {label.partition('_')[2].replace('_', ' ')}"
    return label, value


def _cardinality(attribute: str | None, guidance: Guidance) -> Cardinality:
    known = known_attribute(attribute) if attribute else None
    if known is not None:
        return known.cardinality
    return (guidance.cardinality(attribute) if attribute else None) or "multi"


def _is_name(words: str) -> bool:
    """Tell whether capitalised words may name somebody: months and days name times, and only the quotation tells those."""
    return not {word.casefold() for word in words.split()} & {
        word.casefold() for word in (*MONTHS, *WEEKDAYS)
    }


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"\b[A-Z][\w'’-]*[^\W_](?:\s+[A-Z][\w'’-]+)*")
