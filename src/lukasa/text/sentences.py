"""Text → sentences, as spans: what a claim quotes, and what the gate compares.

Written for conversation: no capitals, missing full stops, emoji in their place, lists, links, several scripts. Where it
is unclear whether a sentence ends, it goes on: half a sentence misleads, two together do not. Pure; linear in the
length of the text, as every decision looks at a few characters on either side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from lukasa.text.patterns import LazyPattern, word_set

Span = tuple[int, int]
"""`text[start:end]`."""


def sentences(text: str) -> list[Span]:
    """Return the spans of the sentences, in order, without the space, bullets and numbering around them.

    Every letter lies in exactly one span; what has neither letters nor digits is no sentence.
    """
    starts = [0, *_breaks(text), len(text)]
    spans = (_trimmed(text, start, end) for start, end in pairwise(starts))
    return [span for span in spans if span is not None]


def _breaks(text: str) -> Iterator[int]:
    """Yield each offset where one sentence ends and the next begins."""
    links = _links(text)
    link = next(links, None)
    begun = 0
    for match in _STOP.scan(text):
        while link is not None and link[1] <= match.start():
            link = next(links, None)
        if link is not None and link[0] < match.start() and match.end() < link[1]:
            continue
        if match.end() > begun and _ends(text, match, begun):
            begun = _absorbed(text, match)
            yield begun


def _ends(text: str, stop: re.Match[str], begun: int) -> bool:
    """Whether a sentence that began at *begun* ends with these characters."""
    match stop.lastgroup:
        case "lines":
            return _line_ends(text, stop, begun)
        case "full":
            # 「…。」と言った: the particle after the quotation carries the sentence on.
            return not (stop.group()[-1] in _CJK_QUOTES and text.startswith(("と", "って"), stop.end()))
        case "picture":
            return _picture_ends(text, stop, begun)
        case _:
            return _stop_ends(text, stop)


def _absorbed(text: str, match: re.Match[str]) -> int:
    """Return where the sentence really ends: `Great! 🎉` and `Thanks. :)` keep what follows on the line."""
    if match.lastgroup == "lines":
        return match.end()
    tail = _TAIL.match(text, match.end())
    return tail.end() if tail else match.end()


def _line_ends(text: str, match: re.Match[str], begun: int) -> bool:
    """Whether a line break ends the sentence: it does not where an editor wrapped a long line."""
    if match.group().count("\n") != 1 or not text[match.end() : match.end() + 1].islower():
        return True
    line = text[max(begun, match.start() - _WRAPPED) : match.start()].rstrip()
    return len(line) < _WRAPPED - 1 or "\n" in line or line[-1] in ".!?…:;"


def _picture_ends(text: str, match: re.Match[str], begun: int) -> bool:
    """Whether an emoji stands for a full stop: after a few words, and before a capital."""
    after = _AFTER.match(text, match.end())
    if after is None or not after["space"] or not after["word"][0].isupper():
        return False
    return text.count(" ", max(begun, match.start() - _NEAR), match.start()) >= _BEFORE_PICTURE


def _stop_ends(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends with `.`, `!`, `?`, `…` and runs of them, with the quotes and brackets that they close."""
    marks, closed = match["marks"], match["closed"]
    after = _AFTER.match(text, match.end())
    if after is None:
        # What follows is no word: the end, a dash, a smiley.
        return text[match.end() : match.end() + 1].strip() == ""
    follows = after["word"]
    if not after["space"]:
        # `3.5`, `file.txt`, `example.org`; but `really?yes` is two words.
        return marks[-1] in "!?" and not closed and follows[0].isalpha() and len(follows) > 1
    if follows[0].islower() and (_is_ellipsis(marks) or any(mark in _QUOTES for mark in closed)):
        return False  # "Well… maybe"; "Really?" she asked
    return marks != "." or closed != "" or not _abbreviates(text, match.start(), follows)


def _is_ellipsis(marks: str) -> bool:
    return marks.endswith(("..", "…"))


def _abbreviates(text: str, stop: int, follows: str) -> bool:
    """Whether the full stop at *stop* belongs to the word before it, given the word that follows."""
    before = _WORD_BEFORE.search(text, max(0, stop - _WORD), stop)
    if before is None:
        return False
    word = before["word"]
    lower = word.casefold().replace(".", "")
    if word.isdecimal():
        return len(word) <= _DAY and (_numbers_a_line(text, before.start()) or follows in word_set(_MONTHS))
    if lower in word_set(_TITLES):
        return True
    if lower in word_set(_BEFORE_NUMBERS):
        return follows[0].isdecimal()
    if lower in word_set(_BEFORE_SMALL):
        return not follows[0].isupper()
    return _may_precede_a_name(word, lower) and follows not in word_set(_OPENERS)


