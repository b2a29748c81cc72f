"""Reads BEAM: long chats between a user and an assistant, with questions that are judged by a rubric.

Three forms: the authors' repository (a folder of numbered folders), and rows of their Hugging Face data sets, exported as
JSON or JSON lines. DATASETS.md says how to get them.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lukasa_evals.datasets.files import Source
from lukasa_evals.datasets.item import Item, clip, once
from lukasa_evals.datasets.split import drawn
from lukasa_evals.datasets.values import Category, Conversation, Dataset, Label, Question, Role, Said, Session
from lukasa_evals.errors import DatasetError

SIZES = ("100K", "500K", "1M", "10M")
"""Folders of the repository; the first is called 128K in the paper."""

CATEGORIES: Mapping[Category, str] = {
    "abstention": "abstention",
    "contradiction_resolution": "contradiction resolution",
    "event_ordering": "event ordering",
    "information_extraction": "information extraction",
    "instruction_following": "instruction following",
    "knowledge_update": "knowledge update",
    "multi_session_reasoning": "multi-session reasoning",
    "preference_following": "preference following",
    "summarization": "summarization",
    "temporal_reasoning": "temporal reasoning",
}

ANSWERS = ("answer", "ideal_answer", "ideal_response", "ideal_summary", "expected_compliance")
"""Fields that hold the answer, by ability; the last one describes an answer instead."""

_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant"}
_DATE = "%B-%d-%Y"


class _Batch(NamedTuple):
    """Turns of one sitting, before they are read."""

    name: str
    """In a chat of several plans it begins with the plan's."""

    place: str
    turns: Sequence[Item]


def load(path: Path, *, variant: str | None = None) -> Dataset:
    """Read a folder of numbered chats, that folder by its size in a folder of several, or a file of rows.

    Raises `DatasetError`.
    """
    if variant is not None and not path.is_dir():
        raise DatasetError(
            f"{path.name!r} is no folder: variant {variant!r} cannot be told apart in it; name none"
        )
    sha256: dict[str, str] = {}
    read = list(_folder(path, variant, sha256) if path.is_dir() else _rows(path, sha256))
    if not read:
        raise DatasetError(f"{path.name!r} holds no chat of BEAM: neither numbered folders nor rows")
    return drawn("beam", read, sha256=sha256, categories=CATEGORIES)


def _folder(path: Path, variant: str | None, sha256: dict[str, str]) -> Iterator[Conversation]:
    folder = path / variant if variant is not None and (path / variant).is_dir() else path
    if variant is not None and folder.name != variant:
        raise DatasetError(f"{path.name!r} has no folder {variant!r}; name the one that has, with --data")
    numbered = [each for each in folder.iterdir() if each.is_dir() and each.name.isdigit()]
    for each in sorted(numbered, key=lambda each: int(each.name)):
        # Where the chat was cut to its size, the authors ask about the cut one.
        cut = each / "chat_trunecated.json"
        chat = Source(
            cut if cut.exists() else each / "chat.json",
            f"{each.name}/{cut.name if cut.exists() else 'chat.json'}",
        )
        probing = Source(
            each / "probing_questions" / "probing_questions.json",
            f"{each.name}/probing_questions/probing_questions.json",
        )
        batches = list(_batches(chat.whole(), chat.name))
        questions = Item.of(probing.whole(), probing.name)
        sha256 |= {chat.name: chat.sha256, probing.name: probing.sha256}
        yield _conversation(f"{folder.name}-{each.name}", batches, questions)


def _rows(path: Path, sha256: dict[str, str]) -> Iterator[Conversation]:
    source = Source(path)
    if path.suffix not in {".json", ".jsonl"}:
        raise DatasetError(
            f"{path.name!r}: rows of BEAM are read from .json or .jsonl; export a split with `Dataset.to_json`"
        )
    rows = (row for _, row in source.lines()) if path.suffix == ".jsonl" else source.elements()
    seen: set[str] = set()
    for number, row in enumerate(rows):
        item = Item.of(row, f"{path.name}: row {number}")
        id_ = once(item.answer("conversation_id"), seen, item, "conversation_id")
        questions = Item.of(_literal(item, "probing_questions"), f"{item.place}, probing_questions")
        yield _conversation(id_, list(_batches(item.list_of("chat"), f"{item.place}, chat")), questions)
    sha256[source.name] = source.sha256


def _literal(item: Item, field: str) -> object:
    """Return a field that holds its value as a text: as Python writes it in the published rows, or as JSON."""
    value = item.given.get(field)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        pass
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise item.refused(field, f"is neither JSON nor a Python literal: {type(error).__name__}") from error


def _batches(chat: object, place: str) -> Iterator[_Batch]:
    """Tell the three shapes of a chat apart: lists of turns, batches of turns, plans of batches."""
    if not isinstance(chat, list) or not chat:
        raise DatasetError(f"{place}: must be a list of batches, not {clip(chat)}")
    for number, each in enumerate(chat, start=1):
        where = f"{place}, batch {number - 1}"
        if isinstance(each, list):
            yield _Batch(f"batch_{number}", where, list(_items(each, where)))
        elif isinstance(each, dict) and "turns" in each:
            yield _Batch(f"batch_{number}", where, list(_items(each["turns"], where)))
        else:
            yield from _plan(Item.of(each, where), number)


