"""A process that loads Lukasa's models stays silent, native code included."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

SECONDS = int(os.environ.get("LUKASA_TEST_SILENCE", "0"))  # noqa: TID251 - a size of this test
"""How long to listen. Were it on, onnxruntime's telemetry would write a database into the home folder when it is loaded,
and look its host up within 20 s.
"""

PROGRAM = f"""
import time
start = time.monotonic()
from lukasa import Memory
with Memory.open("memory.lukasa") as memory:
    ana = memory.of("ana")
    ana.remember("I live in Porto.", at="2026-03-01T12:00:00Z")
    assert ana.recall("Where do I live?").hits[0].signals
    assert ana.ask("Where do I live?").text
    assert memory.doctor().embedder
time.sleep(max(0, start + {SECONDS} - time.monotonic()))
"""

IMPORT_TWICE = """
import os, sys
from lukasa.adapters.models.session import _telemetry_off
{before}
with _telemetry_off():
    print(os.environ.get("ORT_DISABLE_TELEMETRY"))
print(os.environ.get("ORT_DISABLE_TELEMETRY"))
"""


ORDINARY = """
import sys
from lukasa import Memory, Settings
from lukasa.surfaces.cli.main import main

store, chat, embedder = sys.argv[1:]
assert main(["import", chat, "--db", store, "--json"]) == 0
with Memory.open(store, settings=Settings(embedder=embedder)) as memory:
    user = memory.of("default")
    user.remember("I live in Porto.", at="2026-03-01T12:00:00Z")
    assert user.recall("Where do I live?").hits
    assert user.context("Where do I live?").text
    assert user.ask("Where do I live?").text
"""

_NETWORK = re.compile(r"\b(?:socket|connect|bind|listen|accept4?)\(")
_LOOK_UP = re.compile(r'"/etc/(?:resolv\.conf|hosts|host\.conf|nsswitch\.conf|gai\.conf)"|/nscd/')
_WRITES = re.compile(
    r'\b(?:open(?:at2?)?\([^"]*"(?P<opened>[^"]*)", [^)]*O_(?:WRONLY|RDWR|CREAT)'
    r"|(?:creat|mkdir(?:at)?|rename(?:at2?)?|unlink(?:at)?|rmdir|(?:sym)?link(?:at)?|f?chmod(?:at)?|f?chown(?:at)?"
    r'|truncate|mknod(?:at)?|utimensat)\([^"]*"(?P<changed>[^"]*)")'
)


def environment(home: Path, **more: str) -> dict[str, str]:
    variables = os.environ  # noqa: TID251
    kept = {name: variables[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in variables}
    return {**kept, "HOME": str(home), **more}


@pytest.fixture(scope="session")
def strace(tmp_path_factory: pytest.TempPathFactory) -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("NOT TESTED: silence on the network needs strace (apt-get install strace)")
    log = tmp_path_factory.mktemp("strace") / "log"
    tried = subprocess.run([found, "-o", log, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"NOT TESTED: silence on the network, strace may not trace here: {tried.stderr.strip()}")
    return found


@pytest.mark.model
@pytest.mark.slow
def test_a_process_with_models_looks_nothing_up_and_leaves_nothing_in_the_home_folder(
    strace: str, tmp_path: Path
):
    home, work, log = tmp_path / "home", tmp_path / "work", tmp_path / "network.txt"
    home.mkdir()
    work.mkdir()
    traced = [
        strace,
        "-f",
        "--seccomp-bpf",
        "-e",
        "trace=network",
        "-o",
        str(log),
        sys.executable,
        "-B",
        "-c",
        PROGRAM,
    ]

    done = subprocess.run(
        traced, cwd=work, env=environment(home), capture_output=True, text=True, timeout=120, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert log.stat().st_size, "nothing was traced"
    asked = [
        line
        for line in log.read_text("utf-8").splitlines()
        if re.search(r"\bconnect\(|AF_INET|AF_NETLINK", line)
    ]
    assert asked == []
    assert list(home.rglob("*")) == []
    assert {file.name.partition("-")[0] for file in work.iterdir()} == {"memory.lukasa"}


@pytest.mark.slow
@pytest.mark.parametrize("embedder", ["hashing", pytest.param("onnx", marks=pytest.mark.model)])
def test_import_remember_recall_and_ask_send_nothing_and_write_nowhere_but_beside_the_store(
    strace: str, tmp_path: Path, embedder: str
):
    home, work, folder, log = (tmp_path / name for name in ("home", "work", "store", "calls.txt"))
    for path in (home, work, folder):
        path.mkdir()
    chat = tmp_path / "chat.txt"
    chat.write_text("# 2026-03-01\nAda: My sister Ines lives in Graz.\nBen: I know.\n", "utf-8")
    program = [sys.executable, "-B", "-c", ORDINARY, folder / "m.lukasa", chat, embedder]

    done = subprocess.run(
        [strace, "-f", "--seccomp-bpf", "-s", "1000", "-e", "trace=%network,%file", "-o", log, *program],
        cwd=work,
        env=environment(home, LUKASA_EMBEDDER=embedder),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    calls = log.read_text("utf-8", "replace").splitlines()
    assert any("O_CREAT" in call and f"{folder}/m.lukasa" in call for call in calls), "nothing was traced"
    assert [call for call in calls if _NETWORK.search(call) or _LOOK_UP.search(call)] == []
    assert [call for call in calls if _written(call, folder) not in {None, "/dev/null"}] == []
    assert [*home.rglob("*"), *work.rglob("*")] == []


def _written(call: str, folder: Path) -> str | None:
    """Return the file outside of a folder that a call wrote or changed."""
    match = _WRITES.search(call)
    if match is None or " = -1 " in call:
        return None
    path = match["opened"] or match["changed"] or ""
    return None if Path(path).is_relative_to(folder) else path


@pytest.mark.parametrize(
    ("before", "more", "during"),
    [
        ("", {}, "1"),
        ("", {"ORT_DISABLE_TELEMETRY": "0"}, "0"),
        ("sys.modules['onnxruntime'] = sys", {}, "None"),
    ],
    ids=["off", "the user chose", "loaded by the application"],
)
def test_only_our_own_loading_of_the_library_is_silenced(
    before: str, more: Mapping[str, str], during: str, tmp_path: Path
):
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_TWICE.format(before=before)],
        env=environment(tmp_path, **more), capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.split() == [during, more.get("ORT_DISABLE_TELEMETRY", "None")]
