"""Public data sets, and anybody's own questions, as conversations with questions about them.

values          what all of them become
locomo … jsonl  one reader a format; DATASETS.md has the formats
item, files     how a reader refuses what is damaged, naming its place
split           which conversations are for tuning, where a data set does not say
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from lukasa_evals.datasets import beam, jsonl, locomo, longmemeval, msc
from lukasa_evals.datasets.values import Dataset
from lukasa_evals.errors import DatasetError


class Reader(Protocol):
    """Reads one data set."""

    def __call__(self, path: Path, variant: str | None, /) -> Dataset: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A data set that can be read."""

    read: Reader
    variants: tuple[str, ...] = ()
    """What there is to choose from; the reader is given one of these or `None`."""


FORMATS: Mapping[str, Format] = {
    "locomo": Format(lambda path, _: locomo.load(path)),
    "longmemeval": Format(
        lambda path, variant: longmemeval.load(path, variant=variant), tuple(longmemeval.VARIANTS)
    ),
    "beam": Format(lambda path, variant: beam.load(path, variant=variant), beam.SIZES),
    "msc": Format(lambda path, variant: msc.load(path, variant=variant), msc.VARIANTS),
    "jsonl": Format(lambda path, _: jsonl.load(path)),
}


def load(name: str, path: Path, *, variant: str | None = None) -> Dataset:
    """Read a data set from the file or folder where it lies; nothing is ever downloaded.

    Raises `DatasetError` for a name or variant that does not exist, and for a file that is absent or damaged.
    """
    if name not in FORMATS:
        raise DatasetError(f"unknown data set {name!r}{_near(name, FORMATS)}; known: {', '.join(FORMATS)}")
    variants = FORMATS[name].variants
    if variant is not None and variant not in variants:
        known = f"known: {', '.join(variants)}" if variants else "it has none"
        raise DatasetError(f"unknown variant {variant!r} of {name!r}{_near(variant, variants)}; {known}")
    return FORMATS[name].read(path, variant)


def _near(name: str, known: Mapping[str, Format] | tuple[str, ...]) -> str:
    near = get_close_matches(name.lower(), list(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else ""
