"""What Lukasa itself put before the agent, recognised when it comes back, so that it is not believed a second time.

A text is known by the digests of every run of four words. A copy has them all: with other tags or none, in capitals, its
lines moved or wrapped, or said by another speaker. A sentence with one other number, name or `not` lacks those around it.
A text that was served waits as it is until something is remembered, and is not kept after that.
"""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from typing import TypeAlias

from lukasa.domain.scope import Partition
from lukasa.text.patterns import LazyPattern

RUN = 4
"""Words of a run. Three words are said again by chance; with five, short facts (`Anna lives in Lisbon`) would go unseen."""

MAX_RUNS = 20_000
"""Runs kept of a partition, about as many as the words served: some fifteen full contexts, 2.5 MB."""

MAX_RUNS_IN_ALL = 200_000
"""Runs kept of all partitions, 25 MB: what was served longest ago goes first."""


def fingerprints(text: str) -> frozenset[str]:
    """Return the digests of the runs of words in *text*, without marks, dates and names that a rendering adds."""
    return frozenset(_runs(_words(text)))


_MOST = 0.75
"""Share of its runs from which a text is a copy: wrapping, marks and tags cost a copy a run here and there; other words
share few runs of four with what was served."""


def is_echo(text: str, served: Collection[str]) -> bool:
    """Whether *text* is a copy of what was served, wrapped or marked otherwise perhaps."""
    if not served:
        return False
    words = _words(text)
    if not words:
        return bool(text.strip())  # Nothing but headings and marks, as we render them.
    copied = [run in served for run in _runs(words)]
    return bool(copied) and sum(copied) >= _MOST * len(copied)


@dataclass(slots=True)
class _Served:
    """A text that was served."""

    at: datetime | None
    """When it was served first: that is what tells a copy from its original."""

    text: str
    """Until it is digested, which waits for the next `remember`: most are served and never come back."""

    runs: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """About how many runs it has."""
        return len(self.runs) or len(self.text) // _WORD_LENGTH

    def digest(self, most: int) -> None:
        if self.text:
            self.runs, self.text = frozenset(_runs(_words(self.text))[-most:]), ""


_Texts: TypeAlias = OrderedDict[int, _Served]
"""What one partition was served, by hash of the text; last what was served last."""

_WORD_LENGTH = 6
"""Characters of a word and the space after it, about."""


class Echoes:
    """What was served of late, for each partition; in memory, bounded. For one event loop or one thread."""

    def __init__(self, *, max_runs: int = MAX_RUNS, max_in_all: int = MAX_RUNS_IN_ALL) -> None:
        self._max_runs = max_runs
        self._max_in_all = max_in_all
        self._texts: OrderedDict[Partition, _Texts] = OrderedDict()
        self._sizes: dict[Partition, int] = {}
        self._size = 0
        """That of all partitions together."""

    def note(self, partition: Partition, texts: Iterable[str], *, at: datetime | None = None) -> None:
        """Note that *texts* were served, and when; what was served longest ago makes room."""
        served = self._texts.setdefault(partition, OrderedDict())
        self._texts.move_to_end(partition)
        size = self._sizes.get(partition, 0)
        for text in filter(None, texts):
            key = hash(text)
            if key not in served:
                served[key] = _Served(at, text)
                size += served[key].size
            served.move_to_end(key)
        self._trim(partition, size)

    def of(self, partition: Partition, *, before: datetime | None = None) -> frozenset[str]:
        """Return what the partition was served (*before* a moment: words said then cannot copy what was served later).

        Later notes do not change it.
        """
        if (served := self._texts.get(partition)) is None:
            return frozenset()
        for each in served.values():
            each.digest(self._max_runs)
        self._trim(partition, sum(each.size for each in served.values()))
        return frozenset(
            run
            for each in served.values()
            if before is None or each.at is None or each.at < before
            for run in each.runs
        )

    def drop(self, partition: Partition) -> None:
        """Drop what was noted of a partition: it was erased."""
        self._texts.pop(partition, None)
        self._size -= self._sizes.pop(partition, 0)

    def _trim(self, partition: Partition, size: int) -> None:
        """Drop what is too much of a partition, which has this size now, and of all."""
        served = self._texts[partition]
        while size > self._max_runs and len(served) > 1:
            size -= served.popitem(last=False)[1].size
        self._size += size - self._sizes.get(partition, 0)
        self._sizes[partition] = size
        while self._size > self._max_in_all and len(self._texts) > 1:
            self.drop(next(iter(self._texts)))


def _runs(words: Sequence[str]) -> list[str]:
    """Return the digest of each run of words."""
    runs = (" ".join(words[index : index + RUN]) for index in range(len(words) - RUN + 1))
    return [blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() for run in runs]


def _words(text: str) -> list[str]:
    """Return the words, folded, without those that belong to a rendering: marks, headings, labels, tags."""
    cuts = [match.span() for match in _RENDERING.finditer(text)]
    stretches = ((start, end) for (_, start), (end, _) in pairwise([(0, 0), *cuts, (len(text), len(text))]))
    raw = (match.group() for start, end in stretches for match in _WORD.finditer(text, start, end))
    plain = (unicodedata.normalize("NFKC", word).casefold() for word in raw)
    return [folded for word in plain if (folded := "".join(filter(str.isalnum, word)))]


# A character of a script without spaces is a word by itself; invisible ones are part of the word around them.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = LazyPattern(
    f"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\\W_])(?:(?![{_UNSPACED}])[^\\W_]|['’.\u00ad\u200b-\u200d\u2060\ufeff](?=\\w))*"
)
_DAY = (
    r"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_RENDERING = LazyPattern(
    # Headings of days; `[8 May 2023] Anna:`; `Anna[3]:`; `Anna:` and numbers at a line's beginning; tags.
    rf"(?m:^)[^\S\n]*(?:{_DAY}, {_WEEKDAY})[^\S\n]*(?m:$)|\b{_DAY}, {_WEEKDAY}\b"
    rf"|\[{_DAY}\](?:[^\S\n]*[^\s:\[\]]{{1,40}}(?: [^\s:\[\]]{{1,40}}){{0,3}}:)?"
    r"|(?:[^\s:\[\]]{1,40} ){0,2}[^\s:\[\]]{1,40}\[\d{1,4}\]:"
    r"|(?m:^)[^\S\n]*(?:[-*•>\"'“]+[^\S\n]*|\d{1,4}[.)][^\S\n]+){0,3}(?:[^\W_][\w'’-]{0,30}(?: [^\W_][\w'’-]{0,30}){0,2}:(?=\s))?"
    # A mark may have lost a bracket where a sentence was cut out.
    r"|\[\d{1,4}(?:\]|(?![\w.]))|(?<![\w.])\d{1,4}\]|<[^<>\n]{1,80}>",
    re.IGNORECASE,
)
