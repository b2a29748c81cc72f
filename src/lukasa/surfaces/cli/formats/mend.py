"""Messages as they come from a file, made such that the memory can store them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b

from lukasa.bounds import LIMITS, MetadataReader
from lukasa.domain.labels import breaks_line, one_line
from lukasa.domain.turn import MAX_INT
from lukasa.errors import InputError, shown
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Session

_ROLES = frozenset({"user", "human", "assistant", "ai", "model", "system", "developer", "tool", "function"})
_SURROGATES = re.compile("[\ud800-\udfff]")
_DEPTH = 7
_CONTINUES, _INSIDE = 0xC0, 0x80
"""The first two bits of a byte inside a character of UTF-8."""

_BOUNDARIES = ("\n\n", "\n", ". ", " ")


def mend(session: Session, notes: Notes, *, limit: int) -> Session:
    """Return the session with every message storable: cleaned, and split beyond *limit* bytes."""
    messages: list[dict[str, object]] = []
    retired: list[int] = []
    for number, message in enumerate(session.messages):
        location = f"{session.location}, message {number}"
        pieces = list(_pieces(_clean(message, location, notes), location, notes, limit))
        if number in session.retired:
            retired += range(len(messages), len(messages) + len(pieces))
        messages += pieces
    # The place in the call is part of a keyed turn's name: after a split the places are others.
    key = session.key if len(messages) == len(session.messages) else None
    return replace(
        session,
        messages=messages,
        retired=retired,
        key=key and _short(_plain(key), session.location, notes),
        session=_label(session.session, "session", session.location, notes),
        agent=_label(session.agent, "agent", session.location, notes),
    )


def _clean(message: Mapping[str, object], location: str, notes: Notes) -> dict[str, object]:
    clean = dict(message)
    role = message.get("role", "user")
    if not isinstance(role, str) or role not in _ROLES:
        lower = role.strip().lower() if isinstance(role, str) else ""
        if lower in _ROLES:
            clean["role"] = lower
        else:
            notes.mend(location, f"the role {role!r:.40} is unknown; stored as a tool's")
            clean["role"] = "tool"
    if (name := clean.pop("name", None)) is not None and (
        label := _label(str(name), "name", location, notes)
    ):
        clean["name"] = label
    content = _content(message.get("content"), location, notes)
    clean["content"] = _text(content, location, notes) if isinstance(content, str) else content
    if "metadata" in message:
        clean["metadata"] = _metadata(message["metadata"], location, notes)
    return clean


def _content(content: object, location: str, notes: Notes) -> object:
    match content:
        case None:
            return ""
        case str():
            return content
        case list():
            parts = [part for part in content if isinstance(part, str | dict)]
            odd = sum(part is not None for part in content) - len(parts)
            if odd:
                notes.mend(location, f"{odd} parts of the content are no text and no object; left out")
            return [_part(part, location, notes) for part in parts]
        case _:
            notes.mend(location, f"the content is {type(content).__name__}, not text")
            return str(content)


def _part(part: str | dict[str, object], location: str, notes: Notes) -> object:
    if isinstance(part, str):
        return _text(part, location, notes)
    return {
        key: _text(value, location, notes) if isinstance(value, str) else value for key, value in part.items()
    }


def _text(text: str, location: str, notes: Notes) -> str:
    if "\0" in text:
        notes.mend(location, "NUL characters removed")
        text = text.replace("\0", "")
    if _SURROGATES.search(text):
        notes.mend(location, "half a character (a lone surrogate) replaced by U+FFFD")
        text = _SURROGATES.sub("\ufffd", text)
    return text


def _label(text: str | None, what: str, location: str, notes: Notes) -> str | None:
    plain = _plain(text or "").strip()
    if breaks_line(plain):
        notes.mend(location, f"line breaks or control characters in the {what} left out")
        plain = one_line(plain)
    return _short(plain, location, notes)


def _plain(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text.replace("\0", ""))


def _short(label: str, location: str, notes: Notes) -> str | None:
    """Return a name as it can be stored. Of one that is too long, the beginning and a digest: two of them stay two."""
    if len(label.encode()) <= LIMITS.label_bytes:
        return label or None
    notes.mend(location, f"a name of {len(label):,} characters is too long; cut")
    digest = blake2b(label.encode(), digest_size=8).hexdigest()
    beginning = label.encode()[: LIMITS.label_bytes - len(digest) - 4].decode(errors="ignore")
    return f"{beginning}… {digest}"


def _metadata(value: object, location: str, notes: Notes) -> dict[str, object]:
    """Return metadata as it can be stored: what is too much is left out, member by member."""
    if not isinstance(value, Mapping):
        return {}
    kept: dict[str, object] = {}
    reader = MetadataReader("metadata")
    for key, item in value.items():
        if not (name := _plain(str(key))):
            continue
        further = replace(reader)
        try:
            kept.update(further.read({name: _json(item, _DEPTH)}))
        except InputError:
            notes.mend(location, f"metadata {name!r:.40} is too large; left out")
        else:
            reader = further
    return kept


def _json(value: object, depth: int) -> object:
    match value:
        case None | bool():
            return value
        case str():
            return _plain(value)
        case int() | float():
            return value if abs(value) <= MAX_INT else str(value)
        case list() | tuple() if depth:
            return [_json(item, depth - 1) for item in value]
        case Mapping() if depth:
            return {
                _plain(str(key)): _json(item, depth - 1)
                for key, item in value.items()
                if str(key).strip("\0")
            }
        case _:
            return _plain(shown(value))


def _pieces(
    message: dict[str, object], location: str, notes: Notes, limit: int
) -> Iterator[dict[str, object]]:
    content = message["content"]
    if not isinstance(content, str):
        text = "\n".join(_words(part) for part in content) if isinstance(content, list) else ""
        if len(text) * 4 <= limit or _size(text) <= limit:
            yield message
            return
        content = text
    if len(content) * 4 <= limit or _size(content) <= limit:
        yield message
        return
    pieces = list(split(content, limit))
    notes.mend(location, f"{_size(content):,} bytes are too long for one turn; split into {len(pieces)}")
    for piece in pieces:
        yield {**message, "content": piece}


def _words(part: object) -> str:
    if isinstance(part, dict):
        part = part.get("text")
    return part if isinstance(part, str) else ""


def _size(text: str) -> int:
    return len(text.encode())


def split(text: str, limit: int) -> Iterator[str]:
    """Cut a text into pieces of at most *limit* bytes: between paragraphs, lines, sentences or words, where there are any."""
    data = text.encode()
    start = 0
    while start < len(data):
        end = start + limit
        if end < len(data):
            while data[end] & _CONTINUES == _INSIDE:
                end -= 1
            for boundary in _BOUNDARIES:
                # A boundary in the first half would leave a small piece behind.
                at = data.rfind(boundary.encode(), start + limit // 2, end)
                if at > 0:
                    end = at + len(boundary)
                    break
        piece = data[start:end].decode()
        if piece.strip():
            yield piece
        start = end
