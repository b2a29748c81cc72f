"""What Anthropic's memory tool says: the words of the SDK's own, which models know. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anthropic.lib.tools import ToolError

from lukasa.integrations.files import Path

ROOT = "/memories"
READ_ONLY = "/memories/known.md is read-only: it says what is believed of the user"
MISSING = "does not exist. Please provide a valid path."
_MOST_LINES = 999_999
_WIDTH = len(str(_MOST_LINES))
_DEPTH = 2


def path_of(named: str) -> Path:
    """Return the names below `/memories`. Raises `ToolError` for a path that leads out of it."""
    if not named.startswith(ROOT):
        raise ToolError(f"Path must start with /memories, got: {named}")
    path: list[str] = []
    for name in named[len(ROOT) :].split("/"):
        if name == ".." and not path:
            raise ToolError(f"Path {named} would escape /memories directory")
        if name == "..":
            path.pop()
        elif name not in {"", "."}:
            path.append(name)
    return tuple(path)


def content(command: Any, text: str) -> str:
    """Return the lines of a file, or a range of them."""
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        raise ToolError(f"File {command.path} exceeds maximum line limit of 999,999 lines.")
    first, last = 0, len(lines)
    if command.view_range and len(command.view_range) == 2:  # noqa: PLR2004 - from and to
        first = max(1, command.view_range[0]) - 1
        last = len(lines) if command.view_range[1] == -1 else command.view_range[1]
    shown = "\n".join(numbered(lines)[first:last])
    return f"Here's the content of {command.path} with line numbers:\n{shown}"


def numbered(lines: Sequence[str]) -> list[str]:
    """Return lines with their numbers."""
    return [f"{number:>{_WIDTH}}\t{line}" for number, line in enumerate(lines, start=1)]


def folder(named: str, sizes: Mapping[Path, int]) -> str:
    """Return what is in a folder, two levels deep; a folder's size is that of its files."""
    entries: dict[Path, int] = {}
    for path, size in sizes.items():
        for depth in range(1, min(len(path), _DEPTH) + 1):
            entries[path[:depth]] = entries.get(path[:depth], 0) + size
    lines = [f"{_size(sum(sizes.values()))}\t{named}"]
    for path, size in sorted(entries.items()):
        if not any(name.startswith(".") for name in path):
            lines.append(f"{_size(size)}\t{named}/{'/'.join(path)}{'' if path in sizes else '/'}")
    header = f"Here're the files and directories up to 2 levels deep in {named}, excluding hidden items:"
    return "\n".join([header, *lines])


def not_once(command: Any, text: str) -> str:
    """Return why a text is not replaced that does not occur, or more than once."""
    old, lines, start = command.old_str, list[int](), 0
    while (start := text.find(old, start)) >= 0:
        lines.append(text[:start].count("\n") + 1)
        start += 1
    if not lines:
        return f"No replacement was performed, old_str `{old}` did not appear verbatim in {command.path}."
    where = ", ".join(map(str, lines))
    return f"No replacement was performed. Multiple occurrences of old_str `{old}` in lines: {where}. Please ensure it is unique"


def _size(size: int) -> str:
    unit = min(max(size.bit_length() - 1, 0) // 10, 3)
    number = size / 1024**unit
    return f"{int(number) if number == int(number) else f'{number:.1f}'}{'BKMG'[unit]}"
