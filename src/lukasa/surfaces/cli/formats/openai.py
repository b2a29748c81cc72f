"""OpenAI-style messages: one a line, or `{"messages": […]}` a line, or a list of either; ShareGPT's as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_KEPT = ("role", "content", "name", "metadata", "tool_calls")
_SESSIONS = ("session", "session_id", "conversation_id", "thread_id", "id")
_SHAREGPT = {"human": "user", "gpt": "assistant", "bing": "assistant", "chatgpt": "assistant"}


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """Yield conversations. A date, `session` and `metadata` may stand beside `messages` or in each message.

    Messages that name no session belong to that of their day. Consecutive messages of one session are one `Session`.
    """
    open_session: Session | None = None
    for location, record in records(source, assumed.notes):
        try:
            if "messages" in record or "conversations" in record:
                if open_session:
                    yield open_session
                    open_session = None
                if whole := _conversation(record, location, assumed):
                    yield whole
                continue
            message, name = _line(record, location, assumed, open_session)
        except ImportFormatError as error:
            assumed.notes.skip(str(error))
            continue
        if message is None:
            continue
        if open_session and open_session.session != name:
            yield open_session
            open_session = None
        if open_session is None:
            open_session = Session(conversation=name, session=name, location=location, messages=[])
        open_session.messages.append(message)
    if open_session:
        yield open_session


def _line(
    record: Mapping[str, object], location: str, assumed: Assumptions, before: Session | None
) -> tuple[dict[str, object] | None, str]:
    """Return the message of a line, if it is one, and the session it belongs to."""
    if _is_call(record, assumed):
        return None, ""
    _check(record, location)
    session = next(
        (label for key in _SESSIONS[:-1] if (label := shape.label(record.get(key), f"{location}: {key}"))),
        None,
    )
    fallback = None
    if assumed.at is None and before and session in {None, before.session}:
        last = before.messages[-1]["at"]
        fallback = last if isinstance(last, datetime) else None
    at = assumed.dated(record, location, fallback)
    if at is fallback:
        assumed.notes.mend(location, "has no date; dated like the message before it")
    return _message(record, at, assumed), session or f"{at:%Y-%m-%d}"


def _conversation(record: Mapping[str, object], location: str, assumed: Assumptions) -> Session | None:
    list_name = "messages" if "messages" in record else "conversations"
    chat = shape.sequence_or_empty(record[list_name], f"{location}.{list_name}")
    date = _own_date(record, location, assumed)
    common = shape.mapping_or_empty(record.get("metadata"), f"{location}.metadata")
    messages: list[dict[str, object]] = []
    for n, value in enumerate(chat):
        where = f"{location}.{list_name}[{n}]"
        message = assumed.notes.attempt(_in_chat, value, where, assumed, date)
        if message is None:
            continue
        # A message without a time was said when the one before it was, as far as the file says.
        date = message["at"] if isinstance(message["at"], datetime) else date
        if common:
            own = message.get("metadata")
            message["metadata"] = {**common, **(own if isinstance(own, dict) else {})}
        messages.append(message)
    if not messages:
        return None
    labels = (shape.label(record.get(key), f"{location}.{key}") for key in _SESSIONS)
    name = next((label for label in labels if label), None) or str(messages[0]["at"])
    return Session(conversation=name, session=name, location=location, messages=messages)


def _own_date(record: Mapping[str, object], location: str, assumed: Assumptions) -> datetime | None:
    """Return the date of a conversation, else of its first dated message, which is better than none for those before."""
    try:
        return assumed.dated(record, location, assumed.first_date(record.get("messages"), location))
    except ImportFormatError:
        return None


def _in_chat(
    value: object, location: str, assumed: Assumptions, date: datetime | None
) -> dict[str, object] | None:
    record = shape.mapping(value, location)
    if _is_call(record, assumed):
        return None
    _check(record, location)
    return _message(record, assumed.dated(record, location, date), assumed)


def _is_call(record: Mapping[str, object], assumed: Assumptions) -> bool:
    """Whether this is an item of the Responses API that is no message."""
    kind = record.get("type")
    if "role" in record or not isinstance(kind, str) or kind == "message":
        return False
    assumed.notes.leave_out("tool calls" if "call" in kind else f"items of the kind {kind!r:.40}")
    return True


def _check(record: Mapping[str, object], location: str) -> None:
    if "role" not in record and not ("from" in record and "value" in record):
        raise ImportFormatError(f"{location} has no 'role'; a message is {{'role': …, 'content': …}}")


def _message(record: Mapping[str, object], at: datetime, assumed: Assumptions) -> dict[str, object]:
    if "from" in record and "value" in record:
        sender = str(record["from"])
        return {"role": _SHAREGPT.get(sender, sender), "content": record["value"], "at": at}
    message = {name: record[name] for name in _KEPT if name in record} | {"at": at}
    if "content" not in message and isinstance(record.get("text"), str):
        message["content"] = record["text"]
    if record.get("tool_calls") and not message.get("content"):
        assumed.notes.leave_out("tool calls")
    return message
