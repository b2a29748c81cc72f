"""Which format a file has."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Literal, get_args

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import (
    chatgpt,
    claude,
    coding,
    discord,
    exported,
    gemini,
    locomo,
    mail,
    markdown,
    openai,
    plain,
    slack,
    telegram,
    whatsapp,
)
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.records import looks_like_json, records
from lukasa.surfaces.cli.formats.session import Reader
from lukasa.surfaces.cli.formats.source import ImportFile, is_mailbox

Format = Literal[
    "locomo",
    "chatgpt",
    "claude",
    "gemini",
    "openai",
    "claude-code",
    "codex",
    "markdown",
    "whatsapp",
    "telegram",
    "slack",
    "discord",
    "mbox",
    "lukasa",
    "text",
]
FORMATS: tuple[Format, ...] = get_args(Format)

READERS: Mapping[Format, Reader] = {
    "locomo": locomo.read,
    "chatgpt": chatgpt.read,
    "claude": claude.read,
    "gemini": gemini.read,
    "openai": openai.read,
    "claude-code": coding.read_claude,
    "codex": coding.read_codex,
    "markdown": markdown.read,
    "whatsapp": whatsapp.read,
    "telegram": telegram.read,
    "slack": slack.read,
    "discord": discord.read,
    "mbox": mail.read,
    "lukasa": exported.read,
    "text": plain.read,
}

_LOOKED_AT = 50
"""Records after which a file of none that is known is given up: the first ones may be odd."""


def detect(source: ImportFile) -> Format:
    """Return the format that the first records have; raise `ImportFormatError` when nothing fits."""
    if is_mailbox(source.head):
        return "mbox"
    if not looks_like_json(source):
        return _of_text(source)
    odd = ""
    notes = Notes()
    for location, record in islice(records(source, notes), _LOOKED_AT):
        if known := _of_record(record):
            return known
        keys = ", ".join(sorted(record)[:8]) or "no keys"
        odd = odd or (
            f"{location} is of no known format (it has {keys}); say which with --format: {', '.join(FORMATS)}"
        )
    raise ImportFormatError(odd or notes.broken or f"{source.name} holds no conversations")


_SIGNS: tuple[tuple[Format, dict[str, type | str]], ...] = (
    ("locomo", {"conversation": dict, "sample_id": object}),
    ("chatgpt", {"mapping": dict}),
    ("claude", {"chat_messages": list}),
    ("lukasa", {"text": str, "recorded_at": str, "role": str}),
    ("gemini", {"header": str, "title": str, "time": str}),
    ("discord", {"channel": dict, "messages": list}),
    ("telegram", {"chats": dict}),
    ("telegram", {"type": str, "messages": list, "id": object}),
    ("claude-code", {"sessionId": str, "type": str}),
    ("claude-code", {"type": "summary", "leafUuid": object}),
    ("codex", {"payload": dict, "type": str, "timestamp": object}),
    ("codex", {"id": str, "timestamp": str, "instructions": object}),
    ("slack", {"ts": str, "type": "message"}),
    ("openai", {"messages": list}),
    ("openai", {"conversations": list}),
    ("openai", {"role": str}),
)
"""Keys by which a record is known, each with the type of its value or the value; the first that fits."""


def _of_record(record: Mapping[str, object]) -> Format | None:
    for known, signs in _SIGNS:
        if all(key in record and _fits(record[key], sign) for key, sign in signs.items()):
            return known
    return None


def _fits(value: object, sign: type | str) -> bool:
    return value == sign if isinstance(sign, str) else isinstance(value, sign)


def _of_text(source: ImportFile) -> Format:
    lines = (line for _, line in source.lines() if line.strip())
    head = list(islice(lines, _LOOKED_AT))
    if markdown.recognises(head):
        return "markdown"
    first = next((line for line in head if not line.startswith("#")), "")
    return "whatsapp" if whatsapp.recognises(first) else "text"
