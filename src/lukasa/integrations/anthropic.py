"""Anthropic's memory tool (`memory_20250818`) over a memory: the model's files are documents in it. Needs the extra `anthropic`.

`MemoryTool` for `Memory`, `AsyncMemoryTool` for `AsyncMemory`. What they return are the words of the SDK's own
`BetaLocalFilesystemMemoryTool`, which models know.
"""

from __future__ import annotations

from typing import Any

from anthropic.lib.tools import BetaAbstractMemoryTool, BetaAsyncAbstractMemoryTool, ToolError

from lukasa import AsyncHandle, Handle
from lukasa.errors import ConflictError, InputError, NotFoundError
from lukasa.integrations import anthropic_words as words
from lukasa.integrations.blocking import asynchronous, blocking
from lukasa.integrations.files import KNOWN, Files, Path


class AsyncMemoryTool(BetaAsyncAbstractMemoryTool):
    """Files of a model in the memory of one user: `AsyncMemoryTool(memory.of("alice"))`.

    They are found by `recall`, quoted, and nothing is believed of them. `/memories/known.md`, which nobody writes, says what is
    believed of the user. What is deleted or replaced is erased; at a server, that needs a key with the role `admin`.
    """

    def __init__(self, handle: AsyncHandle, **options: Any) -> None:
        """*options*: those of the SDK's class."""
        super().__init__(**options)
        self._files = Files(handle, "anthropic-memory")

    async def view(self, command: Any) -> str:
        """Show a file with line numbers, or what is in a folder."""
        path = words.path_of(command.path)
        if (text := await self._files.read(path)) is not None:
            return words.content(command, text)
        sizes = await self._files.list(path)
        if path and not sizes:
            raise ToolError(f"The path {command.path} does not exist. Please provide a valid path.")
        return words.folder(command.path, {each[len(path) :]: size for each, size in sizes.items()})

    async def create(self, command: Any) -> str:
        """Store a new file."""
        path = words.path_of(command.path)
        try:
            await self._files.create(path, command.file_text)
        except ConflictError:
            raise ToolError(f"File {command.path} already exists") from None
        except InputError as error:
            raise ToolError(str(error)) from None
        return f"File created successfully at: {command.path}"

    async def str_replace(self, command: Any) -> str:
        """Replace a text that occurs once."""
        path, text = await self._text(command.path)
        count = text.count(command.old_str)
        if count != 1:
            raise ToolError(words.not_once(command, text))
        after = text.replace(command.old_str, command.new_str or "")
        await self._change(path, text, after)
        line = text[: text.find(command.old_str)].count("\n")
        lines = words.numbered(after.split("\n"))[max(0, line - 2) : line + 3]
        shown = "\n".join(lines)
        return f"The memory file has been edited. Here is the snippet showing the change (with line numbers):\n{shown}"

    async def insert(self, command: Any) -> str:
        """Insert lines after a line."""
        path, text = await self._text(command.path)
        lines = text.removesuffix("\n").split("\n") if text else []
        if not 0 <= command.insert_line <= len(lines):
            raise ToolError(
                f"Invalid `insert_line` parameter: {command.insert_line}. It should be within the range [0, {len(lines)}]."
            )
        lines.insert(command.insert_line, command.insert_text.rstrip("\n"))
        after = "\n".join(lines)
        await self._change(path, text, after if after.endswith("\n") else f"{after}\n")
        return f"The file {command.path} has been edited."

    async def delete(self, command: Any) -> str:
        """Erase a file or a folder."""
        path = words.path_of(command.path)
        if not path:
            raise ToolError("Cannot delete the /memories directory itself")
        if path == KNOWN and await self._files.read(path):
            raise ToolError(words.READ_ONLY)
        if not await self._files.delete(path):
            raise ToolError(f"The path {command.path} does not exist")
        return f"Successfully deleted {command.path}"

    async def rename(self, command: Any) -> str:
        """Give a file or a folder another name."""
        old, new = words.path_of(command.old_path), words.path_of(command.new_path)
        if not old:
            raise ToolError("Cannot rename the /memories directory itself")
        if old == KNOWN and await self._files.read(old):
            raise ToolError(words.READ_ONLY)
        try:
            await self._files.move(old, new)
        except ConflictError:
            raise ToolError(f"The destination {command.new_path} already exists") from None
        except NotFoundError:
            raise ToolError(f"The path {command.old_path} does not exist") from None
        except InputError as error:
            raise ToolError(str(error)) from None
        return f"Successfully renamed {command.old_path} to {command.new_path}"

    async def clear_all_memory(self) -> str:
        """Erase all files. What Lukasa knows otherwise stays."""
        await self._files.delete(())
        return "All memory cleared"

    async def _text(self, named: str) -> tuple[Path, str]:
        path = words.path_of(named)
        if (text := await self._files.read(path)) is None:
            what = "is not a file." if await self._files.list(path) or not path else words.MISSING
            raise ToolError(f"The path {named} {what}")
        return path, text

    async def _change(self, path: Path, before: str, after: str) -> None:
        if path == KNOWN:
            raise ToolError(words.READ_ONLY)
        try:
            await self._files.change(path, before, after)
        except (ConflictError, InputError) as error:
            raise ToolError(str(error)) from None


class MemoryTool(BetaAbstractMemoryTool):
    """`AsyncMemoryTool` without `await`, over the handle of a `Memory`."""

    def __init__(self, handle: Handle, **options: Any) -> None:
        """*options*: those of the SDK's class."""
        super().__init__(**options)
        self._handle = handle
        self._inner = AsyncMemoryTool(asynchronous(handle))

    view = blocking(AsyncMemoryTool.view)
    create = blocking(AsyncMemoryTool.create)
    str_replace = blocking(AsyncMemoryTool.str_replace)
    insert = blocking(AsyncMemoryTool.insert)
    delete = blocking(AsyncMemoryTool.delete)
    rename = blocking(AsyncMemoryTool.rename)
    clear_all_memory = blocking(AsyncMemoryTool.clear_all_memory)
