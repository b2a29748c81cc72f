"""With recipe `llm`, the model is asked whether a new fact replaces one of an earlier job, whatever it is about."""

from __future__ import annotations

import pytest

from lukasa import Memory
from lukasa.config import Settings
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
