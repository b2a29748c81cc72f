"""The programs of the integrations' pages: each is one `py` block, run as a reader would run it, in processes of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```py\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(name: str, folder: Path, *arguments: str) -> str:
    """Run the first `py` block of docs/integrations/NAME.md in a folder; return what it prints."""
    page = ROOT / "docs" / "integrations" / f"{name}.md"
    program = folder / "program.py"
    program.write_text(_FENCE.findall(page.read_text("utf-8"))[0], "utf-8")
    outside = os.environ | {"PYTHONPATH": str(ROOT / "src"), "LUKASA_EMBEDDER": "hashing"}  # noqa: TID251
    command = [sys.executable, str(program), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=outside, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
