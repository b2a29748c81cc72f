"""Search by words in a short process reads the files that this version writes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lukasa import Memory, Settings
from lukasa.adapters.stores.sqlite import migrations, words
from lukasa.errors import LukasaError
from lukasa.lexical import lexical_context

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_the_schema_it_reads_is_the_newest():
    assert migrations.known()[-1].number == words._SCHEMA


def ask(db: Path, question: str, *, budget: int = 3_000, user: str = "ada", tenant: str = "default") -> str:
    return lexical_context(db, question, user=user, tenant=tenant, now=NOW, budget=budget)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "a.lukasa"
    with Memory.open(path, settings=Settings(embedder="hashing")) as memory:
        ada = memory.of(user="ada")
        ada.remember(
            [
                {
                    "role": "user",
                    "content": f"Harpsichord number {n} has {n + 40} strings. " + "Wood. " * n,
                    "at": NOW,
                }
                for n in range(60)
            ]
        )
        ada.remember({"role": "tool", "content": "The harpsichord is on fire.", "at": NOW})
        ada.remember(
            {"role": "user", "content": "Filler. " * 300 + "The zither hangs in the hall.", "at": NOW}
        )
    return path


def test_a_context_has_room(db: Path):
    whole = ask(db, "How many strings has harpsichord 7?")
    short = ask(db, "How many strings has harpsichord 7?", budget=130)

    assert "Harpsichord number 7 has 47 strings." in whole
    assert len(whole.splitlines()) <= 12
    assert len(short) <= 130
    assert short


def test_what_nobody_said_and_what_others_said_is_left_out(db: Path):
    assert "fire" not in ask(db, "Is the harpsichord on fire?")
    assert ask(db, "harpsichord", user="eve") == ask(db, "harpsichord", tenant="other") == ""


def test_a_long_turn_is_shown_where_it_matches(db: Path):
    shown = ask(db, "Where does the zither hang?")

    assert "… " in shown
    assert "The zither hangs in the hall." in shown
    assert len(shown) < 700


def test_hostile_questions_are_answered(db: Path):
    for question in (
        '"',
        "* OR 1=1 --",
        "harpsichord\0",
        "a" * 100_000,
        "\ud800 harpsichord",
        "( NEAR ^ : - )",
    ):
        ask(db, question)


def test_a_file_that_is_no_store_of_this_version_is_refused(tmp_path: Path):
    (tmp_path / "b").write_bytes(b"")
    with pytest.raises(LukasaError):
        ask(tmp_path / "b", "zither")
