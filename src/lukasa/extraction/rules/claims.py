"""What is said → claims: attributes where the grammar finds them, the statement itself where it finds none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from lukasa.dates.statements import validity
from lukasa.domain.attribute import ATTRIBUTES, attribute
from lukasa.domain.claim import Claim
from lukasa.domain.interval import Interval
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.extraction.rules.frames import Reading, readings
from lukasa.extraction.rules.identity import identity
from lukasa.extraction.rules.people import Kin
from lukasa.extraction.rules.relevance import kind_of
from lukasa.extraction.rules.statement import Said
from lukasa.text.rendering import speaker

SURE = 0.9
"""Confidence of what a row of the grammar reads."""

STATED = 0.75
"""Confidence of a sentence as it stands."""

_NAMES_ONLY = 3
"""Words behind "is" that can be nobody but who was named."""


def claims_of(said: Said, turn: Turn, *, introduced: bool = False) -> list[Claim]:
    """Return the claims of one clause; *introduced*: a claim of its own says whom it names."""
    base = _statement(said, turn)
    found = identity(said, turn.text) or readings(said.clause, said.rest, ended=said.ended)
    claims = [claim for reading in found for claim in _of_reading(base, reading, said, turn)]
    if claims or said.thin or (introduced and _only_names(said)):
        return claims
    return [base]


def kin_claim(each: Kin, turn: Turn, start: int, end: int) -> Claim:
    """Return the claim that somebody belongs to the speaker: "Ana is Tom's sister"."""
    text = f"{each.name} is {speaker(turn)}'s {each.relation}"
    return _of_speaker(turn, (start, end), text=text, attribute_name=each.attribute, value=each.name)


def name_claim(name: str, turn: Turn, start: int, end: int) -> Claim:
    """Return the claim that the speaker is called *name*."""
    text = f"{speaker(turn)} is called {name}"
    return _of_speaker(turn, (start, end), text=text, attribute_name="name", value=name)


def _of_speaker(turn: Turn, span: tuple[int, int], *, text: str, attribute_name: str, value: str) -> Claim:
    known = ATTRIBUTES[attribute_name]
    return Claim(
        subject=speaker(turn),
        text=text,
        kind=known.kind,
        source=Source(turn=turn.id, start=span[0], end=span[1], at=turn.at, speaker=turn.speaker),
        quote=turn.text[slice(*span)],
        attribute=attribute_name,
        value=value,
        cardinality=known.cardinality,
        valid=Interval(start=turn.at, granularity="instant"),
        resolved=(speaker(turn),),
        confidence=SURE,
    )


def _statement(said: Said, turn: Turn) -> Claim:
    clause = said.clause
    state = clause.tense == "present" or (clause.tense == "perfect" and clause.progressive)
    return Claim(
        subject=said.subject,
        text=said.text,
        kind=kind_of(clause, dated=any(each.wording for each in said.moments)),
        source=Source(turn=turn.id, start=said.start, end=said.end, at=turn.at, speaker=turn.speaker),
        quote=turn.text[said.start : said.end],
        ended=said.ended,
        valid=_valid(said, turn, state=state, ended=said.ended),
        resolved=said.resolved,
        confidence=STATED,
    )


def _of_reading(base: Claim, reading: Reading, said: Said, turn: Turn) -> Iterator[Claim]:
    known = attribute(reading.attribute)
    if known is None:
        return
    single = known.cardinality == "single"
    claim = replace(
        base,
        subject=reading.subject or base.subject,
        text=reading.text or (f"{said.upto_verb} {reading.short}" if reading.short else base.text),
        kind=known.kind,
        attribute=reading.attribute,
        value=reading.value,
        cardinality=known.cardinality,
        negated=reading.negated,
        ended=reading.ended,
        corrects=_corrects(said, reading, single=single),
        valid=_valid(said, turn, state=reading.state or (single and not reading.ended), ended=reading.ended),
        confidence=SURE,
    )
    yield claim
    if reading.attribute == "moved_to":
        yield _now_there(claim, said, turn)


def _now_there(moved: Claim, said: Said, turn: Turn) -> Claim:
    """Return where somebody lives who moved."""
    home = ATTRIBUTES["lives_in"]
    return replace(
        moved,
        text=f"{moved.subject} lives in {moved.value}",
        kind=home.kind,
        attribute=home.name,
        cardinality=home.cardinality,
        valid=_valid(said, turn, state=True, ended=False),
    )


def _valid(said: Said, turn: Turn, *, state: bool, ended: bool) -> Interval | None:
    """Return when it is true: a state from its beginning, or from now; an event at its time, if that was said."""
    when = next((each.interval for each in said.moments if not each.recurring), None)
    return validity(when, turn.at, state=state, ended=ended)


def _corrects(said: Said, reading: Reading, *, single: bool) -> str | None:
    if found := _not_but().search(said.text):
        wrong = found["wrong"] or found["wrong2"]
        return wrong if wrong != reading.value else None
    return "" if said.corrected and single else None


def _only_names(said: Said) -> bool:
    """Tell whether the clause says no more than who somebody is: "My sister's name is Ana"."""
    return said.clause.base == "be" and len(said.rest.split()) <= _NAMES_ONLY


@cache
def _not_but() -> re.Pattern[str]:
    some = r"(?:in |at |from |as )?(?:an? |the )?"
    return re.compile(
        rf"\bnot {some}(?P<wrong>[\w'-]+(?: [A-Z][\w'-]+)*),? but\b|,? (?:and )?not {some}(?P<wrong2>[\w'-]+(?: [A-Z][\w'-]+)*)$"
    )
