"""What an audit looks at, and what it finds: a store may rot without being damaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from lukasa.domain.document import Kind
from lukasa.domain.fact import Cardinality, FactKind, Status
from lukasa.domain.interval import ALWAYS, Interval
from lukasa.domain.turn import Json, Origin, Role, Source

FlawSort = Literal[
    "duplicate", "near duplicate", "contradiction", "junk", "secret", "loop", "stale", "orphan"
]
"""`duplicate`: the same in the same words; `near duplicate`: the same in nearly the same; `contradiction`: both are
believed, or nobody decided, and they exclude each other; `junk`: says nothing that lasts; `secret`: holds one; `loop`: memory that was fed back
into memory; `stale`: should be believed no more; `orphan`: what it rests on is gone."""

FLAW_SORTS: tuple[FlawSort, ...] = get_args(FlawSort)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """A turn or a fact, of this store or of another's export: what is not known of it is not judged."""

    id: str
    text: str
    kind: Kind = "fact"
    owner: str = ""
    """Whose memory it is part of: nothing is compared across owners."""

    at: datetime | None = None
    """When it was said or learned (aware)."""

    speaker: str | None = None
    role: Role = "user"
    origin: Origin = "user"

    subject: str | None = None
    """Who or what a fact is about; `None`: not known."""

    fact_kind: FactKind = "fact"
    attribute: str | None = None
    value: str | None = None
    negated: bool = False
    cardinality: Cardinality = "multi"
    valid: Interval = ALWAYS
    status: Status = "current"
    expires_at: datetime | None = None
    superseded_by: str | None = None
    retired: bool = False
    sources: Sequence[Source] | None = None
    """The words that a fact rests on; `None`: the store does not say."""

    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that an audit found."""

    sort: FlawSort
    ids: Sequence[str]
    """What has it, oldest first: of duplicates, every copy."""

    detail: str
    """Why, in a few words; content only as a short clip, and never of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit looked at and what it found. Nothing was changed."""

    checked: Mapping[str, int] = field(default_factory=dict)
    """How many turns and facts were looked at."""

    counts: Mapping[FlawSort, int] = field(default_factory=dict)
    """Flaws by sort, every sort named."""

    flaws: Sequence[Flaw] = ()
    """By sort, then as they stand in the store."""

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.flaws
