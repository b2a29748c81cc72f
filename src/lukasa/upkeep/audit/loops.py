"""Memory that was fed back into memory: turns that copy another speaker, or blocks that a memory rendered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lukasa.domain.audit import AuditItem, Flaw
from lukasa.gate.echoes import fingerprints
from lukasa.text.patterns import LazyPattern
from lukasa.upkeep.audit.items import clip

_FEWEST_WORDS = 12
"""Anybody repeats a shorter turn ("Good luck with the exam on Friday!")."""

_SHARE = 0.5
"""Of a turn's words: a turn that quotes more than it adds is a copy."""


def loops(items: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find copies and rendered blocks, and the facts that rest on nothing else."""
    looping: set[str] = set()
    for item, detail in (*_rendered(items), *_copies(items)):
        if item.id not in looping:
            looping.add(item.id)
            yield Flaw(sort="loop", ids=(item.id,), detail=detail)
    for item in items:
        turns = [source.turn for source in item.sources or ()]
        if turns and not item.retired and looping.issuperset(turns):
            yield Flaw(sort="loop", ids=(item.id, *turns), detail="rests on nothing but what was fed back")


def _rendered(items: Sequence[AuditItem]) -> Iterator[tuple[AuditItem, str]]:
    for item in items:
        if len(_MARKED_LINE.compiled.findall(item.text)) > 1 or _BLOCK.search(item.text):
            yield item, f"a rendered block: {clip(item.text)}"


def _copies(items: Sequence[AuditItem]) -> Iterator[tuple[AuditItem, str]]:
    """Return each turn that mostly consists of what another speaker had said before."""
    first: dict[tuple[str, str], AuditItem] = {}
    turns = [item for item in items if item.kind == "turn"]
    for item in sorted(turns, key=lambda turn: (turn.at is not None, turn.at)):
        own = fingerprints(item.text)
        earlier = [
            first[item.owner, fingerprint] for fingerprint in own if (item.owner, fingerprint) in first
        ]
        others = Counter(other.id for other in earlier if _voice(other) != _voice(item))
        if others.total() > _SHARE * len(own) and len(item.text.split()) >= _FEWEST_WORDS:
            copied = min(others, key=lambda id_: (-others[id_], id_))
            yield item, f"copies {copied}: {clip(item.text)}"
        for fingerprint in own:
            first.setdefault((item.owner, fingerprint), item)


def _voice(item: AuditItem) -> tuple[str | None, str]:
    return item.speaker, item.role


_MARKED_LINE = LazyPattern(r"^[^\[\]\n]{1,60}\[\d{1,3}\]: ", re.MULTILINE)
"""`Ada[3]: …`, as contexts are rendered here."""

_BLOCK = LazyPattern(
    r"\AKnown:\n- "
    r"|^Facts:\n- [^\n]*\[\d{1,3}\]$"
    r"|^\d{1,2} [A-Z][a-z]+ \d{4}, [A-Z][a-z]+day\n[^\[\]\n]{1,60}\[\d{1,3}\]: "
    r"|^(?i:(?:#{1,6} {0,3})?(?:relevant |retrieved |recalled |user |long-term ){0,3}memor(?:y|ies)):?\s{1,5}[-*\d]"
    r"|(?i:</?(?:memory|memories|recalled|memory[_-]context)>)",
    re.MULTILINE,
)
"""A heading that memory systems, ours or others, put above what they recall, with a line of it."""
