"""Our errors, where mem0's callers wait for a `ValueError`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lukasa.errors import InputError, LukasaError, NotFoundError


@asynccontextmanager
async def value_errors() -> AsyncIterator[None]:
    """Raise `InputError`, its kinds and `NotFoundError` as errors that are a `ValueError` too."""
    try:
        yield
    except (InputError, NotFoundError) as error:
        if isinstance(error, ValueError):
            raise
        raise _both(type(error))(*error.args) from error


def _both(kind: type[LukasaError]) -> type[LukasaError]:
    return type(kind.__name__, (kind, ValueError), {"__doc__": kind.__doc__})
