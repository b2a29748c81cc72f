"""What it takes to distil facts with a model: calls and tokens for each recipe, counted with a scripted model.

    python benchmarks/extraction_cost.py --data DIR [--conversations N]

The scripted model answers with the observations that come with the LoCoMo data set (about half a fact a turn), so replies
have a realistic length. Tokens are characters divided by 4.2. Nothing of the data set is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from lukasa import AsyncMemory, Settings
from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage, ToolCall
from lukasa.testing.llm import ScriptedLLM

_CHARACTERS_A_TOKEN = 4.2


class Observer:
    """Answers from the observations of one conversation."""

    def __init__(self, conversation: dict[str, Any]) -> None:
        self._facts: dict[str, list[str]] = {}
        by_id = {
            turn["dia_id"]: " ".join(turn["text"].split())
            for name, turns in conversation["conversation"].items()
            if re.fullmatch(r"session_\d+", name)
            for turn in turns
        }
        for session in conversation["observation"].values():
            for observed in session.values():
                for text, ids in observed:
                    for dia_id in re.findall(r"D\d+:\d+", str(ids))[:1]:
                        if dia_id in by_id:
                            self._facts.setdefault(by_id[dia_id], []).append(text)

    def __call__(self, request: LLMRequest) -> LLMReply:
        """Reply as a model of the recipe would."""
        user = request.messages[-1].text
        text, calls = "", ()
        match request.purpose:
            case "extract" if "<messages>" in user:
                block = user.split("<messages>")[1].split("</messages>")[0]
                text = json.dumps({"facts": list(self._extracted(block)), "summary": "They talk. " * 30})
            case "extract":
                block = user.split("The new exchange:")[1]
                text = json.dumps({"facts": [f for _, said in _lines(block) for f in self._of(said)]})
            case "decide":
                calls = (ToolCall("add_memory", "{}"),)
            case "compare":
                text = json.dumps({"pairs": []})
            case "summarise":
                text = json.dumps({"summary": "They talk. " * 60})
        asked = sum(len(message.text) for message in request.messages)
        asked += sum(
            len(json.dumps(dict(shape.schema))) for shape in (request.shape, *request.tools) if shape
        )
        usage = TokenUsage(
            tokens_in=round(asked / _CHARACTERS_A_TOKEN),
            tokens_out=round((len(text) + sum(len(c.arguments) for c in calls)) / _CHARACTERS_A_TOKEN),
        )
        return LLMReply(text=text, calls=calls, model="scripted", usage=usage)

    def _extracted(self, block: str) -> Any:
        for number, said in _lines(block):
            for fact in self._of(said):
                yield {
                    "message": number, "quote": said, "text": fact, "subject": fact.split()[0],
                    "kind": "fact", "attribute": None, "value": None, "when": None,
                    "denied": False, "ended": False, "stance": "stated",
                }  # fmt: skip

    def _of(self, said: str) -> list[str]:
        return next((facts for text, facts in self._facts.items() if text and text in said), [])


def _lines(block: str) -> list[tuple[int, str]]:
    found = re.findall(r"^(?:\[(\d+)\] )?[^:\n(\[]{1,40}: (.*)$", block, re.MULTILINE)
    return [(int(number or 0), text) for number, text in found]


def _messages(conversation: dict[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    spoken = conversation["conversation"]
    return [
        (name, [{"role": "user", "name": turn["speaker"], "content": turn["text"]} for turn in turns])
        for name, turns in spoken.items()
        if re.fullmatch(r"session_\d+", name) and turns
    ]


async def measure(conversation: dict[str, Any], recipe: str, folder: Path) -> tuple[int, Counter[str]]:
    """Take a conversation in, session by session, and count."""
    model = ScriptedLLM(Observer(conversation))
    settings = Settings(extractor=recipe)
    count: Counter[str] = Counter()
    turns = 0
    async with await AsyncMemory.open(folder / f"{recipe}.lukasa", settings=settings, llm=model) as memory:
        alice = memory.of(user=conversation["sample_id"])
        for name, messages in _messages(conversation):
            await alice.remember(messages, session=name, at="2023-05-08T12:00:00+00:00", wait=True)
            turns += len(messages)
        for spent in await alice.usage():
            count[f"{spent.purpose} calls"] += spent.calls
            count["calls"] += spent.calls
            count["tokens in"] += spent.tokens_in
            count["tokens out"] += spent.tokens_out
        count["facts"] = (await alice.stats()).facts
    return turns, count


async def main() -> None:
    """Print a line for each recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--conversations", type=int, default=3)
    options = parser.parse_args()
    conversations = json.loads((options.data / "locomo10.json").read_text())[: options.conversations]
    for recipe in ("llm", "paper"):
        total: Counter[str] = Counter()
        turns = 0
        for conversation in conversations:
            with tempfile.TemporaryDirectory() as folder:
                more, count = await measure(conversation, recipe, Path(folder))
            turns, total = turns + more, total + count
        told = ", ".join(f"{name} {number / turns * 1000:,.0f}" for name, number in sorted(total.items()))
        print(f"{recipe}: {turns:,} turns; for 1,000 turns: {told}")


if __name__ == "__main__":
    asyncio.run(main())
