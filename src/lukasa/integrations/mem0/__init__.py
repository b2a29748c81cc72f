"""mem0's `Memory` and `AsyncMemory`, with its verbs, parameters and results, over Lukasa: change the import, keep the program.

    from lukasa.integrations.mem0 import Memory

A memory is a fact. What mem0 lists as unsupported in its open-source package works: `timestamp=`, `reference_date=`. What differs is in
docs/mem0.md.
"""

from lukasa.integrations.mem0.config import MemoryConfig
from lukasa.integrations.mem0.memory import AsyncMemory, Memory

__all__ = ["AsyncMemory", "Memory", "MemoryConfig"]
