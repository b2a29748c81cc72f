"""From what callers pass in (text, OpenAI-shaped messages) to drafts of turns. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from lukasa.domain.labels import breaks_line, one_line
from lukasa.domain.time import read_instant
from lukasa.domain.turn import MAX_INT, ORIGINS, Json, Origin, Role, Turn
from lukasa.errors import InputError
from lukasa.policy import RememberPolicy
from lukasa.text.secrets import GUESSABLE, Redacted, redact, redact_json, redact_name

Message: TypeAlias = str | Mapping[str, object]
"""A text, or a message of the OpenAI shape: `role`, `content` (text or parts), `name`; also `at`, `metadata`, and its own
`session`, `agent`, `origin` and `key`. What `export` yields is one too: it says `text` and `speaker`."""

_ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
}

# What the system or a tool puts into a conversation is not the user's own word.
_ORIGIN_OF: dict[Role, Origin] = {"user": "user", "assistant": "assistant", "system": "tool", "tool": "tool"}

_IMAGES = frozenset({"image", "image_url", "input_image"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLabels:
    """Labels that one call gives to all its messages."""

    at: datetime | None = None
    session: str | None = None
    agent: str | None = None
    origin: Origin | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A turn in the making: everything but its id and its time of arrival."""

    role: Role
    speaker: str | None
    text: str
    at: datetime | None
    """`None`: the moment of arrival."""

    session: str | None
    agent: str | None
    origin: Origin
    metadata: Mapping[str, Json]
    key: str | None = None
    """Its own idempotency key; `None`: that of the call, if it has one."""

    retired_at: datetime | None = None
    """When it was forgotten in the store that it was exported from: it stays so."""

    @property
    def message(self) -> dict[str, object]:
        """The message that it was read from."""
        fields = {
            "role": self.role,
            "content": self.text,
            "name": self.speaker,
            "at": self.at,
            "session": self.session,
            "agent": self.agent,
            "origin": self.origin,
            "metadata": self.metadata,
            "key": self.key,
        }
        return {name: value for name, value in fields.items() if value is not None}


class ParsedMessages(NamedTuple):
    """The drafts of a call, and what was left out."""

    drafts: list[Draft]
    skipped: list[str]
    """Why messages were left out."""

    redacted: Mapping[str, int] = MappingProxyType({})
    """Secrets that were replaced by a label, counted by sort."""


def exported(turn: Turn) -> dict[str, Json]:
    """Return a stored turn as a message that `read_messages` reads as it was."""
    values = asdict(replace(turn, metadata=dict(turn.metadata)))
    times = {name: value.isoformat() for name, value in values.items() if isinstance(value, datetime)}
    return {name: value for name, value in {**values, **times}.items() if value not in (None, {})}


def read_labels(
    *,
    at: datetime | str | None,
    session: str | None,
    agent: str | None,
    origin: str | None,
    metadata: Mapping[str, Json] | None,
    zone: str | None,
) -> CallLabels:
    """Check the labels of a call; raise `InputError` for the first that cannot be used."""
    return CallLabels(
        at=None if at is None else read_instant(at, zone=zone),
        session=_read_id("session", session),
        agent=_read_id("agent", agent),
        origin=_origin("origin", origin),
        metadata=_metadata(metadata or {}, "metadata"),
    )


def read_messages(
    messages: Message | Sequence[Message], labels: CallLabels, *, zone: str | None, policy: RememberPolicy
) -> ParsedMessages:
    """Return the messages as drafts, in order.

    Messages without any text (a bare tool call, an image without a caption) are left out and reported.
    Everything else that cannot be stored raises `InputError` with the message's index, so that a call is
    stored as a whole or not at all.
    """
    alone = isinstance(messages, str | Mapping)
    sequence: Sequence[object] = [messages] if isinstance(messages, str | Mapping) else messages
    if isinstance(sequence, bytes) or not isinstance(sequence, Sequence):
        raise InputError(
            f"messages must be a text, a message or a list of them, not {type(messages).__name__}"
        )
    drafts: list[Draft] = []
    skipped: list[str] = []
    for index, message in enumerate(sequence):
        name = "the message" if alone else f"message {index}"
        draft = _draft(message, labels, name=name, zone=zone)
        if draft.text.strip():
            drafts.append(replace(draft, text=_text(draft.text, name, policy)))
        else:
            skipped.append(f"{name} ({draft.role}) has no text")
    if alone and not drafts:
        raise InputError(f"there is nothing to remember: {skipped[0]}")
    return _redacted(drafts, skipped) if policy.redact else ParsedMessages(drafts, skipped)


