"""The JSON values that a reply holds: fenced, in prose and thoughts, one a line, cut off, broken. `json-repair` mends them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple, SupportsIndex, TypeAlias, cast

Container: TypeAlias = "dict[str, object] | list[object]"

_DEEPEST = 40
"""Values that are nested deeper are not replies, and Python's stack is finite."""

_READS = 6
"""How often each character of a reply may be looked at. `json-repair` needs 3 for what models write, and thousands for
what is made to slow it down."""

_LOOSE_LISTS = 300
"""Lists that begin where no value can. `json-repair` adds them to the list before, and looks at all of it each time."""

_CLOSERS = {"{": "}", "[": "]", "(": ")"}

_NOISE = r"(?m)[\x00-\x08\x0b\x0c\x0e-\x1f]|^> ?"
_ENCODED = r'[^{\[]*+[{\[][{\[\s]*+\\"'
"""JSON that is written as a text, without the marks around it or without its end."""

_THOUGHT_END = r"(?i)</think(?:ing)?>"
_START = (
    r"(?i)</?think(?:ing)?>"
    r"|[{\[](?=\s*+(?:[{}\[\](\"'“”‘’#]|//|/\*|\Z|[A-Za-z_][\w$]*+\s*+[:=]|-?\d++\s*+(?:[,\]]|\Z)))"
)
"""A thought, an object with members, or a list, rather than a remark in prose."""

_PIECE = (
    r"(?s)(?P<colon>[:=>]\s*+)?(?P<mark>[\"'])"
    r"(?:\\.|(?!(?P=mark))[^\\]|(?P=mark)(?!\s*+(?:[,:}\])]|\Z)))*(?P<end>(?P=mark))?|[{}\[\](),]"
)
"""A bracket, a comma or a text. A mark of quotation ends a text only where something may follow that follows a text."""

_LOOSE_LIST = r"\]\s*+,\s*+\[|[^\s:\[,{(]\s*+\["
_ARROW = r'("\w+"\s*+)=>?'
_ALONE = r"(?:.*[:=>]|`+\w*)?\s*\[\][\s.]*(?:[`<].*)?"
_GAP = r"[\s,;]{0,90}(?:(?:[-*•]|\d{1,4}[.)])\s*+)?"
"""What stands between the objects of a list that has no brackets."""


class Candidate(NamedTuple):
    """A value that a reply may mean."""

    value: Container
    cut: bool = False
    """It was cut off: its last item is missing."""

    start: int = 0
    end: int = 0


def salvage(text: str) -> Container | None:
    """Return the value that a reply most likely means, `None` if it holds no JSON."""
    return next((candidate.value for candidate in candidates(text)), None)


def candidates(text: str) -> Iterator[Candidate]:
    """Yield objects that stand one a line as a list; then whole values, the last first; those cut off; empty ones."""
    whole = _decoded(text.strip("\ufeff \t\r\n"))
    if isinstance(whole, dict | list):
        yield Candidate(whole)
        return
    text = _cleaned(whole if isinstance(whole, str) else text)
    values = _values(text)
    run: list[Candidate] = []
    for candidate in values:
        if not (run and _are_neighbours(text, run[-1], candidate)):
            run.clear()
        run.append(candidate)
    complete: list[object] = [candidate.value for candidate in run if not candidate.cut]
    if complete and len(run) > 1:
        yield Candidate(complete, run[-1].cut)
    values.reverse()
    yield from sorted(values, key=lambda candidate: (not candidate.value, candidate.cut))


def _cleaned(text: str) -> str:
    """Remove control characters and marks of quotation, and one level of escapes if the JSON is written as a text."""
    text = re.sub(_NOISE, "", text)
    if '"' not in text:
        text = text.translate(dict.fromkeys(map(ord, "“”„‟"), '"'))
    if re.match(_ENCODED, text):
        text = re.sub(r'\\(["\\n])', lambda escape: "\n" if escape[1] == "n" else escape[1], text)
    return text


def _are_neighbours(text: str, one: Candidate, other: Candidate) -> bool:
    """Whether two objects are alike, with only the marks of a list between them."""
    if not (isinstance(one.value, dict) and isinstance(other.value, dict)):
        return False
    alike = one.value.keys() & other.value.keys() or (other.cut and not other.value)
    return bool(alike) and re.compile(_GAP).fullmatch(text, one.end, other.start) is not None


