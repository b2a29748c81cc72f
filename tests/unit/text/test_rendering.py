from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lukasa.domain.turn import Turn
from lukasa.text.rendering import day, document_text, speaker, weekday

MONTHS = "January February March April May June July August September October November December"
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"


class Localised(datetime):
    """A time that must not be formatted by the host's locale."""

    def strftime(self, *_: object) -> str:
        raise AssertionError("the locale was asked")

    __format__ = strftime


def turn(**other: object) -> Turn:
    at = Localised(2023, 5, 8, 13, 56, tzinfo=UTC)
    return Turn(**{"id": "t", "role": "user", "text": "Hi!", "at": at, "recorded_at": at, **other})  # type: ignore[arg-type]


def test_a_turn_is_read_with_its_date_and_its_speaker():
    assert document_text(turn(speaker="Ines")) == "[8 May 2023] Ines: Hi!"


def test_who_has_no_name_is_called_by_the_role():
    assert [speaker(turn(role=role)) for role in ("user", "assistant", "system", "tool")] == [
        "User", "Assistant", "System", "Tool",
    ]  # fmt: skip


def test_dates_are_english_in_every_locale():
    first = Localised(2026, 1, 5, tzinfo=UTC)

    assert [day(first.replace(month=month)) for month in range(1, 13)] == [
        f"5 {month} 2026" for month in MONTHS.split()
    ]
    assert [weekday(first + timedelta(days=n)) for n in range(7)] == WEEKDAYS.split()


def test_the_date_is_the_one_where_it_was_said():
    at = datetime.fromisoformat("2026-01-01T00:30+13:00")

    assert (day(at), weekday(at)) == ("1 January 2026", "Thursday")
    assert day(datetime(1, 1, 1, tzinfo=UTC)) == "1 January 1"
