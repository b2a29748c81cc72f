"""Readings of the grammar → claims: whose, in which words, since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import cached_property
from typing import Any

from lukasa.dates.formatting import written
from lukasa.dates.modifiers import Expression
from lukasa.dates.spans import Tense
from lukasa.dates.statements import expressions, validity
from lukasa.domain.attribute import ALIAS, ATTRIBUTES, attribute
from lukasa.domain.claim import Claim
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Source, Turn
from lukasa.extraction.rules.endings import EndingEvent
from lukasa.extraction.rules.events import Event, retold, wording
from lukasa.extraction.rules.grammar import STOP, Reading
from lukasa.extraction.rules.people import Kin
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import day, speaker
from lukasa.text.sentences import Span

SURE = 0.9
"""Confidence of what a row of the grammar reads."""

LIKELY = 0.75
"""Confidence of an event, and of what a short answer says."""

HEARD = 0.5
"""Confidence that a name is somebody's because somebody else called them so."""


@dataclass(frozen=True)
class Said:
    """A stretch of a turn, with what is needed to make claims of it."""

    turn: Turn
    start: int
    end: int
    zone: tzinfo | None

    @property
    def name(self) -> str:
        return speaker(self.turn)

    def clause_end(self, start: int) -> int:
        """Return where the clause that begins at a place ends."""
        cut = _CLAUSE_END.search(self.turn.text, start + 1, self.end)
        return self.end if cut is None else cut.start()

    @cached_property
    def times(self) -> list[Expression]:
        """The expressions of time, placed in the turn."""
        return self.times_in(None)

    def times_in(self, tense: Tense | None) -> list[Expression]:
        """Return the expressions of time as of a clause of some tense: in the future, "on Friday" is the next one."""
        text = self.turn.text[self.start : self.end]
        if not _HINT.is_in(text):
            return []
        found = expressions(text, at=self.turn.at, zone=self.zone, tense=tense)
        return [time._replace(start=time.start + self.start, end=time.end + self.start) for time in found]

    def claim(self, says: str, name: str, value: str, span: Span, *resolved: str, **changes: Any) -> Claim:
        """Return the claim that an attribute of the speaker has a value from now on, with *changes* by field.

        *says* is how its text says it, behind the speaker's name; it rests on `turn.text[slice(*span)]`.
        """
        turn, definition, (start, end) = self.turn, attribute(name), span
        claim = Claim(
            subject=self.name,
            text=f"{self.name} {says}",
            kind="fact" if definition is None else definition.kind,
            source=Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker),
            quote=turn.text[start:end],
            attribute=name,
            value=value,
            cardinality="multi" if definition is None else definition.cardinality,
            valid=Interval(start=turn.at, granularity="instant"),
            resolved=(self.name, *filter(None, resolved)),
            confidence=SURE,
        )
        return replace(claim, **changes)


def of_reading(said: Said, reading: Reading, *, corrects: str | None) -> Iterator[Claim]:
    """Yield the claims of a reading: none for what lies ahead, two for a move."""
    definition = attribute(reading.attribute)
    if definition is None:
        return
    when = _when(said, reading)
    at = said.turn.at
    if when is not None and when.start is not None and when.start > at:
        return
    event = reading.attribute == "moved_to"
    words = _dated_words(when, reading) if when is not None else ""
    claim = said.claim(
        f"{reading.fact}{words}",
        reading.attribute,
        reading.value,
        (reading.start, said.clause_end(reading.start) if words else reading.end),
        words,
        negated=reading.negated,
        ended=reading.ended,
        corrects=corrects if definition.cardinality == "single" or reading.negated else None,
        valid=when if event else validity(when, at, state=True, ended=reading.ended),
    )
    if not event or when is not None:
        yield claim
    if event:
        home = ATTRIBUTES["lives_in"]
        yield replace(
            claim,
            text=f"{said.name} lives in {reading.value}",
            kind=home.kind,
            attribute=home.name,
            cardinality=home.cardinality,
            valid=validity(when, at, state=True, ended=False),
        )


