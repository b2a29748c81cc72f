"""The blocking face says what the async one says, and does nothing by itself."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lukasa import AsyncHandle, AsyncMemory, Handle, Memory

RENAMED = {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}
PAIRS = [(AsyncMemory, Memory), (AsyncHandle, Handle)]
MOST_STATEMENTS = 3


def verbs(of: type) -> dict[str, Any]:
    """Return what the class and its own bases define, under its blocking name, in no order."""
    found: dict[str, Any] = {}
    for base in reversed(of.__mro__[:-1]):
        found.update(vars(base))
    kept = {name: value for name, value in found.items() if not name.startswith("_") or name in RENAMED} | {
        name: value for name, value in found.items() if name in RENAMED.values()
    }
    return {RENAMED.get(name, name): value for name, value in kept.items()}


def function(value: object) -> Callable[..., Any] | None:
    match value:
        case property(fget=getter):
            return getter
        case classmethod() | staticmethod():
            return value.__func__  # type: ignore[no-any-return]
        case _ if inspect.isfunction(value):
            return value
        case _:
            return None


def signature(given: Callable[..., Any]) -> list[tuple[str, str, str, str]]:
    return [
        (each.name, str(each.kind), repr(each.default), str(each.annotation))
        for each in inspect.signature(given).parameters.values()
    ]


def returned(given: Callable[..., Any]) -> str:
    """Return the annotation of what comes back, as the blocking face would write it."""
    text = str(inspect.signature(given).return_annotation)
    return text.replace("AsyncIterator", "Iterator").replace("AsyncHandle", "Handle")


def statements(given: Callable[..., Any]) -> int:
    """Count the statements at any depth, the definition and the docstring left out."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(given))).body[0]
    inside = sum(isinstance(node, ast.stmt) for node in ast.walk(tree)) - 1
    return inside - (ast.get_docstring(tree) is not None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=["Memory", "Handle"])
def test_both_faces_have_the_same_verbs(one: type, other: type):
    # `partition` is an attribute of the one and a property of the other.
    assert set(verbs(one)) | {"partition"} == set(verbs(other)) | {"partition"}
    assert set(verbs(other)) >= {"close"} if other is Memory else {"remember", "recall"}


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=["Memory", "Handle"])
def test_signatures_defaults_and_docstrings_are_the_same(one: type, other: type):
    compared = []
    for name, value in verbs(one).items():
        first, second = function(value), function(verbs(other)[name])
        assert first is not None, name
        assert second is not None, name
        assert signature(second) == signature(first), name
        assert returned(second) == returned(first), name
        assert second.__doc__ == first.__doc__, name
        if not name.startswith("_"):
            assert first.__doc__, name
        compared.append(name)

    assert len(compared) >= 9


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=["Memory", "Handle"])
def test_every_verb_is_awaited_on_one_face_and_not_on_the_other(one: type, other: type):
    for name, value in verbs(one).items():
        first, second = function(value), function(verbs(other)[name])
        assert first is not None
        assert second is not None
        asynchronous = inspect.iscoroutinefunction(first) or inspect.isasyncgenfunction(first)
        assert asynchronous or name == "of", name
        assert not inspect.iscoroutinefunction(second), name
        assert not inspect.isasyncgenfunction(second), name


@pytest.mark.parametrize("face", [Memory, Handle])
def test_the_blocking_face_has_no_logic(face: type):
    sizes = {
        name: statements(given)
        for name, value in vars(face).items()
        # `open` has to stop the loop again when opening fails.
        if (given := function(value)) is not None and name != "open"
    }

    assert {name: size for name, size in sizes.items() if size > MOST_STATEMENTS} == {}
    assert len(sizes) >= 10


def test_the_blocking_face_is_what_the_script_writes():
    script = Path(__file__).parents[2] / "scripts/generate_blocking.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_statements_are_counted_at_any_depth():
    def three(given: int) -> int:
        """Not this."""
        if given:
            given += 1
        return given

    assert statements(three) == 3


def test_exports_stream_on_both_faces():
    assert inspect.isasyncgenfunction(AsyncHandle.export)
    assert inspect.isgeneratorfunction(Handle.export)
