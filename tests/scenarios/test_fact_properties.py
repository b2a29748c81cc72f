"""Whatever is done to facts, in whatever order: nothing becomes unreachable, and an undo restores the view before."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import timedelta
from random import Random

from _settings import SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st

from lukasa import Fact, Handle, Memory
from lukasa.errors import ConflictError
from lukasa.testing.fakes import FrozenClock

START = "2026-03-01T10:00:00+00:00"
PLACES = ("Porto", "Lisbon", "Rome")


def state(handle: Handle, _clock: FrozenClock, chance: Random) -> int:
    """State something of Ana or Eva; return the number of the call."""
    subject, place = chance.choice(["Ana", "Eva"]), chance.choice(PLACES)
    attribute = chance.choice(["lives_in", "likes", "dislikes", "owns"])
    said = {"lives_in": "lives in", "likes": "likes", "dislikes": "dislikes", "owns": "owns a house in"}
    return handle.believe(
        f"{subject} {said[attribute]} {place}.", subject=subject, attribute=attribute, value=place
    ).change


def say(handle: Handle, clock: FrozenClock, chance: Random) -> int:
    text = chance.choice(
        ["I live in Lisbon.", "I no longer live in Lisbon.", "I moved to Rome.", "I love Porto."]
    )
    message = {"role": "user", "name": "Ana", "content": text}
    return handle.remember(message, at=clock(), session=chance.choice(["s1", "s2"])).change


def find(handle: Handle, clock: FrozenClock, chance: Random) -> int:
    """Say something, and name facts that were found in it, some of which it does not say."""
    place, other = chance.sample(PLACES, 2)
    text = chance.choice([f"I live in {place} now.", f"I left {place}.", f"I love {place}."])
    attribute = chance.choice(["lives_in", "likes"])
    fact = {"subject": "Ana", "attribute": attribute, "ended": chance.random() < 0.2}
    facts = [{**fact, "text": f"Ana lives in {each}", "value": each} for each in (place, other)]
    message = {"role": "user", "name": "Ana", "content": text}
    return handle.remember(message, at=clock(), session="s1", facts=facts).change


def hide(handle: Handle, _clock: FrozenClock, chance: Random) -> int:
    known = handle.facts(include_retired=True)
    if known:
        handle.forget(chance.choice(known).id)
    return 0


def show(handle: Handle, _clock: FrozenClock, chance: Random) -> int:
    known = handle.facts(include_retired=True)
    if known:
        handle.restore(chance.choice(known).id)
    return 0


def amend(handle: Handle, _clock: FrozenClock, chance: Random) -> int:
    known = handle.facts()
    if known:
        handle.amend(chance.choice(known).id, pinned=chance.random() < 0.5, reason="why not")
    return 0


def take_back(handle: Handle, _clock: FrozenClock, chance: Random) -> int:
    calls = sorted({entry.call for entry in handle.changes() if entry.op != "erase"})
    if calls:
        with contextlib.suppress(ConflictError):  # later changes rest on it: refused, and nothing is done
            handle.undo(call=chance.choice(calls))
    return 0


ACTIONS: tuple[Callable[[Handle, FrozenClock, Random], int], ...] = (
    state, state, state, say, find, say, find, hide, show, amend, take_back,
)  # fmt: skip


@settings(max_examples=settings().max_examples // 4)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 25))
def test_everything_that_was_believed_can_be_read_as_of_then(seed: int, steps: int):
    chance, clock = Random(seed), FrozenClock(START)
    with Memory.open("memory:", settings=SETTINGS, clock=clock) as memory:
        handle = memory.of("ana")
        seen: dict[int, list[Fact]] = {}
        for _ in range(steps):
            chance.choice(ACTIONS)(handle, clock, chance)
            clock.advance(timedelta(hours=chance.randrange(1, 40)))
            seen[len(handle.changes())] = handle.facts()

        assert {version: handle.facts(as_of=version) for version in seen} == seen
        assert memory.verify().findings == ()


@settings(max_examples=settings().max_examples // 4)
@given(seed=st.integers(0, 2**32), steps=st.integers(0, 12))
def test_undoing_the_last_call_restores_the_view_before_it(seed: int, steps: int):
    chance, clock = Random(seed), FrozenClock(START)
    with Memory.open("memory:", settings=SETTINGS, clock=clock) as memory:
        handle = memory.of("ana")
        for _ in range(steps):
            chance.choice(ACTIONS)(handle, clock, chance)
            clock.advance(timedelta(hours=chance.randrange(1, 40)))
        before = handle.facts(), handle.turns()

        call = chance.choice([state, say, find])(handle, clock, chance)
        if call:
            handle.undo(call=call)

        assert [(f.id, f.text, f.status, f.valid, f.evidence, f.sources) for f in handle.facts()] == [
            (f.id, f.text, f.status, f.valid, f.evidence, f.sources) for f in before[0]
        ]
        assert handle.turns() == before[1]


@settings(max_examples=settings().max_examples // 4)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 25))
def test_no_one_lives_in_two_places_at_once(seed: int, steps: int):
    chance, clock = Random(seed), FrozenClock(START)
    with Memory.open("memory:", settings=SETTINGS, clock=clock) as memory:
        handle = memory.of("ana")
        for _ in range(steps):
            chance.choice([state, say, find])(handle, clock, chance)
            clock.advance(timedelta(hours=chance.randrange(1, 40)))

        homes = [
            fact.subject
            for fact in handle.facts()
            if fact.attribute == "lives_in" and not fact.negated and fact.valid.holds(clock())
        ]
        assert len(homes) == len(set(homes))


@settings(max_examples=settings().max_examples * 2 // 5)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_undone_in_any_order_facts_say_what_the_calls_that_remain_said(seed: int):
    chance, clock = Random(seed), FrozenClock(START)
    with Memory.open("memory:", settings=SETTINGS, clock=clock) as memory:
        handle = memory.of("ana")
        said: dict[int, str] = {}
        undone: set[int] = set()
        for number in range(chance.randrange(2, 14)):
            clock.advance(timedelta(hours=chance.randrange(1, 40)))
            if said and chance.random() < 0.5:
                call = chance.choice(sorted(said))
                handle.undo(call=call)
                undone.add(call)
            else:
                thing = chance.choice(["boat", "kite"])
                words = f"Ana owns a {thing}, she said word{number}x."
                receipt = handle.believe(words, subject="Ana", attribute="owns", value=thing)
                said[receipt.change] = thing

        left = {call: thing for call, thing in said.items() if call not in undone}
        facts = {str(fact.value): fact for fact in handle.facts()}
        assert set(facts) == set(left.values())
        turns = {turn.id: turn.text for turn in handle.turns()}
        assert len(turns) == len(left)
        for thing, fact in facts.items():
            assert fact.evidence == list(left.values()).count(thing), fact
            assert sorted(turns[source.turn] for source in fact.sources) == sorted(
                text for text in turns.values() if f"a {thing}," in text
            )
            assert fact.worded_by in turns
            assert set(re.findall(r"word\d+x", fact.text)) <= set(re.findall(r"word\d+x", repr(turns)))
        assert memory.verify().findings == ()
