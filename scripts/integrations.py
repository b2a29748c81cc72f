"""Run the tests of the integrations with the frameworks that they are for, and the frameworks' own test suites.

    python scripts/integrations.py                    # all, at the locked versions; exit 1 when one fails
    python scripts/integrations.py langgraph agno     # some
    python scripts/integrations.py --newest [NAME …]  # each in an environment of its own, with its newest release

`./test` runs the first. The locked versions stand in `requirements/integrations/` (`scripts/lock` writes them): one environment has all
frameworks but CrewAI, which has one of its own. Environments and suites are made once, in `.integrations/`, and need a package index;
`tests/integrations/test_NAME.py` finds the suites by `LUKASA_PEER_SOURCES`. They are never committed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tarfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import httpx2
import uv

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "requirements" / "integrations"
WORK = ROOT / ".integrations"
PIP_INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple")  # noqa: TID251
INDEX = os.environ.get("UV_DEFAULT_INDEX", PIP_INDEX)  # noqa: TID251
_REACH = "is a package index within reach? UV_DEFAULT_INDEX or PIP_INDEX_URL names another"

_OUTSIDE = {
    "LUKASA_EMBEDDER": "hashing",
    "LUKASA_PEER_SOURCES": str(WORK / "sources"),
    # Pages run in processes of their own: none compiles a framework again.
    "PYTHONDONTWRITEBYTECODE": "",
    # No telemetry of a framework leaves its tests.
    "CREWAI_DISABLE_TELEMETRY": "true",
    "MEM0_TELEMETRY": "False",
    "OTEL_SDK_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Integration:
    """What the tests of an adapter need beside the extra of the same name."""

    packages: tuple[str, ...] = ()
    """For --newest; the locks have them all."""

    sources: tuple[str, ...] = ()
    """Source distributions whose tests are run against our adapter."""

    tests: str = ""
    """Which files have its tests. Default: all that begin with its name."""

    lock: str = "frameworks"


INTEGRATIONS = {
    "adk": Integration(),
    "agent_framework": Integration(),
    "agno": Integration(),
    "anthropic": Integration(("pytest-asyncio",), ("anthropic",)),
    "autogen": Integration(),
    "claude_agent": Integration(),
    "crewai": Integration(lock="crewai"),
    "haystack": Integration(("pytest-asyncio",)),
    "langchain": Integration(("langchain-tests==1.1.9",)),
    "langgraph": Integration(("langmem>=0.0.30", "pytest-asyncio"), ("langgraph-checkpoint-sqlite",)),
    "llama_index": Integration(),
    # Its other tests need no mem0ai: they run with everything else.
    "mem0": Integration(("mem0ai==2.2.1",), tests="test_mem0_peer.py"),
    "openai_agents": Integration(("pytest-asyncio", "aiosqlite"), ("openai-agents",)),
    "pydantic_ai": Integration(),
    "strands": Integration(("pytest-asyncio",), ("strands-agents",)),
}


class InstallError(Exception):
    """An environment or a test suite could not be fetched."""


Counts: TypeAlias = tuple[Counter[str], Counter[tuple[str, str]]]
"""How many tests each integration has, and how many of them are left out for a reason."""


def locked(name: str) -> Path:
    """Return the Python of the environment of a lock; make it where there is none, or the lock has changed."""
    lock = LOCKS / f"{name}.txt"
    return _environment(name, lock.read_text("utf-8"), "--no-deps", "--require-hashes", "-r", str(lock))


def newest(name: str) -> Path:
    """Return the Python of an environment with one framework in its newest release; make it where there is none."""
    extra = "server" if name == "mem0" else name.replace("_", "-")
    packages = ("pytest", "hypothesis", "hatchling", "editables", *INTEGRATIONS[name].packages)
    return _environment(f"newest-{name}", "", f"{ROOT}[{extra}]", *packages)


def _environment(name: str, content: str, *packages: str) -> Path:
    folder = WORK / name
    python, ready = folder / "bin" / "python", folder / "ready"
    # An environment knows its own path: one that was moved is made anew.
    stamp = hashlib.sha256(f"{folder}\n{content}".encode()).hexdigest()
    if not ready.exists() or ready.read_text() != stamp:
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _uv("pip", "install", "--quiet", "--python", str(python), *packages)
        editable = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        _uv("pip", "install", "--quiet", "--python", str(python), *editable)
        ready.write_text(stamp)
    return python


def _uv(*arguments: str) -> None:
    command = [uv.find_uv_bin(), *arguments]
    done = subprocess.run(command, env=os.environ | {"UV_DEFAULT_INDEX": INDEX}, check=False)  # noqa: S603, TID251
    if done.returncode:
        raise InstallError(f"`uv {' '.join(arguments[:2])}` failed (above is why); {_REACH}")


def unpack(name: str) -> None:
    """Fetch a source distribution at the version and with the hash of suites.txt, and unpack it; once."""
    pins = dict(line.split(" --hash=sha256:") for line in (LOCKS / "suites.txt").read_text().splitlines())
    pin = next(pin for pin in pins if pin.partition("==")[0] == name)
    folder = WORK / "sources" / pin
    if folder.exists():
        return
    page = f"{INDEX.rstrip('/')}/{name}/"
    archive = f"{pin.replace('-', '_').replace('==', '-')}.tar.gz"
    try:
        with httpx2.Client(follow_redirects=True, timeout=60) as client:
            accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
            files = client.get(page, headers=accept).raise_for_status().json()["files"]
            (url,) = (file["url"] for file in files if file["filename"] == archive)
            content = client.get(urljoin(page, url)).raise_for_status().content
    except (httpx2.HTTPError, ValueError) as error:
        # Nothing that has the address: it may have a password in it.
        status = error.response.status_code if isinstance(error, httpx2.HTTPStatusError) else ""
        why = f"{type(error).__name__} {status}".strip()
        raise InstallError(f"{archive} could not be fetched ({why}); {_REACH}") from None
    if hashlib.sha256(content).hexdigest() != pins[pin]:
        raise InstallError(f"{archive} has not the hash that suites.txt has")
    partial = folder.with_name(f"{pin}.partial")
    with tarfile.open(fileobj=io.BytesIO(content)) as members:
        members.extractall(partial, filter="data")
    partial.rename(folder)


def test(python: Path, names: list[str]) -> tuple[bool, Counts]:
    """Run the tests of integrations in one process; return whether none failed, and the counts."""
    for source in {source for name in names for source in INTEGRATIONS[name].sources}:
        unpack(source)
    folder, report = ROOT / "tests" / "integrations", python.parents[1] / "report.xml"
    files = [
        str(file)
        for name in names
        for file in sorted(folder.glob(INTEGRATIONS[name].tests or f"test_{name}*.py"))
    ]
    options = ("filterwarnings=default", "addopts=", "asyncio_default_fixture_loop_scope=function")
    # Twice quiet: no summary of its own, as that of the whole suite is the last.
    command = [str(python), "-m", "pytest", "-qq", "-p", "no:cacheprovider", "--disable-warnings"]
    command += [f"--junitxml={report}", *(word for option in options for word in ("-o", option)), *files]
    report.unlink(missing_ok=True)
    done = subprocess.run(command, cwd=ROOT, env=os.environ | _OUTSIDE, check=False)  # noqa: S603, TID251
    return done.returncode == 0, _counts(report) if report.exists() else (Counter(), Counter())


def _counts(report: Path) -> Counts:
    tests: Counter[str] = Counter()
    left_out: Counter[tuple[str, str]] = Counter()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it
        module = f"{case.get('classname')}.".partition("test_")[2]
        name = max((each for each in INTEGRATIONS if module.startswith(each)), key=len, default=module)
        tests[name] += 1
        for skipped in case.iter("skipped"):
            left_out[name, str(skipped.get("message"))] += 1
    return tests, left_out


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(INTEGRATIONS))
    parser.add_argument("--newest", action="store_true", help="the newest releases, each by itself")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(INTEGRATIONS):
        parser.error(f"no integration {', '.join(sorted(unknown))}; there are {', '.join(INTEGRATIONS)}")
    names = options.names or list(INTEGRATIONS)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name if options.newest else INTEGRATIONS[name].lock, []).append(name)
    failed = []
    for group, members in groups.items():
        try:
            passed, (tests, left_out) = test(newest(group) if options.newest else locked(group), members)
        except InstallError as error:
            print(f"{group}: {error}", file=sys.stderr)
            return 1
        if not passed:
            failed.append(group)
        for name in members:
            reasons = {why: count for (of, why), count in left_out.items() if of == name}
            print(f"{name}: {tests[name] - sum(reasons.values())} run, {sum(reasons.values())} left out")
            for why, count in reasons.items():
                print(f"    {count} left out: {why}")
    print(f"failed: {', '.join(failed)}" if failed else "nothing failed", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
