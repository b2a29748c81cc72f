"""What tests of import formats share: what would be stored of a file, and tables of it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lukasa.errors import LukasaError
from lukasa.policy import RememberPolicy
from lukasa.surfaces.cli.formats.detect import READERS, Format, detect
from lukasa.surfaces.cli.formats.mend import mend
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions
from lukasa.surfaces.cli.formats.source import ImportFile, files
from lukasa.writing.messages import CallLabels, Draft, read_messages

Content = str | bytes | list[Any] | dict[str, Any]


class Odd(NamedTuple):
    """A file, and what is right to take from it."""

    content: Content
    taken: list[str]
    """`speaker: text`, or `date speaker: text` when the date matters."""

    mended: int = 0
    skipped: int = 0
    assumed: Mapping[str, Any] = {}
    name: str = "file.json"
    beside: Mapping[str, Content] = {}
    """Other files of the folder, which is then what is imported."""


def write(path: Path, content: Content) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, list | dict):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


def lines(*values: object) -> str:
    """Return JSON, an object a line."""
    return "".join(json.dumps(value) + "\n" for value in values)


def read(
    path: Path, format: Format | None = None, *, limit: int = 1_000_000, **assumed: Any
) -> tuple[list[dict[str, Any]], Notes]:
    """Return all messages of a file or folder, mended, in order, and what was noted."""
    notes = Notes()
    messages: list[dict[str, Any]] = []
    for entry in files(path):
        source = ImportFile(entry)
        for session in READERS[format or detect(source)](source, Assumptions(notes=notes, **assumed)):
            messages += mend(session, notes, limit=limit).messages
    return messages, notes


def shown(draft: Draft, like: str) -> str:
    """Return what would be stored of a message as a table has it; with its date if *like* begins with one."""
    date = f"{draft.at:%Y-%m-%d} " if like[:4].isdecimal() and like[4:5] == "-" else ""
    return f"{date}{draft.speaker or draft.role}: {draft.text}"


def failures(table: Mapping[str, Odd], folder: Path, format: Format | None = None) -> list[str]:
    """Return a line for each entry of which something else is taken."""
    wrong = []
    for n, (title, odd) in enumerate(table.items()):
        path = write(folder / f"case{n}" / odd.name, odd.content)
        for name, content in odd.beside.items():
            write(folder / f"case{n}" / name, content)
        try:
            messages, notes = read(folder / f"case{n}" if odd.beside else path, format, **odd.assumed)
        except LukasaError as error:
            wrong.append(f"{title}: {error}")
            continue
        like = odd.taken[0] if odd.taken else ""
        drafts = read_messages(messages, CallLabels(), zone=None, policy=RememberPolicy()).drafts
        taken = [shown(draft, like) for draft in drafts]
        if taken != odd.taken:
            wrong.append(f"{title}: {taken} is not {odd.taken}")
        counts = (notes.counts["mended"], notes.counts["skipped"])
        if counts != (odd.mended, odd.skipped):
            wrong.append(f"{title}: {counts} mended and skipped, {notes.mended} {notes.skipped}")
    return wrong


def packed(folder: Path) -> Path:
    """Return a zip archive of the files in a folder."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return path
