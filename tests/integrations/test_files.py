"""Text files in folders, over documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lukasa import AsyncHandle, AsyncMemory, Settings
from lukasa.errors import ConflictError, InputError, NotFoundError
from lukasa.integrations.files import KNOWN, Files

pytestmark = pytest.mark.anyio


@pytest.fixture
async def handle(tmp_path: Path) -> AsyncIterator[AsyncHandle]:
    async with await AsyncMemory.open(tmp_path / "m.lukasa", settings=Settings(embedder="hashing")) as memory:
        yield memory.of("ana")


async def test_files_are_changed_by_whoever_has_read_them_last(handle: AsyncHandle):
    files, path = Files(handle, "root"), ("a", "b.md")
    await files.create(path, "one")
    await files.change(path, "one", "two")

    for wrong in (files.create(path, "x"), files.change(path, "one", "x"), files.move(path, (*path, "c"))):
        with pytest.raises(ConflictError):
            await wrong
    with pytest.raises(InputError):
        await files.create((*path, "c"), "x")
    await files.create(("top.md",), "top")
    with pytest.raises(InputError):
        await files.move(path, ("top.md", "b.md"))
    assert await files.delete(("top.md",)) == 1
    with pytest.raises(NotFoundError):
        await files.move(("z",), ("y",))
    await files.move(("a",), ("c", "d"))
    assert await files.read(("c", "d", "b.md")) == "two"
    assert await files.read(KNOWN) is None
    assert await files.delete(("c",)) == 1
    assert await files.list(()) == {}
