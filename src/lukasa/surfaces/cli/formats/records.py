"""JSON files taken apart one record at a time: an array, one object, or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NoReturn

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.source import ImportFile

_DECODER = json.JSONDecoder(strict=False)
"""Control characters inside texts are mended later; they are no reason to refuse a file."""

_SPACE = " \t\r\n"


def looks_like_json(source: ImportFile) -> bool:
    """Whether the file begins as JSON does. `[8 May 2023]` doesn't."""
    head = next(source.chunks(), "").lstrip()
    return head[:1] == "{" or (
        head[:1] == "[" and (head[1:].lstrip()[:1] in {"{", "]", ""} or head[1:].lstrip().startswith("null"))
    )


def records(source: ImportFile, notes: Notes | None = None) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Return each object with its place, which begins with the file's name: for errors.

    The whole file is never held. What stands before a damaged place is returned before the error is raised. With
    *notes*, damaged lines and elements that are no objects are skipped and noted instead; after damage that hides where the
    next record begins, the records end and the notes say that the file is broken.
    """
    notes = notes or Notes(strict=True)
    values = _by_line(source, notes) if _is_lines(source) else _by_element(source)
    while True:
        try:
            location, value = next(values)
        except StopIteration:
            return
        except ImportFormatError as error:
            if notes.strict:
                raise
            notes.broken = str(error)
            return
        if isinstance(value, dict):
            yield location, value
        else:
            notes.skip(f"{location} must be a JSON object, not {type(value).__name__}")


def _is_lines(source: ImportFile) -> bool:
    # One whole object on the first line means an object a line; `{` alone, an object that spans lines. A list can be
    # one line of a gigabyte, which is not read to find that out.
    if next(source.chunks(), "").lstrip().startswith("["):
        return False
    # The first line may be the damaged one: a few lines, each an object at its margin, tell as much.
    for number, line in islice(((n, line) for n, line in source.lines() if line.strip()), 5):
        try:
            if (number == 1 or line.startswith("{")) and isinstance(_DECODER.decode(line), dict):
                return True
        except (ValueError, RecursionError):
            continue
    return False


def _by_line(source: ImportFile, notes: Notes) -> Iterator[tuple[str, object]]:
    for number, line in source.lines():
        if not line.strip():
            continue
        location = f"{source.name}, line {number}"
        try:
            value = _DECODER.decode(line)
        except (ValueError, RecursionError) as error:
            notes.skip(f"{location} is not JSON: {error}")
            continue
        yield location, value


def _by_element(source: ImportFile) -> Iterator[tuple[str, object]]:
    text = _Window(source)
    is_array = text.peek() == "["
    if is_array:
        text.take()
    count = 0
    while (first := text.peek()) and not (is_array and first == "]"):
        if is_array and count:
            if first != ",":
                text.fail(f"a comma is missing before {first!r}")
            text.take()
        location = f"{source.name}: [{count}]" if is_array or count else f"{source.name}: the object"
        yield location, text.value()
        count += 1
    if is_array and not first:
        text.fail("the list is not closed; is it all there?")
    if is_array:
        text.take()
        if text.peek():
            text.fail("something follows the list")


class _Window:
    """The part of a text that is being looked at."""

    def __init__(self, source: ImportFile) -> None:
        self._name = source.name
        self._chunks = source.chunks()
        self._text = ""
        self._at = 0
        self._line = 1

    def peek(self) -> str:
        """Return the next character that is not a space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if (char := self._text[self._at]) not in _SPACE:
                    return char
                self._at += 1
            if not self._grow():
                return ""

    def take(self) -> None:
        self._at += 1

    def value(self) -> object:
        """Return the JSON object, list or null that begins here."""
        if self.peek() not in {"{", "[", "n"}:
            # A number could go on in the next chunk, and no format has one here.
            self.fail("an object must begin here")
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise ImportFormatError(
                    f"{self._name} is nested too deeply near line {self._line}"
                ) from error
            except ValueError as error:
                # Cut short by the end of the window, or wrong? Only more text can tell.
                if self._grow():
                    continue
                self._explain(error)
            self._at = end
            return value

    def fail(self, what: str) -> NoReturn:
        line = self._line + self._text.count("\n", 0, self._at)
        raise ImportFormatError(f"{self._name}, line {line}: {what}")

    def _explain(self, error: ValueError) -> NoReturn:
        if not isinstance(error, json.JSONDecodeError):
            raise ImportFormatError(f"{self._name} is not JSON: {error}") from error
        line = self._line + error.lineno - 1
        cut = " (the file ends in the middle of it)" if error.pos >= len(self._text.rstrip()) else ""
        raise ImportFormatError(
            f"{self._name}, line {line}, column {error.colno} is not JSON: {error.msg}{cut}"
        ) from error

    def _grow(self) -> bool:
        """Drop what was read and at least double the rest, so that a long object isn't parsed too often."""
        self._line += self._text.count("\n", 0, self._at)
        rest = [self._text[self._at :]]
        wanted = len(rest[0])
        got = 0
        for chunk in self._chunks:
            rest.append(chunk)
            got += len(chunk)
            if got >= wanted:
                break
        self._text, self._at = "".join(rest), 0
        return got > 0
