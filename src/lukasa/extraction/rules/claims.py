"""Stated clauses → claims: attributes where the grammar finds them, the sentence itself where it finds none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lukasa.dates.statements import validity
from lukasa.domain.attribute import ATTRIBUTES, attribute
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.fact import KIND_TRAITS
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Source, Turn
from lukasa.extraction.rules.clauses import pieces
from lukasa.extraction.rules.frames import AttributeReading, readings
from lukasa.extraction.rules.people import ATTRIBUTES_OF_KIN, Kin, identity
from lukasa.extraction.rules.relevance import kind_of
from lukasa.extraction.rules.statement import StatedClause, state
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import speaker

SURE = 0.9
"""Confidence of what a row of the grammar reads."""

STATED = 0.75
"""Confidence of a sentence as it stands."""

_CONTINUED = 0.65
"""Confidence of what rests on telling whom or what a pronoun means."""

_MOST_WORDS = 45
"""A longer text is no single fact any more."""

_NAMES_ONLY = 3
"""A clause with as few words behind "is" only says who was named."""


def claims_of(stated: StatedClause, turn: Turn, *, introduced: bool = False) -> list[Claim]:
    """Return the claims of one clause; *introduced*: a claim of its own says whom it names."""
    base = _statement(stated, turn)
    attribute_readings = identity(stated, turn.text) or readings(
        stated.clause, stated.rest, ended=stated.ended
    )
    claims = [claim for reading in attribute_readings for claim in _of_reading(base, reading, stated, turn)]
    if claims or stated.thin or (introduced and _only_names(stated)):
        return claims
    return [base]


def kin_claim(person: Kin, turn: Turn, start: int, end: int) -> Claim:
    """Return the claim that a person belongs to the speaker: "Ana is Tom's sister"."""
    text = f"{person.name} is {speaker(turn)}'s {person.relation}"
    return _of_speaker(turn, (start, end), text=text, attribute_name=person.attribute, value=person.name)


def name_claim(name: str, turn: Turn, start: int, end: int) -> Claim:
    """Return the claim that the speaker is called *name*."""
    text = f"{speaker(turn)} is called {name}"
    return _of_speaker(turn, (start, end), text=text, attribute_name="name", value=name)


def _of_speaker(turn: Turn, span: tuple[int, int], *, text: str, attribute_name: str, value: str) -> Claim:
    definition = ATTRIBUTES[attribute_name]
    return Claim(
        subject=speaker(turn),
        text=text,
        kind=definition.kind,
        source=Source(turn=turn.id, start=span[0], end=span[1], at=turn.at, speaker=turn.speaker),
        quote=turn.text[slice(*span)],
        attribute=attribute_name,
        value=value,
        cardinality=definition.cardinality,
        valid=Interval(start=turn.at, granularity="instant"),
        resolved=(speaker(turn),),
        confidence=SURE,
    )


def _statement(stated: StatedClause, turn: Turn) -> Claim:
    clause = stated.clause
    state = clause.tense == "present" or (clause.tense == "perfect" and clause.progressive)
    return Claim(
        subject=stated.subject,
        text=stated.text,
        kind=kind_of(clause, dated=any(phrase.wording for phrase in stated.time_phrases)),
        source=Source(turn=turn.id, start=stated.start, end=stated.end, at=turn.at, speaker=turn.speaker),
        quote=turn.text[stated.start : stated.end],
        ended=stated.ended,
        valid=_valid(stated, turn, state=state, ended=stated.ended),
        resolved=stated.resolved,
        confidence=STATED,
    )


def _of_reading(base: Claim, reading: AttributeReading, stated: StatedClause, turn: Turn) -> Iterator[Claim]:
    definition = attribute(reading.attribute)
    if definition is None:
        return
    single = definition.cardinality == "single"
    holds = reading.state or (single and not reading.ended)
    claim = replace(
        base,
        subject=reading.subject or base.subject,
        text=reading.text or (f"{stated.upto_verb} {reading.short}" if reading.short else base.text),
        kind=definition.kind,
        attribute=reading.attribute,
        value=reading.value,
        cardinality=definition.cardinality,
        negated=reading.negated,
        ended=reading.ended,
        corrects=_corrects(stated, reading, single=single),
        valid=_valid(stated, turn, state=holds, ended=reading.ended),
        confidence=SURE,
    )
    yield claim
    if reading.attribute == "moved_to":
        yield _now_there(claim, stated, turn)


def _now_there(moved: Claim, stated: StatedClause, turn: Turn) -> Claim:
    home = ATTRIBUTES["lives_in"]
    return replace(
        moved,
        text=f"{moved.subject} lives in {moved.value}",
        kind=home.kind,
        attribute=home.name,
        cardinality=home.cardinality,
        valid=_valid(stated, turn, state=True, ended=False),
    )


def _valid(stated: StatedClause, turn: Turn, *, state: bool, ended: bool) -> Interval | None:
    """Return when it is true: a state from its beginning, or from now; an event at its time, if that was said."""
    when = next((phrase.interval for phrase in stated.time_phrases if not phrase.recurring), None)
    return validity(when, turn.at, state=state, ended=ended)


def _corrects(stated: StatedClause, reading: AttributeReading, *, single: bool) -> str | None:
    if match := _NOT_BUT.search(stated.text):
        wrong = match["wrong"] or match["wrong2"]
        return wrong if wrong != reading.value else None
    return "" if stated.corrected and single else None


def _only_names(stated: StatedClause) -> bool:
    """Whether the clause says no more than who a person is: "My sister's name is Ana"."""
    return stated.clause.base == "be" and len(stated.rest.split()) <= _NAMES_ONLY


_ARTICLE = r"(?:in |at |from |as )?(?:an? |the )?"
_NOT_BUT = LazyPattern(
    rf"\bnot {_ARTICLE}(?P<wrong>[\w'-]+(?: [A-Z][\w'-]+)*),? but\b|,? (?:and )?not {_ARTICLE}(?P<wrong2>[\w'-]+(?: [A-Z][\w'-]+)*)$"
)


# --- sentences whose "it" or "they" the sentence before explains: the two make one claim --------------------------------


def antecedent(claims: Sequence[Claim]) -> Claim | None:
    """Return the claim that the next sentence may go on from: the last clause's first."""
    candidates = [
        claim
        for claim in claims
        if claim.attribute not in ATTRIBUTES_OF_KIN and not KIND_TRAITS[claim.kind].instructs
    ]
    return max(candidates, key=lambda claim: claim.source.start, default=None)


