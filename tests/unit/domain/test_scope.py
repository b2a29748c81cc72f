from __future__ import annotations

import base64
import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.scope import digest


@given(st.lists(st.text() | st.integers() | st.none() | st.booleans()), st.integers(1, 32))
def test_a_digest_is_base_32_of_a_hash_of_json(parts: list[str | int | None], size: int):
    """Ids and journals of every store hang on it."""
    data = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    wanted = base64.b32encode(hashlib.blake2b(data, digest_size=size).digest()).decode()

    assert digest(parts, size=size) == wanted.rstrip("=").lower()
