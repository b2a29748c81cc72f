"""Regular expressions and word lists that are made ready when they are first used: importing a grammar costs nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from importlib.resources import files


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

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self.compiled.finditer(text, start, end)

    def findall(self, text: str) -> list[str]:
        """As `re.Pattern.findall`, for a pattern without groups."""
        return self.compiled.findall(text)

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
        text = files(self._package).joinpath(f"{self._name}.txt").read_text(encoding="utf-8")
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
