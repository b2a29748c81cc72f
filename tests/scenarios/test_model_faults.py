"""Whatever the model or the store does, nothing said is lost, the receipt does not lie, and it is made good once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from _distilled import AT, SAID, TEXTS, served
from _settings import SETTINGS

from lukasa import AsyncHandle, AsyncMemory, Receipt
from lukasa.domain.change import Applied, Change, MarkExtracted
from lukasa.domain.scope import Partition
from lukasa.engine.memory import AsyncEngine
from lukasa.errors import StoreFullError, StoreReadOnlyError
from lukasa.policy import ExtractionPolicy
from lukasa.testing.chat_endpoint import ChatEndpoint, completion
from lukasa.testing.endpoint import Reply
from lukasa.testing.fakes import FrozenClock
from lukasa.wiring import build

GOOD = "good"
MODEL_FAULTS: dict[str, Callable[[dict[str, Any]], Reply]] = {
    "timeout": lambda _: Reply(delay=4),
    "429": lambda _: Reply(status=429, headers={"Retry-After": "3600"}),
    "500": lambda _: Reply(status=500),
    "empty": lambda _: completion({"content": ""}),
    "prose": lambda _: completion({"content": "I have read your messages with great interest!"}),
    "truncated": lambda body: completion({"content": served(body)[:420]}, finish="length"),
    "wrong schema": lambda _: completion({"content": json.dumps({"weather": "fine", "degrees": [1, 2]})}),
    "null": lambda _: completion({"content": None}),
    "refuses a parameter": lambda _: Reply(
        status=400, body=b'{"error": {"message": "Unsupported parameter: temperature"}}'
    ),
}
STORE_FAULTS = {"ok": None, "insert fails": StoreFullError(), "read-only": StoreReadOnlyError()}


class FaultyStore:
    """A real store whose writes of facts fail while `error` is set."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def apply(self, partition: Partition, changes: Sequence[Change], **more: Any) -> Applied:
        if self.error is not None and any(isinstance(change, MarkExtracted) for change in changes):
            raise self.error
        applied: Applied = await self._inner.apply(partition, changes, **more)
        return applied


class Misbehaving(ChatEndpoint):
    """A server with a fault, until it is mended."""

    fault = ""

    def reply(self, asked: Any) -> Reply:
        if self.fault and (self.fault != "refuses a parameter" or "temperature" in asked.body):
            self.asked.append(asked)
            return MODEL_FAULTS[self.fault](asked.body)
        return super().reply(asked)


def engine(path: Path, endpoint: ChatEndpoint, clock: FrozenClock) -> tuple[AsyncEngine, FaultyStore]:
    settings = SETTINGS.with_(
        store=str(path),
        llm="openai_compatible:test-model",
        llm_url=endpoint.base_url,
        llm_attempts=1,
        distil=ExtractionPolicy(timeout=1.5, patience=timedelta(0)),
    )
    parts = build(settings, clock=clock)
    store = FaultyStore(parts.store)
    return AsyncEngine(replace(parts, store=store)), store


async def texts(handle: AsyncHandle) -> list[str]:
    return sorted(fact.text for fact in await handle.facts())


@pytest.mark.parametrize("store_fault", STORE_FAULTS)
@pytest.mark.parametrize("model_fault", ["", *MODEL_FAULTS])
def test_every_fault_of_model_and_store(tmp_path: Path, model_fault: str, store_fault: str):
    if not model_fault and store_fault == "ok":
        pytest.skip("nothing is wrong here")

    async def run(endpoint: Misbehaving) -> None:
        clock = FrozenClock(AT)
        memory, store = engine(tmp_path / "ada.lukasa", endpoint, clock)
        await store.open()
        ada = memory.of("ada")
        endpoint.fault = model_fault
        store.error = STORE_FAULTS[store_fault]

        receipt = await ada.remember(SAID, at=AT, session="s1", wait=True)

        # A refused parameter is no fault: it is left out. Anything else shows.
        assert receipt.ok is (model_fault == "refuses a parameter" and store_fault == "ok")
        assert len(receipt.turns) == 3
        found = await ada.recall("Who is allergic to walnuts?", kinds=["turn"], limit=1)
        assert found.hits[0].text == SAID[2]["content"]

        endpoint.fault, store.error = "", None
        clock.advance(timedelta(hours=2))
        await ada.retry()
        assert (await ada.flush()).ok
        assert await texts(ada) == TEXTS
        assert [fact.evidence for fact in await ada.facts()] == [1] * len(TEXTS)
        assert await ada.jobs() == []
        assert (await ada.retry(), await texts(ada)) == (0, TEXTS)
        assert (await memory.verify()).ok
        await memory.aclose()

    with Misbehaving(answer=served) as endpoint:
        asyncio.run(run(endpoint))


