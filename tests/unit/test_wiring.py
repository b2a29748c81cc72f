# ruff: noqa: ASYNC240 - a test has its loop for itself
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from lukasa import AsyncMemory, Memory, Settings, Turn
from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.adapters.tokens.words import WordCounter
from lukasa.domain.claim import Claim
from lukasa.engine.parts import Parts
from lukasa.errors import ConfigError, ProviderTimeoutError, StoreCorruptError
from lukasa.extraction.model.one_call import LLMRecipe
from lukasa.extraction.model.paper import PaperRecipe
from lukasa.extraction.rules import RulesExtractor
from lukasa.policy import Allowance, BudgetPolicy
from lukasa.ports.extractor import Scene
from lukasa.ports.llm import ChatMessage, LLMRequest
from lukasa.testing.chat_endpoint import ChatEndpoint
from lukasa.testing.endpoint import Reply
from lukasa.testing.fakes import EmbeddingEndpoint, FrozenClock
from lukasa.testing.llm import ScriptedLLM
from lukasa.wiring import build, language_model

CLOCK = FrozenClock("2026-03-01T10:00:00Z")


def parts(**settings: Any) -> Parts:
    return build(Settings(**{"embedder": "hashing", **settings}), clock=CLOCK)


@pytest.mark.parametrize(
    ("target", "kind", "name"),
    [
        ("memory:", ReferenceStore, "memory:"),
        ("agent.lukasa", SqliteStore, "agent.lukasa"),
        ("sqlite:agent.lukasa", SqliteStore, "sqlite:agent.lukasa"),
        ("sqlite:///srv/agent.lukasa", SqliteStore, "sqlite:///srv/agent.lukasa"),
        (r"C:\notes\agent.lukasa", SqliteStore, r"C:\notes\agent.lukasa"),
        ("./a:b", SqliteStore, "a:b"),
        ("my notes: 2026", SqliteStore, "my notes: 2026"),
    ],
)
def test_a_target_is_a_file_or_names_a_store(target: str, kind: type, name: str):
    made = parts(store=target)

    assert isinstance(made.store, kind)
    assert made.store_name == name


@pytest.mark.parametrize(
    "target", ["redis://x", "my-store://x", "memory:x", "sqlite:", "sqlight:agent.lukasa"]
)
def test_a_store_that_nobody_knows_is_refused(target: str):
    with pytest.raises(ConfigError, match=target.partition(":")[0]):
        parts(store=target)


def test_sqlite_urls_are_paths():
    for target in ("sqlite:/srv/a", "sqlite:///srv/a"):
        assert parts(store=target).store._path == Path("/srv/a")  # type: ignore[attr-defined]


def test_what_the_settings_say_is_what_is_used():
    made = parts(store="memory:", tokens="words", zone="Europe/Lisbon", tenant="acme")

    assert isinstance(made.embedder, HashingEmbedder)
    assert isinstance(made.counter, WordCounter)
    assert (made.zone, made.tenant) == ("Europe/Lisbon", "acme")
    assert parts(store="memory:", embedder="none").embedder is None
    assert made.clock() == CLOCK()


@pytest.mark.anyio
async def test_what_is_named_in_the_call_goes_before_the_settings(tmp_path: Path):
    settings = Settings(embedder="hashing", store=str(tmp_path / "settings.lukasa"))

    async with await AsyncMemory.open(tmp_path / "call.lukasa", settings=settings):
        assert [file.name for file in tmp_path.glob("*.lukasa")] == ["call.lukasa"]
    async with await AsyncMemory.open(settings=settings):
        assert (tmp_path / "settings.lukasa").exists()


@pytest.mark.anyio
async def test_without_settings_the_environment_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_DB", str(tmp_path / "env.lukasa"))
    monkeypatch.setenv("LUKASA_EMBEDDER", "none")
    async with await AsyncMemory.open() as memory:
        assert (await memory.doctor()).store == str(tmp_path / "env.lukasa")

    monkeypatch.delenv("LUKASA_DB")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    async with await AsyncMemory.open() as memory:
        assert (await memory.doctor()).store == str(tmp_path / "data/lukasa/memory.lukasa")


@pytest.mark.anyio
async def test_when_opening_fails_the_parts_are_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    closed: list[str] = []

    async def aclose(_: HashingEmbedder) -> None:
        closed.append("embedder")

    monkeypatch.setattr(HashingEmbedder, "aclose", aclose)
    (tmp_path / "no.lukasa").write_bytes(b"not a store" * 100)

    with pytest.raises(StoreCorruptError):
        await AsyncMemory.open(tmp_path / "no.lukasa", settings=Settings(embedder="hashing"))
    assert closed == ["embedder"]


