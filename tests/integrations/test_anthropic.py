"""Anthropic's memory tool on a memory: the SDK's own tests, with its files swapped; and what a memory adds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("anthropic")

import _pages
import _peers
from anthropic.lib.tools import ToolError

from lukasa import AsyncMemory, Memory, Settings
from lukasa.integrations.anthropic import AsyncMemoryTool, MemoryTool
from lukasa.integrations.anthropic_words import content
from lukasa.integrations.files import Files

HASHING = Settings(embedder="hashing")


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory.open("memory:", settings=HASHING) as opened:
        yield opened


def call(tool: Any, command: str, **fields: Any) -> str:
    defaults = {"view_range": None, "new_str": None}
    return getattr(tool, command)(SimpleNamespace(command=command, **{**defaults, **fields}))  # type: ignore[no-any-return]


def test_what_a_model_notes_is_found_and_not_believed(memory: Memory):
    ana = memory.of("ana")
    ana.remember("My dog is called Quixote.")
    tool, bens = MemoryTool(ana), MemoryTool(memory.of("ben"))
    call(tool, "create", path="/memories/a/notes.md", file_text="I live in Rome.\n")
    known = call(tool, "view", path="/memories/known.md")
    listed = call(tool, "view", path="/memories")

    assert "Quixote is User's dog" in known
    assert "/memories/a/notes.md" in listed
    assert "/memories/known.md" in listed
    assert "notes" not in call(bens, "view", path="/memories")
    assert [fact.text for fact in ana.facts()] == ["Quixote is User's dog"]
    assert "I live in Rome.\n" in [hit.text for hit in ana.recall("Rome").hits]
    for command in (
        {"command": "create", "path": "/memories/known.md", "file_text": "x"},
        {"command": "str_replace", "path": "/memories/known.md", "old_str": "Quixote", "new_str": "Rex"},
        {"command": "insert", "path": "/memories/known.md", "insert_line": 0, "insert_text": "x"},
        {"command": "delete", "path": "/memories/known.md"},
        {"command": "rename", "old_path": "/memories/known.md", "new_path": "/memories/x.md"},
    ):
        with pytest.raises(ToolError):
            call(tool, **command)


def test_folders_are_moved_and_erased_whole(memory: Memory):
    tool = MemoryTool(memory.of("ana"))
    for name in ("one", "deep/er/two", "deep/.hidden"):
        call(tool, "create", path=f"/memories/a/{name}", file_text=name)
    call(tool, "rename", old_path="/memories/a", new_path="/memories/b/c")
    moved = call(tool, "view", path="/memories/b")

    assert moved.split("\n")[1:] == [
        "26B\t/memories/b",
        "26B\t/memories/b/c/",
        "23B\t/memories/b/c/deep/",
        "3B\t/memories/b/c/one",
    ]
    with pytest.raises(ToolError, match="already exists"):
        call(tool, "rename", old_path="/memories/b", new_path="/memories/b/c/x")
    with pytest.raises(ToolError, match="already exists"):
        call(tool, "create", path="/memories/b", file_text="x")
    with pytest.raises(ToolError, match="not a folder"):
        call(tool, "create", path="/memories/b/c/one/x", file_text="x")
    call(tool, "delete", path="/memories/b/c/deep")
    tool.clear_all_memory()
    assert call(tool, "view", path="/memories").endswith("\n0B\t/memories")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/memories/../x", "/memories/a/../../x", "/memories/a/../..", "memories/x"]
)
def test_no_path_leads_out(memory: Memory, path: str):
    tool = MemoryTool(memory.of("ana"))
    for command in (
        {"command": "view", "path": path},
        {"command": "create", "path": path, "file_text": "x"},
        {"command": "delete", "path": path},
        {"command": "rename", "old_path": path, "new_path": "/memories/x"},
        {"command": "rename", "old_path": "/memories/x", "new_path": path},
    ):
        with pytest.raises(ToolError, match=r"escape|must start"):
            call(tool, **command)


def test_a_file_of_too_many_lines_is_not_shown():
    with pytest.raises(ToolError, match="exceeds maximum line limit of 999,999 lines"):
        content(SimpleNamespace(path="/memories/x", view_range=None), "\n" * 999_999)


def test_two_processes_of_the_page(tmp_path: Path):
    _pages.run("anthropic", tmp_path, "first")

    assert "Quixote" in _pages.run("anthropic", tmp_path, "second")


# --- the SDK's own tests ---------------------------------------------------------------------------------------------


class _Path:
    """A file of the store, where the tests write to the disk."""

    def __init__(self, tool: Any, *names: str) -> None:
        self._tool, self._names = tool, names

    def __truediv__(self, name: str) -> _Path:
        return _Path(self._tool, *self._names, name)

    def write_bytes(self, data: bytes) -> None:
        call(self._tool, "create", path="/".join(("/memories", *self._names)), file_text=data.decode())

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
        return self._loop.call(lambda: _contents(Files(self._tool._files.handle, self._tool._files.root)))


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
        return handle._loop.call(lambda: _contents(Files(handle._handle, "anthropic-memory")))


_adopt()
