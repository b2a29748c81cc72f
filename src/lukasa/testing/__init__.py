"""Shipped with the package: fakes, and the suites that every adapter must pass."""
