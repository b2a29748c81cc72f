"""Runs of the story, with scripted models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from _evals_story import conversation, reader, said, scholar, tools

from lukasa.ports.llm import LLM, LLMReply, LLMRequest
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.answers.calls import Calls, Kept
from lukasa_evals.answers.folder import Answer, Context, Held, TakenIn, Verdict, begin
from lukasa_evals.answers.plan import Models, Plan
from lukasa_evals.answers.run import Outcome, run
from lukasa_evals.datasets.values import Dataset
from lukasa_evals.systems.catalogue import chosen

DATASET = Dataset(name="story", sha256={"story": "0"}, conversations=[conversation("a"), conversation("b")])


def judge(request: LLMRequest) -> LLMReply:
    """Right is what is the gold answer to the letter."""
    told = request.messages[-1].text
    gold, answer = told.partition("Gold answer: ")[2].split("\nAnswer to be marked: ")
    return said({"reason": "compared", "label": "CORRECT" if gold.strip() == answer.strip() else "WRONG"})


ROLES: dict[str, Callable[[LLMRequest], LLMReply]] = {"memory": scholar, "reader": reader, "judge1": judge}


def plan(systems: Sequence[str], **changes: Any) -> Plan:
    return replace(Plan(dataset=DATASET, systems=chosen(systems), skipped={}, budget=300), **changes)


def models(folder: Path, asked: dict[str, LLM] | None = None) -> Models:
    calls = {
        role: Calls(Kept(folder / "calls" / f"{role}.jsonl"), f"openai:{role}", (asked or {}).get(role))
        for role in ROLES
    }
    return Models(memory=calls["memory"], reader=calls["reader"], judges=[calls["judge1"]])


def scripted() -> dict[str, LLM]:
    return {role: ScriptedLLM(script, name=f"openai:{role}") for role, script in ROLES.items()}


async def carry_out(given: Plan, folder: Path, asked: dict[str, LLM] | None = None) -> tuple[Outcome, Models]:
    (folder / "calls").mkdir(parents=True, exist_ok=True)
    those = models(folder, asked)
    begin(folder, given.identity(those))
    with tools(folder, budget=given.budget) as these:
        return await run(given, those, folder, tools=these), those


def table(folder: Path) -> list[Any]:
    """Everything that a run found out, but for how long it took."""
    untimed: list[Any] = []
    for sort in (TakenIn, Context, Answer, Verdict):
        for record in Held(folder, sort).all():
            line = {name: getattr(record, name) for name in record.__slots__}
            line["spent"] = [record.spent.calls, record.spent.tokens_in, record.spent.tokens_out]
            for name in ("seconds", "milliseconds", "bytes"):
                line.pop(name, None)
            untimed.append((sort.__name__, line))
    return untimed
