"""The engine: a memory, and handles bound to one partition of it. Async; `_blocking` has the other face."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from importlib.metadata import version
from typing import Self

from lukasa.domain import filter as filters
from lukasa.domain.change import Cause, JournalEntry, Restore, Retire
from lukasa.domain.filter import Filter
from lukasa.domain.query import TurnQuery
from lukasa.domain.recalled import Context, Recalled
from lukasa.domain.report import Forgotten, Health, Progress, Receipt, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.domain.time import read_instant, read_zone
from lukasa.domain.turn import MAX_INT, Json, Turn
from lukasa.errors import ClosedError, InputError, LukasaError
from lukasa.pipeline.analyse import ANALYSIS_VERSION
from lukasa.pipeline.channels import Channels
from lukasa.pipeline.encode import Encoder
from lukasa.pipeline.messages import Message, read_label, read_labels, read_messages
from lukasa.pipeline.policy import RecallPolicy, RememberPolicy
from lukasa.pipeline.recall import Question, Recall
from lukasa.pipeline.reembed import Reembed
from lukasa.pipeline.reindex import Reindex
from lukasa.pipeline.remember import Remember
from lukasa.pipeline.warm import WarmPartitions
from lukasa.ports.embedder import Embedder
from lukasa.ports.reranker import Reranker
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter

FilterLike = Mapping[str, object] | Filter
"""A filter as a mapping (see `lukasa.domain.filter`) or already parsed."""

_PAGE = 500
"""Turns read at a time where a whole partition is walked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an engine is made of; `wiring` chooses them from the settings."""

    store: Store
    store_name: str
    embedder: Embedder | None
    reranker: Reranker | None
    counter: TokenCounter
    clock: Callable[[], datetime]
    tenant: str
    zone: str | None
    rerank: bool
    """Whether recall reranks when the call does not say."""

    remember: RememberPolicy
    recall: RecallPolicy


class Running:
    """The paths over one set of parts, for as long as they are open; shared by an engine and its handles."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._closed = False
        self.encoder = Encoder(parts.embedder)
        self.reindex = Reindex(parts.store)
        self.remember = Remember(parts.store, self.encoder, parts.remember)
        warm = WarmPartitions(parts.store, parts.recall)
        self.recall = Recall(
            store=parts.store,
            encoder=self.encoder,
            warm=warm,
            channels=Channels(parts.store, warm, parts.recall),
            reranker=parts.reranker,
            counter=parts.counter,
            policy=parts.recall,
        )

    @property
    def parts(self) -> Parts:
        """What it is made of; raises `ClosedError` after `aclose`."""
        if self._closed:
            raise ClosedError("this memory was closed; open it again")
        return self._parts

    async def aclose(self) -> None:
        """Release the parts."""
        if not self._closed:
            self._closed = True
            async with AsyncExitStack() as stack:  # one that fails keeps no other open
                stack.push_async_callback(self._parts.store.aclose)
                if self._parts.reranker is not None:
                    stack.push_async_callback(self._parts.reranker.aclose)
                stack.push_async_callback(self.encoder.aclose)


