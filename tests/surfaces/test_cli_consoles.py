"""Every command, on consoles and pipes that cannot show everything."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import write_lines

from lukasa import Memory, Settings
from lukasa.surfaces.cli.main import COMMANDS, main

NAME, CITY = "Zoë 🌸", "東京"
SAID = f"I live in {CITY}. My sister is called {NAME}, and she works at Café Łódź."
AT = "2026-03-01T10:00:00Z"

READING = 35
"""Calls at the beginning of `commands` that change nothing: enough for a second encoding of a sort."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("consoles") / "filled.lukasa"
    with Memory.open(path, settings=Settings(embedder="hashing")) as memory:
        me = memory.of("me")
        me.remember({"role": "user", "name": NAME, "content": SAID}, at=AT, session=CITY)
        me.believe(f"{NAME} lives in {CITY}", subject=NAME, attribute="lives_in", value=CITY, kind="profile")
        me.believe(f"{NAME} lives in Łódź", subject=NAME, attribute="lives_in", value="Łódź", kind="profile")
    return path


def commands(folder: Path, turn: str, fact: str) -> Iterator[tuple[str, ...]]:
    """Yield a call of every command, those that change most at the end."""
    chat = write_lines(
        folder / f"{CITY}.jsonl", [{"role": "user", "name": NAME, "content": SAID + " 🎻", "at": AT}]
    )
    asked = write_lines(
        folder / "asked.jsonl", [{"question": f"Where does {NAME} live?", "expect": "東京 🌸"}]
    )
    question = f"Where does {NAME} live?"
    yield from [
        ("recall", question), ("recall", question, "--explain"), ("recall", question, "--json"), ("context", question),
        ("ask", question), ("chat", question), ("turns",), ("turns", "--json"), ("facts",), ("timeline",), ("why", fact), ("history", fact),
        ("history", f"{CITY}🌸"), ("conflicts",), ("settle", "--keep", fact), ("review",), ("entities",), ("relations",),
        ("related", NAME), ("path", NAME, CITY), ("graph",), ("graph", "--format", "html"), ("changes",), ("diff", "0"),
        ("jobs",), ("summaries",), ("usage",), ("config",), ("stats",), ("export",), ("verify",), ("audit",),
        ("backup", str(folder / f"{CITY}-backup.lukasa")), ("compact",), ("migrate", str(folder / f"{CITY}.lukasa"), str(folder / "moved.lukasa")),
        ("eval", str(asked)), ("doctor",), ("remember", f"{NAME} 🎻 {CITY}"), ("import", str(chat)), ("demo",),
        ("amend", fact, "--text", f"{NAME} 🎻"), ("alias", NAME, f"{CITY} 🎻"), ("rename", NAME, f"{NAME} 🎻"),
        ("merge", f"{NAME} 🎻", CITY), ("split", NAME, CITY), ("believe", "🎻", "--subject", NAME), ("forget", turn),
        ("restore", turn), ("undo", "1"), ("extract",), ("reextract", "--session", CITY), ("reembed",),
        ("reindex",), ("sweep",), ("maintain",), ("flush",), ("retry",), ("worker", "--until-idle"),
        ("keys", "list"), ("mcp", "--user", "a\0b"), ("serve", "--host", "0.0.0.0"), ("install", "--help"), ("hook", "--help"),
        ("erase", turn, "--dry-run"), ("erase", turn, "--yes"), ("readmit", turn),
        ("recall",), ("recall", "--🌸"), (f"{CITY}🌸",), ("--help",), ("recall", "--help"), ("--version",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command", [("recall", "公园"), ("ask", "公园"), ("facts",), ("turns",), ("changes",)]
)
def test_text_without_spaces_is_shown_whole(
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("COLUMNS", "90")
    said = "我们终于搬家了新房子在苏州三楼没有电梯附近有一个很大的公园周末常去散步还有很多老朋友住在那里"
    db = tmp_path / "whole.lukasa"
    with Memory.open(db, settings=Settings(embedder="none")) as memory:
        (turn,) = memory.of("me").remember(said).turns
        memory.of("me").believe(said, subject="王芳")
        memory.of("me").forget(turn, reason=said)
        memory.of("me").restore(turn)

    assert main([*command, "--db", str(db)]) == 0

    shown = "".join(capsys.readouterr().out.split())
    assert "住在那里" in shown
    assert "…" not in shown


def test_a_context_says_that_its_budget_is_too_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    db = tmp_path / "small.lukasa"
    with Memory.open(db, settings=Settings(embedder="none")) as memory:
        memory.of("me").remember("The spare key lies under the blue flowerpot beside the garage.")

    assert main(["context", "spare key", "--budget", "9", "--db", str(db)]) == 0

    assert capsys.readouterr().out.strip() == "What bears on this has no room in that budget."


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp932", "utf-16", "utf-8"])
def test_every_command_runs_on_a_narrow_console_of_any_encoding(
    encoding: str, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    db = shutil.copy(filled, tmp_path / f"{CITY}.lukasa")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    with Memory.open(db, settings=Settings(embedder="hashing")) as memory:
        turn, fact = memory.of("me").turns()[0].id, memory.of("me").facts()[0].id
    run, failed = set(), {}
    calls = [*commands(tmp_path, turn, fact)]
    for command in calls if encoding == "cp1252" else calls[:READING]:
        out, err = [
            io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)
            for errors in ("strict", "backslashreplace")
        ]
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        bare = command[0] in {"demo", "migrate"} or command[0].startswith("--") or "--help" in command

        code = main([*command, *([] if bare else ["--db", str(db)])])

        run.add(command[0])
        for stream in (out, err):
            stream.flush()
        document = command[0] == "graph"  # which says itself that it is UTF-8
        shown = out.buffer.getvalue().decode("utf-8" if document else encoding)
        told = err.buffer.getvalue().decode(encoding)
        if code not in {0, 1, 2} or "unexpected" in told or "Traceback" in told or "\x1b" in shown + told:
            failed[" ".join(command)] = told.splitlines()[-1:]

    assert failed == {}
    if encoding == "cp1252":
        assert {name for group in COMMANDS.values() for name in group} <= run


def start(encoding: str, *arguments: object, after: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run a command as a process; *after* says where a shell sends what it prints."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}  # noqa: TID251
    command = [sys.executable, "-m", "lukasa.surfaces.cli.main", *map(str, arguments)]
    return subprocess.run(
        ["/bin/sh", "-c", f'"$@" {after}', "sh", *command],
        env=environment, capture_output=True, check=False, timeout=60,
    )  # fmt: skip


def test_what_a_pipe_cannot_carry_is_replaced_and_the_rest_is_there(filled: Path):
    done = start("cp1252", "turns", "--db", filled)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "Zoë ?: I live in ??. My sister is called Zoë ?" in " ".join(done.stdout.decode("cp1252").split())


def test_exports_lose_nothing(filled: Path):
    line, *_ = start("cp1252", "export", "--db", filled).stdout.decode("cp1252").splitlines()
    graph = start("cp1252", "graph", "--format", "jsonld", "--db", filled).stdout.decode("utf-8")

    assert json.loads(line)["text"] == SAID
    assert NAME in graph


@pytest.mark.skipif(os.name != "posix", reason="closed by a shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-", "| head -c 0", "> /dev/full"])
def test_a_closed_or_full_output_is_no_crash(closed: str, filled: Path):
    done = start("utf-8", "turns", "--db", filled, after=closed)

    assert done.returncode in {0, 1}
    for word in (b"Traceback", b"unexpected", b"Exception ignored"):
        assert word not in done.stderr


def test_a_tilde_in_an_option_is_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert main(["remember", SAID, "--db", "~/x.lukasa"]) == 0
    monkeypatch.setenv("LUKASA_DB", "~/x.lukasa")
    assert main(["turns"]) == 0

    assert (tmp_path / "x.lukasa").exists()
    assert CITY in capsys.readouterr().out


def test_a_missing_folder_is_called_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["remember", SAID, "--db", str(tmp_path / "gone" / "x.lukasa")]) == 1

    assert f"there is no folder {str(tmp_path / 'gone')!r}" in capsys.readouterr().err
