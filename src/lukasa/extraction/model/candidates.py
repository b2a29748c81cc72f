"""Facts that the caller found → claims that the gate can judge: where they are said, of whom, and when. Pure.

They are treated as what a model of ours extracts: nothing is taken on its word.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from lukasa.dates.formatting import written
from lukasa.dates.statements import validity
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS
from lukasa.domain.interval import Granularity, Interval
from lukasa.domain.turn import Span, Turn
from lukasa.extraction.candidates import CandidateFact
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.claims import SELF, Passage, claim_in
from lukasa.extraction.model.schemas import ExtractedFact
from lukasa.extraction.model.transcript import find_quote
from lukasa.gate.instructions import is_testimony
from lukasa.gate.rulings import Reason
from lukasa.text.analysis import content_words
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import speaker
from lukasa.text.sentences import sentences

LONGEST = 20_000
"""Characters of a message in which a fact is looked for, as many as the gate takes for its ground."""

_TELLING = 3
"""How many plain words a name, a number or a word of the value counts for, when the sentence that says a fact is looked for."""


@dataclass(frozen=True, slots=True)
class CandidateClaims:
    """Makes the claims of one call."""

    facts: Sequence[CandidateFact]
    places: Mapping[int, int]
    """From the index of a message to that of its turn; a message without text has none."""

    guidance: Guidance
    zone: tzinfo | None = None
    names_of: Callable[[str], Sequence[str]] = lambda name: (name,)
    """Gives a name, and every other name of the same one."""

    def __call__(self, turns: Sequence[Turn | None]) -> Iterator[Claim | Reason]:
        """Yield the claim of each fact, or why there is none. *turns*: of the call; `None`: nothing may rest on it."""
        texts = {index: _Text(turn) for index, turn in enumerate(turns) if turn is not None}
        said = [text.turn for text in texts.values() if text.turn.is_spoken]
        for fact in self.facts:
            index = None if fact.message is None else self.places.get(fact.message, -1)
            here = list(texts.values()) if index is None else [texts[index]] if index in texts else []
            found = _said_in(fact, here)
            yield found if isinstance(found, str) else self._claim(fact, found, said)

    def _claim(self, fact: CandidateFact, passage: Passage, said: Sequence[Turn]) -> Claim | Reason:
        day = _calendar_time(fact.when, self.zone or passage.turn.at.tzinfo)
        words = fact.when if isinstance(fact.when, str) and day is None else None
        if words is not None and words.casefold() not in passage.turn.text.casefold():
            return "ungrounded"  # A time that nobody said.
        item = ExtractedFact.model_construct(
            message=0,
            quote=passage.quote,
            text=fact.text,
            subject=fact.subject or fact.text,
            kind=fact.kind or "fact",
            attribute=fact.attribute,
            value=fact.value,
            when=words,
            denied=fact.negated,
            ended=fact.ended,
            stance="stated",
        )
        claim = claim_in(passage, item, said, guidance=self.guidance, zone=self.zone)
        valid = claim.valid
        if day is not None:
            happens = KIND_TRAITS[claim.kind].happens
            valid = validity(day, passage.turn.at, state=not happens, ended=fact.ended)
        subject = _subject(fact, passage.turn, said)
        # Whoever speaks is known by the label of their turns, whatever the caller calls them.
        labels = {speaker(turn) for turn in (passage.turn, *said)}
        subject = next((name for name in self.names_of(subject) if name in labels), subject)
        return replace(claim, subject=subject, valid=valid, found_by="caller")


# --- where it is said ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Text:
    """A turn in which facts are looked for."""

    turn: Turn
    _statements: list[tuple[Span, frozenset[str]]] | None = None
    _spelled: frozenset[str] = frozenset()

    def quoted(self, quote: str) -> Passage | None:
        """Return the words that are quoted."""
        if quote.isascii():  # Most turns do not have its words: comparing sets is faster than searching.
            self._spelled = self._spelled or _spelled(self.turn.text[:LONGEST])
            if not _spelled(quote) <= self._spelled:
                return None
        span = find_quote(quote, self.turn.text[:LONGEST])
        return None if span is None else Passage(self.turn, *span)

    def best(self, words: Mapping[str, int]) -> tuple[int, Passage] | None:
        """Return the statement that has most of these words, by their weights, with its weight; `None`: none has any."""
        if self._statements is None:
            text = self.turn.text[:LONGEST]
            self._statements = [
                (span, frozenset(content_words(text[slice(*span)]))) for span in _statements(text)
            ]
        weighed = [(sum(map(words.__getitem__, words.keys() & own)), span) for span, own in self._statements]
        weight, span = max(weighed, key=lambda pair: pair[0], default=(0, Span(0, 0)))
        return (weight, Passage(self.turn, *span)) if weight else None


def _statements(text: str) -> Iterator[Span]:
    """Yield the sentences of a text, cut where another subject begins: of "my brother bakes and I sing", "I sing" is mine."""
    for start, end in sentences(text):
        cuts = [match.span() for match in _CUT.finditer(text, start, end)]
        yield from map(Span, (start, *(cut[1] for cut in cuts)), (*(cut[0] for cut in cuts), end))


_CUT = LazyPattern(
    r"(?:[,;](?:\s+(?:and|but))?|\s(?:and|but))\s+(?=(?:I|we|my|our|he|she|they|his|her|their)\b)"
)


def _said_in(fact: CandidateFact, texts: Sequence[_Text]) -> Passage | Reason:
    """Return the words that say a fact, or why there are none: in a turn that a person or the assistant speaks, first of all a person's."""
    ranked = sorted(texts, key=lambda text: not is_testimony(text.turn))
    spoken = [text for text in ranked if text.turn.is_spoken]
    found = _found(fact, spoken)
    if found is not None:
        return found
    others = [text for text in ranked if not text.turn.is_spoken]
    return "ungrounded" if _found(fact, others) is None else "not said by the user"


