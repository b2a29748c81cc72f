"""`Memory` and `AsyncMemory` as mem0ai 2.2 has them; what v1 took (`user_id=`, `limit=` in `search`) is taken too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Self, TypeAlias, TypeVar

import lukasa
from lukasa._blocking.loop import Loop
from lukasa.errors import InputError, NotFoundError, shown
from lukasa.integrations.erasure import erase_facts
from lukasa.integrations.mem0.adding import Adding
from lukasa.integrations.mem0.config import opening
from lukasa.integrations.mem0.errors import value_errors
from lukasa.integrations.mem0.filters import for_owner
from lukasa.integrations.mem0.items import SAID_AT, expiry, instant, item, labels, versions, written
from lukasa.integrations.mem0.scopes import SCOPES, Scope, clean, owners, scope_of, scope_of_id

UNCHANGED: Any = object()

Id: TypeAlias = str | int | None

P = ParamSpec("P")
T = TypeVar("T")


class AsyncMemory:
    """mem0's `AsyncMemory` over a Lukasa memory, which is opened when it is first used."""

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        *,
        memory: lukasa.AsyncMemory | None = None,
        tenant: str = "default",
        only: str | None = None,
    ) -> None:
        """Take a configuration (see `config.opening`), or a memory that is open: then it is not closed here.

        With *only*, nobody's memories but this user's are reached. Raises `ConfigError`.
        """
        self._arguments, self._instructions = opening(config)
        self._memory = memory
        self._owned = memory is None
        self._tenant = tenant
        self._only = None if only is None else Scope("user_id", only)

    @classmethod
    def from_config(cls, config_dict: Mapping[str, Any]) -> Self:
        return cls(config_dict)

    @value_errors()
    async def add(
        self,
        messages: str | Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        user_id: Id = None,
        agent_id: Id = None,
        run_id: Id = None,
        metadata: Mapping[str, Any] | None = None,
        timestamp: Any = None,
        expiration_date: Any = None,
        infer: bool = True,
        memory_type: str | None = None,
        prompt: str | None = None,
    ) -> dict[str, Any]:
        """Store messages and return the memories made of them: `{"results": [{"id", "memory", "event"}]}`.

        `warnings` and `pending` stand beside `results` when a model failed: the messages are stored, and read again later. Raises
        `InputError`, `StoreError`.
        """
        owner, others = scope_of({"user_id": user_id, "agent_id": agent_id, "run_id": run_id})
        said = _as_list(messages)
        added = Adding(
            handle=await self._handle(owner),
            owner=owner,
            labels=labels(metadata, memory_type=memory_type, **others),
            at=instant("timestamp", timestamp),
            expires_at=expiry(expiration_date),
        )
        if infer:
            return await added.inferred(said, others, prompt or self._instructions)
        return await added.word_for_word(said)

    @value_errors()
    async def search(
        self,
        query: str,
        *,
        top_k: int = 20,
        filters: Mapping[str, Any] | None = None,
        threshold: float | None = None,
        rerank: bool = False,
        explain: bool = False,
        reference_date: Any = None,
        show_expired: bool = False,
        limit: int | None = None,
        user_id: Id = None,
        agent_id: Id = None,
        run_id: Id = None,
    ) -> dict[str, Any]:
        """Return the memories that bear most on a query, best first; with *reference_date*, what was true then."""
        when = instant("reference_date", reference_date)
        found: list[tuple[float, dict[str, Any]]] = []
        for owner, handle, condition in await self._asked(
            filters, {"user_id": user_id, "agent_id": agent_id, "run_id": run_id}
        ):
            recalled = await handle.recall(
                query,
                limit=limit or top_k,
                filter=condition,
                kinds=["fact"],
                now=when,
                valid_at=when,
                explain=explain,
                include_retired=show_expired,
            )
            for hit in recalled.hits:
                if hit.fact is None or (threshold is not None and hit.score < threshold):
                    continue
                shown_item = item(hit.fact, owner, hit.score)
                if explain:
                    shown_item["score_details"] = {signal.channel: signal.score for signal in hit.signals}
                found.append((hit.score, shown_item))
        found.sort(key=lambda pair: -pair[0])
        return {"results": [each for _, each in found[: limit or top_k]]}

    @value_errors()
    async def get_all(
        self,
        *,
        filters: Mapping[str, Any] | None = None,
        top_k: int = 20,
        show_expired: bool = False,
        limit: int | None = None,
        user_id: Id = None,
        agent_id: Id = None,
        run_id: Id = None,
    ) -> dict[str, Any]:
        """List memories in the order in which they were learned."""
        items: list[dict[str, Any]] = []
        for owner, handle, condition in await self._asked(
            filters, {"user_id": user_id, "agent_id": agent_id, "run_id": run_id}
        ):
            facts = await handle.facts(
                filter=condition,
                include_retired=show_expired,
                limit=None if show_expired else (limit or top_k),
            )
            items += [item(fact, owner) for fact in facts if fact.retired_at is None]
        return {"results": items[: limit or top_k]}

    @value_errors()
    async def get(self, memory_id: str) -> dict[str, Any] | None:
        """Return one memory, or `None`. Its id says whose it is."""
        try:
            owner, _, fact = await self._fact(memory_id)
        except NotFoundError:
            return None
        return None if fact is None else item(fact, owner)

    @value_errors()
    async def update(  # noqa: PLR0917 - as mem0 has it
        self,
        memory_id: str,
        text: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        expiration_date: Any = UNCHANGED,
        data: str | None = None,
        timestamp: Any = None,
    ) -> dict[str, str]:
        """Change a memory's words, metadata, time or date of expiry, as its next version. Raises `NotFoundError`, `InputError`."""
        words = data if text is None else text
        changes: dict[str, Any] = {} if words is None else {"text": words}
        if expiration_date is not UNCHANGED:
            changes["expires_at"] = expiry(expiration_date)
        _, handle, fact = await self._fact(memory_id)
        if fact is None:
            raise NotFoundError(f"Memory with id {shown(memory_id)} not found")
        at = instant("timestamp", timestamp)
        if metadata is not None or at is not None:
            said_at = {} if at is None else {SAID_AT: written(at)}
            changes["metadata"] = dict(fact.metadata) | labels(metadata) | said_at
        if not changes:
            raise InputError("At least one of text, metadata or expiration_date must be provided.")
        await handle.amend(fact.id, **changes)
        return {"message": "Memory updated successfully!"}

    @value_errors()
    async def delete(self, memory_id: str) -> dict[str, str]:
        """Destroy a memory, and the messages that nothing else rests on. Raises `NotFoundError`."""
        _, handle, fact = await self._fact(memory_id)
        if fact is None:
            raise NotFoundError(f"Memory with id {shown(memory_id)} not found")
        await erase_facts(handle, [fact])
        return {"message": "Memory deleted successfully!"}

    @value_errors()
    async def delete_all(self, user_id: Id = None, agent_id: Id = None, run_id: Id = None) -> dict[str, str]:
        """Destroy all memories of a user, agent or run, and their messages. Raises `InputError` when none is named."""
        owner, others = scope_of({"user_id": user_id, "agent_id": agent_id, "run_id": run_id})
        if not others:
            await (await self._handle(owner)).erase(everything=True)
        ids = {owner.kind: owner.name, **others}
        for _, handle, condition in await self._asked(ids, {}):
            await erase_facts(handle, await handle.facts(filter=condition, include_retired=True))
        return {"message": "Memories deleted successfully!"}

    @value_errors()
    async def history(self, memory_id: str) -> list[dict[str, Any]]:
        """Return what happened to a memory, oldest first; nothing once it was deleted."""
        try:
            owner, fact = scope_of_id(memory_id)
            return versions(memory_id, await (await self._handle(owner)).history(fact))
        except NotFoundError:
            return []

    @value_errors()
    async def reset(self) -> None:
        """Destroy everything that was stored through this face."""
        for owner in [self._only] if self._only else await self._all():
            await (await self._handle(owner)).erase(everything=True)

    @value_errors()
    async def users(self) -> dict[str, Any]:
        """List users, agents and runs that have memories."""
        found = [self._only] if self._only else await self._all()
        return {"results": [{"type": each.kind.removesuffix("_id"), "name": each.name} for each in found]}

    async def close(self) -> None:
        """Close the memory, if it was opened here."""
        memory, self._memory = self._memory, None
        if self._owned and memory is not None:
            await memory.aclose()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _open(self) -> lukasa.AsyncMemory:
        if self._memory is None:
            self._memory = await lukasa.AsyncMemory.open(**self._arguments)
        return self._memory

    async def _handle(self, owner: Scope) -> lukasa.AsyncHandle:
        if self._only not in {None, owner}:
            raise NotFoundError(f"no memories of {owner.kind} {shown(owner.name)} are within reach")
        return (await self._open()).of(*owner.partition(self._tenant))

    async def _asked(
        self, filters: Mapping[str, Any] | None, ids: Mapping[str, Any]
    ) -> list[tuple[Scope, lukasa.AsyncHandle, Mapping[str, Any]]]:
        """Return the owners that a question is about, each with the filter that their memories must pass."""
        conditions = {**(filters or {}), **{name: value for name, value in ids.items() if value is not None}}
        if not any(name in str(conditions) for name in SCOPES):
            raise InputError("filters must contain at least one of: user_id, agent_id, run_id.")
        asked = []
        for owner in await self._owners(conditions):
            handle = await self._handle(owner)
            facts = await handle.facts(include_retired=True) if "icontains" in str(conditions) else ()
            condition = for_owner(conditions, owner, facts)
            if condition is not None:
                asked.append((owner, handle, condition))
        return asked

    async def _owners(self, conditions: Mapping[str, Any]) -> list[Scope]:
        """Return who may have memories that pass: one, when a user is named, and otherwise all."""
        user = conditions.get("user_id")
        if isinstance(user, str | int) and user != "*":
            return [Scope("user_id", clean("user_id", user))]
        return [self._only] if self._only else await self._all()

    async def _all(self) -> list[Scope]:
        return owners(await (await self._open()).partitions(), self._tenant)

    async def _fact(self, memory_id: str) -> tuple[Scope, lukasa.AsyncHandle, lukasa.Fact | None]:
        owner, fact = scope_of_id(memory_id)
        handle = await self._handle(owner)
        found = await handle.facts(filter={"id": fact})
        return owner, handle, found[0] if found else None


