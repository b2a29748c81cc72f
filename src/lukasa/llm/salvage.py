"""The JSON values that a reply may hold: fenced, wrapped in prose and thoughts, one a line, cut off, badly quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from lukasa.llm.mend import Mended, mend, unescaped

Container: TypeAlias = "dict[str, object] | list[object]"

_PATIENCE = 4
_LEAST_PATIENCE = 50_000
"""How many times its length a reply may be read in vain while looking where a value begins, and characters that are always
allowed: garbage must not cost more. What leads to a value is free."""

_COUNTING = 20
"""Characters that the standard library counts, when it fails, in the time in which one is read: it names the line."""

_START = 50
_TEXT = 300
"""What it costs to begin with a broken value, or with a text that may hold one, in characters read."""

_LONGEST_GAP = 100
"""Characters between two objects of a list that stands without its brackets."""

_LONGEST_LINE = 200
"""Characters beside a list that are looked at to tell an answer from a remark."""


def salvage(text: str) -> Container | None:
    """Return the value that a reply most likely means: the last whole one, or what can be made of a broken one.

    Well-formed JSON is itself. `None`: there is none in it.
    """
    found = next(values(text), None)
    return None if found is None else found.value


class Value(NamedTuple):
    """Something that a reply may mean."""

    value: Container
    cut: bool = False
    """It was cut off: what stood behind is missing."""

    repaired: bool = False
    """It was not well-formed."""


def values(text: str) -> Iterator[Value]:
    """Yield what a reply may mean, the most likely first."""
    whole = _decoded(text.strip("\ufeff \t\r\n"))
    if isinstance(whole, dict | list):
        yield Value(whole)
        return
    if isinstance(whole, str):
        yield from (found._replace(repaired=True) for found in _inside(whole))
        return
    yield from _ranked(*_scanned(_cleaned(text)))


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _inside(text: str) -> Iterator[Value]:
    """Yield the value of a text that is JSON itself; what is encoded three times is nobody's reply."""
    value = _decoded(text.strip())
    if isinstance(value, dict | list):
        yield Value(value)
    elif value is None:
        yield from _ranked(*_scanned(_cleaned(text), nested=True))


def _cleaned(text: str) -> str:
    """Take away control characters, which no JSON has, and marks of quotation before every line."""
    text = _patterns().controls.sub("", text)
    lines = text.strip().splitlines()
    if len(lines) > 1 and all(line.startswith(">") for line in lines):
        return "\n".join(line[1:] for line in lines)
    return text


# --- the order of what was found --------------------------------------------------------------------------------------


class _Found(NamedTuple):
    """A value and where it stands."""

    value: Container
    start: int
    end: int
    cut: bool = False
    repaired: bool = False

    def plain(self) -> Value:
        return Value(self.value, self.cut, self.repaired)


def _ranked(text: str, found: list[_Found]) -> Iterator[Value]:
    """Yield a list without brackets; then whole values, the last first; then those cut off; then empty ones."""
    lines = _lines(text, found)
    if lines is not None:
        yield lines
    later = list(reversed(found))
    yield from (each.plain() for each in later if each.value and not each.cut)
    yield from (each.plain() for each in later if each.value and each.cut)
    yield from (each.plain() for each in later if not each.value)


def _lines(text: str, found: list[_Found]) -> Value | None:
    """Return the objects that stand one after the other at the end, as the list that they are."""
    run = found[-1:]
    for before, behind in pairwise(reversed(found)):
        if not _are_neighbours(text, behind, before):
            break
        run.append(behind)
    run.reverse()
    whole: list[object] = [each.value for each in run if not each.cut]
    if len(run) < 2 or not whole:  # noqa: PLR2004 - one is no list
        return None
    return Value(whole, any(each.cut for each in run), any(each.repaired for each in run))


def _are_neighbours(text: str, one: _Found, other: _Found) -> bool:
    """Tell whether two objects have nothing but a mark of a list between them, and are alike."""
    if not (isinstance(one.value, dict) and isinstance(other.value, dict)):
        return False
    if other.start - one.end > _LONGEST_GAP or not _patterns().gap.fullmatch(text, one.end, other.start):
        return False
    fewer = min(len(one.value), len(other.value))
    return 2 * len(one.value.keys() & other.value.keys()) > fewer or (other.cut and not other.value)


# --- looking for values -----------------------------------------------------------------------------------------------


def _scanned(text: str, *, nested: bool = False) -> tuple[str, list[_Found]]:
    """Return every outermost value, in order, and the text in which they stand."""
    scan = _Scan(text, nested=nested)
    while scan.step():
        pass
    # Behind the end of a thought stands the answer, unless the model thought after it had answered.
    return scan.text, scan.found[scan.thought :] or scan.found


