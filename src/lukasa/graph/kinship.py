"""Who is called whose sister, and the phrases that mean a relative."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lukasa.extraction.rules.people import ATTRIBUTE_OF, ATTRIBUTES_OF_KIN
from lukasa.graph.names import is_phrase, whose
from lukasa.graph.triples import Key, Told


@dataclass(slots=True)
class Kinfolk:
    """Facts about relatives by whose they are, and phrases by whose relative they mean."""

    _facts: dict[Key, dict[str, Told]] = field(default_factory=dict)
    _relative_of: dict[Key, Counter[Key]] = field(default_factory=dict)
    """For a relative, whose he is said to be."""

    _phrases: dict[Key, set[Key]] = field(default_factory=dict)

    def add(self, told: Told) -> set[Key]:
        """Take in a fact; return whose relatives changed."""
        if not _is_kin(told) or told.value_key is None:
            return set()
        self._facts.setdefault(told.subject_key, {})[told.id] = told
        self._relative_of.setdefault(told.value_key, Counter())[told.subject_key] += 1
        return {told.subject_key}

    def remove(self, told: Told) -> set[Key]:
        """Take out a fact; return whose relatives changed."""
        if not _is_kin(told) or told.value_key is None:
            return set()
        del self._facts[told.subject_key][told.id]
        if not self._facts[told.subject_key]:
            del self._facts[told.subject_key]
        left = self._relative_of[told.value_key]
        left[told.subject_key] -= 1
        self._relative_of[told.value_key] = +left
        if not self._relative_of[told.value_key]:
            del self._relative_of[told.value_key]
        return {told.subject_key}

    def keep_phrase(self, key: Key, *, known: bool) -> None:
        """Note whether a name is in use, if it is a phrase."""
        if not is_phrase(key):
            return
        owner, _ = whose(key)
        phrases = self._phrases.setdefault(owner, set())
        if known:
            phrases.add(key)
        else:
            phrases.discard(key)
        if not phrases:
            del self._phrases[owner]

    def phrases(self, names: Iterable[Key]) -> Iterator[Key]:
        """Return the phrases that mean a relative of somebody with these names."""
        for name in names:
            yield from self._phrases.get(name, ())

    def owners(self, relative: Key) -> Iterable[Key]:
        """Return whose relative somebody is said to be."""
        return self._relative_of.get(relative, ())

    def called(self, names: Iterable[Key], kin: str) -> Iterator[Key]:
        """Return who is called the `sister` (*kin*) of somebody with these names."""
        for name in names:
            for told in self._facts.get(name, {}).values():
                if (
                    told.value_key is not None
                    and told.attribute == ATTRIBUTE_OF[kin]
                    and kin in told.text.casefold()
                ):
                    yield told.value_key


def _is_kin(told: Told) -> bool:
    return told.attribute in ATTRIBUTES_OF_KIN and not told.negated
