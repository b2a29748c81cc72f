"""What commands print."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from lukasa.domain.turn import Turn


def console(*, stderr: bool = False) -> Console:
    """Return a console on the current standard output, which tests and callers may have replaced."""
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def print_json(value: object) -> None:
    """Print one line of JSON; characters that the terminal cannot show are escaped."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    sys.stdout.write(json.dumps(value, ensure_ascii=not encoding.startswith("utf"), default=_simpler) + "\n")


def print_document(text: str) -> None:
    """Print a document that says that it is UTF-8, such as GraphML: in UTF-8, unless a terminal is to show it."""
    if sys.stdout.isatty():
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


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
