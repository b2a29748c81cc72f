"""The graph of what is believed: entities, and labelled directed relations between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lukasa.domain.fact import Status
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, place or thing that facts are about."""

    id: str
    """Derived from its name: the same facts always give the same id."""

    name: str
    """The name that `rename` gave it, otherwise its fullest name."""

    type: str
    """`person`, `place`, `organisation`, `animal`, `event`, `thing`, `concept`; an open set."""

    gist: str = ""
    """What is most often said of it, on one line."""

    aliases: Sequence[str] = ()
    """Its other names."""

    facts: Sequence[str] = ()
    """Ids of the facts about it."""

    mentions: int = 0
    """The evidence of these facts, summed."""

    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A labelled edge: a fact as a triple. It is superseded, undone and erased with the fact."""

    source: str
    """Id of an entity."""

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
    """Entities by id, and the relations between them."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    relations: Sequence[Relation] = ()

    def __bool__(self) -> bool:
        return bool(self.entities)
