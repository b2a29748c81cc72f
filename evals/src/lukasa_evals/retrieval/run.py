"""The whole evaluation, in order: import what is not kept, ask, measure, write."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import lukasa
from lukasa import Memory, Settings
from lukasa.adapters import registry
from lukasa.ports.llm import LLM
from lukasa.ports.tokens import TokenCounter
from lukasa_evals.answers.models import language_model
from lukasa_evals.datasets.values import Conversation, Dataset, Question, Said
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import memory as memories
from lukasa_evals.retrieval import record as records_of
from lukasa_evals.retrieval import report
from lukasa_evals.retrieval.baselines import baselines
from lukasa_evals.retrieval.compare import RESULTS
from lukasa_evals.retrieval.measure import ranks_of, worth
from lukasa_evals.retrieval.record import Record
from lukasa_evals.retrieval.systems import Asked, System
from lukasa_evals.retrieval.vectors import EngineVectors
from lukasa_evals.strong.kept import kept
from lukasa_evals.strong.model import StrongModel

BUDGETS = (1000, 2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run."""

    datasets: Mapping[str, Dataset]
    """By the name to show, only the conversations to be asked."""

    settings: Settings
    budgets: Sequence[int] = BUDGETS
    model: str = ""
    """Who extracts, where the settings' extractor is a recipe."""

    baselines: bool = True
    turns_only: bool = False
    """Also ask Lukasa for turns alone."""

    past: bool = False
    """Let no question find what was said at its moment or later."""

    dense_model: str | None = None
    """Of the baselines; `None`: the engine's own encoder."""

    cache: Path | None = None
    """Keep stores and vectors here; `None`: in a temporary folder."""

    rebuild: bool = False
    now: datetime
    """When the run was started; goes into its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What was run."""

    lukasa: str
    commit: str | None
    dirty: bool


class Tools(NamedTuple):
    """What all data sets share."""

    folder: Path
    vectors: EngineVectors | None
    counter: TokenCounter


Progress = Callable[[str, int], None]
"""Called with what is at work, and how many questions were asked since the last call."""


