"""How long a text is, in the unit in which budgets are given."""

from __future__ import annotations

from typing import Protocol


class TokenCounter(Protocol):
    """Counts tokens. Not async: it is called for every line of a context."""

    def count(self, text: str) -> int:
        """Return the number of tokens; at least that of any part of the text."""
        ...
