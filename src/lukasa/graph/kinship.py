"""Who is called whose sister."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from lukasa.extraction.rules.people import ATTRIBUTE_OF, ATTRIBUTES_OF_KIN
from lukasa.graph.triples import Key, Triple


class Kinship:
    """Facts about relatives, by whose relatives they are."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._triples: defaultdict[Key, list[Triple]] = defaultdict(list)
        for triple in triples:
            if triple.attribute in ATTRIBUTES_OF_KIN and not triple.negated:
                self._triples[triple.subject_key].append(triple)

    def relatives(self, names: Iterable[Key], kin: str) -> Iterator[Key]:
        """Return who is called the `sister` (*kin*) of a person with these names."""
        for name in names:
            for triple in self._triples.get(name, ()):
                if (
                    triple.value_key is not None
                    and triple.attribute == ATTRIBUTE_OF[kin]
                    and kin in triple.text.casefold()
                ):
                    yield triple.value_key


def kinship_words(triple: Triple) -> set[str]:
    """Return the words by which a fact about a relative says what kind of relative it is: `brother`."""
    if triple.attribute not in ATTRIBUTES_OF_KIN:
        return set()
    words = {word.casefold() for word in _kinship_word().findall(triple.text)}
    return {word for word in words if ATTRIBUTE_OF[word] == triple.attribute}


@cache
def _kinship_word() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(ATTRIBUTE_OF, key=len, reverse=True))})\b", re.IGNORECASE)
