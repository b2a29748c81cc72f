"""Reads LoCoMo (`locomo10.json`) and the list of its known wrong labels (`label_errors.json`).

The data set is CC BY-NC: it is read where it lies. None of its text may enter this repository or a run's records.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeAlias

from lukasa_evals.datasets.files import Source, unpublished
from lukasa_evals.datasets.item import Item, clip, once
from lukasa_evals.datasets.values import (
    ADVERSARIAL,
    CATEGORIES,
    Conversation,
    Dataset,
    Label,
    Question,
    Said,
    Session,
)
from lukasa_evals.errors import DatasetError

CONVERSATIONS = "locomo10.json"
ERRORS = "label_errors.json"
DEV_CONVERSATIONS = 5
"""The first five by position in the file are for tuning; fixed before any tuning."""

_PUBLISHED = {"79fa87e90f04081343b8c8debecb80a9a6842b76a7aa537dc9fdf651ea698ff4": CONVERSATIONS}

_EVIDENCE = re.compile(r"D:?(\d+):(\d+)")
_SESSION = re.compile(r"session_(\d+)")
_DATE = "%I:%M %p on %d %B, %Y"

Corrections: TypeAlias = Mapping[tuple[int, int], Item]


class Evidence(NamedTuple):
    """Turns that a label cites, and how many of its citations could not be used."""

    ids: tuple[str, ...]
    unreadable: int


def load(folder: Path) -> Dataset:
    """Read the data set; wrong labels are corrected only where `label_errors.json` lies beside it.

    Raises `DatasetError`.
    """
    conversations = Source(folder / CONVERSATIONS)
    given = [
        Item.of(each, f"{CONVERSATIONS}: conversation {place}")
        for place, each in enumerate(conversations.elements())
    ]
    sha256 = {CONVERSATIONS: conversations.sha256}
    warnings = unpublished(sha256, _PUBLISHED)
    corrections: Corrections = {}
    if (folder / ERRORS).exists():
        errors = Source(folder / ERRORS)
        corrections = _by_question(errors.elements())
        sha256[ERRORS] = errors.sha256
    seen: set[str] = set()
    read = [_conversation(place, item, corrections, seen) for place, item in enumerate(given)]
    if unknown := set(corrections) - {(p, q.index) for p, c in enumerate(read) for q in c.questions}:
        raise DatasetError(f"{ERRORS} corrects questions that do not exist: {sorted(unknown)[:5]!r}")
    return Dataset(name="locomo", sha256=sha256, conversations=read, warnings=warnings)


def read_evidence(cited: Iterable[object], known: Collection[str]) -> Evidence:
    """Read citations as they really occur: `D1:3`, several in one string, `D:11:26`, `D30:05`, a bare `D`."""
    ids: list[str] = []
    unreadable = 0
    for text in cited:
        found = [f"D{int(session)}:{int(turn)}" for session, turn in _EVIDENCE.findall(str(text))]
        unreadable += sum(id_ not in known for id_ in found) or not found
        ids += [id_ for id_ in found if id_ in known]
    return Evidence(tuple(dict.fromkeys(ids)), unreadable)


def _by_question(errors: Iterable[object]) -> Corrections:
    """Index corrections by place: `locomo_<conversation>_qa<question>`, both from 0."""
    found: dict[tuple[int, int], Item] = {}
    for index, given in enumerate(errors):
        item = Item.of(given, f"{ERRORS}: correction {index}")
        name = item.text("question_id")
        match = re.fullmatch(r"locomo_(\d+)_qa(\d+)", name)
        if match is None:
            raise item.refused("question_id", f"is not such as 'locomo_0_qa12': {clip(name)}")
        place = int(match[1]), int(match[2])
        if place in found:
            raise item.refused("question_id", f"occurs twice: {name!r}")
        found[place] = item
    return found


def _conversation(place: int, item: Item, corrections: Corrections, seen: set[str]) -> Conversation:
    id_ = once(item.text("sample_id"), seen, item, "sample_id")
    sessions = list(_sessions(item.item("conversation")))
    known = {turn.id for session in sessions for turn in session.turns}
    questions: list[Question] = []
    unreadable = 0
    for index, given in enumerate(item.items("qa", "question")):
        evidence = read_evidence(given.list_of("evidence"), known)
        unreadable += evidence.unreadable
        questions.append(
            _question(index, given, evidence.ids, correction=corrections.get((place, index)), known=known)
        )
    return Conversation(
        id=id_,
        split="dev" if place < DEV_CONVERSATIONS else "test",
        sessions=sessions,
        questions=questions,
        unreadable=unreadable,
    )


def _question(
    index: int,
    item: Item,
    evidence: tuple[str, ...],
    *,
    correction: Item | None,
    known: Collection[str],
) -> Question:
    category = item.given.get("category")
    if not isinstance(category, int) or category not in CATEGORIES:
        raise item.refused("category", f"must be one of {list(CATEGORIES)}, not {clip(category)}")
    unanswered = category == ADVERSARIAL and item.given.get("answer") is None
    text = item.text("question")
    published = Label(evidence, None if unanswered else item.answer("answer"))
    return Question(
        index=index,
        text=text,
        category=category,
        published=published,
        corrected=_corrected(text, published, correction, known) if correction else None,
    )


def _sessions(conversation: Item) -> Iterator[Session]:
    # Some files date sessions that were never held: only lists of turns count.
    held = [
        name
        for name, turns in conversation.given.items()
        if _SESSION.fullmatch(name) and isinstance(turns, list)
    ]
    seen: set[str] = set()
    for name in sorted(held, key=lambda name: int(name.removeprefix("session_"))):
        turns = [
            Said(
                id=once(turn.text("dia_id"), seen, turn, "dia_id"),
                speaker=turn.text("speaker"),
                text=turn.text("text"),
                caption=turn.optional("blip_caption"),
            )
            for turn in conversation.items(name, f"{name}, turn")
        ]
        yield Session(name=name, at=conversation.time(f"{name}_date_time", _time), turns=turns)


def _time(text: str) -> datetime:
    # The files give no zone; UTC is a convention that moves no session to another day.
    return datetime.strptime(text, _DATE).replace(tzinfo=UTC)


def _corrected(question: str, published: Label, correction: Item, known: Collection[str]) -> Label:
    if correction.text("question") != question:
        raise DatasetError(
            f"{ERRORS}: {correction.given['question_id']!r} is another question than that of {CONVERSATIONS}"
        )
    cited = correction.given.get("correct_evidence")
    evidence = read_evidence(correction.list_of("correct_evidence") if cited else (), known).ids
    answer = correction.given.get("correct_answer")
    return Label(
        evidence or published.evidence,
        published.answer if answer is None else correction.answer("correct_answer"),
    )
