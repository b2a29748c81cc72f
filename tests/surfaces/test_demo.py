"""`lukasa demo` and the conversation that comes with it."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from lukasa import Memory
from lukasa.surfaces.cli.demo import QUESTIONS
from lukasa.surfaces.cli.formats import plain
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.main import main


def sample() -> list[Session]:
    with as_file(files("lukasa.surfaces.cli.sample") / "conversation.txt") as path:
        return list(plain.read(ImportFile(path), Assumptions()))


def test_the_sample_is_a_year_of_two_people_and_an_assistant():
    sessions = sample()
    messages = [message for session in sessions for message in session.messages]

    assert len(sessions) >= 8
    assert len(messages) >= 40
    assert {message.get("name") for message in messages} == {"Mara", "Jonas", None}
    assert {message["role"] for message in messages} == {"user", "assistant"}
    assert messages[-1]["at"] - messages[0]["at"] >= timedelta(days=240)  # type: ignore[operator]


def test_every_line_of_the_sample_is_somebody_speaking():
    # A name that is misspelt would make its words part of the line before.
    assert [m["content"] for session in sample() for m in session.messages if "\n" in str(m["content"])] == []


def test_the_demo_asks_its_questions_and_shows_who_said_what_when(capsys: pytest.CaptureFixture[str]):
    assert main(["demo"]) == 0
    shown = capsys.readouterr().out

    assert [question for question, _ in QUESTIONS if question not in shown] == []
    assert "2025-12-13 21:35" in shown
    assert "allergic to walnuts" in shown
    assert "ms a turn" in shown
    assert "distilled from it" in shown
    assert "? Why “" in shown


def test_the_demo_as_json_is_json(capsys: pytest.CaptureFixture[str]):
    assert main(["demo", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert told["imported"]["turns"] == sum(len(session.messages) for session in sample())
    assert [asked["question"] for asked in told["asked"]] == [question for question, _ in QUESTIONS]
    assert told["distilled"]["why"]["fact"] == told["distilled"]["facts"][0]


def test_the_demo_leaves_nothing_behind_unless_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    main(["demo"])
    assert list(tmp_path.iterdir()) == []

    kept = tmp_path / "kept.lukasa"
    assert main(["demo", "--keep", str(kept)]) == 0
    assert "lukasa recall --db" in capsys.readouterr().out
    assert main(["recall", "Who is Domino?", "--db", str(kept), "--user", "mara"]) == 0
    assert "Domino" in capsys.readouterr().out
    assert main(["demo", "--keep", str(kept)]) == 1


def test_the_demo_is_served_with_something_to_see_to_decide_and_to_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lukasa.surfaces.cli.demo.serve_store", lambda **_: None)

    kept = tmp_path / "kept.lukasa"
    assert main(["demo", "--serve", "--keep", str(kept)]) == 0

    with Memory.open(kept) as memory:
        mara = memory.of(user="mara")
        assert len(mara.facts()) >= 15
        assert len(mara.facts(status="superseded")) >= 1
        assert len(mara.conflicts()) >= 1
        assert len(mara.review()) == 1


@pytest.mark.model
def test_the_real_model_answers_the_demo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("LUKASA_EMBEDDER", "onnx")
    expected = {
        "Where does Mara live now?": "Ottakring",
        "When did Jonas open his bakery?": "We opened yesterday",
        "What is Jonas allergic to?": "walnuts",
        "Who looks after Mara's cat while she is at the wedding?": "Teresa",
        "Why did Jonas give up running?": "Torn meniscus",
    }

    main(["demo", "--json"])
    asked = {one["question"]: one["recalled"] for one in json.loads(capsys.readouterr().out)["asked"]}

    for question, words in expected.items():
        assert any(words in hit["text"] for hit in asked[question]["hits"]), question
    (unknown,) = set(asked) - set(expected)
    assert asked[unknown]["confidence"] < 0.5 < min(asked[question]["confidence"] for question in expected)