def _as_list(messages: str | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    said = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
    said = [said] if isinstance(said, Mapping) else said
    if not isinstance(said, list | tuple) or not all(isinstance(each, Mapping) for each in said):
        raise InputError(f"messages must be a text, a message or a list of messages, not {shown(messages)}")
    return list(said)


def _blocking(
    verb: Callable[Concatenate[AsyncMemory, P], Awaitable[T]],
) -> Callable[Concatenate[Memory, P], T]:
    def call(memory: Memory, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return memory._loop.call(lambda: verb(memory._engine, *args, **kwargs))  # noqa: SLF001 - its own face

    return update_wrapper(call, verb)


class Memory:
    """mem0's `Memory`: the verbs of `AsyncMemory`, without `await`."""

    def __init__(self, config: Mapping[str, Any] | None = None, *, tenant: str = "default") -> None:
        self._engine = AsyncMemory(config, tenant=tenant)
        self._loop = Loop()

    @classmethod
    def from_config(cls, config_dict: Mapping[str, Any]) -> Self:
        return cls(config_dict)

    add = _blocking(AsyncMemory.add)
    search = _blocking(AsyncMemory.search)
    get_all = _blocking(AsyncMemory.get_all)
    get = _blocking(AsyncMemory.get)
    update = _blocking(AsyncMemory.update)
    delete = _blocking(AsyncMemory.delete)
    delete_all = _blocking(AsyncMemory.delete_all)
    history = _blocking(AsyncMemory.history)
    users = _blocking(AsyncMemory.users)
    reset = _blocking(AsyncMemory.reset)

    def close(self) -> None:
        """Close the memory; a second call does nothing."""
        self._loop.stop(self._engine.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
