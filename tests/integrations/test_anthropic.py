"""Anthropic's memory tool on a memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("anthropic")

import _pages
from anthropic.lib.tools import ToolError

from lukasa import Memory, Settings
from lukasa.integrations.anthropic import MemoryTool
from lukasa.integrations.anthropic_words import content

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
