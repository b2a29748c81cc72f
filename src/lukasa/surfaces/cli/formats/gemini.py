"""Gemini in Google Takeout, `MyActivity.json`: a prompt and its answer in each record, the newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.markup import plain_text
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_PROMPTED = re.compile(r"(?:Prompted|Said|Asked(?: Gemini)?)[\s\u00a0]+")
_DONE = re.compile(r"(?:Used|Created|Gave feedback|Viewed|Visited|Deleted|Selected|Searched)\b")
_CHAT = re.compile(r"gemini\.google\.com/(?:app|gem/[\w-]+)/([\w-]+)")


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session a conversation where its address is there, else a day; records that follow each other go together."""
    group: list[Session] = []
    for location, record in records(source, assumed.notes):
        session = assumed.notes.attempt(_session, record, location, assumed)
        if session is None:
            continue
        if group and group[-1].session != session.session:
            yield _joined(group)
            group = []
        group.append(session)
    if group:
        yield _joined(group)


def _joined(group: list[Session]) -> Session:
    """Return one session, in order of time: the file goes back in it."""
    ordered = group[::-1]
    ordered.sort(key=_first)
    return replace(group[0], messages=[message for session in ordered for message in session.messages])


def _first(session: Session) -> datetime:
    at = session.messages[0]["at"]
    assert isinstance(at, datetime)  # noqa: S101 - every message has one
    return at


def _session(record: Mapping[str, object], location: str, assumed: Assumptions) -> Session | None:
    notes = assumed.notes
    header = str(record.get("header") or "")
    products = " ".join(
        str(name) for name in shape.sequence_or_empty(record.get("products"), f"{location}.products")
    )
    answer = _answer(record, location)
    if not re.search("gemini|bard", f"{header} {products}", re.IGNORECASE):
        notes.leave_out("activity in other products")
        return None
    title = shape.text_or_empty(record.get("title"), f"{location}.title")
    prompt = _PROMPTED.sub("", title, count=1) if _PROMPTED.match(title) else title
    if prompt == title and (_DONE.match(title) or not answer):
        notes.leave_out("activity that is no prompt")
        return None
    at = assumed.dated(record, location, names=("time",))
    name = _chat(record) or f"{at:%Y-%m-%d}"
    messages: list[dict[str, object]] = (
        [{"role": "user", "content": prompt, "at": at}] if prompt.strip() else []
    )
    if answer:
        messages.append({"role": "assistant", "content": answer, "at": at})
    for kind in ("attachedFiles", "imageFile"):
        if record.get(kind):
            notes.leave_out("attached files")
    return (
        Session(conversation=name, session=name, location=location, messages=messages) if messages else None
    )


def _answer(record: Mapping[str, object], location: str) -> str:
    items = record.get("safeHtmlItem")
    items = items if isinstance(items, list) else [items]
    texts = []
    for item in items:
        html = shape.mapping_or_empty(item, f"{location}.safeHtmlItem").get("html")
        if isinstance(html, str):
            texts.append(plain_text(html))
    return "\n".join(text for text in texts if text)


def _chat(record: Mapping[str, object]) -> str | None:
    details = record.get("details")
    addresses = (
        [record.get("titleUrl"), *(item.get("url") for item in details if isinstance(item, dict))]
        if isinstance(details, list)
        else [record.get("titleUrl")]
    )
    found = (_CHAT.search(address) for address in addresses if isinstance(address, str))
    return next((match[1] for match in found if match), None)
