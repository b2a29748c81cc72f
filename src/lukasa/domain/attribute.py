"""The attributes that facts are sorted by, one row each: all that any room knows about them. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lukasa.domain.fact import KIND_TRAITS, Cardinality, FactKind

ValueType = Literal["literal", "person", "animal", "organisation", "place", "event", "thing", "concept"]
"""`literal`: words, a number or a date. All others are entities that further facts can be about; `concept`: of any type."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A labelled property of a subject."""

    name: str
    cardinality: Cardinality
    kind: FactKind
    value_type: ValueType

    extracted: bool
    """Whether the prompt for extraction offers it to the model. Rules and callers may use every attribute."""

    family: bool = False
    """It stands for one attribute per thing, such as `favourite book`."""

    opposite: str | None = None
    """The attribute that says the contrary of the same value: `likes`, `dislikes`."""

    ends_with: str | None = None
    """The attribute whose value this one ends: `stopped` ends `does`."""

    identifies: bool = False
    """Few subjects share a value: two names with the same one may be one person. Where people live does not identify them."""

    lasts: bool = False
    """The past tense does not end it: somebody who "was diagnosed with asthma" still has it."""

    joins_names: bool = False
    """Subject and value are names of one entity."""

    profile_rank: int | None = None
    """Its place in the profile, what must not be got wrong first (allergies, conditions, diets, medicines); `None`: not part of it."""

    relation_rank: int | None = None
    """Its place among the labels that the prompt for relations offers; `None`: not offered there."""

    kinship_words: tuple[str, ...] = ()
    """Words for the value that imply the attribute: a `sister` is a `sibling`."""

    key: str = ""
    """Its spelling in the keys of facts, where that is not `name`: these joined the table after stores had been written."""

    @property
    def users_own(self) -> bool:
        """Whether only the user can state it."""
        return KIND_TRAITS[self.kind].users_own

    @property
    def relates(self) -> bool:
        """Whether it is a relation between two entities."""
        return self.value_type != "literal" and not self.joins_names and self.name != DISTINCT

    @property
    def kin(self) -> bool:
        """Whether the value is family, a friend or a pet of the subject."""
        return bool(self.kinship_words) or self.value_type == "animal"


ALIAS = "also_known_as"
"""States that two names are one entity's."""

RENAMED = "goes_by"
"""States that two names are one entity's, and that the second is the one to show."""

DISTINCT = "is_not"
"""States that two names are not one entity's, whatever they look like."""

IS_A = "is_a"
"""States of what type an entity is."""

