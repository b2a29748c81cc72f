"""The engine: a memory, and handles bound to one partition of it. Async; `_blocking` has the other face."""

from lukasa.engine.arguments import FactKinds, FilterLike, Statuses
from lukasa.engine.handle import AsyncHandle
from lukasa.engine.memory import AsyncEngine
from lukasa.engine.parts import Parts

__all__ = ["AsyncEngine", "AsyncHandle", "FactKinds", "FilterLike", "Parts", "Statuses"]
