"""Runs one case in a process of its own: `worker.py CASE < arguments.json > result.json`."""

from __future__ import annotations

import json
import sys

import starting

if __name__ == "__main__":
    name, given = sys.argv[1], json.load(sys.stdin)
    if name in starting.CASES:
        found = starting.CASES[name](given)
    else:
        from cases import CASES

        found = CASES[name](given)
    print(json.dumps(found))
