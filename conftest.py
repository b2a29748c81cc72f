"""Shared by the tests of the package and of the evaluation."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A deadline, and the check that examples are made fast enough, would time the machine and not the code;
# no test asserts a duration.
settings.register_profile("lukasa", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lukasa")
