"""`Memory` and `Handle`: the same verbs without `await`.

One event loop runs in a daemon thread for as long as the memory is open, so that connections and warm partitions
survive from call to call. `scripts/generate_blocking.py` writes both classes from the async ones, so there is no logic
here; `tests/api/test_blocking_parity.py` fails when a verb, a parameter, a default or a docstring differs.
"""

from lukasa._blocking.handle import Handle
from lukasa._blocking.loop import Loop
from lukasa._blocking.memory import Client, Memory

__all__ = ["Client", "Handle", "Loop", "Memory"]
