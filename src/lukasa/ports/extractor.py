"""What proposes facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from lukasa.domain.claim import Claim, Scene
from lukasa.domain.turn import Turn


class Extractor(Protocol):
    """Reads turns and proposes what to believe. What it proposes is judged by the gate before anything is stored."""

    @property
    def name(self) -> str:
        """Name and version. Turns that another version has read can be read again."""
        ...

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        """Return the claims of each turn, in order. Raise `ProviderError` when a model cannot be used."""
        ...


@runtime_checkable
class ComputingExtractor(Extractor, Protocol):
    """An extractor that waits for nothing: each turn can be read where its claims are judged."""

    def extract(self, turn: Turn, scene: Scene) -> list[Claim]:
        """Return the claims of one turn."""
        ...
