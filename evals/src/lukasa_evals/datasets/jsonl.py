"""Reads anybody's own conversations and questions: one JSON object a line, in the format that DATASETS.md documents."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from lukasa_evals.datasets.files import Source
from lukasa_evals.datasets.item import Item, clip, once
from lukasa_evals.datasets.values import Conversation, Dataset, Label, Question, Role, Said, Session
from lukasa_evals.errors import DatasetError

NO_CATEGORY = "uncategorised"

_TURN = ("conversation", "session", "at", "speaker", "role", "text", "caption", "id", "metadata")
_QUESTION = ("conversation", "question", "answer", "category", "evidence", "asked_at", "metadata")
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system", "tool": "tool"}


class _Asked(NamedTuple):
    """A question whose evidence is looked up when all turns are known; they may come later in the file."""

    question: Question
    place: str


@dataclass(slots=True)
class _Told:
    """A conversation in the making."""

    place: str
    sessions: dict[str, tuple[datetime, list[Said]]] = field(default_factory=dict)
    asked: list[_Asked] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


def load(path: Path) -> Dataset:
    """Read a file. It goes through it once, and keeps only what a conversation is made of. Raises `DatasetError`."""
    source = Source(path)
    told: dict[str, _Told] = {}
    for line, given in source.lines():
        item = Item.of(given, f"{source.name}, line {line}")
        id_ = item.answer("conversation")
        conversation = told.setdefault(id_, _Told(item.place))
        if ("text" in item.given) == ("question" in item.given):
            raise DatasetError(
                f"{item.place}: must have 'text' (a turn) or 'question' (a question), and not both"
            )
        if "text" in item.given:
            _add_turn(conversation, item)
        else:
            _add_question(conversation, item)
    read = [_conversation(id_, each) for id_, each in told.items()]
    categories = dict.fromkeys(question.category for each in read for question in each.questions)
    if not categories:
        raise DatasetError(f"{source.name!r} has no question")
    return Dataset(
        name="jsonl",
        sha256={source.name: source.sha256},
        conversations=read,
        categories={category: str(category) for category in categories},
        warnings=[f"nothing is asked about conversation {each.id!r}" for each in read if not each.questions],
    )


def _add_turn(told: _Told, item: Item) -> None:
    _known(item, _TURN)
    session = sys.intern(item.answer("session"))
    at = item.time("at", _time) if item.given.get("at") is not None else None
    if session not in told.sessions:
        if at is None:
            raise item.refused("at", f"is missing in the first turn of session {clip(session)}")
        told.sessions[session] = (at, [])
    began, turns = told.sessions[session]
    role = item.optional("role")
    if role is not None and role not in _ROLES:
        raise item.refused("role", f"must be one of {list(_ROLES)}, not {clip(role)}")
    speaker = item.optional("speaker") or role
    if speaker is None:
        raise item.refused("speaker", "is missing, and so is 'role'")
    named = item.given.get("id") is not None
    id_ = item.answer("id") if named else f"{session}:{len(turns) + 1}"
    turns.append(
        Said(
            id=once(id_, told.ids, item, "id"),
            speaker=sys.intern(speaker),
            text=item.text("text"),
            caption=item.optional("caption"),
            role=None if role is None else _ROLES[role],
            at=None if at == began else at,
        )
    )


def _add_question(told: _Told, item: Item) -> None:
    _known(item, _QUESTION)
    answers = _answers(item)
    evidence = item.texts("evidence") if item.given.get("evidence") is not None else ()
    question = Question(
        index=len(told.asked),
        text=item.text("question"),
        category=item.optional("category") or NO_CATEGORY,
        published=Label(tuple(dict.fromkeys(evidence)), answers[0] if answers else None, also=answers[1:]),
        asked_at=item.time("asked_at", _time) if item.given.get("asked_at") is not None else None,
        abstains=not answers,
    )
    told.asked.append(_Asked(question, item.place))


def _answers(item: Item) -> tuple[str, ...]:
    """Return the accepted answers; none where null says that the right answer is not to know."""
    given = item.given.get("answer")
    if "answer" in item.given and given is None:
        return ()
    if not isinstance(given, list):
        return (item.answer("answer"),)
    if not given:
        raise item.refused("answer", "is an empty list; null says that it is not known")
    return item.texts("answer")


def _conversation(id_: str, told: _Told) -> Conversation:
    if not told.sessions:
        raise DatasetError(f"{told.place}: conversation {clip(id_)} has questions and no turns")
    for question, place in told.asked:
        if unknown := [each for each in question.published.evidence if each not in told.ids]:
            raise DatasetError(f"{place}: 'evidence' names no turn of its conversation: {clip(unknown[0])}")
    sessions = [Session(name=name, at=at, turns=turns) for name, (at, turns) in told.sessions.items()]
    return Conversation(
        id=id_,
        split="test",
        sessions=sorted(sessions, key=lambda session: session.at),
        questions=[asked.question for asked in told.asked],
    )


def _known(item: Item, fields: tuple[str, ...]) -> None:
    """Refuse fields that mean nothing: a misspelt one would change what is asked without a word."""
    for name in item.given:
        if name not in fields:
            near = get_close_matches(name, fields, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "put what is your own into 'metadata'"
            raise item.refused(name, f"is no field of the format; {hint}")


def _time(text: str) -> datetime:
    """Read an ISO time; one without a zone is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
