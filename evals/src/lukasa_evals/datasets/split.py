"""Which conversations may be looked at while tuning, where a data set does not say: a tenth, by a fixed draw."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from lukasa_evals.datasets.values import Category, Conversation, Dataset
from lukasa_evals.errors import DatasetError

SEED = "lukasa-evals 1"


def dev_of(ids: Collection[str]) -> frozenset[str]:
    """Return a tenth of the ids, rounded up: those whose sha256, with the seed before them, comes first.

    It depends on the set of ids alone, so all files of a data set that have the same questions are split alike.
    """
    drawn = sorted(set(ids), key=lambda id_: hashlib.sha256(f"{SEED}:{id_}".encode()).hexdigest())
    return frozenset(drawn[: -(-len(drawn) // 10)])


def drawn(
    name: str,
    read: Sequence[Conversation],
    *,
    sha256: Mapping[str, str],
    categories: Mapping[Category, str],
    warnings: Sequence[str] = (),
) -> Dataset:
    """Return the data set of conversations whose split is drawn. Raises `DatasetError` when there are none."""
    if not read:
        raise DatasetError(f"{', '.join(sha256) or name} holds no conversation")
    dev = dev_of([each.id for each in read])
    wordless = sum(each.wordless for each in read)
    return Dataset(
        name=name,
        sha256=sha256,
        conversations=[replace(each, split="dev" if each.id in dev else "test") for each in read],
        categories=categories,
        warnings=[*warnings, *([f"turns without words, left out: {wordless}"] if wordless else [])],
    )
