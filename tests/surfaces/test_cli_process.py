"""The command as people run it: a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from command_line import Run, messages, write_lines

COUNT = int(os.environ.get("LUKASA_TEST_IMPORT", "500"))  # noqa: TID251 - a size of these tests
ENOUGH = COUNT // 10
"""Turns that are stored when an import is cut off."""

LENGTH = 2000
"""Characters of a message: short ones are stored in one transaction, and an import of them is never cut off half-way."""

COMMAND = [sys.executable, "-m", "lukasa"]


def start(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*COMMAND, *map(str, arguments)], **options)  # type: ignore[call-overload]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )


def test_a_conversation_goes_in_and_an_answer_comes_out(tmp_path: Path):
    file = tmp_path / "chat.txt"
    file.write_text("# 2026-03-01\nAda: My sister Ines lives in Graz.\nBen: I know.\n", "utf-8")
    db = ("--db", tmp_path / "p.lukasa")

    done = run("import", file, *db)
    found = run("recall", "Where does Ines live?", "--json", *db)

    assert (done.returncode, done.stderr) == (0, "")
    assert "2 turns stored" in done.stdout
    assert (found.returncode, found.stderr) == (0, "")
    turns = [hit["text"] for hit in json.loads(found.stdout)["hits"] if hit["kind"] == "turn"]
    assert turns[0] == "My sister Ines lives in Graz."


def test_an_error_has_no_traceback_unless_it_is_asked_for(tmp_path: Path):
    plain = run("import", tmp_path / "nothing")
    debug = run("import", tmp_path / "nothing", "--debug")

    assert (plain.returncode, plain.stdout) == (1, "")
    assert len(plain.stderr.splitlines()) == 1
    assert debug.returncode == 1
    assert "Traceback" in debug.stderr


def test_an_unreadable_file_is_named(tmp_path: Path):
    file = tmp_path / "secret.txt"
    file.write_text("Ada: x")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")

    done = run("import", file)

    assert done.returncode == 1
    assert "Permission denied" in done.stderr
    assert str(file) in done.stderr


def test_a_reader_that_leaves_early_is_no_error(lukasa: Run, tmp_path: Path, db: Path):
    file = write_lines(tmp_path / "chat.jsonl", messages(400, sessions=8))
    assert lukasa("import", file).code == 0

    for command in ("turns", "export"):
        with start(command, "--db", db, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 1


def long_messages() -> list[dict[str, object]]:
    made = messages(COUNT, sessions=20)
    return [each | {"content": f"{each['content']} {'Again! ' * LENGTH}"[:LENGTH]} for each in made]


def test_a_killed_import_loses_nothing_that_was_stored_and_can_go_on(
    lukasa: Run, tmp_path: Path, db: Path, stored: Callable[[Path], int]
):
    file = write_lines(tmp_path / "chat.jsonl", long_messages())

    with start("import", file, "--db", db, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and stored(db) < ENOUGH:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, "it was done before it could be killed"
    before = stored(db)
    again = lukasa("import", file, "--json")

    assert ENOUGH <= before < COUNT
    told = again.json
    assert (told["turns"], told["duplicates"]) == (COUNT - before, before)
    assert lukasa("verify").code == 0


def test_an_interrupted_import_says_what_it_kept(tmp_path: Path, stored: Callable[[Path], int]):
    file = write_lines(tmp_path / "chat.jsonl", long_messages())
    db = tmp_path / "p.lukasa"

    # A shell starts what it runs in the background without interrupts, and every child would inherit that.
    heard = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start("import", file, "--db", db, preexec_fn=heard, **pipes) as process:
        while process.poll() is None and stored(db) < ENOUGH:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert out == b""
    assert b"stored" in err
    assert b"interrupted" in err
    assert b"Traceback" not in err


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc whether the process listens to signals")
def test_a_worker_ends_at_sigterm_as_a_container_is_stopped(lukasa: Run, db: Path):
    lukasa("remember", "I like tea.")
    with start("worker", "--db", db, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not ends_at_sigterm(process.pid):
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)

    assert (process.returncode, b"Traceback" in err) == (0, False)


def ends_at_sigterm(process: int) -> bool:
    """Whether a process does something of its own at SIGTERM, as Linux tells."""
    caught = next(
        line.split()[1]
        for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines()
        if line.startswith("SigCgt")
    )
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
