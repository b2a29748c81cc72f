"""`run`, `report`, `systems`: answers to questions, what judges say of them, and the tables."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from lukasa.wiring import build, now
from lukasa_evals.answers import batch
from lukasa_evals.answers.calls import Calls, Kept
from lukasa_evals.answers.folder import begin
from lukasa_evals.answers.models import language_model
from lukasa_evals.answers.plan import Models, Plan
from lukasa_evals.answers.run import Outcome
from lukasa_evals.answers.run import run as carry_out
from lukasa_evals.cli.options import Asked, asked_of, console, settings_with, table_of
from lukasa_evals.datasets.values import Dataset
from lukasa_evals.errors import EvalError
from lukasa_evals.prompts import judge_from
from lukasa_evals.reports import headline as claims
from lukasa_evals.reports.cells import NOTHING
from lukasa_evals.reports.differences import write as write_differences
from lukasa_evals.reports.records import read
from lukasa_evals.reports.write import report as write_report
from lukasa_evals.retrieval.run import code_of
from lukasa_evals.retrieval.vectors import EngineVectors
from lukasa_evals.systems.catalogue import SYSTEMS, Entry
from lukasa_evals.systems.catalogue import chosen as chosen_systems
from lukasa_evals.systems.system import Tools
from lukasa_evals.tokens import AUTO, counting


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Which models are asked.

    Parameters
    ----------
    model
        By the systems, for their own work: openai:gpt-4.1-mini, openai_compatible:NAME@http://localhost:8080/v1, …; as in
        the settings of Lukasa, which also say the keys (LUKASA_LLM_KEY, or the provider's own).
    reader
        Who answers; without one, contexts are measured and nothing is answered.
    judge
        Who judges; may be given several times.
    """

    model: str = ""
    reader: str = ""
    judge: Annotated[tuple[str, ...], Parameter(negative=())] = ()


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Often:
    """How much is asked of them.

    Parameters
    ----------
    budget
        Tokens of a context, for systems that can keep to one.
    answers
        How often each question is answered.
    judgements
        How often each answer is judged by each judge.
    planted
        Deliberately wrong answers put before the judges, of so many questions a conversation.
    own_prompts
        Tell each system's reader what its own paper tells it, instead of telling all the same.
    lenient_prompt
        File with what the lenient judges are told, such as the paper's own prompt; default: our own words.
    parallel
        Conversations at once.
    """

    budget: int = 2_000
    answers: int = 1
    judgements: int = 1
    planted: int = 0
    own_prompts: bool = False
    lenient_prompt: Path | None = None
    parallel: int = 4


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """Where the replies come from.

    Parameters
    ----------
    batch_out
        Ask nobody: write what is to be asked into this folder, in the format of OpenAI's batch API.
    batch_in
        Read the replies of a batch from this folder first.
    replay
        Ask nobody: every reply must have been kept by an earlier process.
    """

    batch_out: Path | None = None
    batch_in: Path | None = None
    replay: bool = False

    @property
    def asks(self) -> bool:
        """Whether a model is really asked."""
        return self.batch_out is None and not self.replay


