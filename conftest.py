"""Shared by the tests of the package and of the evaluation."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A deadline, and the check that examples are made fast enough, would time the machine and not the code;
# no test asserts a duration.
settings.register_profile(
    "lukasa",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("LUKASA_TEST_EXAMPLES", "50")),  # noqa: TID251 - a size of tests
)
settings.load_profile("lukasa")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector from what stays: it would look through seven thousand tests again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
