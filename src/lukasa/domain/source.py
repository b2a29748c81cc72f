"""The words that something remembered rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Characters of a turn."""

    turn: str
    """The turn's id."""

    start: int
    end: int
    """`text[start:end]` of the turn's text."""

    at: datetime
    """When it was said."""

    speaker: str | None = None