def run(
    *,
    asked: Asked,
    system: Annotated[tuple[str, ...], Parameter(negative=())] = ("no-model",),
    out: Path | None = None,
    who: Who | None = None,
    often: Often | None = None,
    through: Through | None = None,
    embedder: str = "onnx",
    tokens: str = AUTO,
) -> None:
    """Take conversations in, have every question answered, and the answers judged.

    A run that was stopped goes on when it is started again with the same --out.

    Parameters
    ----------
    asked
        Which questions to ask.
    system
        A system or a group of them (`lukasa-evals systems` lists them); may be given several times.
    out
        Folder of the run; default: runs/ and a name made of date, data set and split. It holds words of the data set.
    who
        Which models are asked.
    often
        How much is asked of them.
    through
        Where the replies come from.
    embedder
        Of Lukasa and of the baselines: onnx, hashing, none, openai:MODEL (with OPENAI_API_KEY, or LUKASA_EMBEDDER_URL and _KEY).
    tokens
        How tokens are counted: cl100k as in the paper (needs tiktoken and its table), estimate, or auto: the first where it can be had.
    """
    who, often, through = who or Who(), often or Often(), through or Through()
    dataset = asked_of(asked)
    for warning in dataset.warnings:
        console().print(f"[yellow]note:[/] {escape(warning)}")
    able, skipped = _able(chosen_systems(system), who, through)
    started = datetime.now(UTC)
    folder = out or Path("runs") / f"{started:%Y%m%dT%H%M%S}-{asked.dataset}-{asked.split}"
    plan = Plan(
        dataset=dataset,
        systems=able,
        skipped=skipped,
        budget=often.budget,
        answers=often.answers,
        judgements=often.judgements,
        planted=often.planted,
        own_prompts=often.own_prompts,
        lenient_prompt=judge_from(often.lenient_prompt) if often.lenient_prompt else None,
        tokens=counting(tokens).name,
        parallel=often.parallel,
    )
    (folder / "calls").mkdir(parents=True, exist_ok=True)
    models = _models(who, through, folder / "calls", dataset)
    begin(folder, {**plan.identity(models), **_about(plan, embedder, started)})
    if through.batch_in is not None:
        console().print(f"{batch.read(through.batch_in, models.roles())} replies read")
    outcome = _carried_out(plan, models, folder, embedder)
    write_report([folder], dataset, folder)
    console().print(f"Everything: {folder / 'report.md'}", highlight=False)
    _tell(outcome, models, folder, through)


def report(*folders: Path, asked: Asked, out: Path) -> None:
    """Write tables and plots of one run or several; a system that several of them ran is shown as the last one had it.

    Parameters
    ----------
    folders
        Folders of runs.
    asked
        The questions that they were asked.
    out
        Where the report goes; it holds no word of the data set.
    """
    if not folders:
        raise EvalError("name the folder of a run, or several")
    dataset = asked_of(asked)
    out.mkdir(parents=True, exist_ok=True)
    write_report(list(folders), dataset, out)
    console().print(f"{out / 'report.md'}", highlight=False)


def differences(run: Path, one: str, other: str, /, *, asked: Asked) -> None:
    """Write the questions that one system got and another missed, with both contexts, into the run's folder.

    Parameters
    ----------
    run
        Folder of the run.
    one
        A system.
    other
        Another.
    asked
        The questions that they were asked.
    """
    records = read([run], asked_of(asked))
    console().print(f"{write_differences(records, one, other, run)}", highlight=False)


def headline(run: Path, /, *, asked: Asked, base: str = claims.BASE, graph: str = claims.GRAPH) -> None:
    """Compute the four claims of the Mem0 paper's abstract from a run, with intervals, or say which row is missing.

    Parameters
    ----------
    run
        Folder of the run.
    asked
        The questions that it was asked.
    base
        The system that stands for Mem0.
    graph
        The system that stands for its graph variant.
    """
    for each in claims.rows(claims.headline(read([run], asked_of(asked)), base, graph)):
        claim, printed, told, questions = each
        of = f", {questions} questions" if questions != NOTHING else ""
        console().print(
            f"{claim}{of}\n  the paper: {printed}; this run: {told}", highlight=False, soft_wrap=True
        )


def systems() -> None:
    """List the systems under test, and what each lacks to run here."""
    env = os.environ  # noqa: TID251 - which keys there are
    rows = [
        [
            entry.name,
            entry.family,
            escape(entry.lacking(model=f"{entry.provider}:", batch=False, env=env) or "can run"),
        ]
        for entry in SYSTEMS.values()
    ]
    console().print(table_of("systems under test", ["name", "family", "here"], rows))


