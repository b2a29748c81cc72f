"""Whose memory it is, and names for what is in it: content addresses, so that the same content has the same name everywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring

from lukasa.errors import InputError, shown

MAX_ID_BYTES = 16 * 1024
"""Longer tenant and user names are refused: they would end up in every key."""

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_SIZE = 15
"""Bytes in an id: 120 bits, which makes 24 letters of base 32 without padding."""


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


def content_id(prefix: str, partition: Partition, parts: Sequence[str | int | None]) -> str:
    """Return an id such as `t_mfzwizltoq4dkmrt…`: the same for the same parts in the same partition.

    The partition is part of the content, so an id says nothing about other partitions.
    """
    return f"{prefix}_{digest([partition.tenant, partition.user, *parts], size=_SIZE)}"


def digest(parts: Sequence[str | int | None], *, size: int = 16) -> str:
    """Return a lower-case base-32 BLAKE2b digest of *parts*; JSON keeps neighbouring parts apart."""
    data = f"[{','.join(map(_json, parts))}]".encode()
    return _base32(hashlib.blake2b(data, digest_size=size).digest())


def _json(part: str | int | None) -> str:
    """Return a part as JSON. A turn has seven digests: what `json` and `base64` prepare for each would cost most of the time."""
    if type(part) is str:
        return encode_basestring(part)
    return str(part) if type(part) is int else _JSON.encode(part)


def _base32(raw: bytes) -> str:
    """Return bytes in base 32, small letters, without padding."""
    bits = len(raw) * 8
    padding = -bits % 10
    number = int.from_bytes(raw) << padding
    pairs = [_PAIRS[number >> shift & 1023] for shift in range(bits + padding - 10, -1, -10)]
    return "".join(pairs)[: -(-bits // 5)]


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
