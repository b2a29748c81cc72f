"""In what two sentences of nearly the same words differ: "two cats" and "three cats" are no duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

from lukasa.text import differences_data as data
from lukasa.text.normalise import Word, words

_LONGEST = 200
"""Words of a sentence that are compared one by one; longer texts differ unless they are equal. The comparison is
quadratic, and a page is no fact."""


def nearly_same(one: str, other: str, *, least: float) -> bool:
    """Tell whether two sentences share at least so much of their words (Jaccard), and do not disagree."""
    first, second = (
        {_root(word) for word in words(text) if word.term not in _light()} for text in (one, other)
    )
    if not first or not second or len(first & second) < least * len(first | second):
        return False
    return disagree(one, other) is None


def disagree(one: str, other: str) -> str | None:
    """Return the first hard difference between two sentences; `None`: one says the same as the other, or adds to it.

    That is a number, a name, a date, a negation, the direction or the order, more or less of it, a unit, the contrary,
    who it belongs to, how sure or when it is; or another word in a word's place, since nobody here knows synonyms.
    """
    # In one order, or the matching of blocks could differ with who is compared with whom.
    first, second = sorted((words(one), words(other)))
    left, right = ([word.term for word in each] for each in (first, second))
    if left == right:
        return None
    if max(len(left), len(right)) > _LONGEST:
        return "length"
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    changes = [(first[a:b], second[c:d]) for tag, a, b, c, d in blocks if tag != "equal"]
    return _hard(changes) or _moved(changes) or _replaced(changes)


def _hard(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Return the class of a changed word that never is a matter of wording, the first in the order of classes."""
    found: set[str] = set()
    for gone, come in changes:
        sorts = {sort for word in (*gone, *come) if (sort := _sort(word)) is not None}
        # "A small dog" is a dog: the contrary needs something to be contrary to.
        found |= sorts if gone and come else sorts - {"contrary"}
    return next((sort for sort in data.SORTS if sort in found), None)


def _sort(word: Word) -> str | None:
    if any(character.isdecimal() for character in word.term):
        return "number"
    if (sort := _sorts().get(word.term)) is not None:
        return sort
    if word.raw[:1].isupper() and word.term not in _light():
        return "name"
    return None


def _moved(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Tell whether a word that is gone in one place has come in another: "Alice paid Bob" and "Bob paid Alice"."""
    gone = Counter(word.term for left, _ in changes for word in left)
    come = Counter(word.term for _, right in changes for word in right)
    return "order" if gone & come else None


def _replaced(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Tell whether something else stands in a word's place, or each has something that the other has not."""
    gone = [word for left, _ in changes for word in left if word.term not in _light()]
    come = [word for _, right in changes for word in right if word.term not in _light()]
    if not gone or not come:
        return None
    return None if [_root(word) for word in gone] == [_root(word) for word in come] else "wording"


def _root(word: Word) -> str:
    """Return a word without -ing: "is working" and "works" are the same."""
    stem = word.term.removesuffix("ing")
    return stem if len(stem) > 2 else word.term  # noqa: PLR2004 - "king", "ring"


@cache
def _sorts() -> dict[str, str]:
    """Return each word that makes a hard difference, with its class; the first class that has it counts."""
    return {word: sort for sort, listed in reversed(data.SORTS.items()) for word in listed.split()}


@cache
def _light() -> frozenset[str]:
    return frozenset(data.LIGHT.split())
