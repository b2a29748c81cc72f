"""Questions to a store, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.document import Kind
from lukasa.domain.filter import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnQuery:
    """Which turns to list."""

    ids: Sequence[str] | None = None
    """Only these, in any order; `None`: no such limit."""

    session: str | None = None
    since: datetime | None = None
    """`at >= since`."""

    until: datetime | None = None
    """`at < until`."""

    filter: Filter | None = None
    after: int = 0
    """Only turns whose `seq` is larger; the cursor for reading in pages."""

    newest_first: bool = False
    """By `seq` downwards, instead of upwards."""

    limit: int | None = None
    include_retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalQuery:
    """Full-text search over analysed terms, ranked by BM25 with this partition's own statistics."""

    terms: Sequence[str]
    """Distinct analysed terms; a document matches when it has any of them."""

    weights: Sequence[float] | None = None
    """A factor for each term; `None`: all 1."""

    common: float = 1.0
    """Terms that more than this share of the live documents have are left out, unless all that occur would be:
    they cost much and tell little."""

    kinds: Sequence[Kind] | None = None
    filter: Filter | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentQuery:
    """Which documents pass a filter."""

    filter: Filter
    kinds: Sequence[Kind] | None = None
