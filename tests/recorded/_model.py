"""A model that reads well: it answers from the conversation's own table, whatever recipe asks."""

from __future__ import annotations

import json
import re
from typing import Any

from _conversation import DECISIONS, SESSIONS, Said

from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage, ToolCall

_CHARACTERS_A_TOKEN = 4
_KNOWN = {said.text: said for _, messages in SESSIONS.values() for said in messages}


def reply(request: LLMRequest) -> LLMReply:
    """Return what a good model would say, with the tokens that it would take."""
    user = request.messages[-1].text
    match request.purpose:
        case "extract" if "<messages>" in user:
            text, calls = json.dumps(_extracted(user)), ()
        case "extract":
            text, calls = json.dumps({"facts": _paper_facts(user)}), ()
        case "decide":
            text, calls = "", (_decided(user),)
        case "summarise":
            text, calls = json.dumps({"summary": _summary(user)}), ()
        case "compare":
            text, calls = json.dumps({"pairs": []}), ()
        case _:
            text, calls = _answered(user), ()
    asked = sum(len(message.text) for message in request.messages)
    return LLMReply(
        text=text,
        calls=calls,
        model="scripted",
        usage=TokenUsage(tokens_in=asked // _CHARACTERS_A_TOKEN, tokens_out=len(text) // _CHARACTERS_A_TOKEN),
    )


def _said(block: str) -> list[tuple[int, Said]]:
    lines = re.findall(r"^(?:\[(\d+)\] )?(?:Nadia|Tom): (.*)$", block, re.MULTILINE)
    return [(int(number or 0), _KNOWN[text]) for number, text in lines if text in _KNOWN]


def _extracted(user: str) -> dict[str, Any]:
    block = user.split("<messages>")[1].split("</messages>", maxsplit=1)[0]
    facts = [{"message": number, **fact} for number, said in _said(block) for fact in said.facts]
    return {"facts": facts, "summary": f"Nadia and Tom talk ({len(facts)} facts)."}


def _paper_facts(user: str) -> list[str]:
    block = user.split("The new exchange:")[1]
    return [fact["text"] for _, said in _said(block) for fact in said.facts]


def _decided(user: str) -> ToolCall:
    text = user.split("New fact: ")[1].split("\n", maxsplit=1)[0].partition(") ")[2]
    known = re.findall(r"^(\d+)\. \([^)]*\) (.*)$", user.split("Known memories:")[1], re.MULTILINE)
    for number, memory in known:
        if memory == text:
            return ToolCall("keep_memory", json.dumps({"id": int(number)}))
    operation, about, wording = DECISIONS.get(text, ("add", "", ""))
    for number, memory in known:
        if about and about in memory:
            more = {"text": wording} if operation == "update" else {}
            return ToolCall(f"{operation}_memory", json.dumps({"id": int(number), **more}))
    return ToolCall("add_memory", "{}")


def _summary(user: str) -> str:
    block = user.split("Messages since:")[1]
    return f"Nadia and Tom talk; {len(_said(block))} more messages."


def _answered(user: str) -> str:
    """Cite the first piece of evidence that names Braga."""
    found = re.search(r"^\W*(\d+)\W.*Braga.*$", user, re.MULTILINE)
    return f"Nadia lives in Braga [{found.group(1)}]." if found else "I don't know"
