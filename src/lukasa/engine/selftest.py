"""The self-test of `doctor`: write, extract, recall, clean up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter

from lukasa.domain.report import Stage
from lukasa.engine.handle import AsyncHandle
from lukasa.errors import LukasaError

_SENTENCE = "I moved to Reykjavik in March 2024, and I work as a glass blower."
_QUESTION = "Where does the glass blower live?"
"""It shares words with the sentence, so that full-text search alone finds it too."""

_PLACE = "Reykjavik"


async def prove(handle: AsyncHandle, *, extracts: bool) -> list[Stage]:
    """Run each stage on a partition of its own; after one that fails, only the clean-up is tried.

    *handle*: one that does not abstain: how sure recall must be is the user's choice, and proves nothing.
    *extracts*: whether anything distils facts from turns.
    """
    stages: list[Stage] = []
    steps = [("write", _write), *([("extract", _extract)] if extracts else []), ("recall", _recall)]
    for name, work in steps:
        stages.append(await _stage(name, work, handle))
        if not stages[-1].ok:
            break
    if stages[0].ok:
        stages.append(await _stage("clean up", _clean_up, handle))
    return stages


async def _stage(name: str, work: Callable[[AsyncHandle], Awaitable[str]], handle: AsyncHandle) -> Stage:
    started = perf_counter()
    try:
        problem = await work(handle)
    except LukasaError as error:
        problem = str(error)
    return Stage(name=name, ok=not problem, detail=problem, milliseconds=(perf_counter() - started) * 1000)


async def _write(handle: AsyncHandle) -> str:
    receipt = await handle.remember({"role": "user", "content": _SENTENCE}, session="proof")
    return "" if receipt.turns else "the turn was not stored"


async def _extract(handle: AsyncHandle) -> str:
    flushed = await handle.flush()
    facts = await handle.facts()
    if any(_PLACE in fact.text for fact in facts):
        return "; ".join(flushed.errors)
    return "; ".join(flushed.errors) or "no fact was distilled from a plain sentence"


async def _recall(handle: AsyncHandle) -> str:
    recalled = await handle.recall(_QUESTION, limit=3)
    if any(_PLACE in hit.text for hit in recalled.hits):
        return ""
    return "; ".join(recalled.warnings) or "what was just stored was not found"


async def _clean_up(handle: AsyncHandle) -> str:
    erased = await handle.erase(everything=True)
    return "" if erased.complete else "another process is reading, so the erased proof is still in the log"
