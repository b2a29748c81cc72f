"""Long-term memory for AI agents: one file, no server, no API key."""

from typing import TYPE_CHECKING, Any

from lukasa._blocking import Handle, Memory
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
    Diff,
    Flushed,
    Forgotten,
    Health,
    Progress,
    Receipt,
    Revision,
    Stage,
    Stats,
    Testimony,
    Usage,
    Verified,
    Why,
)
from lukasa.domain.scope import Partition
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.engine import AsyncHandle
from lukasa.errors import LukasaError
from lukasa.extraction.guidance import CustomAttribute, Guidance
from lukasa.wiring import AsyncMemory

if TYPE_CHECKING:
    from lukasa.config import Settings
    from lukasa.upkeep.audit import audit

__all__ = [
    "Answer",
    "AsyncHandle",
    "AsyncMemory",
    "Audit",
    "AuditItem",
    "Backlog",
    "Chatted",
    "Citation",
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
    "Relation",
    "Revision",
    "Settings",
    "Signal",
    "Source",
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


def __getattr__(name: str) -> Any:
    """Import when it is used what takes a while and is not always needed."""
    if name == "Settings":
        from lukasa.config import Settings  # noqa: PLC0415

        return Settings
    if name == "audit":
        from lukasa.upkeep.audit import audit  # noqa: PLC0415

        return audit
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
