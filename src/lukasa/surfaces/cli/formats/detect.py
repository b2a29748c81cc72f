"""Which format a file has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import chatgpt, claude, exported, locomo, openai, plain
from lukasa.surfaces.cli.formats.records import looks_like_json, records
from lukasa.surfaces.cli.formats.session import Reader
from lukasa.surfaces.cli.formats.source import ImportFile

Format = Literal["locomo", "chatgpt", "claude", "openai", "lukasa", "text"]
FORMATS: tuple[Format, ...] = get_args(Format)

READERS: Mapping[Format, Reader] = {
    "locomo": locomo.read,
    "chatgpt": chatgpt.read,
    "claude": claude.read,
    "openai": openai.read,
    "lukasa": exported.read,
    "text": plain.read,
}


def detect(source: ImportFile) -> Format:
    """Tell the format by the first record; raise `ImportFormatError` when nothing fits."""
    if not looks_like_json(source):
        return "text"
    for place, record in records(source):
        match record:
            case {"conversation": dict(), "sample_id": _}:
                return "locomo"
            case {"mapping": dict()}:
                return "chatgpt"
            case {"chat_messages": list()}:
                return "claude"
            case {"text": str(), "recorded_at": str(), "role": str()}:
                return "lukasa"
            case {"messages": list()} | {"role": str()}:
                return "openai"
            case _:
                keys = ", ".join(sorted(record)[:8]) or "no keys"
                raise ImportFormatError(
                    f"{place} is of no known format (it has {keys}); say which with --format: {', '.join(FORMATS)}"
                )
    raise ImportFormatError(f"{source.name} holds no conversations")
