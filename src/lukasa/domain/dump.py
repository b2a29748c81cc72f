"""All that a store keeps of one partition, as rows that any store of rows can read: what `lukasa migrate` carries over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias

from lukasa.domain.scope import Partition

DumpRow: TypeAlias = "tuple[Any, ...]"

DUMPED: Mapping[str, tuple[str, ...]] = {
    "partitions": ("version", "seq", "documents", "terms", "facts", "fact_terms", "digest"),
    "documents": (
        "seq", "name", "kind", "version", "at", "at_offset", "session", "agent", "speaker", "role", "origin", "retired_at",
        "retired_offset", "words", "length", "terms", "passages", "analysis",
    ),
    "turns": ("seq", "key", "recorded_at", "recorded_offset", "metadata", "text"),
    "facts": (
        "seq", "key", "occurrence", "slot", "subject", "revision", "current", "valid_from", "valid_to", "expires_at", "turns",
        "text",
    ),
    "fact_versions": ("seq", "revision", "version", "body"),
    "fact_sources": ("seq", "turn"),
    "vectors": ("fingerprint", "seq", "dense", "passages"),
    "token_vectors": ("fingerprint", "seq", "dims", "codes", "counts"),
    "extractions": ("seq", "extractor", "facts", "refused", "fallback"),
    "changes": (
        "version", "op", "name", "verb", "at", "at_offset", "reason", "digest", "call", "caused_by", "content",
    ),
    "jobs": (
        "name", "kind", "session", "state", "due_at", "created_at", "attempts", "wanted", "worker", "leased_until", "error",
        "guidance",
    ),
    "summaries": ("session", "text", "through", "made_by", "updated_at"),
    "usage": (
        "day", "purpose", "model", "calls", "tokens_in", "tokens_out", "tokens_cached", "dollars", "unpriced",
    ),
}  # fmt: skip
"""The tables and their columns, in the order in which they may be written. Documents are named by `seq`, embedders by
fingerprint. What follows from these (full-text, attributes) is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionDump:
    """The rows of one partition, by table."""

    partition: Partition
    tables: Mapping[str, Sequence[DumpRow]]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.tables.values()))

    @property
    def digest(self) -> str:
        """The same for the same rows, whichever store they are from."""
        hashed = blake2b(digest_size=20)
        for table in DUMPED:
            for row in sorted(map(repr, self.tables[table])):
                hashed.update(f"{table}{row}\n".encode())
        return hashed.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What `migrate` did."""

    moved: int = 0
    """Partitions that were carried over, each compared with the original by the digest of its rows."""

    present: int = 0
    """Partitions that were there already, row by row, from a run before."""

    rows: int = 0
    """Rows of all of these."""

    tombstones: int = 0
    """Digests of what was erased and must not come back."""
