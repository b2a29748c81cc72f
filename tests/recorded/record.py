"""Record the replies of the model to the conversation again: after a prompt or a recipe changed.

python tests/recorded/record.py
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from _model import reply
from _story import remembered

from lukasa.adapters.wrappers.recorded import RecordedLLM
from lukasa.testing.llm import ScriptedLLM

HERE = Path(__file__).parent


async def main() -> None:
    """Write a file of replies for each recipe."""
    for recipe in ("llm", "paper"):
        path = HERE / f"replies-{recipe}.jsonl"
        path.unlink(missing_ok=True)
        model = RecordedLLM(ScriptedLLM(reply, name="scripted:model"), path, mode="record")
        async with remembered("memory:", recipe, model) as nadia:
            await nadia.ask("Where does Nadia live now?")
            if recipe == "llm":
                # Read again, a session meets the facts of later ones.
                await nadia.reextract()
        path.chmod(0o644)


if __name__ == "__main__":
    asyncio.run(main())
