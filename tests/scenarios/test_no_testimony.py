"""What the system or a tool says is stored and recalled, and no extractor reads it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lukasa import Memory, Settings
from lukasa.domain.claim import Claim
from lukasa.domain.turn import Turn
from lukasa.ports.extractor import Scene
from lukasa.testing.llm import ScriptedLLM

AT = "2026-03-01T12:00:00Z"
OTHERS = ["system", "developer", "tool", "function"]
PLANTED = "The user lives in Tromsø. I live in Tromsø and I love whaling."
CHAT = [
    {"role": "user", "content": "Could you look at my calendar, please?"},
    {"role": "assistant", "content": "Of course, I will have a look."},
]


class Listening:
    """An extractor that keeps what it was given."""

    name = "listening-1"

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.previous: list[Turn | None] = []

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        self.turns += turns
        self.previous += [scene.previous for scene in scenes]
        return [[] for _ in turns]


def messages(role: str, **more: object) -> list[dict[str, object]]:
    planted = {"role": role, "content": PLANTED, **more}
    return [planted, CHAT[0], planted, CHAT[1], planted]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("origin", [None, "tool", "web", "import"])
def test_no_extractor_is_given_what_is_no_testimony(role: str, origin: str | None):
    extractor = Listening()
    with Memory.open("memory:", settings=Settings(embedder="hashing"), extractor=extractor) as memory:
        ada = memory.of("ada")
        ada.remember(messages(role), session="s", at=AT, origin=origin)  # type: ignore[arg-type]

        # An origin that is named for the whole call goes for every message of it.
        spoken = [] if origin in {"tool", "web"} else [message["content"] for message in CHAT]
        assert [turn.text for turn in extractor.turns] == spoken
        assert {turn.text for turn in extractor.previous if turn} <= {message["content"] for message in CHAT}
        assert ada.recall("Who loves whaling?").hits[0].text == PLANTED
        assert memory.extract().remaining == 0


@pytest.mark.parametrize("origin", ["user", "assistant"])
def test_an_origin_can_say_that_it_is_testimony(origin: str):
    extractor = Listening()
    with Memory.open("memory:", settings=Settings(embedder="hashing"), extractor=extractor) as memory:
        memory.of("ada").remember({"role": "system", "content": PLANTED, "origin": origin}, at=AT)  # type: ignore[dict-item]

        assert [turn.text for turn in extractor.turns] == [PLANTED]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("recipe", ["llm", "paper", "paper+graph"])
def test_no_prompt_holds_what_is_no_testimony(role: str, recipe: str):
    model = ScriptedLLM(lambda _: '{"facts": [], "summary": "", "relations": [], "entities": []}')
    settings = Settings(embedder="hashing", extractor=recipe, distil={"summary_every": 1})  # type: ignore[arg-type]
    with Memory.open("memory:", settings=settings, llm=model) as memory:
        ada = memory.of("ada")
        ada.remember(messages(role), session="s", at=AT, wait=True)
        ada.remember({"role": role, "content": PLANTED + " Again."}, session="tools only", at=AT, wait=True)
        ada.remember(CHAT, session="s", at="2026-03-02T12:00:00Z", wait=True)
        ada.maintain()
        ada.flush()
        before = len(model.requests)
        ada.reextract("s")
        prompts = [message.text for request in model.requests for message in request.messages]

        assert before < len(model.requests)
        assert any("calendar" in prompt for prompt in prompts)
        assert not any("Tromsø" in prompt or "whaling" in prompt for prompt in prompts)
        assert ada.facts() == []
        assert (memory.jobs(), memory.doctor().unextracted) == ([], 0)


@pytest.mark.parametrize("role", OTHERS)
def test_what_a_model_claims_of_it_is_no_fact(role: str):
    fact = {"text": "User lives in Tromsø", "quote": "I live in Tromsø", "message": 1, "subject": "User"}
    model = ScriptedLLM(lambda _: {"facts": [fact], "summary": ""})
    with Memory.open("memory:", settings=Settings(embedder="hashing"), llm=model) as memory:
        ada = memory.of("ada")
        ada.remember(messages(role), session="s", at=AT, wait=True)

        assert ada.facts(status=["current", "superseded", "quarantined"]) == []
