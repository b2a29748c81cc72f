"""A small conversation of our own, in the shape of the data set's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lukasa_evals.reports import write


def turn(dia_id: str, speaker: str, text: str, **more: str) -> dict[str, str]:
    return {"dia_id": dia_id, "speaker": speaker, "text": text, **more}


def conversation(sample_id: str) -> dict[str, Any]:
    return {
        "sample_id": sample_id,
        "conversation": {
            "speaker_a": "Ines",
            "speaker_b": "Olu",
            "session_1_date_time": "9:05 am on 3 March, 2024",
            "session_1": [
                turn("D1:1", "Ines", "Morning Olu! The bakery gave me the early shift, I start at four."),
                turn("D1:2", "Olu", "Four! I planted tomatoes on the balcony instead of sleeping."),
                turn("D1:3", "Ines", "My sister Petra sent me this.", blip_caption="a grey cat on a piano"),
            ],
            "session_2_date_time": "7:30 pm on 21 June, 2024",
            "session_2": [
                turn("D2:1", "Olu", "The tomatoes are ripe, I sold 12 jars of sauce at the market."),
                turn("D2:2", "Ines", "I left the bakery last week and joined a theatre in Porto."),
            ],
            # Dated, but never held: such entries occur.
            "session_3_date_time": "8:00 am on 1 July, 2024",
        },
        "qa": [
            {"question": "What did Olu grow?", "answer": "tomatoes", "evidence": ["D1:2"], "category": 4},
            {
                "question": "Which jobs did Ines have?",
                "answer": "bakery, theatre",
                "evidence": ["D1:1; D2:02"],
                "category": 1,
            },
            {
                "question": "When did Ines leave the bakery?",
                "answer": 2024,
                "evidence": ["D:2:2"],
                "category": 2,
            },
            {"question": "Would Olu like a garden?", "answer": "Yes", "evidence": ["D"], "category": 3},
            {
                "question": "What animal did Petra photograph?",
                "answer": "dog",
                "evidence": ["D1:3"],
                "category": 4,
            },
            {
                "question": "What did Olu sell at the airport?",
                "adversarial_answer": "sauce",
                "evidence": ["D2:1", "D9:9"],
                "category": 5,
            },
        ],
    }


CORRECTION = {
    "question_id": "locomo_0_qa4",
    "question": "What animal did Petra photograph?",
    "error_type": "HALLUCINATION",
    "cited_evidence": ["D1:3"],
    "correct_evidence": ["D1:3", "D1:2"],
    "correct_answer": "a cat",
}


def write_data(folder: Path) -> Path:
    """Six conversations, so that there is a test split; one wrong label."""
    conversations = [conversation(f"pair-{number}") for number in range(6)]
    (folder / "locomo10.json").write_text(json.dumps(conversations), encoding="utf-8")
    (folder / "label_errors.json").write_text(json.dumps([CORRECTION]), encoding="utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as `--data` wants it, to be changed at will."""
    folder = tmp_path / "data"
    folder.mkdir()
    return write_data(folder)


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for all tests; not to be changed."""
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def anyio_backend() -> str:
    """The evaluation runs on asyncio."""
    return "asyncio"


@pytest.fixture
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report without drawing: plots take most of a report's time, and have tests of their own."""
    monkeypatch.setattr(write, "plots", lambda *_: [])
