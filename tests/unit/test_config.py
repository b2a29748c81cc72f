from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from lukasa.config import Settings, config_path, default_path
from lukasa.errors import ConfigError, SettingWarning
from lukasa.extraction.guidance import CustomAttribute
from lukasa.policy import ComposePolicy, ExtractionPolicy, RecallPolicy


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


@pytest.mark.skipif(sys.platform != "linux", reason="each system has a folder of its own")
def test_a_user_without_a_name_or_a_home_can_use_a_store_that_is_named(monkeypatch: pytest.MonkeyPatch):
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)

    assert Settings.from_env({"LUKASA_DB": "memory:"}).store == "memory:"
    assert default_path({}) == Path("/.local/share/lukasa/memory.lukasa")


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
        ("[recall.compose]\nmiss = 3", r"miss is not a setting in \[recall.compose\]; did you mean misses"),
        ("[recall]\nmax_terms = 'many'", "recall.max_terms must be like 48, not 'many'"),
        ("[recall]\nmax_terms = '40'", "recall.max_terms must be like 48, not '40'"),
        ("[recall]\nfusion = {dense = {late = 3.0}}", "recall.fusion can be set in code only"),
        ("[recall]\nmax_terms = true", "recall.max_terms must be like 48, not True"),
        ("[recall]\ncommon_terms = nan", "recall.common_terms must be like 0.2, not nan"),
        ("[recall]\ncompose = 3", "recall.compose must be like a table, not 3"),
        ("[recall]\nfusion = {late = 3}", "recall.fusion can be set in code only"),
        ("[recall.compose]\nprofile_tokens = [30]", r"profile_tokens must be like \[30, 100\], not \[30\]"),
        ("[distil]\npatience = true", r"distil.patience must be like 30 \(seconds\), not True"),
        ("[distil]\npatience = inf", r"distil.patience must be like 30 \(seconds\), not inf"),
        ("[distil]\npatience = 1e300", r"distil.patience must be like 30 \(seconds\), not 1e\+300"),
        ("[guidance]\nexclude = [1]", "guidance.exclude must be like"),
        (
            "[[guidance.attributes]]\nnam = 'x'",
            r"nam is not a setting in \[\[guidance.attributes\]\]; did you mean name",
        ),
        ("[[guidance.attributes]]\nname = 'Blood type'", "needs a name in lower case"),
        ("[[guidance.attributes]]\ncardinality = 'multi'", "guidance.attributes: name: Field required"),
        (
            "[[guidance.attributes]]\nname = 'x'\ncardinality = 'two'",
            "cardinality: Input should be 'single' or 'multi'",
        ),
        ("[guidance]\nattributes = ['x']", "each of guidance.attributes must be a table"),
        ("budget_dollars_per_day = inf", "setting budget_dollars_per_day"),
        ("paper_delete = 'never'", "setting paper_delete"),
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


def test_a_file_can_be_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    (tmp_path / "a.toml").write_text("threads = 2", encoding="utf-8")

    settings = Settings.from_file(tmp_path / "a.toml")

    assert (settings.threads, settings.embedder) == (2, "onnx")
    with pytest.raises(ConfigError, match="there is no settings file"):
        Settings.from_file(tmp_path / "b.toml")


def test_groups_are_policies_or_tables_in_code_too():
    assert Settings(recall={"max_terms": 40}) == Settings(recall=RecallPolicy(max_terms=40))  # type: ignore[arg-type]
    assert Settings(recall={"compose": ComposePolicy(misses=3)}).recall.compose.misses == 3  # type: ignore[arg-type]
    with pytest.raises(
        ConfigError, match=r"max_term is not a setting in \[recall\]; did you mean max_terms\?"
    ):
        Settings(recall={"max_term": 40})  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"recall must be a table, such as .* or a RecallPolicy in code"):
        Settings(recall=ExtractionPolicy())  # type: ignore[arg-type]


