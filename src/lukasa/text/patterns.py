"""Regular expressions and word lists that are made ready when they are first used: importing a grammar costs nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from importlib import import_module
from itertools import chain, pairwise
from pathlib import Path

_SLICE = 16_000
"""Characters of a text that one call of the library looks at: it lets no other thread run meanwhile, the event loop's neither."""

_REACH = 1_000
"""Characters beyond a slice that a match which begins in it may need; of patterns that need more, their callers say so."""

_LOOK = 100
"""Characters behind a match that a pattern may look at."""


class LazyPattern:
    """A regular expression that is compiled when it is first used.

    A source that needs a word list is given as a function, so that the list is not read before.
    """

    def __init__(self, source: str | Callable[[], str], flags: int = 0) -> None:
        self._source = source
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        source = self._source if isinstance(self._source, str) else self._source()
        return re.compile(source, self._flags)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self.compiled.match(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.fullmatch`."""
        return self.compiled.fullmatch(text)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self.compiled.search(text, start, end)

    def is_in(self, text: str) -> bool:
        """Whether a pattern of small letters is in a text of any case. Ignoring case in the pattern takes several times as long."""
        return self.compiled.search(text.lower()) is not None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self.compiled.finditer(text, start, end)

    def findall(self, text: str) -> list[str]:
        """As `re.Pattern.findall`, for a pattern without groups."""
        return self.compiled.findall(text)

    def scan(self, text: str, *, reach: int = _REACH) -> Iterator[re.Match[str]]:
        """Yield what `finditer` yields, looking at a slice of a long text at a time: see the function `scan`."""
        return scan(self.compiled, text, reach=reach)

    def split(self, text: str) -> list[str]:
        """As `re.Pattern.split`."""
        return self.compiled.split(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As `re.Pattern.sub`."""
        return self.compiled.sub(replacement, text)


def scan(pattern: re.Pattern[str], text: str, *, reach: int = _REACH) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern in a text of any length, without holding up other threads for long.

    They are those of `finditer` if no match is empty, and *reach* characters tell whether there is one: what may follow
    without having to may be of any length.
    """
    if len(text) <= _SLICE + reach:
        yield from pattern.finditer(text)
        return
    start = 0
    while start < len(text):
        stop = start + _SLICE
        end = min(stop + reach, len(text))
        match = pattern.search(text, start, end)
        if match is None or match.start() >= stop:
            start = stop
            continue
        if match.end() > end - _LOOK:
            # It may go on, or what follows may forbid it.
            match = pattern.match(text, start := match.start())
        if match is None:
            start += 1
            continue
        yield match
        start = match.end()


def slices(text: str) -> Iterator[str]:
    """Yield a text in slices that can be normalised one by one: each begins where nothing combines with what is before."""
    starts = [0]
    while match := _APART.search(text, starts[-1] + _SLICE):
        starts.append(match.start())
    return (text[start:end] for start, end in pairwise(chain(starts, (len(text),))))


_APART = re.compile("[\\s0-9A-Za-z\u3042-\u3094\u30a2-\u30f4\u4e00-\u9fff\uac00-\ud7a3]")
"""Spaces, and letters that are written whole."""


@cache
def word_set(table: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(table.split())


def has_mark(text: str, table: str) -> bool:
    """Whether a text contains a mark of a table, for scripts without spaces between words."""
    return not text.isascii() and any(mark in text for mark in word_set(table))


class WordLists:
    """The lists of a text file beside the modules that use them, read when the first is asked for.

    A list has a heading such as `[kin]`. A line that is `#`, or begins with `# `, is a comment; one that is indented by four
    spaces continues the line before it.
    """

    def __init__(self, package: str, name: str) -> None:
        self._package = package
        self._name = name

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The headings, in the order of the file."""
        return tuple(self._rows)

    def rows(self, name: str) -> tuple[str, ...]:
        """Return the lines of a list."""
        return self._rows[name]

    def __getitem__(self, name: str) -> str:
        """Return a list as one text, its lines joined by spaces."""
        return self._texts[name]

    def words(self, name: str) -> frozenset[str]:
        """Return the words of a list."""
        return word_set(self[name])

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {name: " ".join(rows) for name, rows in self._rows.items()}

    @cached_property
    def _rows(self) -> dict[str, tuple[str, ...]]:
        # Not `importlib.resources`: it brings archives and temporary files along, which a short process has to wait for.
        folder = Path(import_module(self._package).__path__[0])
        text = (folder / f"{self._name}.txt").read_text(encoding="utf-8")
        lists: dict[str, list[str]] = {}
        rows: list[str] = []
        for line in text.splitlines():
            if line.startswith("[") and line.endswith("]"):
                rows = lists.setdefault(line[1:-1], [])
            elif line.startswith(_INDENT):
                rows[-1] += line.removeprefix(_INDENT)
            elif line and line != "#" and not line.startswith("# "):
                rows.append(line)
        return {name: tuple(rows) for name, rows in lists.items()}


_INDENT = " " * 4
