"""How many tokens a text is: exactly as GPT-4's tokenizer counts, where its table is at hand, else by Lukasa's estimate."""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lukasa.adapters import registry
from lukasa.ports.tokens import TokenCounter
from lukasa_evals.errors import EvalError

if TYPE_CHECKING:
    from tiktoken import Encoding

EXACT, ESTIMATE, AUTO = "cl100k", "estimate", "auto"

TOLD = {
    EXACT: "counted exactly (cl100k_base, as in the paper)",
    ESTIMATE: "estimated: over LoCoMo 4.2 % more than cl100k_base, 2.2 to 5.4 % a conversation",
}
"""What a report says of its tokens."""

_TABLE = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
"""Where tiktoken gets its table; its cache has it under the SHA-1 of this."""


class Counting(NamedTuple):
    """A counter, and the name by which a run remembers it."""

    name: str
    counter: TokenCounter


class Cl100k:
    """Counts with tiktoken."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding

    def count(self, text: str) -> int:
        """See the port. Marks such as <|endoftext|> are text."""
        return len(self._encoding.encode_ordinary(text))


def counting(name: str) -> Counting:
    """Return the counter of a name; `auto` is exact where tiktoken is installed and has its table in its cache.

    Raises `EvalError` for an unknown name, and where the table is wanted and cannot be had.
    """
    if name not in {EXACT, ESTIMATE, AUTO}:
        raise EvalError(f"--tokens must be {AUTO}, {EXACT} or {ESTIMATE}, not {name!r}")
    if name == ESTIMATE or (name == AUTO and not _at_hand()):
        return Counting(ESTIMATE, registry.token_counter(ESTIMATE)())
    try:
        import tiktoken  # noqa: PLC0415 - may be absent

        return Counting(EXACT, Cl100k(tiktoken.get_encoding("cl100k_base")))
    except Exception as error:
        raise EvalError(
            "--tokens cl100k needs tiktoken (pip install 'lukasa-evals[tokens]') and its table, from the network or in the folder "
            f"that TIKTOKEN_CACHE_DIR names: {type(error).__name__}"
        ) from error


def _at_hand() -> bool:
    env = os.environ  # noqa: TID251 - tiktoken's own variables
    folder = env.get("TIKTOKEN_CACHE_DIR") or env.get("DATA_GYM_CACHE_DIR")
    cache = Path(folder) if folder else Path(tempfile.gettempdir()) / "data-gym-cache"
    name = hashlib.sha1(_TABLE.encode(), usedforsecurity=False).hexdigest()
    return find_spec("tiktoken") is not None and (cache / name).is_file()
