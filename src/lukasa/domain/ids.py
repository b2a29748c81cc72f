"""Names for things: content addresses, so that the same content has the same name everywhere."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

from lukasa.domain.scope import Partition

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_SIZE = 15
"""Bytes in an id: 120 bits, which makes 24 letters of base 32 without padding."""


def content_id(prefix: str, partition: Partition, parts: Sequence[str | int | None]) -> str:
    """Return an id such as `t_mfzwizltoq4dkmrt…`: the same for the same parts in the same partition.

    The partition is part of the content, so an id says nothing about other partitions.
    """
    return f"{prefix}_{digest([partition.tenant, partition.user, *parts], size=_SIZE)}"


def digest(parts: Sequence[str | int | None], *, size: int = 16) -> str:
    """Return a lower-case base-32 BLAKE2b digest of *parts*; JSON keeps neighbouring parts apart."""
    data = _JSON.encode(list(parts)).encode()
    raw = hashlib.blake2b(data, digest_size=size).digest()
    return base64.b32encode(raw).decode().rstrip("=").lower()
