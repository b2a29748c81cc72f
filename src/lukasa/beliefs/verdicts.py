"""What becomes of a claim, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class New:
    """It is new. A state ends what it excludes, or is past from the start, by its place in time."""


@dataclass(frozen=True, slots=True)
class Same:
    """It is known: one more piece of evidence. A fact that was said to begin later now begins earlier."""

    id: str


@dataclass(frozen=True, slots=True)
class Revises:
    """The known fact, in more exact words: another version with the same id."""

    id: str


@dataclass(frozen=True, slots=True)
class Supersedes:
    """The known facts end by an event, or by a change of plans."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """It cannot be true together with the known facts, and nothing says which is. All stay until a person decides."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retracts:
    """The known facts never were true."""

    ids: tuple[str, ...]
    replacement: bool
    """Whether the claim takes their place, from their beginning on; otherwise it only denies them."""


@dataclass(frozen=True, slots=True)
class Replaces:
    """A model says that the claim takes the place of these known facts, whatever their attributes."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Removes:
    """A model says that these known facts are contradicted, and the claim itself is not stored.

    That is DELETE as the Mem0 paper prints it. The facts are hidden, and can be restored.
    """

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """It says something only about what is known, and nothing of that is known."""


Verdict: TypeAlias = Ignored | New | Same | Revises | Supersedes | Conflicts | Retracts | Replaces | Removes
