"""Waiting for a model to read what was just remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lukasa.domain.report import Receipt, Usage
from lukasa.domain.scope import Partition
from lukasa.ports.store import Store
from lukasa.upkeep.worker import Worker

_LISTED = 1_000
"""Turns whose reading is not whole that are looked at."""


@dataclass(frozen=True, slots=True)
class Wait:
    store: Store
    worker: Worker
    extractor: str
    """What the model marks turns with that it has read."""

    async def __call__(self, partition: Partition, receipt: Receipt) -> Receipt:
        """Return the receipt as it stands when the partition's jobs are done, or have failed."""
        flushed = await self.worker.flush(partition, within=None)
        entries = await self.store.journal(partition, since=receipt.change)
        facts = [entry.id for entry in entries if entry.verb == "extract" and entry.op != "extract"]
        lacking = await self.store.unextracted(
            partition, extractor=self.extractor, limit=_LISTED, lacking=True
        )
        by_rules = len(set(receipt.turns).intersection(lacking))
        warning = f"{by_rules} of these turns were read by rules: the model's reading is not whole"
        return replace(
            receipt,
            facts=[*dict.fromkeys((*receipt.facts, *facts))],
            pending=flushed.pending,
            warnings=[*receipt.warnings, *flushed.errors, *([warning] if by_rules else [])],
            usage=_both(receipt.usage, flushed.usage),
        )


def _both(one: Usage, other: Usage) -> Usage:
    return Usage(
        embedded=one.embedded + other.embedded,
        llm_calls=one.llm_calls + other.llm_calls,
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        milliseconds=one.milliseconds + other.milliseconds,
    )
