"""Exports of memories, this program's or another's, as an audit looks at them.

A mem0 export (`{"results": [{"memory": …}]}`, or the list alone), objects with `text`, `memory`, `fact` or `content` in a
list or a line each, and what `lukasa export` wrote. What has a role was said in a chat: it is a turn, the rest are facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa import AuditItem
from lukasa.domain.time import read_instant
from lukasa.domain.turn import ORIGINS, ROLES
from lukasa.errors import ImportFormatError, InputError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import looks_like_json, records
from lukasa.surfaces.cli.formats.source import ImportFile

_TEXTS = ("memory", "text", "fact", "content", "data")
_TIMES = ("at", "created_at", "timestamp", "updated_at")
_OWNERS = ("user_id", "user", "agent_id")
"""Whose memory it is, where a file holds several."""


def read(source: ImportFile) -> Iterator[AuditItem]:
    """Yield what the file holds; raise `ImportFormatError` where it holds something else."""
    if not looks_like_json(source):
        raise ImportFormatError(f"{source.name} is not JSON: an audit reads JSON, or an object a line")
    for location, record in records(source):
        for where, one in _unpacked(location, record):
            yield _item(where, one, nameless=where.removeprefix(source.name).lstrip(":, "))


def _unpacked(location: str, record: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give the memories of a record: itself, or those in its list."""
    for name in ("results", "memories"):
        if name in record:
            for number, one in enumerate(shape.sequence(record[name], f"{location}: {name}")):
                where = f"{location}: {name}[{number}]"
                yield where, shape.mapping(one, where)
            return
    yield location, record


def _item(location: str, record: Mapping[str, object], *, nameless: str) -> AuditItem:
    name = next((name for name in _TEXTS if isinstance(record.get(name), str)), None)
    if name is None:
        keys = ", ".join(sorted(record)[:8]) or "no keys"
        raise ImportFormatError(
            f"{location} has no text: one of {', '.join(_TEXTS)} is needed, and it has {keys}"
        )
    role = next((role for role in ROLES if role == record.get("role")), None)
    metadata = record.get("metadata") or {}
    owners = (shape.label(record.get(key), f"{location}: {key}") for key in _OWNERS)
    return AuditItem(
        id=shape.label(record.get("id"), f"{location}: id") or nameless,
        text=shape.text(record[name], f"{location}: {name}"),
        kind="fact" if role is None else "turn",
        owner=next((owner for owner in owners if owner), ""),
        at=next((at for key in _TIMES if (at := _instant(record.get(key)))), None),
        speaker=shape.label(record.get("speaker") or record.get("name"), f"{location}: speaker"),
        role=role or "user",
        origin=next((known for known in ORIGINS if known == record.get("origin")), "user"),
        retired=record.get("retired_at") is not None,
        expires_at=_instant(record.get("expires_at") or record.get("expiration_date")),
        metadata=shape.mapping(metadata, f"{location}: metadata"),  # type: ignore[arg-type]
    )


def _instant(given: object) -> datetime | None:
    """Return a time that says what it is; others do not matter so much that the file should be refused for them."""
    if not isinstance(given, str):
        return None
    try:
        return read_instant(given, zone="UTC")
    except InputError:
        return None
