"""A file, or the files of a folder or an archive: opened, decoded, counted."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from lukasa.errors import ImportFormatError, InputError, NotFoundError

Entry: TypeAlias = Path | zipfile.Path
"""A file or folder, on the disk or inside an archive."""

_CHUNK = 1 << 18
_HEAD = 4096

_SPARSE = 0.1
"""Share of NUL bytes up to which a file is text with a few of them, which readers mend."""

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_PACKED = (
    (b"PK\x03\x04", "a zip archive; unpack it and name the file inside"),
    (b"\x1f\x8b", "a gzip file; unpack it and name the file inside"),
    (b"SQLite format 3\0", "a database, not an export (`lukasa migrate` moves a store)"),
)


_SUFFIXES = (".json", ".jsonl", ".ndjson", ".txt", ".md", ".mbox")
_DEPTH = 8
"""Folders within folders; a link may lead back up."""


class ImportFile:
    """A readable, non-empty text file; raises before anything else is done when it isn't."""

    def __init__(self, path: Entry) -> None:
        self.name = str(path)
        self.path = path
        self.done = 0
        """Bytes read by the reader in use; for the progress bar."""

        self.head = _head(path)
        """The first bytes."""

        self.size = path.stat().st_size if isinstance(path, Path) else path.root.getinfo(path.at).file_size
        self._mark, self._encoding = _encoding(self.head)
        if not self.head[self._mark :].strip() and self.size <= len(self.head):
            raise ImportFormatError(f"{path} is empty")
        if not is_mailbox(self.head):
            _refuse_packed(path, self.head, has_mark=bool(self._mark))

    def open(self) -> BinaryIO:
        """Return the bytes."""
        return cast(BinaryIO, self.path.open("rb"))

    def chunks(self) -> Iterator[str]:
        """Return the text from the beginning, in pieces."""
        decoder = codecs.getincrementaldecoder(self._encoding)()
        self.done = self._mark
        with self.open() as file:
            file.seek(self._mark)
            while True:
                data = self._more(file)
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

    def _more(self, file: BinaryIO) -> bytes:
        try:
            return file.read(_CHUNK)
        except (zipfile.BadZipFile, zlib.error) as error:
            raise ImportFormatError(f"{self.name} is damaged inside its archive: {error}") from error

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


def is_mailbox(head: bytes) -> bool:
    """Whether a file begins as a mailbox does: a "From " line, then a header."""
    first, _, rest = head.partition(b"\n")
    name, colon, _ = rest.partition(b"\n")[0].partition(b":")
    return first.startswith(b"From ") and bool(colon) and b" " not in name


def _head(path: Entry) -> bytes:
    try:
        if path.is_dir():
            raise ImportFormatError(f"{path} is a directory; name a file in it")
        if path.exists() and not path.is_file():
            raise ImportFormatError(f"{path} is not a regular file")
        with path.open("rb") as file:
            return cast(BinaryIO, file).read(_HEAD)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {str(path)!r}") from error
    except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        # RuntimeError: the archive needs a password.
        raise InputError(f"cannot read {str(path)!r}: {getattr(error, 'strerror', None) or error}") from error


def _encoding(head: bytes) -> tuple[int, str]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return len(mark), encoding
    return 0, "utf-8"


def _refuse_packed(path: Entry, head: bytes, *, has_mark: bool) -> None:
    for signature, what in _PACKED:
        if head.startswith(signature):
            raise ImportFormatError(f"{path} is {what}")
    if head.count(0) > _SPARSE * len(head) and not has_mark:
        raise ImportFormatError(
            f"{path} is not text: byte 0x00 at offset {head.index(0)} (UTF-16 needs its byte order mark; or save it as UTF-8)"
        )


def files(path: Path) -> list[Entry]:
    """Return the path itself; of a folder or a zip archive, the files in it that may hold conversations, in order."""
    path = path.expanduser()
    try:
        if path.is_file() and zipfile.is_zipfile(path):
            root: Entry = zipfile.Path(path)
        elif path.is_dir():
            root = path
        else:
            return [path]
        found = sorted(_below(root), key=lambda entry: _natural(str(entry)))
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"cannot read {str(path)!r}: {error}") from error
    if not found:
        raise ImportFormatError(f"{path} holds no file of a known kind ({', '.join(_SUFFIXES)})")
    return found


def _below(entry: Entry, depth: int = 0) -> Iterator[Entry]:
    for child in entry.iterdir():
        if child.name.startswith((".", "__MACOSX")) and child.name != ".specstory":
            continue
        if child.is_dir():
            if depth < _DEPTH:
                yield from _below(child, depth + 1)
        elif child.name.lower().endswith(_SUFFIXES):
            yield child


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts `part-2` before `part-10`."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", name)]


def neighbour(entry: Entry, name: str, *, up: int = 0) -> Entry | None:
    """Return the file of that name in the same folder, or *up* folders above; None where there is none."""
    folder = cast(Entry, entry.parent)
    for _ in range(up):
        folder = cast(Entry, folder.parent)
    other = folder / name
    try:
        return other if other.is_file() else None
    except (OSError, NotFoundError):
        return None
