"""Test suites of the frameworks, run on our adapters: modules of an unpacked source distribution."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

SOURCES = os.environ.get("LUKASA_PEER_SOURCES", "")  # noqa: TID251 - of a test


def suite(name: str, path: str, *, alias: str) -> ModuleType:
    """Return the module at a path of a source distribution such as `anthropic`; skip the tests when it is not there."""
    roots = sorted(Path(SOURCES).glob(f"{name}==*/*/")) if SOURCES else []
    if not roots:
        pytest.skip(
            f"LUKASA_PEER_SOURCES has no {name}: run scripts/integrations.py", allow_module_level=True
        )
    root = roots[-1]
    # Its own `tests` package, not ours.
    for known in [known for known in sys.modules if known.partition(".")[0] == "tests"]:
        del sys.modules[known]
    sys.path.insert(0, str(root))
    try:
        spec = importlib.util.spec_from_file_location(alias, root / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(root))
    return module