def receipt_of(path: Path, fault: str) -> Receipt:
    async def run(endpoint: Misbehaving) -> Receipt:
        memory, store = engine(path, endpoint, FrozenClock(AT))
        await store.open()
        endpoint.fault = fault
        receipt = await memory.of("ada").remember(SAID, at=AT, session="s1", wait=True)
        await memory.aclose()
        return receipt

    with Misbehaving(answer=served) as endpoint:
        return asyncio.run(run(endpoint))


@pytest.mark.parametrize(
    ("fault", "pending", "warning"),
    [
        ("timeout", 1, "did not answer within 1.5 s"),
        ("429", 1, "answered 429"),
        ("500", 1, "answered 500"),
        ("prose", 0, "3 of these turns were read by rules"),
        ("truncated", 0, "3 of these turns were read by rules"),
    ],
)
def test_the_receipt_says_what_went_wrong(tmp_path: Path, fault: str, pending: int, warning: str):
    receipt = receipt_of(tmp_path / "ada.lukasa", fault)

    assert receipt.pending == pending
    assert warning in " ".join(receipt.warnings)


def test_rules_read_what_a_babbling_model_cannot(tmp_path: Path):
    assert receipt_of(tmp_path / "ada.lukasa", "prose").facts


def test_a_wrong_key_is_given_up_at_once_and_named_by_the_doctor(tmp_path: Path):
    async def run(endpoint: ChatEndpoint) -> None:
        memory, store = engine(tmp_path / "ada.lukasa", endpoint, FrozenClock(AT))
        await store.open()
        endpoint.script = [Reply(status=401)]
        ada = memory.of("ada")
        receipt = await ada.remember(SAID, at=AT, session="s1", wait=True)
        assert "check the key" in " ".join(receipt.warnings)

        health = await memory.doctor()
        assert not health.ok
        assert [(job.kind, job.state, job.error) for job in health.dead] == [
            ("extract", "dead", "ProviderError")
        ]

        assert await memory.retry() == 1
        assert (await memory.flush()).ok
        assert await texts(ada) == TEXTS
        assert (await memory.doctor()).ok
        await memory.aclose()

    with ChatEndpoint(answer=served) as endpoint:
        asyncio.run(run(endpoint))


def test_the_doctor_names_the_stage_that_fails(tmp_path: Path):
    async def run(endpoint: Misbehaving) -> None:
        memory, store = engine(tmp_path / "ada.lukasa", endpoint, FrozenClock(AT))
        await store.open()
        endpoint.fault = "500"
        stages = (await memory.doctor(prove=True)).stages
        assert [(stage.name, stage.ok) for stage in stages] == [
            ("write", True), ("extract", False), ("clean up", True),
        ]  # fmt: skip
        assert "answered 500" in stages[1].detail
        assert await memory.partitions() == []
        assert await memory.jobs() == []
        await memory.aclose()

    with Misbehaving(answer=served) as endpoint:
        asyncio.run(run(endpoint))


def test_opening_with_a_model_string_reaches_the_server(tmp_path: Path):
    async def run(endpoint: ChatEndpoint) -> list[str]:
        settings = SETTINGS.with_(llm_url=endpoint.base_url)
        path = tmp_path / "ada.lukasa"
        async with await AsyncMemory.open(path, settings=settings, llm="openai_compatible:m") as memory:
            ada = memory.of("ada")
            await ada.remember(SAID, at=AT, session="s1", wait=True)
            return await texts(ada)

    with ChatEndpoint(answer=served) as endpoint:
        assert asyncio.run(run(endpoint)) == TEXTS
