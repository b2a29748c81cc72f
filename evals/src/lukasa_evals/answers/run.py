"""Systems × conversations × questions: taken in, answered, judged; from wherever the last process stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from lukasa.errors import BadReplyError, ConfigError, LukasaError, ProviderError
from lukasa_evals.answers.calls import Metered
from lukasa_evals.answers.judging import judge_all
from lukasa_evals.answers.plan import Models, Plan
from lukasa_evals.answers.session import LEDGER, Reader, Session, Shelf
from lukasa_evals.answers.tasks import task_group
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.catalogue import Entry
from lukasa_evals.systems.system import Tools

Progress = Callable[[str], None]
"""Called with the system's name when it has been asked a question."""


class Outcome(NamedTuple):
    """What one process brought the run to."""

    pending: Mapping[str, int]
    """Calls that wait for a batch, by role; none when the run is done."""

    contexts: int
    answers: int
    verdicts: int
    failed: Mapping[str, str]
    """Systems that could not be finished, with the reason; they are gone on with when the run is started again."""


async def run(
    plan: Plan, models: Models, folder: Path, *, tools: Tools, progress: Progress = lambda _: None
) -> Outcome:
    """Bring a run as far as it gets; call it again with the replies to what is pending, or after whatever stopped it.

    A system that fails stops no other. Raises `ProviderError` when a model cannot be used, by whoever asks; all that was done
    before stays.
    """
    shelf = Shelf.of(folder)
    work = _Work(plan, models, folder, tools, shelf, progress)
    failed = {entry.name: why for entry in plan.systems if (why := await work.system(entry))}
    verdicts = await judge_all(plan, models.judges, shelf, folder)
    return Outcome(models.pending(), len(shelf.contexts.all()), len(shelf.answers.all()), verdicts, failed)


@dataclass(frozen=True, slots=True)
class _Work:
    plan: Plan
    models: Models
    folder: Path
    tools: Tools
    shelf: Shelf
    progress: Progress

    async def system(self, entry: Entry) -> str:
        """Do all that can be done with a system; return why it failed, or nothing."""
        try:
            await self._system(entry)
        except Exception as error:
            if isinstance(error, ProviderError | ConfigError) and not isinstance(error, BadReplyError):
                raise  # A model that cannot be used by one cannot be used by the next.
            return (
                str(error)
                if isinstance(error, EvalError | LukasaError)
                else f"{type(error).__name__}: {error}"
            )
        return ""

    async def _system(self, entry: Entry) -> None:
        room = asyncio.Semaphore(self.plan.parallel)

        async def one(conversation: Conversation) -> None:
            async with room:
                await self._session(entry, conversation).go(lambda: self.progress(entry.name))

        async with task_group() as group:
            for conversation in self.plan.dataset.conversations:
                group.create_task(one(conversation))

    def _session(self, entry: Entry, conversation: Conversation) -> Session:
        folder = self.folder / "stores" / entry.name / conversation.id
        folder.mkdir(parents=True, exist_ok=True)
        llm = None if self.models.memory is None else Metered(self.models.memory, folder / LEDGER)
        reader = self.models.reader
        return Session(
            entry=entry,
            conversation=conversation,
            tools=replace(self.tools, llm=llm, folder=folder, unread=Counter()),
            llm=llm,
            shelf=self.shelf,
            reader=None
            if reader is None
            else Reader(calls=reader, times=self.plan.answers, own_prompts=self.plan.own_prompts),
        )
