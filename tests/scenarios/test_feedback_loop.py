"""What the memory served comes back as if somebody had said it: no fact is made of it."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from _settings import SETTINGS

from lukasa import AsyncMemory, Handle, Memory
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.turn import Source, Turn
from lukasa.testing.fakes import FrozenClock
from lukasa.text.sentences import sentences
from lukasa.wiring import build

START = "2026-03-01T10:00:00+00:00"
TURNS = int(os.environ.get("LUKASA_TEST_ROUNDS", "8"))  # noqa: TID251 - a size of this test

SAID = (
    "I live in Lisbon with my sister Eva.",
    "I am allergic to walnuts and to cats.",
    "Last Saturday I ran a charity race for the animal shelter.",
    "I started to learn the violin in September.",
)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture
def alice(clock: FrozenClock) -> Iterator[Handle]:
    with Memory.open("memory:", settings=SETTINGS, clock=clock) as memory:
        handle = memory.of("alice")
        for text in SAID:
            handle.remember({"role": "user", "name": "Ana", "content": text}, at=clock(), session="s1")
            clock.advance(timedelta(minutes=5))
        yield handle


def block(handle: Handle) -> str:
    return handle.context("What is known of Ana, her sister, her races and her violin?", budget=400).text


def hits(handle: Handle) -> str:
    found = handle.recall("What is known of Ana, her sister, her races and her violin?", limit=20)
    return "\n".join(f"- {hit.text}" for hit in found)


REWRITINGS: dict[str, Callable[[str], str]] = {
    "with tags": lambda text: f"<memory>\n{text}\n</memory>",
    "with other tags": lambda text: f"[CONTEXT]\n{text}\n[/CONTEXT]",
    "in lower case": str.lower,
    "in upper case": str.upper,
    "rewrapped": lambda text: textwrap.fill(text, 40),
    "on one line": lambda text: " ".join(text.split()),
    "without marks": lambda text: re.sub(r"\[\d+\]", "", text),
}


def cut(text: str) -> str:
    """Cut a long text between two lines, as a host does."""
    return text if len(text) <= 3000 else text[:3000].rpartition("\n")[0]


def loop(
    alice: Handle,
    clock: FrozenClock,
    served: Callable[[Handle], str],
    *,
    role: str,
    rewrite: Callable[[str], str],
) -> None:
    """Feed back what was served, again and again; no fact may come of it."""
    before = {fact.id for fact in alice.facts(include_retired=True)}
    assert len(before) >= 4

    for _ in range(TURNS):
        alice.remember(
            {"role": role, "name": "Host", "content": rewrite(cut(served(alice))) or "…"},
            at=clock.advance(timedelta(minutes=3)),
            session="s2",
        )

    assert [fact.text for fact in alice.facts(include_retired=True) if fact.id not in before] == []


@pytest.mark.parametrize("served", [block, hits], ids=["context", "hits"])
@pytest.mark.parametrize("role", ["user", "assistant", "tool"])
def test_served_text_that_comes_back_makes_no_fact(
    alice: Handle, clock: FrozenClock, served: Callable[[Handle], str], role: str
):
    loop(alice, clock, served, role=role, rewrite=str)


@pytest.mark.parametrize("rewrite", REWRITINGS.values(), ids=REWRITINGS)
def test_served_text_in_another_form_makes_no_fact(
    alice: Handle, clock: FrozenClock, rewrite: Callable[[str], str]
):
    loop(alice, clock, block, role="user", rewrite=rewrite)


class Echo:
    """Proposes every sentence of its turn, whoever said it, and three facts that nobody ever stated."""

    name = "echo-1"

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        """See the port."""
        return [[*self._echoes(turn), *self._invented(turn)] for turn in turns]

    def _echoes(self, turn: Turn) -> Iterator[Claim]:
        for start, end in sentences(turn.text):
            yield self._claim(turn, turn.text[start:end], start, end)

    def _invented(self, turn: Turn) -> Iterator[Claim]:
        for text in ("Ana works at Google.", "Ana has 17 parrots.", "Zorblax lives in Quxville."):
            yield self._claim(turn, text, 0, len(turn.text))

    def _claim(self, turn: Turn, text: str, start: int, end: int) -> Claim:
        source = Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker)
        return Claim(
            subject=turn.speaker or "User", text=text, kind="fact", source=source, quote=turn.text[start:end]
        )


@pytest.mark.anyio
async def test_an_extractor_that_echoes_and_invents_adds_nothing_after_the_first_turn(clock: FrozenClock):
    parts = replace(build(SETTINGS.with_(store="memory:"), clock=clock), extractor=Echo())
    async with AsyncMemory(parts) as memory:
        alice = memory.of("alice")
        await alice.remember({"role": "user", "name": "Ana", "content": " ".join(SAID)}, at=clock())
        first = await alice.facts()
        assert len(first) >= 3

        for _ in range(TURNS):
            text = (await alice.context("What is known of Ana?", budget=300)).text or "…"
            await alice.remember(
                {"role": "user", "name": "Ana", "content": text}, at=clock.advance(timedelta(minutes=9))
            )

        everything = await alice.facts(include_retired=True)
        assert [fact.id for fact in everything] == [fact.id for fact in first]
        assert not [fact for fact in everything if re.search("Google|parrots|Zorblax", fact.text)]


@pytest.mark.parametrize(
    "rewrite", [str, REWRITINGS["with tags"], lambda text: f"Relevant memories:\n{text}"]
)
def test_what_a_host_stores_of_what_it_was_served_is_found_after_nothing_else(
    alice: Handle, clock: FrozenClock, rewrite: Callable[[str], str]
):
    question = "What am I allergic to?"
    for _ in range(TURNS):
        served = alice.context(question, budget=400).text
        chat = [
            {"role": "system", "content": rewrite(served)},
            {"role": "user", "name": "Ana", "content": question},
            {"role": "assistant", "content": "Walnuts and cats."},
        ]
        alice.remember(chat, at=clock.advance(timedelta(minutes=3)), session=f"s-{clock()}")

    context = alice.context(question, budget=400)
    assert "system" not in {hit.role for hit in alice.recall(question)}
    assert "system" not in {turn.role for turn in context.turns}
    assert len({turn.text for turn in context.turns}) == len(context.turns)


def test_a_system_message_that_says_something_of_its_own_is_found(alice: Handle, clock: FrozenClock):
    own = "The office in Lisbon closes at six; the violin teacher is Mr Pereira."
    alice.remember({"role": "system", "content": own}, at=clock(), session="s2")

    assert alice.recall("Who is the violin teacher?").hits[0].text == own
