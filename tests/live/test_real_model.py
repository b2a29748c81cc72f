"""The whole path against a real model, over HTTP. Opt-in: it needs a server, and takes minutes.

    LUKASA_TEST_LLM_URL=http://127.0.0.1:8080/v1 LUKASA_TEST_LLM_MODEL=any ./test tests/live -s

It asserts what must hold of any model, however poor: nothing that was said is lost, every fact rests on words that were said,
and the answer cites what it was shown or abstains.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lukasa import Memory, Settings

URL = os.environ.get("LUKASA_TEST_LLM_URL", "")  # noqa: TID251 - what is tested against is told from outside
MODEL = os.environ.get("LUKASA_TEST_LLM_MODEL", "local")  # noqa: TID251

pytestmark = pytest.mark.skipif(not URL, reason="set LUKASA_TEST_LLM_URL to the base URL of a server")

SAID = [
    ("Priya", "Hi Omar! I finally moved to Tromso last month."),
    ("Omar", "Great! How is the new job?"),
    ("Priya", "I work as a glaciologist at the Polar Institute now. My cat Nimbus hates the cold, though."),
    ("Omar", "Poor Nimbus. I started learning the accordion in January."),
    (
        "Priya",
        "Nice! By the way, I am allergic to shellfish, so no fish soup for me at your party on Saturday.",
    ),
    ("Omar", "Noted, thanks!"),
]


@pytest.mark.parametrize("recipe", ["llm", "paper"])
def test_a_conversation_with_a_real_model(tmp_path: Path, recipe: str):
    settings = Settings(
        llm=f"openai_compatible:{MODEL}",
        llm_url=URL,
        extractor=recipe,
        distil={"timeout": 600},
        llm_concurrency=1,
    )
    messages = [{"role": "user", "name": name, "content": text} for name, text in SAID]
    with Memory.open(tmp_path / "live.lukasa", settings=settings) as memory:
        priya = memory.of("priya")
        receipt = priya.remember(messages, session="s1", at="2026-03-10T18:00:00Z", wait=True)
        facts = priya.facts()
        sys.stdout.write(
            f"\n{recipe}: {receipt.usage}, refused {dict(receipt.refused)}, {list(receipt.warnings)}\n"
        )
        for fact in facts:
            sys.stdout.write(f"  {fact.text} [{fact.attribute}: {fact.value}] since {fact.valid.start}\n")

        assert len(receipt.turns) == len(SAID)
        assert receipt.pending == 0, receipt.warnings
        for fact in facts:
            assert all(each.quote in each.turn.text for each in priya.why(fact.id).testimony)
        assert "shellfish" in priya.recall("What is Priya allergic to?", limit=3).hits[0].text

        answer = priya.ask("What is Priya allergic to?")
        sys.stdout.write(f"  ask: {answer.text!r} (abstained: {answer.abstained}, {answer.reason})\n")
        assert answer.abstained or answer.citations
        assert memory.doctor(prove=True).stages
        assert memory.verify().ok
