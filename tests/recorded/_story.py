"""The conversation, taken in session by session as it would have been."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from _conversation import SESSIONS, Said

from lukasa import AsyncHandle, AsyncMemory, Settings
from lukasa.policy import ExtractionPolicy
from lukasa.ports.llm import LLM
from lukasa.testing.fakes import FrozenClock


@asynccontextmanager
async def remembered(store: str | Path, recipe: str, model: LLM) -> AsyncIterator[AsyncHandle]:
    """Yield the memory of who was told all of it."""
    clock = FrozenClock("2025-01-01T00:00:00Z")
    # Vectors by hash know nothing of meaning: among more neighbours the one that is meant is found all the same.
    settings = Settings(embedder="hashing", extractor=recipe, distil=ExtractionPolicy(similar=30))
    async with await AsyncMemory.open(store, settings=settings, llm=model, clock=clock) as memory:
        nadia = memory.of("nadia")
        for session, (at, said) in SESSIONS.items():
            clock.set(datetime.fromisoformat(at) + timedelta(hours=2))
            await nadia.remember(messages(at, said), session=session, wait=True)
        yield nadia


def messages(at: str, said: list[Said]) -> list[dict[str, object]]:
    """Return a session's messages, a minute apart."""
    start = datetime.fromisoformat(at)
    return [
        {"role": "user", "name": each.speaker, "content": each.text, "at": start + timedelta(minutes=minute)}
        for minute, each in enumerate(said)
    ]
