"""A text file: opened, decoded, counted."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from lukasa.errors import ImportFormatError, InputError, NotFoundError

_CHUNK = 1 << 18

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_PACKED = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"SQLite format 3\0", "a database"),
)


class ImportFile:
    """A readable, non-empty text file; raises before anything else is done when it isn't."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.done = 0
        """Bytes read by the reader in use; for the progress bar."""

        self._path = path
        self._mark, self._encoding = _look_at(path)
        self.size = path.stat().st_size

    def chunks(self) -> Iterator[str]:
        """Return the text from the beginning, in pieces."""
        decoder = codecs.getincrementaldecoder(self._encoding)()
        self.done = self._mark
        with self._path.open("rb") as file:
            file.seek(self._mark)
            while True:
                data = file.read(_CHUNK)
                held = len(decoder.getstate()[0])
                try:
                    text = decoder.decode(data, final=not data)
                except UnicodeDecodeError as error:
                    offset = self.done - held + error.start
                    byte = error.object[error.start]
                    raise ImportFormatError(
                        f"{self.name} is not {self._encoding.upper()}: byte 0x{byte:02x} at offset {offset} "
                        f"({error.reason}); save it as UTF-8"
                    ) from error
                self.done += len(data)
                if text:
                    yield text
                if not data:
                    return

    def lines(self) -> Iterator[tuple[int, str]]:
        """Return the lines with their numbers, from 1. Only line feeds end a line: U+2028 is text."""
        number = 0
        begun: list[str] = []
        for chunk in self.chunks():
            first, *others = chunk.split("\n")
            begun.append(first)
            for other in others:
                number += 1
                yield number, "".join(begun).removesuffix("\r")
                begun = [other]
        if last := "".join(begun):
            yield number + 1, last.removesuffix("\r")


def decode(data: bytes, name: str) -> str:
    """Return bytes that came from elsewhere (a pipe) as text."""
    mark, encoding = _encoding(data)
    try:
        return data[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} is not {encoding.upper()}: byte 0x{data[mark + error.start]:02x} at offset {mark + error.start} "
            f"({error.reason})"
        ) from error


def _look_at(path: Path) -> tuple[int, str]:
    try:
        if path.is_dir():
            raise ImportFormatError(f"{path} is a directory; name a file in it")
        if path.exists() and not path.is_file():
            raise ImportFormatError(f"{path} is not a regular file")
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {str(path)!r}") from error
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    mark, encoding = _encoding(head)
    _refuse_packed(path, head, has_mark=bool(mark))
    if not head[mark:].strip() and path.stat().st_size <= len(head):
        raise ImportFormatError(f"{path} is empty")
    return mark, encoding


def _encoding(head: bytes) -> tuple[int, str]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return len(mark), encoding
    return 0, "utf-8"


def _refuse_packed(path: Path, head: bytes, *, has_mark: bool) -> None:
    for signature, what in _PACKED:
        if head.startswith(signature):
            raise ImportFormatError(f"{path} is {what}; unpack it and name the file inside")
    if b"\0" in head and not has_mark:
        raise ImportFormatError(
            f"{path} is not text: byte 0x00 at offset {head.index(0)} (UTF-16 needs its byte order mark; or save it as UTF-8)"
        )
