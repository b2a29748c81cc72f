"""A partition kept warm: what ranking needs of every document, as arrays, refreshed before each question."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from lukasa.domain.document import Delta, Head
from lukasa.domain.embedding import EmbedderSpec
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.policy import RecallPolicy
from lukasa.ports.store import Memories
from lukasa.retrieval.arrays import Bools, Floats, Ints, grown
from lukasa.retrieval.token_vectors import Picked, TokenRows
from lukasa.retrieval.warm_facts import WarmFacts

TRAITS = ("words", "questions", "asks", "first_person", "times", "numbers", "picture")
"""Columns of `Warm.traits`, named as the fields of `domain.document.Traits`."""


_EMPTY = 4_000
"""About how many bytes a partition without documents takes: asking for many users that are not there must not fill
the memory."""


@dataclass(slots=True)
class Warm:
    """The turns of one partition, and its facts. Row `i` of every array is the turn `ids[i]`."""

    dims: int
    epoch: int = 0
    version: int = 0
    facts: WarmFacts = field(init=False)
    ids: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    """The row of each id."""

    names: list[str] = field(default_factory=list)
    """Speakers met so far; `speaker` holds places in this list, -1 for none."""

    seq: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    at: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    session: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    speaker: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    assistant: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    live: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    embedded: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    traits: Floats = field(default_factory=lambda: np.empty((0, len(TRAITS)), np.float32))
    dense: Floats = field(init=False)
    before: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """Row of the live turn before this one in its session; -1: none."""

    after: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    tokens: TokenRows = field(default_factory=TokenRows)
    """Token vectors, as far as questions needed them."""

    sessions: dict[str | None, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dense = np.empty((0, self.dims), np.float32)
        self.facts = WarmFacts(self.dims)

    @property
    def size(self) -> int:
        """How many turns, retired ones included."""
        return len(self.ids)

    @property
    def bytes(self) -> int:
        """About how much memory this takes."""
        return self.dense.nbytes + self.tokens.bytes + self.size * 400 + self.facts.bytes + _EMPTY

    def update(self, delta: Delta) -> None:
        """Take in what changed."""
        turns = [head for head in delta.heads if head.kind == "turn"]
        new = [head for head in turns if head.id not in self.rows]
        self._grow(len(new))
        for head in new:
            self.rows[head.id] = len(self.ids)
            self.ids.append(head.id)
        for head in turns:
            self._set(self.rows[head.id], head)
        self.facts.update(head for head in delta.heads if head.kind == "fact")
        for gone in delta.gone:
            self._drop(gone)
        if turns or delta.gone:
            self._link()
        self.version, self.epoch = delta.version, delta.epoch

    def _drop(self, id: str) -> None:
        """Forget what was erased, its vectors included; a number without a document stays."""
        if self.facts.drop(id) or (row := self.rows.get(id)) is None:
            return
        self.live[row] = self.embedded[row] = False
        self.dense[row] = 0
        self.tokens.wipe(row)

    def _grow(self, count: int) -> None:
        if not count:
            return
        self.tokens.grow(self.size + count)
        # Room for as many again: a write before each question must not copy the matrix each time.
        room = self.size + count
        if room > len(self.seq):
            room = max(room, 2 * len(self.seq)) if len(self.seq) else room
            for name in ("seq", "at", "session", "speaker", "assistant", "live", "embedded", "traits"):
                setattr(self, name, grown(getattr(self, name), room))
            self.dense = grown(self.dense, room)

    def _set(self, row: int, head: Head) -> None:
        self.seq[row] = head.seq
        self.at[row] = to_micros(head.at)
        self.session[row] = self.sessions.setdefault(head.session, len(self.sessions))
        self.speaker[row] = self._name(head.speaker)
        self.assistant[row] = head.role == "assistant"
        self.live[row] = not head.retired
        self.tokens.forget(row)
        self.traits[row] = [float(getattr(head.traits, name)) for name in TRAITS]
        if head.dense is not None and self.dims:
            self.dense[row] = np.frombuffer(head.dense, np.float32)
            self.embedded[row] = True
        else:
            self.embedded[row] = False

    def _name(self, speaker: str | None) -> int:
        if speaker is None:
            return -1
        if speaker not in self.names:
            self.names.append(speaker)
        return self.names.index(speaker)

    def _link(self) -> None:
        """Find each live turn's neighbours in its session."""
        n = self.size
        self.before = np.full(n, -1, np.int64)
        self.after = np.full(n, -1, np.int64)
        rows = np.flatnonzero(self.live[:n])
        rows = rows[np.lexsort((self.seq[rows], self.session[rows]))]
        earlier, later = rows[:-1], rows[1:]
        same = self.session[earlier] == self.session[later]
        self.before[later[same]] = earlier[same]
        self.after[earlier[same]] = later[same]


@dataclass(slots=True)
class WarmPartitions:
    """The partitions asked lately, the least recent dropped when memory is short."""

    store: Memories
    policy: RecallPolicy
    _held: OrderedDict[tuple[Partition, str | None], Warm] = field(default_factory=OrderedDict, init=False)
    _locks: dict[Partition, asyncio.Lock] = field(default_factory=dict, init=False)

    async def get(self, partition: Partition, spec: EmbedderSpec | None) -> Warm:
        """Return the partition as it is now, also after another process wrote to it."""
        fingerprint = spec.fingerprint if spec else None
        key = (partition, fingerprint)
        # Two questions at once must not both apply the same delta.
        async with self._locks.setdefault(partition, asyncio.Lock()):
            warm = self._held.get(key) or Warm(dims=spec.dense_dims if spec else 0)
            delta = await self.store.delta(partition, fingerprint=fingerprint, since=warm.version)
            if warm.version and delta.epoch != warm.epoch:
                # It was erased as a whole: nothing of what is held may be used again.
                warm = Warm(dims=spec.dense_dims if spec else 0)
                delta = await self.store.delta(partition, fingerprint=fingerprint, since=0)
            if delta.version != warm.version:
                warm.update(delta)
            self._held[key] = warm
            self._held.move_to_end(key)
            self._trim()
        return warm

    async def tokens(
        self, partition: Partition, held: Warm | WarmFacts, rows: Ints, spec: EmbedderSpec
    ) -> Picked:
        """Return the token vectors of these rows of turns or facts; what is not warm yet is read and kept."""
        async with self._locks.setdefault(partition, asyncio.Lock()):
            if held.tokens.bytes > self.policy.warm_token_bytes:
                held.tokens.clear()
            unknown = held.tokens.unknown(rows)
            if len(unknown):
                ids = [held.ids[row] for row in unknown]
                read = await self.store.tokens(partition, ids, fingerprint=spec.fingerprint)
                held.tokens.put((int(row), read.get(id_)) for row, id_ in zip(unknown, ids, strict=True))
            return held.tokens.pick(rows)

    def drop(self, partition: Partition) -> None:
        """Forget all that is held of a partition: some of it was erased."""
        for key in [key for key in self._held if key[0] == partition]:
            del self._held[key]

    def _trim(self) -> None:
        while len(self._held) > 1 and sum(w.bytes for w in self._held.values()) > self.policy.warm_bytes:
            (partition, _), _ = self._held.popitem(last=False)
            if not any(held == partition for held, _ in self._held):
                self._locks.pop(partition, None)
