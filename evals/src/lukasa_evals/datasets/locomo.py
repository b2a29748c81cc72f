"""Reads LoCoMo (`locomo10.json`) and the list of its known wrong labels (`label_errors.json`).

The data set is CC BY-NC: it is read where it lies. None of its text may enter this repository or a run's records.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lukasa_evals.datasets.values import Conversation, Dataset, Label, Question, Said, Session
from lukasa_evals.errors import DatasetError

CONVERSATIONS = "locomo10.json"
ERRORS = "label_errors.json"
DEV_CONVERSATIONS = 5
"""The first five by position in the file are for tuning; fixed before any tuning."""

_EVIDENCE = re.compile(r"D:?(\d+):(\d+)")
_SESSION = re.compile(r"session_(\d+)")
_DATE = "%I:%M %p on %d %B, %Y"


class Evidence(NamedTuple):
    """Turns that a label cites, and how many of its citations could not be used."""

    ids: tuple[str, ...]
    unreadable: int


def load(folder: Path) -> Dataset:
    """Read the data set; wrong labels are corrected only where `label_errors.json` lies beside it."""
    given, digest = _read(folder / CONVERSATIONS)
    sha256 = {CONVERSATIONS: digest}
    corrections: Mapping[tuple[int, int], Any] = {}
    if (folder / ERRORS).exists():
        errors, sha256[ERRORS] = _read(folder / ERRORS)
        corrections = _by_question(errors)
    try:
        read = [_conversation(place, item, corrections) for place, item in enumerate(given)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"{CONVERSATIONS} is not LoCoMo: {type(error).__name__} {error}") from error
    if unknown := set(corrections) - {(p, q.index) for p, c in enumerate(read) for q in c.questions}:
        raise DatasetError(f"{ERRORS} corrects questions that do not exist: {sorted(unknown)[:5]!r}")
    return Dataset(name="locomo", sha256=sha256, conversations=read)


def read_evidence(cited: Iterable[object], known: Collection[str]) -> Evidence:
    """Read citations as they really occur: `D1:3`, several in one string, `D:11:26`, `D30:05`, a bare `D`."""
    ids: list[str] = []
    unreadable = 0
    for text in cited:
        found = [f"D{int(session)}:{int(turn)}" for session, turn in _EVIDENCE.findall(str(text))]
        unreadable += sum(id_ not in known for id_ in found) or not found
        ids += [id_ for id_ in found if id_ in known]
    return Evidence(tuple(dict.fromkeys(ids)), unreadable)


def _read(path: Path) -> tuple[Any, str]:
    try:
        data = path.read_bytes()
        given = json.loads(data)
    except OSError as error:
        raise DatasetError(
            f"cannot read {path.name!r}: {error.strerror}; name its folder with --data"
        ) from error
    except ValueError as error:
        raise DatasetError(f"{path.name!r} is not JSON: {error}") from error
    if not isinstance(given, list):
        raise DatasetError(f"{path.name!r} must hold a list, not {type(given).__name__}")
    return given, hashlib.sha256(data).hexdigest()


def _by_question(errors: Sequence[Mapping[str, Any]]) -> dict[tuple[int, int], Mapping[str, Any]]:
    """Index corrections by place: `locomo_<conversation>_qa<question>`, both from 0."""
    found: dict[tuple[int, int], Mapping[str, Any]] = {}
    for error in errors:
        name = str(error.get("question_id") if isinstance(error, Mapping) else error)
        match = re.fullmatch(r"locomo_(\d+)_qa(\d+)", name)
        if match is None:
            raise DatasetError(f"{ERRORS}: {name[:60]!r} is not a question id such as 'locomo_0_qa12'")
        found[int(match[1]), int(match[2])] = error
    return found


def _conversation(
    place: int, item: Mapping[str, Any], corrections: Mapping[tuple[int, int], Mapping[str, Any]]
) -> Conversation:
    sessions = [_session(name, item["conversation"]) for name in _session_names(item["conversation"])]
    known = {turn.id for session in sessions for turn in session.turns}
    questions: list[Question] = []
    unreadable = 0
    for index, given in enumerate(item["qa"]):
        evidence = read_evidence(given["evidence"], known)
        unreadable += evidence.unreadable
        answer = given.get("answer")
        published = Label(evidence.ids, None if answer is None else str(answer))
        correction = corrections.get((place, index))
        questions.append(
            Question(
                index=index,
                text=given["question"],
                category=given["category"],
                published=published,
                corrected=_corrected(given["question"], published, correction, known) if correction else None,
            )
        )
    return Conversation(
        id=item["sample_id"],
        split="dev" if place < DEV_CONVERSATIONS else "test",
        sessions=sessions,
        questions=questions,
        unreadable=unreadable,
    )


def _session_names(conversation: Mapping[str, Any]) -> list[str]:
    # Some files date sessions that were never held: only lists of turns count.
    names = [
        name for name in conversation if _SESSION.fullmatch(name) and isinstance(conversation[name], list)
    ]
    return sorted(names, key=lambda name: int(name.removeprefix("session_")))


def _session(name: str, conversation: Mapping[str, Any]) -> Session:
    # The files give no zone; UTC is a convention that moves no session to another day.
    at = datetime.strptime(conversation[f"{name}_date_time"], _DATE).replace(tzinfo=UTC)
    turns = [
        Said(id=turn["dia_id"], speaker=turn["speaker"], text=turn["text"], caption=turn.get("blip_caption"))
        for turn in conversation[name]
    ]
    return Session(name=name, at=at, turns=turns)


def _corrected(
    question: str, published: Label, correction: Mapping[str, Any], known: Collection[str]
) -> Label:
    if correction["question"] != question:
        raise DatasetError(
            f"{ERRORS}: {correction['question_id']!r} is another question than that of {CONVERSATIONS}"
        )
    evidence = read_evidence(correction.get("correct_evidence") or (), known).ids
    answer = correction.get("correct_answer")
    return Label(evidence or published.evidence, published.answer if answer is None else str(answer))
