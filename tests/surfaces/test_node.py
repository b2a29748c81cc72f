"""Programs for Node that test the server: the page's tasks in a browser, the TypeScript client, the conformance suite of MCP.

`./test` installs their packages (`scripts/node_packages`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


def run(folder: str, *command: str, **environment: str) -> None:
    """Run a command in a folder; show its output when it fails."""
    done = subprocess.run(
        command,
        cwd=ROOT / folder,
        env={**os.environ, **environment},  # noqa: TID251 - it needs the path
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def program(name: str, folder: str) -> str:
    """Return the path of a program that works with the packages of a folder; skip where it cannot."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"NOT TESTED: {folder} needs Node 20 or newer with npm (apt-get install nodejs npm)")
    if not (ROOT / folder / "node_modules" / ".installed").exists():
        pytest.skip(f"NOT TESTED: {folder} has no packages (scripts/node_packages)")
    return path


def test_the_tasks_of_the_page_are_done_in_a_browser():
    node = program("node", "web")
    if BROWSER is None:
        pytest.skip("NOT TESTED: the page needs Chromium (apt-get install chromium)")
    run(
        "web",
        *(node, "--test", "--test-reporter=spec", "tests/page.test.mjs"),
        LUKASA_PYTHON=sys.executable,
        CHROMIUM=BROWSER,
    )


def test_the_typescript_client_has_right_types_and_passes_its_tests():
    npm = program("npm", "clients/typescript")

    run("clients/typescript", npm, "test", LUKASA=str(Path(sys.executable).with_name("lukasa")))


def test_nothing_of_mcp_fails_but_what_needs_parts_that_we_do_not_have():
    program("node", "tests/conformance/mcp")

    run(".", sys.executable, "scripts/mcp_conformance.py")