class _Scan:
    """Goes through a reply from value to value; what stands between is passed over, and thoughts with what is in them."""

    def __init__(self, text: str, *, nested: bool) -> None:
        self.text = text
        self.found: list[_Found] = []
        self.thought = 0
        """How many values stand before the end of the last thought."""

        self._place = 0
        self._nested = nested
        self._escaped = False
        self._endless = False
        self._patience = _PATIENCE * len(text) + _LEAST_PATIENCE
        self._trust = self._patience
        """The same for the standard library; when it is used up, what is well-formed is mended too."""

    def step(self) -> bool:
        """Go on to behind the next value or thought; `False`: there is none."""
        start = _patterns().start.search(self.text, self._place)
        if start is None or self._patience < 0:
            return False
        mark = start.group()
        if mark[0] == "<":
            return self._think(start)
        if mark == '"':
            self._text(start.start())
        else:
            self._container(start.start())
        return True

    def _think(self, tag: re.Match[str]) -> bool:
        self._place = tag.end()
        if tag.group()[1] == "/":
            self.thought = len(self.found)  # All before was thought, if its beginning is missing.
            return True
        end = None if self._endless else _patterns().thought_end.search(self.text, tag.end())
        if end is not None:
            self._place = end.end()
            return True
        # Thinking without an end may be all there is; behind an answer it is not another one.
        self._endless = True
        return not self.found

    def _text(self, start: int) -> None:
        """Take a text that holds JSON itself."""
        self._place = start + 1
        if self._nested:
            return
        try:
            value, end = _decoder(strict=False).raw_decode(self.text, start)
        except ValueError:
            self._patience -= len(self.text) - start + _TEXT
            return
        self._patience -= end - start + _TEXT
        inner = next(_inside(value), None)
        if inner is not None and inner.value:
            self.found.append(_Found(inner.value, start, end, inner.cut, repaired=True))
            self._place = end

    def _container(self, start: int) -> None:
        if self._whole(start):
            return
        if not _patterns().opening.match(self.text, start):
            self._place = start + 1
            return
        if not self._escaped and _patterns().escaped.match(self.text, start):
            # JSON written as a text, without the marks around it or without its end.
            self._escaped = True
            self.text = self.text[:start] + unescaped(self.text[start:])
            return
        made = mend(self.text, start)
        self._mended(start, made)

    def _whole(self, start: int) -> bool:
        """Take a well-formed value; line breaks inside its texts are forgiven."""
        for strict in (True, False) if self._trust > 0 else ():
            try:
                value, end = _decoder(strict=strict).raw_decode(self.text, start)
            except json.JSONDecodeError as error:
                read_to = len(self.text) if "Unterminated" in error.msg else error.pos
                self._trust -= read_to - start + read_to // _COUNTING
                if "control character" not in error.msg:
                    return False
            except (ValueError, RecursionError):
                self._trust -= _START + start // _COUNTING
                return False
            else:
                self._add(_Found(value, start, end, repaired=not strict))
                return True
        return False

    def _mended(self, start: int, made: Mended) -> None:
        if made.value is None:
            self._patience = -1  # Nested without end: what stands inside is no answer either.
            return
        if made.value or made.cut:
            self._add(_Found(made.value, start, made.end, made.cut, repaired=True))
        if made.value:
            self._patience -= max(0, made.spent - 2 * (made.end - start))
        else:
            self._patience -= made.spent + _START
            self._place = start + 1  # It may not have been the beginning of anything.

    def _add(self, value: _Found) -> None:
        self._place = value.end
        if not _is_remark(self.text, value):
            self.found.append(value)


def _is_remark(text: str, found: _Found) -> bool:
    """Tell whether brackets in prose are no answer: `[1]` behind a sentence, `[ ]` before a task, `{}` in code."""
    if isinstance(found.value, dict):
        return False
    if any(isinstance(each, dict | list) for each in found.value):
        return False
    if found.value and not found.repaired and all(isinstance(each, str) for each in found.value):
        return False
    before = text[max(0, found.start - _LONGEST_LINE) : found.start].rpartition("\n")[2]
    behind = text[found.end : found.end + _LONGEST_LINE].partition("\n")[0]
    return not (_patterns().announced.search(before) and _patterns().line_end.match(behind))


# --- patterns --------------------------------------------------------------------------------------------------------


@cache
def _decoder(*, strict: bool) -> json.JSONDecoder:
    return json.JSONDecoder(strict=strict)


class _Patterns(NamedTuple):
    controls: re.Pattern[str]
    start: re.Pattern[str]
    thought_end: re.Pattern[str]
    opening: re.Pattern[str]
    escaped: re.Pattern[str]
    gap: re.Pattern[str]
    announced: re.Pattern[str]
    line_end: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    quote = "[\"'“”„‟‘’]"
    return _Patterns(
        controls=re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]"),
        start=re.compile(r"</?think(?:ing)?>|\"(?=\s*+[{\[])|[{\[]", re.IGNORECASE),
        thought_end=re.compile(r"</think(?:ing)?>", re.IGNORECASE),
        # An object with members or a list of objects or texts, rather than a remark in prose.
        opening=re.compile(
            rf"\{{\s*+(?:{quote}|\\\"|[A-Za-z_][\w$]*+\s*+[:=]|//|/\*|#|\{{|\}}|\Z)"
            rf"|\[\s*+(?:[{{\[(]|{quote}|\\\"|-?\d++\s*+(?:[,\]]|\Z)|//|/\*|#|\]|\Z)"
        ),
        escaped=re.compile(r"[{\[\s]++\\\""),
        gap=re.compile(r"[\s,;]*+(?:(?:[-*•]|\d{1,4}[.)])\s*+)?"),
        announced=re.compile(r"(?:^\s*|[:=>]\s*|`(?:\w{1,20}\s+)?)\Z"),
        line_end=re.compile(r"[\s.]*(?:\Z|`|<)"),
    )