def _able(entries: Sequence[Entry], who: Who, through: Through) -> tuple[list[Entry], dict[str, str]]:
    """Return the systems that can run, and why the others cannot."""
    lacking: Mapping[str, str | None] = {
        entry.name: entry.lacking(model=who.model, batch=not through.asks, env=os.environ)  # noqa: TID251
        for entry in entries
    }
    skipped = {name: why for name, why in lacking.items() if why is not None}
    able = [entry for entry in entries if entry.name not in skipped]
    if not able:
        raise EvalError(f"none of the systems can run: {'; '.join(f'{n}: {w}' for n, w in skipped.items())}")
    return able, skipped


def _models(who: Who, through: Through, folder: Path, dataset: Dataset) -> Models:
    def calls(role: str, spec: str) -> Calls | None:
        if not spec:
            return None
        inner = language_model(spec, dataset.conversations) if through.asks else None
        # Where a server is, is nobody's business who reads the report.
        return Calls(Kept(folder / f"{role}.jsonl"), spec.partition("@")[0], inner)

    judges = [calls(f"judge{place}", spec) for place, spec in enumerate(who.judge, start=1)]
    return Models(
        memory=calls("memory", who.model),
        reader=calls("reader", who.reader),
        judges=[judge for judge in judges if judge is not None],
    )


def _about(plan: Plan, embedder: str, started: datetime) -> dict[str, object]:
    """Return what the report tells of a run, but does not make it another one."""
    import lukasa  # noqa: PLC0415 - its place on disk is wanted

    code = code_of(Path(lukasa.__file__).parent)
    return {
        "started": started.isoformat(timespec="seconds"),
        "code": {"lukasa": code.lukasa, "commit": code.commit, "dirty": code.dirty},
        "embedder": embedder,
        "systems": [entry.name for entry in plan.systems],
        "skipped": dict(plan.skipped),
    }


@contextmanager
def _tools(plan: Plan, folder: Path, embedder: str) -> Iterator[Tools]:
    settings = settings_with(embedder)
    common = folder / "vectors"
    common.mkdir(exist_ok=True)
    with EngineVectors(settings) as vectors:
        yield Tools(
            llm=None,
            vectors=vectors,
            counter=counting(plan.tokens).counter,
            folder=folder,
            common=common,
            settings=settings,
            budget=plan.budget,
            embedder=build(settings.with_(store="memory:"), clock=now).embedder,
        )


def _carried_out(plan: Plan, models: Models, folder: Path, embedder: str) -> Outcome:
    questions = sum(len(conversation.questions) for conversation in plan.dataset.conversations)
    with (
        _tools(plan, folder, embedder) as tools,
        Progress(console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task("", total=questions * len(plan.systems))

        async def go() -> Outcome:
            try:
                return await carry_out(
                    plan,
                    models,
                    folder,
                    tools=tools,
                    progress=lambda name: bar.update(task, advance=1, description=name),
                )
            finally:
                if tools.embedder is not None:
                    await tools.embedder.aclose()
                await models.aclose()

        return asyncio.run(go())


def _tell(outcome: Outcome, models: Models, folder: Path, through: Through) -> None:
    told = console()
    told.print(f"{outcome.contexts} contexts, {outcome.answers} answers, {outcome.verdicts} verdicts")
    if outcome.failed:
        reasons = "; ".join(f"{name}: {why}" for name, why in outcome.failed.items())
        raise EvalError(f"not finished: {reasons}; run {folder.name!r} again to go on")
    if not outcome.pending:
        return
    waiting = ", ".join(f"{count} by {role}" for role, count in outcome.pending.items())
    if through.batch_out is None:
        raise EvalError(
            f"calls that no process has kept a reply to: {waiting}; run {folder.name!r} without --replay"
        )
    files = batch.write(through.batch_out, models.roles())
    told.print(f"to be answered: {waiting}; then go on with --batch-in")
    for path in files:
        told.print(f"  {path}", highlight=False)
