"""Write the description of the HTTP interface, `clients/openapi.json`, from which the TypeScript client has its types.

    python scripts/openapi.py            # then, in clients/typescript: npm run types
    python scripts/openapi.py --check    # exit 1 when it is not today's
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lukasa.surfaces.http.app import description

FILE = Path(__file__).parents[1] / "clients/openapi.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    text = json.dumps(shortened(description()), indent=1, ensure_ascii=False) + "\n"
    if not parser.parse_args().check:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text("utf-8") == text:
        return 0
    print("clients/openapi.json is not today's: run scripts/openapi.py, and `npm run types`", file=sys.stderr)
    return 1


def shortened(value: Any) -> Any:
    """Return a schema without the titles that repeat names, which types have no use for."""
    if isinstance(value, list):
        return [shortened(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: shortened(each) for name, each in value.items() if not (name == "title" and isinstance(each, str))
    }


if __name__ == "__main__":
    sys.exit(main())