@pytest.mark.anyio
async def test_a_part_that_fails_to_close_keeps_no_other_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def broken(_: HashingEmbedder) -> None:
        raise RuntimeError("it would not close")

    monkeypatch.setattr(HashingEmbedder, "aclose", broken)
    memory = await AsyncMemory.open(tmp_path / "m.lukasa", settings=Settings(embedder="hashing"))
    store = memory._parts.store
    with pytest.raises(RuntimeError, match="would not close"):
        await memory.aclose()

    assert store._threads is None  # type: ignore[attr-defined]
    await memory.aclose()


# --- the model -------------------------------------------------------------------------------------------------------

ASKED = LLMRequest(messages=(ChatMessage("user", "Hello?"),), purpose="chat")


class EchoLLM:
    """A model of another distribution."""

    def __init__(self, model: str = "small") -> None:
        self.name = f"echo:{model}"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another distribution's model, and another that has no choice of models."""
    points = EntryPoints(
        [
            EntryPoint("echo", f"{__name__}:EchoLLM", "lukasa.llms"),
            EntryPoint("fixed", "builtins:object", "lukasa.llms"),
        ]
    )
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: points.select(group=group))


def test_without_a_model_rules_distil():
    made = parts(store="memory:")

    assert (made.llm, made.recipe) == (None, None)
    assert isinstance(made.extractor, RulesExtractor)


@pytest.mark.parametrize(
    ("extractor", "at_once", "recipe"),
    [
        ("auto", type(None), LLMRecipe),
        ("llm", type(None), LLMRecipe),
        ("paper", type(None), PaperRecipe),
        ("rules", RulesExtractor, type(None)),
        ("none", type(None), type(None)),
    ],
)
def test_with_a_model_the_extractor_says_who_distils(extractor: str, at_once: type, recipe: type):
    made = parts(store="memory:", llm="openai:gpt-4.1-mini", extractor=extractor)

    assert made.llm is not None
    assert made.llm.name == "openai:gpt-4.1-mini"
    assert isinstance(made.extractor, at_once)
    assert isinstance(made.recipe, recipe)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"extractor": "llm"}, "extractor 'llm' needs a model: set llm .LUKASA_LLM"),
        ({"extractor": "paper"}, "extractor 'paper' needs a model"),
        (
            {"extractor": "ruels"},
            "unknown extractor 'ruels'.*own: auto, llm, none, paper, paper.graph, rules",
        ),
        ({"llm": "gpt-4.1-mini"}, "must name its provider"),
        ({"llm": "openai:"}, "names no model after the colon"),
        ({"llm": "openai_compatible:qwen"}, "needs a model and a URL"),
        ({"llm": "openai_compatible", "llm_url": "http://localhost/v1"}, "needs a model and a URL"),
        ({"llm": "openai_compatible:qwen", "llm_url": "localhost"}, "http"),
        ({"llm": "openai:gpt-4.1-mini", "llm_url": "http://localhost/v1"}, "llm_url is for"),
        ({"llm": "openai:gpt-4.1-mini", "llm_key": "sk-secret"}, "llm_key is for"),
        ({"llm_record": "a.jsonl", "llm_replay": "b.jsonl"}, "exclude each other"),
        ({"llm": "fixed:large"}, "'fixed' takes no model"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_a_model_that_cannot_be_used_is_refused(settings: dict[str, str], told: str):
    with pytest.raises(ConfigError, match=told) as refused:
        parts(store="memory:", **settings)

    assert "sk-secret" not in str(refused.value)


@pytest.mark.parametrize(("setting", "name"), [("echo", "echo:small"), ("echo:large", "echo:large")])
@pytest.mark.usefixtures("installed")
def test_an_installed_model_gets_its_model_by_name(setting: str, name: str):
    llm = parts(store="memory:", llm=setting).llm

    assert llm is not None
    assert llm.name == name


@pytest.mark.anyio
async def test_an_endpoint_is_asked_with_its_key_and_tried_again():
    with ChatEndpoint(script=[Reply(status=500)]) as endpoint:
        settings = {"llm": "openai_compatible:qwen", "llm_url": endpoint.base_url, "llm_key": "sk-mine"}
        llm = parts(store="memory:", llm_attempts=2, **settings).llm
        assert llm is not None
        reply = await llm.complete(ASKED)
        await llm.aclose()

    assert (reply.text, len(endpoint.asked)) == ("ok", 2)
    assert endpoint.asked[0].headers["authorization"] == "Bearer sk-mine"


@pytest.mark.anyio
async def test_a_call_has_the_time_that_the_settings_give_it():
    with ChatEndpoint(script=[Reply(delay=0.5)]) as endpoint:
        settings = {"llm": "openai_compatible:qwen", "llm_url": endpoint.base_url}
        llm = parts(store="memory:", llm_timeout=0.05, llm_attempts=1, **settings).llm
        assert llm is not None
        with pytest.raises(ProviderTimeoutError, match=r"0\.05 s"):
            await llm.complete(ASKED)
        await llm.aclose()


@pytest.mark.anyio
async def test_what_was_recorded_is_replayed_without_a_model(tmp_path: Path):
    record = str(tmp_path / "replies.jsonl")
    with ChatEndpoint() as endpoint:
        settings = {"llm": "openai_compatible:qwen", "llm_url": endpoint.base_url}
        recorded = parts(store="memory:", llm_record=record, **settings).llm
        assert recorded is not None
        said = await recorded.complete(ASKED)
        await recorded.aclose()

    replayed = parts(store="memory:", llm_replay=record, llm="openai_compatible:qwen").llm
    assert replayed is not None
    assert replayed.name == recorded.name
    assert (await replayed.complete(ASKED)).text == said.text == "ok"


def test_budgets_that_are_set_the_short_way_go_before_the_group():
    long = BudgetPolicy(day=Allowance(calls=5, tokens=7), user_day=Allowance(calls=2))

    budget = parts(
        store="memory:",
        budget=long,
        budget_calls_per_day=10,
        budget_dollars_per_day=0.5,
        budget_tokens_per_run=3,
    ).budget

    assert budget.day == Allowance(calls=10, tokens=7, dollars=0.5)
    assert (budget.run, budget.user_day) == (Allowance(tokens=3), Allowance(calls=2))
    assert parts(store="memory:").budget == BudgetPolicy()


# --- what the caller made himself ------------------------------------------------------------------------------------


class Silent:
    """An extractor that finds nothing; not even itself."""

    name = "silent"

    async def claims(self, turns: Sequence[Turn], scenes: Sequence[Scene]) -> list[list[Claim]]:
        return [[] for _ in turns]

    def __len__(self) -> int:
        return 0


@pytest.mark.anyio
async def test_parts_of_the_callers_own_go_before_the_settings():
    llm, embedder, extractor = ScriptedLLM(["ok"]), HashingEmbedder(), Silent()
    settings = Settings(embedder="none", extractor="llm", llm="openai:gpt-4.1-mini")

    async with await AsyncMemory.open(
        "memory:", settings=settings, llm=llm, embedder=embedder, extractor=extractor
    ) as memory:
        made = memory._parts
        assert (made.llm, made.embedder, made.extractor, made.recipe) == (llm, embedder, extractor, None)
    assert llm.closed


def test_parts_are_named_as_settings_are_and_blocking_is_the_same():
    settings = Settings(embedder="hashing", extractor="none")

    with Memory.open("memory:", settings=settings, embedder="none", extractor="rules") as memory:
        made = memory._engine._parts
        assert (made.embedder, isinstance(made.extractor, RulesExtractor)) == (None, True)
    with Memory.open("memory:", settings=settings, llm=ScriptedLLM(["ok"]), extractor="paper") as memory:
        assert isinstance(memory._engine._parts.recipe, PaperRecipe)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"llm": 3}, "llm must be .* 'int' lacks name, complete, stream, aclose"),
        ({"llm": ScriptedLLM}, "the class ScriptedLLM must be called first"),
        ({"embedder": Silent()}, "embedder must be .* 'Silent' lacks spec, embed, aclose"),
        ({"extractor": HashingEmbedder()}, "extractor must be .* 'HashingEmbedder' lacks name, claims"),
        ({"extractor": "llm"}, "needs a model"),
    ],
)
async def test_what_is_no_such_part_is_refused(given: dict[str, Any], told: str):
    with pytest.raises(ConfigError, match=told):
        await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"), **given)


