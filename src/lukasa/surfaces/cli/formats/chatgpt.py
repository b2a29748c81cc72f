"""ChatGPT's data export, `conversations.json`: trees of messages, of which one path was last on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.session import Assumptions, Session, by_record
from lukasa.surfaces.cli.formats.source import ImportFile

_SPOKEN = frozenset({"text", "multimodal_text"})
"""Other kinds of content (code for tools, thoughts, search results) were not said to anybody."""

_KINDS = {
    "user_editable_context": "custom instructions",
    "model_editable_context": "custom instructions",
    "code": "tool calls",
    "thoughts": "thoughts",
    "reasoning_recap": "thoughts",
}


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session a conversation; only what user and assistant said to each other on the current path."""
    return by_record(source, assumed, _session)


def _session(conversation: Mapping[str, object], location: str, assumed: Assumptions) -> Session:
    notes = assumed.notes
    title = notes.attempt(shape.label, conversation.get("title"), f"{location}.title")
    name = (
        notes.attempt(
            shape.label, conversation.get("conversation_id") or conversation.get("id"), f"{location}.id"
        )
        or title
    )
    path = _path(conversation, location, assumed)
    date = _date(conversation, path, location, assumed)
    messages: list[dict[str, object]] = []
    for where, node in path:
        message = notes.attempt(_message, node, where, assumed, date)
        if message is None:
            continue
        # Some messages have no time of their own; they were said no earlier than the one before.
        date = message["at"] if isinstance(message["at"], datetime) else date
        messages.append(message | ({"metadata": {"title": title}} if title else {}))
    first = str(messages[0]["at"]) if messages else location
    return Session(conversation=name or location, session=name or first, location=location, messages=messages)


def _date(
    conversation: Mapping[str, object], path: list[tuple[str, object]], location: str, assumed: Assumptions
) -> datetime | None:
    """Return the conversation's own date, else that of its first message with one."""
    candidates = [(conversation.get("create_time"), location), (conversation.get("update_time"), location)]
    candidates += [(node.get("create_time"), where) for where, node in path if isinstance(node, dict)]
    for value, where in candidates:
        try:
            if at := assumed.written(value, where):
                return at
        except ImportFormatError:
            continue
    return None


def _path(
    conversation: Mapping[str, object], location: str, assumed: Assumptions
) -> list[tuple[str, object]]:
    """Return the messages from the root to the current node, each with its place."""
    nodes = shape.mapping(conversation.get("mapping"), f"{location}.mapping")
    name: object = conversation.get("current_node")
    if name is None or name not in nodes:
        if name is not None:
            assumed.notes.mend(
                location, f"the current node {name!r:.60} is not there; the last branch is taken"
            )
        name = _last_leaf(nodes)
    path: list[tuple[str, object]] = []
    seen: set[object] = set()
    while name is not None:
        where = f"{location}.mapping[{name!r}]"
        node = nodes.get(name) if isinstance(name, str) else None
        if name in seen or not isinstance(node, dict):
            assumed.notes.mend(
                location,
                f"{where} is {'its own ancestor' if name in seen else 'missing'}; what is above it is lost",
            )
            break
        seen.add(name)
        if node.get("message") is not None:
            path.append((f"{where}.message", node["message"]))
        name = node.get("parent")
    if branches := sum(isinstance(node, dict) and bool(node.get("message")) for node in nodes.values()) - len(
        path
    ):
        assumed.notes.leave_out("messages of other branches", branches)
    return path[::-1]


def _last_leaf(nodes: Mapping[str, object]) -> str | None:
    parents = {str(node.get("parent")) for node in nodes.values() if isinstance(node, dict)}
    leaves = [name for name, node in nodes.items() if isinstance(node, dict) and name not in parents]
    # In a ring, every node is a parent.
    return leaves[-1] if leaves else next(reversed(list(nodes)), None)


def _message(
    value: object, location: str, assumed: Assumptions, date: datetime | None
) -> dict[str, object] | None:
    message = shape.mapping(value, location)
    text = _spoken(message, location, assumed)
    if text is None:
        return None
    role = shape.mapping(message["author"], location)["role"]
    return {
        "role": role,
        "content": text,
        "at": assumed.dated(message, location, date, names=("create_time",)),
    }


def _spoken(message: Mapping[str, object], location: str, assumed: Assumptions) -> str | None:
    """Return what was said; None, and a count of what it is instead, for everything else."""
    notes = assumed.notes
    author = shape.mapping_or_empty(message.get("author"), f"{location}.author")
    content = shape.mapping_or_empty(message.get("content"), f"{location}.content")
    metadata = shape.mapping_or_empty(message.get("metadata"), f"{location}.metadata")
    kind = content.get("content_type", "text")
    role = author.get("role")
    if role not in {"user", "assistant"}:
        if role not in {"tool", "system"}:
            notes.skip(f"{location}: the author's role is {role!r:.40}")
        else:
            notes.leave_out("messages of tools and the system")
        return None
    if kind in _KINDS or message.get("recipient") not in {"all", None}:
        notes.leave_out(_KINDS.get(str(kind), "tool calls"))
        return None
    if metadata.get("is_visually_hidden_from_conversation") or metadata.get("is_user_system_message"):
        notes.leave_out("hidden messages")
        return None
    if kind not in _SPOKEN:
        notes.leave_out(f"content of the kind {kind!r:.40}")
        return None
    texts = [text for part in _parts(content, location) if (text := _part(part, assumed)).strip()]
    return "\n".join(texts) if texts else None


def _parts(content: Mapping[str, object], location: str) -> list[object]:
    if content.get("parts") is None and isinstance(content.get("text"), str):
        return [content["text"]]
    if content.get("parts") is None:
        raise ImportFormatError(f"{location}.content has no parts")
    return shape.sequence(content["parts"], f"{location}.content.parts")


def _part(part: object, assumed: Assumptions) -> str:
    if isinstance(part, str):
        return part
    # Pictures and sound are pointers to other files; a transcription is what was said.
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        return str(part["text"])
    if isinstance(part, dict):
        assumed.notes.leave_out("pictures, sounds and files")
    return ""
