"""OpenAI-style messages: one a line, or `{"messages": […]}` a line, or a list of either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_KEPT = ("role", "content", "name", "metadata", "tool_calls")


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """`at`, `session` and `metadata` may stand beside `messages` or in each message.

    Messages that name no session belong to that of their day. Consecutive messages of one session are one `Session`.
    """
    open_session: Session | None = None
    for place, record in records(source):
        if "messages" in record:
            if open_session:
                yield open_session
                open_session = None
            if whole := _conversation(record, place, assumed):
                yield whole
            continue
        at = _at(record, place, assumed, None)
        name = shape.label(record.get("session"), f"{place}: session") or f"{at:%Y-%m-%d}"
        if open_session and open_session.session != name:
            yield open_session
            open_session = None
        if open_session is None:
            open_session = Session(conversation=name, session=name, place=place, messages=[])
        open_session.messages.append(_message(record, at, place))
    if open_session:
        yield open_session


def _conversation(record: Mapping[str, object], place: str, assumed: Assumptions) -> Session | None:
    shared = None if record.get("at") is None else _at(record, place, assumed, None)
    common = shape.mapping(record.get("metadata") or {}, f"{place}.metadata")
    messages = []
    for n, given in enumerate(shape.sequence(record["messages"], f"{place}.messages")):
        where = f"{place}.messages[{n}]"
        message = shape.mapping(given, where)
        # A message without a time was said when the one before it was, as far as the file says.
        shared = _at(message, where, assumed, shared)
        made = _message(message, shared, where)
        if common:
            made["metadata"] = {**common, **shape.mapping(made.get("metadata") or {}, f"{where}.metadata")}
        messages.append(made)
    if not messages:
        return None
    name = shape.label(record.get("session") or record.get("id"), f"{place}.session") or str(
        messages[0]["at"]
    )
    return Session(conversation=name, session=name, place=place, messages=messages)


def _at(given: Mapping[str, object], place: str, assumed: Assumptions, known: datetime | None) -> datetime:
    written = given.get("at")
    if written is None:
        return known or assumed.undated(place)
    return assumed.instant(shape.text(written, f"{place}.at"), f"{place}.at")


def _message(given: Mapping[str, object], at: datetime, place: str) -> dict[str, object]:
    if "role" not in given:
        raise ImportFormatError(f"{place} has no 'role'; a message is {{'role': …, 'content': …}}")
    return {name: given[name] for name in _KEPT if name in given} | {"at": at}
