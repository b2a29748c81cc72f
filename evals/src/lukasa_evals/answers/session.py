"""One conversation and one system: taken in, and asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lukasa.errors import RequestRefusedError
from lukasa_evals.answers.calls import Calls, Metered, PendingError, Spent
from lukasa_evals.answers.evidence import worth
from lukasa_evals.answers.folder import Answer, Context, Held, Place, TakenIn
from lukasa_evals.answers.reading import read, request_for
from lukasa_evals.answers.tasks import task_group
from lukasa_evals.datasets.values import Conversation, Question, Said
from lukasa_evals.retrieval.memory import asked_at
from lukasa_evals.systems.catalogue import Entry
from lukasa_evals.systems.system import Found, System, Tools

LEDGER = "calls.jsonl"
"""In a system's own folder: the calls that taking the conversation in has taken so far."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """All records of a run."""

    systems: Held[TakenIn]
    contexts: Held[Context]
    answers: Held[Answer]

    @classmethod
    def of(cls, folder: Path) -> Shelf:
        """Read what a run's folder has."""
        return cls(Held(folder, TakenIn), Held(folder, Context), Held(folder, Answer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who answers, how often, and told what."""

    calls: Calls
    times: int
    own_prompts: bool


@dataclass(slots=True, kw_only=True)
class Session:
    """A system with its conversation."""

    entry: Entry
    conversation: Conversation
    tools: Tools
    llm: Metered | None
    """The same model as in the tools."""

    shelf: Shelf
    reader: Reader | None
    system: System = field(init=False)
    said: Mapping[str, Said] = field(init=False)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    """A system is asked one question at a time: what it takes could not be told apart otherwise."""

    def __post_init__(self) -> None:
        self.said = {turn.id: turn for turn in self.conversation.turns()}

    @property
    def open(self) -> list[Question]:
        """The questions that lack a context, or an answer."""
        times = self.reader.times if self.reader is not None else 0
        return [
            question
            for question in self.conversation.questions
            if (place := self._place(question)) not in self.shelf.contexts
            or any((place, n) not in self.shelf.answers for n in range(times))
        ]

    async def go(self, asked: Callable[[], None]) -> None:
        """Do whatever can be done now; what waits for a batch is left for the next process.

        Raises what the system raises.
        """
        if not (todo := self.open) and (self.entry.name, self.conversation.id) in self.shelf.systems:
            return
        self.system = self.entry.build(self.tools)
        try:
            await self._take_in()
            async with task_group() as group:
                for question in todo:
                    group.create_task(self._ask(question, asked))
        except PendingError:
            pass
        finally:
            await self.system.aclose()

    async def _take_in(self) -> None:
        started = time.perf_counter()
        await self.system.ingest(self.conversation)
        seconds = time.perf_counter() - started
        spent = self._taken()
        if (self.entry.name, self.conversation.id) in self.shelf.systems:
            return
        stats = await self.system.stats()
        self.shelf.systems.add(
            TakenIn(
                system=self.entry.name,
                conversation=self.conversation.id,
                seconds=round(seconds, 3),
                spent=spent,
                tokens=stats.tokens,
                items=stats.items,
                bytes=stats.bytes,
                unread=max(sum(self.tools.unread.values()), spent.unread),
            )
        )

    async def _ask(self, question: Question, asked: Callable[[], None]) -> None:
        try:
            async with self._one:
                context = await self._context(question)
            if self.reader is not None:
                await self._answer(self.reader, question, context)
        except PendingError:
            return
        asked()

    async def _context(self, question: Question) -> Context:
        place = self._place(question)
        if (held := self.shelf.contexts.get(place)) is not None:
            return held
        self._taken()
        failed = ""
        started = time.perf_counter()
        try:
            found = await self.system.answer(question.text, self._now(question))
        except RequestRefusedError as error:
            found, failed = Found(text=""), str(error)
        milliseconds = (time.perf_counter() - started) * 1000
        if self.llm is not None:
            milliseconds += self.llm.unwaited()
        made = self._measured(question, found, milliseconds, failed)
        self.shelf.contexts.add(made)
        return made

    def _measured(self, question: Question, found: Found, milliseconds: float, failed: str) -> Context:
        value = worth(question, self.said, found)
        return Context(
            system=self.entry.name,
            conversation=self.conversation.id,
            question=question.index,
            text=found.text,
            tokens=self.tools.counter.count(found.text) if found.text else 0,
            shown=value.shown,
            contained=value.contained,
            contained_corrected=value.contained_corrected,
            answer=found.answer,
            milliseconds=round(milliseconds, 3),
            spent=self._taken(),
            failed=failed,
        )

    async def _answer(self, reader: Reader, question: Question, context: Context) -> None:
        prompt = self.entry.prompt if reader.own_prompts else "answer"
        request = request_for(question.text, context.text, self._now(question), prompt=prompt)
        waiting: PendingError | None = None
        for repetition in range(reader.times):
            if (context.key, repetition) in self.shelf.answers:
                continue
            llm = Metered(reader.calls.again(repetition))
            text, failed = context.answer or "", context.failed
            try:
                if context.answer is None and not failed:
                    text = await read(llm, request)
            except PendingError as error:
                waiting = error  # the other repetitions go into the same batch
                continue
            except RequestRefusedError as error:
                failed = str(error)
            self.shelf.answers.add(
                Answer(
                    system=self.entry.name,
                    conversation=self.conversation.id,
                    question=question.index,
                    repetition=repetition,
                    text=text,
                    spent=llm.take(),
                    failed=failed,
                )
            )
        if waiting is not None:
            raise waiting

    def _place(self, question: Question) -> Place:
        return Place(self.entry.name, self.conversation.id, question.index)

    def _now(self, question: Question) -> datetime:
        return question.asked_at or asked_at(self.conversation)

    def _taken(self) -> Spent:
        if self.llm is None:
            return Spent()
        self.llm.unwaited()
        return self.llm.take()
