"""Forms of English words: which word is a verb, in which form, and what its other forms are."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple, cast

from lukasa.text.patterns import WordLists

_LISTS = WordLists("lukasa.extraction.rules", "lexicon")

Form = Literal["base", "third", "past", "participle", "gerund"]


class Verb(NamedTuple):
    """A known verb in one of its forms."""

    base: str
    forms: frozenset[Form]
    """What the form can be: `put` is base, past and participle."""


def verb(word: str) -> Verb | None:
    """Return what verb a word in lower case is a form of, as far as we know it."""
    return _verbs().get(word)


def verb_forms(word: str) -> frozenset[Form]:
    """Return what a word in lower case can be as a verb; nothing, when it is none that we know."""
    known = _verbs().get(word)
    return known.forms if known else frozenset()


def is_past(word: str) -> bool:
    """Whether a word where a verb stands is a past; unknown words by their ending."""
    return "past" in verb_forms(word) or _seems_regular(word)


def is_participle(word: str) -> bool:
    """Whether a word can follow "have"."""
    return "participle" in verb_forms(word) or _seems_regular(word)


def _seems_regular(word: str) -> bool:
    return word.endswith("ed") and word not in table("not_past") and not verb_forms(word)


def third(base: str) -> str:
    """Return a verb as "she" has it: `run` → `runs`; behind it, other words may follow."""
    if base in _pairs("third"):
        return _pairs("third")[base]
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def gerund(base: str) -> str:
    if base in _pairs("gerunds"):
        return _pairs("gerunds")[base]
    if base in table("doubling"):
        return base + base[-1] + "ing"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return base[:-1] + "ing"
    return base + "ing"


def past(base: str) -> str:
    """Return the past of a verb; of an unknown one, the regular past."""
    return _pasts().get(base) or _regular_past(base)


@cache
def _pasts() -> dict[str, str]:
    return {base: then for base, then, _ in map(str.split, _LISTS.rows("irregular"))}


@cache
def table(name: str) -> frozenset[str]:
    """Return a list of single words by its name in `lexicon.txt`."""
    return _LISTS.words(name)


@cache
def _pairs(name: str) -> dict[str, str]:
    return dict(entry.split(":") for entry in _LISTS[name].split())


@cache
def _verbs() -> dict[str, Verb]:
    forms_of: dict[str, tuple[str, set[Form]]] = {}
    for entry in _LISTS["be"].split():
        word, _, form = entry.partition(":")
        forms_of[word] = ("be", {cast("Form", form)})
    for row in _LISTS.rows("irregular"):
        base, past, participle = row.split()
        _enter(forms_of, base, past, participle)
    for base in _LISTS["regular"].split():
        past = _regular_past(base)
        _enter(forms_of, base, past, past)
    for base in _LISTS["british"].split():
        _enter(forms_of, base, f"{base}{base[-1]}ed", f"{base}{base[-1]}ed")
        forms_of.setdefault(f"{base}{base[-1]}ing", (base, {"gerund"}))
    return {word: Verb(base, frozenset(forms)) for word, (base, forms) in forms_of.items()}


def _enter(forms_of: dict[str, tuple[str, set[Form]]], base: str, past: str, participle: str) -> None:
    """Note all forms of a verb; a form of two verbs (`lay`, `found`) stays with the one that was entered first."""
    forms: tuple[tuple[str, Form], ...] = (
        (base, "base"), (third(base), "third"), (gerund(base), "gerund"), (past, "past"), (participle, "participle"),
    )  # fmt: skip
    for word, form in forms:
        owner, lexeme = forms_of.setdefault(word, (base, set()))
        if owner == base:
            lexeme.add(form)


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base in table("doubling"):
        return base + base[-1] + "ed"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ied"
    return base + "ed"