def _found(fact: CandidateFact, texts: Sequence[_Text]) -> Passage | None:
    if fact.quote is not None:
        return next((passage for text in texts if (passage := text.quoted(fact.quote))), None)
    # What tells one fact from others stands in its value, its names and its numbers.
    telling = " ".join(word for word in fact.text.split() if not word[:1].islower())
    words = dict.fromkeys(content_words(fact.text), 1)
    words |= dict.fromkeys((*content_words(telling), *content_words(fact.value or "")), _TELLING)
    found = [best for text in texts if (best := text.best(words))]
    return max(found, key=lambda best: best[0])[1] if found else None


def _spelled(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))


# --- of whom, and when -----------------------------------------------------------------------------------------------


def _subject(fact: CandidateFact, turn: Turn, said: Sequence[Turn]) -> str:
    """Return whom a fact is about: as the caller says, or a name that it begins with, or else whoever says it."""
    words = re.findall(r"[^\W_]+", (fact.subject or fact.text).casefold())
    if fact.subject is not None and not {fact.subject.strip().casefold()} & SELF:
        return fact.subject.strip()
    if "user" in words[:2]:
        person = turn if is_testimony(turn) else next(filter(is_testimony, reversed(said)), None)
        return "User" if person is None else speaker(person)
    if fact.subject is not None or words[:1] == ["my"] or not SELF.isdisjoint(words[:1]):
        return speaker(turn)
    for name in dict.fromkeys(map(speaker, (turn, *said))):
        if fact.text.casefold().startswith(name.casefold()):
            return name
    match = _NAME.match(fact.text)
    return match["name"] if match and any(match["name"] in each.text for each in said) else speaker(turn)


_NAME = LazyPattern(r"(?P<name>[A-Z][\w-]*(?: [A-Z][\w-]*)*)(?!\w)")
_CALENDAR = LazyPattern(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")


def _calendar_time(when: date | str | None, zone: tzinfo | None) -> Interval | None:
    """Return a day, month or year of the calendar; `None` for words. Its phrase is what the gate looks for in the ground."""
    text = when.isoformat() if isinstance(when, date) else (when or "").strip()
    match = _CALENDAR.compiled.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match["year"]), int(match["month"] or 0), int(match["day"] or 0)
    try:
        first = date(year, month or 1, day or 1)
        length = 1 if day else monthrange(year, month)[1] if month else 365 + isleap(year)
        start, end = (datetime.combine(each, time(), zone) for each in (first, first + timedelta(length)))
    except (ValueError, OverflowError):
        return None
    granularity: Granularity = "day" if day else "month" if month else "year"
    interval = Interval(start=start, end=end, granularity=granularity)
    return replace(interval, phrase=written(interval))
