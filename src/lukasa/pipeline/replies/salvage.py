"""The JSON values that a reply may hold: fenced, wrapped in prose, cut off, badly quoted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_MOST_STARTS = 200
"""Brackets from which a value is tried to be read: prose has few, and garbage must not cost more than its length."""

_REPAIRED = 200_000
"""Longest text that is given to the repairer, whose time grows faster than the text."""

_DEEPEST = 100
"""Values that are nested deeper are nobody's reply."""

_CLOSER = {"{": "}", "[": "]"}


def salvage(text: str) -> dict[str, object] | list[object] | None:
    """Return the value that a reply most likely means: the last whole one, or what can be made of a broken one.

    `None`: there is none in it.
    """
    found = next(values(text), None)
    return None if found is None else found.value


class Value(NamedTuple):
    """Something that a reply may mean."""

    value: dict[str, object] | list[object]
    cut: bool = False
    """It was cut off: what stood behind is missing."""


def values(text: str) -> Iterator[Value]:
    """Yield what a reply may mean, the most likely first: whole values, the last first, or a repaired one."""
    cleaned = _cleaned(text)
    whole = list(_whole(cleaned))
    if len(whole) > 1 and all(isinstance(each, dict) for each in whole) and len({*map(_keys, whole)}) == 1:
        yield Value(list(whole))  # One object a line.
    yield from map(Value, reversed(whole))
    if not whole and (mended := _mended(cleaned)) is not None:
        yield mended


