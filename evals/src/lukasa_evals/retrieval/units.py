"""What the baselines index and show: whole turns, or passages as Lukasa cuts them, each with its date and speaker. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.text.passages import passages as text_passages
from lukasa.text.rendering import day
from lukasa_evals.datasets.values import Conversation, Said


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
        replace(unit, part=part, text=unit.text[start:end])
        for unit in turns(conversation)
        for part, (start, end) in enumerate(text_passages(unit.text))
    ]


def speaker(turn: Said) -> str:
    """Return the name, or the role with a capital."""
    return turn.speaker if turn.speaker != turn.role else turn.speaker.title()


def words_of(turn: Said) -> str:
    """Return what was said, and what the photo shared with it shows."""
    return f"{turn.text} [shares a photo: {turn.caption}]" if turn.caption else turn.text