_ALL = (
    # Who somebody is. One value at a time: a new one takes the place of the old one.
    Attribute("name", "single", "profile", "person", extracted=True, joins_names=True, profile_rank=5),
    Attribute("age", "single", "profile", "literal", extracted=True),
    Attribute("birthday", "single", "profile", "literal", extracted=True, identifies=True, profile_rank=14),
    Attribute("pronouns", "single", "profile", "literal", extracted=True, profile_rank=6),
    Attribute("comes_from", "single", "profile", "place", extracted=True, lasts=True, profile_rank=15, relation_rank=2),
    Attribute("lives_in", "single", "profile", "place", extracted=True, profile_rank=7, relation_rank=1),
    Attribute("works_at", "single", "profile", "organisation", extracted=True, identifies=True, profile_rank=9, relation_rank=3),
    Attribute("works_as", "single", "profile", "literal", extracted=True, profile_rank=8),
    Attribute("studies_at", "single", "profile", "organisation", extracted=True, identifies=True, relation_rank=4),
    Attribute("studies", "single", "profile", "concept", extracted=True, profile_rank=10),
    Attribute("relationship_status", "single", "profile", "literal", extracted=True, profile_rank=11),
    Attribute(
        "partner", "single", "profile", "person", extracted=True, identifies=True, lasts=True, profile_rank=12, relation_rank=12,
        kinship_words=(
            "husband", "wife", "partner", "boyfriend", "girlfriend", "fiancé", "fiancée", "fiance", "fiancee", "spouse",
        ),
    ),
    Attribute("diet", "single", "profile", "literal", extracted=True, profile_rank=3),
    Attribute("contact", "multi", "profile", "literal", extracted=False),
    Attribute("favourite", "single", "preference", "concept", extracted=True, family=True, profile_rank=17),
    # Any number of values.
    Attribute("role", "multi", "profile", "literal", extracted=True),
    Attribute("speaks", "multi", "profile", "concept", extracted=True),
    Attribute("allergic_to", "multi", "profile", "concept", extracted=True, lasts=True, profile_rank=1, relation_rank=11),
    Attribute("has_condition", "multi", "profile", "concept", extracted=True, lasts=True, profile_rank=2),
    Attribute("takes", "multi", "profile", "concept", extracted=False, profile_rank=4),
    Attribute(
        "child", "multi", "profile", "person", extracted=True, profile_rank=13, relation_rank=13,
        kinship_words=("son", "daughter", "child", "kid", "baby", "stepson", "stepdaughter"),
    ),
    Attribute(
        "parent", "multi", "profile", "person", extracted=True, relation_rank=14,
        kinship_words=(
            "mother", "mom", "mum", "mama", "father", "dad", "papa", "stepmother", "stepfather", "stepmom", "stepdad",
        ),
    ),
    Attribute(
        "sibling", "multi", "profile", "person", extracted=True, relation_rank=15,
        kinship_words=(
            "sister", "brother", "stepsister", "stepbrother", "half-sister", "half-brother", "twin", "sibling",
        ),
    ),
    Attribute(
        "relative", "multi", "profile", "person", extracted=True, relation_rank=16,
        kinship_words=(
            "cousin", "aunt", "auntie", "uncle", "grandmother", "grandma", "granny", "gran", "grandfather", "grandpa", "niece", "nephew",
            "grandson", "granddaughter", "mother-in-law", "father-in-law", "sister-in-law", "brother-in-law", "godmother", "godfather",
        ),
    ),
    Attribute(
        "friend", "multi", "profile", "person", extracted=True, relation_rank=17,
        kinship_words=("friend", "best friend", "roommate", "flatmate", "buddy", "pal", "mate"),
    ),
    Attribute("pet", "multi", "profile", "animal", extracted=True, profile_rank=16, relation_rank=18),
    Attribute("owns", "multi", "profile", "thing", extracted=True, relation_rank=7),
    Attribute("likes", "multi", "preference", "concept", extracted=True, opposite="dislikes", profile_rank=19, relation_rank=8),
    Attribute("dislikes", "multi", "preference", "concept", extracted=True, opposite="likes", profile_rank=20, relation_rank=9),
    Attribute("prefers", "multi", "preference", "concept", extracted=True, profile_rank=18, relation_rank=10),
    Attribute("does", "multi", "profile", "literal", extracted=True),
    Attribute("started", "multi", "event", "literal", extracted=False),
    Attribute("stopped", "multi", "event", "literal", extracted=False, ends_with="does"),
    Attribute("moved_to", "multi", "event", "place", extracted=False),
    Attribute("did", "multi", "event", "literal", extracted=False),
    Attribute("visited", "multi", "event", "place", extracted=True, relation_rank=5),
    Attribute("attended", "multi", "event", "event", extracted=True, relation_rank=6),
    Attribute("got", "multi", "event", "thing", extracted=True),
    Attribute("plans", "multi", "plan", "literal", extracted=True),
    Attribute("wants", "multi", "preference", "literal", extracted=True),
    Attribute("should", "multi", "procedure", "literal", extracted=True),
    # Between any two entities.
    Attribute("member_of", "multi", "fact", "concept", extracted=False, relation_rank=19, key="member of"),
    Attribute("happened_on", "multi", "fact", "concept", extracted=False, relation_rank=20, key="happened on"),
    # Of names: what `merge`, `rename` and `split` state.
    Attribute(ALIAS, "multi", "fact", "concept", extracted=False, joins_names=True, key="known as"),
    Attribute(RENAMED, "multi", "fact", "concept", extracted=False, joins_names=True, key="go by"),
    Attribute(DISTINCT, "multi", "fact", "concept", extracted=False, key="is not"),
    Attribute(IS_A, "multi", "fact", "literal", extracted=False, key="is a"),
)  # fmt: skip

ATTRIBUTES = {row.name: row for row in _ALL}


def attribute(name: str) -> Attribute | None:
    """Return the row of an attribute: that of `favourite` for `favourite book`; `None` for a label that is not in the table."""
    return ATTRIBUTES.get(name) or ATTRIBUTES.get(name.split(" ", 1)[0])
