"""Which data sets the shipped numbers were learned on: the weights of the ranking, the confidence, the projection of token states."""

from __future__ import annotations

from collections.abc import Iterable

LEARNED = "†"
"""Stands behind the name of a row, or of a data set, whose figures are not wholly those of unseen data."""

LEGEND = (
    f"{LEARNED}: Lukasa's ranking, its confidence or the projection of its token vectors was learned on the development part of "
    "this data set."
)

_SOURCES = ("longmemeval", "realmem", "beam", "small-dev", "friends.jsonl")
"""As data sets and their files are called. LoCoMo is not among them: it was for checking only."""


def learned_on(name: str, files: Iterable[str] = ()) -> bool:
    """Whether the shipped numbers were learned on a data set, by its name or those of its files."""
    return any(source in each.casefold() for source in _SOURCES for each in (name, *files))
