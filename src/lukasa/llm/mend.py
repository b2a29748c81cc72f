"""Broken JSON → the value that it was to be; what was cut off or cannot be made out is left out, never made up.

A text is read at most twice. First every quotation mark is trusted: so a reply that is only cut off is read exactly. Where that
leads nowhere, a mark ends a text only if what follows it could follow a text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

_DEEPEST = 100
"""Values that are nested deeper are nobody's reply, and Python's stack is finite."""

_MARKS_TRIED = 16
"""Quotation marks inside one text that are looked at before the first is taken for its end: it keeps the time linear."""

_WORDS: Final[dict[str, object]] = {
    "true": True, "false": False, "null": None, "none": None, "nil": None, "undefined": None,
    "nan": float("nan"), "infinity": float("inf"), "-infinity": float("-inf"),
}  # fmt: skip

_ABSENT: Final = object()
"""No value, or half of one."""

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}


class Mended(NamedTuple):
    """What could be made of a broken value."""

    value: dict[str, object] | list[object] | None
    """`None`: it is nested too deep."""

    end: int
    """Where reading stopped."""

    cut: bool
    """The text ended before the value did."""

    spent: int
    """Characters that were read, twice for what was read twice."""


def mend(text: str, start: int) -> Mended:
    """Return the object or list that begins at *start*. Linear in what it reads."""
    spent = 0
    for trusting in (True, False):
        reader = _Reader(text, start, trusting=trusting)
        try:
            value = reader.value()
        except _DoubtError:
            spent += reader.at - start
            continue
        except (_TooDeepError, RecursionError):
            break
        made = value if isinstance(value, dict | list) else None
        return Mended(made, max(reader.at, start + 1), reader.cut, spent + reader.at - start)
    return Mended(None, max(reader.at, start + 1), cut=False, spent=spent + reader.at - start)


def unescaped(text: str) -> str:
    """Return a text with what backslashes stand for; one before a letter that means nothing stays, as in a path."""
    if "\\" not in text:
        return text
    plain = _patterns().escape.sub(_meant, text)
    # Two halves of a pair make one character; a half alone cannot be stored.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _meant(found: re.Match[str]) -> str:
    code = found.group(1)
    return (
        chr(int(code[1:], 16))
        if len(code) > 1
        else _ESCAPES.get(code, found.group() if code.isalpha() else code)
    )


class _DoubtError(Exception):
    """A quotation mark was not what it seemed."""


class _TooDeepError(Exception):
    """Brackets within brackets without end."""


class _Reader:
    """Reads one value, from left to right."""

    def __init__(self, text: str, at: int, *, trusting: bool) -> None:
        self.text = text
        self.at = at
        self.cut = False
        """The end was met inside something: all that is still open is unwound."""

        self._trusting = trusting
        self._open: list[str] = []

    def value(self, *, role: str = "item", named: bool = False) -> object:
        """Return the next value; `_ABSENT` where there is none or half of one. *named*: it has a key in quotation marks."""
        mark = self._next()
        if not mark:
            self.cut = True
            return _ABSENT
        if mark in "{[(":
            return self._inside(mark)
        if mark in _OPENERS:
            return self._quoted(role)
        return _ABSENT if mark in ",}])" else self._bare(named=named)

    def _inside(self, mark: str) -> object:
        if len(self._open) >= _DEEPEST:
            raise _TooDeepError
        self._open.append("{" if mark == "{" else "[")
        self.at += 1
        value = self._object() if mark == "{" else self._list()
        self._open.pop()
        return value

    # --- objects and lists ---

    def _object(self) -> dict[str, object]:
        made: dict[str, object] = {}
        while not self.cut and not self._closed("}", "])"):
            mark = self.text[self.at]
            if mark == "{" and made:
                break  # Its brace is missing: the next one begins.
            if mark in "{[(":
                inner = self._inside(mark)
                made |= inner if isinstance(inner, dict) else {}
            else:
                self._member(made)
        return made

    def _member(self, made: dict[str, object]) -> None:
        quoted = self.text[self.at] in _OPENERS
        key = self._key()
        if key is None:
            return
        separator = _patterns().separator.match(self.text, self._behind_blanks(self.at))
        if separator is None:
            if self._trusting and self._next():
                raise _DoubtError
            return
        self.at = separator.end()
        value = self.value(role="member", named=quoted)
        if value is not _ABSENT:
            made[key] = value

    def _key(self) -> str | None:
        if self.text[self.at] in _OPENERS:
            key = self._quoted("key")
            return key if isinstance(key, str) else None
        word = _patterns().key.match(self.text, self.at)
        if word is not None:
            self.at = word.end()
            return word.group()
        self._skip()
        return None

    def _list(self) -> list[object]:
        made: list[object] = []
        while not self.cut and not self._closed("])", "}"):
            begin = self.at
            value = self.value()
            if self.cut:
                break  # Half an item is none.
            if isinstance(value, str) and "{" in self._open and self._next() == ":":
                self.at = begin  # The list's bracket is missing: this is a key of the object around it.
                break
            if value is not _ABSENT:
                made.append(value)
            elif self.at == begin:
                self.at += 1
        return made

    def _closed(self, own: str, others: str) -> bool:
        """Tell whether what is open ends here; it also does at a bracket that closes something around it."""
        mark = self._next(",;")
        if not mark:
            self.cut = True
            return True
        if mark in own:
            self.at += 1
            return True
        if mark not in others:
            return False
        around = "[" if own == "}" else "{"
        if around not in self._open:
            self.at += 1  # The wrong bracket for the right one.
        return True

    # --- texts, numbers and words ---

    def _quoted(self, role: str) -> object:
        """Return a text; `_ABSENT` if it has no end."""
        begin, mark = self.at, self.text[self.at]
        if not self._trusting and self.text.startswith(mark * 3, begin):
            return self._long_text(mark * 3)
        end = self._end_of_text(begin + 1, _OPENERS[mark], role)
        if end is None:
            self.at, self.cut = len(self.text), True
            return _ABSENT
        self.at = end
        return unescaped(self.text[begin + 1 : end - 1])

    def _long_text(self, marks: str) -> object:
        """Return a text as Python writes one of many lines."""
        begin = self.at + len(marks)
        end = self.text.find(marks, begin)
        if end < 0:
            self.at, self.cut = len(self.text), True
            return _ABSENT
        self.at = end + len(marks)
        return unescaped(self.text[begin:end])

    def _end_of_text(self, begin: int, closers: str, role: str) -> int | None:
        """Return the place behind the mark that ends a text."""
        to_mark = _to_mark(closers)
        found = to_mark.match(self.text, begin)
        if found is None:
            return None
        first = found.end()
        if self._trusting:
            if len(closers) > 1 or not self._followed(first):
                raise _DoubtError
            return first
        fits = _patterns().behind[role]
        for _ in range(_MARKS_TRIED):
            if fits.match(self.text, found.end()):
                return found.end()
            found = to_mark.match(self.text, found.end())
            if found is None:
                break
        return first

    def _followed(self, place: int) -> bool:
        """Tell whether what stands at a place can follow a text in well-formed JSON."""
        place = self._behind_blanks(place)
        return self._ends_at(place) or self.text[place] in ",:}]="

    def _bare(self, *, named: bool) -> object:
        """Return a number, a word such as `true`, or one word that lacks its quotation marks."""
        found = _patterns().bare.match(self.text, self.at)
        if found is None:
            self.at += 1
            return _ABSENT
        self.at = found.end()
        word = found.group()
        if word.casefold() in _WORDS:
            return _WORDS[word.casefold()]
        if self._ends_at(self.at):
            self.cut = True  # Further digits may have stood behind.
            return _ABSENT
        number = _number(word)
        if number is not None:
            return number
        if self._trusting:
            raise _DoubtError
        whole = named and _patterns().word.fullmatch(word) and self._next() in {",", "}"}
        return word if whole else _ABSENT

    # --- places ---

    def _next(self, skipped: str = "") -> str:
        """Go to the next mark that means something; return it, or nothing at the end."""
        self.at = self._behind_blanks(self.at)
        while not self._ends_at(self.at) and self.text[self.at] in skipped:
            self.at = self._behind_blanks(self.at + 1)
        return "" if self._ends_at(self.at) else self.text[self.at]

    def _behind_blanks(self, place: int) -> int:
        found = _patterns().blank.match(self.text, place)
        return found.end() if found else place

    def _ends_at(self, place: int) -> bool:
        return place >= len(self.text) or self.text.startswith("```", place)

    def _skip(self) -> None:
        found = _patterns().bare.match(self.text, self.at)
        self.at = found.end() if found else self.at + 1
        if self._trusting:
            raise _DoubtError


def _number(word: str) -> int | float | None:
    if not _patterns().number.fullmatch(word):
        return None
    try:
        return int(word) if _patterns().whole.fullmatch(word) else float(word)
    except ValueError:
        return None  # Thousands of digits.


# --- patterns --------------------------------------------------------------------------------------------------------

_OPENERS = {'"': '"', "'": "'", **dict.fromkeys("“”„‟", '“”„‟"'), **dict.fromkeys("‘’‚‛", "‘’‚‛'")}
"""Marks that open a text, and those that may close it."""


@cache
def _to_mark(closers: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[^{closers}\\]++|\\.)*+[{closers}]", re.DOTALL)


class _Patterns(NamedTuple):
    blank: re.Pattern[str]
    separator: re.Pattern[str]
    key: re.Pattern[str]
    bare: re.Pattern[str]
    number: re.Pattern[str]
    whole: re.Pattern[str]
    word: re.Pattern[str]
    escape: re.Pattern[str]
    behind: dict[str, re.Pattern[str]]
    """What may stand behind the end of a key, of a member's text, of an item's text."""


@cache
def _patterns() -> _Patterns:
    quote = "[\"'“”„‟‘’]"
    quoted_key = rf"{quote}[^\"“”\n:]{{0,80}}{quote}\s*+[:=]"
    end = r"\Z|```|[}\])]"
    remark = r"//|/\*|#(?!\d)|\.\.\."
    return _Patterns(
        blank=re.compile(
            r"(?:[\s\u200b\u2060\ufeff]++|//[^\n]*+|/\*.*?(?:\*/|\Z)|#(?!\d)[^\n]*+|\.\.\.|…)*+", re.DOTALL
        ),
        separator=re.compile(r":|=>|="),
        key=re.compile(r"[A-Za-z_$][\w$-]*+(?=\s*+[:=])"),
        bare=re.compile(r"[^\s,;{}\[\]()\"'“”`]++"),
        number=re.compile(r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?"),
        whole=re.compile(r"[-+]?\d++"),
        word=re.compile(r"[\w.:+/#-]{1,100}"),
        escape=re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL),
        behind={
            "key": re.compile(r"\s*+(?:\Z|[:=])"),
            "member": re.compile(
                rf"\s*+(?:{end}|{remark}|(?<=\s){quoted_key}"
                rf"|,\s*+(?:{end}|{remark}|\{{|{quoted_key}|[A-Za-z_]\w{{0,40}}\s*+[:=]|{quote}[^\"“”\n]{{0,80}}\Z))"
            ),
            "item": re.compile(
                rf"\s*+(?:{end}|:|{remark}|(?<=\s){quote}"
                rf"|,\s*+(?:{end}|{remark}|{quote}|[{{\[(]|-?\d|true\b|false\b|null\b))"
            ),
        },
    )
