"""The grammar of time: what statements say, where and when they were said, and back into words."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import _time_expressions as said
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.dates import atoms
from lukasa.dates.formatting import written
from lukasa.dates.statements import expressions, windows
from lukasa.domain.interval import ALWAYS, Interval

TABLES = (
    said.NEAR,
    said.WEEKDAYS,
    said.WEEKENDS,
    said.UNITS,
    said.MONTHS,
    said.YEARS,
    said.DAYS,
    said.HOLIDAYS,
)
ROWS = [row for table in TABLES for row in said.rows(table)]
WEDNESDAY = datetime(2023, 5, 24, 15, 30, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def test_an_expression_means_the_same_at_every_anchor_in_every_zone():
    failures = []
    for words, meaning, note in ROWS:
        text, start, end = said.bracketed(words)
        granularity, _, tense = (part.strip() for part in note.partition("//"))
        for anchor, zone in product(said.ANCHORS, said.ZONES):
            found = expressions(text, at=anchor.replace(tzinfo=zone), zone=zone, tense=tense or None)

            begins, ends = said.meaning(meaning, anchor, zone)
            interval = Interval(start=begins, end=ends, granularity=granularity)
            if (
                [(each.start, each.end) for each in found] != [(start, end)]
                or found[0].interval != interval
                or found[0].interval.phrase != text[start:end]
            ):
                failures.append((words, str(anchor), str(zone), found))

    assert not failures


def test_a_row_reads_only_texts_with_a_word_that_it_needs(monkeypatch: pytest.MonkeyPatch):
    texts = [said.bracketed(words)[0] for words, *_ in ROWS]
    found = [expressions(text, at=WEDNESDAY) for text in texts]

    for name in ("_FAMILIES", "_STATED"):
        families = [(hints, [("", *row[1:]) for row in rows]) for hints, rows in getattr(atoms, name)]
        monkeypatch.setattr(atoms, name, tuple(families))

    assert [expressions(text, at=WEDNESDAY) for text in texts] == found


def test_what_recurs_is_told_from_a_day():
    anchor = said.ANCHORS[0]
    failures = []
    for words, _ in said.rows(said.RECURRING):
        text, start, end = said.bracketed(words)

        found = expressions(text, at=anchor.replace(tzinfo=NEW_YORK))

        seen = [(each.start, each.end, each.recurring) for each in found]
        if seen != [(start, end, True)]:
            failures.append((words, seen))

    assert not failures


def test_since_when_something_recurs_is_a_time_of_its_own():
    often, since = expressions("We met every other Tuesday since 2019.", at=WEDNESDAY)

    assert (often.recurring, since.recurring) == (True, False)
    assert (since.interval.start, since.interval.end) == (datetime(2019, 1, 1, tzinfo=UTC), None)


def test_what_only_looks_like_a_time_is_passed_over():
    traps = [line.partition("//") for line in said.TRAPS.strip().splitlines()]

    found = {
        text: expressions(text.strip(), at=WEDNESDAY, tense=tense.strip() or None) for text, _, tense in traps
    }

    assert {text: times for text, times in found.items() if times} == {}


# Told for each day, so that no rule of counting stands between the words and the calendar.
EXPLICIT = """
2024-02-29T12:00 | a year ago | 2023-01-01 | 2024-01-01
2024-02-29T12:00 | in the past year | 2023-02-28 | 2024-03-01
2024-02-29T12:00 | tomorrow | 2024-03-01 | 2024-03-02
2024-03-01T12:00 | yesterday | 2024-02-29 | 2024-03-01
2024-02-29T12:00 | on 29 February | 2024-02-29 | 2024-03-01
2023-03-01T12:00 | on 29 February | 2020-02-29 | 2020-03-01
2024-03-31T12:00 | for the past month | 2024-02-01 | None
2023-12-31T23:59 | tomorrow | 2024-01-01 | 2024-01-02
2023-12-31T23:59 | this week | 2023-12-25 | 2024-01-01
2024-01-01T00:00 | last week | 2023-12-25 | 2024-01-01
2024-01-01T00:00 | last month | 2023-12-01 | 2024-01-01
2024-01-10T12:00 | last winter | 2022-12-01 | 2023-03-01
2024-01-10T12:00 | this winter | 2023-12-01 | 2024-03-01
2023-05-24T12:00 | next weekend | 2023-06-03 | 2023-06-05
2023-05-24T12:00 | last weekend | 2023-05-20 | 2023-05-22
2023-05-24T12:00 | the Friday before 20 October 2023 | 2023-10-13 | 2023-10-14
2023-05-24T12:00 | two weeks ago | 2023-05-08 | 2023-05-15
2023-05-24T12:00 | mid-April | 2023-04-11 | 2023-04-21
2023-05-24T12:00 | on Easter | 2023-04-09 | 2023-04-10
2023-03-20T12:00 | on Easter | 2022-04-17 | 2022-04-18
"""


def test_the_edges_of_the_calendar_are_kept():
    failures = []
    for case in EXPLICIT.strip().splitlines():
        at, text, *bounds = (part.strip() for part in case.split("|"))
        anchor = datetime.fromisoformat(at).replace(tzinfo=NEW_YORK)

        (found,) = expressions(f"It was {text}.", at=anchor, tense="past")

        expected = [
            None if bound == "None" else datetime.fromisoformat(bound).replace(tzinfo=NEW_YORK)
            for bound in bounds
        ]
        if [found.interval.start, found.interval.end] != expected:
            failures.append((case, found))

    assert not failures


@pytest.mark.parametrize(
    ("at", "hours"),
    [(datetime(2023, 3, 13, 9, tzinfo=NEW_YORK), 23), (datetime(2023, 11, 6, 9, tzinfo=NEW_YORK), 25)],
)
def test_the_day_on_which_clocks_change_has_23_or_25_hours(at, hours):
    (found,) = expressions("It rained yesterday.", at=at)

    assert found.interval.end.astimezone(UTC) - found.interval.start.astimezone(UTC) == timedelta(hours=hours)


def test_the_zone_and_not_the_offset_of_the_anchor_decides_what_today_is():
    (found,) = expressions(
        "We met today.", at=datetime(2023, 5, 24, 23, 30, tzinfo=UTC), zone=ZoneInfo("Asia/Tokyo")
    )

    assert found.interval.start == datetime(2023, 5, 25, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_a_time_with_an_offset_may_be_another_day_here_and_is_left_alone():
    for stamp in ("2023-11-05T05:30:00Z", "2023-11-05T06:30+00:00"):
        assert expressions(f"Logged at {stamp}.", at=WEDNESDAY, zone=NEW_YORK) == ()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I went out on Friday and will stay home on Saturday.", ("2023-05-19", "2023-05-27")),
        ("We will go on Monday. We went on Tuesday.", ("2023-05-29", "2023-05-23")),
        ("I'm seeing the doctor on Monday", ("2023-05-29",)),
        ("I'll never forget what happened on Monday", ("2023-05-22",)),
        ("On Monday we have to leave", ("2023-05-29",)),
        ("On Monday we left", ("2023-05-22",)),
        ("Lunch on Monday", ("2023-05-22",)),
    ],
)
def test_the_words_of_each_clause_tell_which_way_it_looks(text, day):
    found = expressions(text, at=WEDNESDAY)

    assert tuple(str(each.interval.start.date()) for each in found) == day


def test_the_tense_that_the_caller_knows_decides():
    starts = [
        expressions("Anna, on Friday", at=WEDNESDAY, tense=tense)[0].interval.start.day
        for tense in ("past", "present", "future")
    ]

    assert starts == [19, 26, 26]


# --- back into words -------------------------------------------------------------------------------------------------


WRITTEN = [
    ("yesterday", "on Tuesday 23 May 2023"),
    ("last week", "in the week of Monday 15 May 2023"),
    ("last weekend", "on the weekend of 20 May 2023"),
    ("last month", "in April 2023"),
    ("last year", "in 2022"),
    ("last summer", "in summer 2022"),
    ("the 90s", "in the 1990s"),
    ("last night", "on the night of 23 May 2023"),
    ("since 2019", "since 2019"),
    ("since March 2020", "since March 2020"),
    ("since Monday", "since 22 May 2023"),
    ("until 3 June 2024", "until 3 June 2024"),
    ("until 2012", "until 2012"),
    ("before May 2022", "until April 2022"),
    ("3 to 5 June 2024", "from 3 to 5 June 2024"),
    ("from 28 May to 3 June 2022", "from 28 May to 3 June 2022"),
    ("from 30 December 2022 to 2 January 2023", "from 30 December 2022 to 2 January 2023"),
    ("from May to July 2022", "from May to July 2022"),
    ("from 2010 to 2014", "from 2010 to 2014"),
    ("early March 2021", "in early March 2021"),
    ("mid-April", "in mid-April 2023"),
    ("a few months ago", "from November 2022 to March 2023"),
]


def test_an_interval_is_written_absolutely_with_its_preposition():
    found = {
        text: written(expressions(f"It was {text}.", at=WEDNESDAY, tense="past")[0].interval)
        for text, _ in WRITTEN
    }

    assert found == dict(WRITTEN)


def test_what_has_no_bounds_is_not_written_and_the_zone_decides_the_day():
    (found,) = expressions("We met today.", at=WEDNESDAY)

    assert written(ALWAYS) == ""
    assert written(found.interval, zone=NEW_YORK) == "on Tuesday 23 May 2023"


def test_what_is_written_reads_as_the_same_interval():
    failures = []
    for words, _, note in ROWS:
        text, _, _ = said.bracketed(words)
        for anchor, zone in zip(said.ANCHORS, said.ZONES * 2, strict=False):
            at = anchor.replace(tzinfo=zone)
            first = expressions(text, at=at, tense="future" if "future" in note else None)[0].interval

            again = [each.interval for each in expressions(f"It was {written(first)}.", at=at, tense="past")]

            # What happens to be a whole month or a single day is written as one.
            same = [(each.start, each.end) for each in again] == [(first.start, first.end)]
            if not same or first.granularity not in {again[0].granularity, "range"}:
                failures.append((words, str(at), written(first), again))

    assert not failures


# --- questions -------------------------------------------------------------------------------------------------------


def test_questions_look_back_and_have_windows_for_what_statements_say():
    (window,) = windows("Where was she on the Friday before 20 October 2022?", now=WEDNESDAY)

    assert window.phrase == "the Friday before 20 October 2022"
    assert window.start == datetime(2022, 10, 14, tzinfo=UTC)
    assert windows("What does she do every Tuesday?", now=WEDNESDAY) == ()


# --- always ----------------------------------------------------------------------------------------------------------

_WORDS = [
    "from",
    "between",
    "and",
    "to",
    "the",
    "last",
    "past",
    "next",
    "few",
    "two",
    "in",
    "on",
    "before",
    "since",
    "early",
    "late",
    "May",
    "June",
    "2023",
    "Friday",
    "week",
    "year",
    "ago",
    "31",
    "9999",
    "summer",
    "every",
    "other",
    "at",
    "7",
    "pm",
    "of",
    "first",
    "weekend",
    "now",
    "for",
    "have",
    ",",
    ".",
    "–",
    "-",
]


@given(
    st.lists(st.sampled_from(_WORDS) | st.text(max_size=5), max_size=14).map(" ".join),
    st.datetimes(timezones=st.sampled_from([UTC, NEW_YORK, ZoneInfo("Asia/Kathmandu")])),
    st.sampled_from([None, "past", "present", "future"]),
)
def test_no_text_breaks_it_and_expressions_never_overlap(text, at, tense):
    end = 0
    for found in expressions(text, at=at, tense=tense):
        interval = found.interval
        assert end <= found.start < found.end
        assert interval.phrase == text[found.start : found.end]
        assert interval.start is None or interval.end is None or interval.start < interval.end
        assert interval.start or interval.end
        assert written(interval)
        end = found.end


_PROBE = """
import sys
from datetime import UTC, datetime
from lukasa.dates.formatting import written
from lukasa.dates.statements import expressions
texts = ["We met yesterday.", "I was born on 5 May 1990.", "See you on Friday.", "We meet every Monday.", "last night"]
for text in texts:
    for found in expressions(text, at=datetime(2023, 5, 24, 23, 30, tzinfo=UTC)):
        print(found, written(found.interval))
