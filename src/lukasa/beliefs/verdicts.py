"""What becomes of a claim, as values. A reason is one of a few fixed words, and holds no content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Reason = Literal[
    "newer",
    "denied",
    "ended",
    "opposite",
    "corrected",
    "never so",
    "same moment",
    "less trusted",
    "more trusted",
]
"""`newer`: another value since; `opposite`: of likes and dislikes, for example; `less trusted`, `more trusted`: than
what is believed."""


@dataclass(frozen=True, slots=True)
class New:
    """Nothing is known of it."""


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
    """The known facts were true, and end; the claim is believed from then on."""

    ids: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Coexists:
    """It is new, and stands beside other values of the same attribute."""


@dataclass(frozen=True, slots=True)
class Conflicts:
    """It cannot be true together with the known facts, and nothing says which is. All stay until a person decides."""

    ids: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Retracts:
    """The known facts never were true."""

    ids: tuple[str, ...]
    reason: Reason

    replacement: bool
    """Whether the claim takes their place, from their beginning on; otherwise it only denies them."""


@dataclass(frozen=True, slots=True)
class Historical:
    """It was true before the fact that is believed: it is stored as past, up to the beginning of that."""

    by: str


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


Verdict: TypeAlias = (
    New | Same | Revises | Supersedes | Coexists | Conflicts | Retracts | Historical | Replaces | Removes
)
