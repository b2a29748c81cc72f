"""Files of SQL as named statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


class Statements:
    """The statements of the files in *folder*: `queries.sql`, and conditions and expressions for their slots in `fragments.sql`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.blocks: Callable[[str], Mapping[str, str]] = cache(self._blocks)
        """Return the statements of a file by name, in order, without comments."""

    def sql(self, name: str, **fragments: str) -> str:
        """Return the statement of that name in queries.sql; `{slots}` are filled with *fragments* of SQL, never values."""
        statement = self.blocks("queries.sql")[name]
        for slot, fragment in fragments.items():
            statement = statement.replace(f"{{{slot}}}", fragment)
        return statement

    def fragment(self, name: str) -> str:
        """Return the condition or expression of that name in fragments.sql."""
        return self.blocks("fragments.sql")[name]

    def _blocks(self, file: str) -> Mapping[str, str]:
        # Not `importlib.resources`: it brings archives and temporary files along, which a short process has to wait for.
        text = (self._folder / file).read_text("utf-8")
        _, *parts = _NAME.split(text)
        names, bodies = parts[::2], parts[1::2]
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise ValueError(f"{file} names more than one statement {', '.join(sorted(doubled))}")
        return MappingProxyType(
            {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}
        )


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
