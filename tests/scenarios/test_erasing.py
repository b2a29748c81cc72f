"""Erasing: what goes along and what stays, nothing comes back, nobody else is touched. Real files. Bytes: `attack/test_erase.py`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from _settings import SETTINGS

from lukasa import Handle, Memory
from lukasa.errors import InputError, NotFoundError
from lukasa.testing.fakes import FrozenClock

START = "2026-03-01T10:00:00+00:00"


@pytest.fixture
def alice(memory: Memory) -> Handle:
    return memory.of("alice")


def test_erasing_a_user_leaves_every_other_partition_as_it_was(memory: Memory):
    others = [memory.of("alic"), memory.of("alice", tenant="other"), memory.of("Alice")]
    for handle in (*others, memory.of("alice")):
        handle.remember(
            {"role": "user", "name": "Ana", "content": "I live in Lisbon with two cats."}, at=START
        )
        handle.believe("Ana plays chess.", subject="Ana")

    def seen(handle: Handle) -> object:
        return (
            handle.turns(include_retired=True),
            handle.facts(include_retired=True),
            handle.changes(),
            handle.stats(),
        )

    before = [seen(handle) for handle in others]
    memory.of("alice").erase(everything=True)

    assert [seen(handle) for handle in others] == before
    assert memory.of("alice").turns() == []
    assert memory.of("alice").changes() == []


def test_what_was_erased_does_not_come_back_by_itself(alice: Handle, clock: FrozenClock):
    said = {"role": "user", "name": "Ana", "content": "I live in Lisbon with two cats."}
    alice.remember(said, at=START)
    alice.erase(text="two cats")

    again = alice.remember(said, at=START)
    later = alice.remember(said, at=clock.advance(timedelta(days=9)))

    assert (again.turns, later.turns) == ((), ())
    assert "erased" in again.skipped[0]
    assert alice.turns() == alice.facts() == []

    assert alice.readmit(texts=said["content"], speaker="Ana") == 1
    assert len(alice.remember(said, at=clock.advance(timedelta(days=9))).turns) == 1


def test_a_fact_that_also_rests_on_another_turn_stays(alice: Handle, clock: FrozenClock):
    first = alice.remember({"role": "user", "name": "Ana", "content": "I live in Lisbon."}, at=clock())
    clock.advance(timedelta(days=1))
    alice.remember({"role": "user", "name": "Ana", "content": "I live in Lisbon, you know."}, at=clock())
    (fact,) = [each for each in alice.facts() if each.attribute == "lives_in"]
    assert fact.evidence == 2

    erased = alice.erase(first.turns)

    assert list(erased.rewritten) == [fact.id]
    (left,) = [each for each in alice.facts() if each.attribute == "lives_in"]
    assert (left.id, left.evidence, len(left.sources)) == (fact.id, 1, 1)
    assert alice.why(left.id).testimony[0].quote.startswith("I live in Lisbon")


def test_what_an_erased_fact_had_superseded_is_believed_again(alice: Handle, clock: FrozenClock):
    alice.believe("Ana lives in Porto.", subject="Ana", attribute="lives_in", value="Porto")
    clock.advance(timedelta(days=1))
    moved = alice.remember({"role": "user", "name": "Ana", "content": "I live in Lisbon."}, at=clock())
    assert [fact.value for fact in alice.facts() if fact.attribute == "lives_in"] == ["Lisbon"]

    alice.erase(moved.turns)

    (fact,) = [fact for fact in alice.facts() if fact.attribute == "lives_in"]
    assert (fact.value, fact.status, fact.valid.end) == ("Porto", "current", None)


def test_an_erasure_that_is_repeated_succeeds_and_says_so(alice: Handle, clock: FrozenClock):
    first = alice.remember(
        {"role": "user", "name": "Ana", "content": "I live in Lisbon."}, session="s", at=clock()
    )
    (fact,) = alice.facts()
    alice.remember("The harbour was quiet.", at=clock())

    assert list(alice.erase(first.turns).turns) == list(first.turns)
    again = alice.erase(first.turns, facts=fact.id)

    assert (again.turns, again.facts, again.complete) == ((), (), True)
    assert set(again.already) == {*first.turns, fact.id}
    assert alice.erase(session="s").turns == alice.erase(text="Lisbon").turns == ()
    alice.erase(everything=True)
    assert set(alice.erase(first.turns, facts=fact.id).already) == {*first.turns, fact.id}
    assert alice.erase(everything=True).complete


def test_a_call_repeated_with_its_key_changes_nothing(memory: Memory, alice: Handle, clock: FrozenClock):
    said = {"role": "user", "name": "Ana", "content": "I live in Lisbon."}
    first = alice.remember(said, session="s", key="k")
    before = alice.facts(), alice.changes()
    clock.advance(timedelta(hours=1))

    again = alice.remember(said, session="s", key="k")
    alice.remember({**said, "key": "k#0"}, session="s")

    assert (again.turns, list(again.duplicates)) == ((), list(first.turns))
    assert (alice.facts(), alice.changes()) == before
    assert memory.verify().findings == ()
    assert len(alice.erase(first.turns).facts) == len(before[0])


def test_a_fact_whose_source_is_gone_can_still_be_erased(tmp_path: Path, clock: FrozenClock):
    path = tmp_path / "old.lukasa"
    with Memory.open(path, settings=SETTINGS, clock=clock) as memory:
        alice = memory.of("alice")
        first = alice.remember({"role": "user", "name": "Ana", "content": "I live in Lisbon."}, at=clock())
        later = clock.advance(timedelta(days=1))
        second = alice.remember({"role": "user", "name": "Ana", "content": "I live in Lisbon."}, at=later)
    # As an older version could leave it: a source that no turn stands behind.
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE documents SET name = 't_gone' WHERE name = ?", (second.turns[0],))
    connection.close()
    with Memory.open(path, settings=SETTINGS, clock=clock) as memory:
        assert len(memory.of("alice").erase(first.turns).facts) == 1


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Wir treffen Zoë morgen.", "zoe\u0308"),
        ("Die Straße ist gesperrt.", "STRASSE"),
        ("Yarın İstanbul'a gidiyoruz.", "istanbul"),
        ("Toplantıya Işıl da gelecek.", "IŞIL"),
        ("Kemal ısırgan topladı.", "ISIRGAN"),
        ("Вчера приехала Алёна.", "АЛЁНА"),
        ("한국에 갑니다.", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("Ｌｉｓｂｏｎ", "lisbon"),
    ],
)
def test_a_text_is_found_in_any_case_and_form(said: str, text: str, alice: Handle):
    alice.remember(said, at=START)

    assert len(alice.erase(text=text).turns) == 1


def test_erasing_nothing_in_particular_is_refused(alice: Handle):
    with pytest.raises(InputError, match="say what to erase"):
        alice.erase()
    with pytest.raises(InputError, match="must not be empty"):
        alice.erase(text=" ")
    with pytest.raises(InputError, match="must not be empty"):
        alice.erase(text="\u200b")
    with pytest.raises(NotFoundError, match="t_nothing"):
        alice.erase("t_nothing")


def test_erasing_a_session_and_a_fact(alice: Handle, clock: FrozenClock):
    alice.remember({"role": "user", "name": "Ana", "content": "I live in Lisbon."}, session="s1", at=clock())
    alice.believe("Ana plays chess.", subject="Ana")
    (chess,) = [fact for fact in alice.facts() if fact.text == "Ana plays chess."]

    alice.erase(session="s1")
    assert [fact.id for fact in alice.facts()] == [chess.id]

    alice.erase(facts=chess.id)
    assert alice.facts(include_retired=True) == []
    assert [turn.text for turn in alice.turns()] == ["Ana plays chess."]
    refused = alice.believe("Ana plays chess.", subject="Ana")
    assert list(refused.facts) == []