"""


def _probe(**environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", _PROBE],
        env=os.environ | environment,  # noqa: TID251
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout


def test_the_zone_and_the_locale_of_the_host_do_not_matter():
    here = _probe(TZ="UTC", LC_ALL="C.UTF-8", PYTHONIOENCODING="utf-8")

    assert here.count("Expression") == 5
    assert _probe(TZ="Asia/Shanghai", LC_ALL="de_DE.UTF-8", PYTHONIOENCODING="utf-8") == here
    assert _probe(TZ="America/Los_Angeles", LANG="fr_FR", PYTHONIOENCODING="utf-8") == here


@pytest.mark.parametrize(
    "unit",
    [
        "We met last Friday, and it was a lovely day. ",
        "in the last ",
        "7 May and ",
        "every Monday, ",
        "have a day ",
        "1 ",
        "two weeks before ",
    ],
)
def test_a_long_text_is_read_in_linear_steps(unit):
    text = unit * (10_000 // len(unit))

    assert isinstance(expressions(text, at=WEDNESDAY), tuple)


def test_a_book_is_read_to_its_end():
    prose = (
        "She paints in the morning and talks with her mother about the garden and the weather of the coast. "
    )
    text = prose * (300_000 // len(prose)) + "We met last Friday."

    (found,) = expressions(text, at=WEDNESDAY)

    assert found.interval.phrase == "last Friday"
    assert found.end == len(text) - 1
