"""The state of a store and of what works on it, for `doctor`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.metadata import version

from lukasa.domain.report import Health, Stage
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
