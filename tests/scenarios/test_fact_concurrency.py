"""Facts stated by many at once: one row each, nothing lost, no row of another user."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from _believer import FACTS, THREADS
from _settings import SETTINGS

from lukasa import AsyncMemory, Memory, Partition
from lukasa.errors import NotFoundError
from lukasa.testing.conformance.samples import LOOK_ALIKES

WORKER = Path(__file__).with_name("_believer.py")
PROCESSES = 4


@pytest.mark.slow
def test_sixteen_threads_in_four_processes_make_one_row_of_each_fact(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    with Memory.open(path, settings=SETTINGS):
        pass
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(path), str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    outputs = [worker.communicate("go\n", timeout=200) for worker in workers]
    assert [(worker.returncode, errors) for worker, (_, errors) in zip(workers, outputs, strict=True)] == [
        (0, "")
    ] * PROCESSES

    acknowledged = sum(json.loads(output) for output, _ in outputs)
    with Memory.open(path, settings=SETTINGS) as memory:
        alice = memory.of("alice")
        facts = alice.facts(
            include_retired=True, status=["current", "superseded", "conflicting", "retracted"]
        )
        assert len(facts) == FACTS
        assert acknowledged == FACTS * THREADS * PROCESSES
        assert sum(fact.evidence for fact in facts) == acknowledged
        assert sum(len(alice.history(fact.id)) for fact in facts) == acknowledged
        assert memory.verify().findings == ()


def test_sixty_four_users_at_once_see_nothing_of_each_other(tmp_path: Path):
    async def use(memory: AsyncMemory, number: int) -> None:
        handle, canary = memory.of(f"user{number}"), f"canary{number}x"
        await handle.remember({"role": "user", "name": "Ana", "content": f"I live in {canary.capitalize()}."})
        await handle.believe(
            f"Ana owns a {canary} kite.", subject="Ana", attribute="owns", value=f"{canary} kite"
        )
        facts = await handle.facts()
        seen = [
            *(fact.text for fact in facts),
            *(turn.text for turn in await handle.turns()),
            *(
                hit.text
                for hit in await handle.recall("Where does Ana live, and what does she own?", limit=50)
            ),
            (await handle.context("Where does Ana live?")).text,
            *((await handle.why(facts[0].id)).testimony[0].quote,),
        ]
        others = [text for text in seen if "canary" in text.lower() and canary not in text.lower()]
        assert (others, len(facts)) == ([], 2)

    async def everybody() -> None:
        async with await AsyncMemory.open(tmp_path / "memory.lukasa", settings=SETTINGS) as memory:
            async with asyncio.TaskGroup() as group:
                for number in range(64):
                    group.create_task(use(memory, number))
            assert (await memory.verify()).findings == ()
            assert (await memory.stats()).facts == 128

    asyncio.run(everybody())


@pytest.mark.parametrize("names", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_no_verb_reaches_a_fact_of_another_user(tmp_path: Path, names: tuple[Partition, Partition]):
    with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS) as memory:
        mine, theirs = (memory.of(each.user, tenant=each.tenant) for each in names)
        mine.believe("Ana plays chess.", subject="Ana")
        theirs.believe("Eva plays go.", subject="Eva")
        (fact,) = mine.facts()
        before = mine.facts(include_retired=True), mine.changes()

        for verb in (
            lambda: theirs.history(fact.id),
            lambda: theirs.why(fact.id),
            lambda: theirs.amend(fact.id, pinned=True),
            lambda: theirs.approve(fact.id),
            lambda: theirs.settle(fact.id),
            lambda: theirs.forget(fact.id),
            lambda: theirs.erase(facts=fact.id),
        ):
            with pytest.raises(NotFoundError):
                verb()

        assert [each.text for each in theirs.facts()] == ["Eva plays go."]
        assert (mine.facts(include_retired=True), mine.changes()) == before
