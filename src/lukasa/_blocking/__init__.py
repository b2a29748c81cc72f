"""`Memory` and `Handle`: the same verbs without `await`.

One event loop runs in a daemon thread for as long as the memory is open, so that connections and warm partitions
survive from call to call. Each verb is one line; `tests/api/test_blocking_parity.py` fails when a verb, a
parameter, a default or a docstring differs from the async one. Put no logic here.
"""

from lukasa._blocking.handle import Handle
from lukasa._blocking.loop import Loop
from lukasa._blocking.memory import Memory

__all__ = ["Handle", "Loop", "Memory"]
