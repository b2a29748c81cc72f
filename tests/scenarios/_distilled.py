"""A small conversation, the facts that it holds, and a model that finds them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage

SAID = [
    {"role": "user", "name": "Ada", "content": "I live in Lisbon and I play the cello."},
    {"role": "user", "name": "Ben", "content": "Nice! My dog Rufus hates the cello."},
    {"role": "user", "name": "Ada", "content": "I am allergic to walnuts, by the way."},
]
AT = "2026-03-01T12:00:00Z"


def fact(message: int, quote: str, text: str, subject: str, **more: Any) -> dict[str, Any]:
    """Return a fact as a model fills it in."""
    return {
        "message": message, "quote": quote, "text": text, "subject": subject, "kind": "fact",
        "attribute": None, "value": None, "when": None, "denied": False, "ended": False, "stance": "stated", **more,
    }  # fmt: skip


KNOWN = {
    "I live in Lisbon": fact(
        1, "I live in Lisbon", "Ada lives in Lisbon.", "Ada", attribute="lives_in", value="Lisbon"
    ),
    "I play the cello": fact(
        1, "I play the cello", "Ada plays the cello.", "Ada", attribute="does", value="play the cello"
    ),
    "My dog Rufus": fact(
        2, "My dog Rufus", "Ben has a dog called Rufus.", "Ben", attribute="pet", value="Rufus"
    ),
    "I am allergic to walnuts": fact(
        3,
        "I am allergic to walnuts",
        "Ada is allergic to walnuts.",
        "Ada",
        attribute="allergic_to",
        value="walnuts",
    ),
}
TEXTS = sorted(each["text"] for each in KNOWN.values())


def extracted(user: str) -> dict[str, Any]:
    """Return what a good model fills in for a prompt of the recipe `llm`."""
    block = user.split("<messages>")[1]
    found = []
    for number, said in re.findall(r"^\[(\d+)\] \w+: (.*)$", block, re.MULTILINE):
        found += [{**known, "message": int(number)} for quote, known in KNOWN.items() if quote in said]
    return {"facts": found, "summary": "Ada and Ben talk."}


def good(request: LLMRequest) -> LLMReply:
    """Answer as a good model does."""
    user = request.messages[-1].text
    text = json.dumps(extracted(user)) if "<messages>" in user else json.dumps({"pairs": []})
    return LLMReply(text=text, model="scripted", usage=TokenUsage(tokens_in=100, tokens_out=50))


def served(body: Mapping[str, Any]) -> str:
    """Answer over HTTP as a good model does."""
    user = next(m["content"] for m in reversed(body["messages"]) if "<messages>" in m["content"])
    return json.dumps(extracted(user))