def _plan(item: Item, number: int) -> Iterator[_Batch]:
    """Go through one element of a chat of ten million tokens: batches by the name of their plan; other plans are null there."""
    plans = [name for name in item.given if name.startswith("plan-")]
    if not plans:
        raise DatasetError(
            f"{item.place}: is none of the shapes of a BEAM chat; its fields are {list(item.given)[:5]}"
        )
    for name in plans:
        if item.given[name] is None:
            continue
        for place, batch in enumerate(item.items(name, f"{name}, batch"), start=1):
            yield _Batch(
                f"{name}/{number}/batch_{place}",
                batch.place,
                list(_items(batch.list_of("turns"), batch.place)),
            )


def _items(turns: Any, place: str) -> Iterator[Item]:
    """Go through turns that may be grouped into exchanges."""
    if not isinstance(turns, list):
        raise DatasetError(f"{place}: must be a list of turns, not {clip(turns)}")
    flat = [turn for each in turns for turn in (each if isinstance(each, list) else [each])]
    for number, turn in enumerate(flat):
        yield Item.of(turn, f"{place}, turn {number}")


def _conversation(id_: str, batches: Sequence[_Batch], probing: Item) -> Conversation:
    sessions = _sessions(batches)
    by_number: dict[str, list[str]] = {}
    for session in sessions:
        for turn in session.turns:
            by_number.setdefault(turn.id.rpartition(":")[2], []).append(turn.id)
    questions: list[Question] = []
    unreadable = 0
    for ability in probing.given:
        if ability not in CATEGORIES:
            raise DatasetError(
                f"{probing.place}: {clip(ability)} is none of the abilities: {', '.join(map(str, CATEGORIES))}"
            )
        for item in probing.items(ability, ability):
            evidence, lost = _evidence(item, by_number)
            unreadable += lost
            questions.append(_question(len(questions), ability, item, evidence))
    if not questions:
        raise DatasetError(f"{probing.place}: has no question")
    return Conversation(
        id=id_,
        split="test",
        sessions=sessions,
        questions=questions,
        unreadable=unreadable,
        wordless=sum(len(batch.turns) for batch in batches) - sum(len(session.turns) for session in sessions),
    )


def _question(index: int, ability: str, item: Item, evidence: tuple[str, ...]) -> Question:
    field = next((name for name in ANSWERS if item.given.get(name) is not None), "answer")
    rubric = item.texts("rubric")
    if not rubric:
        raise item.refused("rubric", "is empty")
    return Question(
        index=index,
        text=item.text("question"),
        category=ability,
        published=Label(evidence, item.answer(field), rubric=rubric),
        abstains=ability == "abstention",
    )


def _evidence(item: Item, by_number: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], int]:
    """Return the turns that a question cites by number, at any depth; and how many citations name no turn, or several."""
    cited = list(dict.fromkeys(_numbers(item.given.get("source_chat_ids"))))
    found = [by_number.get(number, ()) for number in cited]
    return tuple(ids[0] for ids in found if len(ids) == 1), sum(len(ids) != 1 for ids in found)


def _numbers(cited: object) -> Iterator[str]:
    if isinstance(cited, dict):
        cited = list(cited.values())
    if isinstance(cited, list):
        for each in cited:
            yield from _numbers(each)
    elif cited is not None:
        yield str(cited)


def _sessions(batches: Sequence[_Batch]) -> list[Session]:
    """Make a session of each batch that has turns; one without a date has that of the batch before it, or of the next."""
    dates = [next((date for turn in batch.turns if (date := _date(turn))), None) for batch in batches]
    at = next((date for date in dates if date is not None), None)
    if at is None:
        raise DatasetError(f"{batches[0].place}: 'time_anchor' is missing in the whole chat")
    seen: set[str] = set()
    sessions: list[Session] = []
    for batch, date in zip(batches, dates, strict=True):
        at = date or at
        turns = [
            _said(batch, turn, at, seen) for turn in batch.turns if turn.text("content", empty=True).strip()
        ]
        if turns:
            sessions.append(Session(name=batch.name, at=at, turns=turns))
    return sessions


def _said(batch: _Batch, turn: Item, at: datetime, seen: set[str]) -> Said:
    role = turn.text("role")
    if role not in _ROLES:
        raise turn.refused("role", f"must be one of {list(_ROLES)}, not {clip(role)}")
    # Whether the plans of one chat number their turns together is not documented: there the plan is part of the id.
    plan, named, _ = batch.name.partition("/")
    number = turn.answer("id")
    date = _date(turn)
    return Said(
        id=once(f"{plan}:{number}" if named else number, seen, turn, "id"),
        speaker=role,
        text=turn.text("content"),
        role=_ROLES[role],
        at=None if date == at else date,
    )


def _date(turn: Item) -> datetime | None:
    if not turn.given.get("time_anchor"):
        return None
    return turn.time("time_anchor", lambda text: datetime.strptime(text, _DATE).replace(tzinfo=UTC))
