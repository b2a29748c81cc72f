"""How much of PostgreSQL, and how many servers, so many users need, from figures that were measured; change these, not the result.

python scripts/sizing.py --users 1000000 --turns 200 --calls 20
"""

from __future__ import annotations

import argparse
import json
import math

# As measured by benchmarks/fleet.py with 1,062,000 facts and 720,000 turns, table by table, indexes included.
TURN_KB = 1.5
FACT_KB = 3.2

# As measured by benchmarks/large.py; vectors of the size that the bundled model makes.
TURN_VECTORS_KB = 2.0
"""Of twenty words."""

FACT_VECTORS_KB = 1.1
"""Reckoned from that for eight words."""

FACTS_A_TURN = 0.4
"""What the rules find in chats: 1,251 facts in 3,120 short turns."""

WARM_KB_A_TURN = 1.3
"""Of a user's turns in a process: heads, dense vectors, names."""

# Processor time of a call over HTTP, four of five a recall, by benchmarks/fleet.py; the embedder's is not in it.
SERVER_MS_A_CALL = 16.0
DATABASE_MS_A_CALL = 7.0
EMBEDDER_MS_A_CALL = 6.0
"""Of the bundled model: some 5 for a question, 9 for a turn (benchmarks/README.md)."""

# Chosen, not measured.
FREE_SHARE = 0.3
"""Room for updates, dead rows and the rewrite of a piece."""

LARGEST_SERVER_TB = 2.0
"""What one server of a database is given: a larger one takes too long to restore."""

LIVE_SHARE = 0.02
"""Users of whom a process keeps passages and vectors in memory at once."""

PEAK = 4.0
"""The busiest hour has so many times the calls of the average one."""

BUSY = 0.5
"""Share of a core that is used in that hour."""


def plan(users: int, turns: int, calls: int) -> dict[str, float | int]:
    """Return what that many users with that many turns each, and so many calls a day, need."""
    turn = TURN_KB + TURN_VECTORS_KB + FACTS_A_TURN * (FACT_KB + FACT_VECTORS_KB)
    terabytes = users * turns * turn * (1 + FREE_SHARE) / 1e9
    shards = max(1, math.ceil(terabytes / LARGEST_SERVER_TB))
    peak = users * calls / 86_400 * PEAK
    return {
        "turns": users * turns,
        "facts": round(users * turns * FACTS_A_TURN),
        "terabytes": round(terabytes, 3),
        "databases_with_a_standby_each": shards,
        "pieces_of_each_table": max(16, 2 ** math.ceil(math.log2(max(1, terabytes / shards * 1e3 / 16)))),
        "calls_a_second_at_the_peak": round(peak),
        "server_processes_of_a_core_each": math.ceil(
            peak * (SERVER_MS_A_CALL + EMBEDDER_MS_A_CALL) / 1e3 / BUSY
        ),
        "cores_of_all_databases": math.ceil(peak * DATABASE_MS_A_CALL / 1e3 / BUSY),
        "warm_gigabytes_of_all_processes": round(users * LIVE_SHARE * turns * WARM_KB_A_TURN / 1e6, 2),
    }


def main() -> None:
    """Print the plan as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--calls", type=int, default=20, help="of a user a day")
    options = parser.parse_args()
    print(json.dumps(plan(options.users, options.turns, options.calls), indent=2))


if __name__ == "__main__":
    main()
