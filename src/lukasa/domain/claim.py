"""What an extractor proposes to believe, before the gate and before it is compared with what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Literal

from lukasa.domain.fact import Cardinality, FactKind, FoundBy
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Json, Source, Turn

Stance = Literal["stated", "quoted", "suggested", "hypothetical"]
"""How the speaker stands to it: only what is `stated` can be believed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a claim says is over: "I quit my job" ends `works_at`, whatever its value."""

    attribute: str
    value: str | None = None
    """`None`: whatever the value is."""

    relation: str = ""
    """`dog` in "my dog died": of the attribute's facts, the one whose text has this word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One candidate for a fact, with the words that it was read from."""

    subject: str
    text: str
    """A sentence that can be understood on its own."""

    kind: FactKind
    source: Source
    """The span that it is read from, within one turn."""

    quote: str
    """The words of that span, verbatim."""

    beside: Source | None = None
    """Words of another turn without which those do not say it: the question of an answer, or its answer."""

    attribute: str | None = None
    value: str | None = None
    cardinality: Cardinality = "multi"
    negated: bool = False
    """The attribute does *not* have the value: "Anna does not eat meat"."""

    ended: bool = False
    """It was so, and is no longer: "Anna no longer works at Initech". `valid.end` says when, if that was said."""

    corrects: str | None = None
    """The value that was wrong ("not Porto but Lisbon"); empty: a correction that names no wrong value ("actually, …")."""

    ends: tuple[Ending, ...] = ()
    """What is over by it. Only what is known to be so ends."""

    conditional: bool = False
    """It says something only where it ends or corrects what is known: "Rex died", "not Porto, Faro"."""

    valid: Interval | None = None
    """When it is true, as far as the words say; `None`: they say nothing."""

    resolved: tuple[str, ...] = ()
    """Names and dates of the text that the quote has only as pronouns or expressions of time ("I" → "Anna",
    "yesterday" → "7 May 2023"): the gate takes them for supported."""

    stance: Stance = "stated"
    confidence: float = 0.8
    """From 0 to 1: how sure the extractor is that this was said and meant."""

    found_by: FoundBy = "extractor"
    expires_at: datetime | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[Source, ...]:
        """All that it rests on, first said first."""
        if self.beside is None:
            return (self.source,)
        both = replace(self.source, needs=self.beside.turn), replace(self.beside, needs=self.source.turn)
        return tuple(sorted(both, key=lambda source: source.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an extractor may know beside the turn."""

    addressee: str | None = None
    """Who "you" is: the other speaker of the session, if there is exactly one."""

    names: tuple[str, ...] = ()
    """People who are known."""

    previous: Turn | None = None
    """The turn before in the session: perhaps a question that this turn answers."""

    earlier: tuple[Turn, ...] = ()
    """What was said before in the session, oldest first."""

    together: tuple[Turn, ...] = ()
    """The turns that were read as one exchange: what question and answer say only together counts as said."""

    summary: str = ""
    """What the reader was shown of all that was said before."""

    zone: tzinfo | None = None
    """In which days begin; `None`: the offset of the turn's time."""
