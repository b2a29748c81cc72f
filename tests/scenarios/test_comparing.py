"""With recipe `llm`: the model is asked whether a new fact replaces one of an earlier job, and a context takes facts where they say more."""

from __future__ import annotations

import re

import pytest

from lukasa import Context, Memory
from lukasa.config import Settings
from lukasa.policy import JobPolicy
from lukasa.ports.llm import LLMRequest
from lukasa.testing.llm import ScriptedLLM

PAIRS = [
    ("drives a Fiat", "drives a Tesla now"),
    ("plays the cello", "plays the violin now"),
    ("reads crime novels", "reads poetry now"),
    ("trains for a marathon", "trains for a triathlon now"),
    ("uses vim", "uses emacs now"),
    ("trinkt Kaffee", "trinkt jetzt Tee"),
    ("conduce un Fiat", "conduce ahora un Tesla"),
    ("joue du piano", "joue maintenant du violon"),
    ("gioca a tennis", "gioca adesso a padel"),
    ("conduz um Fiat", "conduz agora um Tesla"),
]


@pytest.mark.parametrize("embedder", ["none", "onnx"])
@pytest.mark.parametrize("pair", PAIRS)
def test_a_fact_of_an_earlier_job_is_replaced(pair: tuple[str, str], embedder: str):
    said = iter(f"Ana {words}." for words in pair)

    def reply(request: LLMRequest) -> dict[str, object]:
        if request.purpose == "compare":
            return {"pairs": [{"new": 1, "known": 1, "relation": "replaces"}]}
        text = next(said)
        return {"facts": [{"message": 1, "quote": text, "text": text, "subject": "Ana"}], "summary": "s"}

    model = ScriptedLLM(reply)
    with Memory.open("memory:", settings=Settings(embedder=embedder), llm=model) as memory:
        user = memory.of("u")
        for month, words in enumerate(pair, start=1):
            message = {"role": "user", "name": "Ana", "content": f"Ana {words}."}
            user.remember(message, session=f"s{month}", at=f"2026-0{month}-01T00:00:00Z", wait=True)
        facts = user.facts(status=["current", "superseded"])
    assert [request.purpose for request in model.requests] == ["extract", "extract", "compare"]
    assert sorted((fact.text, fact.status) for fact in facts) == sorted(
        [(f"Ana {pair[0]}.", "superseded"), (f"Ana {pair[1]}.", "current")]
    )


def test_without_vectors_facts_that_share_only_their_subject_are_not_compared():
    said = ["Ana drives a Fiat.", "Ana plays the cello.", "Ana likes tea.", "Ana has two brothers."]
    texts = iter(said)

    def reply(_: LLMRequest) -> dict[str, object]:
        text = next(texts)
        return {"facts": [{"message": 1, "quote": text, "text": text, "subject": "Ana"}], "summary": "s"}

    model = ScriptedLLM(reply)
    with Memory.open("memory:", settings=Settings(embedder="none"), llm=model) as memory:
        for number, text in enumerate(said):
            message = {"role": "user", "name": "Ana", "content": text}
            memory.of("u").remember(message, session=f"s{number}", wait=True)
    assert {request.purpose for request in model.requests} == {"extract"}


SESSIONS = [
    ["Ana drives a Fiat.", "Ana has a beagle called Bo."],
    ["Ana drives a Tesla now.", "Ana reads poetry."],
    ["Ana owns a beagle called Bo.", "Ana drives a Tesla to work."],
]


def test_the_facts_of_several_sessions_share_a_call():
    texts = {text for said in SESSIONS for text in said}

    def reply(request: LLMRequest) -> dict[str, object]:
        shown = request.messages[-1].text
        if request.purpose == "compare":
            known, new = (numbers(part) for part in shown.split("Known facts:"))
            named = [("Ana drives a Tesla now.", "Ana drives a Fiat.", "replaces")]
            named += [("Ana owns a beagle called Bo.", "Ana has a beagle called Bo.", "same")]
            pairs = [
                {"new": known[one], "known": new[other], "relation": relation}
                for one, other, relation in named
            ]
            return {"pairs": pairs}
        return {
            "facts": [
                {"message": 1, "quote": text, "text": text, "subject": "Ana"}
                for text in sorted(texts)
                if text in shown.split("<messages>")[1]
            ]
        }

    model = ScriptedLLM(reply)
    settings = Settings(embedder="none", jobs=JobPolicy(concurrency=1))
    with Memory.open("memory:", settings=settings, llm=model) as memory:
        user = memory.of("u")
        for month, said in enumerate(SESSIONS, start=1):
            message = {"role": "user", "name": "Ana", "content": " ".join(said)}
            user.remember(message, session=f"s{month}", at=f"2026-0{month}-01T00:00:00Z")
        assert user.flush().pending == 0
        facts = {fact.text: fact for fact in user.facts(status=["current", "superseded"])}

    assert [request.purpose for request in model.requests] == ["extract"] * 3 + ["compare"]
    assert facts["Ana drives a Fiat."].status == "superseded"
    assert facts["Ana drives a Fiat."].superseded_by == facts["Ana drives a Tesla now."].id
    assert facts["Ana has a beagle called Bo."].evidence == 2
    assert set(facts) == texts - {"Ana owns a beagle called Bo."}


def numbers(shown: str) -> dict[str, int]:
    return {text: int(number) for number, text in re.findall(r"(?m)^(\d+)\. (.*)$", shown)}


HOBBIES = ("pottery", "fencing", "chess", "sailing", "juggling", "weaving", "archery", "origami")
CHATTER = "It rained all afternoon and the tram was late again, so we stood under the bridge and talked of this and that."


def test_a_context_takes_facts_where_they_say_more_in_fewer_words():
    said = [f"{CHATTER} My new hobby is {hobby}. {CHATTER}" for hobby in HOBBIES]

    def reply(request: LLMRequest) -> dict[str, object]:
        shown = request.messages[-1].text.partition("<messages>")[2]
        found = [hobby for hobby in HOBBIES if f"hobby is {hobby}" in shown]
        facts = [
            {
                "message": number,
                "quote": f"My new hobby is {hobby}",
                "text": f"Ana's new hobby is {hobby}.",
                "subject": "Ana",
            }
            for number, hobby in enumerate(found, start=1)
        ]
        return {"facts": facts, "pairs": []}

    def told(context: Context) -> set[str]:
        return {hobby for hobby in HOBBIES if hobby in context.text}

    with Memory.open("memory:", settings=Settings(embedder="none"), llm=ScriptedLLM(reply)) as memory:
        user = memory.of("u")
        for day, text in enumerate(said, start=1):
            message = {"role": "user", "name": "Ana", "content": text}
            user.remember(message, session=f"s{day}", at=f"2026-01-0{day}T00:00:00Z")
        assert user.flush().ok
        several = "Which hobbies does Ana have?"
        mixed = user.context(several, budget=300)
        turns = user.context(several, budget=300, kinds=("turn",))
        dated = user.context("When was pottery Ana's new hobby?", budget=100)

    assert len(told(turns)) < len(told(mixed))
    assert mixed.turns
    assert mixed.facts
    assert not {turn.id for turn in mixed.turns} & {s.turn for fact in mixed.facts for s in fact.sources}
    assert "pottery" in dated.turns[0].text
