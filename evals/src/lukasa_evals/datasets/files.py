"""Files of a data set, read once from front to back: their objects, and then their hash."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lukasa_evals.errors import DatasetError

_CHUNK = 1 << 20
_NUMBER_TAIL = 2
_SPACE = " \t\r\n"
_DAMAGE = (ValueError, RecursionError)
"""What the JSON reader raises: the second for what is nested beyond reason."""


class Source:
    """A file. Its hash is complete when its objects have been gone through."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path = path
        self.name = name or path.name
        """What errors and records call it."""

        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of everything read so far."""
        return self._hash.hexdigest()

    def whole(self) -> Any:
        """Return the file's one JSON value. Raises `DatasetError`."""
        text = "".join(self._text())
        try:
            return json.loads(text)
        except _DAMAGE as error:
            raise DatasetError(f"{self.name!r} is not JSON: {error}") from error

    def elements(self) -> Iterator[Any]:
        """Go through the elements of the file's JSON list, with no more than one of them in memory as text.

        Raises `DatasetError`, at the damage, not before.
        """
        stream = _Stream(self._text(), self.name)
        first = stream.peek()
        if first != "[":
            raise DatasetError(f"{self.name!r} must hold a list, and begins with {first!r}")
        stream.skip()
        while stream.peek() != "]":
            yield stream.value()
            if stream.peek() == ",":
                stream.skip()
                stream.forbid("]")
            elif stream.peek() != "]":
                raise DatasetError(f"{self.name!r} is not JSON: no comma behind element {stream.values - 1}")
        stream.skip()
        if stream.peek():
            raise DatasetError(f"{self.name!r} is not JSON: something follows its list")

    def lines(self) -> Iterator[tuple[int, Any]]:
        """Go through the JSON values of a file with one a line, each with its number, from 1; empty lines are passed over.

        Raises `DatasetError`.
        """
        for number, line in enumerate(self._split(), start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except _DAMAGE as error:
                raise DatasetError(f"{self.name}, line {number}: is not JSON: {error}") from error
            yield number, value

    def _split(self) -> Iterator[bytes]:
        begun: list[bytes] = []
        for chunk in self._chunks():
            first, *others = chunk.split(b"\n")
            begun.append(first)
            for other in others:
                yield b"".join(begun)
                begun = [other]
        yield b"".join(begun)

    def _text(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            for chunk in self._chunks():
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise DatasetError(f"{self.name!r} is not UTF-8: {error.reason}") from error

    def _chunks(self) -> Iterator[bytes]:
        """Go through the file. It is not open between two chunks, since a reader that refuses it goes no further."""
        place = 0
        while chunk := self._chunk(place):
            self._hash.update(chunk)
            place += len(chunk)
            yield chunk

    def _chunk(self, place: int) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(place)
                return file.read(_CHUNK)
        except OSError as error:
            raise DatasetError(
                f"cannot read {self.name!r}: {error.strerror}; say where it lies with --data"
            ) from error


class _Stream:
    """JSON text that comes in pieces."""

    def __init__(self, pieces: Iterator[str], name: str) -> None:
        self._pieces = pieces
        self._name = name
        self._text = ""
        self._at = 0
        self._decode = json.JSONDecoder().raw_decode
        self.values = 0

    def peek(self) -> str:
        """Return the next sign that is no white space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text) or not self._more(1):
                return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        self._at += 1

    def forbid(self, sign: str) -> None:
        if self.peek() == sign:
            raise DatasetError(f"{self._name!r} is not JSON: {sign!r} where element {self.values} should be")

    def value(self) -> Any:
        """Return the next value. A value that is not whole yet is tried again with twice as much text."""
        while True:
            try:
                found, end = self._decode(self._text, self._at)
            except _DAMAGE as error:
                if not self._more(len(self._text) - self._at):
                    raise DatasetError(
                        f"{self._name!r} is not JSON, or is cut off, in element {self.values}: {error}"
                    ) from error
            else:
                # A number may go on in the next piece, also behind "1." and "1e-".
                if len(self._text) - end > _NUMBER_TAIL or not self._more(1):
                    self._at = end
                    self.values += 1
                    return found

    def _more(self, wanted: int) -> bool:
        """Read on by at least so many signs; tell whether there were any."""
        kept, read = [self._text[self._at :]], 0
        for piece in self._pieces:
            kept.append(piece)
            read += len(piece)
            if read >= wanted:
                break
        if read:
            self._text, self._at = "".join(kept), 0
        return read > 0


def unpublished(sources: Mapping[str, str], published: Mapping[str, str]) -> list[str]:
    """Return a warning for each file (its hash by name) that is none of the published ones (what they are, by hash)."""
    return [
        f"{name!r} is not {' or '.join(published.values())} as we know it (sha256 {digest}): its labels may differ"
        for name, digest in sources.items()
        if digest not in published
    ]
