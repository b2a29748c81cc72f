"""Text files in folders, over the documents of a memory. A folder is there as long as a file is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lukasa import AsyncHandle, Fact
from lukasa.errors import ConflictError, InputError, NotFoundError
from lukasa.integrations.documents import AsyncDocuments, Document, Put

Path: TypeAlias = tuple[str, ...]
"""Names from the root: folders, and at last the file."""

KNOWN: Path = ("known.md",)
"""A file that nobody writes: what is believed of the user."""

_FACTS = 300


@dataclass(frozen=True, slots=True)
class Files:
    """Files below one root."""

    handle: AsyncHandle
    root: str
    _documents: AsyncDocuments = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_documents", AsyncDocuments(self.handle))

    async def read(self, path: Path) -> str | None:
        """Return the text of a file; `None`: there is no file of this name."""
        if path == KNOWN:
            return _known(await self.handle.facts(limit=_FACTS))
        document = await self._file(path)
        return None if document is None else str(document.value)

    async def list(self, path: Path) -> dict[Path, int]:
        """Return the files of a folder and those within it, with their sizes in bytes, in order of their names."""
        documents = await self._documents.select((self.root, *path))
        sizes = {_path(each): len(str(each.value).encode()) for each in documents}
        if not path and (known := await self.read(KNOWN)):
            sizes[KNOWN] = len(known.encode())
        return dict(sorted(sizes.items()))

    async def create(self, path: Path, text: str) -> None:
        """Store a new file. Raises `ConflictError` when the name is in use, `InputError` below what is no folder."""
        if path == KNOWN or await self.list(path):
            raise ConflictError("the name is in use")
        await self._check_folders(path)
        await self._documents.put((self.root, *path[:-1]), path[-1], text, expected="absent")

    async def change(self, path: Path, before: str, after: str) -> None:
        """Store a file's new text. Raises `ConflictError` when *before* is no longer its text."""
        document = await self._file(path)
        if document is None or document.value != before:
            raise ConflictError("the file was changed meanwhile; read it again")
        await self._documents.put(document.collection, document.key, after, expected=document.revision)

    async def delete(self, path: Path) -> int:
        """Erase a file, or a folder with all that is in it; return how many files that were."""
        files = [path, *(each for each in await self.list(path) if each != KNOWN)]
        return await self._documents.delete_all([self._name(each) for each in files if each])

    async def move(self, old: Path, new: Path) -> None:
        """Give a file or a folder another name. Raises `NotFoundError`, `ConflictError`, `InputError` below what is no folder."""
        if (
            old == new[: len(old)]
            or KNOWN in {old, new}
            or await self.read(new) is not None
            or await self.list(new)
        ):
            raise ConflictError("the name is in use")
        documents = await self._documents.select((self.root, *old))
        if (file := await self._file(old)) is not None:
            documents.append(file)
        if not documents:
            raise NotFoundError("there is no file of this name")
        await self._check_folders(new)
        puts = [
            Put(collection=collection, key=key, value=each.value, expected="absent")
            for each in documents
            for collection, key in [self._name((*new, *_path(each)[len(old) :]))]
        ]
        await self._documents.put_all(puts)
        await self._documents.delete_all([(each.collection, each.key) for each in documents])

    async def _file(self, path: Path) -> Document | None:
        return await self._documents.get(*self._name(path)) if path else None

    async def _check_folders(self, path: Path) -> None:
        """Raise `InputError` when a file has the name of a folder that the path leads through."""
        for depth in range(1, len(path)):
            if await self.read(path[:depth]) is not None:
                raise InputError(f"{path[depth - 1]} is not a folder")

    def _name(self, path: Path) -> tuple[Path, str]:
        return (self.root, *path[:-1]), path[-1]


def _path(document: Document) -> Path:
    return (*document.collection[1:], document.key)


def _known(facts: Sequence[Fact]) -> str | None:
    """Return facts as a list in Markdown; `None`: there are none."""
    lines = [f"- {fact.text}" for fact in facts]
    return "\n".join(["# What is known of the user (read-only)", "", *lines, ""]) if lines else None
