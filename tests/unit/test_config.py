from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from lukasa.config import Settings, config_path, default_path
from lukasa.errors import ConfigError
from lukasa.pipeline.distil.guidance import CustomAttribute


def test_an_empty_environment_gives_the_defaults():
    assert Settings.from_env({}) == Settings()
    assert Settings.from_env({"PATH": "/bin", "HOME": "/root"}) == Settings()


def test_every_setting_has_its_variable():
    for name, field in Settings.model_fields.items():
        if field.default_factory is not None:
            continue  # A group: in code, or as a table of the file.
        value = "3" if field.annotation in {int, float} else "paper" if name == "paper_delete" else "x"
        read = getattr(Settings.from_env({f"LUKASA_{name.upper()}": value}), name)
        shown = read.get_secret_value() if isinstance(read, SecretStr) else read
        assert str(shown).removesuffix(".0") == value, name


def test_a_typing_error_is_not_silence():
    with pytest.raises(ConfigError, match=r"LUKASA_EMBEDER is not a setting; did you mean LUKASA_EMBEDDER\?"):
        Settings.from_env({"LUKASA_EMBEDER": "hashing"})
    with pytest.raises(ConfigError, match=r"embeder is not a setting; did you mean embedder\?"):
        Settings(embeder="hashing")  # type: ignore[call-arg]


@pytest.mark.parametrize("value", ["", "two", "-1", "1.5", "²", " 3"])
def test_threads_are_a_whole_number(value: str):
    with pytest.raises(ConfigError, match="LUKASA_THREADS"):
        Settings.from_env({"LUKASA_THREADS": value})


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"LUKASA_DB": "a"}, "a"),
        ({"LUKASA_STORE": "a"}, "a"),
        ({"LUKASA_DB": "a", "LUKASA_STORE": "a"}, "a"),
        ({"LUKASA_DB": "", "LUKASA_STORE": "a"}, "a"),
        ({"LUKASA_STORE": "", "LUKASA_DB": "a"}, "a"),
    ],
)
def test_the_store_has_two_names(env: dict[str, str], expected: str):
    assert Settings.from_env(env).store == expected


@pytest.mark.parametrize("order", [1, -1])
def test_two_stores_at_once_are_refused_in_any_order(order: int):
    env = dict([("LUKASA_DB", "a"), ("LUKASA_STORE", "b")][::order])

    with pytest.raises(ConfigError, match="LUKASA_DB='a' and LUKASA_STORE='b' disagree"):
        Settings.from_env(env)


def test_a_key_is_not_shown():
    settings = Settings.from_env({"LUKASA_EMBEDDER_KEY": "sk-very-secret"})

    assert "sk-very-secret" not in repr(settings)


@pytest.mark.skipif(sys.platform != "linux", reason="each system has a folder of its own")
def test_the_default_file_is_in_the_users_data_folder():
    assert default_path({"XDG_DATA_HOME": "/data"}) == Path("/data/lukasa/memory.lukasa")
    assert default_path({}) == Path.home() / ".local/share/lukasa/memory.lukasa"
    assert default_path({"XDG_DATA_HOME": ""}) == default_path({})


def written(folder: Path, text: str) -> dict[str, str]:
    file = folder / "lukasa.toml"
    file.write_text(text, encoding="utf-8")
    return {"LUKASA_CONFIG": str(file)}


def test_a_file_is_read_and_the_environment_goes_before_it(tmp_path: Path):
    env = written(tmp_path, 'embedder = "hashing"\nzone = "Europe/Lisbon"\n')

    settings = Settings.from_env({**env, "LUKASA_ZONE": "UTC"})

    assert (settings.embedder, settings.zone) == ("hashing", "UTC")
    assert settings.origins({**env, "LUKASA_ZONE": "UTC"})["embedder"] == "file"
    assert settings.origins({**env, "LUKASA_ZONE": "UTC"})["zone"] == "environment"
    assert settings.origins({**env, "LUKASA_ZONE": "UTC"})["llm"] == "default"


def test_groups_are_tables_of_the_file(tmp_path: Path):
    env = written(
        tmp_path,
        """
        [recall]
        max_terms = 40
        [recall.compose]
        misses = 3
        [distil]
        patience = 5
        [guidance]
        instructions = "Only travel."
        exclude = ["health"]
        [[guidance.attributes]]
        name = "blood_type"
        cardinality = "single"
        """,
    )

    settings = Settings.from_env(env)

    assert (settings.recall.max_terms, settings.recall.compose.misses) == (40, 3)
    assert settings.distil.patience.total_seconds() == 5
    assert settings.guidance.exclude == ("health",)
    assert settings.guidance.attributes == (CustomAttribute(name="blood_type", cardinality="single"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("embeder = 'x'", "embeder is not a setting in .* did you mean embedder"),
        ("[recall]\nmax_term = 3", r"max_term is not a setting in \[recall\]; did you mean max_terms"),
        ("[recall]\nmax_terms = 'many'", "recall.max_terms must be like 48, not 'many'"),
        ("recall = 3", "recall must be a table"),
        ("this is no toml", "cannot be read as TOML"),
        ("threads = -1", "setting threads"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, told: str):
    with pytest.raises(ConfigError, match=told):
        Settings.from_env(written(tmp_path, text))


def test_a_file_that_is_named_must_be_there(tmp_path: Path):
    with pytest.raises(ConfigError, match="there is no such file"):
        Settings.from_env({"LUKASA_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.skipif(sys.platform != "linux", reason="each system has a folder of its own")
def test_the_working_directory_is_not_looked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "config.toml").write_text("store = 'elsewhere'", encoding="utf-8")
    (tmp_path / "lukasa.toml").write_text("store = 'elsewhere'", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert Settings.from_env({}).store == ""
    assert config_path({"XDG_CONFIG_HOME": "/c"}) == Path("/c/lukasa/config.toml")


def test_what_is_made_in_code_does_not_read_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")

    assert Settings().embedder == "onnx"
    assert Settings.from_env().embedder == "hashing"
