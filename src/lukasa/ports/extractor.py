"""What proposes facts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from lukasa.domain.claim import Claim, Scene
from lukasa.domain.turn import Turn
from lukasa.off_loop import collected


class Extractor(Protocol):
    """Reads turns and proposes what to believe. What it proposes is judged by the gate before anything is stored."""

    @property
    def name(self) -> str:
        """Name and version. Turns that another version has read can be read again."""
        ...

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        """Return the claims of each turn, in order. Raise `ProviderError` when a model cannot be used."""
        ...


class ComputingExtractor(ABC):
    """An extractor that waits for nothing: each turn can be read where its claims are judged. It says so by inheriting."""

    @abstractmethod
    def extract(self, turn: Turn, scene: Scene) -> list[Claim]:
        """Return the claims of one turn."""

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        """As `Extractor.claims`."""
        return await collected(map(self.extract, turns, scenes))
