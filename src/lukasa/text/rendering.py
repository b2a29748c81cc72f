"""How a turn is shown: to the encoders, and to the reader of a context. Pure."""

from __future__ import annotations

from datetime import datetime

from lukasa.domain.turn import Turn
from lukasa.text.language_data import MONTHS, WEEKDAYS

_TITLES = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def speaker(turn: Turn) -> str:
    """Return the speaker's name, or the role when no name is known."""
    return turn.speaker or _TITLES[turn.role]


def day(at: datetime) -> str:
    """Return a date as people write it, in the offset it was said in: `8 May 2023`."""
    # Not by `strftime`: the host's locale would change vectors, terms and contexts.
    return f"{at.day} {MONTHS[at.month - 1].title()} {at.year}"


def weekday(at: datetime) -> str:
    """Return the day of the week, in the offset it was said in."""
    return WEEKDAYS[at.weekday()].title()


def document_text(turn: Turn) -> str:
    """Return what the encoders and full-text search read: the date and the speaker are part of what was said."""
    return f"[{day(turn.at)}] {speaker(turn)}: {turn.text}"


def quoted(turn: Turn, start: int, end: int) -> str:
    """Return words of a turn as a sentence of their own."""
    return f"{speaker(turn)} said: “{' '.join(turn.text[start:end].split())}”"
