"""Settings that choose models reach the components, or are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from lukasa.adapters.embedders import onnx as embedder_module
from lukasa.adapters.llms.pydantic_ai import PydanticAILLM
from lukasa.adapters.models.manifest import MODELS
from lukasa.config import Settings
from lukasa.engine.parts import Parts
from lukasa.errors import ConfigError, ModelMissingError
from lukasa.ports.llm import LLMRequest
from lukasa.wiring import build

HERE = __name__


class Served:
    """An embedder of another distribution."""

    def __init__(self, **options: Any) -> None:
        self.options = options


class Fixed:
    """One that has no choice of models."""


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints(
        [EntryPoint(name.lower(), f"{HERE}:{name}", "lukasa.embedders") for name in ("Served", "Fixed")]
    )
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: points.select(group=group))


def built(**settings: Any) -> Parts:
    return build(Settings(store="memory:", **settings), clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", ["hashing", "onnx", "none", "fixed"])
def test_an_embedder_without_a_choice_of_models_refuses_one(name: str):
    with pytest.raises(ConfigError, match=f"'{name}:e5'.*takes no model"):
        built(embedder=f"{name}:e5")


@pytest.mark.parametrize("name", ["hashing", "onnx", "none", "served", "openai"])
def test_a_colon_without_a_model_is_refused(name: str):
    with pytest.raises(ConfigError, match=f"'{name}:'"):
        built(embedder=f"{name}:", embedder_url="http://localhost/v1")


def test_an_unknown_embedder_is_refused_whatever_its_model():
    with pytest.raises(ConfigError, match="unknown embedder 'nobody'"):
        built(embedder="nobody:e5")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("served", {}), ("served:e5", {"model": "e5"}), ("served:org/e5:v2", {"model": "org/e5:v2"})],
)
def test_an_installed_embedder_gets_its_model_by_name(setting: str, expected: dict[str, str]):
    embedder = built(embedder=setting).embedder

    assert isinstance(embedder, Served)
    assert embedder.options == expected


@pytest.mark.anyio
async def test_the_model_directory_is_where_models_are_looked_for(tmp_path: Path):
    wrong = tmp_path / "colbert-small-states"
    wrong.mkdir()
    (wrong / "model.onnx").write_bytes(b"not the model")
    embedder = built(embedder="onnx", model_directory=str(tmp_path)).embedder
    assert isinstance(embedder, embedder_module.OnnxEmbedder)

    with pytest.raises(ModelMissingError, match=str(wrong)):
        await embedder.spec()
    await embedder.aclose()


def test_a_model_directory_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match="LUKASA_MODEL_DIRECTORY"):
        built(model_directory=str(tmp_path / "gone"))


def test_the_environment_names_the_model_directory():
    assert Settings.from_env({"LUKASA_MODEL_DIRECTORY": "/models"}).model_directory == "/models"


@pytest.mark.anyio
@pytest.mark.parametrize("name", list(MODELS))
async def test_the_advice_names_the_setting(name: str, tmp_path: Path):
    (tmp_path / name).mkdir()
    role = MODELS[name].usage.role

    with pytest.raises(ModelMissingError, match="LUKASA_MODEL_DIRECTORY"):
        embedder_module.LocalModel(name, role, directory=tmp_path).identity  # noqa: B018 - loads it


@pytest.mark.anyio
async def test_a_library_that_a_provider_needs_is_named(monkeypatch: pytest.MonkeyPatch):
    def lacking(_: object) -> None:
        raise ImportError(
            'Please install `groq` — `pip install "pydantic-ai-slim[groq]"`. To try it, see the docs'
        )

    monkeypatch.setattr("pydantic_ai.models.infer_model", lacking)

    with pytest.raises(ConfigError, match=r'\[groq\]"`$'):
        await PydanticAILLM("groq:x").complete(LLMRequest(messages=(), purpose="answer"))
