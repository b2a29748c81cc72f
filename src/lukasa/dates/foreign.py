"""Dates in other languages: cut out by our own patterns, understood by `dateparser`, which is loaded when one is seen.

Only for texts in which the English grammar finds nothing. Without `dateparser` nothing is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from lukasa.dates.bounds import Bounded
from lukasa.dates.foreign_data import SCRIPTS, TONGUES, Script, Tongue
from lukasa.dates.spans import Anchor, Span, instants, month_of, one_day, unit, year_of
from lukasa.domain.interval import Interval


class _Reader(NamedTuple):
    """What finds the dates of one language."""

    code: str
    pattern: re.Pattern[str]
    """With a group for each kind: `day`, `month`, `near`, `weekday`, `ago`."""

    units: Mapping[str, str]
    numbers: Mapping[str, int]
    order: str = "DMY"


def foreign(text: str, anchor: Anchor) -> list[Bounded]:
    """Return the dates that *text* names in the language that it is most likely in."""
    reader = _reader(text)
    return list(_found(text, reader, anchor)) if reader else []


_MOST = 200
"""Different dates that are asked for in one text; `dateparser` takes a quarter of a millisecond for each."""


def _found(text: str, reader: _Reader, anchor: Anchor) -> Iterator[Bounded]:
    known: dict[tuple[str, bool], date | None] = {}
    for match in reader.pattern.finditer(text):
        kind = next((kind for kind in ("ago", "date", "month", "near", "weekday") if match[kind]), None)
        if kind is None:
            continue
        start, end = match.span(kind)
        ahead = anchor.ahead or (
            kind == "weekday" and _next().search(text, max(0, start - 16), end + 12) is not None
        )
        key = _digits(match[kind].lower(), reader), ahead
        if key not in known:
            if len(known) == _MOST:
                return
            known[key] = _asked(key[0], reader, anchor, ahead=ahead)
        day = known[key]
        if day is None:
            continue
        if kind == "weekday" and (anchor.today - day).days == 7:  # noqa: PLR2004 - a week
            day = anchor.today  # As in English, `on Monday` may be today.
        first, after = instants(span := _span(kind, day, match, reader), anchor.at.tzinfo)
        said = Interval(start=first, end=after, granularity=span.granularity, phrase=text[start:end])
        yield Bounded(start, end, said)


def _span(kind: str, day: date, match: re.Match[str], reader: _Reader) -> Span:
    """Return the unit that was said: two weeks ago is a week, May 2021 a month."""
    name = "month" if kind == "month" else "day"
    if kind == "ago":
        said = next(said for key, said in match.groupdict().items() if key.startswith("unit") and said)
        name = reader.units[said.lower()]
    match name:
        case "month":
            return month_of(day.year, day.month)
        case "year":
            return year_of(day.year)
        case "week":
            return unit(day, "week", 0)
        case _:
            return one_day(day)


# --- asking dateparser -----------------------------------------------------------------------------------------------


@cache
def _dateparser() -> Any:
    """Load it on the first date in another language: it takes some tenths of a second."""
    try:
        return import_module("dateparser")
    except ImportError:
        return None


def _asked(words: str, reader: _Reader, anchor: Anchor, *, ahead: bool) -> date | None:
    parser = _dateparser()
    if parser is None:
        return None
    # All that it would otherwise take from the host is said.
    settings = {
        "RELATIVE_BASE": anchor.at.replace(tzinfo=None),
        "PREFER_DATES_FROM": "future" if ahead else "past",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": reader.order,
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    try:
        found = parser.parse(words, languages=[reader.code], settings=settings)
    except (ValueError, OverflowError):
        return None
    day: date | None = found.date() if found else None
    return day


def _digits(words: str, reader: _Reader) -> str:
    """Put digits for small numbers, of which it knows few."""
    if reader.order == "DMY":
        return " ".join(str(reader.numbers.get(word, word)) for word in words.split())
    return "".join(str(reader.numbers.get(letter, letter)) for letter in words)


# --- which language --------------------------------------------------------------------------------------------------


def _reader(text: str) -> _Reader | None:
    """Return the reader of the language of which *text* has the most words, if it may hold a date at all."""
    if _scripts().search(text):
        return next((reader for reader in map(_script_reader, SCRIPTS) if reader.pattern.search(text)), None)
    words = set(_word().findall(text.lower()))
    if words.isdisjoint(_hints()):
        return None
    scores = [(_score(tongue, words), -place) for place, tongue in enumerate(TONGUES)]
    best, place = max(scores)
    return _tongue_reader(TONGUES[-place]) if best else None


def _score(tongue: Tongue, words: set[str]) -> int:
    hints, signs = _vocabulary(tongue)
    found = words & hints
    certain = found - set(tongue.doubtful.split())
    if not certain and not words & signs:
        return 0
    return len(found) and 4 * len(certain) + len(found) + len(words & signs)


@cache
def _vocabulary(tongue: Tongue) -> tuple[frozenset[str], frozenset[str]]:
    ago = [word for word in _word().findall(tongue.ago.replace(r"\s", " ")) if word not in {"count", "unit"}]
    hints = {*tongue.months.split(), *_word().findall(f"{tongue.weekdays} {tongue.near}"), *ago}
    return frozenset(hint for hint in hints if len(hint) > 1), frozenset(tongue.signs.split())


@cache
def _hints() -> frozenset[str]:
    return frozenset().union(*(_vocabulary(tongue)[0] for tongue in TONGUES))


# --- patterns --------------------------------------------------------------------------------------------------------


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_]+")


@cache
def _scripts() -> re.Pattern[str]:
    return re.compile("[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


@cache
def _next() -> re.Pattern[str]:
    return re.compile(
        "próxim|que viene|nächst|kommend|prochain|prossim|volgend|komend|следующ|наступн|przyszł|nästa|gelecek",
        re.IGNORECASE,
    )


@cache
def _tongue_reader(tongue: Tongue) -> _Reader:
    months, weekdays = tongue.months.replace(" ", "|"), tongue.weekdays.replace(" ", "|")
    date_ = rf"\d{{1,2}}(?:er|º|ª)?{tongue.of}(?:{months})(?:{tongue.of}\d{{4}}|\s+\d{{4}})?"
    pattern = (
        rf"(?<![\w-])(?:(?P<ago>{_ago(tongue)})|(?P<date>{date_})|(?P<month>(?:{months})(?:{tongue.of}|\s+)\d{{4}})|"
        rf"{tongue.not_near}|(?P<near>{tongue.near.replace(' ', '|')})|"
        rf"(?:{tongue.on})\s+(?P<weekday>{weekdays}))(?![\w-])"
    )
    units = {word: name for name, words in tongue.units.items() for word in words.split()}
    return _Reader(tongue.code, re.compile(pattern, re.IGNORECASE), units, tongue.numbers)


@cache
def _script_reader(script: Script) -> _Reader:
    month_day = rf"\d{{1,2}}{script.month}\s*\d{{1,2}}{script.day}"
    year_month = rf"\d{{4}}{script.year}\s*\d{{1,2}}{script.month}"
    pattern = (
        rf"(?<!\d)(?:(?P<ago>{_ago(script)})|(?P<date>(?:\d{{4}}{script.year}\s*)?{month_day})|"
        rf"(?P<month>{year_month})|(?P<near>{script.near})|(?P<weekday>(?!)))"
    )
    units = {word: name for name, words in script.units.items() for word in words.split()}
    return _Reader(script.code, re.compile(pattern), units, script.numbers, order="YMD")


def _ago(language: Tongue | Script) -> str:
    """Return the pattern of `… ago`; a pattern that has its unit twice gets two groups."""
    count = rf"(?:\d{{1,3}}|{'|'.join(language.numbers)})"
    units = "|".join(sorted(" ".join(language.units.values()).split(), key=len, reverse=True))
    places = iter("abc")
    named = re.sub(r"\{unit\}", lambda _: rf"(?P<unit_{next(places)}>{units})", language.ago)
    return named.replace("{count}", count)
