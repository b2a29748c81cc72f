"""The commands: what they print, what they return, what they say when something is wrong."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Run
from cyclopts import App

from lukasa.surfaces.cli import main as cli
from lukasa.surfaces.cli.formats.detect import FORMATS
from lukasa.surfaces.cli.main import COMMANDS, main, make_app

NAMES = [name for commands in COMMANDS.values() for name in commands]
PAGES = [*(name for name in NAMES if name != "keys"), "keys create", "keys list", "keys revoke"]
"""Commands with options of their own."""

MESSAGE = (
    "The violin is at the repair shop.",
    "--at",
    "2026-03-01T10:00:00Z",
    "--speaker",
    "Ada",
    "--session",
    "s1",
)


def arguments(app: App, name: str) -> Iterator[tuple[str, str]]:
    """Yield every argument and option of a command with its help text."""
    *groups, last = name.split()
    for group in groups:
        app = app[group]
    for argument in app[last].assemble_argument_collection(parse_docstring=True):
        if argument.show and not argument.children:
            yield argument.name, str(argument.parameter.help or "")


# --- help


def test_every_argument_of_every_command_is_explained():
    app = make_app()

    unexplained = [
        f"{name} {argument}"
        for name in PAGES
        for argument, text in arguments(app, name)
        if len(text) < len("At most 1.")
    ]

    assert unexplained == []


def test_every_command_has_a_page_of_help_and_the_shared_options(capsys: pytest.CaptureFixture[str]):
    failures = []
    for name in PAGES:
        code = main([*name.split(), "--help"])
        page = capsys.readouterr().out
        # The demo has a store of its own; `migrate` is told of two.
        own = ("--db",) if name not in {"demo", "migrate"} else ()
        wanted = (f"Usage: lukasa {name}", "--json", "--debug", *own)
        failures += [f"{name}: {text}" for text in wanted if text not in page or code]

    assert failures == []


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    assert main(["--help"]) == 0
    page = capsys.readouterr().out

    assert [name for name in NAMES if f" {name} " not in page] == []


def test_help_loads_no_command(monkeypatch: pytest.MonkeyPatch):
    for name in [
        name for name in sys.modules if name.startswith("lukasa.surfaces.cli.") and "main" not in name
    ]:
        monkeypatch.delitem(sys.modules, name)

    main(["--help"])

    assert "lukasa.surfaces.cli.import_" not in sys.modules
    assert "lukasa.surfaces.cli.recall" not in sys.modules


# --- remember, recall, context, turns


def test_what_is_remembered_is_recalled_with_date_and_speaker(lukasa: Run):
    assert lukasa("remember", *MESSAGE).code == 0

    found = lukasa("recall", "Where is the violin?")

    assert found.code == 0
    for shown in ("2026-03-01 10:00", "Ada", "The violin is at the repair shop.", " ms"):
        assert shown in found.out


def test_the_same_message_twice_is_stored_once(lukasa: Run):
    first = lukasa("remember", *MESSAGE, "--json").json
    again = lukasa("remember", *MESSAGE, "--json").json

    assert again["turns"] == []
    assert again["duplicates"] == first["turns"]


def test_recall_as_json_has_hits_signals_and_the_time_it_took(lukasa: Run):
    lukasa("remember", *MESSAGE)

    found = lukasa("recall", "violin", "--json", "--explain").json

    assert found["hits"][0]["text"] == MESSAGE[0]
    assert found["hits"][0]["at"] == "2026-03-01T10:00:00+00:00"
    assert {"channel", "score", "rank"} <= set(found["hits"][0]["signals"][0])
    assert found["milliseconds"] > 0


def test_explain_shows_the_signals(lukasa: Run):
    lukasa("remember", *MESSAGE)

    assert "lexical" not in lukasa("recall", "violin").out
    assert "lexical" in lukasa("recall", "violin", "--explain").out


def test_an_empty_memory_says_so_in_words_and_is_no_failure(lukasa: Run):
    lukasa("remember", *MESSAGE)

    found = lukasa("recall", "violin", "--user", "somebody else")

    assert found.code == 0
    assert "nothing" in found.out.lower()


@pytest.mark.parametrize("option", ["--user", "--tenant"])
@pytest.mark.parametrize("command", [("remember", *MESSAGE), ("keys", "create")])
def test_an_empty_name_is_refused_and_chooses_nobody(lukasa: Run, command: tuple[str, ...], option: str):
    told = lukasa(*command, option, "")

    assert told.code == 2
    assert f"{option}. It is empty" in told.err
    assert not told.out


def test_a_search_by_full_text_only_says_so(lukasa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_EMBEDDER", "none")
    lukasa("remember", *MESSAGE)

    assert "full-text only" in lukasa("recall", "violin").out
    assert lukasa("recall", "violin", "--json").json["mode"] == "lexical"


def test_context_is_a_block_within_its_budget(lukasa: Run):
    lukasa("remember", *MESSAGE)

    block = lukasa("context", "Where is the violin?", "--budget", 200)
    assert "repair shop" in block.out
    assert "of 200" in block.err
    assert lukasa("context", "Where is the violin?", "--budget", 200, "--json").json["tokens"] <= 200


def test_turns_are_listed_by_session_and_narrowed(lukasa: Run):
    lukasa("remember", *MESSAGE)
    lukasa("remember", "It is back.", "--at", "2026-03-09T10:00:00Z", "--session", "s2")

    listed = lukasa("turns")
    assert "── s1" in listed.out
    assert "2026-03-01 10:00  Ada: The violin is at the repair shop." in listed.out
    assert [t["text"] for t in lukasa("turns", "--session", "s2", "--json").json] == ["It is back."]
    assert [t["text"] for t in lukasa("turns", "--until", "2026-03-02T00:00:00Z", "--json").json] == [
        MESSAGE[0]
    ]
    assert [t["text"] for t in lukasa("turns", "-n", 1, "--newest", "--json").json] == ["It is back."]
    assert [t["text"] for t in lukasa("turns", "--filter", '{"session": "s1"}', "--json").json] == [
        MESSAGE[0]
    ]


def test_users_and_tenants_are_walls(lukasa: Run):
    lukasa("remember", *MESSAGE, "--user", "ada")

    assert lukasa("turns", "--user", "ben", "--json").json == []
    assert lukasa("turns", "--user", "ada", "--tenant", "other", "--json").json == []
    assert len(lukasa("turns", "--user", "ada", "--json").json) == 1


def test_text_comes_from_standard_input(lukasa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Größe 44.\nRand.\n".encode())))

    lukasa("remember", "-", "--at", "2026-03-01T10:00:00Z")

    assert [turn["text"] for turn in lukasa("turns", "--json").json] == ["Größe 44.\nRand."]


# --- forget, restore, export


def test_forgetting_hides_and_restoring_brings_back(lukasa: Run):
    (turn,) = lukasa("remember", *MESSAGE, "--json").json["turns"]

    assert lukasa("forget", turn, "--json").json == {"retired": [turn]}
    assert lukasa("turns", "--json").json == []
    assert "(forgotten)" in lukasa("turns", "--forgotten").out
    assert lukasa("restore", turn, "--json").json == {"restored": [turn]}
    assert len(lukasa("turns", "--json").json) == 1


def test_a_session_is_forgotten_as_a_whole(lukasa: Run):
    lukasa("remember", *MESSAGE)

    assert "1 turn forgotten" in lukasa("forget", "--session", "s1").out
    assert lukasa("turns", "--json").json == []


def test_an_unknown_id_is_named(lukasa: Run):
    lukasa("remember", *MESSAGE)

    done = lukasa("forget", "t_unknown")

    assert done.code == 1
    assert "t_unknown" in done.err


def test_export_writes_a_turn_a_line(lukasa: Run, tmp_path: Path):
    lukasa("remember", *MESSAGE)
    lukasa("remember", "Zweite.", "--at", "2026-03-02T10:00:00Z")
    file = tmp_path / "out.jsonl"

    printed = lukasa("export").out.splitlines()
    written = lukasa("export", "-o", file, "--json")

    assert [json.loads(line)["text"] for line in printed] == [MESSAGE[0], "Zweite."]
    assert file.read_text("utf-8").splitlines() == printed
    assert written.json == {"file": str(file)}
    assert list(tmp_path.glob("*.part")) == []


# --- the store


def test_stats_verify_and_doctor_tell_how_the_store_is(lukasa: Run):
    lukasa("remember", *MESSAGE, "--user", "ada")

    assert lukasa("stats", "--json").json["stats"]["turns"] == 1
    assert lukasa("stats", "--json").json["partitions"] == [{"tenant": "default", "user": "ada"}]
    assert lukasa("stats", "--user", "ben", "--json").json["stats"]["turns"] == 0
    assert "ada" in lukasa("stats").out
    assert lukasa("verify", "--json").json["ok"] is True
    assert "No problems." in lukasa("verify").out
    assert lukasa("compact", "--json").json["after"] > 0
    assert "MB given back; the store has" in lukasa("compact").out
    assert lukasa("doctor", "--json").json["ok"] is True
    assert "Everything works." in lukasa("doctor").out


def test_doctor_fails_when_the_model_cannot_be_used(
    lukasa: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("LUKASA_EMBEDDER", "onnx")
    monkeypatch.setenv("LUKASA_DENSE_MODEL", str(tmp_path / "no-such-model"))

    done = lukasa("doctor")

    assert done.code == 1
    assert "no-such-model" in done.out


def test_reembed_makes_the_vectors_that_are_missing(lukasa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_EMBEDDER", "none")
    lukasa("remember", *MESSAGE)
    lukasa("remember", "Second.", "--at", "2026-03-02T10:00:00Z")
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    assert lukasa("doctor").code == 1

    assert lukasa("reembed", "-n", 1, "--json").json == {"done": 1, "remaining": 1}
    assert lukasa("reembed", "--json").json == {"done": 1, "remaining": 0}
    assert lukasa("doctor").code == 0


def test_the_store_is_named_by_the_environment_too(db: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_DB", str(db))

    assert main(["remember", "Hello."]) == 0
    assert db.exists()


def test_without_a_name_the_store_is_in_the_data_folder(tmp_path: Path):
    assert main(["remember", "Hello."]) == 0
    assert (tmp_path / "data" / "lukasa" / "memory.lukasa").exists()


# --- errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["blah"],
        ["recall"],
        ["recall", "x", "--nope"],
        ["recall", "x", "--limit", "few"],
        ["import", "x", "--format", "word"],
        ["import", "x", "--limit", "0"],
        ["forget"],
        ["forget", "t_1", "--session", "s1"],
    ],
)
def test_wrong_usage_is_exit_code_2_and_points_to_the_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main(arguments) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("lukasa: ")
    assert "lukasa --help" in captured.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("recall", "x"), "there is no store at"),
        (("turns",), "there is no store at"),
        (("verify",), "there is no store at"),
        (("import", "/no/such/file"), "/no/such/file"),
        (("remember", " "), "nothing to remember"),
        (("remember", "x", "--role", "king"), "'king'"),
        (("remember", "x", "--at", "soon"), "'soon'"),
        (("remember", "x", "--at", "2026-03-01T10:00:00"), "no UTC offset"),
        (("remember", "x", "--at", "2026-03-01T10:00:00", "--zone", "Mars/Base"), "'Mars/Base'"),
    ],
)
def test_an_error_is_one_line_that_names_the_input(lukasa: Run, arguments: tuple[str, ...], named: str):
    done = lukasa(*arguments)

    assert done.code == 1
    assert done.out == ""
    assert named in done.err
    assert len(done.err.splitlines()) == 1
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments", [("--filter", "{"), ("--filter", "[]"), ("--filter", '{"nope": 1}'), ("-n", "0")]
)
def test_a_question_that_cannot_be_asked_is_refused(lukasa: Run, arguments: tuple[str, ...]):
    lukasa("remember", *MESSAGE)

    done = lukasa("recall", "violin", *arguments)

    assert done.code == 1
    assert len(done.err.splitlines()) == 1


def test_a_missing_store_is_not_made_by_asking(lukasa: Run, db: Path):
    lukasa("recall", "x")

    assert not db.exists()


def test_a_file_that_is_no_store_is_named_and_left_alone(lukasa: Run, db: Path):
    db.write_text("These are my notes, and no database. " * 100)
    before = db.read_bytes()

    done = lukasa("remember", "Hello.")

    assert done.code == 1
    assert str(db) in done.err
    assert db.read_bytes() == before


def test_debug_shows_the_traceback(lukasa: Run):
    with pytest.raises(Exception, match="there is no store"):
        lukasa("recall", "x", "--debug")


def test_an_unknown_setting_is_an_error_and_not_silence(lukasa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_EMBEDER", "none")

    done = lukasa("remember", "x")

    assert done.code == 1
    assert "LUKASA_EMBEDER" in done.err


@pytest.mark.parametrize(
    "outcome",
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "x.lukasa"), 1, "Permission denied: 'x.lukasa'"),
        (RuntimeError("boom"), 1, "unexpected RuntimeError: boom (run it again with --debug"),
    ],
)
def test_what_nobody_expected_is_still_one_line(
    outcome: tuple[BaseException, int, str], lukasa: Run, monkeypatch: pytest.MonkeyPatch
):
    raised, code, said = outcome

    def fail(_: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "make_app", lambda: fail)

    done = lukasa("stats")

    assert done.code == code
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_every_command_and_format_stands_in_the_manual():
    manual = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")

    assert [name for name in NAMES if f"lukasa {name}" not in manual] == []
    assert [name for name in FORMATS if f"`{name}`" not in manual] == []
