"""The tests that Anthropic's SDK has for its own memory tool, on ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("anthropic")

import _peers

from lukasa import AsyncMemory, Memory, Settings
from lukasa.integrations.anthropic import AsyncMemoryTool, MemoryTool
from lukasa.integrations.blocking import asynchronous, wait
from lukasa.integrations.files import Files

HASHING = Settings(embedder="hashing")


class _Path:
    """A file of the store, where the tests write to the disk."""

    def __init__(self, tool: Any, *names: str) -> None:
        self._tool, self._names = tool, names

    def __truediv__(self, name: str) -> _Path:
        return _Path(self._tool, *self._names, name)

    def write_bytes(self, data: bytes) -> None:
        path = "/".join(("/memories", *self._names))
        self._tool.create(SimpleNamespace(path=path, file_text=data.decode()))

    def read_bytes(self) -> bytes:
        return self._tool.snapshot()["/".join(("memories", *self._names))].encode()  # type: ignore[no-any-return]

    def is_dir(self) -> bool:
        return not self._names


class SwappedTool(MemoryTool):
    def __init__(self, base_path: str) -> None:
        self.memory = Memory.open(Path(base_path) / "m.lukasa", settings=HASHING)
        super().__init__(self.memory.of("peer"))
        self.base_path, self.memory_root = base_path, _Path(self)

    def snapshot(self) -> dict[str, str]:
        return wait(
            self._handle, lambda: _contents(Files(self._inner._files.handle, self._inner._files.root))
        )


class SwappedAsyncTool(AsyncMemoryTool):
    """A memory belongs to a loop: it is opened for each command."""

    def __init__(self, base_path: str) -> None:
        self.base_path, self.memory_root = base_path, _AsyncRoot()

    async def snapshot(self) -> dict[str, str]:
        async with await AsyncMemory.open(Path(self.base_path) / "m.lukasa", settings=HASHING) as memory:
            return await _contents(Files(memory.of("peer"), "anthropic-memory"))


class _AsyncRoot:
    async def is_dir(self) -> bool:
        return True


async def _contents(files: Files) -> dict[str, str]:
    return {"/".join(("memories", *path)): await files.read(path) or "" for path in await files.list(())}


def _opened(name: str) -> Callable[..., Any]:
    async def run(tool: SwappedAsyncTool, command: Any) -> str:
        async with await AsyncMemory.open(Path(tool.base_path) / "m.lukasa", settings=HASHING) as memory:
            return await getattr(AsyncMemoryTool(memory.of("peer")), name)(command)  # type: ignore[no-any-return]

    return run


for _name in ("view", "create", "str_replace", "insert", "delete", "rename"):
    setattr(SwappedAsyncTool, _name, _opened(_name))
SwappedAsyncTool.__abstractmethods__ = frozenset()

ON_DISK = "is about files on a disk: symbolic links, modes, or a file that is written there beside the tool"
SKIPPED = {
    "symlink": ON_DISK,
    "umask": ON_DISK,
    "mkdir": ON_DISK,
    "too_many_lines": "a file of more than 1 MB cannot be created; the limit of lines has a test of ours",
}
SKIPPED_ASYNC = {"crlf": ON_DISK}
_TOOLS: dict[str, Any] = {}


def _adopt() -> None:
    module = _peers.suite(
        "anthropic", "tests/lib/tools/memory_tools/test_filesystem.py", alias="peer_test_filesystem"
    )
    module.BetaLocalFilesystemMemoryTool = lambda base_path: _TOOLS.setdefault(
        base_path, SwappedTool(base_path)
    )  # type: ignore[attr-defined]
    module.BetaAsyncLocalFilesystemMemoryTool = SwappedAsyncTool  # type: ignore[attr-defined]
    module.get_directory_snapshot = _snapshot  # type: ignore[attr-defined]
    for fixture in ("temp_directory", "sync_local_filesystem_tool", "async_local_filesystem_tool"):
        globals()[fixture] = getattr(module, fixture)
    for title, more in (
        ("TestBetaLocalFilesystemMemoryTool", {}),
        ("TestBetaAsyncLocalFilesystemMemoryTool", SKIPPED_ASYNC),
    ):
        suite = getattr(module, title)
        for name, test in list(vars(suite).items()):
            why = next((reason for part, reason in {**SKIPPED, **more}.items() if part in name), None)
            if name.startswith("test_") and why:
                setattr(suite, name, pytest.mark.skip(reason=why)(test))
            elif name.startswith("test_") and asyncio.iscoroutinefunction(test):
                setattr(suite, name, pytest.mark.anyio(test))
        globals()[title] = suite


def _snapshot(base_path: str) -> dict[str, str]:
    if base_path in _TOOLS:
        return _TOOLS[base_path].snapshot()  # type: ignore[no-any-return]
    with Memory.open(Path(base_path) / "m.lukasa", settings=HASHING) as memory:
        handle = memory.of("peer")
        return wait(handle, lambda: _contents(Files(asynchronous(handle), "anthropic-memory")))


_adopt()
