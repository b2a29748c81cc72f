"""Long-term memory for AI agents: one file, no server, no API key."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lukasa._blocking import Client, Handle, Memory
    from lukasa.config import Settings
    from lukasa.domain.answer import Answer, Chatted, Citation
    from lukasa.domain.audit import Audit, AuditItem, Flaw
    from lukasa.domain.erasure import Erased
    from lukasa.domain.fact import Fact
    from lukasa.domain.filter import Filter
    from lukasa.domain.graph import Entity, Graph, Relation
    from lukasa.domain.interval import Interval
    from lukasa.domain.job import Job, Spent, Summary
    from lukasa.domain.journal import JournalEntry
    from lukasa.domain.recalled import Context, Hit, Recalled, Signal
    from lukasa.domain.report import (
        Backlog,
        Compacted,
        Diff,
        Flushed,
        Forgotten,
        Health,
        Progress,
        Receipt,
        RefusedFact,
        Revision,
        Stage,
        Stats,
        Testimony,
        Usage,
        Verified,
        Why,
    )
    from lukasa.domain.scope import Partition
    from lukasa.domain.turn import Source, Span, Turn
    from lukasa.engine.handle import AsyncHandle
    from lukasa.errors import LukasaError
    from lukasa.extraction.candidates import CandidateFact
    from lukasa.extraction.guidance import CustomAttribute, Guidance
    from lukasa.upkeep.audit import audit
    from lukasa.wiring import AsyncClient, AsyncMemory

__all__ = [
    "Answer",
    "AsyncClient",
    "AsyncHandle",
    "AsyncMemory",
    "Audit",
    "AuditItem",
    "Backlog",
    "CandidateFact",
    "Chatted",
    "Citation",
    "Client",
    "Compacted",
    "Context",
    "CustomAttribute",
    "Diff",
    "Entity",
    "Erased",
    "Fact",
    "Filter",
    "Flaw",
    "Flushed",
    "Forgotten",
    "Graph",
    "Guidance",
    "Handle",
    "Health",
    "Hit",
    "Interval",
    "Job",
    "JournalEntry",
    "LukasaError",
    "Memory",
    "Partition",
    "Progress",
    "Recalled",
    "Receipt",
    "RefusedFact",
    "Relation",
    "Revision",
    "Settings",
    "Signal",
    "Source",
    "Span",
    "Spent",
    "Stage",
    "Stats",
    "Summary",
    "Testimony",
    "Turn",
    "Usage",
    "Verified",
    "Why",
    "audit",
]

_NAMES = {
    "lukasa._blocking": "Client Handle Memory",
    "lukasa.config": "Settings",
    "lukasa.domain.answer": "Answer Chatted Citation",
    "lukasa.domain.audit": "Audit AuditItem Flaw",
    "lukasa.domain.erasure": "Erased",
    "lukasa.domain.fact": "Fact",
    "lukasa.domain.filter": "Filter",
    "lukasa.domain.graph": "Entity Graph Relation",
    "lukasa.domain.interval": "Interval",
    "lukasa.domain.job": "Job Spent Summary",
    "lukasa.domain.journal": "JournalEntry",
    "lukasa.domain.recalled": "Context Hit Recalled Signal",
    "lukasa.domain.report": "Backlog Compacted Diff Flushed Forgotten Health Progress Receipt RefusedFact Revision Stage Stats Testimony Usage Verified Why",
    "lukasa.domain.scope": "Partition",
    "lukasa.domain.turn": "Source Span Turn",
    "lukasa.engine.handle": "AsyncHandle",
    "lukasa.errors": "LukasaError",
    "lukasa.extraction.candidates": "CandidateFact",
    "lukasa.extraction.guidance": "CustomAttribute Guidance",
    "lukasa.upkeep.audit": "audit",
    "lukasa.wiring": "AsyncClient AsyncMemory",
}
"""The public names of each module."""

_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


if not TYPE_CHECKING:  # or type checkers would take any name for a public one

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first used: `import lukasa` alone loads nothing."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
