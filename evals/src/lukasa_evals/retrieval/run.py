"""The whole evaluation, in order: read, import, ask, measure, write."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import lukasa
from lukasa import Memory, Settings
from lukasa_evals import words
from lukasa_evals.datasets.values import ANSWERABLE, Conversation, Dataset
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import memory as memories
from lukasa_evals.retrieval import record as records_of
from lukasa_evals.retrieval import report
from lukasa_evals.retrieval.baselines import baselines
from lukasa_evals.retrieval.compare import BASELINES, RECORDS
from lukasa_evals.retrieval.measure import measure
from lukasa_evals.retrieval.record import Record
from lukasa_evals.retrieval.systems import System
from lukasa_evals.retrieval.vectors import EngineVectors

BUDGETS = (300, 600, 1200, 2400, 4800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run."""

    dataset: Dataset
    """Only the conversations to be asked."""

    settings: Settings
    budgets: Sequence[int] = BUDGETS
    baselines: bool = True
    stores: Path | None = None
    """Keep the stores here; `None`: in a temporary folder."""

    rebuild: bool = False
    now: datetime
    """When the run was started; goes into its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What was run."""

    lukasa: str
    commit: str | None
    dirty: bool


class Model(NamedTuple):
    """The embedder that the run has."""

    embedder: str | None
    """Its fingerprint; `None` for full-text only."""

    warnings: Sequence[str]


class Tools(NamedTuple):
    """What all conversations share."""

    stores: memories.Stores
    vectors: EngineVectors | None
    """`None`: no baselines."""

    kept: Path | None
    """Where vectors of the baselines are kept for the next run."""


Progress = Callable[[str, int, int], None]
"""Called with the conversation, the questions done and the questions there are."""


def run(plan: Plan, out: Path, *, progress: Progress = lambda *_: None) -> list[Record]:
    """Run the plan and write `records.jsonl`, `baselines.jsonl`, `settings.json` and `report.md` into *out*."""
    if (out / RECORDS).exists():
        raise EvalError(f"the run folder {out.name!r} has records already; name another with --out")
    code = code_of(Path(lukasa.__file__).parent)
    model = probe(plan.settings)
    with contextlib.ExitStack() as stack:
        folder = plan.stores or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lukasa-evals-")))
        folder.mkdir(parents=True, exist_ok=True)
        stores = memories.Stores(
            folder,
            settings=plan.settings,
            key=memories.Key(
                json.dumps(plan.dataset.sha256),
                model.embedder or "",
                repr((plan.settings.remember, plan.settings.resolve)),
                plan.settings.extractor,
            ),
            commit=code.commit,
            rebuild=plan.rebuild,
        )
        vectors = stack.enter_context(EngineVectors(plan.settings)) if plan.baselines else None
        tools = Tools(stores, vectors, plan.stores)
        records = [
            record
            for conversation in plan.dataset.conversations
            for record in _conversation(plan, conversation, tools, progress)
        ]
    settings = _settings(plan, code, model, stores.built)
    out.mkdir(parents=True, exist_ok=True)
    records_of.write(out / RECORDS, (r for r in records if r.system == "lukasa"))
    records_of.write(out / BASELINES, (r for r in records if r.system != "lukasa"))
    (out / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(report.report(settings, records), encoding="utf-8")
    return records


def code_of(folder: Path) -> Code:
    """Tell which Lukasa this is; the commit is known only in a checkout."""
    commit = _git(folder, "rev-parse", "HEAD")
    dirty = bool(commit and _git(folder, "status", "--porcelain", "--untracked-files=normal"))
    return Code(lukasa=importlib.metadata.version("lukasa"), commit=commit, dirty=dirty)


def probe(settings: Settings) -> Model:
    """Load the embedder; a run without the one that was asked for would not be what it says."""
    with Memory.open("memory:", settings=settings) as memory:
        health = memory.doctor()
    if health.embedder is None and settings.embedder != "none":
        raise EvalError(f"the embedder {settings.embedder!r} cannot be used: {health.embedder_problem}")
    return Model(health.embedder, [])


def _conversation(
    plan: Plan, conversation: Conversation, tools: Tools, progress: Progress
) -> Iterator[Record]:
    with tools.stores.open(conversation) as memory:
        systems = list(_systems(memory, conversation, tools))
        # Loads the models, so that the first question is not timed with them.
        memory.of(user=conversation.id).recall("warm up")
        for done, question in enumerate(conversation.questions, start=1):
            for system in systems:
                answered = system.ask(question.text, plan.budgets)
                yield measure(system.name, conversation, question, answered)
            progress(conversation.id, done, len(conversation.questions))


def _systems(memory: Memory, conversation: Conversation, tools: Tools) -> Iterator[System]:
    handle = memory.of(user=conversation.id)
    ids = memories.ids_of(handle)
    now = memories.asked_at(conversation)
    yield memories.Recall(handle, ids, now)
    yield memories.Recall(handle, ids, now, facts=False)
    if tools.vectors is None:
        return
    lines = memories.lines_of(handle)
    yield memories.PlainRecall(handle, ids, now, lines)
    if not tools.vectors.available:
        yield from baselines(lines, None, None)
        return
    matrix = tools.vectors.kept([line.shown for line in lines], tools.kept)
    yield from baselines(lines, tools.vectors, matrix)


def _settings(plan: Plan, code: Code, model: Model, built: memories.Built) -> dict[str, Any]:
    conversations = plan.dataset.conversations
    questions = [question for conversation in conversations for question in conversation.questions]
    turns = [turn for conversation in conversations for turn in conversation.turns()]
    length = sum(words.count(f"{turn.speaker} {turn.text} {turn.caption or ''}") for turn in turns)
    return {
        "date": plan.now.isoformat(timespec="seconds"),
        "code": asdict(code),
        "embedder": model.embedder,
        "settings": _plain(plan.settings),
        "budgets": list(plan.budgets),
        "machine": {
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "cpus": os.cpu_count(),
        },
        "dataset": {
            "name": plan.dataset.name,
            "sha256": dict(plan.dataset.sha256),
            "conversations": len(conversations),
            "turns": len(turns),
            "words": length / max(len(conversations), 1),
            "questions": len(questions),
            "unreadable": sum(conversation.unreadable for conversation in conversations),
            "without_evidence": sum(q.category in ANSWERABLE and not q.published.evidence for q in questions),
            "corrected": sum(q.corrected is not None for q in questions),
        },
        "stores": asdict(built),
        "warnings": list(model.warnings),
    }


def _plain(value: object) -> Any:
    """Return settings as JSON; `asdict` cannot copy read-only mappings. Secrets, which are not shown, stay out."""
    if isinstance(value, Settings):
        names = [name for name in type(value).model_fields if not name.endswith("_key")]
        return {name: _plain(getattr(value, name)) for name in names}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)


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
