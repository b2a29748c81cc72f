"""JSON as text: a member or element is put in or taken out, and every other byte stays as its owner wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_INDENT = re.compile(r"\n([ \t]+)\S")


class JsonPart(NamedTuple):
    """A member of an object or an element of an array, in a text."""

    name: str
    """Of a member."""

    start: int
    """Where it begins: a member, at its name."""

    value: int
    """Where its value begins."""

    end: int


def parts(text: str, start: int) -> Iterator[JsonPart]:
    """Yield the members or elements of the object or array that begins at *start* of a valid JSON text."""
    keyed = text[start] == "{"
    place = _after_space(text, start + 1)
    while text[place] not in "]}":
        begin, name = place, ""
        if keyed:
            name, place = _DECODER.raw_decode(text, place)
            place = _after_space(text, _after_space(text, place) + 1)
        _, end = _DECODER.raw_decode(text, place)
        yield JsonPart(name, begin, place, end)
        place = _after_space(text, end)
        if text[place] == ",":
            place = _after_space(text, place + 1)


def find(text: str, path: Sequence[str]) -> JsonPart | None:
    """Return the member that a path of names leads to; of two of one name the last, as JSON's readers do."""
    found = JsonPart("", 0, _after_space(text, 0), len(text))
    for name in path:
        if text[found.value] != "{":
            return None
        members = [part for part in parts(text, found.value) if part.name == name]
        if not members:
            return None
        found = members[-1]
    return found


def appended(text: str, container: int, item: str) -> str:
    """Return the text with an item more at the end of the object or array that begins at *container*."""
    unit = indentation(text)
    *_, last = [None, *parts(text, container)]
    margin = _margin(text, container)
    lines = item.replace("\n", f"\n{margin}{unit}")
    if last is None:
        _, end = _DECODER.raw_decode(text, container)
        return f"{text[: container + 1]}\n{margin}{unit}{lines}\n{margin}{text[end - 1 :]}"
    return f"{text[: last.end]},\n{margin}{unit}{lines}{text[last.end :]}"


def removed(text: str, container: int, part: JsonPart) -> str:
    """Return the text without a part of the object or array that begins at *container*, and without its comma."""
    everything = list(parts(text, container))
    place = everything.index(part)
    if len(everything) == 1:
        _, end = _DECODER.raw_decode(text, container)
        return text[: container + 1] + text[end - 1 :]
    if place == 0:
        return text[: part.start] + text[everything[1].start :]
    return text[: everything[place - 1].end] + text[part.end :]


def indentation(text: str) -> str:
    """Return what one level is indented by."""
    found = _INDENT.search(text)
    return found[1] if found else "  "


def written(value: object, indent: str) -> str:
    """Return a value as text, its lines indented."""
    return json.dumps(value, indent=indent, ensure_ascii=False)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _margin(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip())]
