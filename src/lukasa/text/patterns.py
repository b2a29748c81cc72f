"""Patterns and tables of words, made on first use: importing the modules that declare them compiles nothing."""

from __future__ import annotations

import re
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern. Flags stand in the pattern: `(?i)`, `(?x)`."""
    return re.compile(pattern)


@cache
def word_set(table: str) -> frozenset[str]:
    """Return the words of a table, which are separated by spaces."""
    return frozenset(table.split())
