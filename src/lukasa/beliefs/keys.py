"""What makes two facts the same, and what lets them exclude each other: content addresses of normalised content."""

from __future__ import annotations

import re

from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS, Cardinality, Fact, FactKind
from lukasa.domain.interval import Interval
from lukasa.domain.scope import digest
from lukasa.text.comparison import terms
from lukasa.text.language_data import MONTHS
from lukasa.text.patterns import LazyPattern

_DAYS = frozenset({"instant", "part", "day"})
_DOSE = r"(?i:(?<=\w)\s+(?=\d[\d.,]* ?(?:mc?g|µg|ml|iu)\b))"
"""Before how much is taken of what: "sertraline 50 mg" and "sertraline 100 mg" exclude each other."""

_FIGURES = LazyPattern(r"\d{1,2}|\d{4}")


def fact_key(of: Claim | Fact) -> str:
    """Return the content address of a fact, equal for every wording of the same content.

    With an attribute and a value, the text does not matter; without them, its words do, in order. Events and plans on
    different days are different facts.
    """
    return key_of(of, negated=of.negated, date=date_of(of.valid, of.kind))


def key_of(of: Claim | Fact, *, negated: bool, date: str | None) -> str:
    """Return the content address that a fact would have if it were denied or not, and had this date."""
    subject = _normal(of.subject)
    if of.attribute is None or of.value is None:
        return digest(["text", subject, _normal(of.text), int(negated), date])
    return digest(["value", subject, _label(of.attribute), _normal(of.value), int(negated), date])


def slot_of(subject: str, attribute: str | None, value: str | None, cardinality: Cardinality) -> str | None:
    """Return the name of the place that excluding facts compete for; `None`: the fact excludes none.

    That is the subject's attribute if it has one value at a time. Otherwise it is the value of it, shared with the
    attribute that says the contrary or that ends it (`likes`, `dislikes`; `does`, `stopped`).
    """
    if attribute is None or value is None:
        return None
    label = _label(attribute)
    if cardinality_of(attribute, cardinality) == "single":
        return digest(["one", _normal(subject), label])
    spec = known_attribute(label)
    family = label if spec is None else min(label, spec.opposite or label)
    family = spec.ends_with if spec is not None and spec.ends_with else family
    return digest(["many", _normal(subject), family, _normal(re.split(_DOSE, value)[0])])


def cardinality_of(attribute: str | None, otherwise: Cardinality) -> Cardinality:
    """Return whether an attribute has one value at a time; *otherwise* counts only for attributes that we do not know."""
    spec = known_attribute(_label(attribute)) if attribute else None
    return otherwise if spec is None else spec.cardinality


def date_of(valid: Interval | None, kind: FactKind) -> str | None:
    """Return the day (or longer span) that distinguishes an event or a plan from another of the same content.

    `None`: it has no date. An open interval that begins as it is said is none.
    """
    if (
        not KIND_TRAITS[kind].happens
        or valid is None
        or (valid.granularity == "instant" and valid.end is None)
    ):
        return None
    start = None if valid.start is None else valid.start.date().isoformat()
    if valid.granularity in _DAYS or (valid.start is None and valid.end is None):
        return start
    end = None if valid.end is None else valid.end.date().isoformat()
    return f"{start or ''}/{end or ''}"


def same_words(one: str | None, other: str | None) -> bool:
    """Whether two subjects or two values are the same."""
    return one == other or (one is not None and other is not None and terms(one) == terms(other))


def refines(value: str | None, coarser: str | None) -> bool:
    """Whether a value says the same as *coarser* and more: "Lisbon, Alfama" and "Lisbon", "7 May" and "May".

    Only what a comma adds, a dose, and dates: "head nurse" is another job than "nurse", not a more exact word for it.
    """
    if value is None or coarser is None:
        return False
    fine, coarse = _pieces(value), _pieces(coarser)
    if _is_date(fine) and _is_date(coarse):
        return {term for piece in coarse for term in piece} < {term for piece in fine for term in piece}
    return len(coarse) < len(fine) and coarse in (fine[: len(coarse)], fine[len(fine) - len(coarse) :])


def _pieces(value: str) -> list[tuple[str, ...]]:
    return [terms(piece) for piece in re.split(rf",\s|[()]|{_DOSE}", value) if piece.strip()]


def _is_date(pieces: list[tuple[str, ...]]) -> bool:
    every = [term for piece in pieces for term in piece]
    return any(term in MONTHS for term in every) and all(
        term in MONTHS or _FIGURES.fullmatch(term) for term in every
    )


def _normal(text: str) -> str:
    return " ".join(terms(text))


def _label(attribute: str) -> str:
    """Return an attribute's name as it is compared: `Favorite Book` is `favourite book`."""
    spec = known_attribute(attribute)
    return _normal(attribute) if spec is None or " " in attribute else spec.key or attribute
