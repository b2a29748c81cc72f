"""One object of a data set's file, read field by field: what is not as it should be is refused with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lukasa_evals.errors import DatasetError

_CLIP = 40


def clip(value: object) -> str:
    """Return a value as an error may show it: no more than its beginning, since files hold what people said."""
    shown = repr(value)
    return shown if len(shown) <= _CLIP else f"{shown[:_CLIP]}…"


@dataclass(frozen=True, slots=True)
class Item:
    """An object, and where it stands. Every method raises `DatasetError` for a field that is not what it says."""

    given: Mapping[str, Any]
    place: str
    """Such as `my.jsonl, line 7`."""

    @classmethod
    def of(cls, given: object, place: str) -> Item:
        """Take an object."""
        if not isinstance(given, dict):
            raise DatasetError(f"{place}: must be an object, not {clip(given)}")
        return cls(given, place)

    def refused(self, field: str, why: str) -> DatasetError:
        """Return the error of one field."""
        return DatasetError(f"{self.place}: {field!r} {why}")

    def text(self, field: str, *, empty: bool = False) -> str:
        """Return a text that must be there; *empty*: it may have no words."""
        value = self._value(field)
        if not isinstance(value, str):
            raise self.refused(field, f"must be a text, not {clip(value)}")
        if not empty and not value.strip():
            raise self.refused(field, "is empty")
        return value

    def optional(self, field: str) -> str | None:
        """Return a text that may be absent or null."""
        return None if self.given.get(field) is None else self.text(field)

    def answer(self, field: str) -> str:
        """Return an answer: a text, or a number as a text."""
        value = self._value(field)
        return (
            str(value) if isinstance(value, int | float) and not isinstance(value, bool) else self.text(field)
        )

    def flag(self, field: str) -> bool:
        """Return a yes or no; absent or null: no."""
        value = self.given.get(field)
        if value is not None and not isinstance(value, bool):
            raise self.refused(field, f"must be true or false, not {clip(value)}")
        return bool(value)

    def list_of(self, field: str) -> Sequence[Any]:
        """Return a list that must be there."""
        value = self._value(field)
        if not isinstance(value, list):
            raise self.refused(field, f"must be a list, not {clip(value)}")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts, none of them empty."""
        values = self.list_of(field)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.refused(field, f"must hold texts, not {clip(value)}")
        return tuple(values)

    def items(self, field: str, name: str) -> Iterator[Item]:
        """Go through a list of objects; errors call each *name* and its place, from 0."""
        for index, value in enumerate(self.list_of(field)):
            yield Item.of(value, f"{self.place}, {name} {index}")

    def item(self, field: str) -> Item:
        """Return an object within the object."""
        return Item.of(self._value(field), f"{self.place}, {field}")

    def time(self, field: str, read: Callable[[str], datetime]) -> datetime:
        """Return a time, read by *read*, which raises `ValueError` for what it cannot read."""
        return self.read_time(field, self.text(field), read)

    def read_time(self, field: str, text: str, read: Callable[[str], datetime]) -> datetime:
        """Return the time that a text of a field says."""
        try:
            return read(text)
        except ValueError as error:
            raise self.refused(field, f"is no time that can be read: {clip(text)}") from error

    def _value(self, field: str) -> Any:
        if field not in self.given:
            raise self.refused(field, "is missing")
        return self.given[field]


def once(value: str, seen: set[str], item: Item, field: str) -> str:
    """Return what may occur only once, and note it. Raises `DatasetError` the second time."""
    if value in seen:
        raise item.refused(field, f"occurs twice: {clip(value)}")
    seen.add(value)
    return value
