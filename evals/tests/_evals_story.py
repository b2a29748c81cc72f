"""A conversation of our own, two models that know it, and what a system is given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lukasa import Settings
from lukasa.adapters import registry
from lukasa.ports.llm import LLM, LLMReply, LLMRequest, TokenUsage, ToolCall
from lukasa_evals.datasets.values import Conversation, Label, Question, Said, Session
from lukasa_evals.retrieval.vectors import EngineVectors
from lukasa_evals.systems.system import Tools

SESSIONS = (
    (
        "session_1",
        datetime(2024, 3, 3, 9, 5, tzinfo=UTC),
        (
            ("D1:1", "Ines", "Morning Olu! I live in Porto now, above a bakery.", None),
            ("D1:2", "Olu", "Porto! I planted tomatoes on my balcony in Lagos.", None),
            ("D1:3", "Ines", "My sister Petra adopted a cat named Miso.", "a grey cat on a piano"),
            ("D1:4", "Olu", "Lovely. I work at the harbour office these days.", None),
        ),
    ),
    (
        "session_2",
        datetime(2024, 6, 21, 19, 30, tzinfo=UTC),
        (
            ("D2:1", "Olu", "The tomatoes are ripe. I sold 12 jars of sauce at the market.", None),
            ("D2:2", "Ines", "I left Porto last week. I live in Braga now.", None),
            ("D2:3", "Olu", "Do you like Braga?", None),
            ("D2:4", "Ines", "I love it. I play the cello in a theatre there.", None),
        ),
    ),
)

QUESTIONS = (
    ("What did Olu sell at the market?", 4, ("D2:1",), "12 jars of sauce"),
    ("Where has Ines lived?", 1, ("D1:1", "D2:2"), "Porto, Braga"),
    ("When did Ines leave Porto?", 2, ("D2:2",), "June 2024"),
    ("What is Petra's cat called?", 4, ("D1:3",), "Miso"),
    ("Would Olu enjoy a garden?", 3, ("D1:2",), "Yes"),
    ("Which boat does Ines own?", 5, ("D1:1",), None),
)


def conversation(name: str = "pair-0") -> Conversation:
    sessions = [
        Session(
            name=session,
            at=at,
            turns=[Said(id=id_, speaker=who, text=text, caption=photo) for id_, who, text, photo in turns],
        )
        for session, at, turns in SESSIONS
    ]
    questions = [
        Question(index=place, text=text, category=category, published=Label(evidence, answer))
        for place, (text, category, evidence, answer) in enumerate(QUESTIONS)
    ]
    return Conversation(id=name, split="dev", sessions=sessions, questions=questions)


@contextmanager
def tools(folder: Path, llm: LLM | None = None, budget: int = 500) -> Iterator[Tools]:
    settings = Settings(embedder="hashing", tokens="estimate")
    with EngineVectors(settings) as vectors:
        yield Tools(
            llm=llm,
            vectors=vectors,
            counter=registry.token_counter("estimate")(),
            folder=folder,
            common=folder,
            settings=settings,
            budget=budget,
        )


USAGE = TokenUsage(tokens_in=100, tokens_out=10)

_THIRD = {"live": "lives", "work": "works", "love": "loves", "play": "plays"}


def scholar(request: LLMRequest) -> LLMReply:
    """Do a memory model's work by the simplest rule there is: every sentence with "I" is a fact about its speaker."""
    made = _MADE.get(request.purpose)
    return made(request) if made is not None else said(_OTHERWISE[request.purpose])


def _extracted(request: LLMRequest) -> LLMReply:
    told = request.messages[-1].text
    if "<messages>" in told:
        return said({"facts": list(_facts(told.rpartition("<messages>")[2])), "summary": "They talked."})
    return said({"facts": [fact["text"] for fact in _facts(told.rpartition("exchange:")[2])]})


def _added(request: LLMRequest) -> LLMReply:
    return LLMReply(calls=(ToolCall(request.tools[0].name, "{}"),), usage=USAGE, model="scholar")


def _paused(request: LLMRequest) -> LLMReply:
    return said({"label": int(re.findall(r"(?m)^<(\d+)>$", request.messages[-1].text)[0])})


def _observed(told: str) -> Iterator[dict[str, object]]:
    for line in told.splitlines():
        found = re.match(r"\[(\d+)\] \[.*?\] (\w+): (.*I .+)", line)
        if found:
            yield {"text": f"{found[2]} said: {found[3]}", "turns": [int(found[1]), 99]}


def agent(request: LLMRequest) -> LLMReply:
    """Keep one line of a full view; look once for a question, and then answer."""
    begun = len(request.messages) > 2
    if request.purpose == "memgpt keep":
        call = ("done", {}) if begun else ("core_memory_append", {"text": "Ines plays the cello."})
    elif not begun and len(request.tools) > 1:
        question = request.messages[-1].text.rpartition("Question: ")[2]
        call = ("conversation_search", {"query": question})
    else:
        call = (
            "send_message",
            {"text": "12 jars of sauce" if "12 jars" in request.messages[-1].text else "I don't know."},
        )
    return LLMReply(calls=(ToolCall(call[0], json.dumps(call[1])),), usage=USAGE, model="scholar")


_MADE = {
    "extract": _extracted,
    "decide": _added,
    "locomo_observations": lambda request: said({"observations": list(_observed(request.messages[-1].text))}),
    "readagent_pause": _paused,
    "memgpt keep": agent,
    "memgpt answer": agent,
}

_OTHERWISE = {
    "locomo_summary": {"summary": "They talked about sauce."},
    "readagent_gist": {"gist": "They talked."},
    "readagent_lookup": {"pages": [0, 0, 17]},
    "memorybank_day": {"text": "A day."},
    "memorybank_person": {"text": "Friendly."},
    "memorybank_all": {"text": "Two days."},
    "memorybank_portrait": {"text": "Ines and Olu are friendly."},
    "amem_note": {"keywords": ["talk"], "context": "They talk.", "tags": ["life"]},
    "amem_evolve": {"links": [1, 42], "revised": [{"note": 1, "context": "They still talk.", "tags": []}]},
    "compare": {"pairs": []},
    "summarise": {"summary": "They talked."},
    "entities": {"entities": [{"name": "Ines", "type": "person"}, {"name": "Porto", "type": "place"}]},
    "relations": {"relations": []},
}


def said(value: object) -> LLMReply:
    text = value if isinstance(value, str) else json.dumps(value)
    return LLMReply(text=text, usage=USAGE, model="scholar", milliseconds=5.0, dollars=0.001)


def _facts(told: str) -> Iterator[dict[str, object]]:
    for line in told.splitlines():
        found = re.match(r"(?:\[(\d+)\] )?(\w+): (.+)", line)
        for sentence in re.split(r"(?<=[.!?]) ", found[3]) if found else ():
            if found and (stated := re.match(r"I (\w+)(.*?)[.,!]", sentence)):
                verb = _THIRD.get(stated[1], stated[1])
                yield {
                    "message": int(found[1] or 0),
                    "quote": stated[0].rstrip(".,!"),
                    "text": f"{found[2]} {verb}{stated[2]}.",
                    "subject": found[2],
                }


def reader(request: LLMRequest) -> LLMReply:
    """Answer by looking for the gold answer's first word in what is shown."""
    told = request.messages[-1].text
    question = re.search(r"Question: (.+)", told)
    for text, _, _, answer in QUESTIONS:
        if question and question[1] == text and answer and answer.split(",")[0].split()[0] in told:
            return said(answer)
    return said("I don't know.")
