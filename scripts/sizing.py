"""How much of PostgreSQL so many users need, from figures that were measured; change these, not the result.

python scripts/sizing.py --users 1000000 --turns 200
"""

from __future__ import annotations

import argparse
import json
import math

# As measured by benchmarks/postgres.py (docs/postgresql.md says where); vectors as the bundled models make them.
ROWS_KB_A_TURN = 6.8
"""3,120 short turns with 1,251 facts took 21.2 MB, the small vectors of the hashing embedder included."""

VECTORS_KB_A_TURN = 4.0
"""Dense and token vectors of a passage (docs/adr/0004-vectors.md); a turn of a chat is one."""

FREE_SHARE = 0.3
"""Room for updates, dead rows and the rewrite of a piece."""

LARGEST_SERVER_TB = 2.0
"""What one server is given: a larger one takes too long to restore. Chosen, as the shares are, and not measured."""

LIVE_SHARE = 0.02
"""Users of whom a process keeps passages and vectors in memory at once."""

WARM_KB_A_TURN = 1.0
"""Of a user's turns in a process: heads, dense vectors, names."""


def plan(users: int, turns: int) -> dict[str, float | int]:
    """Return what that many users with that many turns each need."""
    rows = users * turns
    terabytes = rows * (ROWS_KB_A_TURN + VECTORS_KB_A_TURN) * (1 + FREE_SHARE) / 1e9
    shards = max(1, math.ceil(terabytes / LARGEST_SERVER_TB))
    return {
        "turns": rows,
        "terabytes": round(terabytes, 3),
        "servers_with_a_standby_each": shards,
        "pieces_of_each_table": max(16, 2 ** math.ceil(math.log2(max(1, terabytes / shards * 1e3 / 16)))),
        "warm_gigabytes_of_all_processes": round(users * LIVE_SHARE * turns * WARM_KB_A_TURN / 1e6, 2),
    }


def main() -> None:
    """Print the plan as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=200)
    options = parser.parse_args()
    print(json.dumps(plan(options.users, options.turns), indent=2))


if __name__ == "__main__":
    main()
