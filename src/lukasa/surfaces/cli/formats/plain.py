"""Plain text: `Speaker: text` under date lines, or with a date on each line (as chat apps export it)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import dates
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

# At most four words without the marks of a sentence: "Note that at 9:30 we …" is no speaker.
_SPEAKER = r"(?P<speaker>[\w+~][^\s:!?;,]*(?: [^\s:!?;,]+){0,3})"
_SAID = rf"{_SPEAKER}:(?:\s+(?P<text>.*))?$"
_STAMP = dates.moment(group="when")
_BARE_STAMP = dates.moment(group="also")

_HEADER = re.compile(
    rf"\s*(?:\[{_STAMP}\]|(?:\#+|-{{2,}}|={{2,}})?\s*{_BARE_STAMP}\s*(?:-{{2,}}|={{2,}}|:)?)\s*$",
    re.IGNORECASE,
)
_STAMPED = re.compile(rf"\s*(?:\[{_STAMP}\]|{_BARE_STAMP})\s*[-–]?\s*{_SAID}", re.IGNORECASE)
_CLOCKED = re.compile(
    rf"\s*(?:\[(?P<clock>{dates.TIME})\]|(?P<also>{dates.TIME}))\s*[-–]?\s*{_SAID}", re.IGNORECASE
)
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


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """Yield a session for each date line, or each day. Lines without a speaker continue what was said before them.

    Dates without an offset are UTC unless a zone is given.
    """
    transcript = _Transcript(source.name, assumed)
    for number, line in source.lines():
        if finished := transcript.take(f"{source.name}, line {number}", line):
            yield finished
    if transcript.session:
        yield transcript.session


class _Speech(NamedTuple):
    """Somebody's words on one line."""

    found: re.Match[str]
    at: datetime


@dataclass(slots=True)
class _Transcript:
    """What has been read of the file so far."""

    file: str
    assumed: Assumptions
    at: datetime | None = None
    """The date that holds here."""

    name: str | None = None
    """The session that what is said next belongs to."""

    session: Session | None = None
    said: bool = False
    """Whether anything was said since the last date line: only then can a line continue it."""

    gap: int = 0
    """Empty lines just now: part of what was said, if it goes on."""

    begun: Counter[str | None] = field(default_factory=Counter)

    def take(self, place: str, line: str) -> Session | None:
        """Read a line; return the session that it ends, if it does."""
        if not line.strip():
            self.gap += 1
            return None
        gap, self.gap = self.gap, 0
        indented = self.said and line[0] in " \t"
        if not indented and (header := _HEADER.match(line)):
            self._date_line(header["when"] or header["also"], place)
        elif not indented and (speech := self._speech(place, line)):
            return self._say(*speech, place)
        elif self.said and self.session:
            last = self.session.messages[-1]
            last["content"] = f"{last['content']}{chr(10) * (gap + 1)}{line.strip()}".strip()
        elif not _TITLE.match(line):
            raise ImportFormatError(f"{place}: expected a date or 'Speaker: text', not {line.strip()[:60]!r}")
        return None

    def _speech(self, place: str, line: str) -> _Speech | None:
        """Return what was said on this line and when, if somebody begins to speak on it."""
        if stamped := _STAMPED.match(line):
            self.at = self._moment(stamped["when"] or stamped["also"], place).at
            day = f"{self.at:%Y-%m-%d}"
            if self.name is None or not self.name.startswith(day):
                self.name = day
            return _Speech(stamped, self.at)
        if self.at and (clocked := _CLOCKED.match(line)):
            return _Speech(clocked, self._on_the_day(self.at, clocked["clock"] or clocked["also"], place))
        if plain := _PLAIN.match(line):
            return _Speech(plain, self.at or self.assumed.undated(place))
        return None

    def _date_line(self, written: str, place: str) -> None:
        moment = self._moment(written, place)
        self.at = moment.at
        self.name = f"{self.at:%Y-%m-%d %H:%M}" if moment.timed else f"{self.at:%Y-%m-%d}"
        self.said = False

    def _say(self, found: re.Match[str], at: datetime, place: str) -> Session | None:
        finished = None
        if self.session is None or self.session.conversation != (self.name or self.file):
            finished = self.session
            self.session = self._begin(place)
        self.session.messages.append(
            {**_who(found["speaker"]), "content": (found["text"] or "").strip(), "at": at}
        )
        self.said = True
        return finished

    def _begin(self, place: str) -> Session:
        # A date may come back after another: that is one more session, and not the same one.
        self.begun[self.name] += 1
        count = self.begun[self.name]
        name = self.name if count == 1 else f"{self.name} ({count})"
        return Session(conversation=self.name or self.file, session=name, place=place, messages=[])

    def _moment(self, written: str, place: str) -> dates.WrittenTime:
        try:
            moment = dates.read_moment(written)
        except ValueError as error:
            raise ImportFormatError(f"{place}: {error}") from error
        return moment._replace(at=self.assumed.instant(moment.at, place, default_zone="UTC"))

    def _on_the_day(self, day: datetime, written: str, place: str) -> datetime:
        try:
            clock = dates.read_time(written)
        except ValueError as error:
            raise ImportFormatError(f"{place}: {error}") from error
        return datetime.combine(day.date(), clock, day.tzinfo)


def _who(speaker: str) -> dict[str, object]:
    if role := _ROLES.get(speaker.casefold()):
        return {"role": role}
    return {"role": "user", "name": speaker}
