"""Whose memory it is."""

from __future__ import annotations

from dataclasses import dataclass

from lukasa.errors import InputError, shown

MAX_ID_BYTES = 16 * 1024
"""Longer tenant and user names are refused: they would end up in every key."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The hard wall: every read and every write names exactly one.

    Both parts are compared byte for byte: no folding, no wildcards, no separator that could be forged.
    """

    tenant: str
    user: str

    def __post_init__(self) -> None:
        for name, value in (("tenant", self.tenant), ("user", self.user)):
            _check(name, value)


def _check(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise InputError(f"{name} must be a string, not {type(value).__name__} {shown(value)}")
    if not value or "\0" in value:
        raise InputError(f"{name} must be a non-empty string without NUL, not {value[:80]!r}")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise InputError(f"{name} {value[:80]!r} is not valid Unicode: {error.reason}") from error
    if size > MAX_ID_BYTES:
        raise InputError(f"{name} {value[:40]!r}… is {size} bytes long; at most {MAX_ID_BYTES} are allowed")