def _may_precede_a_name(word: str, lower: str) -> bool:
    """Whether a word is of those that stand before a name as well as last: `U.S.`, `Inc.`, `J.`."""
    if len(word) == 1:
        return word.isupper() and word != "I"
    if "." in word:
        return all(len(part) == 1 for part in word.split("."))
    return word[0].isupper() and lower in word_set(_COMPANIES)


def _numbers_a_line(text: str, start: int) -> bool:
    """Whether only space stands between the line's beginning and *start*: `1. Buy milk`."""
    before = text[max(0, start - _WORD) : start]
    return before.rpartition("\n")[2].strip() == "" and (start <= _WORD or "\n" in before)


def _links(text: str) -> Iterator[Span]:
    """Yield the spans of addresses and links, without the punctuation of the sentence that they end."""
    for match in _LINK.scan(text) if "/" in text or "@" in text or "www." in text else ():
        yield match.start(), match.start() + len(match.group().rstrip(".,;:!?…)'\"”’]"))


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Return the span without what stands around the sentence, or `None` when nothing is left."""
    opening = _OPENING.match(text, start, end)
    if opening is not None and text[opening.end() : end].split(" ", 1)[0] not in word_set(_MONTHS):
        start = opening.end()
    inner = text[start:end]
    if not any(map(str.isalnum, inner)):
        return None
    return start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())


# --- words and patterns ----------------------------------------------------------------------------------------------

_WRAPPED = 40
"""Characters of a line from which on a break before a small letter is the editor's, not the writer's."""

_BEFORE_PICTURE = 3
"""Words that must precede an emoji that ends a sentence: `I ❤️ New York` is one."""

_NEAR = 200
"""Characters before an emoji in which they are counted."""

_WORD = 24
"""Characters looked at before a full stop; no abbreviation is longer."""

_DAY = 3
"""Digits of a number that can be a line's or a day's: `12. Mai`. A year ends its sentence."""

_QUOTES = "\"'”’»"
_CJK_QUOTES = "」』”’"
_PICTURES = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0f"

_TITLES = (
    "mr mrs ms dr prof st mt ft sr sra srta hr fr capt col gen lt sgt maj rev hon gov sen rep pres messrs mme mlle eg ie "
    "vs cf viz approx resp bzw zb dh sog evtl ggf"
)
"""Never the end of a sentence: a name or an example follows."""

_BEFORE_NUMBERS = "no nos nr p pp vol ch sec fig figs art eq op ed ver v"
"""Shortened only before a number: `No. 5`; `No.` is an answer."""

_BEFORE_SMALL = (
    "etc usw am pm al hrs min mins secs ca dept tel ext ave blvd rd feb apr jun jul aug sep sept oct nov dec mon tue "
    "tues wed thu thurs fri"
)
"""Before a capital they end the sentence as well."""

_COMPANIES = "inc ltd co corp llc bros jr sr phd md ba ma bsc msc us uk eu usa un dc"
"""The word that follows tells whether they end a sentence."""

_OPENERS = (
    "I I'm I've I'd I'll He She It It's We We're They You The This That These Those There My Our His Her Their But And "
    "So Then In On At After Before When While If What Why How Who Where Yes No Not Now Also However"
)
"""With a capital, they open a sentence rather than continue a name."""

_MONTHS = (
    "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jan Feb Apr Aug Sept Okt "
    "Nov Dez"
)
"""They follow the number of a day: `am 3. Mai`."""

_STOP = LazyPattern(
    r"""(?x)(?P<lines> [\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*)
            | (?P<full> [。！？．｡؟۔।॥։።។။]+ [」』）】”’"')]*)
            | (?P<marks> [.!?…]+) (?P<closed> ["'”’»)\]*_`]*)
            """
    rf"| (?P<picture> [{_PICTURES}]+)"
)
"""Whatever may end a sentence."""

_TAIL = LazyPattern(rf"(?:[^\S\n]*(?:[{_PICTURES}]+|[:;=]-?[)(DPp3](?!\w)))+")
"""Emoji and smileys that still belong to it."""

_AFTER = LazyPattern(r"(?P<space>\s*)[\"'“‘(\[«¿¡*_„]*(?P<word>[^\W_][\w'’]{0,23})")
"""The word that follows, through quotes and brackets."""

_WORD_BEFORE = LazyPattern(r"(?P<word>[^\W\d_]+(?:\.[^\W\d_]+){0,5}|\d+)$")
_LINK = LazyPattern(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]+\.[\w.-]+|(?<![\w/])/[\w.-]+(?:/[\w.-]+)+")
_OPENING = LazyPattern(r"\s*(?:(?:[-*•‣◦▪–—>]|\#{1,6}|\d{1,3}[.)]|\(\d{1,3}\)|\[[ xX]\])\s+)+")
"""Bullets, numbering, marks of quotation."""
