"""WhatsApp's "Export chat", of both platforms: a line that begins with a date begins a message, whoever speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats.dates import DateFigures, DateOrder, in_order
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions, DayGroups, Session, text_lines
from lukasa.surfaces.cli.formats.source import ImportFile

_MARK = "\u200e"
"""Left-to-right mark: iPhones put it before words that are the application's own."""

_INVISIBLE = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_BLANK = _INVISIBLE + " \u00a0\u202f"
_HALF = r"[ap]\.?\s?m\b\.?|上午|下午|午前|午後|오전|오후|पूर्वाह्न|अपराह्न|ö[ös](?![^\W\d_])|[صم](?![^\W\d_])"
_STAMP = re.compile(
    rf"[{_INVISIBLE}\s]*(?P<open>\[)?[{_INVISIBLE}]*"
    rf"(?P<a>\d{{1,4}})[{_INVISIBLE}]?(?P<sep>[./-]|[年년])\s?(?P<b>\d{{1,2}})[{_INVISIBLE}]?(?:(?P=sep)|[月월])\s?(?P<c>\d{{1,4}})"
    rf"[.,،日일]?,?[{_INVISIBLE}\s]{{0,4}}(?P<before>{_HALF})?\s?(?:at\s|um\s|klo\s|à\s)?"
    rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}}))?"
    rf"[{_INVISIBLE}\s]?(?P<after>{_HALF})?[{_INVISIBLE}]?"
    r"(?:(?P<close>\])|\s?[-–—:]\s|,\s(?=[^\s]))\s?",
    re.IGNORECASE,
)
_EVENING = ("p", "下午", "午後", "오후", "م", "अपराह्न", "ös")

_EDITED = re.compile(
    rf"\s*{_MARK}?<(?:This message was edited|Diese Nachricht wurde bearbeitet|Se editó este mensaje)[^>]{{0,40}}>\s*$"
)
_TAIL = 200
"""Characters at the end of a message where that stands."""

_MEDIA = re.compile(
    r"<[^<>\n]{1,60}>|null|.{1,80}\.(?:jpe?g|png|webp|mp4|opus|pdf|vcf|docx?|mp3|m4a|3gp|gif) \([^()\n]{1,40}\)"
)
_DELETED = frozenset(
    {
        "this message was deleted",
        "you deleted this message",
        "diese nachricht wurde gelöscht",
        "du hast diese nachricht gelöscht",
        "se eliminó este mensaje",
        "eliminaste este mensaje",
        "esta mensagem foi apagada",
        "ce message a été supprimé",
        "missed voice call",
        "missed video call",
    }
)
_QUOTES = ("“”", "«»")


def recognises(line: str) -> bool:
    """Whether a line begins as a message of such an export does: date, time, and something after them."""
    stamp = _STAMP.match(line)
    return bool(stamp and _is_whole(stamp) and line[stamp.end() :].strip(_INVISIBLE + " "))


def _is_whole(stamp: re.Match[str]) -> bool:
    # An open bracket must be closed; without one, a dash or comma stands before the speaker.
    return bool(stamp["open"]) == bool(stamp["close"])


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """Yield a session for each day. Times are UTC unless a zone is given."""
    survey = _survey(source)
    chat = _Chat(source.name, assumed, _order(survey, source, assumed), survey)
    for number, line in text_lines(source, assumed.notes):
        if finished := chat.take(f"{source.name}, line {number}", line):
            yield finished
    yield from chat.finish()


@dataclass(slots=True)
class _Survey:
    """What the whole file tells before it is read."""

    figures: DateFigures = field(default_factory=DateFigures)
    speakers: dict[str, set[str | None]] = field(default_factory=dict)
    """What stands before the first colon, and what between it and the second: a name may hold a colon."""

    lines: Counter[str] = field(default_factory=Counter)

    def name(self, rest: str) -> str | None:
        """Return the speaker at the beginning of a stamped line; None for a notice of the application."""
        first, colon, _ = rest.partition(": ")
        if not colon and rest.endswith(":"):
            first, colon = rest[:-1], ":"
        if not colon or _breaks_a_quote(first):
            return None
        seconds = self.speakers.get(first, set())
        if self.lines[first] > 1 and len(seconds) == 1 and (second := next(iter(seconds))) is not None:
            return f"{first}: {second}"
        return first


def _survey(source: ImportFile) -> _Survey:
    survey = _Survey()
    for _, line in text_lines(source, Notes()):
        if (stamp := _STAMP.match(line)) and _is_whole(stamp):
            figures = (stamp["a"], stamp["b"], stamp["c"])
            survey.figures.see(figures, stamp["sep"], (stamp["before"] or stamp["after"] or ""))
            first, colon, tail = line[stamp.end() :].partition(": ")
            if colon:
                second, more, _ = tail.partition(": ")
                survey.lines[first] += 1
                seen = survey.speakers.setdefault(first, set())
                if len(seen) < 2:  # noqa: PLR2004 - one is a name with a colon, two are two texts
                    seen.add(second if more else None)
    return survey


