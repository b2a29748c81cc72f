"""What a user does, from the first turn to another store, told in order. Real files, no model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from _settings import SETTINGS

from lukasa import Handle, Memory, Settings, Turn
from lukasa.errors import KeyReuseError, NotFoundError
from lukasa.retrieval.features import FEATURES
from lukasa.surfaces.cli.main import main
from lukasa.testing.fakes import FrozenClock

START = "2026-03-01T10:00:00+01:00"

DIARY = [
    {
        "role": "user",
        "name": "Ines",
        "content": "I moved to Lisbon last month.",
        "at": "2026-03-01T10:00:00Z",
    },
    {"role": "assistant", "content": "How is the new flat?", "at": "2026-03-01T10:01:00Z"},
    {"role": "user", "name": "Ines", "content": "My violin broke on the way.", "at": "2026-03-01T10:02:00Z"},
    {"role": "user", "name": "Ines", "content": "I teach chess on Fridays.", "at": "2026-04-11T18:00:00Z"},
]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture
def memory(tmp_path: Path, clock: FrozenClock) -> Iterator[Memory]:
    with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS, clock=clock) as opened:
        yield opened


@pytest.fixture
def alice(memory: Memory) -> Handle:
    return memory.of("alice")


def texts(handle: Handle, **query: object) -> list[str]:
    return [turn.text for turn in handle.turns(**query)]  # type: ignore[arg-type]


def found(handle: Handle, question: str) -> list[str]:
    return [hit.text for hit in handle.recall(question)]


# ── A whole life ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_turn_is_remembered_recalled_shown_forgotten_restored_and_taken_along(tmp_path: Path):
    first, second = tmp_path / "first.lukasa", tmp_path / "second.lukasa"
    with Memory.open(first, settings=SETTINGS) as memory:
        alice = memory.of("alice")
        receipt = alice.remember(DIARY, session="march", agent="helper", metadata={"app": "diary"})
        assert (len(receipt.turns), list(receipt.duplicates)) == (4, [])

        recalled = alice.recall("What happened to the violin?")
        best = recalled.hits[0]
        assert best.kind == "turn"
        assert (recalled.mode, recalled.abstained, recalled.searched) == ("full", False, 4)
        assert best.text == "My violin broke on the way."
        assert (best.id, best.speaker, best.session) == (receipt.turns[2], "Ines", "march")
        assert best.sources[0].turn == best.id
        assert best.text[best.sources[0].start : best.sources[0].end] == best.text
        assert best.metadata == {"app": "diary"}

        block = alice.context("What happened to the violin?", budget=60)
        assert "1 March 2026, Sunday" in block.text
        assert ("violin broke" in block.text, block.tokens <= 60) == (True, True)
        assert [turn.at for turn in block.turns] == sorted(turn.at for turn in block.turns)

        forgotten = alice.forget(best.id, reason="she asked")
        assert forgotten.retired == (best.id,)
        assert best.text not in found(alice, "What happened to the violin?")
        assert best.text not in alice.context("What happened to the violin?").text
        assert best.text not in texts(alice)
        assert alice.forget(best.id).retired == ()

        assert alice.restore(best.id) == [best.id]
        assert found(alice, "What happened to the violin?")[0] == best.text
        alice.forget(receipt.turns[3])
        of_turns = [entry for entry in alice.changes() if entry.op in {"retire", "restore"}]
        assert [(entry.op, entry.verb, entry.reason) for entry in of_turns] == [
            ("retire", "forget", "she asked"),
            ("restore", "restore", ""),
            ("retire", "forget", ""),
        ]
        before = alice.turns(include_retired=True)

    file = tmp_path / "alice.jsonl"
    cli("export", "--db", first, "--user", "alice", "-o", file)
    cli("import", file, "--db", second, "--user", "alice")

    with Memory.open(second, settings=SETTINGS) as other:
        after = other.of("alice").turns(include_retired=True)
        assert [essence(turn) for turn in after] == [essence(turn) for turn in before]
        assert [turn.retired_at is None for turn in after] == [True, True, True, False]
        assert "My violin broke on the way." in found(other.of("alice"), "What happened to the violin?")[:2]
        assert other.verify().ok


def essence(turn: Turn) -> tuple[object, ...]:
    """Return all that must survive a move; when it was stored and hidden is another matter."""
    at = turn.at.isoformat()
    return (
        turn.id,
        turn.role,
        turn.text,
        at,
        turn.speaker,
        turn.session,
        turn.agent,
        turn.origin,
        turn.metadata,
        turn.key,
    )


def cli(*arguments: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUKASA_EMBEDDER", "hashing")
        assert main([*map(str, arguments)]) == 0


def test_an_export_is_verbatim_and_streams_in_order(alice: Handle):
    alice.remember([{"role": "user", "content": f"Turn {n}."} for n in range(1100)], at=START, key="k")
    (hidden,) = alice.forget(alice.turns(limit=1)[0].id).retired

    export = list(alice.export())

    assert [each["text"] for each in export] == [f"Turn {n}." for n in range(1100)]
    assert [each["seq"] for each in export] == list(range(1, 1101))
    assert [each["id"] for each in export if "retired_at" in each] == [hidden]
    assert {each["at"] for each in export} == {START}


# ── The same turn twice ────────────────────────────────────────────────────────────────────────────────────


def test_the_same_turn_at_the_same_time_is_stored_once_whenever_it_comes(alice: Handle, clock: FrozenClock):
    (first,) = alice.remember("I moved to Lisbon.", at=START).turns
    clock.advance(timedelta(days=400))

    again = alice.remember("I moved to Lisbon.", at="2026-03-01T09:00:00Z")

    assert (again.turns, list(again.duplicates)) == ((), [first])
    assert again.usage.embedded == 0
    assert len(alice.turns()) == 1


def test_the_same_words_at_another_time_in_another_session_or_by_another_speaker_are_another_turn(
    alice: Handle,
):
    said = {"role": "user", "content": "Good morning."}
    for message, labels in [
        (said, {"at": START}),
        (said, {"at": "2026-03-02T10:00:00Z"}),
        (said, {"at": START, "session": "s"}),
        (said, {"at": START, "agent": "a"}),
        ({**said, "role": "assistant"}, {"at": START}),
        ({**said, "name": "Ines"}, {"at": START}),
        ({**said, "content": "Good morning!"}, {"at": START}),
    ]:
        receipt = alice.remember(message, **labels)  # type: ignore[arg-type]
        assert (len(receipt.turns), list(receipt.duplicates)) == (1, [])

    assert len(alice.turns()) == 7


def test_a_retry_without_a_time_is_the_same_turn_for_ten_minutes(alice: Handle, clock: FrozenClock):
    (first,) = alice.remember("ok", session="s").turns
    clock.advance(timedelta(minutes=10))
    retry = alice.remember("ok", session="s")
    clock.advance(timedelta(microseconds=1))
    later = alice.remember("ok", session="s")

    assert (retry.turns, list(retry.duplicates)) == ((), [first])
    assert (len(later.turns), list(later.duplicates)) == (1, [])


def test_the_same_word_in_another_session_is_no_retry(alice: Handle):
    alice.remember("ok", session="s")
    alice.remember("ok")
    alice.remember("ok", session="t")

    assert len(alice.turns()) == 3


def test_a_retry_without_session_is_known_behind_the_turns_of_many_sessions(
    alice: Handle, clock: FrozenClock
):
    (first,) = alice.remember("No session here.").turns
    for n in range(60):
        clock.advance(timedelta(seconds=1))
        alice.remember(f"Turn {n}.", session=f"s{n}")

    assert list(alice.remember("No session here.").duplicates) == [first]


def test_what_was_said_in_between_makes_it_a_new_turn(alice: Handle, clock: FrozenClock):
    for word in ("yes", "no", "yes"):
        clock.advance(timedelta(seconds=1))
        alice.remember(word, session="s")

    assert texts(alice) == ["yes", "no", "yes"]


def test_a_word_said_twice_in_one_list_is_two_turns_and_the_list_again_is_none(
    alice: Handle, clock: FrozenClock
):
    messages = ["ok", "Are you sure?", "ok"]

    first = alice.remember(messages, session="s")
    clock.advance(timedelta(hours=3))
    again = alice.remember(messages, session="s")

    assert len(set(first.turns)) == 3
    assert (again.turns, list(again.duplicates)) == ((), list(first.turns))
    assert texts(alice) == messages


def test_a_word_said_twice_at_one_time_is_two_turns(alice: Handle):
    first = alice.remember(["ok", "ok"], at=START)
    again = alice.remember(["ok", "ok"], at=START)

    assert len(set(first.turns)) == 2
    assert list(again.duplicates) == list(first.turns)


def test_history_that_is_sent_again_and_grows_is_stored_once(alice: Handle, clock: FrozenClock):
    history: list[dict[str, str]] = []
    for n in range(20):
        history += [{"role": "user", "content": f"Question {n}?"}, {"role": "assistant", "content": "ok"}]
        clock.advance(timedelta(minutes=7))
        receipt = alice.remember(history, session="s")
        assert (len(receipt.turns), len(receipt.duplicates)) == (2, 2 * n)

    assert texts(alice) == [message["content"] for message in history]


def test_a_window_of_history_that_moves_on_is_stored_once(alice: Handle, clock: FrozenClock):
    said = [f"Line {n}." for n in range(30)]
    for n in range(5, 31):
        clock.advance(timedelta(hours=1))
        alice.remember(said[n - 5 : n], session="s")

    assert texts(alice) == said


def test_a_key_makes_a_call_happen_once_whatever_its_times(alice: Handle, clock: FrozenClock):
    first = alice.remember(["One.", "Two."], key="call 7", session="s")
    clock.advance(timedelta(days=2))
    again = alice.remember(["One.", "Two."], key="call 7", session="s")
    longer = alice.remember(["One.", "Two.", "Three."], key="call 7", session="s")

    assert (again.turns, list(again.duplicates)) == ((), list(first.turns))
    assert (len(longer.turns), list(longer.duplicates)) == (1, list(first.turns))
    assert texts(alice) == ["One.", "Two.", "Three."]


def test_a_key_with_other_content_is_refused_and_nothing_is_stored(alice: Handle):
    alice.remember("One.", key="k")

    with pytest.raises(KeyReuseError, match="k#0"):
        alice.remember(["Other.", "More."], key="k")
    assert texts(alice) == ["One."]


def test_two_calls_with_keys_of_their_own_may_say_the_same(alice: Handle):
    for key in ("k1", "k2"):
        assert len(alice.remember("ok", key=key, at=START).turns) == 1

    assert texts(alice) == ["ok", "ok"]


def test_a_forgotten_turn_that_is_sent_again_stays_forgotten(alice: Handle):
    (first,) = alice.remember("My PIN is 0000.", at=START).turns
    alice.forget(first)

    assert list(alice.remember("My PIN is 0000.", at=START).duplicates) == [first]
    assert found(alice, "What is my PIN?") == []


# ── Forgetting ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_session_is_forgotten_at_once_and_no_other(alice: Handle):
    for n in range(5):
        alice.remember(f"Secret {n} in Porto.", session="private")
    alice.remember("Public Porto.", session="open")

    assert len(alice.forget(session="private").retired) == 5
    assert texts(alice) == ["Public Porto."]
    assert found(alice, "Porto") == ["Public Porto."]
    assert alice.forget(session="private").retired == ()


def test_one_unknown_id_and_nothing_is_forgotten(alice: Handle):
    (first,) = alice.remember("One.").turns

    with pytest.raises(NotFoundError, match="t_nobody"):
        alice.forget([first, "t_nobody"])
    with pytest.raises(NotFoundError, match="t_nobody"):
        alice.restore(["t_nobody"])
    assert texts(alice) == ["One."]


# ── Listing and asking ─────────────────────────────────────────────────────────────────────────────────────


def test_turns_are_listed_in_pages_by_time_and_by_filter(alice: Handle):
    alice.remember(DIARY, session="march", metadata={"topic": "life"})

    page = alice.turns(limit=3)
    assert texts(alice, after=page[-1].seq) == ["I teach chess on Fridays."]
    assert texts(alice, newest_first=True, limit=1) == ["I teach chess on Fridays."]
    assert texts(alice, since="2026-03-01T10:01:00Z", until="2026-03-01T10:02:00Z") == [
        "How is the new flat?"
    ]
    assert texts(alice, filter={"role": "assistant", "metadata.topic": "life"}) == ["How is the new flat?"]
    assert texts(alice, session="april") == []


def test_a_filter_decides_what_may_be_recalled(alice: Handle):
    alice.remember("The boat is in Faro.", at=START, session="a")
    alice.remember("The boat was sold in Faro.", at=START, session="b")

    recalled = alice.recall("Where is the boat?", filter={"session": "a"})
    assert ([hit.session for hit in recalled], recalled.searched) == (["a"], 1)
    assert alice.context("Where is the boat?", filter={"session": {"ne": "a"}}).turns[0].session == "b"
    assert not alice.recall("Where is the boat?", filter={"session": "c"})


def test_an_empty_memory_abstains_and_says_so(alice: Handle):
    recalled, block = alice.recall("Anything?"), alice.context("Anything?")

    assert (recalled.hits, recalled.abstained, recalled.searched, recalled.warnings) == ([], True, 0, [])
    assert (block.text, block.tokens, block.turns, block.abstained) == ("", 0, (), True)


def test_explaining_lists_every_signal(alice: Handle):
    alice.remember(DIARY)

    plain, explained = (
        alice.recall("violin", explain=explain, kinds=["turn"]).hits[0] for explain in (False, True)
    )

    assert {"lexical", "dense", "late"} <= {signal.channel for signal in plain.signals}
    assert {f"feature.{name}" for name in FEATURES} < {signal.channel for signal in explained.signals}
    assert [signal.rank for signal in explained.signals if signal.channel == "lexical"] == [1]


@pytest.mark.parametrize("budget", [1, 5, 8, 13, 40, 1000])
def test_a_context_never_costs_more_than_its_budget(alice: Handle, budget: int):
    alice.remember([f"Line {n} about the violin." for n in range(50)], at=START)

    block = alice.context("violin", budget=budget)

    assert len(block.text.split()) == block.tokens <= budget
    assert [block.text.count(f"[{mark}]") for mark in range(1, len(block.turns) + 1)] == [1] * len(
        block.turns
    )


def test_among_few_turns_the_long_one_that_matches_comes_before_short_ones_that_do_not():
    shops = " ".join(f"The shop at number {n} sells bread and butter." for n in range(40))
    bars = " ".join(f"The bar at number {n} sells wine." for n in range(20))
    with Memory.open("memory:", settings=Settings(embedder="none")) as memory:
        ana = memory.of("ana")
        ana.remember([f"Lunch number {n} was with colleague {n}." for n in range(15)])
        ana.remember({"role": "assistant", "content": f"{shops} Atelier Sorel is near the station. {bars}"})

        assert "Atelier Sorel is near the station." in ana.context("Where is Atelier Sorel?", budget=300).text


def test_the_same_store_gives_the_same_answers_after_reopening(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    answers = []
    for n in range(3):
        with Memory.open(path, settings=SETTINGS, clock=FrozenClock(START)) as memory:
            alice = memory.of("alice")
            if n == 0:
                alice.remember(DIARY)
            recalled = alice.recall("Who teaches chess?", explain=True)
            answers.append((recalled.hits, alice.context("Who teaches chess?").text))

    assert answers[0] == answers[1] == answers[2]
