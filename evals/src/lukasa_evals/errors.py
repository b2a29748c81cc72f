"""What can go wrong in an evaluation, on purpose."""

from __future__ import annotations


class EvalError(Exception):
    """The evaluation cannot be run, or would not be honest."""


class DatasetError(EvalError):
    """A file of the data set is absent or is not what it should be."""
