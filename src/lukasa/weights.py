"""The numbers that a fit produced, in `weights.toml`. What a person tunes stands in `policy`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

BestChannel = Literal["late", "dense", "lexical"]
"""The best channel that scored a question's candidates: late interaction, single vectors only, or full-text only."""


def fusion() -> Mapping[BestChannel, Mapping[str, float]]:
    """Return the weights of the features, by the best channel."""
    weights: Mapping[BestChannel, Mapping[str, float]] = _table()["fusion"]
    return weights


def confidence() -> Mapping[str, Mapping[str, float]]:
    """Return the weights of the confidence features, by the embedder's name."""
    weights: Mapping[str, Mapping[str, float]] = _table()["confidence"]
    return weights


@cache
def _table() -> dict[str, Any]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {name: MappingProxyType(weights) for name, weights in tomllib.loads(text).items()}
