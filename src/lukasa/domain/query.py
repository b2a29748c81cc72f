"""Questions to a store, as data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.document import Fields, Kind
from lukasa.domain.fact import Fact, FactKind, Status
from lukasa.domain.filter import Filter, matches
from lukasa.domain.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnQuery:
    """Which turns to list."""

    ids: Sequence[str] | None = None
    """Only these, in any order; `None`: no such limit."""

    keys: Sequence[str] | None = None
    """Only those with one of these idempotency keys."""

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
    as_of: int | None = None
    """As they were when the partition had this version: turns stored by then, retired or not as they were then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalQuery:
    """Full-text search over the passages of documents, ranked by BM25 with this partition's own statistics for that kind."""

    terms: Sequence[str]
    """Distinct analysed terms; a passage matches when it has any of them."""

    common: float = 1.0
    """Terms that more than this share of the live passages have are left out, unless all that occur would be:
    they cost much and tell little."""

    kind: Kind = "turn"
    """Documents of one kind are ranked among themselves, by statistics of their own: facts never move a turn."""

    filter: Filter | None = None
    limit: int = 100
    """Of passages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentQuery:
    """Which documents pass a filter."""

    filter: Filter
    kinds: Sequence[Kind] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactQuery:
    """Which facts to list; every condition that is given must hold."""

    ids: Sequence[str] | None = None
    """Only these, in any order."""

    keys: Sequence[str] | None = None
    """With `slots`: facts that have any of the keys, or are in any of the slots."""

    slots: Sequence[str] | None = None
    turns: Sequence[str] | None = None
    """Only facts of which some version rests on one of these turns."""

    subject: str | None = None
    """Compared without regard to case."""

    attribute: str | None = None
    attributes: Sequence[str] | None = None
    """Only facts with one of these attributes."""

    kinds: Sequence[FactKind] | None = None
    statuses: Sequence[Status] | None = None
    valid_at: datetime | None = None
    as_of: int | None = None
    """As they were believed when the partition had this version; `None`: now."""

    filter: Filter | None = None
    """Over the fields of the fact's document: `speaker` is its subject, `at` when it was first said, `kind` is `fact`."""

    include_retired: bool = False
    after: int = 0
    """Only facts whose `seq` is larger."""

    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of one state of a partition."""

    version: int
    turns: Sequence[Sequence[Turn]] = ()
    """What each query lists."""

    erased: Collection[str] = frozenset()
    """Those of the marks whose content was erased and not readmitted."""


def listed(fact: Fact, query: FactQuery) -> bool:
    """Return True if a version of a fact passes the query, apart from ids, keys, slots, turns, `as_of` and paging."""
    return (
        (query.include_retired or fact.retired_at is None)
        and (query.subject is None or fact.subject.casefold() == query.subject.casefold())
        and (query.attribute is None or fact.attribute == query.attribute)
        and (query.attributes is None or fact.attribute in query.attributes)
        and (query.kinds is None or fact.kind in query.kinds)
        and (query.statuses is None or fact.status in query.statuses)
        and (query.valid_at is None or fact.valid.holds(query.valid_at))
        and (query.filter is None or matches(query.filter, fact_fields(fact)))
    )


def turn_fields(turn: Turn) -> Fields:
    """Return what a filter may look at of a turn."""
    return Fields(
        id=turn.id,
        kind="turn",
        at=turn.at,
        session=turn.session,
        agent=turn.agent,
        speaker=turn.speaker,
        role=turn.role,
        origin=turn.origin,
        text=turn.text,
        metadata=turn.metadata,
    )


def fact_fields(fact: Fact) -> Fields:
    """Return what a filter may look at of a fact."""
    first = fact.sources[0] if fact.sources else None
    return Fields(
        id=fact.id,
        kind="fact",
        at=first.at if first else fact.learned_at,
        session=None,
        agent=None,
        speaker=fact.subject,
        role=None,
        origin=fact.origin,
        text=fact.text,
        metadata=fact.metadata,
    )
