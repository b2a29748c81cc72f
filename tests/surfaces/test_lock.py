"""The locked requirements that ./demo and ./test install."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def locked(name: str) -> dict[str, list[str]]:
    """Return each locked package with the lines that follow it."""
    packages: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines():
        if found := re.match(r"([a-z0-9][a-z0-9._-]*)==", line):
            current = packages.setdefault(found[1], [])
        elif not line.startswith("#"):
            current.append(line.strip())
    return packages


@pytest.mark.parametrize("name", ["run", "dev", "serve"])
def test_every_package_is_locked_by_hash(name: str):
    packages = locked(name)

    assert packages
    assert [
        name for name, lines in packages.items() if not any("--hash=sha256:" in line for line in lines)
    ] == []


def test_what_the_project_needs_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[^A-Za-z0-9._-]", one)[0] for one in project["dependencies"]}
    tools = {re.split(r"[^A-Za-z0-9._-]", one)[0] for one in (*_names("run.in"), *_names("dev.in"))}

    assert needed - set(locked("run")) == set()
    assert needed | tools <= set(locked("dev"))


def test_tests_run_with_what_is_installed_to_run():
    run, dev, serve = (
        set(re.findall(r"(?m)^\S+==\S+", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")))
        for name in ("run", "dev", "serve")
    )

    assert run <= serve <= dev


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "serve.txt", "run.in", "dev.in"])
def test_no_index_no_path_and_no_option_is_written_down(name: str):
    text = (ROOT / "requirements" / name).read_text("utf-8")

    assert re.findall(r"(?m)://|file:|^\s*-(?!-hash)|via /", text) == []


def _names(name: str) -> list[str]:
    lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