def _values(text: str) -> list[Candidate]:
    """Return the outermost values in order, without those in thoughts."""
    opening, thought_end = re.compile(_START), re.compile(_THOUGHT_END)
    values: list[Candidate] = []
    answers = offset = 0
    last_thought = max((tag.start() for tag in thought_end.finditer(text)), default=-1)
    meter = [_READS * len(text) + 1_000]
    while start := opening.search(text, offset):
        offset = start.end()
        if start[0][0] == "<":
            if start[0][1] == "/":
                answers = len(values)  # All before was thought, even if its beginning is missing.
            elif offset <= last_thought and (end := thought_end.search(text, offset)):
                offset = end.end()
            elif values:
                break  # A thought without an end, behind an answer.
            continue
        region = _region(text, start.start())
        if region is None:
            break
        value = _decoded(region.source)
        intact = value is not None and not region.cut
        if value is None:
            value = _mended(region.source, meter)
        offset = region.end
        if isinstance(value, list):
            kept = _is_answer(value, text, start.start(), offset, intact=intact)
        else:
            kept = isinstance(value, dict) and bool(value or intact or region.cut)
        if kept:
            values.append(Candidate(cast("Container", value), region.cut, start.start(), offset))
    return values[answers:] or values


class _Region(NamedTuple):
    """The text of a value. Of one that was cut off: up to its last whole item, with what is open closed."""

    source: str
    end: int
    cut: bool


def _region(text: str, start: int) -> _Region | None:
    """Return the region that begins at a bracket, `None` if it is nested too deep.

    Half an item must not be believed, so a cut goes back to the last place that stands in no list but the outermost.
    """
    closers: list[str] = []
    whole, still_open = start, ""
    for piece in re.compile(_PIECE).finditer(text, start):
        mark = piece[0]
        if mark in _CLOSERS:
            closers.append(_CLOSERS[mark])
            if len(closers) > _DEEPEST:
                return None
        elif mark in "}])":
            # A bracket that is missing is closed by the next one; a wrong one stands for the right one.
            while closers.pop() != mark and mark in closers:
                pass
            if not closers:
                return _Region(text[start : piece.end()], piece.end(), cut=False)
        elif mark != "," and not (piece["end"] and (piece["colon"] or closers[-1] != "}")):
            continue
        if not {"]", ")"}.intersection(closers[:-1]):
            whole, still_open = piece.start() if mark == "," else piece.end(), "".join(reversed(closers))
    return _Region(text[start:whole] + still_open, len(text), cut=True)


def _is_answer(value: list[object], text: str, start: int, end: int, *, intact: bool) -> bool:
    """Whether a list is more than brackets in prose, such as `[1]` behind a sentence or `[ ]` before a task."""
    if any(isinstance(item, dict | list) for item in value):
        return True
    if value and intact and all(isinstance(item, str) for item in value):
        return True
    before = text[max(0, start - 200) : start].rpartition("\n")[2]
    behind = text[end : end + 200].partition("\n")[0]
    return re.fullmatch(_ALONE, f"{before}[]{behind}") is not None


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class _Metered(str):
    """A text that can be looked at a limited number of times, then raises `ValueError`."""

    __slots__ = ("meter",)
    meter: list[int]

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        self.meter[0] -= 1
        if self.meter[0] < 0:
            raise ValueError("this text takes too long to mend")
        part = super().__getitem__(key)
        return _metered(part, self.meter) if isinstance(key, slice) else part

    def __add__(self, other: str) -> str:
        return _metered(super().__add__(other), self.meter)


def _metered(text: str, meter: list[int]) -> _Metered:
    metered = _Metered(text)
    metered.meter = meter
    return metered


def _mended(text: str, meter: list[int]) -> object:
    """Return what broken JSON was meant to be, `None` if that cannot be found out."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        from json_repair import repair_json  # noqa: PLC0415 - seldom needed
    if len(re.findall(_LOOSE_LIST, text)) > _LOOSE_LISTS:
        return None
    try:
        # As text, since the objects would hold slices of the metered text.
        return _decoded(repair_json(_metered(re.sub(_ARROW, r"\1:", text), meter), skip_json_loads=True))
    except Exception:  # noqa: BLE001 - it asserts what some replies do not keep, and no reply may raise
        return None
