"""What is recalled from PostgreSQL is what is recalled from a file, scores included."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from _settings import SETTINGS

from lukasa import Handle, Memory
from lukasa.testing.fakes import FrozenClock

NAMES = ("Ana", "Ben", "Chen")
PLACES = ("Lisbon", "Oslo", "Utrecht", "Porto")
THINGS = ("coffee", "green tea", "peanuts", "jazz", "the sea", "old maps")
SENTENCES = (
    "I moved to {place} in May 2024.",
    "I like {thing}, and so does {name}.",
    "{name} works as a nurse in {place}.",
    "My sister {name} is allergic to {thing}.",
    "We talked about {thing} and {thing2} for hours, then went home. It was late.",
    "No, I no longer like {thing}.",
)
QUESTIONS = (
    "Where do I live?",
    "What does Ana like?",
    "Who is a nurse?",
    "What did we say of green tea?",
    "jazz in Oslo",
)


@pytest.fixture(params=range(int(os.environ.get("LUKASA_TEST_RANKINGS", "1"))))  # noqa: TID251 - a size of this test
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str
) -> Iterator[tuple[Handle, Handle]]:
    """The same conversation in both."""
    chance = random.Random(request.param)
    messages = [
        {
            "role": "user",
            "name": chance.choice(NAMES),
            "at": f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T10:00:00Z",
            "content": chance.choice(SENTENCES).format(
                place=chance.choice(PLACES),
                thing=chance.choice(THINGS),
                thing2=chance.choice(THINGS),
                name=chance.choice(NAMES),
            )
            * chance.choice((1, 1, 1, 40)),
        }
        for _ in range(40)
    ]
    clock = FrozenClock("2026-10-01T10:00:00+00:00")
    with (
        Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS, clock=clock) as file,
        Memory.open(postgres_url, settings=SETTINGS, clock=clock) as database,
    ):
        both = (file.of("ana"), database.of("ana"))
        for handle in both:
            for session in ("s1", "s2"):
                handle.remember(messages[::2] if session == "s1" else messages[1::2], session=session)
        yield both


def test_hits_contexts_and_facts_are_those_of_a_file(stores: tuple[Handle, Handle]):
    file, database = stores

    assert database.facts() == file.facts()
    assert [entry.digest for entry in database.changes()] == [entry.digest for entry in file.changes()]
    for question in QUESTIONS:
        hits, others = file.recall(question), database.recall(question)
        assert [(hit.id, hit.score) for hit in others.hits] == [(hit.id, hit.score) for hit in hits.hits]
        assert others.confidence == hits.confidence
        assert database.context(question).text == file.context(question).text
