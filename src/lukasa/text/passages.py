"""Text → passages: pieces of about a hundred words, which a long turn is indexed and shown by. Pure.

A passage ends where the writer paused, if there is such a place near its wanted size: at a blank line rather than before an item of
a list, there rather than at the end of a line, of a sentence, of a word. A line of base64 is cut anywhere. Linear in the
length of the text: only gaps within a passage's reach are looked at.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from math import ceil
from operator import add
from typing import NamedTuple

from lukasa.domain.erasure import text_cache
from lukasa.domain.turn import Span
from lukasa.text.patterns import LazyPattern

WORDS = 100
"""Wanted size of a passage."""

MOST_WORDS = 130
"""A passage has at most so many words; a text that has no more is one passage. Words are weighed (`_weight`), so that
these are fewer than the 512 tokens that the encoder reads, in prose of any script, in code and in base64."""

MOST_CHARACTERS = 1_000
"""A passage has at most so many characters; a run of white space counts as one."""


def passages(text: str) -> list[Span]:
    """Return the passages in order, at least one, without the white space around them; all other text is in exactly one."""
    if len(text) <= _CERTAINLY_SHORT:
        return [_whole(text)]
    pieces = _pieces(text)
    return list(_Cutter(text, pieces).cut()) if pieces.words else [_whole(text)]


class _Pieces(NamedTuple):
    """What a text may be cut between: words, parts of long ones, single letters of scripts without spaces."""

    words: Sequence[str]
    starts: Sequence[int]
    gaps: Sequence[str]
    """What stands in front of each piece; the first has nothing."""


def _pieces(text: str) -> _Pieces:
    before = len(text) - len(text.lstrip())
    parts = _GAP.split(text.strip())
    if max(map(len, parts[::2])) <= _LONGEST_PIECE and (text.isascii() or not _DENSE.search(text)):
        ends = [*accumulate(map(len, parts), initial=before)]
        return _Pieces(parts[::2], ends[:-1:2], ["", *parts[1::2]])
    matches = [*_PIECE.finditer(text)]
    starts = [match.start() for match in matches]
    ends = [before, *(match.end() for match in matches)]
    gaps = [text[end:start] for end, start in zip(ends, starts, strict=False)]
    return _Pieces([match.group() for match in matches], starts, gaps)


class _Cutter:
    """The pieces of a text, measured, and where it is cut between them."""

    def __init__(self, text: str, pieces: _Pieces) -> None:
        self._text = text
        self._pieces = pieces
        self._words = [*accumulate(map(_weight, pieces.words), initial=0.0)]
        """Words in front of each piece, and characters; what stands between two pieces counts as one."""

        spaces = [*map(bool, pieces.gaps[1:]), text[-1:].isspace()]
        sizes = map(add, map(len, pieces.words), spaces)
        self._characters = [*accumulate(sizes, initial=0)]
        words = pieces.words
        self._pauses = [
            place for place, gap in enumerate(pieces.gaps) if gap != " " or not words[place - 1][-1].isalnum()
        ]
        """The pieces with more in front of them than the space between two words."""

    def cut(self) -> Iterator[Span]:
        """Yield the passages."""
        first = 0
        words, starts, _ = self._pieces
        while first < len(words):
            after = self._next(first)
            yield Span(starts[first], starts[after - 1] + len(words[after - 1]))
            first = after

    def _next(self, first: int) -> int:
        """Return the piece behind the passage that begins with the piece *first*."""
        words, characters = (
            self._words[-1] - self._words[first],
            self._characters[-1] - self._characters[first],
        )
        if words <= MOST_WORDS and characters <= MOST_CHARACTERS:
            return len(self._pieces.words)
        # As many passages as the rest makes, all of about one size: not a hundred words and then ten.
        count = max(2, round(words / WORDS), ceil(words / MOST_WORDS), ceil(characters / MOST_CHARACTERS))
        wanted_words, wanted_characters = words / count, characters / count
        least = self._reached(first, _SMALLEST * wanted_words, _SMALLEST * wanted_characters)
        most = self._reached(
            first,
            min(_LARGEST * wanted_words, MOST_WORDS),
            min(_LARGEST * wanted_characters, MOST_CHARACTERS),
        )
        least, most = max(first + 1, least), max(first + 1, most)
        pauses = self._pauses[bisect_left(self._pauses, least) : bisect_right(self._pauses, most)]
        best, highest = self._best(first, pauses, wanted_words, wanted_characters)
        if highest <= _AFTER_WORD:
            best, _ = self._best(first, range(least, most + 1), wanted_words, wanted_characters)
        return best

    def _best(
        self, first: int, places: Iterable[int], wanted_words: float, wanted_characters: float
    ) -> tuple[int, float]:
        """Return the piece before which it is best to cut, and how good that is: a pause, near the wanted size."""
        words, characters = self._words[first], self._characters[first]
        best, highest = first + 1, -1.0
        for place in places:
            share = max(
                (self._words[place] - words) / wanted_words,
                (self._characters[place] - characters) / wanted_characters,
            )
            if (score := self._pause(place) - abs(share - 1)) >= highest:
                best, highest = place, score
        return best, highest

    def _reached(self, first: int, words: float, characters: float) -> int:
        """Return the last piece before which no more than that stands, from the piece *first* on."""
        return (
            min(
                bisect_right(self._words, self._words[first] + words, first),
                bisect_right(self._characters, self._characters[first] + characters, first),
            )
            - 1
        )

    def _pause(self, place: int) -> float:
        """Return how good a place the gap in front of a piece is to cut the text, from 0 to 1."""
        start, gap = self._pieces.starts[place], self._pieces.gaps[place]
        end = start - len(gap)
        before = self._text[max(0, end - _NEAR) : end]
        breaks = gap.count("\n")
        if not gap:
            return _AFTER_STOP if before[-1] in _FULL_STOPS else _INSIDE
        if breaks == 0:
            return _AFTER_STOP if _STOP.search(before) else _AFTER_WORD
        one_line = _BEFORE_ITEM if _ITEM.match(self._text, start) else _LINE_END
        pause = _BLANK_LINE if breaks > 1 else one_line
        # "The steps are:" belongs to the steps.
        return pause / 2 if before.endswith((":", "：")) else pause


def _whole(text: str) -> Span:
    inner = text.strip()
    start = len(text) - len(text.lstrip()) if inner else 0
    return Span(start, start + len(inner))


@text_cache(1 << 14)
def _weight(piece: str) -> float:
    """Return how many words a piece counts: encoders read signs, digits, letters of other scripts and random letters one by one."""
    if len(piece) <= _WORD and piece.isascii() and piece.isalpha():
        return 1.0
    if _DENSE.fullmatch(piece):
        return _DENSE_WEIGHT
    alone = sum(map(len, _ALONE.findall(piece)))
    jammed = len(piece) / _JAMMED if len(piece) > _WORD else 0.0
    return max(1.0, alone / _TOKENS, jammed)


_CERTAINLY_SHORT = 120
_SMALLEST, _LARGEST = 0.6, 1.3
"""How much smaller or larger than wanted a passage may be for the sake of a better place to end."""

_NEAR = 8
_BLANK_LINE, _BEFORE_ITEM, _LINE_END, _AFTER_STOP, _AFTER_WORD, _INSIDE = 0.6, 0.45, 0.35, 0.25, 0.05, 0.0

_WORD = 20
"""Letters of a long word; what is longer is no word but an address or data."""

_JAMMED = 5
"""Characters of that which count as one word: about two make a token."""

_TOKENS = 3
"""Tokens that may stand for one word: `MOST_WORDS` of them are less than 512."""

_DENSE_WEIGHT = 0.5
_FULL_STOPS = "。！？．｡؟۔।॥։።។"
_CJK = "\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
"""Ideographs, kana and the signs between them: text without spaces, in which two characters say about as much as a word."""

_LONGEST_PIECE = 40
_PIECE = LazyPattern(rf"[{_CJK}]|[^\s{_CJK}]{{1,{_LONGEST_PIECE}}}")
_GAP = LazyPattern(r"(\s+)")
_DENSE = LazyPattern(rf"[{_CJK}]")
_ALONE = LazyPattern(r"[\d_]+|[^\w\s]+|[^\x00-\u024f]+")
_STOP = LazyPattern(r"[.!?…][\"'”’»)\]*_`]*$|[。！？．｡؟۔।॥։።។][」』）】”’\"')]*$")
_ITEM = LazyPattern(r"(?:[-*•‣◦▪–—>|]|\#{1,6}|\d{1,3}[.)]|\(\d{1,3}\))\s|```|~~~")
