"""How turns and labels are shown: to the encoders, and to the reader of a context, so that nothing passes for another's. Pure.

A label (a name, a subject) is one line without marks of ours. A text keeps its lines, but nothing in it ends the tag that a
host puts around it, moves a cursor or turns the order of letters round.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from lukasa.domain.labels import one_line, printable
from lukasa.domain.turn import Span, Turn
from lukasa.text.language_data import MONTHS, WEEKDAYS
from lukasa.text.patterns import LazyPattern

_TITLES = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def speaker(turn: Turn) -> str:
    """Return the speaker's name, or the role when no name is known."""
    return turn.speaker or _TITLES[turn.role]


_QUOTED = {"tool": "Quoted tool", "web": "Quoted web page", "document": "Quoted document"}
_PARTS = frozenset({*_TITLES.values(), "Developer", "Function", "Human", "AI", "Model", "Known", "Facts"})
_FOLDED_PARTS = frozenset(part.casefold() for part in _PARTS)


def label_of(turn: Turn) -> str:
    """Return what stands before the words of a turn where it is shown: who spoke, or what it is quoted from.

    A name is one line without anything like a mark. One that is no person's but a part of a prompt (`System`) is followed by
    the role that it really has.
    """
    name = label(turn.speaker or "")
    if not turn.is_spoken:
        title = "Quoted system message" if turn.role == "system" else _QUOTED.get(turn.origin, "Quoted tool")
        return f"{title} ({name})" if name else title
    title = _TITLES[turn.role]
    if not name:
        return title
    poses = name.casefold() in _FOLDED_PARTS or name.casefold().startswith(_POSING)
    return f"{name} ({turn.role})" if poses and name.casefold() != title.casefold() else name


_POSING = ("system;", "assistant;", "user;", "tool;", "developer;", "quoted ")


def words_of(turn: Turn, text: str | None = None, *, marks: bool = True) -> str:
    """Return the words of a turn, or *text* in their place, as they follow its label and a colon, their further lines indented.

    What nobody in the conversation said is fenced: each of its lines stands behind `>`, whatever it contains. Without *marks*,
    nothing in the words looks like a citation either.
    """
    words = turn.text if text is None else text
    if not turn.is_spoken:
        return fenced(words)
    return f" {indented(words) if marks else plain(words)}"


def excerpt(text: str, spans: Sequence[Span], numbers: Collection[int]) -> str:
    """Return some passages of a text, in order, with `…` for what is left out; neighbours stay as they stand in the text."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = " … ".join(text[spans[run[0]].start : spans[run[-1]].end] for run in runs)
    before = "" if 0 in numbers else "… "
    behind = "" if len(spans) - 1 in numbers else " …"
    return f"{before}{shown}{behind}"


def day(at: datetime) -> str:
    """Return a date as people write it, in the offset it was said in: `8 May 2023`."""
    # Not by `strftime`: the host's locale would change vectors, terms and contexts.
    return f"{at.day} {MONTHS[at.month - 1].title()} {at.year}"


def weekday(at: datetime) -> str:
    """Return the day of the week, in the offset it was said in."""
    return WEEKDAYS[at.weekday()].title()


def document_text(turn: Turn, words: str | None = None) -> str:
    """Return what the encoders and full-text search read: the date and the speaker are part of what was said.

    *words* is a passage of the turn; `None`: all of it.
    """
    return f"[{day(turn.at)}] {speaker(turn)}: {turn.text if words is None else words}"


def quoted(turn: Turn, start: int, end: int) -> str:
    """Return words of a turn as a sentence of their own."""
    return f"{speaker(turn)} said: “{' '.join(turn.text[start:end].split())}”"


# --- words of others --------------------------------------------------------------------------------------------------

LONGEST_LABEL = 120
"""Characters of a label that are shown."""


def label(text: str) -> str:
    """Return a label as it may begin a line: one line, bounded, nothing in it like a mark, a tag, a list or a heading."""
    line = one_line(text).translate(_NO_MARKS).lstrip(_LEADING)
    return line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1].rstrip()}…"


def plain(text: str) -> str:
    """Return a text in which nothing looks like a citation mark, or like a tag of a prompt.

    Its lines after the first are indented, so that none of them looks like a source or a heading.
    """
    return indented(_MARK.sub(_in_parentheses, text))


def indented(text: str) -> str:
    """Return a text without tags of a prompt, its lines after the first indented."""
    # `splitlines` knows every separator of Unicode: no line of a text can pass for a heading or another's line.
    return _INDENT.join(printable(line) for line in untagged(text).splitlines())


def fenced(text: str) -> str:
    """Return words that nobody in the conversation said, below their label: each line behind a mark, so that none ends it."""
    lines = untagged(_MARK.sub(_in_parentheses, text)).splitlines()
    return "".join(f"{_INDENT}> {printable(line)}" for line in lines)


def untagged(text: str) -> str:
    """Return a text in which nothing looks like a tag of a prompt; all else stays."""
    return _TAG.sub("‹", text)


def _in_parentheses(mark: re.Match[str]) -> str:
    return f"({mark['number']}{')' if mark['closed'] else ''}"


_INDENT = "\n  "
_NO_MARKS = str.maketrans("[]<>:［］【】〔〕＜＞：", "()‹›;()()()‹›;")
_LEADING = " -*#>•–—=|~`_"

_SPACE = r"[\s\u200b-\u200d\u2060\ufeff]{0,3}"
_MARK = LazyPattern(
    rf"[\[【［〔]{_SPACE}\^?{_SPACE}(?P<number>\d[^\[\]【】［］〔〕\n]{{0,40}})(?P<closed>[\]】］〕])?"
)
"""Any bracket before a number, closed or not: what else stands in it does not save it from being read as a mark."""

_TAG = LazyPattern(
    r"[<＜](?=\s{0,3}[/／]?\s{0,3}(?:lukasa-memory|evidence|question|memory|memories|context|system|assistant|user|tool|prompt|"
    r"instructions?|start_of_turn|end_of_turn|s)\b|[|｜])",
    re.IGNORECASE,
)
"""Ours, those that mimic other parts of a prompt, and the words that some servers take for the beginning of a message.
Not every tag: `vector<int>` is a fair thing to say."""
