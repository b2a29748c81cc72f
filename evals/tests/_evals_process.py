"""A run as a process of its own, slow enough to be killed in the middle: `python _evals_process.py FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from _evals_runs import ROLES, carry_out, plan

from lukasa.ports.llm import LLM
from lukasa.testing.llm import ScriptedLLM

KILLABLE = ["lukasa-llm", "lukasa-paper", "full"]


def main() -> None:
    slow: dict[str, LLM] = {
        role: ScriptedLLM(script, name=f"openai:{role}", delay=0.02) for role, script in ROLES.items()
    }
    asyncio.run(carry_out(plan(KILLABLE), Path(sys.argv[1]), slow))


if __name__ == "__main__":
    main()