class AsyncEngine:
    """Long-term memory for one application."""

    def __init__(self, parts: Parts) -> None:
        self._running = Running(parts)

    def of(self, user: str, tenant: str | None = None) -> AsyncHandle:
        """Return a handle bound to one partition: this user's memory, and nobody else's."""
        default = self._running.parts.tenant
        return AsyncHandle(self._running, Partition(default if tenant is None else tenant, user))

    async def partitions(self) -> list[Partition]:
        """List every partition, in the order in which they were first written to."""
        return await self._running.parts.store.partitions()

    async def stats(self) -> Stats:
        """Count what the whole store holds."""
        return await self._running.parts.store.stats()

    async def verify(self) -> Verified:
        """Check the whole store: file, schema, journal chain, indexes, orphans. Changes nothing."""
        return await self._running.parts.store.verify()

    async def doctor(self) -> Health:
        """Tell what works, and what does not and why; never raises for a model that cannot be loaded."""
        parts = self._running.parts
        spec, problem = None, None
        try:
            spec = await self._running.encoder.spec()
        except LukasaError as error:
            problem = str(error)
        if spec is None and problem is None:
            problem = str(self._running.encoder.problem)
        fingerprint = spec.fingerprint if spec else None
        backlogs = [
            await parts.store.backlog(partition, fingerprint=fingerprint, analysis=ANALYSIS_VERSION)
            for partition in await parts.store.partitions()
        ]
        verified = await parts.store.verify()
        return Health(
            version=await asyncio.to_thread(version, "lukasa"),  # reads files
            store=parts.store_name,
            embedder=fingerprint,
            embedder_problem=problem,
            unembedded=sum(each.unembedded for each in backlogs),
            outdated=sum(each.outdated for each in backlogs),
            backlogs=[each for each in backlogs if each.unembedded or each.outdated],
            details=await parts.store.describe(),
            stats=await parts.store.stats(),
            findings=verified.findings,
        )

    async def reembed(self, limit: int | None = None) -> Progress:
        """Make vectors of the embedder in use for up to *limit* documents that have none; resumable.

        Raises `ProviderError` when the embedder cannot be used.
        """
        parts = self._running.parts
        return await Reembed(parts.store, self._running.encoder)(limit=limit, now=parts.clock())

    async def reindex(self, limit: int | None = None) -> Progress:
        """Make the terms of up to *limit* documents anew that other rules of analysis made; resumable, and needs no model.

        Only a store that another version of Lukasa wrote has such documents; until then full-text finds less in it.
        """
        return await self._running.reindex(limit=limit, now=self._running.parts.clock())

    async def aclose(self) -> None:
        """Release files, threads and connections; a second call does nothing."""
        await self._running.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class AsyncHandle:
    """The memory of one user: every verb is bound to its partition."""

    def __init__(self, running: Running, partition: Partition) -> None:
        self._running = running
        self.partition = partition

    async def remember(
        self,
        messages: Message | Sequence[Message],
        *,
        at: datetime | str | None = None,
        session: str | None = None,
        agent: str | None = None,
        origin: str | None = None,
        metadata: Mapping[str, Json] | None = None,
        key: str | None = None,
        zone: str | None = None,
    ) -> Receipt:
        """Store what was said, word for word, durably and all at once; it can be recalled when this returns.

        *messages* is a text, a message of the OpenAI shape (`role`, `content`, `name`; also its own `at`, `metadata`,
        `session`, `agent`, `origin` and `key`, which go before those of the call) or a list of them; what `export`
        yields is taken back as it was, forgotten turns as forgotten. *at* is when it was said (now, if nobody says); a time without an offset is
        read in *zone*, or refused. The same turn is stored once: the receipt lists the duplicates. With an
        idempotency *key*, a repeated call stores nothing twice, whatever its times.

        Raises `InputError` for what cannot be stored (nothing of the call is), `KeyReuseError` when the key came
        with other content before, `StoreError` when the store cannot be written.
        """
        parts = self._running.parts
        zone = zone or parts.zone
        read_label("key", key)
        labels = read_labels(at=at, session=session, agent=agent, origin=origin, metadata=metadata, zone=zone)
        read = read_messages(messages, labels, zone=zone, policy=parts.remember)
        return await self._running.remember(self.partition, read, key=key, now=parts.clock())

    async def recall(
        self,
        question: str,
        *,
        limit: int = 10,
        filter: FilterLike | None = None,
        explain: bool = False,
        rerank: bool | None = None,
        now: datetime | str | None = None,
    ) -> Recalled:
        """Return what bears on the question, best first, or an abstention when nothing does.

        *now* anchors "last week" in the question. *rerank* lets a cross-encoder read the best candidates (as
        configured, if `None`). With *explain*, each hit lists every signal that was weighed.

        Raises `FilterError`, `InputError`, `StoreError`. A model that fails is reported in `mode` and `warnings`.
        """
        _check_count("limit", limit, least=1)
        asked = self._question(question, filter=filter, explain=explain, rerank=rerank, now=now)
        found = await self._running.recall.hits(self.partition, asked, limit=limit)
        return replace(
            found, warnings=[*found.warnings, *await self._running.reindex.warnings(self.partition)]
        )

    async def context(
        self,
        question: str,
        *,
        budget: int = 1000,
        filter: FilterLike | None = None,
        rerank: bool | None = None,
        now: datetime | str | None = None,
    ) -> Context:
        """Return a block to paste into a prompt: the turns that bear on the question, dated, cited, oldest first.

        It never has more than *budget* tokens, by the counter in use. Raises as `recall` does.
        """
        _check_count("budget", budget, least=1)
        asked = self._question(question, filter=filter, explain=False, rerank=rerank, now=now)
        block = await self._running.recall.context(self.partition, asked, budget=budget)
        return replace(
            block, warnings=[*block.warnings, *await self._running.reindex.warnings(self.partition)]
        )

    async def turns(
        self,
        *,
        session: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        filter: FilterLike | None = None,
        after: int = 0,
        limit: int | None = None,
        newest_first: bool = False,
        include_retired: bool = False,
    ) -> list[Turn]:
        """List turns in the order in which they were stored. `after` is the `seq` of the last turn of the page before.

        Raises `FilterError`, `InputError`, `StoreError`.
        """
        parts = self._running.parts
        _check_count("after", after, least=0)
        if limit is not None:
            _check_count("limit", limit, least=0)
        query = TurnQuery(
            session=session,
            since=None if since is None else read_instant(since, zone=parts.zone),
            until=None if until is None else read_instant(until, zone=parts.zone),
            filter=filters.parse(filter),
            after=after,
            limit=limit,
            newest_first=newest_first,
            include_retired=include_retired,
        )
        return await parts.store.turns(self.partition, query)

    async def forget(
        self, ids: Sequence[str] | str | None = None, *, session: str | None = None, reason: str = ""
    ) -> Forgotten:
        """Hide turns, by ids or a whole session, from recall. They stay stored; `restore` brings them back.

        Raises `NotFoundError` for an unknown id; then nothing is hidden.
        """
        if (ids is None) == (session is None):
            raise InputError("say what to forget: ids, or a session")
        parts = self._running.parts
        if session is not None:
            wanted = [turn.id for turn in await parts.store.turns(self.partition, TurnQuery(session=session))]
        else:
            wanted = [ids] if isinstance(ids, str) else list(ids or ())
        cause = Cause(verb="forget", at=parts.clock(), reason=reason)
        applied = await parts.store.apply(self.partition, [Retire(id=id_) for id_ in wanted], cause=cause)
        return Forgotten(retired=applied.changed)

    async def restore(self, ids: Sequence[str] | str, *, reason: str = "") -> list[str]:
        """Let forgotten turns be recalled again; return the ids for which that changed something.

        Raises `NotFoundError` for an unknown id; then nothing is restored.
        """
        wanted = [ids] if isinstance(ids, str) else list(ids)
        cause = Cause(verb="restore", at=self._running.parts.clock(), reason=reason)
        applied = await self._running.parts.store.apply(
            self.partition, [Restore(id=id_) for id_ in wanted], cause=cause
        )
        return list(applied.changed)

    async def export(self) -> AsyncIterator[dict[str, Json]]:
        """Yield every turn, forgotten ones included, as a JSON object that `remember` takes back as it was."""
        after = 0
        while page := await self._running.parts.store.turns(
            self.partition, TurnQuery(after=after, limit=_PAGE, include_retired=True)
        ):
            for turn in page:
                yield _exported(turn)
            after = page[-1].seq

    async def changes(self, *, since: int = 0, limit: int | None = None) -> list[JournalEntry]:
        """List the journal of this partition after a version, oldest first."""
        _check_count("since", since, least=0)
        if limit is not None:
            _check_count("limit", limit, least=0)
        return await self._running.parts.store.journal(self.partition, since=since, limit=limit)

    async def stats(self) -> Stats:
        """Count what this partition holds."""
        return await self._running.parts.store.stats(self.partition)

    def _question(
        self,
        text: str,
        *,
        filter: FilterLike | None,
        explain: bool,
        rerank: bool | None,
        now: datetime | str | None,
    ) -> Question:
        parts = self._running.parts
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"the question must be a non-empty text, not {text!r}")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"the question is not valid Unicode at character {error.start}: {error.reason}"
            ) from error
        if rerank and parts.reranker is None:
            raise InputError("no reranker is configured; open the memory with Settings(reranker='onnx')")
        zone: tzinfo | None = read_zone(parts.zone) if parts.zone else None
        return Question(
            text=text,
            now=parts.clock() if now is None else read_instant(now, zone=parts.zone),
            zone=zone,
            filter=filters.parse(filter),
            rerank=parts.rerank if rerank is None else rerank,
            explain=explain,
        )


def _check_count(name: str, value: object, *, least: int) -> None:
    if not isinstance(value, int) or not least <= value <= MAX_INT:
        raise InputError(f"{name} must be a whole number of at least {least}, not {value!r}")


def _exported(turn: Turn) -> dict[str, Json]:
    values = asdict(replace(turn, metadata=dict(turn.metadata)))
    times = {name: value.isoformat() for name, value in values.items() if isinstance(value, datetime)}
    return {name: value for name, value in {**values, **times}.items() if value not in (None, {})}
