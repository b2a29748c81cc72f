"""Shared by the tests of the package and of the evaluation."""

from __future__ import annotations

from hypothesis import settings

# A deadline would time the machine, not the code; no test asserts a duration.
settings.register_profile("lukasa", deadline=None)
settings.load_profile("lukasa")
