"""What a new process does first. Imports nothing of Lukasa before the clock runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def bare_import(_: Json) -> Json:
    """Only the name that most programs begin with: `import lukasa` alone loads next to nothing."""
    before = set(sys.modules)
    started = time.perf_counter()
    from lukasa import Memory  # noqa: F401, PLC0415 - this is what is timed

    return {"import": (time.perf_counter() - started) * 1000, "modules": len(set(sys.modules) - before)}


def cold(given: Json) -> Json:
    """Everything from `import lukasa` to the first answer."""
    started = time.perf_counter()
    from opening import open_memory  # noqa: PLC0415 - likewise

    imported = time.perf_counter()
    with open_memory(Path(given["path"]), given["kind"]) as memory:
        memory.of(user=given["user"]).recall("What did Ines say about the garden?", limit=10)
        done = time.perf_counter()
    return {"import": (imported - started) * 1000, "total": (done - started) * 1000}


CASES: dict[str, Callable[[Json], Json]] = {case.__name__: case for case in (bare_import, cold)}
