"""Long-term memory for AI agents: one file, no server, no API key."""

from lukasa._blocking import Handle, Memory
from lukasa.config import Settings
from lukasa.domain.filter import Filter
from lukasa.domain.recalled import Context, Hit, Recalled, Signal, Source
from lukasa.domain.report import Backlog, Forgotten, Health, Progress, Receipt, Stats, Usage, Verified
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.engine import AsyncHandle
from lukasa.errors import LukasaError
from lukasa.wiring import AsyncMemory

__all__ = [
    "AsyncHandle",
    "AsyncMemory",
    "Backlog",
    "Context",
    "Filter",
    "Forgotten",
    "Handle",
    "Health",
    "Hit",
    "LukasaError",
    "Memory",
    "Partition",
    "Progress",
    "Recalled",
    "Receipt",
    "Settings",
    "Signal",
    "Source",
    "Stats",
    "Turn",
    "Usage",
    "Verified",
]
