"""What a run keeps on disk, so that it can be stopped at any instant, gone on with, and reported on.

run.json          what was asked for: data set, models, repetitions, versions
systems.jsonl     a line for each system and conversation that was taken in: what it cost, what is kept
contexts.jsonl    a line for each question and system: the context and what it is worth
answers.jsonl     … and repetition: the answer
verdicts.jsonl    … and judge: what it says of the answer
calls/            every model reply, by role
stores/           files of the systems

The files hold words of the data set: they are not to be published. The report holds figures alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from lukasa_evals.answers.calls import Spent
from lukasa_evals.answers.lines import Lines
from lukasa_evals.errors import EvalError


class Place(NamedTuple):
    """A question put to a system."""

    system: str
    conversation: str
    question: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A conversation that a system has taken in."""

    system: str
    conversation: str
    seconds: float
    """Measured by the process that did it; time that a batch took is not in it."""

    spent: Spent
    tokens: int
    """Of all text that is kept."""

    items: int
    bytes: int
    unread: int = 0
    """Replies of the model that could not be read: what they should have told is missing."""

    FILE: ClassVar[str] = "systems.jsonl"

    @property
    def key(self) -> tuple[str, str]:
        """What there is one of."""
        return self.system, self.conversation

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Read a line."""
        return cls(**{**line, "spent": Spent(**line["spent"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a system put before the reader."""

    system: str
    conversation: str
    question: int
    text: str
    tokens: int
    shown: Sequence[str]
    """Evidence turns, of either label, whose words stand in the text, or for which a fact stands."""

    contained: float | None
    """Share of the gold answer's content words in the text; `None` where it has none, or need not be said."""

    contained_corrected: float | None
    answer: str | None
    """What an agent said that reads for itself."""

    milliseconds: float
    """From the question to the context, model calls on the way included."""

    spent: Spent
    failed: str = ""
    """Why there is none: the system's model refused a request for good."""

    FILE: ClassVar[str] = "contexts.jsonl"

    @property
    def key(self) -> Place:
        """What there is one of."""
        return Place(self.system, self.conversation, self.question)

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Read a line."""
        return cls(**{**line, "spent": Spent(**line["spent"]), "shown": tuple(line["shown"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered."""

    system: str
    conversation: str
    question: int
    repetition: int
    text: str
    spent: Spent
    """By the reader."""

    failed: str = ""
    """Why there is none: a request for it was refused for good. It counts as wrong."""

    FILE: ClassVar[str] = "answers.jsonl"

    @property
    def key(self) -> tuple[Place, int]:
        """What there is one of."""
        return Place(self.system, self.conversation, self.question), self.repetition

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Read a line."""
        return cls(**{**line, "spent": Spent(**line["spent"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a judge says of an answer."""

    system: str
    conversation: str
    question: int
    repetition: int
    """Of the answer."""

    judge: str
    """The model."""

    leniency: str
    labels: str
    """Beside which gold answer: `published` or `corrected`."""

    judgement: int
    """Repetition of the judgement."""

    label: str
    """`correct`, `wrong` or `unreadable`."""

    spent: Spent

    FILE: ClassVar[str] = "verdicts.jsonl"

    @property
    def key(self) -> tuple[Place, int, str, str, str, int]:
        """What there is one of."""
        place = Place(self.system, self.conversation, self.question)
        return place, self.repetition, self.judge, self.leniency, self.labels, self.judgement

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Read a line."""
        return cls(**{**line, "spent": Spent(**line["spent"])})


T = TypeVar("T", TakenIn, Context, Answer, Verdict)


class Held(Generic[T]):
    """Records of one sort: those that are there, by key, and those that are added."""

    def __init__(self, folder: Path, sort: type[T]) -> None:
        self._lines = Lines(folder / sort.FILE)
        self._held: dict[object, T] = {}
        for number, line in enumerate(self._lines.read(), start=1):
            try:
                record = sort.read(line)
            except (KeyError, TypeError) as error:
                raise EvalError(f"line {number} of {sort.FILE!r} is damaged: {error!r}") from error
            self._held[record.key] = record

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def get(self, key: object) -> T | None:
        """Return a record by its key."""
        return self._held.get(key)

    def add(self, record: T) -> None:
        """Keep a record."""
        self._held[record.key] = record
        self._lines.add(asdict(record))

    def all(self) -> list[T]:
        """Return every record, in the order of their keys: however many processes it took, a run reads the same."""
        return [self._held[key] for key in sorted(self._held, key=str)]


RUN = "run.json"


def begin(folder: Path, asked: Mapping[str, Any]) -> None:
    """Begin a run in a folder, or go on with it.

    Raises `EvalError` when what was asked for then differs: figures of two different runs must not be mixed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "calls").mkdir(exist_ok=True)
    path = folder / RUN
    written = json.loads(json.dumps(asked))
    if path.exists():
        earlier = asked_for(folder)
        differing = [name for name in written if name != "started" and earlier.get(name) != written[name]]
        if differing:
            raise EvalError(
                f"the run {folder.name!r} was begun with another {' and '.join(differing)}; name another folder with --out"
            )
        return
    path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def asked_for(folder: Path) -> dict[str, Any]:
    """Return what a run was asked for. Raises `EvalError` where there is none."""
    try:
        held: dict[str, Any] = json.loads((folder / RUN).read_text("utf-8"))
    except OSError as error:
        raise EvalError(f"{folder.name!r} holds no run ({error.strerror})") from error
    except ValueError as error:
        raise EvalError(f"{RUN!r} of the run {folder.name!r} is damaged: {error}") from error
    return held
