"""Date expressions in questions. Weeks start on Monday; 2024 is a leap year; 12 March 2025 is a Wednesday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lukasa.dates.statements import windows

WEDNESDAY = "2025-03-12"

CASES = """
2025-03-12 | on 7 May 2023 | 2023-05-07 | 2023-05-08 | day
2025-03-12 | on Sunday, 7 May 2023 | 2023-05-07 | 2023-05-08 | day
2025-03-12 | on the 7th of May, 2023 | 2023-05-07 | 2023-05-08 | day
2025-03-12 | on May 7, 2023 | 2023-05-07 | 2023-05-08 | day
2025-03-12 | on May 7th | 2024-05-07 | 2024-05-08 | day
2025-03-12 | on the 3rd of March | 2025-03-03 | 2025-03-04 | day
2025-03-12 | on Dec. 31 | 2024-12-31 | 2025-01-01 | day
2025-03-12 | on 2023-05-07 | 2023-05-07 | 2023-05-08 | day
2025-03-12 | on 2023/5/7 | 2023-05-07 | 2023-05-08 | day
2025-03-12 | am 7.5.2023 | 2023-05-07 | 2023-05-08 | day
2025-03-12 | in 2023-05 | 2023-05-01 | 2023-06-01 | month
2025-03-12 | on 29 February | 2024-02-29 | 2024-03-01 | day
2024-02-29 | on 29 February | 2024-02-29 | 2024-03-01 | day
2024-02-28 | on 29 February | 2020-02-29 | 2020-03-01 | day
2025-03-12 | on the 5th | 2025-03-05 | 2025-03-06 | day
2025-03-12 | on the 31st | 2025-01-31 | 2025-02-01 | day
2025-03-12 | on Friday the 13th | 2024-12-13 | 2024-12-14 | day
2025-03-12 | on Monday, 3rd | 2025-03-03 | 2025-03-04 | day
2025-03-12 | in May 2023 | 2023-05-01 | 2023-06-01 | month
2025-03-12 | in December of 2023 | 2023-12-01 | 2024-01-01 | month
2025-03-12 | in March | 2025-03-01 | 2025-04-01 | month
2025-03-12 | in June | 2024-06-01 | 2024-07-01 | month
2025-03-12 | last March | 2024-03-01 | 2024-04-01 | month
2025-03-12 | last January | 2025-01-01 | 2025-02-01 | month
2025-03-12 | next March | 2026-03-01 | 2026-04-01 | month
2025-03-12 | this November | 2025-11-01 | 2025-12-01 | month
2025-03-12 | in 2022 | 2022-01-01 | 2023-01-01 | year
2025-03-12 | the 1990s | 1990-01-01 | 2000-01-01 | decade
2025-03-12 | the 80s | 1980-01-01 | 1990-01-01 | decade
2025-03-12 | during summer 2022 | 2022-06-01 | 2022-09-01 | season
2025-03-12 | in the fall of 2023 | 2023-09-01 | 2023-12-01 | season
2025-03-12 | last summer | 2024-06-01 | 2024-09-01 | season
2025-01-10 | this winter | 2024-12-01 | 2025-03-01 | season
2025-01-10 | last winter | 2023-12-01 | 2024-03-01 | season
2025-03-12 | last winter | 2024-12-01 | 2025-03-01 | season
2025-03-12 | next spring | 2026-03-01 | 2026-06-01 | season
2025-03-12 | in the summer | 2024-06-01 | 2024-09-01 | season
2025-03-12 | early May 2023 | 2023-05-01 | 2023-05-11 | range
2025-03-12 | late 2022 | 2022-09-01 | 2023-01-01 | range
2025-03-12 | the end of last month | 2025-02-20 | 2025-03-01 | range
2025-03-12 | between May and July 2022 | 2022-05-01 | 2022-08-01 | range
2025-03-12 | between November and February 2022 | 2021-11-01 | 2022-03-01 | range
2025-03-12 | from November 2022 to February | 2022-11-01 | 2023-03-01 | range
2025-03-12 | between 3 and 5 | | |
2025-03-12 | between November and February | 2024-11-01 | 2025-03-01 | range
2025-03-12 | from 2020 to 2022 | 2020-01-01 | 2023-01-01 | range
2025-03-12 | between 28 December 2023 and 2 January 2024 | 2023-12-28 | 2024-01-03 | range
2025-03-12 | before June 2022 | | 2022-06-01 | range
2025-03-12 | until June 2022 | | 2022-07-01 | range
2025-03-12 | since May 2023 | 2023-05-01 | | range
2025-03-12 | after May 2023 | 2023-06-01 | | range
2025-03-12 | after 31 December 2023 | 2024-01-01 | | range
2025-03-12 | today | 2025-03-12 | 2025-03-13 | day
2025-03-12 | yesterday | 2025-03-11 | 2025-03-12 | day
2025-01-01 | yesterday | 2024-12-31 | 2025-01-01 | day
2024-03-01 | yesterday | 2024-02-29 | 2024-03-01 | day
2025-03-01 | the day before yesterday | 2025-02-27 | 2025-02-28 | day
2024-02-28 | tomorrow | 2024-02-29 | 2024-03-01 | day
2025-03-12 | last week | 2025-03-03 | 2025-03-10 | week
2025-03-10 | last week | 2025-03-03 | 2025-03-10 | week
2025-03-09 | last week | 2025-02-24 | 2025-03-03 | week
2025-01-01 | this week | 2024-12-30 | 2025-01-06 | week
2025-03-12 | last weekend | 2025-03-08 | 2025-03-10 | weekend
2025-03-09 | this weekend | 2025-03-08 | 2025-03-10 | weekend
2025-03-12 | the week before last | 2025-02-24 | 2025-03-03 | week
2025-01-15 | last month | 2024-12-01 | 2025-01-01 | month
2025-03-31 | last month | 2025-02-01 | 2025-03-01 | month
2025-03-12 | next month | 2025-04-01 | 2025-05-01 | month
2025-03-12 | this year | 2025-01-01 | 2026-01-01 | year
2025-01-01 | last year | 2024-01-01 | 2025-01-01 | year
2025-03-12 | last Saturday | 2025-03-08 | 2025-03-09 | day
2025-03-12 | last Wednesday | 2025-03-05 | 2025-03-06 | day
2025-03-12 | on Wednesday | 2025-03-12 | 2025-03-13 | day
2025-03-12 | on Thursday | 2025-03-06 | 2025-03-07 | day
2025-03-12 | this Friday | 2025-03-14 | 2025-03-15 | day
2025-03-12 | next Monday | 2025-03-17 | 2025-03-18 | day
2025-03-12 | three days ago | 2025-03-09 | 2025-03-10 | day
2025-03-12 | two weeks ago | 2025-02-24 | 2025-03-03 | week
2025-03-12 | a month ago | 2025-02-01 | 2025-03-01 | month
2024-02-29 | a year ago | 2023-01-01 | 2024-01-01 | year
2025-03-12 | 14 months ago | 2024-01-01 | 2024-02-01 | month
2025-03-12 | a couple of weeks ago | 2025-02-17 | 2025-03-03 | range
2025-03-12 | a few days ago | 2025-03-06 | 2025-03-11 | range
2025-03-12 | a week from now | 2025-03-17 | 2025-03-24 | week
2025-03-12 | in the last two weeks | 2025-02-26 | 2025-03-13 | range
2025-03-31 | over the past month | 2025-02-28 | 2025-04-01 | range
2024-02-29 | in the past year | 2023-02-28 | 2024-03-01 | range
2025-03-12 | recently | 2025-02-10 | 2025-03-13 | range
2025-03-12 | earlier this year | 2025-01-01 | 2025-03-13 | range
2025-03-12 | the 3rd floor | | |
2025-03-12 | 31 February 2023 | | |
2025-03-12 | 05/07/2023 | | |
2025-03-12 | may I march with April and June | | |
2025-03-12 | 9999 years ago | | |
2025-03-12 | room 2022 | | |
2025-03-12 | every Sunday school | | |
"""


def day(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def test_an_expression_is_read_from_its_anchor():
    failures = []
    for case in CASES.strip().splitlines():
        anchor, phrase, start, end, granularity = (part.strip() for part in case.split("|"))

        found = windows(f"What did she do {phrase}?", now=day(anchor) + timedelta(hours=12))

        expected = [(day(start), day(end), granularity)] if granularity else []
        if [(window.start, window.end, window.granularity) for window in found] != expected:
            failures.append((case, found))

    assert not failures


def test_the_phrase_is_the_words_it_was_read_from():
    (window,) = windows("Who called between May and July 2022, and why?", now=day(WEDNESDAY))

    assert window.phrase == "between May and July 2022"


def test_two_dates_are_two_windows():
    found = windows("Was it in May 2023 or in July 2023?", now=day(WEDNESDAY))

    assert [window.phrase for window in found] == ["May 2023", "July 2023"]


def test_a_person_called_june_is_no_month_but_june_after_may_is():
    found = windows("What did Anna and June do in May and June?", now=day(WEDNESDAY))

    assert [window.phrase for window in found] == ["May", "June"]


def test_days_begin_at_midnight_of_the_zone_and_may_have_23_hours():
    lisbon = ZoneInfo("Europe/Lisbon")
    now = datetime(2025, 3, 31, 0, 30, tzinfo=UTC)  # Already 01:30 in Lisbon.

    (window,) = windows("What happened yesterday?", now=now, zone=lisbon)

    assert window.start == datetime(2025, 3, 30, tzinfo=lisbon)
    assert window.end.astimezone(UTC) - window.start.astimezone(UTC) == timedelta(hours=23)


def test_the_zone_decides_which_day_it_is():
    now = datetime(2025, 3, 12, 22, 0, tzinfo=UTC)

    (window,) = windows("What did we do today?", now=now, zone=ZoneInfo("Asia/Tokyo"))

    assert window.start == datetime(2025, 3, 13, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_parts_of_a_day_have_hours():
    (morning,) = windows("What did he say yesterday morning?", now=day(WEDNESDAY))
    (night,) = windows("Where was he last night?", now=day(WEDNESDAY))

    assert (morning.start, morning.end) == (day("2025-03-11T05:00"), day("2025-03-11T12:00"))
    assert (night.start, night.end) == (day("2025-03-11T18:00"), day("2025-03-12T06:00"))


_WORDS = [
    "between",
    "from",
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
]


@given(
    st.lists(st.sampled_from(_WORDS) | st.text(max_size=5), max_size=12),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
)
def test_no_words_break_it_and_windows_are_never_empty(words, now):
    for window in windows(" ".join(words), now=now):
        assert window.start or window.end
        assert window.start is None or window.end is None or window.start < window.end
        assert window.phrase in " ".join(words)