def test_a_suggestion_is_only_made_for_what_is_near():
    with pytest.raises(
        ConfigError, match=r"^qwyjibo is not a setting; known: budget, budget_calls_per_day, "
    ):
        Settings(qwyjibo="1")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "variable",
    [
        "LUKASA_PORT", "LUKASA_SERVICE_HOST", "LUKASA_SERVICE_PORT", "LUKASA_SERVICE_PORT_HTTP",
        "LUKASA_PORT_8080_TCP", "LUKASA_PORT_8080_TCP_ADDR", "LUKASA_PORT_8080_TCP_PROTO", "LUKASA_DB_PORT",
        "LUKASA_STORE_SERVICE_HOST", "LUKASA_LLM_PORT", "LUKASA_LLM_SERVICE_PORT", "LUKASA_RECALL_SERVICE_HOST",
        "LUKASA_STAGE", "LUKASA_ENV", "LUKASA_HOME", "LUKASA_VERSION", "LUKASA_LOG_LEVEL", "LUKASA_URL",
        "LUKASA_TEST_LLM_URL", "LUKASA_QWYJIBO", "LUKASA_", "lukasa_embedder", "LUKASAX", "XLUKASA_EMBEDER",
    ],
)  # fmt: skip
def test_a_variable_of_others_is_ignored_without_a_word(variable: str):
    assert Settings.from_env({variable: "tcp://10.0.0.1:80"}) == Settings()


@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("LUKASA_EMBEDER", "LUKASA_EMBEDDER"),
        ("LUKASA_EMBEDDRE", "LUKASA_EMBEDDER"),
        ("LUKASA_embedder", "LUKASA_EMBEDDER"),
        ("LUKASA_TENENT", "LUKASA_TENANT"),
        ("LUKASA_LLM_KYE", "LUKASA_LLM_KEY"),
        ("LUKASA_THREAD", "LUKASA_THREADS"),
        ("LUKASA_DBS", "LUKASA_DB"),
        ("LUKASA_CONFG", "LUKASA_CONFIG"),
        ("LUKASA_BUDGET_CALL_PER_DAY", "LUKASA_BUDGET_CALLS_PER_DAY"),
    ],
)
def test_a_variable_that_is_nearly_a_setting_is_a_warning(variable: str, setting: str):
    with pytest.warns(SettingWarning, match=rf"^{variable} is not a setting, .* did you mean {setting}\?$"):
        assert Settings.from_env({variable: "9"}) == Settings()


def test_a_group_in_a_variable_is_a_warning():
    with pytest.warns(SettingWarning, match=r"LUKASA_RECALL is not read; write a table \[recall\] in a"):
        Settings.from_env({"LUKASA_RECALL": '{"max_terms": 40}'})


@pytest.mark.parametrize(
    "given",
    [{"threads": -1}, {"threads": "x"}, {"llm_concurrency": 0}, {"llm_timeout": float("nan")}, {"store": 3}],
)
def test_a_value_that_cannot_be_used_is_refused_in_code(given: dict[str, Any]):
    with pytest.raises(ConfigError, match=f"setting {next(iter(given))} "):
        Settings(**given)


def test_a_refusal_does_not_quote_a_key():
    with pytest.raises(ConfigError) as refused:
        Settings(llm_key=["sk-very-secret"])  # type: ignore[arg-type]

    assert "sk-very-secret" not in f"{refused.value} {refused.value.__cause__}"


def test_settings_do_not_change():
    settings = Settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.embedder = "hashing"  # type: ignore[misc]
    assert (settings.with_(embedder="hashing").embedder, settings.embedder) == ("hashing", "onnx")


@pytest.mark.skipif(sys.platform != "linux", reason="each system has a folder of its own")
def test_the_users_own_file_is_read_if_it_is_there(tmp_path: Path):
    (tmp_path / "lukasa").mkdir()
    (tmp_path / "lukasa/config.toml").write_text("threads = 2", encoding="utf-8")

    assert Settings.from_env({"XDG_CONFIG_HOME": str(tmp_path)}).threads == 2
    assert config_path({"XDG_CONFIG_HOME": str(tmp_path), "LUKASA_CONFIG": "other.toml"}) == Path(
        "other.toml"
    )


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


def test_the_file_that_the_documents_show_can_be_used(tmp_path: Path):
    text = (Path(__file__).parents[2] / "docs/models.md").read_text("utf-8")
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    settings = Settings.from_env(written(tmp_path, shown))

    assert (settings.recall.max_terms, settings.budget.user_day.calls) == (40, 100)


def test_every_setting_of_the_model_is_explained():
    text = (Path(__file__).parents[2] / "docs/models.md").read_text("utf-8")

    ours = [name for name in Settings.model_fields if name.startswith(("llm", "budget_", "extractor"))]
    assert [name for name in ours if f"`{name}`" not in text] == []
