"""What every system under test can do, and what it is given to do it with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from lukasa import Settings
from lukasa.ports.embedder import Embedder
from lukasa.ports.llm import LLM
from lukasa.ports.tokens import TokenCounter
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.retrieval.systems import Told
from lukasa_evals.retrieval.vectors import EngineVectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a system makes of a question."""

    text: str
    """The context for the reader; empty when nothing was found."""

    turns: Sequence[str] = ()
    """Ids of the turns whose words stand in `text`, as far as the system knows."""

    facts: Sequence[Told] = ()
    """Facts in `text`, each with the turns that it rests on."""

    answer: str | None = None
    """What an agent that reads for itself says; `None`: the reader is to answer from `text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What a system keeps of a conversation."""

    tokens: int
    """Of all the text that it keeps: what the paper calls the memory's footprint."""

    items: int
    """Memories, notes, chunks, turns: whatever it retrieves."""

    bytes: int = 0
    """On disk; 0: it is held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a system is given, for one conversation."""

    llm: LLM | None
    """For its own work: metered, recorded. Only systems that need one may rely on it."""

    vectors: EngineVectors
    counter: TokenCounter
    folder: Path
    """Its own folder: what lies there when it is opened, it left there itself."""

    common: Path
    """A folder that all systems of the run share, for vectors."""

    settings: Settings
    """Of the embedded Lukasa: models and threads."""

    budget: int
    """Tokens of a context, for systems that can keep to one."""

    embedder: Embedder | None = None
    """Of the embedded Lukasa, shared by all conversations; `None`: as the settings say."""

    unread: Counter[str] = field(default_factory=Counter)
    """Replies of the model that could not be read, by what was asked: what they should have told is missing."""


class System(Protocol):
    """A memory of one conversation.

    Whatever a model call raises passes through: a run that is waiting for a batch of replies is begun again, and repeats its
    calls, which are then answered at once.
    """

    async def ingest(self, conversation: Conversation) -> None:
        """Take the whole conversation in. What was taken in before, and is still there, is not taken in twice."""
        ...

    async def answer(self, question: str, now: datetime) -> Found:
        """Find what bears on a question that is asked at that moment."""
        ...

    async def stats(self) -> Stats:
        """Tell what is kept."""
        ...

    async def aclose(self) -> None:
        """Let go of files."""
        ...
