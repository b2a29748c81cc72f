"""Cleaning the files of tables and indexes of the bytes of what was erased.

PostgreSQL leaves deleted rows in their pages, and, after a plain VACUUM, in the gaps of these. Only a rewrite lets go of them:
of the piece of each table in which the partition lies, while nobody else can use that piece. What it cannot reach is said in
SECURITY.md: the write-ahead log until its segments are used again, replicas that lag, and backups.
"""

from __future__ import annotations

import logging
from uuid import UUID

import psycopg
from psycopg import sql as composed

from lukasa.adapters.stores.postgres.connection import ALL, MOVED
from lukasa.adapters.stores.postgres.sql import Connection, Values, fetch, first, run, sql

TABLES = (
    "partitions", "documents", "turns", "facts", "fact_versions", "fact_sources", "attributes", "passages", "vectors",
    "token_vectors", "extractions", "changes", "tombstones", "jobs", "summaries", "usage", "commits",
)  # fmt: skip

_LARGEST = 256 * 2**20
"""Bytes of a piece that an erasure rewrites at once, which takes some seconds; a larger one is left to `compact`."""

_LOCK = "2s"
"""How long a rewrite waits for others that use the piece: whoever comes after it waits as well."""

_NAME = "scrub "
_log = logging.getLogger(__name__)


def owe_scrub(connection: Connection, partition: UUID) -> None:
    """Note, in the transaction of an erasure, in which piece its bytes are."""
    (piece,) = first(connection, sql("piece_of"), {"partition": partition})
    run(connection, sql("owe_scrub"), {"name": f"{_NAME}{piece}"})


def owed(connection: Connection) -> dict[int, str]:
    """Return the pieces in which bytes of what was erased may be left, each with a number that grows with each erasure."""
    rows = fetch(connection, sql("owed_scrubs"))
    return {int(name.removeprefix(_NAME)): value for name, value in rows}


def scrub(connection: Connection, *, everything: bool = False) -> bool:
    """Rewrite the pieces that hold what was erased, or all of them, of any size (*everything*); return whether that is done."""
    run(connection, sql("enter_session"), {"scope": ALL, "lock": _LOCK})
    owing = owed(connection)
    pieces = range(first(connection, sql("pieces"))[0]) if everything else sorted(owing)
    complete = True
    if pieces:  # not in the erasure, which itself leaves a row there by which it knows that it took effect
        run(connection, sql("drop_commits"), {"moved": MOVED})
    for piece in pieces:
        names = [f"{table}_{piece}" for table in TABLES]
        whole = everything or first(connection, sql("size_of"), {"names": names})[0] <= _LARGEST
        if _rewritten(connection, names, full=whole) and whole:
            done: Values = {"name": f"{_NAME}{piece}", "value": owing.get(piece, "")}
            run(connection, sql("end_scrub"), done)
        else:
            complete = False
    return complete


def _rewritten(connection: Connection, names: list[str], *, full: bool) -> bool:
    tables = composed.SQL(", ").join(map(composed.Identifier, names))
    command = "VACUUM (FULL) {}" if full else "VACUUM {}"
    try:
        connection.execute(composed.SQL(command).format(tables))
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DiskFull) as error:
        # The rows are gone: to raise would say that nothing happened.
        _log.warning("bytes of what was erased are still in the files of the store: %s", type(error).__name__)
        return False
    return True
