"""What a recipe is: how a model is made to propose facts, and to say how they stand to what is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple, Protocol

from lukasa.beliefs.believe import AskModel, JudgedTurn, KnownFacts
from lukasa.domain.claim import Claim
from lukasa.domain.turn import Turn
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.neighbours import Nearest
from lukasa.ports.llm import LLMReply, LLMRequest

Ask = Callable[[LLMRequest], Awaitable[LLMReply]]
"""Asks the model on behalf of a partition; the same request is sent once a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a model is shown for understanding, and may take nothing from."""

    summary: str = ""
    recent: Sequence[Turn] = ()
    """The last messages before those that are read, oldest first."""

    guidance: Guidance = field(default_factory=Guidance)
    zone: tzinfo | None = None


class Reading(NamedTuple):
    """What a model found in some turns."""

    claims: Mapping[str, Sequence[Claim]]
    """By the turn that each rests on."""

    summary: str | None = None
    """S, brought up to date; `None`: the recipe makes it elsewhere."""

    ungrounded: int = 0
    """Facts that were thrown away because their quotation stands nowhere."""

    whole: bool = True
    """`False`: the reply was cut off, and what is here is only its beginning."""


class Recipe(Protocol):
    """One way to distil facts with a model."""

    @property
    def name(self) -> str:
        """Recipe, prompts and model: turns that another has read can be read anew."""
        ...

    @property
    def pairs(self) -> bool:
        """Whether a last message waits for the answer to it."""
        ...

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        """Return what is read in one go, and stored in one go."""
        ...

    async def read(self, turns: Sequence[Turn], background: Background, ask: Ask) -> Reading:
        """Return what the turns say. Raises `BadReplyError` when the model cannot be understood, and what *ask* raises."""
        ...

    async def opinions(
        self, heard: Sequence[JudgedTurn], known: KnownFacts, nearest: Nearest, ask: Ask
    ) -> AskModel:
        """Return what tells how each claim stands to what is known."""
        ...
