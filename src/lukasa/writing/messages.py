"""From what callers pass in (text, OpenAI-shaped messages) to drafts of turns. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from lukasa.bounds import LIMITS, check_size, read_label, read_metadata
from lukasa.domain.labels import breaks_line, one_line
from lukasa.domain.time import read_instant
from lukasa.domain.turn import ORIGINS, Json, Origin, Role, Turn
from lukasa.errors import InputError, shown
from lukasa.off_loop import is_little
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


class ReadMessage(NamedTuple):
    """What became of one message of a call."""

    draft: Draft | None
    skipped: str = ""
    """Why it was left out."""

    redacted: Sequence[str] = ()
    """Sorts of the secrets that were replaced."""


class ParsedMessages(NamedTuple):
    """The drafts of a call, and what was left out."""

    drafts: list[Draft]
    skipped: list[str]
    """Why messages were left out."""

    redacted: Mapping[str, int] = MappingProxyType({})
    """Secrets that were replaced by a label, counted by sort."""

    @classmethod
    def of(cls, messages: Sequence[ReadMessage]) -> ParsedMessages:
        labels = Counter(label for message in messages for label in message.redacted)
        return cls(
            [message.draft for message in messages if message.draft is not None],
            [message.skipped for message in messages if message.draft is None],
            dict(sorted(labels.items())),
        )


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
        metadata=read_metadata("metadata", metadata or {}),
    )


def read_messages(
    messages: Message | Sequence[Message], labels: CallLabels, *, zone: str | None, policy: RememberPolicy
) -> ParsedMessages:
    """Return the messages as drafts, in order; see `each_message`."""
    return ParsedMessages.of(list(each_message(messages, labels, zone=zone, policy=policy)))


def each_message(
    messages: Message | Sequence[Message], labels: CallLabels, *, zone: str | None, policy: RememberPolicy
) -> Iterator[ReadMessage]:
    """Read the messages one by one.

    Messages without any text (a bare tool call, an image without a caption) are left out and reported.
    Everything else that cannot be stored raises `InputError` with the message's index, so that a call is
    stored as a whole or not at all.
    """
    alone = isinstance(messages, str | Mapping)
    names: dict[str, Redacted] = {}
    size = 0
    for index, message in enumerate(_sequence(messages)):
        name = "the message" if alone else f"message {index}"
        draft = _draft(message, labels, name=name, zone=zone)
        if draft.text.strip():
            size += _check_text(draft.text, name, policy)
            if size > LIMITS.call_bytes:
                raise InputError(
                    f"{name}: the call has more than {LIMITS.call_bytes:,} bytes up to here; {_SEVERAL}"
                )
            yield _redacted(draft, names) if policy.redact else ReadMessage(draft)
            continue
        skipped = f"{name} ({draft.role}) has no text"
        if alone:
            raise InputError(f"there is nothing to remember: {skipped}")
        yield ReadMessage(None, skipped)


def are_little(messages: object, labels: CallLabels) -> bool:
    """Whether reading the messages takes no longer than having another thread do it: few of them, with little text and no more."""
    each = [messages] if isinstance(messages, str | Mapping) else messages
    if labels.metadata or not isinstance(each, list | tuple) or not is_little(len(each), 0):
        return False
    values = [
        value for message in each for value in (message.values() if isinstance(message, dict) else [message])
    ]
    texts = [value for value in values if isinstance(value, str)]
    plain = all(value is None or isinstance(value, str | datetime) for value in values)
    return plain and is_little(len(each), sum(map(len, texts)))


_SEVERAL = (
    "make several calls, each message with its time ('at') or each call with a key: nothing is stored twice"
)


def _sequence(messages: Message | Sequence[Message]) -> Sequence[object]:
    if isinstance(messages, str | Mapping):
        return [messages]
    if isinstance(messages, bytes) or not isinstance(messages, Sequence):
        raise InputError(
            f"messages must be a text, a message or a list of them, not {type(messages).__name__}"
        )
    if len(messages) > LIMITS.messages:
        raise InputError(
            f"messages has {len(messages):,} messages; at most {LIMITS.messages:,} are allowed: {_SEVERAL}"
        )
    return messages


def _redacted(draft: Draft, names: dict[str, Redacted]) -> ReadMessage:
    """Replace secrets by labels, before anything is stored, indexed or given to a model.

    *names*: what became of the names so far; most drafts of a call have the same ones.
    """
    labels: list[str] = []

    def name(value: str | None) -> str | None:
        if value is None:
            return None
        text, own = names.get(value) or names.setdefault(value, redact_name(value))
        labels.extend(own)
        return text

    text, of_text = redact(draft.text)
    metadata, of_metadata = redact_json(dict(draft.metadata))
    key, of_key = (None, ()) if draft.key is None else redact_key(draft.key)
    assert isinstance(metadata, dict)  # noqa: S101 - it was one
    speaker, session, agent = name(draft.speaker), name(draft.session), name(draft.agent)
    clean = replace(
        draft, text=text, metadata=metadata, key=key, speaker=speaker, session=session, agent=agent
    )
    return ReadMessage(clean, redacted=(*of_text, *of_metadata, *of_key, *labels))


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
    own = read_metadata(f"{name}: metadata", message.get("metadata") or {})
    return Draft(
        role=role,
        speaker=_speaker(message, name),
        text=_content(message, name),
        at=_instant(message, "at", name, zone=zone) or labels.at,
        session=_read_id(f"{name}: 'session'", message.get("session")) or labels.session,
        agent=_read_id(f"{name}: 'agent'", message.get("agent")) or labels.agent,
        origin=_origin(f"{name}: 'origin'", message.get("origin")) or labels.origin or _ORIGIN_OF[role],
        metadata={**labels.metadata, **own},
        key=read_label(f"{name}: 'key'", message.get("key"), spare=_PLACE),
        retired_at=_instant(message, "retired_at", name, zone=zone),
    )


_PLACE = len("#99999")
"""A turn's key is that of its call and the place in it; what was exported is taken back."""


def _instant(
    message: Mapping[str, object], field_name: str, name: str, *, zone: str | None
) -> datetime | None:
    value = message.get(field_name)
    if value is None:
        return None
    if not isinstance(value, str | datetime):
        raise InputError(f"{name}: {field_name!r} must be a datetime or ISO 8601 text, not {shown(value)}")
    return read_instant(value, zone=zone)


def _origin(what: str, value: object) -> Origin | None:
    if value is None:
        return None
    origin = next((origin for origin in ORIGINS if origin == value), None)
    if origin is None:
        raise InputError(f"{what}: unknown origin {shown(value)}; known: {', '.join(ORIGINS)}")
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
        raise InputError(f"{name} has the unknown role {shown(value)}; known: {', '.join(_ROLES)}")
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


def _check_text(text: str, name: str, policy: RememberPolicy) -> int:
    """Return the length of a turn's text in bytes; raise `InputError` when it cannot be stored as one."""
    if "\0" in text:
        raise InputError(f"{name} holds a NUL byte at character {text.index(chr(0))}; remove it")
    return check_size(name, text, policy.max_turn_bytes, "split it into several turns")


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
