"""Packages that are run as they are: silenced, kept to their own folder, and their failures named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lukasa.errors import LukasaError
from lukasa_evals.errors import EvalError
from lukasa_evals.loopback import Loopback
from lukasa_evals.systems.system import Tools


def dimensions(tools: Tools) -> int:
    """Return the dimensions of the vectors that the loopback server gives: packages want to be told."""
    return len(tools.vectors.query("dimensions"))


_CLIP = 200
"""Characters of a package's own words: they may quote the conversation."""

_SILENT = {
    "MEM0_TELEMETRY": "False",
    "GRAPHITI_TELEMETRY_ENABLED": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "DO_NOT_TRACK": "1",
    # A key of the user's would lead a package past the loopback server.
    "OPENROUTER_API_KEY": "",
}


def silenced(folder: Path) -> None:
    """Switch telemetry off; to be called before a package is imported."""
    os.environ.update(_SILENT)  # noqa: TID251 - packages read nothing else
    os.environ["MEM0_DIR"] = str(folder)  # noqa: TID251


def emptied(folder: Path) -> Path:
    """Return a folder without what an earlier process left there: these packages cannot go on from the middle."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@contextmanager
def named(package: str, loopback: Loopback) -> Iterator[None]:
    """Let an error say which package it comes from; an error of the model passes through as it is.

    Some packages log such an error and go on, as if nothing had been said: that is one, too.
    """
    try:
        yield
    except (EvalError, LukasaError):
        raise
    except Exception as error:
        if loopback.failed is not None:
            raise loopback.failed from error
        raise EvalError(
            f"{package} {_version(package)} failed: {type(error).__name__}: {str(error)[:_CLIP]}"
        ) from error
    if loopback.failed is not None:
        raise loopback.failed


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(unknown version)"
