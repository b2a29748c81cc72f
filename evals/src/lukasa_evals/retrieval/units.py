"""What the baselines index and show: whole turns, or passages of them, each with its date and speaker. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.text.rendering import day
from lukasa_evals.datasets.values import Conversation, Said

PASSAGE_WORDS = 100
"""Of a passage, about."""

WHOLE = 1.3
"""How many times as long a turn may be that is not cut."""

SLACK = 1.15
"""How many times as long as the turn's average passage one may be."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A turn, or a passage of one."""

    turn: str
    """The turn's id."""

    place: int
    """The turn's place in the conversation, from 0."""

    part: int = 0
    """Its place in the turn, from 0."""

    at: datetime
    """When the turn was said."""

    head: str
    """Date and speaker, as they stand before the words."""

    text: str

    @property
    def indexed(self) -> str:
        """What is ranked: the words with date and speaker."""
        return f"{self.head}{self.text}"


def turns(conversation: Conversation) -> list[Unit]:
    """Return every turn as a unit, oldest first."""
    said = [(turn, session.at) for session in conversation.sessions for turn in session.turns]
    return [
        Unit(
            turn=turn.id,
            place=place,
            at=turn.at or began,
            head=f"[{day(turn.at or began)}] {speaker(turn)}: ",
            text=words_of(turn),
        )
        for place, (turn, began) in enumerate(said)
    ]


def passages(conversation: Conversation) -> list[Unit]:
    """Return every passage as a unit, in order."""
    return [
        replace(unit, part=part, text=text)
        for unit in turns(conversation)
        for part, text in enumerate(cut(unit.text))
    ]


def speaker(turn: Said) -> str:
    """Return the name, or the role with a capital."""
    return turn.speaker if turn.speaker != turn.role else turn.speaker.title()


def words_of(turn: Said) -> str:
    """Return what was said, and what the photo shared with it shows."""
    return f"{turn.text} [shares a photo: {turn.caption}]" if turn.caption else turn.text


def cut(text: str) -> list[str]:
    """Cut a text into passages of about `PASSAGE_WORDS`, of like length; a short text is one.

    They end where a line (of a list, of code, of a paragraph) or a sentence does; a longer sentence is cut between words.
    """
    total = len(text.split())
    if total <= WHOLE * PASSAGE_WORDS:
        return [text]
    most = SLACK * total / round(total / PASSAGE_WORDS)
    passages: list[str] = []
    pieces: list[str] = []
    length = 0
    for piece in _pieces(text):
        added = len(piece.split())
        if pieces and length + added > most:
            passages.append("\n".join(pieces))
            pieces, length = [], 0
        pieces.append(piece)
        length += added
    return [*passages, "\n".join(pieces)]


def _pieces(text: str) -> Iterator[str]:
    """Yield what is not cut further: sentences within lines, at most `PASSAGE_WORDS` of each."""
    for line in filter(None, map(str.strip, text.splitlines())):
        for sentence in _SENTENCE_END.split(line):
            words = sentence.split()
            yield from (
                " ".join(words[start : start + PASSAGE_WORDS])
                for start in range(0, len(words), PASSAGE_WORDS)
            )
