"""What `doctor` reports: the state of a store and of what works on it, and a self-test that writes, extracts and recalls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from time import perf_counter

from lukasa.domain.report import Health, Stage
from lukasa.engine.handle import AsyncHandle
from lukasa.errors import LukasaError
from lukasa.indexing.encoder import Encoder
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION


async def examine(
    store: Store,
    encoder: Encoder,
    *,
    store_name: str,
    llm: str | None,
    extractor: str | None,
    stages: Sequence[Stage],
) -> Health:
    """Return what works, and what does not and why; an embedder that cannot be loaded is a finding, not an error."""
    spec, problem = None, None
    try:
        spec = await encoder.spec()
    except LukasaError as error:
        problem = str(error)
    if spec is None and problem is None and encoder.embedder is not None:
        problem = str(encoder.problem)
    fingerprint = spec.fingerprint if spec else None
    backlogs = [
        await store.backlog(
            partition, fingerprint=fingerprint, analysis=ANALYSIS_VERSION, extractor=extractor
        )
        for partition in await store.partitions()
    ]
    return Health(
        version=await asyncio.to_thread(version, "lukasa"),  # reads files
        store=store_name,
        embedder=fingerprint,
        embedder_problem=problem,
        unembedded=sum(backlog.unembedded for backlog in backlogs),
        outdated=sum(backlog.outdated for backlog in backlogs),
        unextracted=sum(backlog.unextracted for backlog in backlogs),
        llm=llm,
        stages=stages,
        pending=len(await store.jobs(state="waiting")),
        dead=await store.jobs(state="dead"),
        backlogs=[
            backlog for backlog in backlogs if backlog.unembedded or backlog.outdated or backlog.unextracted
        ],
        details=await store.describe(),
        stats=await store.stats(),
        findings=(await store.verify()).findings,
    )


# --- the self-test ---------------------------------------------------------------------------------------------------

_SENTENCE = "I moved to Reykjavik in March 2024, and I work as a glass blower."
_QUESTION = "Where does the glass blower live?"
"""It shares words with the sentence, so that full-text search alone finds it too."""

_PLACE = "Reykjavik"


async def self_test(handle: AsyncHandle, *, extracts: bool) -> list[Stage]:
    """Run each stage on a partition of its own; after one that fails, only the clean-up is tried.

    *extracts*: whether an extractor is configured.
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
