"""Destroying what a framework calls a memory."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa import AsyncHandle, Fact


async def erase_facts(handle: AsyncHandle, facts: Sequence[Fact]) -> None:
    """Destroy facts, and the turns that nothing else rests on: otherwise recall would go on to find what they say."""
    if not facts:
        return
    gone = {fact.id for fact in facts}
    others = await handle.facts(include_retired=True)
    kept = {source.turn for fact in others if fact.id not in gone for source in fact.sources}
    turns = {source.turn for fact in facts for source in fact.sources} - kept
    await handle.erase(sorted(turns), facts=sorted(gone))
