"""A reply's citations, checked while it comes in: marks that name nothing that was shown are taken out. Pure.

Nothing of a reply is let through before it has cited something that was shown. So a reply that follows an order in what
was remembered, and cites nothing, never reaches the caller, streamed or not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lukasa.text.patterns import LazyPattern

DONT_KNOW = "I don't know."

_LONGEST = 500
"""Characters of a citation mark: one with more is text."""

_TELLING = 40
"""Characters at the beginning of a reply that show whether it is the sentence that the model does not know."""

_HORIZON = 12
"""Characters before a mark that can be space that goes with it."""

_SPAN = r"(\d+)(?:\s*[-–—]\s*(\d+))?"
_NUMBER = r"\d{1,9}(?:\s{0,2}[-–—]\s{0,2}\d{1,9})?"
"""Not `2023-05-08`: a span has two ends."""

_MARK = LazyPattern(
    rf"(?P<space>[^\S\n]{{0,{_HORIZON}}})[\[【]{{1,2}}\s{{0,2}}[\^#]?(?P<numbers>{_NUMBER}"
    rf"(?:\s{{0,2}}(?:,|;|、|，|&|and)\s{{0,2}}{_NUMBER}){{0,20}})"
    r"[,;]?\s{0,2}(?:†[^\[\]【】\n]{0,40})?[\]】]{1,2}(?P<joined>(?=\w))?"
)
_CLOSING = r"[\]】]"
_DONT_KNOW = (
    r"(?i)[\s\W]{0,9}(?:sorry,? )?i (?:do not|don['’´`]?t) know(?: that)?[\s\"'”’*_]{0,9}(?:[.!;\[【\n]|$)"
)
_THINKING_BEGINS = r"(?i)\s*<(?:think|thinking|thought|reasoning)\b"
_THINKING_ENDS = r"(?i)</(?:think|thinking|thought|reasoning)>"


@dataclass(slots=True)
class CitationCheck:
    """One reply, on its way. What `feed` and `finish` return is together the checked text, however it was cut."""

    shown: int
    """The numbers from 1 up to this one were shown."""

    cited: dict[int, None] = field(default_factory=dict)
    """Numbers that are cited, first cited first."""

    unknown: int = 0
    """Marks that named something that was not shown, and are gone."""

    _raw: list[str] = field(default_factory=list)
    _pending: str = ""
    _released: bool = False

    def feed(self, piece: str) -> str:
        """Take in the next piece, and return the text that may be shown by now."""
        self._raw.append(piece)
        self._pending += piece
        if self._released:
            return self._checked(_settled(self._pending))
        # Only what ends a mark can make the first citation.
        return self._release(ended=False) if re.search(_CLOSING, piece) else ""

    def finish(self) -> str:
        """Return the rest; empty, like all before it, when the reply cited nothing or does not know."""
        if self._released:
            return self._checked(len(self._pending)).rstrip()
        if text := self._release(ended=True):
            return text.rstrip()
        self.unknown = sum(self._numbers(mark)[1] for mark in _MARK.finditer(self.draft))
        return ""

    @property
    def draft(self) -> str:
        """The reply so far, unchecked, without what a model thinks before it speaks."""
        return without_thoughts("".join(self._raw)).strip()

    def _release(self, *, ended: bool) -> str:
        text = without_thoughts(self._pending)
        settled = len(text) if ended else _settled(text)
        begun = _leading_marks(text)
        if not ended and len(text) - begun < _TELLING and not self._cites(text[begun:settled]):
            return ""  # A mark before all words, which may yet say that it does not know.
        if not self._cites(text[:settled]) or does_not_know(text):
            return ""
        self._released, self._pending = True, text
        return self._checked(settled).lstrip()

    def _cites(self, text: str) -> bool:
        return any(self._numbers(mark)[0] for mark in _MARK.finditer(text))

    def _checked(self, settled: int) -> str:
        text, self._pending = self._pending[:settled], self._pending[settled:]
        return _MARK.sub(self._replaced, text)

    def _replaced(self, mark: re.Match[str]) -> str:
        numbers, unknown = self._numbers(mark)
        self.unknown += unknown
        self.cited.update(dict.fromkeys(numbers))
        if not numbers:
            return mark["space"] if mark["joined"] is not None else ""
        return f"{mark['space']}[{', '.join(map(str, numbers))}]"

    def _numbers(self, mark: re.Match[str]) -> tuple[list[int], int]:
        """Return the numbers of a mark that were shown, and how many others it has."""
        numbers: dict[int, None] = {}
        unknown = 0
        for first, last in re.findall(_SPAN, mark["numbers"]):
            start, end = int(first), int(last or first)
            inside = range(max(start, 1), min(end, self.shown) + 1)
            numbers.update(dict.fromkeys(inside))
            unknown += start < 1 or end > self.shown or end < start
        return list(numbers), unknown


def does_not_know(text: str) -> bool:
    """Whether a reply begins with the sentence that the prompt asks for; "I don't know when, but …" is another."""
    return re.match(_DONT_KNOW, text[_leading_marks(text) :]) is not None


def without_thoughts(text: str) -> str:
    """Return a reply without what a model thinks aloud before it, whether it marks where the thinking begins or not."""
    if not re.match(_THINKING_BEGINS, text):
        end = re.search(_THINKING_ENDS, text)
        return text[end.end() :] if end else text
    while re.match(_THINKING_BEGINS, text):
        end = re.search(_THINKING_ENDS, text)
        text = text[end.end() :] if end else ""
    return text


def _settled(text: str) -> int:
    """Return how many characters no later one can make part of a citation mark, or of the space before one."""
    end = len(text.rstrip())
    opened = max(text.rfind(bracket, max(0, end - _LONGEST), end) for bracket in "[【")
    # A closed mark at the very end may have a second bracket to come.
    if opened >= 0 and not re.search(_CLOSING, text[opened : end - 1]):
        end = opened - 1 if text[opened - 1 : opened] in {"[", "【"} else opened
    return len(text[:end].rstrip())


def _leading_marks(text: str) -> int:
    """Return where a reply goes on behind the marks that it begins with."""
    end = 0
    while mark := _MARK.match(text, end):
        end = mark.end()
    return end