def continued(before: Claim, turn: Turn, scene: Scene, sentence: tuple[int, int]) -> Claim | None:
    """Return the claim that a sentence makes together with the one before it, when it goes on from there."""
    spans = pieces(turn.text, *sentence)
    if len(spans) != 1 or "?" in turn.text[slice(*sentence)]:
        return None
    stated = state(turn, scene, *spans[0], follows=True)
    if stated is None:
        return None
    text = f"{before.text}. {stated.text}"
    if len(text.split()) > _MOST_WORDS:
        return None
    first = before.source.start
    return replace(
        before,
        text=text,
        kind="fact" if before.attribute else before.kind,
        source=replace(before.source, end=stated.end),
        quote=turn.text[first : stated.end],
        attribute=None,
        value=None,
        cardinality="multi",
        negated=False,
        corrects=None,
        resolved=tuple(dict.fromkeys((*before.resolved, *stated.resolved))),
        confidence=_CONTINUED,
    )


# --- rules that the user gives the assistant, and shared photos ---------------------------------------------------------


def rule_of_user(turn: Turn, start: int, end: int) -> Claim | None:
    """Return a rule that a person gives the assistant: "Always answer in French"."""
    match = _RULE.match(turn.text, start, end)
    if match is None:
        return None
    text = " ".join(turn.text[start:end].split()).rstrip(" .!")
    text = text[:1].lower() + text[1:]
    name = speaker(turn)
    return Claim(
        subject=name,
        text=f"{name} asks: {text}",
        kind="procedure",
        source=Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker),
        quote=turn.text[start:end],
        attribute="should",
        value=text,
        resolved=(name,),
        confidence=0.8,
    )


def photos(turn: Turn, start: int, end: int) -> Iterator[Claim]:
    """Yield a claim for each photo that a sentence shares."""
    name = speaker(turn)
    for match in _PHOTO.finditer(turn.text, start, end):
        first, after = match.span("what")
        source = Source(turn=turn.id, start=first, end=after, at=turn.at, speaker=turn.speaker)
        what = _MEDIUM.sub("", match["what"].strip(" ."))
        yield Claim(
            subject=name, text=f"{name} shared a photo of {what}", kind="event", source=source, quote=match["what"],
            resolved=(name,), confidence=0.7,
        )  # fmt: skip


_PHOTO = LazyPattern(r"\[shares a photo(?: of|:)\s*(?P<what>[^\[\]]{2,400})\]", re.IGNORECASE)
_MEDIUM = LazyPattern(
    r"^(?:there is )?(?:an?|the) (?:close[- ]up )?(?:photo|photograph|photography|picture|image|shot|snapshot|pic) of (?=\S)",
    re.IGNORECASE,
)
_ACT = r"(?:answer|reply|respond|write|call me|address me|use|speak|talk to me|format|explain|summari[sz]e|translate|include|add|cite|show|ask me|tell me|remind me|give me|keep|start|end|send)"
_RULE = LazyPattern(
    rf"\s*(?:hey,? |please,? |ok(?:ay)?,? )*(?:(?:from now on|in (?:the )?future|going forward)[, ]+(?:please )?(?:always |never |only )?(?:don['’]t |do not )?{_ACT}\b|"
    rf"(?:please )?(?:always|never|only) {_ACT}\b(?! (?:going|up|smiling|pushing|dreaming|believing|trying|calm|in touch|it up)\b)|(?:please )?(?:don['’]t|do not) (?:ever )?(?:call me|use|answer|reply|write|include)\b|"
    r"(?:whenever|when|if|every time) i (?:ask|say|write|mention)\b[^?]{2,80},\s*(?:please |always |then )*"
    rf"{_ACT}\b|keep (?:your|the|all) (?:answers?|repl(?:y|ies)|responses?|explanations?)\b|when (?:answering|replying|writing|coding)\b[^?]{{0,60}},? (?:please |always |never )*{_ACT}\b)",
    re.IGNORECASE,
)
"""Rules for whoever answers; advice to a friend ("never give up") has none of these verbs."""
