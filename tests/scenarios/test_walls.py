"""No verb, id, filter or session crosses from one partition to another, whatever they are called."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from _settings import SETTINGS, SURE
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lukasa import Handle, Memory, Partition, Settings
from lukasa.errors import ConflictError, InputError, NotFoundError

AT = "2026-03-01T10:00:00Z"

OPERATIONS = int(os.environ.get("LUKASA_TEST_WALLS", "600"))  # noqa: TID251 - of this test alone
"""How many random operations are tried between hostile names; a campaign sets 100,000."""

OF_A_STORE = 500
"""How many of them are on one store: in memory and in a file in turn."""

SEED = int(os.environ.get("LUKASA_TEST_SEED", "50"))  # noqa: TID251 - of this test alone

PLAIN = Settings(embedder="hashing", tokens="words", recall=SURE, extractor="none")
"""What is to be told apart is stated: nothing has to be read for it."""

NAMES = [
    "a", "A", "a ", " a", "a_", "a%", "*", "?", "a|b", "b", "a/b", "../a", "a\nb", "a'--", 'a"', "a:b", "a#0", "default",
    "\u0430", "\u00e1", "a\u0301", "\uff41", "null", "None", "0", "-1", "a" * 10_000, "a" * 9_999 + "b",
    "' OR '1'='1", "a' UNION SELECT * FROM turns--", "a;DROP TABLE turns", "%%", "a%b", "_", "[a]", "a*", "a" + chr(0x202E) + "b",
    chr(0x5D0) + chr(0x5D1), chr(0x627) + chr(0x644), chr(0x200F) + "a", "\ufb01", "fi", "\u212b", "\u00c5", "A\u030a", "I", "\u0131",
    "\u0130", "\u00df", "ss", "\U0001f600", "\\", "a\\", "a b", "a\u00a0b", "1e3", "1000", "NaN", "true", "{}", '"a"',
]  # fmt: skip
"""Look-alikes, Unicode forms, wildcards, SQL, JSON, right-to-left, very long ones."""


@dataclass(slots=True)
class Shadow:
    """What one partition must hold."""

    live: dict[str, str] = field(default_factory=dict)
    """Text by id."""

    hidden: dict[str, str] = field(default_factory=dict)


class Walls(RuleBasedStateMachine):
    """Every verb, on partitions with hostile names, beside the simplest model of what must come of it."""

    # Few, so that neighbours meet; every name has its turn below.
    partitions = st.builds(
        Partition, st.sampled_from(["a", "A", "a|b"]), st.sampled_from(["c", "C", "b|c", "%"])
    )

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.memory = Memory.open(Path(self.folder.name) / "memory.lukasa", settings=SETTINGS)
        self.shadows: dict[Partition, Shadow] = {}
        self.count = 0

    def teardown(self) -> None:
        self.memory.close()
        self.folder.cleanup()

    def of(self, partition: Partition) -> Handle:
        return self.memory.of(partition.user, partition.tenant)

    @rule(partition=partitions, session=st.sampled_from([None, "s", "a|b"]), same=st.booleans())
    def remember(self, partition: Partition, session: str | None, same: bool) -> None:
        self.count += 1
        text = "Everybody drinks tea." if same else f"Number {self.count} drinks tea."
        shadow = self.shadows.setdefault(partition, Shadow())
        key = f"key {len(shadow.live) + len(shadow.hidden)}"  # new here, and used in other partitions
        receipt = self.of(partition).remember(text, session=session, at=AT, key=None if same else key)
        assert all(id_ not in shadow.live for id_ in receipt.turns)
        shadow.live |= dict.fromkeys(receipt.turns, text)

    @rule(partition=partitions)
    def recall(self, partition: Partition) -> None:
        shadow = self.shadows.get(partition, Shadow())
        recalled = self.of(partition).recall("Who drinks tea?", limit=1000)
        assert {hit.id: hit.text for hit in recalled} == shadow.live
        assert recalled.searched == len(shadow.live)
        block = self.of(partition).context("Who drinks tea?", budget=10_000)
        # The same words of one day are shown once.
        assert {turn.id for turn in block.turns} <= set(shadow.live)
        assert {turn.text for turn in block.turns} == set(shadow.live.values())

    @rule(partition=partitions)
    def list(self, partition: Partition) -> None:
        shadow, handle = self.shadows.get(partition, Shadow()), self.of(partition)
        assert {turn.id: turn.text for turn in handle.turns()} == shadow.live
        assert {str(each["id"]) for each in handle.export()} == {*shadow.live, *shadow.hidden}
        assert handle.stats().turns == len(shadow.live) + len(shadow.hidden)
        assert len(
            handle.turns(filter={"or": [{"text": {"contains": ""}}, {"id": {"exists": True}}]})
        ) == len(shadow.live)

    @precondition(lambda self: any(shadow.live for shadow in self.shadows.values()))
    @rule(data=st.data(), partition=partitions)
    def forget(self, data: st.DataObject, partition: Partition) -> None:
        owner = data.draw(st.sampled_from([each for each, shadow in self.shadows.items() if shadow.live]))
        id_ = data.draw(st.sampled_from(sorted(self.shadows[owner].live)))
        if (
            id_ not in self.shadows.get(partition, Shadow()).live
            and id_ not in self.shadows.get(partition, Shadow()).hidden
        ):
            for change in (self.of(partition).forget, self.of(partition).restore):
                with pytest.raises(NotFoundError):
                    change([id_])
        self.of(owner).forget(id_)
        self.shadows[owner].hidden[id_] = self.shadows[owner].live.pop(id_)

    @precondition(lambda self: any(shadow.hidden for shadow in self.shadows.values()))
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        owner = data.draw(st.sampled_from([each for each, shadow in self.shadows.items() if shadow.hidden]))
        id_ = data.draw(st.sampled_from(sorted(self.shadows[owner].hidden)))
        assert self.of(owner).restore(id_) == [id_]
        self.shadows[owner].live[id_] = self.shadows[owner].hidden.pop(id_)

    @rule(partition=partitions, session=st.sampled_from(["s", "a|b"]))
    def forget_a_session(self, partition: Partition, session: str) -> None:
        shadow = self.shadows.get(partition, Shadow())
        mine = {turn.id for turn in self.of(partition).turns(session=session)}
        assert set(self.of(partition).forget(session=session).retired) == mine
        for id_ in mine:
            shadow.hidden[id_] = shadow.live.pop(id_)

    @invariant()
    def the_partitions_are_those_that_were_written_to(self) -> None:
        if hasattr(self, "memory"):
            assert self.memory.partitions() == list(self.shadows)


Walls.TestCase.settings = settings(max_examples=10, stateful_step_count=30)
TestWalls = Walls.TestCase


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS) as opened:
        yield opened


def test_every_name_has_a_memory_of_its_own(memory: Memory):
    for place, name in enumerate(NAMES):
        memory.of(name).remember(f"This is number {place}.", at=AT, key="same key", session="same session")

    for place, name in enumerate(NAMES):
        assert [turn.text for turn in memory.of(name).turns()] == [f"This is number {place}."]
        assert [hit.text for hit in memory.of(name).recall("number")] == [f"This is number {place}."]
    assert len(memory.partitions()) == len(NAMES)


def test_tenant_and_user_do_not_run_together(memory: Memory):
    pairs = [("a", "b|c"), ("a|b", "c"), ("ab", "c"), ("a", "bc"), ("", None)][:4]
    for tenant, user in pairs:
        memory.of(user or "", tenant).remember(f"{tenant} and {user}", at=AT)

    for tenant, user in pairs:
        assert [turn.text for turn in memory.of(user or "", tenant).turns()] == [f"{tenant} and {user}"]


def test_the_same_turn_has_other_ids_in_other_partitions(memory: Memory):
    ids = [memory.of(name).remember("The same.", at=AT).turns[0] for name in NAMES]

    assert len(set(ids)) == len(NAMES)


def test_other_peoples_turns_change_no_score(memory: Memory):
    alice = memory.of("alice")
    alice.remember(["The violin broke.", "The tea was cold.", "Tea again."], at=AT)
    before = alice.recall("tea violin", explain=True).hits

    for n in range(30):
        memory.of(f"other {n}").remember(["tea tea tea violin", f"{n} violins"], at=AT)

    assert alice.recall("tea violin", explain=True).hits == before


def test_without_a_tenant_it_is_the_one_of_the_settings(tmp_path: Path):
    for tenant in ("acme", "default"):
        with Memory.open(
            tmp_path / "m.lukasa", settings=Settings(embedder="hashing", tenant=tenant)
        ) as memory:
            assert memory.of("alice").partition == Partition(tenant, "alice")
            assert memory.of("alice", "other").partition == Partition("other", "alice")
            assert memory.of("alice").turns() == []
            memory.of("alice").remember("Mine.", at=AT)


def test_no_row_crosses_between_hostile_names(tmp_path: Path):
    """Every row names its owner: whatever a handle returns may name no other."""
    chance = Random(SEED)
    for number, first in enumerate(range(0, OPERATIONS, OF_A_STORE)):
        # Erasing rewrites the file: many small ones are faster than a large one.
        path = tmp_path / f"{number}.lukasa"
        with Memory.open(path if number % 2 else "memory:", settings=PLAIN) as memory:
            crowd = Crowd(memory, chance)
            for operation in range(first, min(first + OF_A_STORE, OPERATIONS)):
                crowd.operate(f"seed {SEED}, operation {operation}")
        for file in tmp_path.glob(f"{number}.lukasa*"):
            file.unlink()


class Crowd:
    """Fifty hostile names on one store, each with a tenant that is another of them."""

    def __init__(self, memory: Memory, chance: Random) -> None:
        users = chance.sample(NAMES, 50)
        self.chance = chance
        self.names = [(user, chance.choice(NAMES)) for user in users]
        self.owners = [memory.of(*names) for names in self.names]
        self.ids: dict[int, list[str]] = {}
        self.calls: dict[int, list[int]] = {}

    def operate(self, where: str) -> None:
        """Do something at random to somebody, with ids of others among the arguments."""
        number = self.chance.randrange(len(self.owners))
        handle, own = self.owners[number], self.ids.setdefault(number, [])
        where = f"{where}: {self.names[number]!r}"
        mine = own and self.chance.random() < 0.7
        id_ = self.chance.choice(own if mine else self.ids[self.chance.choice(list(self.ids))] or ["t_none"])
        match self.chance.choice(["write", "write", "read", "read", "read", "forget", "undo", "erase"]):
            case "write":
                self._write(handle, number)
            case "forget":
                assert not _answered(handle.forget, id_) or id_ in own, where
            case "erase":
                assert not _answered(self.chance.choice(ERASURES)(handle), id_) or id_ in own, where
            case "undo":
                for call in self.calls.get(number, [])[-1:]:
                    with suppress(ConflictError, InputError, NotFoundError):
                        handle.undo(call=call)
            case _:
                read = self.chance.choice(READS)
                seen = set(re.findall(r"owner(\d+)x", repr(read(handle, id_))))
                assert seen <= {str(number)}, where

    def _write(self, handle: Handle, number: int) -> None:
        own = self.ids[number]
        lamp = f"Ana owns a lamp called owner{number}x, number {len(own)}."
        if self.chance.random() < 0.5:
            receipt = handle.remember(
                {"role": "user", "name": "Ana", "content": lamp},
                session="same session", key=f"key {len(own)}", at=AT, metadata={"lamp": f"owner{number}x"},
            )  # fmt: skip
        else:
            receipt = handle.believe(lamp, subject="Ana", attribute="owns", value=f"owner{number}x")
        own += (*receipt.turns, *receipt.facts)
        self.calls.setdefault(number, []).append(receipt.change)


READS: list[Callable[[Handle, str], object]] = [
    lambda handle, _: handle.recall("Who owns a lamp?", limit=100, include_retired=True),
    lambda handle, _: handle.context("Who owns a lamp?", budget=5_000),
    lambda handle, _: handle.turns(include_retired=True),
    lambda handle, id_: handle.turns(filter={"or": [{"text": {"contains": ""}}, {"id": id_}]}),
    lambda handle, _: handle.facts(include_retired=True),
    lambda handle, _: list(handle.export()),
    lambda handle, _: handle.changes(),
    lambda handle, _: handle.diff(0),
    lambda handle, id_: _or_none(handle.why, id_),
    lambda handle, id_: _or_none(handle.history, id_),
    lambda handle, _: handle.conflicts(),
    lambda handle, _: handle.review(),
    lambda handle, _: handle.audit(),
    lambda handle, _: handle.timeline(),
    lambda handle, _: handle.entities(),
    lambda handle, _: handle.relations(),
    lambda handle, _: _or_none(handle.related, "Ana"),
    lambda handle, _: handle.graph(),
    lambda handle, _: handle.summaries(),
    lambda handle, _: handle.jobs(),
]


ERASURES: list[Callable[[Handle], Callable[[str], object]]] = [
    lambda handle: handle.erase,
    lambda handle: lambda id_: handle.erase(facts=id_),
    lambda handle: lambda id_: handle.erase(id_, session="same session"),
]


def _answered(change: Callable[[str], object], id_: str) -> bool:
    """Return whether the partition knew the id."""
    try:
        change(id_)
    except NotFoundError:
        return False
    return True


def _or_none(read: Callable[[str], object], name: str) -> object:
    try:
        return read(name)
    except NotFoundError:
        return None
