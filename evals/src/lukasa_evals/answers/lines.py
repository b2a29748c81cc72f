"""A file of JSON lines that only grows, and that a kill at any instant leaves readable."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lukasa_evals.errors import EvalError


class Lines:
    """Reads what is there, and adds to it. A line that a kill cut short is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[dict[str, Any]]:
        """Return every line, oldest first. Raises `EvalError` for one that is no object."""
        if not self._path.exists():
            return []
        data = self._path.read_bytes()
        whole, newline, torn = data.rpartition(b"\n")
        if torn:
            # Cut off here, or the next line would be joined to it.
            self._path.write_bytes(whole + newline)
        return [self._object(number, line) for number, line in enumerate(whole.split(b"\n"), start=1) if line]

    def add(self, line: Mapping[str, object]) -> None:
        """Write one more. It may hold words of a data set: it is readable by its owner alone."""
        written = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "ab") as file:  # noqa: PTH123 - a descriptor has no path
            file.write(f"{written}\n".encode())

    def _object(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            held = json.loads(line)
        except ValueError as error:
            raise EvalError(f"line {number} of {self._path.name!r} is not JSON: {error}") from error
        if not isinstance(held, dict):
            raise EvalError(f"line {number} of {self._path.name!r} is not an object")
        return held