def run(plan: Plan, out: Path, *, progress: Progress = lambda *_: None) -> list[Record]:
    """Run the plan and write `results.jsonl`, `settings.json` and `report.md` into *out*."""
    if (out / RESULTS).exists():
        raise EvalError(f"the run folder {out.name!r} has results already; name another with --out")
    # Before anything else: the tree may change while this runs.
    code = code_of(Path(lukasa.__file__).parent)
    records: list[Record] = []
    about: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        folder = plan.cache or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lukasa-evals-")))
        folder.mkdir(parents=True, exist_ok=True)
        vectors = (
            stack.enter_context(EngineVectors(plan.settings, plan.dense_model)) if plan.baselines else None
        )
        tools = Tools(folder, vectors, registry.token_counter(plan.settings.tokens)())
        for name, dataset in plan.datasets.items():
            progress(f"{name}: store", 0)
            llm = language_model(plan.model, dataset.conversations) if plan.model else None
            opened = memories.open_store(dataset, plan.settings, folder, rebuild=plan.rebuild, llm=llm)
            with opened.memory as memory:
                for conversation in dataset.conversations:
                    records += _conversation(plan, name, conversation, memory, tools=tools, progress=progress)
                about.append({**_about(name, dataset, opened), **_facts(dataset, memory, llm)})
    settings = _settings(plan, code, about)
    out.mkdir(parents=True, exist_ok=True)
    records_of.write(out / RESULTS, records)
    (out / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(report.report(settings, records), encoding="utf-8")
    return records


def code_of(folder: Path) -> Code:
    """Return which Lukasa this is; the commit is known only in a checkout."""
    commit = _git(folder, "rev-parse", "HEAD")
    dirty = bool(commit and _git(folder, "status", "--porcelain", "--untracked-files=normal"))
    return Code(lukasa=importlib.metadata.version("lukasa"), commit=commit, dirty=dirty)


def _conversation(
    plan: Plan, name: str, conversation: Conversation, memory: Memory, *, tools: Tools, progress: Progress
) -> Iterator[Record]:
    handle = memory.of(user=conversation.id)
    systems: list[System] = [memories.Recall(handle)]
    if plan.turns_only:
        systems.append(memories.Recall(handle, facts=False))
    if tools.vectors is not None:
        progress(f"{name}: vectors", 0)
        vectors = tools.vectors if tools.vectors.available else None
        systems += baselines(conversation, tools.counter, vectors, tools.folder)
    said = {turn.id: turn for turn in conversation.turns()}
    later = memories.asked_at(conversation)
    # Loads models and vectors, so that the first question is not timed with them.
    handle.recall("warm up", now=later)
    for question in conversation.questions:
        asked = Asked(text=question.text, now=question.asked_at or later, past=plan.past)
        for system in systems:
            answered = system.ask(asked, plan.budgets)
            yield Record(
                dataset=name,
                conversation=conversation.id,
                question=question.index,
                category=_category(plan.datasets[name], question),
                system=system.name,
                answerable=not question.abstains,
                evidence=question.published.evidence,
                ranks=ranks_of(question.published.evidence, answered.ranked),
                hits=len(answered.ranked),
                milliseconds=answered.milliseconds,
                contexts={
                    budget: worth(question, said, shown, tools.counter)
                    for budget, shown in answered.contexts.items()
                },
            )
        progress(name, 1)


def _category(dataset: Dataset, question: Question) -> str:
    return dataset.categories.get(question.category, str(question.category))


def _about(name: str, dataset: Dataset, opened: memories.Opened) -> dict[str, Any]:
    questions = [question for each in dataset.conversations for question in each.questions]
    turns: list[Said] = [turn for each in dataset.conversations for turn in each.turns()]
    return {
        "name": name,
        "format": dataset.name,
        "sha256": dict(dataset.sha256),
        "conversations": len(dataset.conversations),
        "turns": len(turns),
        "words": round(sum(len(turn.text.split()) for turn in turns) / max(len(turns), 1)),
        "questions": len(questions),
        "with_evidence": sum(not q.abstains and bool(q.published.evidence) for q in questions),
        "unanswerable": sum(q.abstains for q in questions),
        "store": opened.key,
        "imported": opened.built,
        "seconds": round(opened.seconds, 1),
    }


def _facts(dataset: Dataset, memory: Memory, llm: LLM | None) -> dict[str, Any]:
    """Return what facts there are, what they cost, and how many of those on file."""
    handles = {each.id: memory.of(user=each.id) for each in dataset.conversations}
    about: dict[str, Any] = {
        "model": llm.name if llm else None,
        "facts": sum(len(handle.facts()) for handle in handles.values()),
        "calls": {spent.purpose: 0 for spent in memory.usage()},
    }
    for spent in memory.usage():
        about["calls"][spent.purpose] += spent.calls
    if isinstance(llm, StrongModel):
        counted = [kept(user, llm.facts, handle, memories.ids_of(handle)) for user, handle in handles.items()]
        about["strong facts"] = {
            "given": sum(each.given for each in counted),
            "stored": sum(each.stored for each in counted),
        }
    return about


def _settings(plan: Plan, code: Code, about: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    with Memory.open("memory:", settings=plan.settings.with_(extractor="none")) as memory:
        embedder = memory.doctor().embedder
    return {
        "date": plan.now.isoformat(timespec="seconds"),
        "code": asdict(code),
        "embedder": embedder,
        "extractor": plan.settings.extractor,
        "dense_model": plan.dense_model,
        "recall": repr(plan.settings.recall),
        "past": plan.past,
        "budgets": list(plan.budgets),
        "machine": {
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "cpus": os.cpu_count(),
        },
        "datasets": list(about),
    }


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - whatever git the user has
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
