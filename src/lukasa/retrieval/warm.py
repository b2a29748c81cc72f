"""A partition in memory: what ranking needs of every document, as arrays, refreshed before each question."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeVar

import numpy as np

from lukasa.domain.document import Delta, Heads
from lukasa.domain.embedding import EmbedderSpec, TokenVectors
from lukasa.domain.interval import Interval
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Span
from lukasa.off_loop import off_loop
from lukasa.policy import RecallPolicy
from lukasa.ports.memories import Memories
from lukasa.retrieval.token_vectors import (
    Bools,
    Codes,
    Floats,
    Ints,
    TokenBlock,
    TokenRows,
    grown,
    lengths,
    products,
    stretches,
)

T = TypeVar("T")

OPEN_START = np.iinfo(np.int64).min
OPEN_END = np.iinfo(np.int64).max

_EMPTY = 4_000
"""About how many bytes a partition without documents takes: asking for many unknown users must not fill the memory."""


_PART = 4096
"""Documents read at a time, so that what they are read into takes little memory, and others get their turn."""


@dataclass(slots=True)
class DocumentArrays:
    """Documents of one kind: row `i` of every array is the document `ids[i]`.

    A document keeps its row for good. Arrays have spare room at their end; only the first `size` rows are in use.

    Vectors have rows of their own, one a passage: those of document `i` are `dense[first[i] : first[i] + vectors[i]]`, and
    `tokens` has the same rows. Only the first `used` are in use.
    """

    columns: ClassVar[tuple[str, ...]] = ("seq", "live", "passages", "first", "vectors")
    row_bytes: ClassVar[int] = 0
    """About how much memory a row takes besides its vectors."""

    dims: int
    changed: int = 0
    """Grows with every change."""

    ids: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    """The row of each id."""

    seq: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    live: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    passages: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """How many passages full-text has of each document."""

    first: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    vectors: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """How many vectors each document has: one for each passage; fewer in a long one, or while it is not embedded again."""

    used: int = 0
    owner: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """The document of each vector; -1 where that is gone."""

    dense: Codes = field(init=False)
    """Vectors, a byte a component; only their directions count."""

    lengths: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    """Of the rows of `dense`."""

    tokens: TokenRows = field(default_factory=TokenRows)
    """Token vectors, as far as questions have needed them."""

    def __post_init__(self) -> None:
        self.dense = np.empty((0, self.dims), np.int8)

    @property
    def size(self) -> int:
        """How many documents, retired ones included."""
        return len(self.ids)

    @property
    def memory(self) -> int:
        """About how many bytes this takes."""
        return self.dense.nbytes + self.tokens.bytes + self.size * self.row_bytes

    @property
    def embedded(self) -> Bools:
        """Which documents have vectors."""
        return self.vectors > 0

    def cosines(self, vector: Floats) -> Floats:
        """Return the best cosine of each document's passages with a unit vector; 0 where there are no vectors."""
        return self.best(self.similarities(vector))

    def similarities(self, vector: Floats) -> Floats:
        """Return the cosine of each vector with a unit vector."""
        return products(self.dense[: self.used], vector) / self.lengths[: self.used]

    def best(self, scores: Floats) -> Floats:
        """Return the best score of each document's vectors, of those given for each vector; 0 where there are none."""
        # One entry more than there are documents: vectors of documents that are gone go to row -1, the last one.
        best = np.full(self.size + 1, -np.inf, np.float32)
        np.maximum.at(best, self.owner[: self.used], scores)
        return np.where(self.embedded[: self.size], best[:-1], np.float32(0))

    def vectors_of(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the vectors of some documents, by row, and where those of each begin among them; the last number is the end."""
        return stretches(self.first[rows], self.vectors[rows])

    def rows_of(self, ids: Collection[str]) -> Ints:
        """Return the rows of these documents, ascending."""
        return np.array(sorted(self.rows[id_] for id_ in ids if id_ in self.rows), np.int64)

    def update(self, heads: Heads) -> None:
        """Add new documents and overwrite changed ones."""
        if not heads:
            return
        self.changed += len(heads)
        new = [id_ for id_ in heads.id if id_ not in self.rows]
        self._grow(len(new))
        self.rows.update(zip(new, range(self.size, self.size + len(new)), strict=True))
        self.ids += new
        rows = np.fromiter(map(self.rows.__getitem__, heads.id), np.int64, len(heads))
        self.seq[rows] = heads.seq
        self.live[rows] = np.equal(heads.retired, 0)
        self.passages[rows] = np.maximum(heads.passages, 1)
        self._describe(rows, heads)
        self._set_vectors(rows, heads)

    def drop(self, id: str) -> bool:
        """Wipe an erased document, its vectors included, and return whether it was known.

        Its row stays, empty: rows that were handed out before must not shift.
        """
        if (row := self.rows.get(id)) is None:
            return False
        self.changed += 1
        self.live[row] = False
        self._release(row)
        return True

    def _grow(self, count: int) -> None:
        needed = self.size + count
        if needed <= len(self.seq):
            return
        # Twice the room: a write before each question must not copy the matrix each time.
        room = max(needed, 2 * len(self.seq))
        for name in self.columns:
            setattr(self, name, grown(getattr(self, name), room))

    def _grow_vectors(self, needed: int) -> None:
        self.tokens.grow(needed)
        if needed > len(self.owner):
            room = max(needed, 2 * len(self.owner)) if self.used else needed
            self.owner, self.dense = grown(self.owner, room), grown(self.dense, room)
            self.lengths = grown(self.lengths, room)

    def _counts(self, sizes: Ints) -> Ints:
        """Return how many vectors each document has; damaged ones count as missing: `verify` names them."""
        counts, rest = np.divmod(sizes, max(1, self.dims))
        return np.where((rest == 0) & (self.dims > 0), counts, 0)

    def _set_vectors(self, rows: Ints, heads: Heads) -> None:
        """Take in the vectors of documents that were described."""
        sizes = np.asarray(heads.sizes, np.int64)
        counts = self._counts(sizes)
        before = self.vectors[rows]
        if not before.any() and np.array_equal(counts * self.dims, sizes):
            self._append(rows[counts > 0], counts[counts > 0], [heads.dense])
            return
        dense = heads.vectors()
        for place in np.flatnonzero((counts == before) & (counts > 0)).tolist():
            first = self.first[rows[place]]
            vectors = slice(first, first + counts[place])
            self._put(vectors, [dense[place]])
            # Its token vectors may be others now; they are read again when a question needs them.
            self.tokens.forget(vectors)
        others = np.flatnonzero(counts != before)
        for place in others[before[others] > 0].tolist():
            self._release(int(rows[place]))
        if len(others):
            new = (dense[place] for place in others[counts[others] > 0].tolist())
            self._append(rows[others], counts[others], new)

    def _append(self, rows: Ints, counts: Ints, dense: Iterable[bytes | memoryview]) -> None:
        """Give documents that have none so many vectors each."""
        end = self.used + int(counts.sum())
        self._grow_vectors(end)
        self.first[rows] = end - np.cumsum(counts[::-1])[::-1]
        self.vectors[rows] = counts
        self.owner[self.used : end] = np.repeat(rows, counts)
        if end > self.used:
            self._put(slice(self.used, end), dense)
        self.used = end

    def _put(self, rows: slice, dense: Iterable[bytes | memoryview]) -> None:
        self.dense[rows] = np.frombuffer(b"".join(dense), np.int8).reshape(-1, self.dims)
        self.lengths[rows] = lengths(self.dense[rows])

    def _release(self, row: int) -> None:
        """Destroy the vectors of a document. Their rows stay, empty: those that were handed out before must not shift."""
        rows = slice(self.first[row], self.first[row] + self.vectors[row])
        self.owner[rows] = -1
        self.dense[rows] = 0
        self.tokens.wipe(rows)
        self.vectors[row] = 0

    def _describe(self, rows: Ints, heads: Heads) -> None:
        """Fill the columns of this kind of document."""
        raise NotImplementedError


@dataclass(slots=True)
class TurnArrays(DocumentArrays):
    """The turns of a partition, and how they follow each other."""

    columns: ClassVar[tuple[str, ...]] = (
        *DocumentArrays.columns, "at", "session", "speaker", "assistant", "system", "words",
    )  # fmt: skip
    row_bytes: ClassVar[int] = 400

    speakers: dict[str | None, int] = field(default_factory=lambda: {None: -1})
    """Speakers met so far, numbered."""

    sessions: dict[str | None, int] = field(default_factory=dict)
    """Sessions met so far, numbered."""

    at: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    session: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    speaker: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """Their numbers; -1 for none."""

    assistant: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    system: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    words: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    before: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """Row of the live turn before this one in its session; -1 for none."""

    after: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    cuts: dict[int, list[Span]] = field(default_factory=dict)
    """Where long turns are cut into passages, by row, as far as questions have needed it."""

    @property
    def names(self) -> list[str]:
        """Speakers met so far, by number."""
        return [name for name in self.speakers if name is not None]

    def link(self) -> None:
        """Find each live turn's neighbours in its session."""
        n = self.size
        self.before = np.full(n, -1, np.int64)
        self.after = np.full(n, -1, np.int64)
        rows = np.flatnonzero(self.live[:n])
        # By session, then by `seq` (the last key of lexsort counts first): neighbours now stand side by side, and
        # only where the session changes does a turn stand beside one that is no neighbour.
        rows = rows[np.lexsort((self.seq[rows], self.session[rows]))]
        earlier, later = rows[:-1], rows[1:]
        same = self.session[earlier] == self.session[later]
        self.before[later[same]] = earlier[same]
        self.after[earlier[same]] = later[same]

    def _describe(self, rows: Ints, heads: Heads) -> None:
        self.at[rows] = heads.at
        for session in dict.fromkeys(heads.session):
            self.sessions.setdefault(session, len(self.sessions))
        self.session[rows] = [*map(self.sessions.__getitem__, heads.session)]
        for speaker in dict.fromkeys(heads.speaker):
            self.speakers.setdefault(speaker, len(self.speakers) - 1)
        self.speaker[rows] = [*map(self.speakers.__getitem__, heads.speaker)]
        self.assistant[rows] = [role == "assistant" for role in heads.role]
        self.system[rows] = [role == "system" for role in heads.role]
        self.words[rows] = heads.words


@dataclass(slots=True)
class FactArrays(DocumentArrays):
    """The facts of a partition, apart from its turns: facts never move a turn."""

    columns: ClassVar[tuple[str, ...]] = (
        *DocumentArrays.columns, "current", "words", "start", "end", "expires",
    )  # fmt: skip
    row_bytes: ClassVar[int] = 300

    sources: list[tuple[str, ...]] = field(default_factory=list)
    """Ids of the turns that each fact rests on."""

    current: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    words: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    start: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """When it became true, in microseconds; `OPEN_START` if unknown."""

    end: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    expires: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    _outdated: tuple[int, frozenset[str]] = (0, frozenset())
    """With the number of changes at which it was so."""

    def drop(self, id: str) -> bool:
        known = DocumentArrays.drop(self, id)
        if known:
            self.sources[self.rows[id]] = ()
        return known

    def usable(self, now: datetime, *, past: bool) -> Ints:
        """Return the rows of live facts that have not expired, and, unless *past*, are believed now."""
        usable = self.live[: self.size] & (self.expires[: self.size] > to_micros(now))
        return np.flatnonzero(usable if past else usable & self.current[: self.size])

    def outdated(self) -> frozenset[str]:
        """Return the ids of turns on which facts rest that are over, and none that is believed now."""
        changed, outdated = self._outdated
        if changed != self.changed:
            changed, n = self.changed, self.size
            current, over = self.live[:n] & self.current[:n], self.live[:n] & (self.end[:n] < OPEN_END)
            outdated = frozenset(self._of(over & ~current)).difference(self._of(current))
            self._outdated = changed, outdated
        return outdated

    def _of(self, facts: Bools) -> Iterator[str]:
        return (turn for row in np.flatnonzero(facts).tolist() for turn in self.sources[row])

    def within(self, rows: Ints, windows: Sequence[Interval]) -> Bools:
        """Return which of the rows were true in one of the windows, and have both a beginning and an end.

        A state that goes on is true in nearly every window, so it says nothing about any.
        """
        start, end = self.start[rows], self.end[rows]
        inside = np.zeros(len(rows), np.bool_)
        for window in windows:
            first = OPEN_START if window.start is None else to_micros(window.start)
            last = OPEN_END if window.end is None else to_micros(window.end)
            inside |= (start < last) & (end > first)
        return inside & (start > OPEN_START) & (end < OPEN_END)

    def _describe(self, rows: Ints, heads: Heads) -> None:
        self.current[rows] = heads.current
        self.words[rows] = heads.words
        self.start[rows] = [OPEN_START if start is None else start for start in heads.start]
        self.end[rows] = [OPEN_END if end is None else end for end in heads.end]
        self.expires[rows] = [OPEN_END if expires is None else expires for expires in heads.expires_at]
        for row, sources in zip(rows.tolist(), heads.sources, strict=True):
            # New rows come in order, so a row without an entry is the next one.
            self.sources[row : row + 1] = [sources]


@dataclass(slots=True)
class PartitionIndex:
    """The turns and facts of one partition, with the dense vectors of one embedder."""

    dims: int
    epoch: int = 0
    version: int = 0
    turns: TurnArrays = field(init=False)
    facts: FactArrays = field(init=False)
    linked: bool = True
    """Whether the turns' neighbours are those of this version."""

    def __post_init__(self) -> None:
        self.turns = TurnArrays(self.dims)
        self.facts = FactArrays(self.dims)

    @property
    def memory(self) -> int:
        return self.turns.memory + self.facts.memory + _EMPTY

    def update(self, delta: Delta) -> None:
        """Bring the arrays to the delta's version."""
        for id_ in delta.gone:
            if not self.facts.drop(id_):
                self.turns.drop(id_)
        self.turns.update(delta.turns)
        self.facts.update(delta.facts)
        self.linked = self.linked and not delta.turns and not delta.gone
        if not self.linked and not delta.more:
            self.turns.link()
            self.linked = True
        self.version, self.epoch = delta.version, delta.epoch


@dataclass(slots=True)
class WarmPartitions:
    """Indexes of the partitions asked lately; the least recent are dropped when memory is short."""

    store: Memories
    policy: RecallPolicy
    _indexes: OrderedDict[tuple[Partition, str | None], PartitionIndex] = field(
        default_factory=OrderedDict, init=False
    )
    _locks: dict[Partition, asyncio.Lock] = field(default_factory=dict, init=False)

    async def get(self, partition: Partition, spec: EmbedderSpec | None) -> PartitionIndex:
        """Return the partition as it is now, also after another process wrote to it."""
        fingerprint = spec.fingerprint if spec else None
        dims = spec.dense_dims if spec else 0
        key = (partition, fingerprint)
        # Two questions at once must not both apply the same delta.
        async with self._locks.setdefault(partition, asyncio.Lock()):
            index, more = self._indexes.get(key) or PartitionIndex(dims), True
            while more:
                delta = await self.store.delta(
                    partition, fingerprint=fingerprint, since=index.version, limit=_PART
                )
                if index.version and delta.epoch != index.epoch:
                    # The partition was erased and begun again: nothing read before may be used.
                    index = PartitionIndex(dims)
                    continue
                if delta.version != index.version:
                    await off_loop(index.update, delta)
                more = delta.more
            self._indexes[key] = index
            self._indexes.move_to_end(key)
            self._trim()
        return index

    async def tokens(
        self,
        partition: Partition,
        documents: DocumentArrays,
        rows: Ints,
        *,
        spec: EmbedderSpec,
        use: Callable[[TokenBlock], T],
    ) -> T:
        """Return what *use*, which runs beside the loop, makes of the token vectors of these vectors' passages.

        Those not in memory yet are read from the store and kept.
        """
        async with self._locks.setdefault(partition, asyncio.Lock()):
            if documents.tokens.bytes_used > self.policy.warm_token_bytes:
                await off_loop(documents.tokens.clear)  # after what a cancelled question left there
            unknown = documents.tokens.unknown(rows)
            if len(unknown):
                owners = np.unique(documents.owner[unknown])
                ids = {int(row): documents.ids[row] for row in owners if row >= 0}
                vectors = await self.store.tokens(partition, list(ids.values()), fingerprint=spec.fingerprint)
                await off_loop(
                    documents.tokens.put, _by_row(documents, unknown, ids=ids, vectors=vectors, spec=spec)
                )
            return await off_loop(lambda: use(documents.tokens.pick(rows)))

    def drop(self, partition: Partition) -> None:
        """Drop all that is in memory of a partition: some of it was erased."""
        for key in [key for key in self._indexes if key[0] == partition]:
            del self._indexes[key]

    def _trim(self) -> None:
        limit = self.policy.warm_bytes
        while len(self._indexes) > 1 and sum(index.memory for index in self._indexes.values()) > limit:
            (partition, _), _ = self._indexes.popitem(last=False)
            if not any(other == partition for other, _ in self._indexes):
                self._locks.pop(partition, None)


def _by_row(
    documents: DocumentArrays,
    unknown: Ints,
    *,
    ids: Mapping[int, str],
    vectors: Mapping[str, Sequence[TokenVectors]],
    spec: EmbedderSpec,
) -> Iterator[tuple[int, TokenVectors | None]]:
    """Yield what the store has for each of the rows. What is not as the embedder makes it is damaged, and counts as missing."""
    for row, owner in zip(unknown.tolist(), documents.owner[unknown].tolist(), strict=True):
        found = vectors.get(ids[owner], ()) if owner in ids else ()
        # Others than the dense ones: the document was embedded again meanwhile, which the next question sees.
        whole = owner >= 0 and len(found) == documents.vectors[owner]
        passage = found[row - documents.first[owner]] if whole else None
        yield row, passage if passage is not None and passage.width == spec.token_width else None
