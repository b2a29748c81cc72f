"""Model calls that are kept, given again, counted, or waited for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lukasa.ports.llm import ChatMessage, LLMReply, LLMRequest, TokenUsage
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.answers.calls import Calls, Kept, Metered, PendingError
from lukasa_evals.answers.lines import Lines
from lukasa_evals.errors import EvalError


def request(text: str, purpose: str = "answer") -> LLMRequest:
    return LLMRequest(messages=(ChatMessage("user", text),), purpose=purpose)


def echo(asked: LLMRequest) -> LLMReply:
    usage = TokenUsage(tokens_in=10, tokens_out=2)
    return LLMReply(text=f"re: {asked.messages[-1].text}", model="scripted", usage=usage)


@pytest.mark.anyio
async def test_a_reply_is_kept_and_given_again_by_another_process(tmp_path: Path) -> None:
    model = ScriptedLLM(echo)
    first = Calls(Kept(tmp_path / "calls.jsonl"), "m", model)
    assert (await first.complete(request("a"))).text == "re: a"
    again = Calls(Kept(tmp_path / "calls.jsonl"), "m", ScriptedLLM([RuntimeError("asked")]))
    assert (await again.complete(request("a"))).text == "re: a"
    assert len(model.requests) == 1


@pytest.mark.anyio
async def test_repetitions_are_asked_apart(tmp_path: Path) -> None:
    model = ScriptedLLM(["one", "two"])
    calls = Calls(Kept(tmp_path / "calls.jsonl"), "m", model)
    said = [(await calls.again(n).complete(request("a"))).text for n in (0, 1, 0, 1)]
    assert said == ["one", "two", "one", "two"]
    assert len(model.requests) == 2


@pytest.mark.anyio
async def test_the_same_call_made_twice_at_once_is_paid_for_once(tmp_path: Path) -> None:
    model = ScriptedLLM(echo, delay=0.02)
    calls = Calls(Kept(tmp_path / "calls.jsonl"), "m", model)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(calls.complete(request("a"))) for _ in range(5)]
    assert {task.result().text for task in tasks} == {"re: a"}
    assert len(model.requests) == 1


@pytest.mark.anyio
async def test_without_a_model_a_call_is_noted_as_pending(tmp_path: Path) -> None:
    calls = Calls(Kept(tmp_path / "calls.jsonl"), "m")
    with pytest.raises(PendingError, match="answer"):
        await calls.complete(request("a"))
    with pytest.raises(PendingError):
        await calls.again(1).complete(request("a"))
    assert len(calls.pending) == 2
    assert {each.messages[-1].text for each in calls.pending.values()} == {"a"}


@pytest.mark.anyio
async def test_a_failed_call_is_not_kept(tmp_path: Path) -> None:
    calls = Calls(Kept(tmp_path / "calls.jsonl"), "m", ScriptedLLM([RuntimeError("down"), "up"]))
    with pytest.raises(RuntimeError):
        await calls.complete(request("a"))
    assert (await calls.complete(request("a"))).text == "up"


@pytest.mark.anyio
async def test_each_call_is_counted_once_however_often_it_is_repeated(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "calls.jsonl")
    first = Metered(Calls(kept, "m", ScriptedLLM(echo)), tmp_path / "ledger.jsonl")
    for text in ("a", "b", "a"):
        await first.complete(request(text))
    # The process is killed here; the next one begins the work anew.
    second = Metered(Calls(kept, "m", ScriptedLLM(echo)), tmp_path / "ledger.jsonl")
    for text in ("a", "b", "c"):
        await second.complete(request(text))
    spent = second.take()
    assert (spent.calls, spent.tokens_in, spent.tokens_out, spent.unpriced) == (3, 30, 6, 3)


@pytest.mark.anyio
async def test_after_taking_stock_counting_begins_anew(tmp_path: Path) -> None:
    metered = Metered(
        Calls(Kept(tmp_path / "calls.jsonl"), "m", ScriptedLLM(echo)), tmp_path / "ledger.jsonl"
    )
    await metered.complete(request("a"))
    assert metered.take().calls == 1
    await metered.complete(request("a"))
    assert metered.take().calls == 1
    assert len(Lines(tmp_path / "ledger.jsonl").read()) == 1


def test_a_line_that_a_kill_cut_short_is_left_out_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    lines = Lines(path)
    lines.add({"n": 1, "text": "line\nbreak \u2028 and separator"})
    with path.open("ab") as file:
        file.write(b'{"n": 2, "te')
    assert [line["n"] for line in Lines(path).read()] == [1]
    lines.add({"n": 3})
    assert [line["n"] for line in Lines(path).read()] == [1, 3]


@pytest.mark.parametrize("damage", [b"not json\n", b"[1, 2]\n", b"\xff\xfe\n"])
def test_a_damaged_line_is_named(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "lines.jsonl"
    Lines(path).add({"n": 1})
    with path.open("ab") as file:
        file.write(damage)
    with pytest.raises(EvalError, match=r"line 2 of 'lines\.jsonl'"):
        Lines(path).read()


def test_a_file_of_other_records_is_no_file_of_replies(tmp_path: Path) -> None:
    Lines(tmp_path / "calls.jsonl").add({"request": "k", "reply": {"text": "x", "calls": "none"}})
    with pytest.raises(EvalError, match="no kept reply"):
        Kept(tmp_path / "calls.jsonl")


@pytest.mark.anyio
async def test_what_a_wrong_guess_asked_of_a_batch_is_paid_for_too(tmp_path: Path) -> None:
    kept, ledger = Kept(tmp_path / "calls.jsonl"), tmp_path / "ledger.jsonl"
    first, calls = Metered(pending := Calls(kept, "m"), ledger), 0
    for text in ("right", "wrong", "wrong"):
        with pytest.raises(PendingError):
            await first.complete(request(text))
    for key, asked in pending.pending.items():
        kept.put(key, echo(asked))
        calls += 1
    second = Metered(Calls(kept, "m"), ledger)
    await second.complete(request("right"))
    assert (second.take().calls, calls) == (2, 2)
    assert second.take().calls == 0
