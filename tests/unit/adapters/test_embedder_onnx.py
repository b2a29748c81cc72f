from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from lukasa.adapters.embedders.onnx import MEAN_TOKENS, OnnxEmbedder
from lukasa.adapters.models.session import Workers
from lukasa.errors import ClosedError, ConfigError, ModelMissingError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"dense": "no-such"}, "unknown dense model 'no-such'"),
        ({"tokens": "no-such"}, "unknown tokens model 'no-such'"),
        ({"dense": MEAN_TOKENS, "tokens": None}, "needs a token model"),
        ({"threads": -1}, "threads=-1"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(settings: dict[str, Any], expected: str):
    with pytest.raises(ConfigError, match=expected):
        OnnxEmbedder(**settings)


async def test_a_model_that_is_missing_is_said_by_spec_and_may_come_later(tmp_path: Path):
    embedder = OnnxEmbedder(dense=tmp_path / "later", tokens=None, threads=1)

    for _ in range(2):
        with pytest.raises(ModelMissingError, match="later"):
            await embedder.spec()
    await embedder.aclose()


async def test_after_closing_it_refuses():
    embedder = OnnxEmbedder(threads=1)
    await embedder.aclose()

    with pytest.raises(ClosedError):
        await embedder.embed(["one"], purpose="query")


async def test_a_question_does_not_wait_for_a_whole_import():
    workers = Workers(1, "test")
    order: list[str] = []
    gate = threading.Event()

    def job(name: str) -> None:
        gate.wait(5)
        order.append(name)

    def named(name: str) -> Any:
        return lambda: job(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(workers.all([named(f"import {number}") for number in range(20)]))
        await asyncio.sleep(0)
        group.create_task(workers.all([named("question")]))
        await asyncio.sleep(0)
        gate.set()
    await workers.aclose()

    assert order.index("question") <= 2


async def test_the_first_error_is_raised_as_it_is_and_stops_the_rest():
    workers = Workers(2, "test")
    ran: list[int] = []

    def job(number: int) -> int:
        ran.append(number)
        if number == 3:
            raise ModelMissingError("gone")
        return number

    def numbered(number: int) -> Any:
        return lambda: job(number)

    with pytest.raises(ModelMissingError, match="gone"):
        await workers.all([numbered(number) for number in range(500)])
    await workers.aclose()

    assert len(ran) < 100
