from __future__ import annotations

from datetime import UTC, datetime

from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.retrieval.units import passages, turns

AT = datetime(2024, 3, 3, tzinfo=UTC)


def conversation(*said: Said) -> Conversation:
    return Conversation(id="one", split="test", sessions=[Session(name="s", at=AT, turns=said)], questions=[])


def sentences(count: int, words: int = 10) -> str:
    return " ".join(f"Number {place} {'and ' * (words - 3)}end." for place in range(count))


def test_a_turn_is_indexed_with_its_date_and_speaker():
    said = [
        Said(id="1", speaker="Ines", text="Hello.", caption="a cat"),
        Said(id="2", speaker="assistant", role="assistant", text="Hi.", at=datetime(2024, 3, 9, tzinfo=UTC)),
    ]

    assert [unit.indexed for unit in turns(conversation(*said))] == [
        "[3 March 2024] Ines: Hello. [shares a photo: a cat]",
        "[9 March 2024] Assistant: Hi.",
    ]


def test_passages_keep_their_turn_and_order():
    said = [Said(id="1", speaker="Ines", text=sentences(20)), Said(id="2", speaker="Olu", text="Yes.")]

    assert [(unit.turn, unit.place, unit.part) for unit in passages(conversation(*said))] == [
        ("1", 0, 0),
        ("1", 0, 1),
        ("2", 1, 0),
    ]
