"""The numbers of the graph that can be tuned, with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPolicy:
    """When names are one entity's, and what a search finds."""

    crowd: int = 64
    """Names that may share a context for it to tell anything: of those who work at one firm, two may well be called alike."""

    relevant: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"mean-tokens + colbert-small-states": 0.86})
    )
    """Cosine of a question and the text of a triplet from which the triplet bears on it, by model. Of 22 questions over 16
    triplets, all 17 that bear on one were kept, and no question about something else found any (the nearest had 0.84)."""

    relevant_otherwise: float = 0.0
    """The same for a model that nobody calibrated: ranked, and hardly sifted."""

    rebuilt: int = 2_000
    """Facts that changed from which the view is made anew, off the event loop, in place of being brought up to date."""


DEFAULT = GraphPolicy()
"""What the engine works by."""
