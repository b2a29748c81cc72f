from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

import pytest

from lukasa.config import Settings, default_path
from lukasa.errors import ConfigError


def test_an_empty_environment_gives_the_defaults():
    assert Settings.from_env({}) == Settings()
    assert Settings.from_env({"PATH": "/bin", "HOME": "/root"}) == Settings()


def test_every_setting_has_its_variable():
    for field in fields(Settings):
        if field.name in {"remember", "resolve", "recall"}:
            continue
        value = "3" if field.name == "threads" else "x"
        read = getattr(Settings.from_env({f"LUKASA_{field.name.upper()}": value}), field.name)
        assert str(read) == value, field.name


def test_a_typing_error_is_not_silence():
    with pytest.raises(
        ConfigError, match=r"unknown settings LUKASA_EMBEDER; known: LUKASA_DB, LUKASA_DENSE_MODEL"
    ):
        Settings.from_env({"LUKASA_EMBEDER": "hashing"})


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