def _redacted(drafts: Sequence[Draft], skipped: list[str]) -> ParsedMessages:
    """Replace secrets by labels, before anything is stored, indexed or given to a model."""
    labels: Counter[str] = Counter()
    names: dict[str, Redacted] = {}

    def name(value: str | None) -> str | None:
        if value is None:
            return None
        # Most drafts of a call have the same names.
        text, own = names.get(value) or names.setdefault(value, redact_name(value))
        labels.update(own)
        return text

    clean = []
    for draft in drafts:
        text, of_text = redact(draft.text)
        metadata, of_metadata = redact_json(dict(draft.metadata))
        key, of_key = (None, ()) if draft.key is None else redact_key(draft.key)
        labels.update([*of_text, *of_metadata, *of_key])
        assert isinstance(metadata, dict)  # noqa: S101 - it was one
        speaker, session, agent = name(draft.speaker), name(draft.session), name(draft.agent)
        clean.append(
            replace(
                draft, text=text, metadata=metadata, key=key, speaker=speaker, session=session, agent=agent
            )
        )
    return ParsedMessages(clean, skipped, dict(sorted(labels.items())))


def redact_key(key: str) -> Redacted:
    """Redact an idempotency key; refuse one that holds a secret which can be guessed.

    Two such keys would become one, and what was sent with the second would count as sent already.
    """
    redacted = redact_name(key)
    if guessable := GUESSABLE.intersection(redacted.labels):
        raise InputError(
            f"the idempotency key seems to hold a {min(guessable)}, which is not stored; use a key without it"
        )
    return redacted


def _draft(message: object, labels: CallLabels, *, name: str, zone: str | None) -> Draft:
    if isinstance(message, str):
        message = {"role": "user", "content": message}
    if not isinstance(message, Mapping):
        raise InputError(
            f"{name} must be a text or a mapping with 'role' and 'content', not {type(message).__name__}"
        )
    role = _role(message.get("role", "user"), name)
    own = message.get("metadata") or {}
    if not isinstance(own, Mapping):
        raise InputError(f"{name}: 'metadata' must be a mapping, not {type(own).__name__}")
    return Draft(
        role=role,
        speaker=_speaker(message, name),
        text=_content(message, name),
        at=_instant(message, "at", name, zone=zone) or labels.at,
        session=_read_id(f"{name}: 'session'", message.get("session")) or labels.session,
        agent=_read_id(f"{name}: 'agent'", message.get("agent")) or labels.agent,
        origin=_origin(f"{name}: 'origin'", message.get("origin")) or labels.origin or _ORIGIN_OF[role],
        metadata={**labels.metadata, **_metadata(own, f"{name}: metadata")},
        key=read_label(f"{name}: 'key'", message.get("key")),
        retired_at=_instant(message, "retired_at", name, zone=zone),
    )


def _instant(
    message: Mapping[str, object], field_name: str, name: str, *, zone: str | None
) -> datetime | None:
    value = message.get(field_name)
    if value is None:
        return None
    if not isinstance(value, str | datetime):
        raise InputError(f"{name}: {field_name!r} must be a datetime or ISO 8601 text, not {value!r}")
    return read_instant(value, zone=zone)


def _origin(what: str, value: object) -> Origin | None:
    if value is None:
        return None
    origin = next((origin for origin in ORIGINS if origin == value), None)
    if origin is None:
        raise InputError(f"{what}: unknown origin {value!r}; known: {', '.join(ORIGINS)}")
    return origin


