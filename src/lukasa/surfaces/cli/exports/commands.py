"""`lukasa export`: as lines of JSON, as a vault of Markdown notes, or as mem0 gives memories."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Literal, TextIO

from cyclopts import Parameter

from lukasa import Handle
from lukasa.errors import InputError
from lukasa.integrations.mem0.items import item
from lukasa.integrations.mem0.scopes import Scope
from lukasa.surfaces.cli.exports.vault import notes
from lukasa.surfaces.cli.options import UserOptions, opened_handle
from lukasa.surfaces.cli.output import print_json, private_file


def export(
    *,
    format: Annotated[
        Literal["jsonl", "markdown", "mem0"], Parameter(help="What to write. Default: jsonl.")
    ] = "jsonl",
    output: Annotated[
        Path | None,
        Parameter(alias="-o", help="Write to this file (markdown: a new folder) instead of standard output."),
    ] = None,
    forgotten: Annotated[
        bool, Parameter(help="markdown, mem0: what was forgotten too; jsonl always has it.")
    ] = False,
    shared: UserOptions | None = None,
) -> None:
    """Export what is remembered of a user.

    jsonl: every turn, forgotten ones included; `lukasa import` reads it back. markdown: a folder of notes, one a day with what was said
    and one a person with what is believed. mem0: facts, as mem0's `get_all` returns them; `lukasa import mem0` reads it back.
    """
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        match format:
            case "markdown":
                if output is None:
                    raise InputError("a vault is a folder: name a new one with -o FOLDER")
                _write_folder(output, notes(memory, forgotten=forgotten))
            case "mem0":
                with _sink(output) as sink:
                    sink.write(json.dumps(_as_mem0(memory, forgotten=forgotten), indent=1) + "\n")
            case "jsonl":
                with _sink(output) as sink:
                    for turn in memory.export():
                        sink.write(json.dumps(turn) + "\n")
    if output and options.json:
        print_json({"file": output})


def _as_mem0(memory: Handle, *, forgotten: bool) -> dict[str, object]:
    owner = Scope("user_id", memory.partition.user)
    facts = memory.facts(include_retired=forgotten)
    return {"results": [item(fact, owner) for fact in facts]}


def _sink(path: Path | None) -> AbstractContextManager[TextIO]:
    """Return a stream to write to; a file appears under its name only when it is complete."""
    return nullcontext(sys.stdout) if path is None else private_file(path)


def _write_folder(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write files into a new folder that only its owner can read; it appears when it is complete."""
    folder = folder.expanduser()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{str(folder)!r} is not empty: name a new folder, or what is gone from the memory would stay in it"
        )
    part = folder.with_name(f"{folder.name}.part")
    try:
        part.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise InputError(
            f"{str(part)!r} is in the way: delete it, if an export that was killed left it, or name another folder"
        ) from None
    try:
        for name, text in files:
            path = part / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with private_file(path) as file:
                file.write(text)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
