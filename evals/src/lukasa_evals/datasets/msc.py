"""Reads MSC-Self-Instruct (`msc_self_instruct.jsonl`), the data of MemGPT's deep memory retrieval (DMR).

Two people meet in several sessions; then one asks the other something about them. Personas and summaries in the file
hold the answers word for word: they are never part of a conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lukasa_evals.datasets.files import Source, unpublished
from lukasa_evals.datasets.item import Item, clip
from lukasa_evals.datasets.split import drawn
from lukasa_evals.datasets.values import Category, Conversation, Dataset, Label, Question, Said, Session

FILE = "msc_self_instruct.jsonl"
VARIANTS = ("all", "previous")
"""All five sessions; or only the four `previous_dialogs`."""

CATEGORIES: Mapping[Category, str] = {"dmr": "deep memory retrieval"}

LAST_SESSION = datetime(2024, 1, 1, 12, tzinfo=UTC)
"""The file says only how long before the last session each one was; this date of the last one is ours."""

_PUBLISHED = {"d3dbea36848b41dc46c0f1548d0ebf74eeaf6390d6f3fe9318e8480dc984495e": FILE}
_SPEAKERS = ("Speaker 1", "Speaker 2")
_STEP = re.compile(r"(\d+) (year|month|week|day|hour|minute|second)s?")
_HOURS = {
    "year": 8766,
    "month": 730.5,
    "week": 168,
    "day": 24,
    "hour": 1,
    "minute": 1 / 60,
    "second": 1 / 3600,
}


def load(path: Path, *, variant: str | None = None) -> Dataset:
    """Read the file, or the one of that name in a folder. Raises `DatasetError`."""
    source = Source(path / FILE if path.is_dir() else path)
    read = [
        _conversation(Item.of(given, f"{source.name}, line {line}"), place, current=variant != "previous")
        for place, (line, given) in enumerate(source.lines())
    ]
    sha256 = {source.name: source.sha256}
    return drawn("msc", read, sha256=sha256, categories=CATEGORIES, warnings=unpublished(sha256, _PUBLISHED))


def _conversation(item: Item, place: int, *, current: bool) -> Conversation:
    held = [(given, LAST_SESSION - _ago(given)) for given in item.items("previous_dialogs", "session")]
    if current:
        held.append((item, LAST_SESSION))
    sessions = [
        Session(name=f"session_{number}", at=at, turns=list(_turns(given, number)))
        for number, (given, at) in enumerate(held, start=1)
    ]
    asked = item.item("self_instruct")
    question = Question(index=0, text=asked.text("B"), category="dmr", published=Label((), asked.answer("A")))
    return Conversation(
        id=f"msc-{place}",
        split="test",
        sessions=sorted(sessions, key=lambda session: session.at),
        questions=[question],
        wordless=sum(len(given.list_of("dialog")) for given, _ in held) - sum(len(s.turns) for s in sessions),
    )


def _turns(session: Item, number: int) -> Iterator[Said]:
    """Go through a session's turns; where none is named, the first speaker begins and they take turns."""
    for place, turn in enumerate(session.items("dialog", "turn")):
        text = turn.text("text", empty=True)
        if text.strip():
            yield Said(
                id=f"D{number}:{place + 1}", speaker=turn.optional("id") or _SPEAKERS[place % 2], text=text
            )


def _ago(session: Item) -> timedelta:
    """Return how long before the last session one was: `9 days 3 hours ago`."""
    text = session.text("time_back")
    steps = _STEP.findall(text)
    if not steps or _STEP.sub("", text).replace("ago", "").strip(" ,"):
        raise session.refused("time_back", f"is no time that can be read: {clip(text)}")
    return timedelta(hours=sum(int(count) * _HOURS[unit] for count, unit in steps))
