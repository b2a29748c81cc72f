"""Many messages in one call: their vectors are made while their claims are, and every session is read for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from lukasa import AsyncMemory, Settings
from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.beliefs.believe import make_scenes
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.domain.turn import Turn
from lukasa.errors import ProviderError
from lukasa.off_loop import FEW
from lukasa.ports.embedder import Purpose

pytestmark = pytest.mark.anyio

AT = "2026-03-01T10:00:00Z"
AT_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID = [f"Note {n}: the kettle boils." for n in range(FEW + 1)]
PATIENCE = 20
"""Seconds after which a test that waits for what never comes fails."""


class Meeting:
    """Embedder and extractor that each wait for the other to have begun."""

    name = "meeting"

    def __init__(self) -> None:
        self._inner = HashingEmbedder()
        self.encoding, self.reading = asyncio.Event(), asyncio.Event()

    async def spec(self) -> EmbedderSpec:
        return await self._inner.spec()

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        self.encoding.set()
        await asyncio.wait_for(self.reading.wait(), PATIENCE)
        return await self._inner.embed(texts, purpose=purpose)

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        self.reading.set()
        await asyncio.wait_for(self.encoding.wait(), PATIENCE)
        return [[] for _ in turns]

    async def aclose(self) -> None:
        pass


class Refusing(HashingEmbedder):
    """Knows what it is, and fails at every text."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        self.asked += 1
        raise ProviderError("it is out")


class Tiring(HashingEmbedder):
    """Encodes the texts of one call, and fails at the next."""

    asked = 0

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        self.asked += 1
        if self.asked > 1:
            raise ProviderError("it is tired")
        return await super().embed(texts, purpose=purpose)


class Breaking(Meeting):
    """An extractor that fails when encoding has begun, and an embedder that would never end."""

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        self.encoding.set()
        await asyncio.Event().wait()
        return []

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        await self.encoding.wait()
        raise ZeroDivisionError from KeyError("why")


async def test_vectors_are_made_while_claims_are():
    meeting = Meeting()
    async with await AsyncMemory.open("memory:", embedder=meeting, extractor=meeting) as memory:
        receipt = await memory.of("ana").remember(SAID, at=AT)

    assert (len(receipt.turns), receipt.unembedded, receipt.usage.embedded) == (len(SAID), 0, len(SAID))


async def test_an_embedder_that_fails_is_asked_once():
    refusing = Refusing()
    async with await AsyncMemory.open("memory:", embedder=refusing, extractor="rules") as memory:
        receipt = await memory.of("ana").remember([*SAID, "I live in Lisbon."], at=AT)

    assert (len(receipt.turns), receipt.unembedded, len(receipt.facts)) == (len(SAID) + 1, len(SAID) + 1, 1)
    assert "it is out" in receipt.warnings[0]
    assert refusing.asked == 1


async def test_an_embedder_that_fails_at_the_facts_costs_their_vectors_alone():
    async with await AsyncMemory.open("memory:", embedder=Tiring(), extractor="rules") as memory:
        receipt = await memory.of("ana").remember([*SAID, "I live in Lisbon."], at=AT)

        assert (len(receipt.turns), receipt.unembedded, len(receipt.facts)) == (len(SAID) + 1, 0, 1)
        assert "it is tired" in receipt.warnings[0]


async def test_what_fails_meanwhile_is_raised_as_it_is_and_nothing_is_stored():
    breaking = Breaking()
    async with await AsyncMemory.open("memory:", embedder=breaking, extractor=breaking) as memory:
        with pytest.raises(ZeroDivisionError) as raised:
            await memory.of("ana").remember(SAID, at=AT)

        assert isinstance(raised.value.__cause__, KeyError)
        assert (await memory.of("ana").stats()).turns == 0


async def test_facts_are_the_same_whether_sessions_come_in_one_call_or_in_several():
    said = [
        {"role": "user", "name": name, "content": text, "session": session, "at": AT}
        for session, name, text in (
            ("monday", "Ines", "My sister Olu lives in Porto."),
            ("tuesday", "Olu", "Ines lives in Faro. I live in Lisbon."),
            ("tuesday", "Petra", "I work as a baker."),
        )
    ]
    async with await AsyncMemory.open(
        "memory:", settings=Settings(embedder="none", extractor="rules")
    ) as memory:
        await memory.of("one").remember(said)
        for message in said:
            await memory.of("several").remember(message)
        one, several = [
            {(fact.subject, fact.text) for fact in await memory.of(user).facts()}
            for user in ("one", "several")
        ]

    assert one == several != set()


class Noting(Meeting):
    """An extractor that notes what came before each turn."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[str | None] = []

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        self.before += [scene.previous.text if scene.previous else None for scene in scenes]
        return [[] for _ in turns]

    def extract(self, text: str, model: str) -> str:
        """Of its own: that it is named like what rules have says nothing."""
        raise NotImplementedError(text, model)


async def test_every_session_of_a_call_without_times_is_read_behind_its_own_end():
    noting = Noting()
    async with await AsyncMemory.open("memory:", embedder=HashingEmbedder(), extractor=noting) as memory:
        ana = memory.of("ana")
        for session in ("monday", "tuesday"):
            await ana.remember(f"The end of {session}.", session=session)
        noting.before.clear()
        await ana.remember(
            [{"role": "user", "content": "Go on.", "session": each} for each in ("monday", "tuesday", "new")]
        )

    assert noting.before == ["The end of monday.", "The end of tuesday.", None]


def test_who_speaks_in_another_session_of_the_call_is_no_name_in_this_one():
    turns = [
        Turn(
            id=f"t_{name}",
            role="user",
            text="Hello.",
            at=AT_NOON,
            recorded_at=AT_NOON,
            speaker=name,
            session=session,
        )
        for session, name in (("monday", "Ines"), ("tuesday", "Olu"), ("tuesday", "Petra"))
    ]

    assert [scene.names for scene in make_scenes(turns, [], zone=UTC)] == [
        ("Ines",),
        ("Olu", "Petra"),
        ("Olu", "Petra"),
    ]
