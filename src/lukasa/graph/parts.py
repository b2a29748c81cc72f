"""Names of people by their words: which are a part of which. "Adam" is one of "Adam Smith"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lukasa.graph.names import plain
from lukasa.graph.triples import Key


@dataclass(slots=True)
class Parts:
    """An index of names by word and length."""

    _by_word: dict[tuple[str, int], set[Key]] = field(default_factory=dict)
    _lengths: Counter[int] = field(default_factory=Counter)

    def add(self, key: Key) -> None:
        """Take in a name; one that is known already changes nothing."""
        words = plain(key)
        if key in self:
            return
        self._lengths[len(words)] += 1
        for word in words:
            self._by_word.setdefault((word, len(words)), set()).add(key)

    def discard(self, key: Key) -> None:
        """Take out a name, if it is known."""
        words = plain(key)
        if key not in self:
            return
        self._lengths[len(words)] -= 1
        for place in {(word, len(words)) for word in words}:
            self._by_word[place].discard(key)
            if not self._by_word[place]:
                del self._by_word[place]

    def __contains__(self, key: Key) -> bool:
        words = plain(key)
        return key in self._by_word.get((words[0], len(words)), ())

    def fuller(self, key: Key) -> Iterator[Key]:
        """Return the names that one is a part of."""
        words = plain(key)
        for length in [length for length, count in self._lengths.items() if count and length > len(words)]:
            rarest = min((self._by_word.get((word, length), set()) for word in words), key=len)
            yield from (each for each in rarest if set(words) < set(plain(each)))

    def shorter(self, key: Key) -> Iterator[Key]:
        """Return the names that are a part of one."""
        words = plain(key)
        for length in range(1, len(words)):
            for word in set(words):
                yield from (
                    each for each in self._by_word.get((word, length), ()) if set(plain(each)) < set(words)
                )
