"""`lukasa config`."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run

from lukasa.surfaces.cli.main import main


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file that the environment names; it is not there yet."""
    named = tmp_path / "settings.toml"
    monkeypatch.setenv("LUKASA_CONFIG", str(named))
    return named


def test_each_setting_tells_where_it_comes_from(lukasa: Run, file: Path, db: Path):
    file.write_text('zone = "Europe/Lisbon"\nllm_concurrency = 2\n[recall]\nmax_terms = 40\n', "utf-8")

    answer = lukasa("config", "--json").json

    settings = answer["settings"]
    assert (answer["file"], answer["file_exists"]) == (str(file), True)
    assert settings["store"] == {"value": str(db), "from": "option"}
    assert settings["embedder"] == {"value": "hashing", "from": "environment"}
    assert settings["zone"] == {"value": "Europe/Lisbon", "from": "file"}
    assert settings["llm_concurrency"] == {"value": 2, "from": "file"}
    assert settings["recall"] == {"value": {"max_terms": 40}, "from": "file"}
    assert settings["extractor"] == {"value": "auto", "from": "default"}
    assert settings["jobs"] == {"value": {}, "from": "default"}


def test_without_a_store_the_file_that_will_be_used_is_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    assert main(["config"]) == 0

    line = capsys.readouterr().out.splitlines()[0]
    assert line.split() == ["store", str(tmp_path / "data/lukasa/memory.lukasa"), "default"]


@pytest.mark.parametrize("json", [(), ("--json",)])
def test_no_secret_is_printed(lukasa: Run, file: Path, monkeypatch: pytest.MonkeyPatch, json: tuple[str]):
    monkeypatch.setenv("LUKASA_EMBEDDER_KEY", "sk-of-the-embedder")
    monkeypatch.setenv("LUKASA_EMBEDDER_URL", "https://ada:pass@word@localhost:8080/v1")
    file.write_text('llm_key = "sk-of-the-model"\nllm_url = "https://token@localhost/v1"\n', "utf-8")

    done = lukasa("config", *json)

    assert done.code == 0
    assert [each for each in ("sk-of", "ada", "pass", "word@", "token@") if each in done.out] == []
    assert "**********@localhost:8080/v1" in done.out


def test_groups_show_what_differs_down_to_the_last_table(lukasa: Run, file: Path):
    file.write_text(
        """
        [recall.compose]
        misses = 3
        [distil]
        patience = 5
        [budget.day]
        dollars = 2
        [[guidance.attributes]]
        name = "blood_type"
        """,
        "utf-8",
    )

    settings = lukasa("config", "--json").json["settings"]

    assert settings["recall"]["value"] == {"compose": {"misses": 3}}
    assert settings["distil"]["value"] == {"patience": 5.0}
    assert settings["budget"]["value"] == {"day": {"dollars": 2.0}}
    assert settings["guidance"]["value"] == {"attributes": [{"name": "blood_type"}]}
    assert "compose = {'misses': 3}" in lukasa("config").out


def test_a_slip_is_told_and_nothing_is_printed(lukasa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_THREADS", "two")

    done = lukasa("config")

    assert (done.code, done.out) == (1, "")
    assert done.err == "lukasa: LUKASA_THREADS must be a whole number, not 'two'\n"


def test_a_file_that_is_named_and_not_there_is_told(lukasa: Run, file: Path):
    done = lukasa("config")

    assert done.code == 1
    assert "LUKASA_CONFIG names" in done.err
    assert str(file) in done.err


@pytest.mark.filterwarnings("default::lukasa.errors.SettingWarning")
@pytest.mark.parametrize("command", [["config"], ["config", "--json"], ["doctor"], ["stats"]])
def test_a_misspelt_variable_is_a_line_and_foreign_ones_are_none(
    command: list[str], lukasa: Run, monkeypatch: pytest.MonkeyPatch
):
    lukasa("remember", "I live in Porto.")
    monkeypatch.setenv("LUKASA_EMBEDER", "none")
    monkeypatch.setenv("LUKASA_PORT_8080_TCP", "tcp://10.0.0.1:8080")

    done = lukasa(*command)

    assert done.code == 0
    assert done.err == (
        "warning: LUKASA_EMBEDER is not a setting, and is ignored; did you mean LUKASA_EMBEDDER?\n"
    )
