"""Ids shown to a model as small integers: it copies those without fail, and cannot make up one that exists."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lukasa.errors import BadReplyError


class Numbered:
    """Ids and their numbers, from 1, in the order given."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = list(dict.fromkeys(ids))
        self._numbers = {id_: number for number, id_ in enumerate(self._ids, start=1)}

    def number(self, id: str) -> int:
        """Return the number of an id; raises `KeyError` for one that was not given."""
        return self._numbers[id]

    def id(self, number: object) -> str:
        """Return the id of a number, also of one written `"3"`, `#3` or `[3]`.

        Raises `BadReplyError` for any other: it is never guessed.
        """
        written = re.fullmatch(r"[\s#(\[]*(\d{1,9})[\s)\].]*", str(number))
        place = int(written.group(1)) if written else 0
        if not 1 <= place <= len(self._ids):
            raise BadReplyError(
                f"the model named number {str(number)[:40]!r}; 1 to {len(self._ids)} were shown"
            )
        return self._ids[place - 1]
