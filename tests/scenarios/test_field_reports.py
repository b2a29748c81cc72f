"""What users of other memories reported, tried here: it works, and is to stay so."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from _changes_of_mind import CHANGES, NOT_OVER, PASTED, TOLD_LATER, Change, Reader

from lukasa import AsyncMemory, Handle, Memory, Settings
from lukasa.errors import InputError
from lukasa.testing.llm import ScriptedLLM

SETTINGS = Settings(embedder="none")
AT = "2026-11-20T10:00:00Z"


@pytest.mark.parametrize(
    "asked",
    [
        "What are the KPIs for user Christophe?",
        "Show me the orders of customer Dana.",
        "Which tickets are open for user Łukasz?",
    ],
)
def test_who_is_asked_about_is_not_the_user(asked: str):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        memory.of("ada").remember(asked, at=AT)

        assert memory.of("ada").facts() == []


HAHA = {"role": "user", "content": "haha"}
SAID = [{"role": "user", "content": f"Message {number}."} for number in range(8)]


@pytest.mark.parametrize(
    ("calls", "stored"),
    [
        ([[{**HAHA, "at": "2026-11-20T10:00:05Z"}, {**HAHA, "at": "2026-11-20T10:00:40Z"}]], 2),
        ([["Yes.", "Yes."]], 2),
        ([SAID[:2], SAID[:4], SAID[:8]], 8),
        ([SAID[0:4], SAID[2:6], SAID[4:8]], 8),
        ([SAID, SAID], 8),
    ],
    ids=["same minute", "same text", "growing history", "sliding window", "retry"],
)
def test_repetitions_are_kept_and_repeated_history_is_not(calls: list[Any], stored: int):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        for messages in calls:
            memory.of("ada").remember(messages, session="s")

        assert memory.stats().turns == stored


def test_a_memory_is_usable_in_one_loop_after_another_and_inside_a_running_one(tmp_path: Path):
    async def once(number: int) -> int:
        async with await AsyncMemory.open(tmp_path / "a.lukasa", settings=SETTINGS) as memory:
            await memory.of("ada").remember(f"Note {number} of many.", at=AT)
            return (await memory.stats()).turns

    async def in_a_notebook() -> int:
        with Memory.open(tmp_path / "a.lukasa", settings=SETTINGS) as memory:
            return memory.stats().turns

    assert [asyncio.run(once(number)) for number in range(3)] == [1, 2, 3]
    assert asyncio.run(in_a_notebook()) == 3


SCRIPTS = {
    "Vietnamese, decomposed": ("Tôi thích bánh mì Phượng.", "bánh mì"),
    "Hindi": ("मेरी बहन जयपुर में रहती है।", "जयपुर"),
    "Persian with ZWNJ": ("من کتاب‌ها را در شیراز می‌خرم.", "شیراز"),
    "Turkish": ("İstanbul'da IŞIK sokakta oturuyorum.", "istanbul"),
    "Greek capitals": ("Η αδελφή μου μένει στη ΘΕΣΣΑΛΟΝΙΚΗ.", "Θεσσαλονίκη"),
    "half-width kana": ("ﾄｳｷｮｳでラーメンを食べた。", "トウキョウ"),
    "Burmese": ("ကျွန်တော် ရန်ကုန်မှာ နေတယ်။", "ရန်ကုန်"),
    "Khmer": ("ខ្ញុំរស់នៅភ្នំពេញ។", "ភ្នំពេញ"),
    "Korean": ("저는 부산에서 일해요.", "부산"),
    "Arabic": ("أعيش في القاهرة منذ سنة.", "القاهرة"),
    "Hebrew": ("אני גר בחיפה עם אחותי.", "בחיפה"),
    "Chinese": ("我妹妹住在成都。", "成都"),
    "emoji": ("We adopted a dog 🐕‍🦺 yesterday.", "🐕‍🦺 dog"),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_of_every_script_are_found_among_those_of_others(script: str):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ada = memory.of("ada")
        ada.remember([text for text, _ in SCRIPTS.values()], at=AT)
        text, question = SCRIPTS[script]

        assert text in [hit.text for hit in ada.recall(question, limit=3)]


@pytest.mark.parametrize(
    ("said", "at", "day"),
    [
        ("I visited Graz yesterday.", "2024-03-01T10:00:00Z", date(2024, 2, 29)),
        ("I visited Graz yesterday.", "2026-03-30T00:30:00+02:00", date(2026, 3, 29)),
        ("I visited Graz today.", "2026-10-25T23:30:00+05:30", date(2026, 10, 25)),
        ("I visited Graz today.", "2026-01-01T00:15:00+05:45", date(2026, 1, 1)),
        ("I visited Graz yesterday.", "2026-01-01T00:15:00-08:00", date(2025, 12, 31)),
    ],
)
def test_days_are_those_of_the_speaker(said: str, at: str, day: date):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        memory.of("ada").remember(said, at=at)
        (fact,) = memory.of("ada").facts()

    assert fact.valid.start is not None
    assert fact.valid.start.date() == day


def test_who_moved_from_one_place_to_another_lives_in_the_other():
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ada = memory.of("ada")
        ada.remember("I live in Pune.", at="2026-11-01T10:00:00Z")
        ada.remember("I moved from Pune to Mumbai.", at=AT)

        assert [fact.value for fact in ada.facts() if fact.kind == "profile"] == ["Mumbai"]


@pytest.mark.parametrize("user", ["0", "null", "a/b", "ä", "a" * 200, "../x", "%00", "None", "A", "a ", "🌸"])
def test_odd_ids_are_themselves(user: str):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        for name in ("a", user):
            memory.of(name).remember(f"I am {name!r}.", at=AT)

        assert [turn.text for turn in memory.of(user).turns()] == [f"I am {user!r}."]


@pytest.mark.parametrize(
    "at", [0, True, "soon", "2026-13-01T00:00:00Z", date(2026, 1, 1), float("nan"), b"x"]
)
def test_odd_times_are_refused(at: Any):
    with Memory.open("memory:", settings=SETTINGS) as memory, pytest.raises(InputError):
        memory.of("ada").remember("x", at=at)


@pytest.mark.parametrize("value", [0, -1.5, True, None, "", "ä", [1, [None]], {"a": {"b": []}}, 2**63 - 1])
def test_metadata_comes_back_exactly(value: Any):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        memory.of("ada").remember("x y z", at=datetime(2026, 1, 1, tzinfo=UTC), metadata={"value": value})
        (turn,) = memory.of("ada").turns()

    assert turn.metadata == {"value": value}
    assert type(turn.metadata["value"]) is type(value)


TIP = "Visit the old harbour early, when the boats come in and the market is quiet; few stalls take cards. "


@pytest.mark.parametrize("question", ["Which luthier did you recommend?", "Where is Atelier Sorel?"])
def test_the_last_sentence_of_a_long_answer_is_found_and_shown(question: str):
    answer = TIP * 30 + "For your violin, the luthier I would trust is Atelier Sorel, Canal Street 14."
    with Memory.open("memory:", embedder="hashing") as memory:
        ana = memory.of("ana")
        for people in range(2, 14):
            ana.remember(f"How do I cook rice for {people} people?", session=f"rice {people}")
        ana.remember({"role": "assistant", "content": answer}, session="trip")

        hit = next(hit for hit in ana.recall(question, limit=3) if hit.text == answer)
        context = ana.context(question, budget=300)

    best = hit.passages[0]
    assert "Atelier Sorel" in answer[best.start : best.end]
    assert "Atelier Sorel" in context.text
    assert context.tokens <= 300


def test_a_session_from_the_future_comes_last_and_is_not_believed_for_ever():
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ana = memory.of("ana")
        ana.remember("I live in Ghent.", at="2099-01-01T00:00:00Z", session="1")
        ana.remember("I live in Turin now.", at="2026-11-20T00:00:00Z", session="2")
        turns = ana.recall("Where do I live?", now="2026-11-21T00:00:00Z", kinds=["turn"])
        profile = ana.context("Where do I live?", now="2026-11-21T00:00:00Z").profile

    assert [hit.at.year for hit in turns] == [2026, 2099]
    assert "Turin" in profile
    assert "Ghent" not in profile


# ── What people say of changes, of earlier times, and in the words of others ──────────────────────────────────


def values(handle: Handle, attribute: str) -> set[str]:
    return {
        (fact.value or "").lower()
        for fact in handle.facts()
        if fact.attribute == attribute and not fact.negated
    }


def after_both(change: Change, *, model: bool) -> tuple[set[str], set[str]]:
    """Return the values of the attribute after the first message, and after both."""
    llm = ScriptedLLM(Reader(change)) if model else None
    with Memory.open("memory:", settings=SETTINGS, llm=llm) as memory:
        ada = memory.of("ada")
        ada.remember(change.first, at="2026-11-10T10:00:00Z", session="1", wait=model)
        first = values(ada, change.attribute)
        session = "1" if change.bare else "2"
        ada.remember(change.then, at="2026-11-11T10:00:00Z", session=session, wait=model)
        return first, values(ada, change.attribute)


@pytest.mark.parametrize("model", [False, True], ids=["rules", "model"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.then)
def test_what_people_say_is_over_is_over(change: Change, model: bool):
    before, after = after_both(change, model=model)

    assert change.old.lower() in before
    if change.needs_model and not model:
        assert change.old.lower() in after, "the rules understand it now: let the table say so"
        return
    assert change.old.lower() not in after
    assert change.new is None or change.new.lower() in after


@pytest.mark.parametrize(("first", "then", "attribute", "value"), NOT_OVER)
def test_what_only_sounds_like_an_end_ends_nothing(first: str, then: str, attribute: str, value: str):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ada = memory.of("ada")
        for day, text in enumerate([first, then], start=10):
            ada.remember(text, at=f"2026-11-{day}T10:00:00Z", session=str(day))

        assert value.lower() in values(ada, attribute)


@pytest.mark.parametrize("asked", PASTED)
def test_what_is_pasted_quoted_or_invented_is_not_believed_of_the_user(asked: str):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ada = memory.of("ada")
        ada.remember("I live in Faro.", at="2026-11-20T09:00:00Z", session="1")
        ada.remember(asked, at="2026-11-20T10:00:00Z", session="2")

        assert [fact.text for fact in ada.facts()] == ["User lives in Faro"]


@pytest.mark.parametrize(
    ("texts", "attribute", "value"),
    [(pair, *rest) for now, earlier, *rest in TOLD_LATER for pair in ([now, earlier], [earlier, now])],
)
def test_what_is_told_of_an_earlier_time_is_the_past(texts: list[str], attribute: str, value: str):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ada = memory.of("ada")
        for day, text in enumerate(texts, start=10):
            ada.remember(text, at=f"2026-11-{day}T10:00:00Z", session=str(day))

        assert values(ada, attribute) == {value.lower()}


def test_what_a_wrong_clock_dates_ahead_does_not_outlast_what_is_said_after_it():
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ada = memory.of("ada")
        ada.remember("I live in Porto.", at="2099-01-01T00:00:00Z", session="1")
        ada.remember("I live in Faro now.", at="2026-11-20T00:00:00Z", session="2")

        assert "Porto" not in ada.context("Where do I live?").profile
        assert "Faro" in ada.context("Where do I live?").profile
