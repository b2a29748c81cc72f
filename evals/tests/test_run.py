"""A run from the conversation to the verdicts: directly, through batches, and after it was stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import _evals_process
import anyio.to_thread
import pytest
from _evals_process import KILLABLE
from _evals_runs import DATASET, ROLES, carry_out, plan, scripted, table
from _evals_story import QUESTIONS, reader, tools

from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.answers import batch
from lukasa_evals.answers.calls import Calls
from lukasa_evals.answers.folder import Answer, Context, Held, TakenIn, Verdict
from lukasa_evals.answers.plan import Models, Plan
from lukasa_evals.answers.run import run
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.catalogue import GROUPS, SYSTEMS

OURS = ["lukasa-rules", "lukasa-llm", "lukasa-paper", "lukasa-paper+graph", "rag-128x1", "full"]
ONE = replace(DATASET, conversations=DATASET.conversations[:1])
KILLED_AFTER = [int(replies) for replies in os.environ.get("LUKASA_TEST_KILLED_AFTER", "20").split(",")]  # noqa: TID251


@pytest.mark.anyio
async def test_every_question_is_answered_and_judged(tmp_path: Path):
    given = plan(["full", "rag-128x1"], answers=2, judgements=2)
    outcome, _ = await carry_out(given, tmp_path, scripted())
    asked = len(QUESTIONS) * 2 * 2
    # Judged in two ways (lenient, strict), twice each, of two answers each; the question without an answer is not judged.
    assert outcome == ({}, asked, asked * 2, (asked - 4) * 2 * 4, {})
    verdicts = Held(tmp_path, Verdict).all()
    right = {v.question for v in verdicts if v.system == "full" and v.label == "correct"}
    assert right == {0, 1, 2, 3}
    spent = Held(tmp_path, Answer).all()[0].spent
    assert (spent.calls, spent.tokens_in, spent.tokens_out) == (1, 100, 10)
    shown = {c.question: set(c.shown) for c in Held(tmp_path, Context).all() if c.system == "full"}
    assert shown == {place: set(evidence) for place, (_, _, evidence, _) in enumerate(QUESTIONS)}


@pytest.mark.anyio
async def test_every_system_that_can_run_here_has_a_row(tmp_path: Path):
    entries = [
        entry for entry in SYSTEMS.values() if entry.lacking(model="openai:x", batch=False, env={}) is None and not entry.package
    ]  # fmt: skip
    given = plan([entry.name for entry in entries], dataset=ONE)
    outcome, _ = await carry_out(given, tmp_path, scripted())
    assert len(entries) > 30
    assert outcome.contexts == len(entries) * len(QUESTIONS)
    assert outcome.answers == outcome.contexts
    assert {each.system for each in Held(tmp_path, TakenIn).all()} == {entry.name for entry in entries}


@pytest.mark.anyio
async def test_without_a_reader_contexts_are_measured(tmp_path: Path):
    given = plan(["lukasa-rules", "turns-bm25"])
    (tmp_path / "calls").mkdir()
    with tools(tmp_path, budget=300) as these:
        outcome = await run(given, Models(), tmp_path, tools=these)
    assert outcome == ({}, len(QUESTIONS) * 4, 0, 0, {})
    contexts = [c for c in Held(tmp_path, Context).all() if c.system == "lukasa-rules"]
    assert all(0 < c.tokens <= 300 for c in contexts)
    assert {c.question: c.contained for c in contexts if c.conversation == "a"}[0] == 1.0


async def through_batches(given: Plan, folder: Path) -> int:
    """Answer batch after batch by a script that knows nothing but the files; return how many it took."""
    for stage in range(60):
        outcome, those = await carry_out(given, folder)
        if not outcome.pending:
            return stage
        files = batch.write(folder / "out", those.roles())
        replies = folder / f"in-{stage}"
        replies.mkdir()
        for path in files:
            role = path.stem.split("-")[1]
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            done = [_done(line, those.roles()[role]) for line in lines]
            (replies / path.name.replace("requests", "replies")).write_text(
                "".join(f"{json.dumps(line)}\n" for line in done), "utf-8"
            )
        batch.read(replies, those.roles())
    raise AssertionError("the batches came to no end")


def _done(line: dict[str, Any], calls: Calls) -> dict[str, Any]:
    """Do what a batch API does with a line; the request of that key stands for what a model would make of the body."""
    request = calls.pending[line["custom_id"]]
    assert line["body"]["messages"][-1]["content"].startswith(request.messages[-1].text[:50])
    role = calls.model.partition(":")[2]
    reply = ROLES[role](request)
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.calls:
        message["tool_calls"] = [
            {"function": {"name": call.name, "arguments": call.arguments}} for call in reply.calls
        ]
    body = {
        "model": reply.model,
        "choices": [{"message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": reply.usage.tokens_in,
            "completion_tokens": reply.usage.tokens_out,
        },
    }
    return {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


@pytest.mark.anyio
@pytest.mark.parametrize("systems", [OURS, GROUPS["established"]], ids=["ours", "established"])
async def test_a_run_through_batches_comes_to_the_same_as_a_direct_one(
    tmp_path: Path, systems: Sequence[str]
):
    given = plan(systems, dataset=ONE)
    await carry_out(given, tmp_path / "direct", scripted())
    stages = await through_batches(given, tmp_path / "batches")
    assert table(tmp_path / "batches") == table(tmp_path / "direct")
    assert stages > 3  # the paper decides fact by fact: each decision waits for the one before


@pytest.mark.anyio
async def test_a_run_without_distilling_takes_two_stages(tmp_path: Path):
    """All answers, then all verdicts."""
    assert await through_batches(plan(["lukasa-rules", "full"]), tmp_path) == 2


@pytest.mark.anyio
async def test_a_run_that_is_killed_half_way_comes_to_the_same(tmp_path: Path):
    await carry_out(plan(KILLABLE), tmp_path / "whole", scripted())
    for after in KILLED_AFTER:
        stopped = tmp_path / f"stopped-{after}"
        assert await anyio.to_thread.run_sync(_killed, stopped, after) == -signal.SIGKILL
        assert after <= _kept(stopped) < _kept(tmp_path / "whole")
        await carry_out(plan(KILLABLE), stopped, scripted())
        assert table(stopped) == table(tmp_path / "whole")


def _killed(folder: Path, after: int) -> int:
    """Start a run in a process of its own, and kill it as soon as it has kept so many replies."""
    process = subprocess.Popen([sys.executable, _evals_process.__file__, str(folder)])
    while process.poll() is None and _kept(folder) < after:
        time.sleep(0.005)
    process.kill()
    return process.wait()


def _kept(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in (folder / "calls").glob("*.jsonl"))


@pytest.mark.anyio
async def test_a_finished_run_is_replayed_without_a_model(tmp_path: Path):
    given = plan(["lukasa-llm", "full"])
    await carry_out(given, tmp_path / "first", scripted())
    again = tmp_path / "again"
    (again / "calls").mkdir(parents=True)
    for path in (tmp_path / "first" / "calls").iterdir():
        (again / "calls" / path.name).write_bytes(path.read_bytes())
    outcome, _ = await carry_out(given, again)
    assert not outcome.pending
    assert table(again) == table(tmp_path / "first")


@pytest.mark.anyio
async def test_another_plan_does_not_go_on_with_a_run(tmp_path: Path):
    await carry_out(plan(["full"]), tmp_path, scripted())
    with pytest.raises(EvalError, match="another budget and answers"):
        await carry_out(plan(["full"], budget=200, answers=2), tmp_path, scripted())


@pytest.mark.anyio
async def test_systems_may_be_added_to_a_run(tmp_path: Path):
    await carry_out(plan(["full"]), tmp_path, scripted())
    model = ScriptedLLM(reader, name="openai:reader")
    await carry_out(plan(["full", "rag-128x1"]), tmp_path, {**scripted(), "reader": model})
    assert {c.system for c in Held(tmp_path, Context).all()} == {"full", "rag-128x1"}
    assert len(model.requests) == len(QUESTIONS)  # both conversations are the same story


@pytest.mark.anyio
async def test_planted_wrong_answers_are_judged_as_others_are(tmp_path: Path):
    outcome, _ = await carry_out(plan(["full"], planted=2), tmp_path, scripted())
    planted = [v for v in Held(tmp_path, Verdict).all() if v.system.startswith("planted: ")]
    assert planted
    assert {v.label for v in planted} == {"wrong"}
    assert outcome.verdicts == len(planted) + 5 * 2 * 2
