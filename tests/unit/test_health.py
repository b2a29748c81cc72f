"""The gauges of `scripts/health.py`: each fails on what it is for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "health.py"
SIGNATURE = "a, b, c, d, e, f, g, h"

TOO_MUCH = {
    "module lines": {"long.py": "x = 1\n" * 601},
    "function lines": {"long.py": "def long():\n" + "    x = 1\n" * 80},
    "parameters": {"wide.py": f"def wide({SIGNATURE}, *, i): ...\n"},
    "parameters hidden in Unpack": {
        "wide.py": f"class More(TypedDict):\n    i: int\n\n\ndef wide({SIGNATURE}, **more: Unpack[More]): ...\n"
    },
    "modules in a folder": {f"room/m{number}.py": "" for number in range(26)},
    "modules in cycles": {"one.py": "import package.two\n", "two.py": "import package.one\n"},
    "class names twice": {"one.py": "class Same: ...\n", "two.py": "class Same: ...\n"},
    "reach of a path": {
        "writing/remember.py": "import package.m0\n",
        **{f"m{number}.py": f"import package.m{number + 1}\n" for number in range(46)},
        "m46.py": "",
    },
}


def check(folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        path = folder / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        (path.parent / "__init__.py").touch()
    (folder / "package" / "__init__.py").touch()
    command = [sys.executable, str(SCRIPT), str(folder / "package"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("gauge", TOO_MUCH)
def test_too_much_of_anything_fails(tmp_path: Path, gauge: str):
    done = check(tmp_path, TOO_MUCH[gauge])

    assert f"over budget: {gauge.removesuffix(' hidden in Unpack')}" in done.stdout
    assert done.returncode == 1


def test_a_small_package_passes_and_its_figures_are_printed(tmp_path: Path):
    done = check(
        tmp_path, {"writing/remember.py": "import package.turn\n", "turn.py": "# A comment.\nx = 1\n"}
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "writing.remember 1" in done.stdout
    assert "comments            33.3 %" in done.stdout
