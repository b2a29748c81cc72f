"""Cleaning the file and its log of the bytes of what was erased: once for all erasures that wait for it."""

from __future__ import annotations

import time
from typing import NamedTuple
from uuid import uuid4

import apsw

from lukasa.adapters.stores.sqlite.connection import is_free, writing
from lukasa.adapters.stores.sqlite.sql import fetch, sql

_NAME = "scrub_owed"
"""The entry of `meta` that is there as long as a scrub is owed."""

_POLL = 0.01
"""Seconds between looks at a scrub that another process does."""

_LOOKS = 50
"""How often others can write while a scrub gets no further, until the process that does it counts as dead."""


class _Owed(NamedTuple):
    """What the entry says: three words, of which older versions of Lukasa know the first and drop the others."""

    last: int
    """How many erasures were committed since nothing was owed: the number of the last."""

    done: int = 0
    """The last of them of which no byte is left."""

    scrubber: str = ""
    """Who is scrubbing; empty: nobody. A process that died stays in it."""


def owe_scrub(connection: apsw.Connection) -> None:
    """Note, in the transaction of an erasure, that its bytes are to be scrubbed."""
    owed = _owed(connection) or _Owed(0)
    _note(connection, owed._replace(last=owed.last + 1))


def owes_scrub(connection: apsw.Connection) -> bool:
    """Whether bytes of what was erased may be left in the file or its log."""
    return _owed(connection) is not None


def scrub(connection: apsw.Connection, *, timeout: float) -> bool:
    """Rewrite the file without what was deleted and empty the log, or wait until another process has; return whether that is done.

    Deleted rows stay in the gaps of pages, in full-text until its segments are merged, and in the log until it is cut.
    A scrub is for all erasures that were committed before it, so that of many that wait one does it. That it is owed
    is struck out when all of it is done: a process that dies in between leaves it to the others that wait, or to the
    next one that opens the file. *timeout*: seconds to wait for another process that scrubs.
    """
    if (owed := _owed(connection)) is None:
        return True
    last, seen, looks = owed.last, "", 0
    deadline = time.monotonic() + timeout
    # Fewer erasures than before are those after a time when nothing was owed.
    while (owed := _owed(connection)) is not None and owed.done < last <= owed.last:
        if owed.scrubber != seen:
            seen, looks = owed.scrubber, 0
        if not seen or looks == _LOOKS:
            if begun := _begin(connection, after=seen):
                return _clean(connection, begun)
        elif time.monotonic() > deadline:
            return False
        else:
            time.sleep(_POLL)
            looks += is_free(connection)
    return True


def rewrite(connection: apsw.Connection) -> bool:
    """Write the file anew without gaps, and empty the log; return whether nobody kept the log from it."""
    with writing(connection):
        connection.execute(sql("optimize_fulltext"))
    return _written_anew(connection)


def _written_anew(connection: apsw.Connection) -> bool:
    connection.execute(sql("vacuum"))
    busy, _, _ = next(fetch(connection, sql("checkpoint")))
    return not busy


def _begin(connection: apsw.Connection, *, after: str) -> _Owed | None:
    """Take the turn, and merge full-text; return what is scrubbed, `None` when another process was first."""
    with writing(connection):
        owed = _owed(connection)
        if owed is None or owed.scrubber != after:
            return None
        begun = owed._replace(scrubber=uuid4().hex)
        _note(connection, begun)
        connection.execute(sql("optimize_fulltext"))
    return begun


def _clean(connection: apsw.Connection, begun: _Owed) -> bool:
    clean = False
    try:
        clean = _written_anew(connection)
    finally:
        with writing(connection):
            _end(connection, begun, clean=clean)
    return clean


def _end(connection: apsw.Connection, begun: _Owed, *, clean: bool) -> None:
    owed = _owed(connection)
    if owed is None or owed.scrubber != begun.scrubber:
        return  # another process took us for dead: the numbers may have begun anew
    if clean and owed.last == begun.last:
        connection.execute(sql("drop_scrub"), {"name": _NAME})
    else:
        # What was erased meanwhile may be in the file that was just written: it stays owed.
        _note(connection, owed._replace(done=begun.last if clean else owed.done, scrubber=""))


def _owed(connection: apsw.Connection) -> _Owed | None:
    value = connection.execute(sql("meta"), {"name": _NAME}).get
    if value is None:
        return None
    last, done, scrubber, *_ = [*str(value).split(" "), "", ""]
    return _Owed(int(last), int(done or 0), scrubber)


def _note(connection: apsw.Connection, owed: _Owed) -> None:
    value = f"{owed.last} {owed.done} {owed.scrubber}"
    connection.execute(sql("set_meta"), {"name": _NAME, "value": value})
