"""Destroying what a framework calls a memory."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa import AsyncHandle, Fact


async def erase_facts(handle: AsyncHandle, facts: Sequence[Fact]) -> None:
    """Destroy facts, and the turns that nothing else rests on: otherwise recall would go on to find what they say.

    A fact of which a turn stays is not read from it again; one of which none stays is new when it is stated again.
    """
    if not facts:
        return
    gone = {fact.id for fact in facts}
    others = await handle.facts(include_retired=True)
    kept = {turn for fact in others if fact.id not in gone for turn in _turns(fact)}
    turns = {turn for fact in facts for turn in _turns(fact)} - kept
    await handle.erase(sorted(turns), facts=sorted(gone))
    await handle.readmit(sorted({fact.key for fact in facts if kept.isdisjoint(_turns(fact))}))


def _turns(fact: Fact) -> set[str]:
    return {source.turn for source in fact.sources}
