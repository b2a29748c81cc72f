"""What a reader mends, skips and leaves out, so that one odd message never stops an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from lukasa.errors import ImportFormatError

_T = TypeVar("_T")
_P = ParamSpec("_P")

_KEPT = 1000
"""Lines kept of each list: a file of millions of faults must not fill the memory."""


@dataclass(slots=True)
class Notes:
    """What happened to the parts of one file that could not be taken as they are."""

    strict: bool = False
    """Whether a fault raises `ImportFormatError` instead."""

    mended: list[str] = field(default_factory=list)
    """Messages that were changed to be stored, each with its place and the change; the first thousand."""

    skipped: list[str] = field(default_factory=list)
    """What could not be stored, with its place and the reason; the first thousand."""

    counts: Counter[str] = field(default_factory=Counter)
    """How many were `mended` and `skipped`."""

    left_out: Counter[str] = field(default_factory=Counter)
    """What is no conversation (tool calls, pictures, notices), by kind. Never a fault."""

    decided: list[str] = field(default_factory=list)
    """How what can be read in two ways was read, and why."""

    broken: str = ""
    """Why the rest of the file could not be read, if it could not."""

    def mend(self, location: str, change: str) -> None:
        """Note that a message is stored, but changed."""
        self._note("mended", self.mended, f"{location}: {change}")

    def skip(self, reason: str) -> None:
        """Note that something is not stored; *reason* begins with its place."""
        self._note("skipped", self.skipped, reason)

    def leave_out(self, kind: str, number: int = 1) -> None:
        """Count what is not part of the conversation."""
        self.left_out[kind] += number

    def decide(self, decision: str) -> None:
        """Note how something ambiguous is read."""
        if decision not in self.decided:
            self.decided.append(decision)

    def attempt(self, read: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T | None:
        """Return what *read* returns; note what it cannot read as skipped, and return None."""
        try:
            return read(*args, **kwargs)
        except ImportFormatError as error:
            self.skip(str(error))
            return None
        except (ArithmeticError, ValueError, RecursionError) as error:
            # A number or a depth that nobody thought of is a fault of the file as well.
            self.skip(f"cannot be read: {type(error).__name__}: {error}")
            return None

    def _note(self, what: str, lines: list[str], line: str) -> None:
        if self.strict:
            raise ImportFormatError(line)
        self.counts[what] += 1
        if len(lines) < _KEPT:
            lines.append(line)
