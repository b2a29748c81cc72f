"""Erasing: no byte stays, nothing comes back, nobody else is touched. Real files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from _settings import SETTINGS

from lukasa import Handle, Memory
from lukasa.adapters.stores.sqlite import store as sqlite_store
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.erasure import Erasure
from lukasa.errors import InputError, NotFoundError
from lukasa.testing.conformance.samples import ALICE, CAUSE, add, fill
from lukasa.testing.fakes import FrozenClock

START = "2026-03-01T10:00:00+00:00"
CANARY = "Zaubernußkäuzchen7734"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture
def memory(tmp_path: Path, clock: FrozenClock) -> Iterator[Memory]:
    with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS, clock=clock) as opened:
        yield opened
        assert opened.verify().findings == ()


@pytest.fixture
def alice(memory: Memory) -> Handle:
    return memory.of("alice")


def traces(folder: Path, text: str) -> list[str]:
    """Return the files that hold a text in some encoding or form; its tail too, since indexes keep words in parts."""
    forms = {
        form
        for kind in ("NFC", "NFD", "NFKC")
        for form in (unicodedata.normalize(kind, text), text.casefold(), text[-8:])
    }
    needles = [form.encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be")]
    return [file.name for file in folder.iterdir() if any(needle in file.read_bytes() for needle in needles)]


def plant(handle: Handle, clock: FrozenClock) -> None:
    """Put the canary into turns, facts, their history, metadata, subjects, sessions and reasons."""
    handle.remember(
        {"role": "user", "name": "Ana", "content": f"I live in {CANARY}. I am allergic to {CANARY} nuts."},
        session="s1",
        at=clock(),
        metadata={"note": CANARY, CANARY: [CANARY]},
    )
    pages = [f"{CANARY} opens at nine. " * 60, "The harbour is near. " * 60, f"So much for {CANARY}."]
    handle.remember({"role": "assistant", "content": "\n\n".join(pages)}, session="s1", at=clock())
    clock.advance(timedelta(days=1))
    handle.believe(
        f"Ana owns a {CANARY} bicycle.", subject="Ana", attribute="owns", value=f"{CANARY} bicycle"
    )
    handle.believe(f"{CANARY} is a village.", subject=CANARY, metadata={"where": CANARY})
    fact = handle.facts()[0]
    handle.amend(fact.id, text=f"Ana lives in the village of {CANARY}.", reason=f"she wrote {CANARY}")
    handle.forget(fact.id, reason=f"because of {CANARY}")
    handle.restore(fact.id)
    clock.advance(timedelta(days=1))


@pytest.mark.parametrize("how", ["by text", "everything"])
def test_a_canary_is_in_no_byte_of_any_file_after_it_was_erased(
    tmp_path: Path, memory: Memory, clock: FrozenClock, how: str
):
    alice = memory.of("alice")
    memory.of("bob").remember("Bob keeps bees.", at=START)
    plant(alice, clock)
    alice.remember("The harbour was quiet.", at=clock())
    alice.recall(f"Where is {CANARY}?")
    assert traces(tmp_path, CANARY)

    erased = alice.erase(text=CANARY) if how == "by text" else alice.erase(everything=True)

    assert erased.complete
    assert traces(tmp_path, CANARY) == []
    assert [turn.text for turn in memory.of("bob").turns()] == ["Bob keeps bees."]
    assert all(CANARY not in hit.text for hit in alice.recall(f"Where is {CANARY}?", limit=50))


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


def test_a_dry_run_says_what_would_go_and_destroys_nothing(alice: Handle, clock: FrozenClock):
    plant(alice, clock)
    before = alice.turns(include_retired=True), alice.facts(include_retired=True)

    planned = alice.erase(text=CANARY, dry_run=True)

    assert planned.dry_run
    assert len(planned.turns) == 4
    assert (alice.turns(include_retired=True), alice.facts(include_retired=True)) == before
    done = alice.erase(text=CANARY)
    assert (sorted(done.turns), sorted(done.facts)) == (sorted(planned.turns), sorted(planned.facts))


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


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ({"session": CANARY}, CANARY),
        ({"key": CANARY}, CANARY),
        ({"agent": CANARY}, CANARY),
        ({"metadata": {"a": [{CANARY: 1}]}}, CANARY.upper()),
        ({"text": unicodedata.normalize("NFD", f"I live in {CANARY}.")}, CANARY),
        ({"text": f"I live in {CANARY} \n Town."}, f"{CANARY} Town"),
        ({"text": f"I live in {CANARY[:4]}\u00ad{CANARY[4:]}."}, CANARY),
        ({"text": "I live in ＺＱ９ＣＡＮＡＲＹ."}, "zq9canary"),
    ],
)
def test_a_text_is_erased_wherever_and_however_it_is_written(
    alice: Handle, where: dict[str, Any], wanted: str
):
    labels = {"session": "s", **where}
    alice.remember(labels.pop("text", "I like green tea."), at=START, **labels)
    alice.remember("The harbour was quiet.", at=START)

    assert len(alice.erase(text=wanted).turns) == 1
    assert [turn.text for turn in alice.turns(include_retired=True)] == ["The harbour was quiet."]


def test_a_text_goes_from_the_reasons_of_other_changes(tmp_path: Path, alice: Handle):
    receipt = alice.remember("The harbour was quiet.", at=START)
    alice.forget(receipt.turns, reason=f"asked for by {CANARY}")

    alice.erase(text=CANARY)

    assert [entry.reason for entry in alice.changes()] == ["", ""]
    assert traces(tmp_path, CANARY) == []


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


def test_a_scrub_that_is_owed_is_found_and_done_when_the_store_is_next_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "memory.lukasa"
    with Memory.open(path, settings=SETTINGS) as memory:
        alice = memory.of("alice")
        receipt = alice.remember(f"I live in {CANARY}.", at=START)
        with monkeypatch.context() as patch:
            patch.setattr(sqlite_store, "scrub", full_disk)
            assert not alice.erase(receipt.turns).complete
        (finding,) = memory.doctor().findings
        assert finding.what == "erased"
    assert "memory.lukasa" in traces(tmp_path, CANARY)

    with Memory.open(path, settings=SETTINGS) as memory:
        assert memory.verify().findings == ()
        assert traces(tmp_path, CANARY) == []


def full_disk(_: apsw.Connection, **_patience: float) -> bool:
    raise apsw.FullError


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


@pytest.mark.anyio
async def test_a_reader_that_holds_on_makes_an_erasure_incomplete_and_the_next_completes_it(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    store = SqliteStore(path, timeout=0.1)
    await store.open()
    await fill(store, add("t1", text=f"The words of {CANARY}."), add("t2"))
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN; SELECT count(*) FROM turns").fetchall()

    held = await store.erase(ALICE, Erasure(turns=["t1"]), cause=CAUSE)
    reader.close()
    freed = await store.erase(ALICE, Erasure(turns=["t2"]), cause=CAUSE)

    assert (held.complete, freed.complete) == (False, True)
    assert traces(tmp_path, CANARY) == []
    await store.aclose()
