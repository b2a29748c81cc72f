"""What tests of the command line share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a command with --json; fails when anything else was printed."""
        return json.loads(self.out)


class Run(Protocol):
    """Runs a command on the test's store."""

    def __call__(self, command: str, *arguments: object) -> Done: ...


def write_lines(file: Path, values: list[dict[str, object]]) -> Path:
    """Write JSON, an object a line."""
    file.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return file


def messages(count: int, *, sessions: int = 1) -> list[dict[str, object]]:
    """Return messages that are all different, in sessions of equal size."""
    return [
        {
            "role": "user",
            "name": "Ada",
            "content": f"Note {n}: the kettle boils at {n} degrees.",
            "at": f"2026-03-{1 + n * sessions // count:02}T10:00:00Z",
            "session": f"s{n * sessions // count}",
        }
        for n in range(count)
    ]
