"""What `export` yields, `remember` takes back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lukasa import Handle, Memory, Settings, Turn
from lukasa.errors import InputError, KeyReuseError
from lukasa.testing.fakes import FrozenClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = Settings(store="memory:", embedder="hashing")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def here(clock: FrozenClock) -> Iterator[Handle]:
    with Memory.open(settings=SETTINGS, clock=clock) as memory:
        yield memory.of("ana")


@pytest.fixture
def there() -> Iterator[Handle]:
    """Another store, a year later."""
    with Memory.open(settings=SETTINGS, clock=FrozenClock(NOON + timedelta(days=365))) as memory:
        yield memory.of("ana")


def tell(handle: Handle, clock: FrozenClock) -> None:
    """Say something of every sort."""
    handle.remember("The violin is broken.", session="s1")
    clock.advance(timedelta(minutes=1))
    handle.remember(
        [
            {"role": "user", "name": "Ana", "content": "It fell\noff the shelf."},
            {"role": "assistant", "content": "How sad."},
            {"role": "tool", "content": "{}", "metadata": {"tool": "calendar", "rows": [1, None, 2.5]}},
        ],
        session="s1",
        agent="helper",
    )
    handle.remember(["Hm.", "Hm.", "Hm."], at="2026-03-02T09:00:00.000123+05:45", origin="web")
    for key in ("a", "b"):
        handle.remember(["Yes.", "Yes."], at="2026-03-03T09:00:00Z", session="s2", key=key)
    handle.remember({"role": "system", "content": "Be kind."}, origin="user", session="s3")


def as_told(turn: Turn) -> Turn:
    """Leave out the only thing that another store knows otherwise."""
    return replace(turn, recorded_at=NOON)


def all_turns(handle: Handle) -> list[Turn]:
    return [as_told(turn) for turn in handle.turns(include_retired=True)]


def test_another_store_has_the_same_turns_afterwards(here: Handle, there: Handle, clock: FrozenClock):
    tell(here, clock)
    here.forget(session="s2", reason="private")

    receipt = there.remember(list(here.export()))

    assert all_turns(there) == all_turns(here)
    assert len(receipt.turns) == 12
    assert [turn.id for turn in there.turns()] == [turn.id for turn in here.turns()]
    assert not [hit for hit in there.recall("Yes.") if hit.session == "s2"]


def test_it_may_have_been_written_down_in_between(here: Handle, there: Handle, clock: FrozenClock):
    tell(here, clock)
    lines = [json.dumps(turn) for turn in here.export()]

    there.remember([json.loads(line) for line in lines])

    assert list(there.export()) == [
        {**json.loads(line), "recorded_at": (NOON + timedelta(days=365)).isoformat()} for line in lines
    ]


def test_a_second_time_and_at_home_nothing_is_stored(here: Handle, there: Handle, clock: FrozenClock):
    tell(here, clock)
    exported = list(here.export())
    there.remember(exported)

    for handle in (there, here):
        before = all_turns(handle)
        receipt = handle.remember(exported)
        assert (receipt.turns, len(receipt.duplicates)) == ((), 12)
        assert all_turns(handle) == before


def test_a_turn_that_is_known_stays_as_it_is(here: Handle, there: Handle):
    here.remember("The violin is broken.", at=NOON)
    there.remember(list(here.export()))
    here.forget([turn.id for turn in here.turns()])

    there.remember(list(here.export()))

    assert [turn.text for turn in there.turns()] == ["The violin is broken."]


def test_the_labels_of_a_message_go_before_those_of_the_call(here: Handle):
    own = {"text": "one", "session": "s9", "agent": "b", "origin": "web", "speaker": "Ben", "at": NOON}

    here.remember(
        [own, {"content": "other"}], session="s1", agent="a", origin="tool", at="2026-01-01T00:00:00Z"
    )

    one, other = here.turns()
    assert (one.session, one.agent, one.origin, one.speaker, one.at) == ("s9", "b", "web", "Ben", NOON)
    assert (other.session, other.agent, other.origin) == ("s1", "a", "tool")


def test_the_key_of_a_message_is_its_own(here: Handle, clock: FrozenClock):
    here.remember([{"content": "one", "key": "k1"}, {"content": "two"}], key="call")
    clock.advance(timedelta(days=1))

    again = here.remember({"content": "one", "key": "k1"})

    assert [turn.key for turn in here.turns()] == ["k1", "call#1"]
    assert again.turns == ()
    with pytest.raises(KeyReuseError, match="k1"):
        here.remember({"content": "another", "key": "k1"})


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"text": "a", "name": "Ana", "speaker": "Ben"}, "message 1 has two speakers.*'Ana'.*'Ben'"),
        ({"text": "a", "origin": "dream"}, "message 1: 'origin'.*unknown origin 'dream'"),
        ({"text": "a", "session": ""}, "message 1: 'session'"),
        ({"text": "a", "agent": 7}, "message 1: 'agent'"),
        ({"text": "a", "key": " "}, "message 1: 'key'"),
        ({"text": "a", "retired_at": "yesterday"}, "cannot read 'yesterday'"),
        ({"text": "a", "retired_at": 7}, "message 1: 'retired_at'"),
        ({"text": 7}, "message 1: 'content'"),
        ({"name": "Ana"}, "message 1 has no 'content'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(here: Handle, message: dict[str, Any], problem: str):
    with pytest.raises(InputError, match=problem):
        here.remember(["good", message], at=NOON)
    assert here.turns() == []


def test_a_name_may_be_said_in_both_words(here: Handle):
    here.remember({"text": "a", "name": "Ana", "speaker": "Ana"}, at=NOON)

    assert here.turns()[0].speaker == "Ana"


def test_a_content_that_is_empty_is_not_replaced_by_a_text(here: Handle):
    receipt = here.remember([{"content": None, "text": "a"}, "b"], at=NOON)

    assert [turn.text for turn in here.turns()] == ["b"]
    assert len(receipt.skipped) == 1
