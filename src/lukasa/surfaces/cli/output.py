"""What commands print."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from lukasa.domain.labels import escaped, printable
from lukasa.domain.turn import Turn


class _Harmless(RenderHook):
    """Sees to it that what was stored is only shown: it sends the terminal no command of its own."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """See the base class."""
        return [_Printable(renderable) for renderable in renderables]


@dataclass(frozen=True, slots=True)
class _Printable:
    content: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for text, style, control in console.render(self.content, options):
            # What rich itself commands, such as colours, is in the style or marked as control.
            yield Segment(text if control else printable(text), style, control)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.content)


def console(*, stderr: bool = False) -> Console:
    """Return a console on the current standard output, which tests and callers may have replaced."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    made.push_render_hook(_Harmless())
    return made


def print_text(text: str, *, end: str = "\n") -> None:
    """Print a text as it is, but for characters that would command a terminal."""
    sys.stdout.write(f"{printable(text)}{end}")


def print_json(value: object) -> None:
    """Print one line of JSON; characters that the terminal cannot show, or would obey, are escaped."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=not encoding.startswith("utf"), default=_simpler)
    sys.stdout.write(escaped(text) + "\n")


def print_document(text: str) -> None:
    """Print a document that says that it is UTF-8, such as GraphML: in UTF-8, unless a terminal is to show it."""
    if sys.stdout.isatty():
        print_text(text, end="")
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


@contextmanager
def private_file(path: Path) -> Iterator[TextIO]:
    """Yield a file to write what was remembered to; only its owner can read it, and it appears when it is complete."""
    if path.exists() and not path.is_file():  # a pipe, or /dev/stdout
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - of a descriptor
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _simpler(value: object) -> object:
    """Return an object that `json` can serialise."""
    match value:
        case date():  # a datetime is one too
            return value.isoformat()
        case Mapping():
            return dict(value)
        case Path():
            return str(value)
        case _:
            return unfold(value)


def unfold(value: object) -> dict[str, object]:
    """Return the public fields of a dataclass by name."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name[0] != "_"}


def warn(warnings: Sequence[str]) -> None:
    """Print warnings on standard error."""
    for warning in dict.fromkeys(warnings):
        console(stderr=True).print(Text(f"warning: {warning}", style="yellow"))


def when(at: datetime) -> str:
    """Return a date, with the time unless it is midnight, which stands for a date without a time."""
    return f"{at:%Y-%m-%d %H:%M}" if (at.hour, at.minute) != (0, 0) else f"{at:%Y-%m-%d}"


def who(speaker: str | None, role: str | None) -> str:
    """Return who spoke."""
    return speaker or role or ""


def said(turn: Turn) -> Text:
    """Return a turn as one line of a conversation."""
    line = Text.assemble(
        (when(turn.at), "dim"), "  ", (f"{who(turn.speaker, turn.role)}: ", "bold"), turn.text
    )
    if turn.retired_at is not None:
        line.append("  (forgotten)", "dim italic")
    return line


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 turn`, `2,000 turns`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def counted(counts: Mapping[str, int]) -> str:
    """Return `3 chatter, 1 vacuous`, the most frequent first."""
    return ", ".join(
        f"{number:,} {what}" for what, number in sorted(counts.items(), key=lambda each: -each[1])
    )
