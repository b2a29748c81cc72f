"""From a turn to claims: sentence by sentence, piece by piece, first the words, then who and when, then what.

Precision comes before recall: the turn itself stays, and carries what is not claimed here.
"""

from __future__ import annotations

from collections.abc import Iterator

from lukasa.domain.claim import Claim, Scene
from lukasa.domain.turn import Turn
from lukasa.extraction.rules.claims import claims_of, kin_claim, name_claim
from lukasa.extraction.rules.clauses import pieces
from lukasa.extraction.rules.identity import nickname
from lukasa.extraction.rules.instructions import photos, rule_of_user
from lukasa.extraction.rules.language import is_english
from lukasa.extraction.rules.people import kin, named_after
from lukasa.extraction.rules.sequel import antecedent, continued
from lukasa.extraction.rules.short_answers import answered
from lukasa.extraction.rules.statement import Said, state
from lukasa.text.sentences import sentences

LONGEST = 20_000
"""Characters of a turn that are read; what is longer was pasted."""


def extract(turn: Turn, scene: Scene) -> list[Claim]:
    """Return what the turn claims, in the order of its sentences."""
    if turn.role != "user" or turn.origin not in {"user", "import"}:
        return []  # What others than a person say is no testimony; the gate counts what they instruct.
    return _claims(turn, scene)


def _claims(turn: Turn, scene: Scene) -> list[Claim]:
    claims: list[Claim] = []
    before: Claim | None = None
    for number, (start, end) in enumerate(sentences(turn.text[:LONGEST])):
        claims += photos(turn, start, end)
        if not is_english(turn.text[start:end]):
            continue
        found = _of_sentence(turn, scene, start, end, first=number == 0)
        if not found and before is not None:
            more = continued(before, turn, scene, (start, end))
            if more is not None and before.attribute is None:
                claims.remove(before)  # the two sentences are one claim
            found = [more] if more is not None else []
        claims += found
        before = antecedent(found)
    return claims


def _of_sentence(turn: Turn, scene: Scene, start: int, end: int, *, first: bool) -> list[Claim]:
    if (rule := rule_of_user(turn, start, end)) is not None:
        return [rule]
    if (name := nickname(turn.text[start:end])) is not None:
        return [name_claim(name, turn, start, end)]
    own = [] if "?" in turn.text[start:end] else _kin(turn, start, end)
    found = [
        claim
        for said in _said(turn, scene, start, end)
        for claim in claims_of(said, turn, introduced=bool(own))
    ]
    found += own
    return found or (list(answered(turn, scene, start, end)) if first else [])


def _kin(turn: Turn, start: int, end: int) -> list[Claim]:
    """Return who belongs to the speaker, as far as the sentence names them."""
    found = kin(turn.text, start, end)
    if not found and (named := named_after(turn.text, start, end)) is not None:
        return [kin_claim(named[0], turn, named[1], end)]
    return [kin_claim(each, turn, start, end) for each in found]


def _said(turn: Turn, scene: Scene, start: int, end: int) -> Iterator[Said]:
    found = pieces(turn.text, start, end, names=scene.names)
    before = start
    for place, (first, after) in enumerate(found):
        follows = found[place + 1][0] if place + 1 < len(found) else end
        asks = "?" in turn.text[after:follows]
        opening = turn.text[before:first]
        if not asks and (said := state(turn, scene, first, after, opening=opening)) is not None:
            yield said
        before = after
