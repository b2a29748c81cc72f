"""Lists, a page at a time, with cursors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from lukasa.errors import InputError, shown
from lukasa.remote.routes import Order

PAGE = 100
"""How many things a page has, unless the request says so."""

_LARGEST = 10**15


class Page(NamedTuple):
    """Part of a list."""

    items: Sequence[Any]
    next: str | None
    """The cursor of the page after it; `None`: there is none."""


async def page(
    verb: Callable[..., Awaitable[Sequence[Any]]],
    arguments: Mapping[str, Any],
    *,
    order: Order | None,
    limits: bool,
) -> Page:
    """Return a page of what a verb lists. *limits*: the verb itself can stop after so many.

    With an order, nothing is shown twice or left out when others write between two pages; else pages are counted.
    """
    asked = dict(arguments)
    size, cursor = asked.pop("limit"), asked.pop("cursor")
    place = _place(cursor)
    if order is None or asked.get("newest_first"):
        wanted = place + size
        items = list(await verb(**asked, limit=wanted + 1) if limits else await verb(**asked))
        return Page(items[place:wanted], str(wanted) if len(items) > wanted else None)
    key = attrgetter(order.by)
    if order.after:
        items = list(await verb(**{**asked, order.after: place or asked.get(order.after, 0)}, limit=size + 1))
    else:
        items = [item for item in await verb(**asked) if key(item) > place]
    return Page(items[:size], str(key(items[size - 1])) if len(items) > size else None)


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if cursor.isascii() and cursor.isdecimal() and len(cursor) < len(str(_LARGEST)):
        return int(cursor)
    raise InputError(f"cursor must be the `next` of a page of this list, not {shown(cursor)}")
