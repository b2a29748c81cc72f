"""Verbs without `await` for adapters: what is written over an `AsyncHandle`, called through the `Handle` of a `Memory`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from lukasa import AsyncHandle, Handle

P = ParamSpec("P")
T = TypeVar("T")
Inner = TypeVar("Inner")


class Face(Protocol[Inner]):
    """The blocking twin of a class over an `AsyncHandle`."""

    _handle: Handle
    _inner: Inner


def asynchronous(handle: AsyncHandle | Handle) -> AsyncHandle:
    """Return the handle whose verbs are awaited."""
    return handle._handle if isinstance(handle, Handle) else handle  # noqa: SLF001 - its blocking face


def wait(handle: Handle, work: Callable[[], Awaitable[T]]) -> T:
    """Run work over `asynchronous(handle)` to its end, in the loop of the handle's memory."""
    return handle._loop.call(work)  # noqa: SLF001 - its blocking face


def blocking(
    verb: Callable[Concatenate[Any, P], Awaitable[T]],
) -> Callable[Concatenate[Any, P], T]:
    """Return a verb of `Face._inner` without `await`."""

    def call(face: Face[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return wait(face._handle, lambda: verb(face._inner, *args, **kwargs))  # noqa: SLF001

    return update_wrapper(call, verb)
