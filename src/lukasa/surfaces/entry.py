"""Where `lukasa` begins. Hooks come first: a coding agent waits for them, and they need nothing of the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """Run one command and return its exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["hook"] and "--help" not in arguments:
        from lukasa.surfaces.hooks.run import main as hook  # noqa: PLC0415 - see above

        hook(arguments[1:])
    from lukasa.surfaces.cli.main import main as command  # noqa: PLC0415

    return command(arguments)


if __name__ == "__main__":
    sys.exit(main())
