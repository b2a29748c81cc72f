"""Instants: always aware, always comparable, stored as microseconds since 1970 (UTC)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lukasa.errors import InputError, shown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 100
"""Characters of a time in ISO 8601; the longest has 32."""


def to_micros(at: datetime) -> int:
    """Return the instant as integer microseconds since 1970-01-01T00:00Z; the sort key of every store."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(micros: int, offset_minutes: int = 0) -> datetime:
    """Return the instant, shown in the UTC offset it was given in."""
    from_utc = _EPOCH + timedelta(microseconds=micros)
    if not offset_minutes:
        return from_utc
    return from_utc.astimezone(timezone(timedelta(minutes=offset_minutes)))


def offset_minutes(at: datetime) -> int:
    """Return the UTC offset of an aware datetime, in whole minutes."""
    offset = at.utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def read_instant(value: datetime | str, *, zone: str | None = None) -> datetime:
    """Return *value* as an aware datetime.

    ISO 8601 text is parsed. A value without an offset is read in *zone* (an IANA name, or `UTC`), and refused
    with `InputError` when there is none: a guessed zone moves "yesterday" to another day.
    """
    if isinstance(value, str) and len(value) > _LONGEST:
        raise InputError(f"a time has at most {_LONGEST} characters, not {len(value):,}: {shown(value)}")
    moment = _parse(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        raise InputError(
            f"a time must be a datetime or ISO 8601 text, not {type(value).__name__} {shown(value)}"
        )
    if moment.utcoffset() is not None:
        return _bounded(moment, value)
    if zone is None:
        raise InputError(
            f"{value!r} has no UTC offset; add one (2026-03-01T09:00+01:00, or Z for UTC), or set the zone in which "
            "such times are meant (LUKASA_ZONE=Europe/Lisbon)"
        )
    return _bounded(moment.replace(tzinfo=read_zone(zone)), value)


def read_zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name, or raise `InputError`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        # A folder of the database, such as 'Europe', is an OSError.
        raise InputError(
            f"unknown time zone {shown(name)}; give an IANA name such as 'Europe/Lisbon', or 'UTC'"
        ) from error


def _bounded(moment: datetime, given: object) -> datetime:
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"{given!r} lies outside the years 1 to 9999 in UTC") from error
    return moment


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(
            f"cannot read {text[:80]!r} as a time; use ISO 8601, such as 2026-11-23T10:00:00Z"
        ) from error


def utc_day(at: datetime) -> date:
    """Return the day of an instant in UTC."""
    return at.astimezone(UTC).date()
