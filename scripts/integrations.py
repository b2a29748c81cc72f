"""Run the tests of the integrations, each in an environment of its own with the framework that it is for.

    python scripts/integrations.py                 # all; exit 1 when one fails
    python scripts/integrations.py langgraph agno  # some

Environments and the frameworks' own test suites are made once, in `.integrations/`; the suites are fetched from the package index at the
versions below and read there, never committed. `tests/integrations/test_NAME.py` finds them by `LUKASA_PEER_SOURCES`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / ".integrations"

_QUIET = {"CREWAI_DISABLE_TELEMETRY": "true", "MEM0_TELEMETRY": "False", "OTEL_SDK_DISABLED": "true"}
"""No telemetry of a framework leaves its tests."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What is installed beside Lukasa with the extra of the same name."""

    packages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Source distributions whose tests are run against our adapter."""


ENVIRONMENTS = {
    "adk": Environment(),
    "agent_framework": Environment(),
    "agno": Environment(),
    "anthropic": Environment(("pytest-asyncio",), ("anthropic==2.12.0",)),
    "autogen": Environment(),
    "claude_agent": Environment(),
    "crewai": Environment(),
    "haystack": Environment(("pytest-asyncio",)),
    "langchain": Environment(("langchain-tests==1.1.9",)),
    "langgraph": Environment(("langmem>=0.0.30", "pytest-asyncio"), ("langgraph-checkpoint-sqlite==3.1.2",)),
    "llama_index": Environment(),
    "mem0": Environment(("mem0ai==2.2.1",)),
    "openai_agents": Environment(("pytest-asyncio", "aiosqlite"), ("openai-agents==0.24.0",)),
    "pydantic_ai": Environment(),
    "strands": Environment(("pytest-asyncio",), ("strands-agents==1.62.0",)),
}


def prepare(name: str) -> Path:
    """Return the Python of the environment; make it where there is none."""
    environment, folder = ENVIRONMENTS[name], WORK / name
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        extra = "[server]" if name == "mem0" else f"[{name.replace('_', '-')}]"
        _pip(python, "install", "--editable", f"{ROOT}{extra}", "pytest", "hypothesis", *environment.packages)
        (folder / "ready").touch()
    for source in environment.sources:
        _unpack(python, source)
    return python


def _unpack(python: Path, source: str) -> None:
    folder = WORK / "sources" / source
    if not folder.exists():
        _pip(
            python,
            "download",
            "--no-deps",
            "--no-binary",
            source.partition("==")[0],
            "--dest",
            str(folder),
            source,
        )
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as members:
            members.extractall(folder, filter="data")


def _pip(python: Path, *arguments: str) -> None:
    subprocess.run(  # noqa: S603
        [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True
    )


def main(names: list[str]) -> int:
    if unknown := set(names) - set(ENVIRONMENTS):
        print(
            f"no integration {', '.join(sorted(unknown))}; there are {', '.join(ENVIRONMENTS)}",
            file=sys.stderr,
        )
        return 2
    failed = []
    for name in names or ENVIRONMENTS:
        print(f"── {name}", flush=True)
        tests = sorted(str(path) for path in (ROOT / "tests/integrations").glob(f"test_{name}*.py"))
        command = [str(prepare(name)), "-m", "pytest", "-q", "-rs", "-o", "filterwarnings=default", *tests]
        outside = {"LUKASA_EMBEDDER": "hashing", "LUKASA_PEER_SOURCES": str(WORK / "sources"), **_QUIET}
        if subprocess.run(command, cwd=ROOT, env=os.environ | outside, check=False).returncode:  # noqa: S603, TID251
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all passed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
