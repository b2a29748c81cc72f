"""What may stand in a label (the name of a speaker, a session, a subject), and what a terminal may be sent. Pure."""

from __future__ import annotations

import re

_CONTROLS = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u206a-\u206f\ufff9-\ufffb\U000e0000-\U000e007f"
"""Characters that command a terminal, or that nobody sees: controls, and the tags in which text can be hidden."""

_LINES = "\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029"
_OVERRIDES = "\u202a-\u202e\u2066-\u2069"

_BREAKS = re.compile(f"[{_LINES}]+")
_UNSEEN = re.compile(f"[{_CONTROLS}{_OVERRIDES}\u061c\u200e\u200f\ufeff]+")
_NO_LABEL = re.compile(f"[{_CONTROLS}{_OVERRIDES}{_LINES}]")
_UNPRINTABLE = re.compile(f"[{_CONTROLS}{_OVERRIDES}\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+|\r(?!\n)")


def breaks_line(label: str) -> bool:
    """Whether a label has a line break, a control character or an override of direction."""
    return _NO_LABEL.search(label) is not None


def one_line(text: str) -> str:
    """Return a label on one line: a run of white space is one space, and characters that are not seen are gone."""
    return " ".join(_UNSEEN.sub("", _BREAKS.sub(" ", text)).split())


def printable(text: str) -> str:
    """Return a text that a terminal only shows: no control characters but tabs and line breaks, no overrides of direction."""
    return _UNPRINTABLE.sub("", text)


def escaped(document: str) -> str:
    """Return a JSON document with the characters escaped that `printable` leaves out: the same document."""
    return _UNPRINTABLE.sub(_escapes, document)


def _escapes(match: re.Match[str]) -> str:
    codes = match.group().encode("utf-16-be")
    return "".join(f"\\u{codes[at]:02x}{codes[at + 1]:02x}" for at in range(0, len(codes), 2))
