"""The attributes that facts are sorted by: what each means, and whether a subject has one value or many. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from lukasa.domain.fact import Cardinality, FactKind


@dataclass(frozen=True, slots=True)
class Attribute:
    """A labelled property of a subject."""

    name: str
    cardinality: Cardinality
    kind: FactKind
    opposite: str | None = None
    """The attribute that says the contrary of the same value: `likes`, `dislikes`."""

    ends_with: str | None = None
    """The attribute whose value this one ends: `stopped` ends `does`."""


_ALL = (
    # Who somebody is. One at a time: a new value takes the place of the old one.
    Attribute("name", "single", "profile"),
    Attribute("age", "single", "profile"),
    Attribute("birthday", "single", "profile"),
    Attribute("pronouns", "single", "profile"),
    Attribute("comes_from", "single", "profile"),
    Attribute("lives_in", "single", "profile"),
    Attribute("works_at", "single", "profile"),
    Attribute("works_as", "single", "profile"),
    Attribute("studies_at", "single", "profile"),
    Attribute("studies", "single", "profile"),
    Attribute("relationship_status", "single", "profile"),
    Attribute("partner", "single", "profile"),
    Attribute("diet", "single", "profile"),
    Attribute("contact", "multi", "profile"),
    # A family of attributes, `favourite book`: one at a time each (see `attribute`).
    Attribute("favourite", "single", "preference"),
    # Any number at a time.
    Attribute("role", "multi", "profile"),
    Attribute("speaks", "multi", "profile"),
    Attribute("allergic_to", "multi", "profile"),
    Attribute("has_condition", "multi", "profile"),
    Attribute("child", "multi", "profile"),
    Attribute("parent", "multi", "profile"),
    Attribute("sibling", "multi", "profile"),
    Attribute("relative", "multi", "profile"),
    Attribute("friend", "multi", "profile"),
    Attribute("pet", "multi", "profile"),
    Attribute("owns", "multi", "profile"),
    Attribute("likes", "multi", "preference", opposite="dislikes"),
    Attribute("dislikes", "multi", "preference", opposite="likes"),
    Attribute("prefers", "multi", "preference"),
    Attribute("does", "multi", "profile"),
    Attribute("started", "multi", "event"),
    Attribute("stopped", "multi", "event", ends_with="does"),
    Attribute("moved_to", "multi", "event"),
    Attribute("did", "multi", "event"),
    Attribute("visited", "multi", "event"),
    Attribute("attended", "multi", "event"),
    Attribute("got", "multi", "event"),
    Attribute("plans", "multi", "plan"),
    Attribute("wants", "multi", "preference"),
    Attribute("should", "multi", "procedure"),
)

ATTRIBUTES = {each.name: each for each in _ALL}


def attribute(name: str) -> Attribute | None:
    """Return what is known of an attribute: `favourite book` is of the family `favourite`; `None`: it is not ours."""
    return ATTRIBUTES.get(name) or ATTRIBUTES.get(name.split(" ", 1)[0])
