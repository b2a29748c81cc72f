"""LoCoMo: a list of samples, each a conversation of two people in dated sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import dates, shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """Each conversation is the memory of the user named by its sample id. Times are UTC unless a zone is given."""
    for location, sample in records(source, assumed.notes):
        try:
            yield from _sessions(sample, location, assumed)
        except ImportFormatError as error:
            assumed.notes.skip(str(error))


def _sessions(sample: Mapping[str, object], location: str, assumed: Assumptions) -> Iterator[Session]:
    user = shape.text(sample.get("sample_id"), f"{location}.sample_id")
    where = f"{location}.conversation"
    conversation = shape.mapping(sample.get("conversation"), where)
    for number in _numbers(conversation):
        name = f"session_{number}"
        turns = shape.sequence(conversation[name], f"{where}.{name}")
        if not turns:
            continue
        at = _at(conversation.get(f"{name}_date_time"), f"{where}.{name}_date_time", assumed)
        yield Session(
            user=user,
            conversation=user,
            session=name,
            location=f"{where}.{name}",
            messages=[_message(turn, at, f"{where}.{name}[{n}]") for n, turn in enumerate(turns)],
        )


def _numbers(conversation: Mapping[str, object]) -> list[int]:
    return sorted(int(found[1]) for key in conversation if (found := re.fullmatch(r"session_(\d+)", key)))


def _at(written: object, location: str, assumed: Assumptions) -> datetime:
    text = shape.text(written, location)
    if not re.fullmatch(dates.moment(group="when"), text.strip(), re.IGNORECASE):
        raise ImportFormatError(
            f"{location}: cannot read {text!r} as a date such as '1:56 pm on 8 May, 2023'"
        )
    try:
        moment = dates.read_moment(text)
    except ValueError as error:
        raise ImportFormatError(f"{location}: {error}") from error
    return assumed.instant(moment.at, location, default_zone="UTC")


def _message(given: object, at: datetime, location: str) -> dict[str, object]:
    turn = shape.mapping(given, location)
    # Both are people: neither of them is the assistant.
    message: dict[str, object] = {
        "role": "user",
        "name": shape.text(turn.get("speaker"), f"{location}.speaker"),
        "content": shape.text(turn.get("text"), f"{location}.text"),
        "at": at,
    }
    if (mark := turn.get("dia_id")) is not None:
        message["metadata"] = {"dia_id": shape.text(mark, f"{location}.dia_id")}
    if caption := turn.get("blip_caption"):
        shown = {"type": "image", "caption": shape.text(caption, f"{location}.blip_caption")}
        message["content"] = [{"type": "text", "text": message["content"]}, shown]
    return message
