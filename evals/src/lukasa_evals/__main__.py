"""`python -m lukasa_evals`."""

from __future__ import annotations

from lukasa_evals.cli import main

if __name__ == "__main__":
    main()
