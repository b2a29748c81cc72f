"""Forty-four turns, two recipes, replies that were recorded: what is believed in the end, since when, on whose word."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from _conversation import SESSIONS
from _story import remembered

from lukasa import AsyncHandle, Fact
from lukasa.adapters.wrappers.recorded import RecordedLLM

HERE = Path(__file__).parent
T = TypeVar("T")


@dataclass(frozen=True)
class Story:
    """The memory after all was said, to be asked in one go."""

    recipe: str
    path: Path

    def tell(self, ask: Callable[[AsyncHandle], Awaitable[T]]) -> T:
        """Take the whole conversation in, and return what *ask* gets."""
        replies = RecordedLLM(
            None, HERE / f"replies-{self.recipe}.jsonl", mode="replay", name="scripted:model"
        )

        async def run() -> T:
            async with remembered(self.path, self.recipe, replies) as nadia:
                return await ask(nadia)

        return asyncio.run(run())


@pytest.fixture(params=["llm", "paper"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Story:
    return Story(request.param, tmp_path / "nadia.lukasa")


@pytest.fixture
def llm(tmp_path: Path) -> Story:
    return Story("llm", tmp_path / "nadia.lukasa")


@pytest.fixture
def paper(tmp_path: Path) -> Story:
    return Story("paper", tmp_path / "nadia.lukasa")


def texts(facts: list[Fact]) -> list[str]:
    return sorted(fact.text for fact in facts)


async def every(nadia: AsyncHandle) -> list[Fact]:
    return await nadia.facts(status=["current", "superseded", "retracted", "conflicting", "quarantined"])


CURRENT = [
    "Faro, Nadia's dog, is afraid of thunder and of the vacuum cleaner.",
    "Ines paints boats.",
    "Ines, Tom's sister, moved to Lisbon in February 2025.",
    "Nadia finished the Douro half marathon in 2 hours 5 minutes.",
    "Nadia has a dog called Faro.",
    "Nadia hates riding the night train to Lisbon.",
    "Nadia is allergic to almonds.",
    "Nadia is going to run the Douro half marathon on 20 September 2025.",
    "Nadia moved to Braga about two weeks before 6 October 2025.",
    "Nadia will visit Ines in December 2025.",
    "Nadia works as a signal engineer.",
    "Nadia works at Minho Rail.",
    "Nadia's favourite drink is rooibos.",
    "Tom bought one of Ines's pictures on Saturday 8 March 2025.",
    "Tom owns a red Bianchi from 1988.",
    "Tom sold the Bianchi.",
]
PAST = [
    "Nadia lives in Porto.",
    "Nadia loves riding the night train to Lisbon.",
    "Nadia works at Ferrovia.",
    "Nadia's favourite drink is green tea.",
]


def test_the_conversation_is_long_enough():
    assert sum(len(said) for _, said in SESSIONS.values()) >= 40


def test_the_paper_ends_with_these_facts(paper: Story):
    facts = paper.tell(every)

    assert texts([fact for fact in facts if fact.status == "current"]) == CURRENT
    assert texts([fact for fact in facts if fact.status == "superseded"]) == PAST


def test_one_call_a_segment_ends_with_these_facts(llm: Story):
    facts = llm.tell(every)

    added = "Faro, Nadia's dog, is afraid of thunder."
    assert texts([fact for fact in facts if fact.status == "current"]) == sorted([*CURRENT, added])
    assert texts([fact for fact in facts if fact.status == "superseded"]) == PAST


def test_all_four_operations_of_the_paper_happen(paper: Story):
    changes = paper.tell(lambda nadia: nadia.changes())

    ops = [entry.op for entry in changes if entry.verb == "extract"]
    assert ops.count("believe") == 20  # ADD, and what took the place of something
    assert ops.count("revise") == 1  # UPDATE
    assert ops.count("supersede") == 4  # DELETE, made safe
    assert ops.count("confirm") == 1  # NOOP: one more piece of evidence


def test_update_keeps_the_id_and_adds(paper: Story):
    async def look(nadia: AsyncHandle) -> list[Fact]:
        (dog,) = [fact for fact in await nadia.facts() if fact.text.startswith("Faro, ")]
        return await nadia.history(dog.id)

    before, after = paper.tell(look)

    assert (before.id, before.revision, after.revision) == (after.id, 1, 2)
    assert before.text == "Faro, Nadia's dog, is afraid of thunder."
    assert after.text == "Faro, Nadia's dog, is afraid of thunder and of the vacuum cleaner."
    assert (before.evidence, after.evidence) == (1, 2)


def test_intervals_follow_what_was_said(llm: Story):
    facts = {fact.text: fact.valid for fact in llm.tell(every)}

    def days(text: str) -> tuple[str, str]:
        valid = facts[text]
        return tuple("" if at is None else at.date().isoformat() for at in (valid.start, valid.end))  # type: ignore[return-value]

    assert days("Nadia lives in Porto.") == ("2025-03-11", "2025-09-22")
    assert days("Nadia moved to Braga about two weeks before 6 October 2025.") == ("2025-09-22", "")
    assert days("Nadia works at Ferrovia.") == ("2025-03-11", "2025-10-06")
    assert days("Ines, Tom's sister, moved to Lisbon in February 2025.") == ("2025-02-01", "2025-03-01")
    assert days("Tom bought one of Ines's pictures on Saturday 8 March 2025.") == ("2025-03-08", "2025-03-09")
    assert days("Nadia will visit Ines in December 2025.") == ("2025-12-01", "2026-01-01")


def test_every_fact_rests_on_words_that_were_said(story: Story):
    async def look(nadia: AsyncHandle) -> list[tuple[str, str]]:
        return [
            (testimony.quote, testimony.turn.text)
            for fact in await every(nadia)
            for testimony in (await nadia.why(fact.id)).testimony
        ]

    quoted = story.tell(look)

    assert len(quoted) >= 20
    assert [quote for quote, text in quoted if not quote or quote not in text] == []


def test_what_was_said_twice_has_two_pieces_of_evidence(story: Story):
    facts = {fact.text: fact for fact in story.tell(every)}

    assert facts["Nadia works as a signal engineer."].evidence == 2
    assert len(facts["Nadia works as a signal engineer."].sources) == 2


def test_the_summary_is_kept(story: Story):
    summaries = story.tell(lambda nadia: nadia.summaries())

    assert all("Nadia and Tom talk" in summary.text for summary in summaries)
    assert [summary.session for summary in summaries] == (
        [None] if story.recipe == "paper" else ["autumn", "spring"]
    )


def test_the_answer_cites_what_is_true_now(story: Story):
    reply = story.tell(lambda nadia: nadia.ask("Where does Nadia live now?"))

    assert reply.text.startswith("Nadia lives in Braga [")
    assert ["Braga" in citation.text for citation in reply.citations] == [True]


def test_reading_again_with_the_same_replies_changes_nothing(llm: Story):
    assert not llm.tell(lambda nadia: nadia.reextract())


def test_the_usage_is_in_the_ledger(story: Story):
    spent = story.tell(lambda nadia: nadia.usage())

    assert {each.model for each in spent} == {"scripted"}
    calls = sum(each.calls for each in spent if each.purpose == "extract")
    assert calls == (22 if story.recipe == "paper" else 2)
    assert all(each.tokens_in > 0 for each in spent)


def test_the_store_is_sound_and_has_nothing_left_to_do(story: Story):
    assert story.tell(lambda nadia: nadia.jobs()) == []
