"""How the server is: what an operator has to know of it beside what `verify` finds."""

from __future__ import annotations

from collections.abc import Mapping

from lukasa.adapters.stores.postgres import migrations
from lukasa.adapters.stores.postgres.connection import StoreAddress
from lukasa.adapters.stores.postgres.sql import Connection, fetch, first, sql


def describe(connection: Connection, address: StoreAddress) -> Mapping[str, str]:
    """Return the server's version and role, how far replicas are behind, and what is dead in its tables."""
    version, replica, commit, superuser, lag, sessions, extensions = first(connection, sql("server"))
    return {
        "schema_version": str(migrations.schema_version(connection, address)),
        "postgresql_version": version,
        "postgresql_extensions": extensions or "none, and none is needed",
        "postgresql_role": f"replica, {lag} s behind" if replica else "primary",
        "standbys": _standbys(connection),
        "synchronous_commit": commit,
        "row_level_security": "bypassed by this role: use one that is no superuser"
        if superuser
        else "in force",
        "dead_rows": _dead_rows(connection, address),
        "indexes": ", ".join(
            [f"{name} is missing" for name in migrations.missing_indexes(connection, address)]
            + [
                f"{name} is not valid: REINDEX it"
                for (name,) in fetch(connection, sql("invalid_indexes"), {"schema": address.schema})
            ]
        )
        or "all there",
        "connections": str(sessions),
    }


def _standbys(connection: Connection) -> str:
    standbys = fetch(connection, sql("standbys"))
    if not standbys:
        return "none"
    if any(behind is None for _, behind in standbys):
        return f"{len(standbys)}; how far behind is shown to roles with pg_monitor"
    synchronous = sum(state in {"sync", "quorum"} for state, _ in standbys)
    most = max(behind for _, behind in standbys)
    return f"{len(standbys)}, {synchronous} synchronous; at most {most:,} bytes behind"


def _dead_rows(connection: Connection, address: StoreAddress) -> str:
    tables = fetch(connection, sql("dead_rows"), {"schema": address.schema})
    total = _percent(sum(dead for _, dead, _ in tables), sum(live for _, _, live in tables))
    if not total:
        return "0 %"
    worst, dead, live = tables[0]
    return f"{total} %; most in {worst!r}: {dead:,}, {_percent(dead, live)} %"


def _percent(dead: int, live: int) -> int:
    return round(100 * dead / max(1, dead + live))
