"""What is inside a record, checked: a value of the right type, or an error that names its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from lukasa.errors import ImportFormatError

_NAMES = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def mapping_or_empty(value: object, location: str) -> Mapping[str, object]:
    """Return an object; an empty one for null or nothing."""
    return {} if value is None else mapping(value, location)


def sequence_or_empty(value: object, location: str) -> list[object]:
    """Return a list; an empty one for null or nothing."""
    return [] if value is None else sequence(value, location)


def text_or_empty(value: object, location: str) -> str:
    """Return a text; an empty one for null or nothing."""
    return "" if value is None else text(value, location)


def mapping(value: object, location: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _wrong(value, location, "an object")
    return value


def sequence(value: object, location: str) -> list[object]:
    if not isinstance(value, list):
        raise _wrong(value, location, "a list")
    return value


def text(value: object, location: str) -> str:
    if not isinstance(value, str):
        raise _wrong(value, location, "text")
    return value


def label(value: object, location: str) -> str | None:
    """Return a name or nothing; ids that are numbers in the file become text."""
    match value:
        case None | "":
            return None
        case str():
            return value
        case int() if not isinstance(value, bool):
            return str(value)
        case _:
            raise _wrong(value, location, "text")


def epoch(value: object, location: str) -> datetime | None:
    """Return a number of seconds (or milli-, micro- or nanoseconds) since 1970 as an instant; None for null."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, location, "seconds since 1970")
    try:
        seconds = float(value)
        # Seconds have ten figures until 2286; three more are milliseconds.
        for limit in (1e17, 1e14, 1e11):
            if limit <= abs(seconds) < limit * 1e4:
                seconds /= limit / 1e8
                break
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise ImportFormatError(f"{location}: {value!r:.40} is no time in seconds since 1970") from error


def _wrong(value: object, location: str, wanted: str) -> ImportFormatError:
    found = "missing" if value is None else _NAMES.get(type(value), type(value).__name__)
    return ImportFormatError(f"{location} must be {wanted}, and is {found}")