def _keys(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()


def _cleaned(text: str) -> str:
    """Take away thoughts, byte order marks, fences, control characters and marks of quotation."""
    text = _patterns().noise.sub("", _without_thoughts(text.replace("\ufeff", ""))).strip()
    lines = text.splitlines()
    if len(lines) > 1 and all(line.startswith(">") for line in lines):
        return "\n".join(line[1:] for line in lines)
    return text


def _without_thoughts(text: str) -> str:
    """Return a reply without what a model thought aloud; thinking that has no end may be all there is."""
    lower = text.casefold() if text.isascii() else text.lower()
    if "think" not in lower or len(lower) != len(text):
        return text
    end = max(lower.rfind(close) + len(close) for close in _CLOSES if close in lower) if _closed(lower) else 0
    behind = text[end:]
    if end and not any(mark in behind for mark in "{["):
        # It thought after it had answered.
        begin = min(place for each in _OPENS if (place := lower.find(each)) >= 0) if _opened(lower) else end
        return text[:begin]
    return behind


_OPENS = ("<think>", "<thinking>")
_CLOSES = ("</think>", "</thinking>")


def _opened(lower: str) -> bool:
    return any(each in lower for each in _OPENS)


def _closed(lower: str) -> bool:
    return any(each in lower for each in _CLOSES)


# --- whole values ----------------------------------------------------------------------------------------------------


def _whole(text: str) -> Iterator[dict[str, object] | list[object]]:
    """Yield every outermost object or list that is well-formed, in order."""
    decoder = json.JSONDecoder(strict=False)
    place = tried = 0
    while tried < _MOST_STARTS and (start := _patterns().start.search(text, place)):
        tried += 1
        try:
            value, place = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            if text[start.start()] in "{[" and _could_be_all(text, start.start()):
                return  # It is the reply, and it is broken: what stands inside is only a part of it.
            place = start.start() + 1
            continue
        if isinstance(value, str):
            yield from _inside(value)
        elif isinstance(value, dict | list) and (value or text == text[start.start() : place]):
            yield value


def _could_be_all(text: str, start: int) -> bool:
    """Tell whether a bracket opens an object with members or a list of objects, rather than a remark in prose."""
    return _patterns().opening.match(text, start) is not None


def _inside(text: str) -> Iterator[dict[str, object] | list[object]]:
    """Yield the value of a string that holds JSON itself."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict | list) and value:
        yield value


# --- broken values ---------------------------------------------------------------------------------------------------


def _mended(text: str) -> Value | None:
    """Return what can be made of a value that is cut off or badly written."""
    start = next(
        (found.start() for found in _patterns().start.finditer(text) if _could_be_all(text, found.start())),
        None,
    )
    if start is None:
        return None
    broken = text[start:]
    cut = _cut_back(broken)
    for candidate in dict.fromkeys(each for each in (cut, broken) if each):
        if (value := _loaded(candidate)) is not None:
            return Value(value, _is_open(broken))
    repaired = _repaired(cut or broken)
    return None if repaired is None else Value(repaired, _is_open(broken))


def _is_open(text: str) -> bool:
    """Tell whether more brackets are opened than closed."""
    marks = Counter(mark for mark in _patterns().marks.findall(text) if len(mark) == 1)
    return marks["{"] > marks["}"] or marks["["] > marks["]"]


def _loaded(text: str) -> dict[str, object] | list[object] | None:
    try:
        value = json.loads(_patterns().trailing.sub(r"\1", text), strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _repaired(text: str) -> dict[str, object] | list[object] | None:
    if len(text) > _REPAIRED or _depth(text) > _DEEPEST:
        return None
    import json_repair  # noqa: PLC0415 - only broken replies need it

    try:
        value = json_repair.loads(
            _patterns().escapes.sub("", _patterns().doubles.sub('"', text)), skip_json_loads=True
        )
    except (ValueError, RecursionError, IndexError, TypeError):
        return None
    return value if isinstance(value, dict | list) and value else None


def _depth(text: str) -> int:
    deepest = depth = 0
    for mark in _patterns().brackets.findall(text):
        depth += 1 if mark in "{[" else -1
        deepest = max(deepest, depth)
    return deepest


def _cut_back(text: str) -> str | None:
    """Return a value that is cut off, closed behind its last whole item; `None` when it is not cut off.

    What is cut off within an item of a list takes the whole item along: half a fact is none.
    """
    stack: list[str] = []
    safe, closing = 0, ""
    for found in _patterns().marks.finditer(text):
        mark = found.group()
        if mark in "{[":
            stack.append(mark)
            if len(stack) > _DEEPEST:
                return None
        elif mark in "}]":
            if not stack or _CLOSER[stack.pop()] != mark:
                return None
            if not stack:
                return text[: found.end()] if found.end() < len(text) else None
        elif mark != ",":
            continue
        if "[" not in stack[:-1] and (mark != "{" or stack == ["{"]) and _between_items(stack):
            safe = found.start() if mark == "," else found.end()
            closing = "".join(_CLOSER[each] for each in reversed(stack))
    if not stack:
        return None
    return _with_last_member(text, stack) or (text[:safe] + closing if safe else None)


def _with_last_member(text: str, stack: list[str]) -> str | None:
    """Return a value that is cut off right behind a whole member, closed there."""
    if not _between_items(stack):
        return None
    whole = text.rstrip() + "".join(_CLOSER[each] for each in reversed(stack))
    return whole if _loaded(whole) is not None else None


def _between_items(stack: list[str]) -> bool:
    """Tell whether a cut here leaves no item half: inside a list itself, or among the members of what is no item."""
    return bool(stack) and (stack[-1] == "[" or "[" not in stack)


# --- patterns --------------------------------------------------------------------------------------------------------


class _Patterns(NamedTuple):
    noise: re.Pattern[str]
    start: re.Pattern[str]
    opening: re.Pattern[str]
    trailing: re.Pattern[str]
    doubles: re.Pattern[str]
    escapes: re.Pattern[str]
    brackets: re.Pattern[str]
    marks: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        noise=re.compile(r"```[\w-]*|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028\u2029]"),
        start=re.compile(r"[{\[]|\"(?=\s*[{\[]\\?)|\"(?=\{)"),
        opening=re.compile(
            r"""\{\s*(?:["'“”‘’]|\\"|[A-Za-z_]\w*\s*["'“”]?\s*:|$|//|/\*|\})|\[\s*(?:\{|\[|["'“”]|-?\d+\s*[,\]]|$|\])"""
        ),
        trailing=re.compile(r",\s*([}\]])"),
        escapes=re.compile(r"(?<!\\)\\(?=[^\\\"'/bfnrtu])"),
        doubles=re.compile(r"[“”„‟]"),
        brackets=re.compile(r"[{}\[\]]"),
        marks=re.compile(r'"(?:[^"\\]|\\.)*"|"(?:[^"\\]|\\.)*\Z|[{}\[\],]', re.DOTALL),
    )