def _speaker(message: Mapping[str, object], name: str) -> str | None:
    """Return who spoke: `name` in the OpenAI shape, `speaker` in an export."""
    one, other = (
        _read_name(f"{name}: {field_name!r}", message.get(field_name)) for field_name in ("name", "speaker")
    )
    if one and other and one != other:
        raise InputError(f"{name} has two speakers: 'name' is {one!r}, 'speaker' is {other!r}")
    return one or other


def _role(value: object, name: str) -> Role:
    role = _ROLES.get(value) if isinstance(value, str) else None
    if role is None:
        raise InputError(f"{name} has the unknown role {value!r}; known: {', '.join(_ROLES)}")
    return role


def _content(message: Mapping[str, object], name: str) -> str:
    content = message.get("content", message.get("text"))
    match content:
        case None if "content" in message or "tool_calls" in message:
            return ""
        case None:
            raise InputError(f"{name} has no 'content'")
        case str():
            return content
        case list() | tuple():
            return "\n".join(text for part in content if (text := _part(part, name)))
        case _:
            raise InputError(
                f"{name}: 'content' must be text or a list of parts, not {type(content).__name__}"
            )


def _part(part: object, name: str) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        raise InputError(f"{name}: a content part must be a mapping, not {type(part).__name__}")
    if part.get("type") in _IMAGES:
        # The picture itself is not kept, only what the caption says that it shows.
        caption = part.get("caption") or part.get("alt")
        return f"[shares a photo: {caption}]" if caption else ""
    for field_name in ("text", "refusal", "transcript"):
        if isinstance(text := part.get(field_name), str):
            return text
    return ""


def _text(text: str, name: str, policy: RememberPolicy) -> str:
    if "\0" in text:
        raise InputError(f"{name} holds a NUL byte at character {text.index(chr(0))}; remove it")
    size = _byte_length(text, name)
    if size > policy.max_turn_bytes:
        raise InputError(
            f"{name} has {size:,} bytes; at most {policy.max_turn_bytes:,} are stored as one turn: split it"
        )
    return text


def read_label(what: str, value: object) -> str | None:
    """Return a session, agent or key unchanged; raise `InputError` when it cannot be one."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise InputError(f"{what} must be a non-empty text without NUL, not {value!r:.80}")
    _byte_length(value, f"{what} {value!r:.80}")
    return value


def _read_id(what: str, value: object) -> str | None:
    """Return the name of a session or an agent; it is looked up by these characters, so that none can be left out."""
    checked = read_label(what, value)
    if checked is not None and breaks_line(checked):
        raise InputError(
            f"{what} must be one line without control characters, not {value!r:.80}: leave them out"
        )
    return checked


def _read_name(what: str, value: object) -> str | None:
    """Return who spoke, on one line: line breaks become spaces, characters that command a terminal are left out."""
    checked = read_label(what, value)
    if checked is None or not breaks_line(checked):
        return checked
    return read_label(what, one_line(checked))


def _byte_length(text: str, what: str) -> int:
    """Return the length in bytes; raise `InputError` for half a surrogate pair, which cannot be encoded."""
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise InputError(f"{what} is not valid Unicode at character {error.start}: {error.reason}") from error


def _metadata(metadata: Mapping[object, object] | Mapping[str, Json], what: str) -> dict[str, Json]:
    return {_key(key, what): _json(value, f"{what} {key!r}", depth=8) for key, value in metadata.items()}


def _key(key: object, what: str) -> str:
    if not isinstance(key, str) or not key or "\0" in key:
        raise InputError(f"{what}: keys must be non-empty texts, not {key!r}")
    return key


def _json(value: object, what: str, *, depth: int) -> Json:
    match value:
        case None | bool():
            return value
        case str() if "\0" not in value:
            return value
        case int() if abs(value) <= MAX_INT:
            return value
        case float() if math.isfinite(value):
            return value
        case list() | tuple() if depth:
            return [_json(item, what, depth=depth - 1) for item in value]
        case Mapping() if depth:
            return {_key(k, what): _json(v, what, depth=depth - 1) for k, v in value.items()}
        case _:
            raise InputError(
                f"{what} must be JSON (finite numbers, 64-bit integers, no NUL), not {value!r:.80}"
            )
