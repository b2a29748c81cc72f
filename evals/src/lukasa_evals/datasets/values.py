"""What is asked of a memory: conversations, questions, and where the answers were said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Split = Literal["dev", "test"]
"""`dev` may be looked at while tuning; `test` only tells whether it held."""

Labels = Literal["published", "corrected"]
"""`corrected`: known wrong labels are replaced, all others are as published."""

Role = Literal["user", "assistant", "system", "tool"]

Category: TypeAlias = int | str
"""LoCoMo numbers its categories; the others name them. Numbers mean LoCoMo's and nothing else."""

CATEGORIES: Mapping[Category, str] = {
    1: "multi-hop",
    2: "temporal",
    3: "open-domain",
    4: "single-hop",
    5: "adversarial",
}
"""LoCoMo's."""

ANSWERABLE = (1, 2, 3, 4)
ADVERSARIAL = 5
CONTAINMENT = (1, 2, 4)
"""Open-domain answers are inferred, not said: their words need not stand in any turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation."""

    id: str
    speaker: str
    """A name; where there are only roles, the role."""

    text: str
    caption: str | None = None
    """What a photo shared with it shows."""

    role: Role | None = None
    """Which side of a chat speaks; `None` where two people talk."""

    at: datetime | None = None
    """When it was said, where that is known better than from its session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Turns of one sitting."""

    name: str
    """Unique in its conversation."""

    at: datetime
    turns: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Label:
    """What is right, according to somebody."""

    evidence: tuple[str, ...]
    """Ids of turns that exist in the conversation, each once; empty when none could be read, or none is published."""

    answer: str | None
    """Where nothing is known, a data set may still publish words that say so."""

    also: tuple[str, ...] = ()
    """Other answers that are as right."""

    rubric: tuple[str, ...] = ()
    """What an answer must do, point by point, where a data set is judged that way."""

    @property
    def accepted(self) -> tuple[str, ...]:
        """All answers that are right; the first is the one to show."""
        return () if self.answer is None else (self.answer, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, with its published label and the correction of it, if that is known to be wrong."""

    index: int
    """Its place in the conversation's list, from 0."""

    text: str
    category: Category
    published: Label
    corrected: Label | None = None
    asked_at: datetime | None = None
    """When it is asked; `None`: after the last session."""

    abstains: bool = False
    """Whether the right answer is that it is not known; always so in LoCoMo's category 5."""

    def __post_init__(self) -> None:
        if self.category == ADVERSARIAL:
            object.__setattr__(self, "abstains", True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What was said between two sides, and what is asked about it."""

    id: str
    split: Split
    sessions: Sequence[Session]
    """Oldest first."""

    questions: Sequence[Question]
    unreadable: int = 0
    """Citations of evidence that could not be read, or that name no turn; left out."""

    wordless: int = 0
    """Turns that say nothing; left out."""

    def turns(self) -> Iterator[Said]:
        """Go through all turns, oldest first."""
        return (turn for session in self.sessions for turn in session.turns)

    def question_id(self, question: Question) -> str:
        """Return what names one of its questions in the data set: the same each time a file is read."""
        return f"{self.id}/{question.index}"


def _locomo() -> Mapping[Category, str]:
    return CATEGORIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Conversations, and the files that they come from."""

    name: str
    sha256: Mapping[str, str]
    """By file name."""

    conversations: Sequence[Conversation]
    categories: Mapping[Category, str] = field(default_factory=_locomo)
    """Every category that its questions may have, with a name to show, in the order to show them."""

    warnings: Sequence[str] = ()
    """What is odd about the files, though they could be read."""
