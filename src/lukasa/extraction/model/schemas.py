"""What a model is asked to fill in. Descriptions are part of the schema that it sees."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from lukasa.domain.fact import FactKind


class ExtractedFact(BaseModel):
    """One thing worth remembering."""

    message: Annotated[int, Field(description="number of the message that says it")]
    quote: Annotated[str, Field(description="the words of that message that say it, copied exactly")]
    text: Annotated[
        str,
        Field(
            description="one sentence that can be understood alone: names for pronouns, dates for relative times"
        ),
    ]
    subject: Annotated[str, Field(description="whom or what it is about, by name")]
    kind: FactKind = "fact"
    attribute: Annotated[str | None, Field(description="a label from the list, or null")] = None
    value: Annotated[str | None, Field(description="the value of that attribute, or null")] = None
    when: Annotated[
        str | None,
        Field(description="the words of the message that say when, copied exactly, or null"),
    ] = None
    denied: Annotated[bool, Field(description="it is said not to be so")] = False
    ended: Annotated[bool, Field(description="it was so and is no longer")] = False
    stance: Annotated[
        Literal["stated", "quoted", "suggested", "hypothetical"],
        Field(description="how the speaker stands to it"),
    ] = "stated"


class Extracted(BaseModel):
    """What a segment told."""

    facts: list[ExtractedFact]
    summary: Annotated[
        str | None, Field(description="the summary so far, brought up to date with these messages")
    ] = None


Relation = Literal["same", "replaces", "different"]


class Comparison(BaseModel):
    """How a new fact stands to a known one."""

    new: Annotated[int, Field(description="number of the new fact")]
    known: Annotated[int, Field(description="number of the known fact")]
    relation: Relation


class Comparisons(BaseModel):
    """The pairs that are not different."""

    pairs: list[Comparison]


class PaperFacts(BaseModel):
    """The salient facts of one exchange (paper §1.1)."""

    facts: list[str]


class AddMemory(BaseModel):
    """ADD: nothing that means the same is known; store the new fact."""


class UpdateMemory(BaseModel):
    """UPDATE: a known memory is augmented by the new fact."""

    id: Annotated[int, Field(description="number of the memory")]
    text: Annotated[str, Field(description="the memory with what is new added; nothing of it is lost")]


class DeleteMemory(BaseModel):
    """DELETE: the new fact contradicts a known memory."""

    id: Annotated[int, Field(description="number of the memory")]


class KeepMemory(BaseModel):
    """NOOP: it is known already, or not worth storing."""

    id: Annotated[int | None, Field(description="number of the memory that says it, or null")] = None


class FoundEntity(BaseModel):
    """Somebody or something that the exchange speaks of."""

    name: str
    type: Annotated[
        str,
        Field(description="person, organisation, place, object, animal, concept, event, date or attribute"),
    ] = "concept"


class FoundEntities(BaseModel):
    """The entities of one exchange (paper §1.4)."""

    entities: list[FoundEntity]


class Triplet(BaseModel):
    """How two entities are related."""

    source: str
    label: str
    target: str


class Triplets(BaseModel):
    """The relations of one exchange (paper §1.4)."""

    relations: list[Triplet]


class ObsoleteRelations(BaseModel):
    """The known relations that a new one ends (paper §1.4)."""

    obsolete: Annotated[list[int], Field(description="numbers of the relations that are no longer true")] = []


class SummaryReply(BaseModel):
    """The rolling summary."""

    summary: str
