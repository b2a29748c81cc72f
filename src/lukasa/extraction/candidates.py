"""Facts that the caller's own model found: what they are, and how they are read from what is passed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from datetime import date, datetime
from typing import Any, TypeAlias

from lukasa.bounds import LIMITS, check_size, check_statement, read_label
from lukasa.domain.fact import FACT_KINDS, FactKind
from lukasa.errors import InputError, shown


@dataclass(frozen=True, slots=True)
class CandidateFact:
    """A fact that the caller found in the messages of a call. It is believed as far as they say so."""

    text: str
    """A sentence that can be understood on its own: names for pronouns, dates for "yesterday"."""

    _: KW_ONLY
    subject: str | None = None
    """Whom or what it is about; `None`: the name that the text begins with, or else whoever says it."""

    kind: FactKind | None = None
    """Where no attribute of the table says it; `None`: `fact`."""

    attribute: str | None = None
    """A label such as `lives_in`; it needs a value."""

    value: str | None = None
    negated: bool = False
    """It is said not to be so."""

    ended: bool = False
    """It was so, and is no longer."""

    when: date | str | None = None
    """Since when it is so, or when it takes place: words of the message (`last month`), or a day, month or year (`2026-10-05`,
    `2026-10`, `2026`)."""

    quote: str | None = None
    """Words of a message that say it; `None`: they are looked for."""

    message: int | None = None
    """The index of the message that says it, from 0; `None`: any."""

    def __post_init__(self) -> None:
        check_statement("text", self.text)
        read_label("subject", self.subject)
        read_label("attribute", self.attribute)
        if self.value is not None:
            check_statement("value", self.value)
        if (self.attribute is None) != (self.value is None):
            raise InputError("an attribute needs a value, and a value an attribute; give both or neither")
        if self.kind is not None and self.kind not in FACT_KINDS:
            raise InputError(f"unknown kind {shown(self.kind)}; known: {', '.join(FACT_KINDS)}")
        for name in ("negated", "ended"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(f"{name} must be true or false, not {shown(getattr(self, name))}")
        _check_when(self.when)
        if self.quote is not None:
            check_statement("quote", self.quote)
        if self.message is not None and (
            isinstance(self.message, bool) or not isinstance(self.message, int) or self.message < 0
        ):
            raise InputError(f"message must be the index of a message, from 0, not {shown(self.message)}")


FactLike: TypeAlias = CandidateFact | Mapping[str, object] | str
"""A `CandidateFact`, a mapping with its fields, or its text alone."""

_FIELDS = tuple(field.name for field in fields(CandidateFact))


def read_candidates(facts: object, *, messages: int | None = None) -> list[CandidateFact]:
    """Return facts as the caller hands them in, one or several; raise `InputError` that names the fact and the field.

    *messages*: how many messages the call has.
    """
    return list(_each(facts, messages))


def _each(facts: object, messages: int | None) -> Iterator[CandidateFact]:
    several = [facts] if isinstance(facts, CandidateFact | Mapping | str) else facts
    if isinstance(several, bytes) or not isinstance(several, Sequence):
        raise InputError(f"facts must be a list of texts, mappings or CandidateFact, not {shown(facts)}")
    if len(several) > LIMITS.facts:
        raise InputError(f"facts has {len(several):,} facts; at most {LIMITS.facts:,} are taken in one call")
    for index, fact in enumerate(several):
        try:
            candidate = _candidate(fact)
            _check_message(candidate, messages)
        except InputError as error:
            raise InputError(f"fact {index}: {error}") from error
        yield candidate


def check_search(facts: Sequence[CandidateFact], characters: int) -> None:
    """Raise `InputError` when facts that name no message must be looked for in too long messages."""
    bare = sum(fact.message is None for fact in facts)
    if bare * characters > LIMITS.fact_search:
        raise InputError(
            f"{bare:,} facts are looked for in {characters:,} characters; the product may be {LIMITS.fact_search:,}: "
            "name the 'message' of each fact, or make several calls"
        )


def _candidate(fact: object) -> CandidateFact:
    match fact:
        case CandidateFact():
            return fact
        case str():
            return CandidateFact(fact)
        case Mapping():
            if unknown := [name for name in fact if name not in _FIELDS]:
                raise InputError(f"unknown field {shown(unknown[0])}; known: {', '.join(_FIELDS)}")
            if "text" not in fact:
                raise InputError("it has no 'text'")
            values: dict[str, Any] = dict(fact)
            return CandidateFact(values.pop("text"), **values)
        case _:
            raise InputError(f"a fact must be a text, a mapping or a CandidateFact, not {shown(fact)}")


def _check_message(fact: CandidateFact, messages: int | None) -> None:
    if messages is not None and fact.message is not None and fact.message >= messages:
        raise InputError(
            f"message {fact.message} is not among the {messages} of the call, which count from 0"
        )


def _check_when(when: object) -> None:
    if when is None or (isinstance(when, date) and not isinstance(when, datetime)):
        return
    if not isinstance(when, str) or not when.strip() or "\0" in when:
        raise InputError(
            f"when must be a date or a text, such as '2026-10-05', '2026-10' or words of the message, not {shown(when)}"
        )
    check_size("when", when, LIMITS.label_bytes, "say only when")
