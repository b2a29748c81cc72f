"""Reads LongMemEval: a conversation of its own for each question, between a user and an assistant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lukasa_evals.datasets.files import Source, unpublished
from lukasa_evals.datasets.item import Item, clip, once
from lukasa_evals.datasets.split import drawn
from lukasa_evals.datasets.values import Category, Conversation, Dataset, Label, Question, Role, Said, Session
from lukasa_evals.errors import DatasetError

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "oracle": ("longmemeval_oracle.json", "longmemeval_oracle"),
    "s": ("longmemeval_s.json", "longmemeval_s"),
    "s_cleaned": ("longmemeval_s_cleaned.json",),
    "m": ("longmemeval_m.json", "longmemeval_m"),
    "m_cleaned": ("longmemeval_m_cleaned.json",),
}
"""Names of the file of each, as published in one place or another."""

CATEGORIES: Mapping[Category, str] = {
    "single-session-user": "single session, said by the user",
    "single-session-assistant": "single session, said by the assistant",
    "single-session-preference": "single session, a preference",
    "multi-session": "multi-session",
    "temporal-reasoning": "temporal",
    "knowledge-update": "knowledge update",
}

_PUBLISHED = {
    "821a2034d219ab45846873dd14c14f12cfe7776e73527a483f9dac095d38620c": "oracle",
    "08d8dad4be43ee2049a22ff5674eb86725d0ce5ff434cde2627e5e8e7e117894": "S",
    "d6f21ea9d60a0d56f34a05b609c79c88a451d2ae03597821ea3d5a9678c3a442": "S cleaned",
    "9d79e5524794a2e6900a3aa9cb7d9152c5a3e8319c9a87c25494ba1eacee495f": "M cleaned",
}
_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant"}
_DATE = "%Y/%m/%d (%a) %H:%M"


@dataclass(slots=True)
class _Oddities:
    """What is counted, and told as warnings."""

    late: int = 0
    again: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    """Each text once: the files repeat the same sessions for many questions."""

    def told(self) -> Iterator[str]:
        if self.late:
            yield f"sessions dated after their question: {self.late}"
        if self.again:
            yield f"sessions with the id of another one of their conversation, kept as 'id#2': {self.again}"


def load(path: Path, *, variant: str | None = None) -> Dataset:
    """Read a file, or the file of *variant* in a folder. Raises `DatasetError`."""
    source = Source(_file(path, variant))
    odd = _Oddities()
    seen: set[str] = set()
    read = [
        _conversation(Item.of(given, f"{source.name}: question {place}"), seen, odd)
        for place, given in enumerate(source.elements())
    ]
    sha256 = {source.name: source.sha256}
    return drawn(
        "longmemeval",
        read,
        sha256=sha256,
        categories=CATEGORIES,
        warnings=[*unpublished(sha256, _PUBLISHED), *odd.told()],
    )


def _file(path: Path, variant: str | None) -> Path:
    if not path.is_dir():
        if variant is not None and path.name not in VARIANTS[variant]:
            raise DatasetError(f"{path.name!r} is not variant {variant!r}; name its folder, or no variant")
        return path
    wanted = VARIANTS if variant is None else {variant: VARIANTS[variant]}
    found = [path / name for names in wanted.values() for name in names if (path / name).is_file()]
    if not found:
        names = ", ".join(name for names in wanted.values() for name in names[:1])
        raise DatasetError(
            f"cannot read LongMemEval: {path.name!r} has none of {names}; name its folder with --data"
        )
    if len(found) > 1:
        raise DatasetError(
            f"{path.name!r} has several: {', '.join(each.name for each in found)}; name a variant"
        )
    return found[0]


def _conversation(item: Item, seen: set[str], odd: _Oddities) -> Conversation:
    id_ = once(item.text("question_id"), seen, item, "question_id")
    category = item.text("question_type")
    if category not in CATEGORIES:
        raise item.refused("question_type", f"must be one of {list(CATEGORIES)}, not {clip(category)}")
    asked_at = item.time("question_date", _time)
    ids = item.texts("haystack_session_ids")
    sessions, marked = _sessions(item, ids, odd)
    odd.late += sum(session.at > asked_at for session in sessions)
    evidence, unreadable = _evidence(item, ids, sessions, marked)
    given = sum(len(turns) for turns in item.list_of("haystack_sessions"))
    question = Question(
        index=0,
        text=item.text("question"),
        category=category,
        published=Label(evidence, item.answer("answer")),
        asked_at=asked_at,
        abstains=id_.endswith("_abs"),
    )
    return Conversation(
        id=id_,
        split="test",
        sessions=sorted(sessions, key=lambda session: session.at),
        questions=[question],
        unreadable=unreadable,
        wordless=given - sum(len(session.turns) for session in sessions),
    )


def _sessions(item: Item, ids: tuple[str, ...], odd: _Oddities) -> tuple[list[Session], list[str]]:
    """Return the sessions in the file's order, and the ids of the turns that are marked as evidence."""
    held, dates = item.list_of("haystack_sessions"), item.texts("haystack_dates")
    if not len(held) == len(dates) == len(ids):
        raise item.refused(
            "haystack_sessions",
            f"has {len(held)}, but there are {len(ids)} 'haystack_session_ids' and {len(dates)} 'haystack_dates'",
        )
    sessions: list[Session] = []
    marked: list[str] = []
    names: dict[str, int] = {}
    for place, (id_, date) in enumerate(zip(ids, dates, strict=True)):
        names[id_] = names.get(id_, 0) + 1
        odd.again += names[id_] > 1
        turns, with_answer = _turns(item, place, odd)
        marked += with_answer
        sessions.append(
            Session(
                name=id_ if names[id_] == 1 else f"{id_}#{names[id_]}",
                at=item.read_time("haystack_dates", date, _time),
                turns=turns,
            )
        )
    return sessions, marked


def _turns(item: Item, place: int, odd: _Oddities) -> tuple[list[Said], list[str]]:
    given = item.given["haystack_sessions"][place]
    if not isinstance(given, list):
        raise item.refused("haystack_sessions", f"must hold lists of turns, not {clip(given)}")
    turns: list[Said] = []
    marked: list[str] = []
    for number, each in enumerate(given, start=1):
        turn = Item.of(each, f"{item.place}, session {place}, turn {number - 1}")
        role = turn.text("role")
        if role not in _ROLES:
            raise turn.refused("role", f"must be one of {list(_ROLES)}, not {clip(role)}")
        text = turn.text("content", empty=True)
        if not text.strip():
            continue
        said = Said(
            id=f"S{place + 1}:{number}",
            speaker=role,
            text=odd.texts.setdefault(text, text),
            role=_ROLES[role],
        )
        turns.append(said)
        if turn.flag("has_answer"):
            marked.append(said.id)
    return turns, marked


def _evidence(
    item: Item, ids: tuple[str, ...], sessions: list[Session], marked: list[str]
) -> tuple[tuple[str, ...], int]:
    """Return the marked turns, or else all turns of the sessions that answer; and how many of these are not there."""
    answering = item.texts("answer_session_ids")
    absent = sum(id_ not in ids for id_ in answering)
    whole = [
        turn.id
        for id_, session in zip(ids, sessions, strict=True)
        if id_ in answering
        for turn in session.turns
    ]
    return tuple(marked or whole), absent


def _time(text: str) -> datetime:
    # The files give no zone; UTC is a convention.
    return datetime.strptime(text, _DATE).replace(tzinfo=UTC)
