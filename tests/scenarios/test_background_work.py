"""What a model does in the background: in order, once, within bounds, and never in anybody's way."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from _distilled import AT, SAID, TEXTS, fact, good
from _settings import SETTINGS

from lukasa import AsyncHandle, AsyncMemory, CustomAttribute, Guidance, Memory
from lukasa.errors import InputError, NotFoundError, ProviderDownError, ProviderError, StoreBusyError
from lukasa.policy import Allowance, BudgetPolicy, ExtractionPolicy, JobPolicy
from lukasa.ports.llm import LLMReply, LLMRequest, ToolCall
from lukasa.testing.fakes import FrozenClock
from lukasa.testing.llm import ScriptedLLM

GARBAGE = int(os.environ.get("LUKASA_TEST_GARBAGE", "24"))  # noqa: TID251 - a size of this test
SOON = ExtractionPolicy(patience=timedelta(0))
Script = Callable[[LLMRequest], Any]


@asynccontextmanager
async def opened(
    path: Path | str, script: Script | ScriptedLLM, clock: FrozenClock | None = None, **settings: Any
) -> AsyncIterator[tuple[AsyncMemory, ScriptedLLM]]:
    model = script if isinstance(script, ScriptedLLM) else ScriptedLLM(script)
    chosen = (
        SETTINGS.with_(distil=SOON, **settings) if "distil" not in settings else SETTINGS.with_(**settings)
    )
    async with await AsyncMemory.open(
        path, settings=chosen, llm=model, clock=clock or FrozenClock(AT)
    ) as memory:
        yield memory, model


async def texts(handle: AsyncHandle) -> list[str]:
    return sorted(fact.text for fact in await handle.facts())


def message(text: str, name: str = "Ada") -> dict[str, object]:
    return {"role": "user", "name": name, "content": text}


def test_remember_does_not_wait_for_a_slow_model_and_the_turn_is_found_at_once(tmp_path: Path):
    async def run() -> None:
        async with opened(tmp_path / "a.lukasa", ScriptedLLM(good, delay=30)) as (memory, model):
            ada = memory.of("ada")
            receipt = await ada.remember(SAID, at=AT, session="s1")
            found = await ada.recall("Who is allergic to walnuts?", limit=1)

            assert receipt.pending == 1
            assert not receipt.ok
            assert found.hits[0].text == SAID[2]["content"]
            flushed = await ada.flush(timeout=0.2)
            assert flushed.pending == 1
            assert "not everything was done within 0.2 s" in flushed.errors[0]
            assert len(model.requests) == 1

    asyncio.run(run())


def test_what_was_begun_when_it_closes_is_done_by_whoever_opens_next(tmp_path: Path):
    path = tmp_path / "a.lukasa"

    async def close_early() -> None:
        async with opened(path, ScriptedLLM(good, delay=30)) as (memory, _):
            await memory.of("ada").remember(SAID, at=AT, session="s1")
            await memory.of("ada").flush(timeout=0.1)

    async def go_on() -> list[str]:
        async with opened(path, good) as (memory, _):
            assert (await memory.flush()).done == 1
            return await texts(memory.of("ada"))

    asyncio.run(close_early())
    assert asyncio.run(go_on()) == TEXTS


def test_a_worker_that_is_closed_does_not_claim_again_what_it_gives_back(tmp_path: Path):
    path = tmp_path / "a.lukasa"

    async def run() -> None:
        async with opened(path, ScriptedLLM(good, delay=30)) as (memory, _):
            working = asyncio.create_task(memory.work())
            await memory.of("ada").remember(SAID, at=AT, session="s1")
            await memory.flush(timeout=0.1)
        async with asyncio.timeout(30):
            assert await working == 0
        async with await AsyncMemory.open(path, settings=SETTINGS) as memory:
            assert [job.state for job in await memory.jobs()] == ["waiting"]

    asyncio.run(run())


def test_a_worker_outlasts_a_store_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    soon = JobPolicy(poll=timedelta(milliseconds=1))

    async def run() -> None:
        async with opened(tmp_path / "a.lukasa", good, jobs=soon) as (memory, _):
            asked = asyncio.Event()

            async def away(**_: Any) -> Any:
                asked.set()
                raise StoreBusyError

            with monkeypatch.context() as patch:
                patch.setattr(memory._parts.store, "claim", away)
                with pytest.raises(StoreBusyError):
                    await memory.work(until_idle=True)
                asked.clear()
                working = asyncio.create_task(memory.work())
                async with asyncio.timeout(30):
                    await asked.wait()
            await memory.of("ada").remember(SAID, at=AT, session="s1")
            await memory.flush()
            assert await texts(memory.of("ada")) == TEXTS
            assert not working.done()

    asyncio.run(run())


def test_a_process_without_a_model_leaves_its_jobs_to_one_that_has_one(tmp_path: Path):
    path = tmp_path / "a.lukasa"

    async def run() -> None:
        async with opened(path, ScriptedLLM(good, delay=30)) as (memory, _):
            await memory.of("ada").remember(SAID, at=AT, session="s1")
        async with await AsyncMemory.open(path, settings=SETTINGS) as memory:
            ada = memory.of("ada")
            assert (await ada.maintain()).pending == 1
            assert await memory.work(until_idle=True) == 0
            assert [(job.kind, job.state) for job in await ada.jobs()] == [("extract", "waiting")]
        async with opened(path, good) as (memory, _):
            assert (await memory.flush()).ok
            assert await texts(memory.of("ada")) == TEXTS

    asyncio.run(run())


def test_a_worker_without_jobs_waits_for_those_of_other_processes(tmp_path: Path):
    path, soon = tmp_path / "a.lukasa", JobPolicy(poll=timedelta(milliseconds=1))

    async def run() -> None:
        asked = asyncio.Event()

        def script(request: LLMRequest) -> Any:
            asked.set()
            return good(request)

        async with opened(path, script, jobs=soon) as (memory, _):
            working = asyncio.create_task(memory.work())
            async with opened(path, ScriptedLLM(good, delay=30)) as (other, _):
                await other.of("ada").remember(SAID, at=AT, session="s1")
                assert not working.done()
            async with asyncio.timeout(30):
                await asked.wait()
                await memory.flush()
            assert await texts(memory.of("ada")) == TEXTS
            assert not working.done()
            working.cancel()
            with pytest.raises(asyncio.CancelledError):
                await working

    asyncio.run(run())


def test_the_blocking_face_waits_too(tmp_path: Path):
    with Memory.open(
        tmp_path / "a.lukasa", settings=SETTINGS.with_(distil=SOON), llm=ScriptedLLM(good)
    ) as memory:
        receipt = memory.of("ada").remember(SAID, at=AT, session="s1", wait=True)

        assert receipt.ok
        assert len(receipt.facts) == len(TEXTS)
        assert receipt.usage.llm_calls == 1
        assert memory.usage()[0].tokens_in == 100


def test_many_messages_of_a_session_are_read_in_one_call(tmp_path: Path):
    async def run() -> int:
        async with opened(tmp_path / "a.lukasa", good, distil=ExtractionPolicy()) as (memory, model):
            ada = memory.of("ada")
            for said in SAID:
                await ada.remember(said, at=AT, session="s1")
            assert len(await ada.jobs()) == 1
            await ada.flush()
            assert await texts(ada) == TEXTS
            return len(model.requests)

    assert asyncio.run(run()) == 1


def test_sessions_are_read_side_by_side_and_each_in_order(tmp_path: Path):
    running: dict[str, int] = {}
    seen: dict[str, list[str]] = {}
    most = 0

    class Watching(ScriptedLLM):
        async def complete(self, request: LLMRequest) -> LLMReply:
            nonlocal most
            user = request.messages[-1].text
            session = user.split("session-")[1][0]
            running[session] = running.get(session, 0) + 1
            most = max(most, sum(running.values()))
            assert running[session] == 1
            if most == 3:
                three.set()
            # As long as it takes for others to begin: a busy machine is no reason to be alone.
            with suppress(TimeoutError):
                await asyncio.wait_for(three.wait(), 10)
            await asyncio.sleep(0.01)
            running[session] -= 1
            seen.setdefault(session, []).append(user.split("<messages>")[1])
            return LLMReply(text='{"facts": []}')

    three = asyncio.Event()

    async def run() -> None:
        distil = ExtractionPolicy(patience=timedelta(0), segment=60, overhang=0.0)
        jobs = JobPolicy(concurrency=3)
        async with opened(tmp_path / "a.lukasa", Watching([]), distil=distil, jobs=jobs) as (memory, _):
            ada = memory.of("ada")
            for session in "abcde":
                said = [message(f"session-{session} number {n}: {'x' * 50}") for n in range(4)]
                await ada.remember(said, at=AT, session=session)
            assert (await ada.flush()).done == 5

    asyncio.run(run())
    assert most == 3
    for session, blocks in seen.items():
        numbers = [int(part[0]) for block in blocks for part in block.split("number ")[1:]]
        assert numbers == [0, 1, 2, 3], session


def test_a_job_is_tried_again_later_and_given_up_in_the_end(tmp_path: Path):
    clock = FrozenClock(AT)

    async def run() -> None:
        jobs = JobPolicy(attempts=3)
        failing: list[Exception] = [ProviderDownError("gone")]
        script: Script = lambda request: failing[0] if failing else good(request)  # noqa: E731
        async with opened(tmp_path / "a.lukasa", script, clock, jobs=jobs) as (memory, model):
            ada = memory.of("ada")
            await ada.remember(SAID, at=AT, session="s1", wait=True)
            (job,) = await ada.jobs()
            assert (job.state, job.attempts, job.error) == ("waiting", 1, "ProviderDownError")
            assert timedelta(0) < job.due_at - clock() <= timedelta(seconds=2)
            for _ in range(2):
                clock.advance(timedelta(hours=1))
                await ada.flush()
            assert [job.state for job in await ada.jobs()] == ["dead"]
            assert len(model.requests) == 3
            assert not (await memory.doctor()).ok

            failing.clear()
            assert await ada.retry() == 1
            assert (await ada.flush()).ok
            assert await texts(ada) == TEXTS

    asyncio.run(run())


def test_a_flush_reads_the_message_that_a_running_job_left_to_wait(tmp_path: Path):
    """The recipe `paper` reads pairs: the last of three messages waits for its answer, but not for a flush."""

    async def run() -> None:
        asked, go_on = asyncio.Event(), asyncio.Event()

        class Slow(ScriptedLLM):
            async def complete(self, request: LLMRequest) -> LLMReply:
                asked.set()
                await go_on.wait()
                return await super().complete(request)

        clock, policy = FrozenClock(AT), ExtractionPolicy(patience=timedelta(days=1))
        slow = Slow([{"facts": []}])
        async with opened(tmp_path / "a.lukasa", slow, clock, extractor="paper", distil=policy) as (
            memory,
            _,
        ):
            ada = memory.of("ada")
            for text in ("One.", "Two."):
                await ada.remember(message(text), session="s1")
            clock.advance(timedelta(days=2))
            await ada.remember(message("Three."), session="s1")
            await asked.wait()
            flushing = asyncio.create_task(memory.flush())
            await asyncio.sleep(0)
            go_on.set()
            assert (await flushing).ok
            assert len(slow.requests) == 2

    asyncio.run(run())


def test_a_job_may_fail_any_number_of_times(tmp_path: Path):
    """Waits that become four times as long each time would soon be longer than there are dates."""

    async def run() -> None:
        failing = ScriptedLLM([ProviderDownError("down")])
        async with opened(tmp_path / "a.lukasa", failing, jobs=JobPolicy(attempts=99)) as (memory, _):
            ada = memory.of("ada")
            await ada.remember(SAID, at=AT, session="s1")
            for _ in range(40):
                assert (await memory.flush()).errors
            (job,) = await ada.jobs()
            assert (job.state, job.attempts >= 40) == ("waiting", True)

    asyncio.run(run())


def test_new_turns_give_a_dead_job_another_chance(tmp_path: Path):
    clock = FrozenClock(AT)

    async def run() -> None:
        failing: list[Exception] = [ProviderError("no such key")]
        script: Script = lambda request: failing[0] if failing else good(request)  # noqa: E731
        async with opened(tmp_path / "a.lukasa", script, clock) as (memory, _):
            ada = memory.of("ada")
            await ada.remember(SAID[:1], at=AT, session="s1", wait=True)
            assert [job.state for job in await ada.jobs()] == ["dead"]
            failing.clear()
            await ada.remember(SAID[1:], at=AT, session="s1", wait=True)
            assert await texts(ada) == TEXTS
            assert await ada.jobs() == []

    asyncio.run(run())


def test_rules_read_when_the_budget_is_used_up_and_the_receipt_says_so(tmp_path: Path):
    async def run() -> None:
        budget = BudgetPolicy(user_day=Allowance(calls=1))
        async with opened(tmp_path / "a.lukasa", good, budget=budget) as (memory, model):
            ada, ben = memory.of("ada"), memory.of("ben")
            assert (await ada.remember(SAID[:1], at=AT, session="s1", wait=True)).ok
            over = await ada.remember(
                message("I live in Braga."), at="2026-04-01T00:00:00Z", session="s2", wait=True
            )
            assert "read by rules" in over.warnings[0]
            assert any("Braga" in text for text in await texts(ada))
            assert (await ben.remember(SAID[:1], at=AT, session="s1", wait=True)).ok
            assert len(model.requests) == 2

    asyncio.run(run())


def test_guidance_reaches_the_model_after_what_never_changes(tmp_path: Path):
    general = Guidance(instructions="Only music.", exclude=("health",))

    async def run() -> list[LLMRequest]:
        async with opened(tmp_path / "a.lukasa", good, guidance=general) as (memory, model):
            ada = memory.of("ada")
            await ada.remember(SAID[:1], at=AT, session="s1", wait=True)
            await ada.guide(Guidance(include=("travel",)))
            await ada.remember(SAID[:1], at=AT, session="s2", wait=True)
            await ada.guide(None)
            await ada.remember(SAID[:1], at=AT, session="s3", wait=True)
            return model.requests

    first, second, third = asyncio.run(run())
    assert len({request.messages[0].text for request in (first, second, third)}) == 1
    assert first.messages[1].text.startswith("Only music.\nNever take a fact about: health.\n")
    assert second.messages[1].text.startswith("Look above all for: travel.\n")
    assert third.messages[1].text.startswith("Only music.")


def test_an_attribute_of_ones_own_has_one_value_at_a_time(tmp_path: Path):
    def script(request: LLMRequest) -> dict[str, Any]:
        said = request.messages[-1].text.split("<messages>")[1]
        group = "A" if "group A" in said else "B"
        quote = f"blood group {group}"
        found = fact(1, quote, f"Ada has blood group {group}.", "Ada", attribute="Blood Type", value=group)
        return {"facts": [found]}

    async def run() -> list[tuple[str, str]]:
        guidance = Guidance(attributes=(CustomAttribute(name="blood_type", cardinality="single"),))
        async with opened(tmp_path / "a.lukasa", script, guidance=guidance) as (memory, _):
            ada = memory.of("ada")
            await ada.remember(
                message("They found that I have blood group A."), at=AT, session="s1", wait=True
            )
            await ada.remember(
                message("It was a mix-up: I have blood group B."),
                at="2026-04-01T00:00:00Z",
                session="s2",
                wait=True,
            )
            facts = await ada.facts(status=["current", "superseded"])
            return sorted((fact.value or "", fact.status) for fact in facts)

    assert asyncio.run(run()) == [("A", "superseded"), ("B", "current")]


def test_the_guidance_of_a_call_goes_with_its_job_through_failures_and_restarts(tmp_path: Path):
    path, clock = tmp_path / "a.lukasa", FrozenClock(AT)
    wishes = Guidance(
        include=("travel",), attributes=(CustomAttribute(name="blood_type", cardinality="single"),)
    )

    def down(_: LLMRequest) -> Any:
        raise ProviderDownError("not now")

    async def fail() -> None:
        async with opened(path, down, clock, guidance=Guidance(instructions="Only music.")) as (memory, _):
            ada = memory.of("ada")
            await ada.remember(message("I have blood group A."), at=AT, session="s1", guidance=wishes)
            await ada.flush()
            await ada.remember(message("I like tea."), at=AT, session="s1")
            assert (await ada.jobs())[0].guidance

    def script(request: LLMRequest) -> dict[str, Any]:
        group = "A" if "group A" in request.messages[-1].text else "B"
        found = fact(1, f"blood group {group}", f"Ada has blood group {group}.", "Ada")
        return {"facts": [{**found, "attribute": "blood_type", "value": group}]}

    async def go_on() -> tuple[list[str], list[str]]:
        async with opened(path, script, clock, guidance=Guidance(instructions="Only music.")) as (
            memory,
            model,
        ):
            ada = memory.of("ada")
            await ada.flush()
            later = "2026-04-01T00:00:00Z"
            await ada.remember(
                message("I have blood group B."), at=later, session="s2", guidance=wishes, wait=True
            )
            await ada.remember(message("I have blood group B."), at=AT, session="s3", wait=True)
            return [request.messages[1].text for request in model.requests], await texts(ada)

    asyncio.run(fail())
    prompts, known = asyncio.run(go_on())
    assert [prompt.startswith("Look above all for: travel.\n") for prompt in prompts] == [True, True, False]
    assert known == ["Ada has blood group B."]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: "food", lambda: {"include": ["food"]}, lambda: 5,
        lambda: Guidance(instructions=5), lambda: Guidance(instructions="a\0"), lambda: Guidance(include="food"),
        lambda: Guidance(include=("food", 5)), lambda: Guidance(exclude=None), lambda: Guidance(attributes=("blood_type",)),
        lambda: Guidance(instructions="x" * 20_001), lambda: Guidance(exclude=("x" * 9_999,) * 3),
        lambda: CustomAttribute(name="Blood Type"), lambda: CustomAttribute(name=5),
        lambda: CustomAttribute(name="a", description=5), lambda: CustomAttribute(name="a", cardinality="one"),
    ],
)  # fmt: skip
def test_what_is_no_guidance_is_refused_and_nothing_is_stored(wrong: Callable[[], Any]):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        ada = memory.of("ada")
        for verb in (lambda: ada.remember("I like tea.", guidance=wrong()), lambda: ada.guide(wrong())):
            with pytest.raises(InputError):
                verb()
        assert ada.turns() == []


def test_a_fact_whose_quote_nobody_said_is_dropped(tmp_path: Path):
    def script(_: LLMRequest) -> dict[str, Any]:
        return {
            "facts": [
                fact(1, "I own a castle", "Ada owns a castle.", "Ada"),
                fact(
                    1, "I live in Lisbon", "Ada lives in Lisbon.", "Ada", attribute="lives_in", value="Lisbon"
                ),
                fact(
                    1, "I live in Lisbon", "Ada lives in Madrid.", "Ada", attribute="lives_in", value="Madrid"
                ),
            ]
        }

    async def run() -> list[str]:
        async with opened(tmp_path / "a.lukasa", script) as (memory, _):
            await memory.of("ada").remember(SAID[:1], at=AT, session="s1", wait=True)
            return await texts(memory.of("ada"))

    assert asyncio.run(run()) == ["Ada lives in Lisbon."]


def test_garbage_again_and_again_leaves_every_fact_as_it_is(tmp_path: Path):
    async def run() -> None:
        talk: list[Any] = [None]
        script: Script = lambda request: talk[0] if talk[0] is not None else good(request)  # noqa: E731
        async with opened(tmp_path / "a.lukasa", script) as (memory, _):
            ada = memory.of("ada")
            await ada.remember(SAID, at=AT, session="s1", wait=True)
            before = await ada.facts()
            garbage = [
                "",
                "{}",
                "I forget.",
                '{"facts": [{"text": "Ada is dead."}]}',
                '{"facts": null}',
                "[1, 2",
            ]
            for number in range(GARBAGE):
                talk[0] = garbage[number % len(garbage)]
                await ada.maintain()
                try:
                    await ada.reextract("s1")
                except ProviderError:
                    continue
                finally:
                    if garbage[number % len(garbage)] == '{"facts": null}':
                        # An answer, if a poor one: whoever reads again with it can take it back.
                        calls = [entry.call for entry in await ada.changes() if entry.verb == "reextract"]
                        await ada.undo(call=calls[-1])
            assert [(f.id, f.text, f.status, f.valid) for f in await ada.facts()] == [
                (f.id, f.text, f.status, f.valid) for f in before
            ]

    asyncio.run(run())


def test_reading_again_with_a_better_model_replaces_what_the_worse_one_found(tmp_path: Path):
    def worse(_: LLMRequest) -> dict[str, Any]:
        return {"facts": [fact(1, "I play the cello", "Ada plays the cello.", "Ada", attribute="does", value="play the cello"),
                          fact(1, "I live in Lisbon", "Ada is in Lisbon.", "Ada")]}  # fmt: skip

    async def run() -> None:
        async with opened(tmp_path / "a.lukasa", worse) as (memory, _):
            await memory.of("ada").remember(SAID, at=AT, session="s1", wait=True)
        async with opened(tmp_path / "a.lukasa", ScriptedLLM(good, name="scripted:better")) as (memory, _):
            ada = memory.of("ada")
            stated = await ada.believe("Ada owns a cello.", subject="Ada")
            looked = await ada.reextract("s1", dry_run=True)
            assert len(await ada.facts()) == 3
            done = await ada.reextract("s1")
            assert [f.text for f in looked.added] == [f.text for f in done.added]
            assert [f.text for f in done.gone] == ["Ada is in Lisbon."]
            assert await texts(ada) == sorted([*TEXTS, "Ada owns a cello."])
            assert stated.facts[0] in [f.id for f in await ada.facts()]
            assert not await ada.reextract("s1")
            call = next(entry.call for entry in await ada.changes() if entry.verb == "reextract")
            await ada.undo(call=call)
            assert "Ada is in Lisbon." in await texts(ada)
            with pytest.raises(NotFoundError):
                await ada.reextract("nowhere")
            assert (await memory.verify()).ok

    asyncio.run(run())


def test_a_memory_without_a_model_can_be_read_by_one_later(tmp_path: Path):
    async def run() -> None:
        path = tmp_path / "a.lukasa"
        async with await AsyncMemory.open(path, settings=SETTINGS.with_(extractor="none")) as memory:
            await memory.of("ada").remember(SAID, at=AT, session="s1")
            await memory.of("ben").remember(SAID, at=AT)
        async with opened(path, good) as (memory, _):
            done = await memory.extract()
            assert (done.done, done.remaining) == (6, 0)
            assert await texts(memory.of("ada")) == TEXTS
            assert await texts(memory.of("ben")) == TEXTS
            assert (await memory.extract()).done == 0

    asyncio.run(run())


def test_the_paper_reads_a_message_with_its_answer(tmp_path: Path):
    clock = FrozenClock(AT)

    def script(request: LLMRequest) -> LLMReply | str:
        if request.tools:
            return LLMReply(calls=(ToolCall("add_memory", "{}"),))
        return json.dumps({"facts": []})

    async def run() -> list[str]:
        distil = ExtractionPolicy(patience=timedelta(seconds=30))
        async with opened(
            tmp_path / "a.lukasa",
            script,
            clock,
            extractor="paper",
            distil=distil,
            jobs=JobPolicy(poll=timedelta(0)),
        ) as (memory, model):
            ada = memory.of("ada")
            await ada.remember(message("Where is the cello?"), session="s1")
            clock.advance(timedelta(seconds=10))
            assert await memory.work(until_idle=True) == 0
            await ada.remember(message("In the shop.", "Ben"), session="s1")
            clock.advance(timedelta(seconds=25))
            await memory.work(until_idle=True)
            return [
                request.messages[-1].text.split("The new exchange:")[1].strip() for request in model.requests
            ]

    (asked,) = asyncio.run(run())
    assert asked.endswith("Ada: Where is the cello?\n(Sunday 1 March 2026, 12:00)\nBen: In the shop.") or (
        "Ada: Where is the cello?" in asked and "Ben: In the shop." in asked
    )


@pytest.mark.parametrize("mode", ["supersede", "paper"])
def test_delete_as_printed_leaves_nothing_and_the_safe_one_leaves_what_is_true(tmp_path: Path, mode: str):
    def script(request: LLMRequest) -> LLMReply | str:
        if request.tools:
            return LLMReply(calls=(ToolCall("delete_memory", '{"id": 1}'),))
        said = request.messages[-1].text.split("The new exchange:")[1]
        verb = "hates" if "hate" in said else "loves"
        return json.dumps({"facts": [f"Ada {verb} Chinese food."]})

    async def run() -> list[str]:
        async with opened(tmp_path / "a.lukasa", script, extractor="paper", paper_delete=mode) as (memory, _):
            ada = memory.of("ada")
            await ada.remember(message("I love Chinese food."), at=AT, session="s1", wait=True)
            await ada.remember(
                message("I hate Chinese food."), at="2026-05-01T00:00:00Z", session="s2", wait=True
            )
            return await texts(ada)

    assert asyncio.run(run()) == (["Ada hates Chinese food."] if mode == "supersede" else [])


def test_what_an_update_loses_is_in_the_history(tmp_path: Path):
    def script(request: LLMRequest) -> LLMReply | str:
        if request.tools:
            return LLMReply(calls=(ToolCall("update_memory", '{"id": 1, "text": "Ada plays."}'),))
        said = request.messages[-1].text.split("The new exchange:")[1]
        return json.dumps({"facts": ["Ada plays the flute." if "flute" in said else "Ada plays the cello."]})

    async def run() -> list[str]:
        async with opened(tmp_path / "a.lukasa", script, extractor="paper") as (memory, _):
            ada = memory.of("ada")
            await ada.remember(message("I play the cello."), at=AT, session="s1", wait=True)
            await ada.remember(
                message("I play the flute."), at="2026-05-01T00:00:00Z", session="s2", wait=True
            )
            (fact,) = await ada.facts()
            return [version.text for version in await ada.history(fact.id)]

    assert asyncio.run(run()) == ["Ada plays the cello.", "Ada plays."]


def test_erasing_takes_summaries_jobs_and_usage_along(tmp_path: Path):
    path = tmp_path / "a.lukasa"
    canary = "quokkasaurus"

    def script(_: LLMRequest) -> dict[str, Any]:
        return {"facts": [], "summary": f"They talk of a {canary}."}

    async def run() -> None:
        async with opened(path, script) as (memory, _):
            ada = memory.of(canary)
            await ada.remember(message(f"I saw a {canary} yesterday."), at=AT, session=canary, wait=True)
            assert canary in (await ada.summaries())[0].text
            await ada.remember(message("And another one."), at=AT, session=canary)
            assert (await ada.erase(everything=True)).complete
            assert await ada.summaries() == []
            assert await ada.jobs() == []
            assert await ada.usage() == []

    asyncio.run(run())
    assert [file.name for file in tmp_path.iterdir() if canary.encode() in file.read_bytes()] == []


def test_maintenance_merges_hides_and_can_be_undone(tmp_path: Path):
    clock = FrozenClock(AT)

    def script(request: LLMRequest) -> dict[str, Any]:
        if request.purpose == "summarise":
            return {"summary": "They talk of herbs."}
        if request.purpose == "compare":
            return {"pairs": []}
        said = request.messages[-1].text.split("<messages>")[1]
        sunny = "sunny " if "sunny" in said else ""
        quote = f"I grow tomatoes, beans and herbs on the {sunny}balcony"
        return {
            "facts": [fact(1, quote, f"Ada grows tomatoes, beans and herbs on the {sunny}balcony.", "Ada")]
        }

    async def run() -> None:
        async with opened(tmp_path / "a.lukasa", script, clock) as (memory, _):
            ada = memory.of("ada")
            for number, sunny in enumerate(("", "sunny ")):
                text = f"I grow tomatoes, beans and herbs on the {sunny}balcony."
                await ada.remember(
                    message(text), at=f"2026-0{number + 1}-01T00:00:00Z", session=f"s{number}", wait=True
                )
            before = await ada.facts()
            version = max(entry.version for entry in await ada.changes())
            flushed = await ada.maintain()
            assert flushed.ok
            after = await ada.facts()
            assert (len(before), len(after)) == (2, 1)
            assert after[0].evidence == 2
            assert len(after[0].sources) == 2
            call = next(entry.call for entry in await ada.changes(since=version) if entry.verb == "maintain")
            await ada.undo(call=call)
            assert [(f.text, f.evidence) for f in await ada.facts()] == [(f.text, f.evidence) for f in before]

    asyncio.run(run())


def test_the_prompt_does_not_grow_with_the_store(tmp_path: Path):
    async def run() -> list[int]:
        async with opened(tmp_path / "a.lukasa", good) as (memory, model):
            ada = memory.of("ada")
            sizes = []
            for round_ in range(2):
                await ada.remember(SAID, at=AT, session=f"s{round_}", wait=True)
                sizes.append(sum(len(message.text) for message in model.requests[-1].messages))
                for number in range(60):
                    await ada.believe(
                        f"Ada owns {number} red boats.",
                        subject="Ada",
                        attribute="owns",
                        value=f"{number} red boats",
                    )
            return sizes

    few, many = asyncio.run(run())
    assert many <= 1.1 * few


def test_a_request_that_was_answered_is_not_asked_again_when_others_write(tmp_path: Path):
    async def run() -> None:
        async with opened(tmp_path / "a.lukasa", good) as (memory, model):
            ada = memory.of("ada")
            original = model.complete

            async def meanwhile(request: LLMRequest) -> LLMReply:
                await ada.believe(f"Ada owns boat {len(model.requests)}.", subject="Ada")
                return await original(request)

            model.complete = meanwhile  # type: ignore[method-assign]
            await ada.remember(SAID, at=AT, session="s1", wait=True)
            assert len(model.requests) == 1
            assert await texts(ada) == sorted([*TEXTS, "Ada owns boat 0."])

    asyncio.run(run())


def test_the_papers_graph_variant_finds_entities_and_then_relations(tmp_path: Path):
    def script(request: LLMRequest) -> LLMReply | str | dict[str, Any]:
        said = request.messages[-1].text.rpartition("exchange:")[2]
        city = "Porto" if "Porto" in said else "Braga"
        match request.purpose:
            case "entities":
                return {"entities": [{"name": "Ada", "type": "person"}, {"name": city, "type": "place"}]}
            case "relations":
                wrong = {"source": "Ada", "label": "owns", "target": "a castle"}
                return {"relations": [{"source": "Ada", "label": "Lives in", "target": city}, wrong]}
            case "invalidate":
                return {"obsolete": []}
            case _:
                return {"facts": []}

    async def run() -> None:
        async with opened(tmp_path / "a.lukasa", script, extractor="paper+graph") as (memory, model):
            ada = memory.of("ada")
            await ada.remember(message("I live in Porto."), at=AT, session="s1", wait=True)
            await ada.remember(
                message("I live in Braga now."), at="2026-06-01T00:00:00Z", session="s2", wait=True
            )
            assert [request.purpose for request in model.requests] == [
                *("extract", "entities", "relations") * 2,
                "invalidate",
            ]
            names = {entity.id: entity.name for entity in await ada.entities()}
            now = [(names[r.source], r.label, names[r.target]) for r in await ada.relations()]
            then = await ada.relations(valid_at="2026-04-01T00:00:00Z")
            assert now == [("Ada", "lives_in", "Braga")]
            assert [names[r.target] for r in then] == ["Porto"]
            assert then[0].status == "superseded"

    asyncio.run(run())
