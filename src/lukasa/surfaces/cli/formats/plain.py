"""Plain text: `Speaker: text` under date lines, or with a date on each line (as chat apps export it)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import dates
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import Source

# At most four words without the marks of a sentence: "Note that at 9:30 we …" is no speaker.
_SPEAKER = r"(?P<speaker>\w[^\s:!?;,]*(?:[ ]\S*[^\s:!?;,]){0,3})"
_SAID = rf"{_SPEAKER}:(?:\s+(?P<text>.*))?$"
_STAMP = dates.moment(group="when")

_HEADER = re.compile(rf"\s*(?:\#+|-{{2,}}|={{2,}}|\[)?\s*{_STAMP}\s*(?:\]|-{{2,}}|={{2,}}|:)?\s*$", re.IGNORECASE)
_STAMPED = re.compile(rf"\s*(?:\[{_STAMP}\]|{_STAMP.replace('when', 'also')})\s*[-–]?\s*{_SAID}", re.IGNORECASE)
_CLOCKED = re.compile(rf"\s*(?:\[(?P<clock>{dates.TIME})\]|(?P<also>{dates.TIME}))\s*[-–]?\s*{_SAID}", re.IGNORECASE)
_PLAIN = re.compile(rf"\s*{_SAID}")
_TITLE = re.compile(r"\s*#+\s")

_ROLES = {
    "user": "user",
    "human": "user",
    "me": "user",
    "you": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "claude": "assistant",
    "gemini": "assistant",
    "system": "system",
}
"""Speakers that are parts to play, not people."""


def read(source: Source, assumed: Assumptions) -> Iterator[Session]:
    """A session for each date line, or each day. Lines without a speaker continue what was said before them.

    Dates without an offset are UTC unless a zone is given.
    """
    page = _Page(source, assumed)
    for number, line in source.lines():
        if finished := page.take(number, line):
            yield finished
    if page.session:
        yield page.session


@dataclass(slots=True)
class _Page:
    """What has been read of the file so far."""

    source: Source
    assumed: Assumptions
    at: datetime | None = None
    """The date line that holds here."""

    session: Session | None = None
    names: dict[str, int] = field(default_factory=dict)
    """How often a date has begun a session."""

    gap: int = 0
    """Empty lines since something was said: they may be part of it."""

    def take(self, number: int, line: str) -> Session | None:
        """Read a line; return the session that it ends, if it does."""
        place = f"{self.source.name}, line {number}"
        if not line.strip():
            self.gap += 1
            return None
        gap, self.gap = self.gap, 0
        if header := _HEADER.match(line):
            return self._date_line(header["when"], place)
        if stamped := _STAMPED.match(line):
            return self._stamped(stamped, place)
        if (clocked := _CLOCKED.match(line)) and self.at:
            return self._clocked(clocked, place)
        if plain := _PLAIN.match(line):
            return self._say(plain, self.at or self.assumed.undated(place), place)
        if self.session:
            last = self.session.messages[-1]
            last["content"] = f"{last['content']}{chr(10) * (gap + 1)}{line}".strip()
        elif not _TITLE.match(line):
            raise ImportFormatError(f"{place}: expected a date or 'Speaker: text', not {line.strip()[:60]!r}")
        return None

    def _date_line(self, written: str, place: str) -> Session | None:
        self.at = self._instant(written, place)
        timed = dates.read_moment(written).timed
        return self._begin(f"{self.at:%Y-%m-%d %H:%M}" if timed else f"{self.at:%Y-%m-%d}")

    def _stamped(self, found: re.Match[str], place: str) -> Session | None:
        self.at = self._instant(found["when"] or found["also"], place)
        return self._say(found, self.at, place)

    def _clocked(self, found: re.Match[str], place: str) -> Session | None:
        assert self.at is not None
        try:
            clock = dates.read_time(found["clock"] or found["also"])
        except ValueError as error:
            raise ImportFormatError(f"{place}: {error}") from error
        return self._say(found, datetime.combine(self.at.date(), clock, self.at.tzinfo), place)
