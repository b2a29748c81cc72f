"""Full-text alone finds what was said in ten languages about as well as in English."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from _ten_languages import LANGUAGES, pairs

from lukasa import Memory, Settings

START = datetime(2026, 3, 1, tzinfo=UTC)
FULL_TEXT = Settings(embedder="none")
SCRIPTS = {"ru": "CYRILLIC", "ar": "ARABIC", "hi": "DEVANAGARI", "zh": "CJK", "ko": "HANGUL", "th": "THAI"}


def recall_at_5(code: str) -> float:
    """Return the share of the questions whose sentence is among the first five hits."""
    with Memory.open("memory:", settings=FULL_TEXT) as memory:
        handle = memory.of("ana")
        for minute, (said, _) in enumerate(pairs(code)):
            handle.remember(said, at=START + timedelta(minutes=minute), session=f"s{minute}")
        found = [
            said in {hit.text for hit in handle.recall(asked, limit=5, kinds=["turn"])}
            for said, asked in pairs(code)
        ]
    return sum(found) / len(found)


def test_there_are_forty_facts_in_each_of_ten_languages():
    assert len(LANGUAGES) == 10
    assert {len(set(pairs(code))) for code in LANGUAGES} == {40}


@pytest.mark.parametrize("code", LANGUAGES)
def test_full_text_finds_nine_tenths_of_what_it_finds_in_english(code: str):
    assert recall_at_5(code) >= 0.9 * recall_at_5("en")


@pytest.mark.parametrize("code", SCRIPTS)
def test_what_is_stored_keeps_its_script(code: str):
    said, _ = pairs(code)[0]
    with Memory.open("memory:", settings=FULL_TEXT) as memory:
        memory.of("ana").remember(said, at=START)
        (turn,) = memory.of("ana").turns()

    assert turn.text == said
    assert any(unicodedata.name(letter, "").startswith(SCRIPTS[code]) for letter in turn.text)


def test_a_question_in_two_languages_finds_both():
    with Memory.open("memory:", settings=FULL_TEXT) as memory:
        handle = memory.of("ana")
        for code in ("en", "ja"):
            for minute, (said, _) in enumerate(pairs(code)[:10]):
                handle.remember(said, at=START + timedelta(minutes=minute), session=code)

        found = [hit.text for hit in handle.recall("Where did I buy the violin and バイオリン?", limit=15)]

    assert "I bought the violin at the market." in found
    assert "市場でバイオリンを買いました。" in found