def test_openais_key_serves_embeddings_and_goes_nowhere_else(monkeypatch: pytest.MonkeyPatch):
    with EmbeddingEndpoint() as openai, EmbeddingEndpoint() as other:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
        monkeypatch.setenv("OPENAI_BASE_URL", openai.base_url)
        for url in ("", other.base_url):
            settings = Settings(embedder="openai:text-embedding-3-small", embedder_url=url)
            with Memory.open("memory:", settings=settings) as memory:
                memory.of("ada").remember("The violin broke.")
        assert {request.headers["authorization"] for request in openai.asked} == {"Bearer sk-openai"}
        assert other.asked
        assert not any("authorization" in request.headers for request in other.asked)


def test_a_silent_server_is_given_up_when_the_time_of_one_call_is_over():
    with ChatEndpoint(script=[Reply(delay=5)] * 3) as endpoint:
        settings = Settings(
            llm="openai_compatible:m", llm_url=endpoint.base_url, llm_timeout=0.2, llm_attempts=3
        )
        llm = language_model(settings)
        assert llm is not None

        async def run() -> None:
            try:
                await llm.complete(LLMRequest(messages=(ChatMessage("user", "?"),), purpose="test"))
            finally:
                await llm.aclose()

        with pytest.raises(ProviderTimeoutError):
            asyncio.run(run())
        assert (
            len(endpoint.asked) <= 1
        )  # none, when the machine is so busy that the time is over before it is asked
