"""Destroying: what is to go, what must stay behind so that it does not come back, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from lukasa.domain.document import Document
from lukasa.domain.fact import Fact
from lukasa.domain.scope import Partition, digest

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A fact that loses some of its sources, and lives on."""

    versions: Sequence[Fact]
    """All the versions it shall have had, oldest first; their revisions are those that it has now."""

    document: Document | None = None
    """Its index entry when the words must change; `None`: the one it has serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What a store is to destroy in one partition. Unknown ids are passed over."""

    turns: Sequence[str] = ()
    facts: Sequence[str] = ()
    """Ids of facts that go with all their versions."""

    rewritten: Sequence[Rewritten] = ()
    marks: Sequence[str] = ()
    """What must not be stored again: ids of turns, keys of facts, digests of texts."""

    reasons: Sequence[int] = ()
    """Versions of journal entries whose reason goes too."""

    summaries: Sequence[str | None] = ()
    """Sessions whose summary goes too; `None`: that of the whole partition."""

    everything: bool = False
    """The whole partition: its name, journal and version go too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The receipt of an erasure: counts and ids, no content."""

    turns: Sequence[str] = ()
    facts: Sequence[str] = ()
    rewritten: Sequence[str] = ()
    """Ids of facts that lost a source and live on."""

    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows destroyed, by what they held."""

    already: Sequence[str] = ()
    """Ids that were named and had been erased before."""

    everything: bool = False
    dry_run: bool = False
    """Nothing was destroyed; this is what would be."""

    complete: bool = True
    """Whether no byte is left. `False`: the rows are gone, but the file or its log could not be rewritten, because another
    process was reading or because there was no room. It is noted in the file, reported by `verify`, and done at the next
    erasure or when the store is next opened."""

    digest: str = ""
    """The journal's last digest before; the new journal starts from it."""


def tombstone(partition: Partition, mark: str) -> str:
    """Return what is kept of something erased: enough to know it again, not enough to read it."""
    return digest(["tombstone", partition.tenant, partition.user, mark])


def erased_mark(fact: str) -> str:
    """Return the mark of an erased fact's id. Unlike the fact's key, it keeps nothing from being believed again."""
    return f"erased {fact}"


_FEWEST_WORDS = 4
"""Shorter texts ("yes, please") are said again by anybody at any time: only the very turn must not come back."""


def text_mark(speaker: str | None, text: str) -> str | None:
    """Return the mark of a text, whenever it is said; `None` for one that is too short to be known again."""
    words = text.casefold().split()
    if len(words) < _FEWEST_WORDS and len("".join(words)) < _FEWEST_WORDS * 6:
        return None
    return digest(["text", speaker, " ".join(words)])


# --- in memory -------------------------------------------------------------------------------------------------------

_CACHES: list[_lru_cache_wrapper[Any]] = []


def text_cache(maxsize: int) -> Callable[[Callable[..., T]], _lru_cache_wrapper[T]]:
    """Cache what a function makes of words or texts that people said, until the next erasure in this process."""

    def cached(function: Callable[..., T]) -> _lru_cache_wrapper[T]:
        wrapper = lru_cache(maxsize)(function)
        _CACHES.append(wrapper)
        return wrapper

    return cached


def empty_text_caches() -> None:
    """Empty every cache of texts, of all partitions: which words in it are whose is not known."""
    for each in _CACHES:
        each.cache_clear()
    re.purge()  # Patterns are made of names, too, and `re` keeps what it compiled.
