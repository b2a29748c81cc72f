"""Long-term memory for AI agents: one file, no server, no API key."""

from lukasa._blocking import Handle, Memory
from lukasa.config import Settings
from lukasa.domain.audit import Audit, AuditItem, Flaw
from lukasa.domain.erasure import Erased
from lukasa.domain.fact import Fact
from lukasa.domain.filter import Filter
from lukasa.domain.interval import Interval
from lukasa.domain.journal import JournalEntry
from lukasa.domain.recalled import Context, Hit, Recalled, Signal
from lukasa.domain.report import (
    Backlog,
    Diff,
    Forgotten,
    Health,
    Progress,
    Receipt,
    Revision,
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
from lukasa.pipeline.audit import audit
from lukasa.wiring import AsyncMemory

__all__ = [
    "AsyncHandle",
    "AsyncMemory",
    "Audit",
    "AuditItem",
    "Backlog",
    "Context",
    "Diff",
    "Erased",
    "Fact",
    "Filter",
    "Flaw",
    "Forgotten",
    "Handle",
    "Health",
    "Hit",
    "Interval",
    "JournalEntry",
    "LukasaError",
    "Memory",
    "Partition",
    "Progress",
    "Recalled",
    "Receipt",
    "Revision",
    "Settings",
    "Signal",
    "Source",
    "Stats",
    "Testimony",
    "Turn",
    "Usage",
    "Verified",
    "Why",
    "audit",
]
