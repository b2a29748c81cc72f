"""The extractor without a model: from turns to claims, sentence by sentence and piece by piece.

Precision comes before recall: the turn itself stays, and carries what is not claimed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from lukasa.domain.claim import Claim, Scene
from lukasa.domain.turn import Turn
from lukasa.extraction.rules.claims import (
    antecedent,
    claims_of,
    continued,
    kin_claim,
    name_claim,
    photos,
    rule_of_user,
)
from lukasa.extraction.rules.clauses import pieces
from lukasa.extraction.rules.people import kin, named_after, nickname
from lukasa.extraction.rules.short_answers import answered
from lukasa.extraction.rules.statement import StatedClause, state
from lukasa.gate.instructions import is_testimony
from lukasa.off_loop import collected
from lukasa.text.language_data import FUNCTION_WORDS
from lukasa.text.patterns import LazyPattern
from lukasa.text.sentences import Span, sentences

RULES_VERSION = 3
"""Raise it with every change of which claims a turn gives: turns that an older version read are then known to be outdated."""

LONGEST = 20_000
"""Characters of a turn that are read; what is longer was pasted."""

LONGEST_SENTENCE = 1000
"""Characters of a sentence that are read as one: its clauses are compared with one another."""


@dataclass(frozen=True, slots=True)
class RulesExtractor:
    """Reads turns by rules: no model, no network, the same claims every time."""

    @property
    def name(self) -> str:
        return f"rules-{RULES_VERSION}"

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        """Return the claims of each turn, in order. Never fails."""
        return await collected(extract(turn, scene) for turn, scene in zip(turns, scenes, strict=True))


def extract(turn: Turn, scene: Scene) -> list[Claim]:
    """Return what the turn claims, in the order of its sentences."""
    if not is_testimony(turn):
        return []  # the gate lists what it instructs
    claims: list[Claim] = []
    before: Claim | None = None
    for number, (start, end) in enumerate(_read_spans(turn.text)):
        claims += photos(turn, start, end)
        if not is_english(turn.text[start:end]):
            continue
        own = _of_sentence(turn, scene, start, end, first=number == 0)
        if not own and before is not None:
            more = continued(before, turn, scene, (start, end))
            if more is not None and before.attribute is None:
                claims.remove(before)  # the two sentences are one claim
            own = [more] if more is not None else []
        claims += own
        before = antecedent(own)
    return claims


def _read_spans(text: str) -> Iterator[Span]:
    """Yield the sentences, those that are too long in parts; a part without a comma is no sentence of anybody's."""
    for begin, end in sentences(text[:LONGEST]):
        start = begin
        while end - start > LONGEST_SENTENCE:
            stop = start + LONGEST_SENTENCE
            clause = None
            for clause in _CLAUSE.finditer(text, start, stop):  # noqa: B007 - the last one
                pass
            cut = text.rfind(",", start, stop) if clause is None else clause.start()
            if cut <= start:
                break
            yield start, cut
            start = cut + 1
        else:
            yield start, end


def _of_sentence(turn: Turn, scene: Scene, start: int, end: int, *, first: bool) -> list[Claim]:
    if (rule := rule_of_user(turn, start, end)) is not None:
        return [rule]
    if (name := nickname(turn.text[start:end])) is not None:
        return [name_claim(name, turn, start, end)]
    relatives = [] if "?" in turn.text[start:end] else _relatives(turn, start, end)
    claims = [
        claim
        for statement in _statements(turn, scene, start, end)
        for claim in claims_of(statement, turn, introduced=bool(relatives))
    ]
    claims += relatives
    return claims or (list(answered(turn, scene, start, end)) if first else [])


def _relatives(turn: Turn, start: int, end: int) -> list[Claim]:
    people = kin(turn.text, start, end)
    if not people and (named := named_after(turn.text, start, end)) is not None:
        return [kin_claim(named[0], turn, named[1], end)]
    return [kin_claim(person, turn, start, end) for person in people]


def _statements(turn: Turn, scene: Scene, start: int, end: int) -> Iterator[StatedClause]:
    spans = pieces(turn.text, start, end, names=scene.names)
    before = start
    for index, (first, after) in enumerate(spans):
        follows = spans[index + 1][0] if index + 1 < len(spans) else end
        asks = "?" in turn.text[after:follows]
        opening = turn.text[before:first]
        if not asks and (statement := state(turn, scene, first, after, opening=opening)) is not None:
            yield statement
        before = after


_CLAUSE = LazyPattern(r",\s{1,3}(?=(?:and|but|so)\s(?:i|we|my|it|he|she|they)\b)", re.IGNORECASE)
"""Where a sentence that never ends may be cut."""


# --- language --------------------------------------------------------------------------------------------------------


def is_english(sentence: str) -> bool:
    """Whether most function words of a sentence are English, as far as it has any."""
    if sentence.isascii() and _TELLTALE.search(sentence):
        return True
    words = [match.group().lower() for match in _WORD.finditer(sentence)]
    if any(ord(letter) > _LATIN for letter in sentence if letter.isalpha()):
        return False
    english = sum(word in FUNCTION_WORDS.words("en") for word in words)
    foreign = sum(word in _foreign() for word in words)
    return english >= foreign if len(words) > _FEW else foreign <= english


_FEW = 3
"""Words up to which a sentence is taken for English: `Lisbon, since March.` has none that tells."""

_LATIN = 0x24F
"""The last letter of the Latin alphabets."""

_TELLTALE = LazyPattern(r"\b(?:I|I'm|I've|my|we|our|the|and|with|was|have)\b")
_WORD = LazyPattern(r"[^\W\d_]+")


@cache
def _foreign() -> frozenset[str]:
    codes = ("de", "fr", "es", "it", "pt", "nl")
    return frozenset(" ".join(FUNCTION_WORDS[code] for code in codes).split()) - FUNCTION_WORDS.words("en")
