"""The facts of a partition kept warm, beside its turns and apart from them: facts never move a turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from lukasa.domain.document import Head
from lukasa.domain.interval import Interval
from lukasa.domain.time import to_micros
from lukasa.retrieval.arrays import Bools, Floats, Ints, grown
from lukasa.retrieval.token_vectors import TokenRows

OPEN_START = np.iinfo(np.int64).min
OPEN_END = np.iinfo(np.int64).max


@dataclass(slots=True)
class WarmFacts:
    """Row `i` of every array is the fact `ids[i]`."""

    dims: int
    changed: int = 0
    """Grows with every change."""

    ids: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    sources: list[tuple[str, ...]] = field(default_factory=list)
    """Ids of the turns that each fact rests on."""

    seq: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    live: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    current: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    words: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    start: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """When it became true, in microseconds; `OPEN_START` where nobody said."""

    end: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    expires: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    embedded: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    dense: Floats = field(init=False)
    tokens: TokenRows = field(default_factory=TokenRows)

    def __post_init__(self) -> None:
        self.dense = np.empty((0, self.dims), np.float32)

    @property
    def size(self) -> int:
        """How many facts, past and retired ones included."""
        return len(self.ids)

    @property
    def bytes(self) -> int:
        """About how much memory this takes."""
        return self.dense.nbytes + self.tokens.bytes + self.size * 300

    def update(self, heads: Iterable[Head]) -> None:
        """Take in what changed."""
        given = list(heads)
        self.changed += len(given)
        new = [head for head in given if head.id not in self.rows]
        self._grow(len(new))
        for head in new:
            self.rows[head.id] = len(self.ids)
            self.ids.append(head.id)
            self.sources.append(())
        for head in given:
            self._set(self.rows[head.id], head)

    def drop(self, id: str) -> bool:
        """Forget a fact that was erased, its vectors included; tell whether it was known."""
        if (row := self.rows.get(id)) is None:
            return False
        self.changed += 1
        self.live[row] = self.embedded[row] = False
        self.dense[row] = 0
        self.sources[row] = ()
        self.tokens.wipe(row)
        return True

    def usable(self, now: datetime, *, past: bool) -> Ints:
        """Return the rows that recall may return: live, not expired, and believed now unless *past* ones are wanted."""
        usable = self.live[: self.size] & (self.expires[: self.size] > to_micros(now))
        return np.flatnonzero(usable if past else usable & self.current[: self.size])

    def within(self, rows: Ints, windows: Sequence[Interval]) -> Bools:
        """Tell which of the rows began and ended, and were true in one of the windows: states that go on tell nothing."""
        start, end = self.start[rows], self.end[rows]
        inside = np.zeros(len(rows), np.bool_)
        for window in windows:
            first = OPEN_START if window.start is None else to_micros(window.start)
            last = OPEN_END if window.end is None else to_micros(window.end)
            inside |= (start < last) & (end > first)
        return inside & (start > OPEN_START) & (end < OPEN_END)

    def _grow(self, count: int) -> None:
        room = self.size + count
        if not count or room <= len(self.seq):
            self.tokens.grow(room)
            return
        self.tokens.grow(room)
        room = max(room, 2 * len(self.seq)) if len(self.seq) else room
        for name in ("seq", "live", "current", "words", "start", "end", "expires", "embedded", "dense"):
            setattr(self, name, grown(getattr(self, name), room))

    def _set(self, row: int, head: Head) -> None:
        valid = head.valid
        self.seq[row] = head.seq
        self.live[row] = not head.retired
        self.current[row] = head.current
        self.words[row] = head.traits.words
        self.start[row] = OPEN_START if valid is None or valid.start is None else to_micros(valid.start)
        self.end[row] = OPEN_END if valid is None or valid.end is None else to_micros(valid.end)
        self.expires[row] = OPEN_END if head.expires_at is None else to_micros(head.expires_at)
        self.sources[row] = tuple(head.sources)
        self.tokens.forget(row)
        self.embedded[row] = head.dense is not None and bool(self.dims)
        if head.dense is not None and self.dims:
            self.dense[row] = np.frombuffer(head.dense, np.float32)
