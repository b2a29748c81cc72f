"""Names → entities: the same name, a part of one name, an alias that was stated. Pure.

"Adam", "Adam Smith" and "Mr Smith" are one person as long as no other Adam and no other Smith is known. What was stated goes
before what names look like. "Ana's sister" is Ines as long as Ana has one sister.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lukasa.pipeline.rules.kin import ATTRIBUTE_OF

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "the", "herr", "frau", "señor", "señora", "monsieur", "madame"})  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """Return what a name is compared by: its words without case, titles and possessives.

    "Ana's sister" is somebody else than Ana: it keeps its possessive, and is no part of another name.
    """
    if (kin := kinship(name)) is not None:
        return (*words_of(kin[0]), "'s", kin[1])
    bare = re.sub(r"['’]s\b", "", name.casefold())
    words = tuple(re.findall(r"[^\W_]+", bare))
    return tuple(word for word in words if word not in _TITLES) or words


def kinship(name: str) -> tuple[str, str] | None:
    """Return whose relative a phrase such as "Ana's sister" means, and which; `None` for a plain name."""
    found = re.fullmatch(r"(?P<whose>.+?)['’]s? (?P<kin>[^\W\d_-]+(?:-in-law)?)", name.strip())
    if found is None or found["kin"].casefold() not in ATTRIBUTE_OF:
        return None
    return found["whose"], found["kin"].casefold()


@dataclass(slots=True)
class Names:
    """Which names are one entity's."""

    _root: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _written: dict[tuple[str, ...], dict[str, int]] = field(default_factory=dict)
    """How each name is written, with how often."""

    _apart: set[frozenset[tuple[str, ...]]] = field(default_factory=set)

    def add(self, name: str, times: int = 1) -> tuple[str, ...]:
        """Take a name in; return what it is compared by."""
        words = words_of(name)
        self._root.setdefault(words, words)
        written = self._written.setdefault(words, {})
        written[name] = written.get(name, 0) + times
        return words

    def apart(self, one: str, other: str) -> None:
        """Keep two names apart."""
        self._apart.add(frozenset((words_of(one), words_of(other))))

    def join(self, one: str, other: str) -> None:
        """Make two names one entity's, unless they are kept apart."""
        first, second = self._find(words_of(one)), self._find(words_of(other))
        if first != second and not self._parted(first, second):
            fuller, shorter = sorted((first, second), key=_fullest)
            self._root[shorter] = fuller

    def join_parts(self, people: Iterable[tuple[str, ...]]) -> None:
        """Join each person's name with the only fuller one that it is a part of; with two, nobody knows which."""
        known = sorted({words for words in people if "'s" not in words})
        by_word: dict[str, list[tuple[str, ...]]] = {}
        for words in known:
            for word in set(words):
                by_word.setdefault(word, []).append(words)
        for words in known:
            rarest = min(words, key=lambda word: len(by_word[word]))
            fuller = self._fuller(words, by_word[rarest])
            if fuller is not None and not self._parted(self._find(words), fuller):
                self._root[self._find(words)] = fuller

    def _fuller(self, words: tuple[str, ...], among: Iterable[tuple[str, ...]]) -> tuple[str, ...] | None:
        """Return the only entity of which a name is a part; `None`: there is none, or more than one."""
        found: set[tuple[str, ...]] = set()
        for each in among:
            if len(each) > len(words) and set(words) < set(each):
                found.add(self._find(each))
                if len(found) > 1:
                    return None
        return found.pop() if found and self._find(words) not in found else None

    def root(self, name: str) -> tuple[str, ...]:
        """Return the words of the entity that a name stands for."""
        return self._find(words_of(name))

    def groups(self) -> Mapping[tuple[str, ...], list[str]]:
        """Return every entity's names as they are written, the fullest and most frequent first."""
        found: dict[tuple[str, ...], list[tuple[bool, int, int, str]]] = {}
        for words, written in self._written.items():
            for name, times in written.items():
                found.setdefault(self._find(words), []).append((*_fullest(words)[:2], -times, name))
        return {root: [name for *_, name in sorted(names)] for root, names in found.items()}

    def _find(self, words: tuple[str, ...]) -> tuple[str, ...]:
        while (above := self._root.get(words, words)) != words:
            words = above
        return words

    def _parted(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        ours, theirs = self._members(one), self._members(other)
        return any(frozenset((a, b)) in self._apart for a in ours for b in theirs) if self._apart else False

    def _members(self, root: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [words for words in self._root if self._find(words) == root]


def _fullest(words: tuple[str, ...]) -> tuple[bool, int, tuple[str, ...]]:
    """Order names by how much they say: "Ana's sister" is nobody's name."""
    return "'s" in words, -len(words), words
