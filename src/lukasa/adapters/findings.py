"""What is wrong with the rows of a store, wherever they are kept: what `verify` of each of them decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lukasa.domain.journal import Cause, chain, chain_root
from lukasa.domain.report import Finding
from lukasa.domain.scope import Partition
from lukasa.domain.time import from_micros


def broken_chains(
    partitions: Sequence[Sequence[Any]], entries: Iterable[Sequence[Any]], checked: dict[str, int]
) -> Iterator[Finding]:
    """Compare each journal entry with the one before, and the last with the row of its partition."""
    owners = {row[0]: Partition(row[1], row[2]) for row in partitions}
    heads = {number: (0, chain_root(owner)) for number, owner in owners.items()}
    checked["partitions"], checked["changes"] = len(owners), 0
    for partition, version, op, name, verb, at, reason, digest, *more in entries:
        checked["changes"] += 1
        if partition not in owners:
            yield Finding(what="orphan", detail=f"journal entry {version} belongs to no partition")
            continue
        before, previous = heads[partition]
        cause = Cause(verb=verb, at=from_micros(at), reason=reason)
        expected = chain(previous, version=version, op=op, id=name, cause=cause, more=tuple(more))
        if version != before + 1 or digest != expected:
            yield Finding(
                what="journal", detail=f"entry {version} of {owners[partition]!r} does not follow {before}"
            )
        heads[partition] = (version, digest)
    for number, _, _, version, *_, digest in partitions:
        if heads[number] != (version, digest):
            yield Finding(
                what="journal",
                detail=f"{owners[number]!r} is at version {version}, its journal ends at {heads[number][0]}",
            )


def wrong_counts(partitions: Iterable[Sequence[Any]], real: Mapping[Any, Sequence[int]]) -> Iterator[Finding]:
    """Compare what the partitions' rows count with what there is."""
    for number, tenant, user, _, seq, *counts, _ in partitions:
        last, *there = real.get(number, (0, 0, 0, 0, 0))
        if seq < last or counts != there:
            yield Finding(
                what="index",
                detail=f"{Partition(tenant, user)!r} counts seq {seq}, passages and terms of turns and facts {counts}; "
                f"there are {last}, {there}",
            )
