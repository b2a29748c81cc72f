"""What was served is known again when it comes back. The people are invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lukasa.domain.scope import Partition
from lukasa.gate import echoes
from lukasa.gate.echoes import Echoes, fingerprints, is_echo

CONTEXT = """\
8 May 2023, Monday
Ingrid[1]: I moved to Lisbon in May. It is very warm here in the summer.
  My flat has a view of the river.
Farid Haddad[2]: My two cats are called Tomasz and Lia.
9 May 2023, Tuesday
Ingrid[3]: I don't eat any meat at all.
Noor[4]: 我去年搬到了里斯本，现在在一家书店工作。
"""
SERVED = fingerprints(CONTEXT)

COPIES = (
    "I moved to Lisbon in May.",
    "i moved to lisbon in may",
    "I MOVED TO LISBON IN MAY!!!",
    "Ingrid[1]: I moved to Lisbon in May. It is very warm here in the summer.",
    "[8 May 2023] Ingrid: I moved to Lisbon in May.",
    "Ingrid: I moved to Lisbon in May.",
    "- Ingrid: I moved to Lisbon in May.",
    "1. I moved to Lisbon in May.",
    "> I moved to\n> Lisbon in May. It\n> is very warm here in the summer.",
    "I moved to\nLisbon in May.",
    "<memory>\nI moved to Lisbon in May.\n</memory>",
    "<context id='7'>My two cats are called Tomasz and Lia</context>",
    "My two cats are called Tomasz and Lia.\nI moved to Lisbon in May.",
    "I don’t eat any meat at all",
    "I don't eat any meat\u200b at all",
    "“My flat has a view of the river.”",
    "我去年搬到了里斯本，现在在一家书店工作。",
    CONTEXT,
    CONTEXT.upper(),
    CONTEXT.replace("\n", " "),
    "\n".join(reversed(CONTEXT.splitlines())),
)

NEW = (
    "My three cats are called Tomasz and Lia.",
    "I do eat any meat at all.",
    "I moved to Porto in May.",
    "I moved to Lisbon in June.",
    "I never moved to Lisbon in May.",
    "Actually, I moved to Lisbon in May and left in June.",
    "I moved.",
    "Lisbon in May",
    "Thanks, that is right: it is very warm here. I bought a fan.",
    "我去年搬到了波尔图，现在在一家书店工作。",
    "",
)


@pytest.mark.parametrize("text", COPIES)
def test_a_copy_is_known_again(text):
    assert is_echo(text, SERVED)


@pytest.mark.parametrize("text", NEW)
def test_what_differs_in_a_word_is_no_copy(text):
    assert not is_echo(text, SERVED)


def test_nothing_is_a_copy_when_nothing_was_served():
    assert not is_echo("I moved to Lisbon in May.", frozenset())


def test_fingerprints_do_not_hold_the_text():
    assert not any("lisbon" in digest for digest in SERVED)
    assert {len(digest) for digest in SERVED} == {16}


def test_each_partition_has_its_own():
    served = Echoes()
    ana, ben = Partition("t", "ana"), Partition("t", "ben")
    served.note(ana, [CONTEXT])

    assert is_echo("I moved to Lisbon in May.", served.of(ana))
    assert served.of(ben) == frozenset()


def test_what_was_served_longest_ago_makes_room():
    served = Echoes(max_runs=10)
    ana = Partition("t", "ana")
    served.note(ana, ["one two three four five six seven eight"])
    served.note(ana, ["a b c d e f g h i j k"])

    assert len(served.of(ana)) == 8
    assert not is_echo("one two three four five", served.of(ana))
    assert is_echo("g h i j k", served.of(ana))


def test_the_partition_that_was_served_longest_ago_makes_room_for_others():
    served = Echoes(max_in_all=9)
    ana, ben, mia = (Partition("t", name) for name in ("ana", "ben", "mia"))
    served.note(ana, ["one two three four five six seven eight"])
    served.note(ben, ["a b c d e f g h"])
    served.note(ana, ["one two three four five six seven eight"])
    served.note(mia, ["r s t u v w x y"])

    assert len(served.of(ana)) == 5
    assert served.of(ben) == frozenset()
    assert len(served.of(mia)) == 5


def test_an_erased_partition_leaves_nothing():
    served = Echoes()
    ana = Partition("t", "ana")
    served.note(ana, [CONTEXT])

    served.drop(ana)

    assert served.of(ana) == frozenset()


def test_a_text_is_digested_once_and_only_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    digested: list[str] = []
    words = echoes._words
    monkeypatch.setattr(echoes, "_words", lambda text: digested.append(text) or words(text))
    served, ana = Echoes(), Partition("t", "ana")

    for _ in range(3):
        served.note(ana, ["one two three four five", "six seven eight nine"])
    assert digested == []
    for _ in range(3):
        assert len(served.of(ana)) == 3
        served.note(ana, ["one two three four five"])
    assert digested == ["one two three four five", "six seven eight nine"]


def test_what_was_said_before_it_was_served_is_no_copy_of_it():
    served, ana = Echoes(), Partition("t", "ana")
    first, second = (datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2))
    served.note(ana, ["one two three four"], at=first)
    served.note(ana, ["one two three four", "five six seven eight"], at=second)

    assert served.of(ana, before=first) == frozenset()
    assert len(served.of(ana, before=second)) == 1
    assert len(served.of(ana)) == 2
