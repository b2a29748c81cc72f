"""Regular expressions that are compiled when they are first used, and tables of words written as one string."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache, cached_property

from lukasa.text.analysis import term_of


class LazyPattern:
    """A regular expression that is compiled when it is first used: importing a grammar costs nothing."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = source
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self._source, self._flags)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self.compiled.match(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.fullmatch`."""
        return self.compiled.fullmatch(text)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self.compiled.search(text, start, end)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self.compiled.finditer(text, start, end)

    def split(self, text: str) -> list[str]:
        """As `re.Pattern.split`."""
        return self.compiled.split(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As `re.Pattern.sub`."""
        return self.compiled.sub(replacement, text)


@cache
def word_set(table: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(table.split())


@cache
def stem_set(table: str) -> frozenset[str]:
    """Return the terms that the words of a table are compared by."""
    return frozenset(term_of(word) for word in table.split())


def has_mark(text: str, table: str) -> bool:
    """Whether a text contains a mark of a table, for scripts without spaces between words."""
    return not text.isascii() and any(mark in text for mark in table.split())
