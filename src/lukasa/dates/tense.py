"""Which way a clause looks, by the words around an expression: `we will meet on Friday` is the next one."""

from __future__ import annotations

import re
from functools import cache

from lukasa.dates.spans import Tense

_REACH = 90
"""Characters on either side that are looked at; long texts stay linear."""

_AHEAD = (
    r"\b(?:will|won['’]t|shall|gonna|going\s+to|plan(?:s|ning)?|planned\s+for|hop(?:e|es|ing)|intends?|upcoming|"
    r"look(?:ing)?\s+forward|can['’]?t\s+wait|scheduled|due|deadline|book(?:ed)?\s+for|wants?\s+to|needs?\s+to|ha(?:ve|s)\s+to|"
    r"must|let['’]s|would\s+like|excited|see\s+you|remind|appointment|next|tomorrow|soon)\b|['’](?:ll|d\s+like|d\s+love)\b|"
    r"(?:\b(?:am|are|is)|['’](?:m|re|s))\s+(?:\w{1,12}\s+)?\w{2,20}ing\b"
)
_LOOKED = (
    r"\b(?:was|were|did|didn['’]t|had|has|have|haven['’]t|hasn['’]t|went|came|got|took|made|saw|said|met|ran|won|bought|"
    r"told|found|gave|ate|drank|wrote|sold|lost|built|spent|felt|kept|began|heard|held|led|drove|flew|left|sent|slept|"
    r"spoke|swam|taught|thought|threw|woke|wore|broke|chose|fell|forgot|grew|hurt|knew|paid|rode|sang|sat|stood|stole|"
    r"became|caught|brought|fought|quit|read|seen|been|gone|done|ago|last|yesterday|already|back\s+in|used\s+to)\b|"
    r"['’]ve\b|\b(?!(?:need|indeed|hundred|excited|interested|tired|married|speed|weed|breed)\b)\w{2,20}ed\b"
)


def tense_at(text: str, start: int, end: int, given: Tense | None) -> Tense:
    """Return the tense for the expression at a place: what the caller knows, or what the nearest words say.

    Where nothing tells, it is `present`, which looks back like the past, but allows what can only lie ahead.
    """
    bound = _bound_before().search(text, max(0, start - 16), start)
    if bound and bound["since"]:
        return "past"
    if given in {"past", "future"}:
        return given
    said = _said(text, start, end)
    if said:
        return said
    return "future" if given == "present" or bound else "present"


def _said(text: str, start: int, end: int) -> Tense | None:
    """Return what the nearest cue before says, or else the first one after; both in the same sentence."""
    before = _ends().split(text[max(0, start - _REACH) : start])[-1]
    cue = None
    for cue in _cues().finditer(before):  # noqa: B007 - the last one is the nearest
        pass
    cue = cue or _cues().search(_ends().split(text[end : end + _REACH], maxsplit=1)[0])
    if cue is None:
        return None
    return "future" if cue["ahead"] else "past"


@cache
def _cues() -> re.Pattern[str]:
    return re.compile(rf"(?P<ahead>{_AHEAD})|(?P<looked>{_LOOKED})", re.IGNORECASE)


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(r"[.!?;\n]")


@cache
def _bound_before() -> re.Pattern[str]:
    return re.compile(r"\b(?:(?P<since>since)|until|till|by)\s+(?:the\s+)?$", re.IGNORECASE)
