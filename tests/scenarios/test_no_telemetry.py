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

SECONDS = 25
"""onnxruntime looks its telemetry host up within 20 s of being loaded."""

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
time.sleep(start + {SECONDS} - time.monotonic())
"""

IMPORT_TWICE = """
import os, sys
from lukasa.adapters.models.session import _telemetry_off
{before}
with _telemetry_off():
    print(os.environ.get("ORT_DISABLE_TELEMETRY"))
print(os.environ.get("ORT_DISABLE_TELEMETRY"))
"""


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
    traced = [strace, "-f", "-e", "trace=network", "-o", str(log), sys.executable, "-B", "-c", PROGRAM]

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
