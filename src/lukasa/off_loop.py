"""Computing beside the event loop, so that nothing that is handed in keeps everybody else waiting.

What takes long and does not wait for anything (reading messages, rules, analysis, ranking) stays a plain function; who
calls it from the loop calls it through `off_loop`, or piece by piece through `collected`. Each loop has one thread for it:
more would gain nothing in Python, they would only compete with the loop. One thread also means that two such computations never run
at the same time, so they may share state as if they ran in the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial, wraps
from threading import current_thread
from time import perf_counter
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

PIECE = 0.02
"""Seconds after which the next in line gets its turn, if the work at hand can be divided."""

FEW = 100
"""Items that are gone through sooner than another thread is asked to."""

_LITTLE = 1_000
"""Characters of text that are read, and analysed, in about a millisecond, and in seven if they are chosen to take long."""

_FEW_TEXTS = 10
_NAME = "lukasa-computing"
_THREADS: WeakKeyDictionary[asyncio.AbstractEventLoop, ThreadPoolExecutor] = WeakKeyDictionary()


def is_little(texts: int, characters: int) -> bool:
    """Whether so many texts, of so many characters in all, may be read and analysed in the loop."""
    return texts <= _FEW_TEXTS and characters <= _LITTLE


async def off_loop(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what the function returns, computed beside the loop. A caller that is cancelled does not stop it."""
    _, answer = begun(_thread(), partial(function, *args, **kwargs))
    return await answer


def begun(pool: ThreadPoolExecutor, function: Callable[[], T]) -> tuple[Future[None], asyncio.Future[T]]:
    """Have a thread call the function, and return what tells when that has ended, and what the running loop waits for.

    A caller that is cancelled before the thread comes to it is left alone. Much is done this way: what asyncio has for it,
    one future for the thread and another for the loop, each telling the other, takes a third of what a visit takes.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def call() -> None:
        if answer.cancelled():
            return
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            _say(loop, _fail, answer, error)
        else:
            _say(loop, _tell, answer, result)

    return pool.submit(call), answer


async def computed(items: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a function that shares nothing returns: at once where it goes through few items, else as `off_loop`."""
    return function(*args, **kwargs) if items <= FEW else await off_loop(function, *args, **kwargs)


async def collected(items: Iterable[T]) -> list[T]:
    """Return the items of a lazy iterable, computed beside the loop in pieces, between which others get their turn."""
    return await gathered(items, _itself)


async def gathered(items: Iterable[T], use: Callable[[list[T]], R], *, at_once: bool = False) -> R:
    """Return what *use* makes of the items of a lazy iterable, computed as by `collected`, and with one visit to the thread fewer.

    A visit takes a fifth of a millisecond of processor time: for a single message, more than what is computed there. *at_once*:
    they are known to be few, of little text, and share nothing; then there is none.
    """
    if at_once:
        return use(list(items))
    iterator = iter(items)
    done: list[T] = []
    while (result := await off_loop(_more, iterator, done, use)) is None:
        pass
    return result[0]


def beside_loop(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run a coroutine function that never waits for anything beside the loop."""

    @wraps(method)
    async def beside(*args: P.args, **kwargs: P.kwargs) -> T:
        if current_thread().name.startswith(_NAME):
            return await method(*args, **kwargs)
        # Begun there: a caller that is cancelled before its turn leaves no coroutine that never ran.
        return await off_loop(_result, partial(method, *args, **kwargs))

    return beside


async def release() -> None:
    """End the thread of this loop when what was begun is done; the next computation starts another."""
    loop = asyncio.get_running_loop()
    if (thread := _THREADS.pop(loop, None)) is not None:
        await loop.run_in_executor(thread, int)
        thread.shutdown()


def _say(
    loop: asyncio.AbstractEventLoop,
    how: Callable[[asyncio.Future[T], R], None],
    answer: asyncio.Future[T],
    what: R,
) -> None:
    with suppress(RuntimeError):  # the loop was closed, and nobody waits any more
        loop.call_soon_threadsafe(how, answer, what)


def _tell(answer: asyncio.Future[T], result: T) -> None:
    if not answer.done():  # else it was cancelled
        answer.set_result(result)


def _fail(answer: asyncio.Future[T], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)


def _thread() -> ThreadPoolExecutor:
    loop = asyncio.get_running_loop()
    if (thread := _THREADS.get(loop)) is None:
        thread = _THREADS[loop] = ThreadPoolExecutor(1, _NAME)
    return thread


def _more(iterator: Iterator[T], done: list[T], use: Callable[[list[T]], R]) -> tuple[R] | None:
    """Take items until the piece is full; return what *use* makes of them when there are no more."""
    end = perf_counter() + PIECE
    for item in iterator:
        done.append(item)
        if perf_counter() >= end:
            return None
    return (use(done),)


def _itself(done: list[T]) -> list[T]:
    return done


def _result(begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    coroutine = begin()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("it waits for something; only what never does can run beside the loop")