def _when(said: Said, reading: Reading) -> Interval | None:
    """Return the time that the clause of a reading names, behind its verb or just before its subject."""
    near = []
    for time in said.times:
        behind = reading.cue <= time.start < said.clause_end(reading.start)
        before = 0 <= reading.start - time.end <= _NEAR
        # "In the evening" says when on some day, not since when.
        if (behind or before) and not (time.recurring or time.interval.granularity == "part"):
            near.append(time.interval)
    # "Last month on the 15th": the day says more.
    return min(near, key=lambda when: when.granularity != "day", default=None)


def _dated_words(when: Interval, reading: Reading) -> str:
    says_when = reading.happened or reading.ended or when.end is None
    return f" {written(when)}" if says_when and not _VAGUE.search(when.phrase) else ""


def of_kin(said: Said, person: Kin, **changes: Any) -> Claim:
    """Return the claim that a person belongs to the speaker: "Ana is Tom's sister"."""
    text = f"{person.name} is {said.name}'s {person.relation}"
    return said.claim("", person.attribute, person.name, (person.start, person.end), text=text, **changes)


def of_event(said: Said, event: Event) -> Claim:
    """Return the claim of something that happened, or is planned, on a day."""
    return said.claim(
        event.fact,
        event.attribute,
        event.value,
        (event.start, event.end),
        written(event.when),
        day(said.turn.at),
        kind="plan" if event.planned else "event",
        valid=event.when,
        confidence=LIKELY,
    )


def of_ending(said: Said, ending: EndingEvent) -> Claim:
    """Return the claim of an event by which something is over, in its own words and with its date written out."""
    at, start, end = said.turn.at, ending.start, ending.end
    own = ending.fact.replace("{S}", said.name).replace("{V}", ending.value)
    own, words = own or retold(said.turn.text[start:end], said.name), ""
    changes: dict[str, Any] = {"ends": ending.ends, "conditional": ending.conditional}
    when = _ending_time(said, ending)
    if when is not None:
        start, end = min(start, when.start), end if when.start < end else when.end
        words, changes["valid"] = wording(when, at), when.interval
    text = f"{own} {words}".strip()
    return said.claim(
        "", "stopped", ending.value, (start, end), words, day(at), text=text, kind="event", **changes
    )


def of_alias(said: Said, label: str, name: str, span: Span) -> Claim:
    """Return the claim that the other speaker, under *label*, is called *name*."""
    text = f"{label} is called {name}"
    return said.claim("", ALIAS, name, span, label, text=text, subject=label, kind="fact", confidence=HEARD)


def _ending_time(said: Said, ending: EndingEvent) -> Expression | None:
    """Return when something ended, if the clause names a day that has come."""
    for time in said.times:
        start = time.interval.start
        # After "Ana and I split up", "in May" is of the same clause.
        near = 0 <= ending.start - time.end <= _NEAR or ending.end <= time.start < said.clause_end(
            ending.end - 1
        )
        if near and start is not None and time.interval.end and start <= said.turn.at and not time.recurring:
            return time
    return None


_CLAUSE_END = LazyPattern(
    rf"(?i){STOP}(?=\s|$)|[;:!?()\n—–…]|,(?=\s(?:i\b|my\b|we\b|it\b|he\b|she\b|they\b|that|this|but|so|and|which|who|where|because|since|can|could|do|what|how|is|are|any|please))|\s-+\s|"
    r"\s(?:but|because|so|while|although|though|which|and (?:i|we|my|he|she|it|they|now|then|am|was|have|had|want|need|would|will|just|it['’]s|i['’]\w+))\b"
)
_NEAR = 3
_VAGUE = LazyPattern(r"(?i)\b(?:recently|lately|these days|few|several|couple|nowadays|now)\b")
_HINT = LazyPattern(
    r"\d|\b(?:yesterday|today|tonight|tomorrow|last|this|next|past|coming|ago|since|until|till|days?|weeks?|months?|years?|decades?|"
    r"spring|summer|autumn|fall|winter|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|"
    r"july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|christmas|easter|halloween|thanksgiving|valentine'?s?)\b"
)
"""Every expression of time has some of this: most sentences have none, and need no closer look."""
