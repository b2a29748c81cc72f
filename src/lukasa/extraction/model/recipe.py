"""What a recipe is: how a model is made to propose facts, and to say how they relate to what is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple, Protocol

from lukasa.beliefs.believe import AskModel, JudgedTurn, KnownFacts
from lukasa.domain.claim import Claim
from lukasa.domain.turn import Turn
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.neighbours import Neighbours
from lukasa.extraction.model.transcript import one_line, plain
from lukasa.policy import ExtractionPolicy
from lukasa.ports.llm import Limits, LLMReply, LLMRequest
from lukasa.prompts import load

Ask = Callable[[LLMRequest], Awaitable[LLMReply]]
"""Asks the model on behalf of a partition; the same request is sent once a job."""


COMPARE = "compare"
"""The kind of job that compares new facts with those like them, where a recipe leaves that for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a model is shown for understanding, and may take nothing from."""

    summary: str = ""
    recent: Sequence[Turn] = ()
    """The last messages before those that are read, oldest first."""

    guidance: Guidance = field(default_factory=Guidance)
    zone: tzinfo | None = None

    @property
    def guidance_paragraph(self) -> str:
        """The guidance as a paragraph of a prompt; empty when there is none."""
        written = self.guidance.written()
        return f"{written}\n" if written else ""

    def shown(self, *, recent: int, longest: int) -> dict[str, str]:
        """Return what fills the holes of a prompt: guidance, summary, and so many recent messages."""
        return {
            "guidance": self.guidance_paragraph,
            "summary": one_line(self.summary) or "(none yet)",
            "earlier": plain(self.recent[-recent:], longest) or "(none)",
        }


class ProposedClaims(NamedTuple):
    """What a model says that some turns hold."""

    claims: Sequence[Claim]
    summary: str | None = None
    """S, brought up to date; `None`: the recipe makes it elsewhere."""

    whole: bool = True
    """`False`: the reply was cut off, and this is only its beginning."""


class Recipe(Protocol):
    """One way to extract facts with a model."""

    @property
    def name(self) -> str:
        """Recipe, prompts and model: turns that another one has read can be read again."""
        ...

    @property
    def pairs(self) -> bool:
        """Whether a last message waits for the answer to it."""
        ...

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        """Return the turns in batches, each read and stored in one go."""
        ...

    async def read(self, turns: Sequence[Turn], background: Background, ask: Ask) -> ProposedClaims:
        """Return what the turns say. Raises `BadReplyError` when the reply cannot be read, and what *ask* raises."""
        ...

    async def opinions(
        self, heard: Sequence[JudgedTurn], known: KnownFacts, nearest: Neighbours, ask: Ask
    ) -> AskModel | None:
        """Return the function that says how each claim relates to what is known; `None`: the rules do, for now."""
        ...


def request_of(prompt: str, purpose: str, policy: ExtractionPolicy, **holes: str) -> LLMRequest:
    """Return a filled prompt as a request, within the limits of one call."""
    limits = Limits(max_tokens=policy.reply_tokens, timeout=policy.timeout)
    return LLMRequest(messages=load(prompt).fill(**holes), purpose=purpose, limits=limits)
