"""What a model filled in → claims. Pure.

Nothing is taken on its word: the quotation must stand in the message, dates are read by the grammar of time, and attributes
of the table keep their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import cache
from typing import NamedTuple

from lukasa.dates.formatting import written
from lukasa.dates.statements import expressions, validity
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, Cardinality
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Source, Turn
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.schemas import ExtractedFact
from lukasa.extraction.model.transcript import find_quote
from lukasa.extraction.rules.endings import ends_in
from lukasa.text.language_data import MONTHS, WEEKDAYS
from lukasa.text.rendering import day, speaker

CONFIDENCE = 0.85
"""Of what a model read: between a row of our grammar and a sentence as it stands."""

_NAME = r"\b[A-Z][\w'’-]*[^\W_](?:\s+[A-Z][\w'’-]+)*"
SELF = frozenset({"i", "me", "user", "the user", "speaker", "the speaker", "myself"})


class Passage(NamedTuple):
    """The words of a turn that a claim rests on."""

    turn: Turn
    start: int
    end: int

    @property
    def quote(self) -> str:
        return self.turn.text[self.start : self.end]

    @property
    def source(self) -> Source:
        turn = self.turn
        return Source(turn=turn.id, start=self.start, end=self.end, at=turn.at, speaker=turn.speaker)


def claim_of(
    item: ExtractedFact, turns: Sequence[Turn], *, guidance: Guidance, zone: tzinfo | None
) -> Claim | None:
    """Return an extracted fact as a claim; `None`: the turns do not say it."""
    passage = _passage(item, turns)
    return None if passage is None else claim_in(passage, item, turns, guidance=guidance, zone=zone)


def claim_in(
    passage: Passage, item: ExtractedFact, turns: Sequence[Turn], *, guidance: Guidance, zone: tzinfo | None
) -> Claim:
    """Return an extracted fact as the claim that a passage of the turns makes."""
    subject = item.subject.strip()
    label, value = _attribute(item)
    attribute = known_attribute(label) if label else None
    kind = attribute.kind if attribute else item.kind
    happens = KIND_TRAITS[kind].happens
    when = named_time(item.when, passage, zone) if item.when or happens else None
    claim = claim_on(
        passage,
        speaker(passage.turn) if subject.casefold() in SELF else subject,
        item.text,
        turns=turns,
        when=when,
    )
    return replace(
        claim,
        kind=kind,
        attribute=label,
        value=value,
        cardinality=_cardinality(label, guidance),
        negated=item.denied,
        ended=item.ended,
        ends=ends_in(passage.quote),
        valid=validity(when, passage.turn.at, state=not happens, ended=item.ended),
        stance=item.stance,
    )


def claim_on(
    passage: Passage, subject: str, text: str, *, turns: Sequence[Turn], when: Interval | None
) -> Claim:
    """Return the claim that a sentence makes and a passage supports; *when*: the time that the passage names."""
    return Claim(
        subject=subject,
        text=text.strip(),
        kind="fact",
        source=passage.source,
        quote=passage.quote,
        resolved=tuple(dict.fromkeys(_resolved(text, passage, turns, when))),
        confidence=CONFIDENCE,
    )


def _resolved(text: str, passage: Passage, turns: Sequence[Turn], when: Interval | None) -> list[str]:
    """Return names and dates that the words of a claim can stand for, as far as the conversation has them."""
    quote, conversation = passage.quote, " ".join(turn.text for turn in turns)
    named = [
        name
        for name in re.findall(_NAME, text)
        if name not in quote and not _is_date(name) and re.sub(r"['’]s$", "", name) in conversation
    ]
    # "Two weeks before 6 October 2025" counts from the day on which it was said.
    days = [*_dates(when), day(passage.turn.at)] if when is not None else []
    return [*map(speaker, turns), *named, *days]


def named_time(phrase: str | None, passage: Passage, zone: tzinfo | None) -> Interval | None:
    """Return the time that a phrase of a passage names, as it was meant when the turn was said.

    It is read where it stands, because the words around it tell whether "on Saturday" is the last one or the next.
    """
    times = _times(passage.quote, passage.turn, zone)
    if not phrase:
        return times[0][1] if times else None
    wanted = set(phrase.casefold().split())
    inside = [interval for words, interval in times if wanted & set(words.casefold().split())]
    if inside:
        return inside[0]
    if phrase.casefold() not in passage.turn.text.casefold():
        return None  # A time that nobody said.
    alone = _times(phrase, passage.turn, zone)
    return alone[0][1] if alone else None


def _times(text: str, turn: Turn, zone: tzinfo | None) -> list[tuple[str, Interval]]:
    times = expressions(text, at=turn.at, zone=zone or turn.at.tzinfo)
    return [(text[time.start : time.end], time.interval) for time in times if not time.recurring]


def _dates(when: Interval) -> Iterator[str]:
    """Yield a time as it may be written: in words, and in figures."""
    if words := written(when):
        yield words
    for moment in (when.start, when.end):
        if moment is not None:
            yield f"{moment.date().isoformat()} {moment.month} {moment.day} {moment.year}"


def _passage(item: ExtractedFact, turns: Sequence[Turn]) -> Passage | None:
    """Find the quotation: in the message that was named, or else in the only other one that has it."""
    passages = [Passage(turn, *span) for turn in turns if (span := find_quote(item.quote, turn.text))]
    named = turns[item.message - 1] if 1 <= item.message <= len(turns) else None
    for passage in passages:
        if passage.turn is named:
            return passage
    return passages[0] if len(passages) == 1 else None


def _attribute(item: ExtractedFact) -> tuple[str | None, str | None]:
    """Return attribute and value, both or neither."""
    label, value = label_of(item.attribute or ""), (item.value or "").strip()
    if not label or not value:
        return None, None
    if label.startswith(("favourite_", "favorite_")):
        label = f"favourite {label.partition('_')[2].replace('_', ' ')}"
    return label, value


def label_of(text: str) -> str:
    """Return a label as a model wrote it in the form of the attribute table: `Lives in` is `lives_in`."""
    return re.sub(r"[^\w]+", "_", text.strip().casefold()).strip("_")


def _cardinality(label: str | None, guidance: Guidance) -> Cardinality:
    attribute = known_attribute(label) if label else None
    if attribute is not None:
        return attribute.cardinality
    return (guidance.cardinality(label) if label else None) or "multi"


def _is_date(words: str) -> bool:
    """Whether capitalised words name a month or a day of the week: only the quotation says which one is meant."""
    return not _calendar().isdisjoint(words.casefold().split())


@cache
def _calendar() -> frozenset[str]:
    return frozenset(word.casefold() for word in (*MONTHS, *WEEKDAYS))
