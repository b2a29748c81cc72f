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
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions, Session, text_lines
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
_LOOSE = re.compile(rf"\s*(?:\[{_STAMP}\]|{_BARE_STAMP})\s*[-–]?\s*(?P<rest>\S.*)$", re.IGNORECASE)
_LOOSE_CLOCK = re.compile(rf"\s*\[(?P<clock>{dates.TIME})\]\s*[-–]?\s*(?P<rest>\S.*)$", re.IGNORECASE)
_LONGEST = 60
"""Characters of a name on a line that has a date: there, anybody may speak."""

_FIGURES = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")

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
    transcript = _Transcript(source.name, assumed, _order(source, assumed))
    for number, line in text_lines(source, assumed.notes):
        if finished := transcript.take(f"{source.name}, line {number}", line):
            yield finished
    transcript.end_message()
    if transcript.session:
        yield transcript.session


def _order(source: ImportFile, assumed: Assumptions) -> dates.DateOrder:
    if assumed.dates:
        return assumed.dates
    figures = dates.DateFigures()
    for _, line in text_lines(source, Notes()):
        head = _dated(line) or _HEADER.match(line)
        if head and (date := _FIGURES.search(head["when"] or head["also"])):
            half = re.search(r"[AaPp]\.?[Mm]", head[0][date.end() : date.end() + 16])
            figures.see((date[1], date[3], date[4]), date[2], half[0] if half else "")
    order, why = figures.decide()
    if order is None:
        raise ImportFormatError(
            f"{source.name}: dates such as {figures.example} can be read in two ways; say which with --dates dmy or mdy"
        )
    if why:
        assumed.notes.decide(figures.describe(order, why))
    return order


class _Speech(NamedTuple):
    """Somebody's words on one line."""

    speaker: str
    text: str
    at: datetime
    stamped: bool


@dataclass(slots=True)
class _Transcript:
    """What has been read of the file so far."""

    file: str
    assumed: Assumptions
    order: dates.DateOrder
    at: datetime | None = None
    """The date that holds here."""

    name: str | None = None
    """The session that what is said next belongs to."""

    session: Session | None = None
    said: bool = False
    """Whether anything was said since the last date line: only then can a line continue it."""

    stamped: bool = False
    """Whether the last message had a date on its own line: then a dated line without a speaker is a notice."""

    gap: int = 0
    """Empty lines just now: part of what was said, if it goes on."""

    lines: list[str] = field(default_factory=list)
    """The text of the last message."""

    begun: Counter[str | None] = field(default_factory=Counter)
    speakers: set[str] = field(default_factory=set)

    def take(self, location: str, line: str) -> Session | None:
        """Read a line; return the session that it ends, if it does."""
        if not line.strip():
            self.gap += 1
            return None
        gap, self.gap = self.gap, 0
        indented = self.said and line[0] in " \t"
        try:
            if not indented and (header := _HEADER.match(line)):
                self._date_line(header["when"] or header["also"], location)
            elif not indented and (speech := self._speech(location, line)):
                return self._say(speech, location)
            elif not indented and self.stamped and _dated(line):
                self.assumed.notes.leave_out("dated lines without a speaker")
                self.said = False
            elif self.said and self.session:
                self.lines.append("\n" * gap + line.strip())
            elif not _TITLE.match(line):
                self.assumed.notes.skip(
                    f"{location}: expected a date or 'Speaker: text', not {line.strip()[:60]!r}"
                )
        except ImportFormatError as error:
            # What follows belongs to the line that cannot be read, not to who spoke before.
            self.said = False
            self.assumed.notes.skip(str(error))
        return None

    def _speech(self, location: str, line: str) -> _Speech | None:
        """Return the text and time of this line, if a message begins on it."""
        if (stamped := _STAMPED.match(line) or _dated(line)) and (who := _speaker(stamped)):
            self.at = self._moment(stamped["when"] or stamped["also"], location).at
            day = f"{self.at:%Y-%m-%d}"
            if self.name is None or not self.name.startswith(day):
                self.name = day
            return _Speech(*who, self.at, stamped=True)
        if (
            self.at
            and (clocked := _CLOCKED.match(line) or _LOOSE_CLOCK.match(line))
            and (who := _speaker(clocked))
        ):
            clock = clocked["clock"] or clocked.groupdict().get("also") or ""
            return _Speech(*who, self._on_the_day(self.at, clock, location), stamped=False)
        if (plain := _PLAIN.match(line)) and (who := _speaker(plain)):
            if self.said and self.stamped and who[0] not in self.speakers and who[0].casefold() not in _ROLES:
                # Where messages have dates, `host: example.org` is part of one.
                self.assumed.notes.mend(
                    location,
                    f"has no date, so whether {who[0]} says it cannot be told; left with the message before",
                )
                return None
            return _Speech(*who, self.at or self.assumed.undated(location), stamped=False)
        return None

    def _date_line(self, written: str, location: str) -> None:
        # A date that cannot be read must not leave the one before in force.
        self.at = self.name = None
        self.said = self.stamped = False
        moment = self._moment(written, location)
        self.at = moment.at
        self.name = f"{self.at:%Y-%m-%d %H:%M}" if moment.timed else f"{self.at:%Y-%m-%d}"

    def _say(self, speech: _Speech, location: str) -> Session | None:
        self.end_message()
        finished = None
        if self.session is None or self.session.conversation != (self.name or self.file):
            finished = self.session
            self.session = self._begin(location)
        self.session.messages.append({**_who(speech.speaker), "content": "", "at": speech.at})
        self.lines = [speech.text]
        self.speakers.add(speech.speaker)
        self.said, self.stamped = True, speech.stamped
        return finished

    def end_message(self) -> None:
        """Give the last message its text."""
        if self.session and self.session.messages:
            self.session.messages[-1]["content"] = "\n".join(self.lines).strip()

    def _begin(self, location: str) -> Session:
        # A date may come back after another: that is one more session, and not the same one.
        self.begun[self.name] += 1
        count = self.begun[self.name]
        name = self.name if count == 1 else f"{self.name} ({count})"
        return Session(conversation=self.name or self.file, session=name, location=location, messages=[])

    def _moment(self, written: str, location: str) -> dates.WrittenTime:
        try:
            moment = dates.read_moment(written, self.order)
        except ValueError as error:
            raise ImportFormatError(f"{location}: {error}") from error
        return moment._replace(at=self.assumed.instant(moment.at, location, default_zone="UTC"))

    def _on_the_day(self, day: datetime, written: str, location: str) -> datetime:
        try:
            clock = dates.read_time(written)
        except ValueError as error:
            raise ImportFormatError(f"{location}: {error}") from error
        return datetime.combine(day.date(), clock, day.tzinfo)


def _dated(line: str) -> re.Match[str] | None:
    """Match a line that begins with a date in brackets, or with a date and a time: prose rarely does."""
    match = _LOOSE.match(line)
    return match if match and (match["when"] or ":" in match["also"]) else None


def _speaker(line: re.Match[str]) -> tuple[str, str] | None:
    """Return who speaks on a line and what; None where no name of a sensible length stands before a colon."""
    groups = line.groupdict()
    if speaker := groups.get("speaker"):
        return speaker, (groups["text"] or "").strip()
    name, colon, text = (groups.get("rest") or "").partition(":")
    name = name.strip()
    if not colon or not 0 < len(name) <= _LONGEST or (text and not text[0].isspace()):
        return None
    return name, text.strip()


def _who(speaker: str) -> dict[str, object]:
    if role := _ROLES.get(speaker.casefold()):
        return {"role": role}
    return {"role": "user", "name": speaker}
