"""What is asked of a memory: conversations, questions, and where the answers were said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Split = Literal["dev", "test"]
"""`dev` may be looked at while tuning; `test` only tells whether it held."""

CATEGORIES: Mapping[int, str] = {
    1: "multi-hop",
    2: "temporal",
    3: "open-domain",
    4: "single-hop",
    5: "adversarial",
}
ANSWERABLE = (1, 2, 3, 4)
ADVERSARIAL = 5
CONTAINMENT = (1, 2, 4)
"""Open-domain answers are inferred, not said: their words need not stand in any turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation."""

    id: str
    speaker: str
    text: str
    caption: str | None = None
    """What a photo shared with it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Turns of one sitting."""

    name: str
    at: datetime
    turns: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Label:
    """What is right, according to somebody."""

    evidence: tuple[str, ...]
    """Ids of turns that exist in the conversation, each once; empty when none could be read."""

    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, with its published label and the correction of it, if that is known to be wrong."""

    index: int
    """Its place in the conversation's list, from 0."""

    text: str
    category: int
    published: Label
    corrected: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What one pair of people said, and what is asked about it."""

    id: str
    split: Split
    sessions: Sequence[Session]
    questions: Sequence[Question]
    unreadable: int = 0
    """Citations of evidence that could not be read, or that name no turn; left out."""

    def turns(self) -> Iterator[Said]:
        """Go through all turns, oldest first."""
        return (turn for session in self.sessions for turn in session.turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Conversations, and the files that they come from."""

    name: str
    sha256: Mapping[str, str]
    """By file name."""

    conversations: Sequence[Conversation]