def _order(survey: _Survey, source: ImportFile, assumed: Assumptions) -> DateOrder:
    if assumed.dates:
        return assumed.dates
    order, why = survey.figures.decide()
    if order is None:
        raise ImportFormatError(
            f"{source.name}: dates such as {survey.figures.example} can be read in two ways; say which with --dates dmy or mdy"
        )
    if why:
        assumed.notes.decide(survey.figures.describe(order, why))
    return order


@dataclass(slots=True)
class _Chat:
    """What has been read so far."""

    file: str
    assumed: Assumptions
    order: DateOrder
    survey: _Survey
    begun: bool = False
    message: dict[str, object] | None = None
    """The message that the next line may continue; None after a notice."""

    lines: list[str] = field(default_factory=list)
    """Its text."""

    location: str = ""
    groups: DayGroups = field(default_factory=lambda: DayGroups(""))

    def take(self, location: str, line: str) -> Session | None:
        """Read a line; return the session that it ends, if it does."""
        stamp = _STAMP.match(line)
        if not stamp or not _is_whole(stamp):
            self._go_on(location, line)
            return None
        finished = self._close()
        self.begun = True
        if at := self.assumed.notes.attempt(self._at, stamp, location):
            self._begin(line[stamp.end() :].rstrip(), at, location)
        return finished

    def finish(self) -> Iterator[Session]:
        """Yield what is left at the end."""
        if finished := self._close():
            yield finished
        yield from self.groups.rest()

    def _begin(self, rest: str, at: datetime, location: str) -> None:
        name = self.survey.name(rest)
        if name is None:
            self.assumed.notes.leave_out("notices of the application")
            return
        speaker = name.strip(_BLANK).removeprefix("~").strip(_BLANK)
        if not speaker:
            self.assumed.notes.skip(f"{location}: it cannot be told who speaks")
            return
        self.location = location
        text = rest[len(name) + 1 :].removeprefix(" ")
        self.message = {"role": "user", "name": speaker, "at": at}
        self.lines = [text]

    def _go_on(self, location: str, line: str) -> None:
        if self.message is None:
            if line.strip() and not self.begun:
                self.assumed.notes.skip(f"{location}: stands before the first message: {line.strip()[:60]!r}")
            return
        if (name := line.partition(": ")[0]) in self.survey.lines and name != self.message["name"]:
            self.assumed.notes.mend(
                location,
                f"has no date, so whether {name} says it cannot be told; left with the message before",
            )
        self.lines.append(line.rstrip())

    def _close(self) -> Session | None:
        """End the message; return the session of the day before, if it begins another day."""
        message, self.message = self.message, None
        if message is None:
            return None
        text = "\n".join(self.lines).rstrip()
        text = text[:-_TAIL] + _EDITED.sub("", text[-_TAIL:])
        first, _, rest = text.partition("\n")
        words = first.strip(_BLANK)
        if first.startswith(_MARK) or _MEDIA.fullmatch(words) or words.strip(".").lower() in _DELETED:
            self.assumed.notes.leave_out("media and deleted messages")
            text = rest
        text = text.strip(_BLANK + "\n")
        return self.groups.add({**message, "content": text}, self.location) if text else None

    def _at(self, stamp: re.Match[str], location: str) -> datetime:
        figures = (int(stamp["a"]), int(stamp["b"]), int(stamp["c"]))
        order: DateOrder = "ymd" if len(stamp["a"]) == 4 else self.order  # noqa: PLR2004
        hour = int(stamp["hour"])
        if half := (stamp["before"] or stamp["after"] or "").lower():
            hour = hour % 12 + (12 if half.startswith(_EVENING) else 0)
        try:
            clock = time(hour, int(stamp["minute"]), int(stamp["second"] or 0))
            naive = datetime.combine(datetime(*in_order(figures, order)).date(), clock)  # noqa: DTZ001 - the zone comes next
        except ValueError as error:
            raise ImportFormatError(f"{location}: {stamp[0].strip()!r} is no date ({error})") from error
        return self.assumed.instant(naive, location, default_zone="UTC")


def _breaks_a_quote(name: str) -> bool:
    """Whether a quotation begins and does not end: `Olu changed the subject to "Trip` is a notice, not a name."""
    return name.count('"') % 2 == 1 or any(name.count(pair[0]) > name.count(pair[1]) for pair in _QUOTES)
