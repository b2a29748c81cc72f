"""The graph of what is believed: entities, and labelled directed relations between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lukasa.domain.fact import Status
from lukasa.domain.interval import Interval
from lukasa.domain.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Somebody or something that facts speak of."""

    id: str
    """Follows from its name: the same in every reading of the same facts."""

    name: str
    """The name that it was given with `rename`, or the fullest that it goes by."""

    type: str
    """`person`, `place`, `organisation`, `animal`, `event`, `thing`, `concept`; an open set."""

    gist: str = ""
    """What is most often said of it, in one line."""

    aliases: Sequence[str] = ()
    """Other names that it goes by."""

    facts: Sequence[str] = ()
    """Ids of the facts that speak of it."""

    mentions: int = 0
    """How often that was said, over all of these facts."""

    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A labelled edge. It is a fact seen as a triplet: with it, it is superseded, undone and erased."""

    source: str
    """Id of the entity that it goes out from."""

    label: str
    """The attribute: `lives_in`, `works_at`, …"""

    target: str
    fact: str
    """Id of the fact."""

    text: str
    valid: Interval
    status: Status
    negated: bool = False
    confidence: float = 1.0
    evidence: int = 1
    sources: Sequence[Source] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Entities by id, and the relations between them, by fact."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    relations: Sequence[Relation] = ()

    def __bool__(self) -> bool:
        return bool(self.entities)
