"""Moves everything from one store into another, partition by partition; begun again, it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable

from lukasa.domain.dump import Migrated
from lukasa.errors import ConfigError, StoreCorruptError
from lukasa.ports.moving import MovableStore


async def move(
    source: MovableStore, target: MovableStore, *, progress: Callable[[Migrated], None] = lambda _: None
) -> Migrated:
    """Carry over what the target lacks, and compare every partition with its original. The source stays as it is.

    Raises `ConfigError` for a partition that the target has with other rows: somebody has written to one of them.
    """
    graves = await source.graves()
    await target.bury(graves)
    done = Migrated(tombstones=len(graves))
    for partition in await source.partitions():
        dump = await source.dump(partition)
        if dump is None:
            continue  # it was erased meanwhile
        there = await target.dump(partition)
        if there is None:
            await target.load(dump)
            there = await target.dump(partition)
            if there is None or there.digest != dump.digest:
                raise StoreCorruptError(f"{partition!r} is not in the target what it is in the source")
            done = _with(done, moved=1, rows=dump.rows)
        elif there.digest == dump.digest:
            done = _with(done, present=1, rows=dump.rows)
        else:
            raise ConfigError(
                f"the target has another memory of {partition!r}: erase it there, or move into an empty store; "
                "nothing may write while a store is moved"
            )
        progress(done)
    return done


def _with(done: Migrated, *, moved: int = 0, present: int = 0, rows: int) -> Migrated:
    return Migrated(
        moved=done.moved + moved,
        present=done.present + present,
        rows=done.rows + rows,
        tombstones=done.tombstones,
    )
