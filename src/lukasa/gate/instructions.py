"""Whether a text tells the assistant what to do: what a page or a tool must never be able to have remembered.

This is the second line. The first is that nobody but the user is believed about preferences, plans, who he is and how
things are to be done (`gate.py`), however it is worded. So the rules may miss, and do not try to read every disguise;
they look through those that cost little: invisible and look-alike letters, spaced and digit-for-letter spelling, markup,
base64, and lines broken anywhere. Pure; linear in the length of the text.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from lukasa.gate import instructions_data as data
from lukasa.text.analysis import fold
from lukasa.text.sentences import sentences

LONGEST = 4000
"""Characters looked at. What is longer than a page is not one instruction; callers hand in what stands around a quote."""

_DEPTH = 2
"""How often what was decoded is decoded again."""


@lru_cache(maxsize=256)
def instructs(text: str) -> bool:
    """Tell whether *text* gives an assistant an instruction or a rule, or forges the frame of one."""
    return any(_matches(view) for view in _views(text[:LONGEST], _DEPTH))


def addresses(text: str) -> bool:
    """Tell whether *text* speaks to its reader: it uses the second person, or orders something.

    A recipe does so too; it is no instruction to an assistant, but states nothing about the world either.
    """
    plain = _visible(text[:LONGEST])
    if _patterns().second_person.search(plain):
        return True
    return any(_patterns().imperative.match(plain[start:end]) for start, end in sentences(plain))


def speaks_of_user(text: str) -> bool:
    """Tell whether *text* says something of the one whom the assistant serves, as `the user`."""
    return _patterns().of_the_user.search(_visible(text[:LONGEST])) is not None


def _matches(view: str) -> bool:
    patterns = _patterns()
    if any(pattern.search(view) for pattern in (patterns.forged, *patterns.worded)):
        return True
    return any(_commands(view[start:end]) for start, end in sentences(view))


def _commands(sentence: str) -> bool:
    """Tell whether a sentence orders something that concerns the talk with the user: the worded rules know few ways to."""
    patterns = _patterns()
    if patterns.talk.search(sentence):
        return True
    ordered = patterns.command.search(sentence) or patterns.duty.search(sentence)
    if ordered and patterns.frame.search(sentence):
        return True
    return patterns.change.search(sentence) is not None and (
        ordered is not None or "you" in sentence or "user" in sentence
    )


def _views(text: str, depth: int) -> Iterator[str]:
    """Give the text as it is meant to be read, and what it hides."""
    plain = _visible(text)
    yield plain
    flat = " ".join(plain.split())
    yield flat
    yield _together(plain)
    yield _latin(flat)
    if _patterns().digit_in_word.search(flat):
        yield flat.translate(str.maketrans(data.DIGITS_FOR_LETTERS))
    if "%20" in text or "&#" in text or "&lt;" in text:
        yield _visible(unescape(unquote(text)))
    if depth:
        for hidden in _decoded(text):
            yield from _views(hidden, depth - 1)


def _visible(text: str) -> str:
    """Return the text in lower case without what is not seen, and without accents."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    shown = "".join(character for character in plain if not _unseen(character))
    return fold(shown.translate(_TAGS).casefold())


def _unseen(character: str) -> bool:
    """Tell whether a character formats, or is an accent of a script that is read without."""
    category = unicodedata.category(character)
    return category == "Cf" or (category == "Mn" and character < "\u0700")


_TAGS = dict.fromkeys((*range(917504, 917632), 847, 4447, 4448, 12644, 65440))
"""Characters without a shape that carry text, or break it up."""


def _together(plain: str) -> str:
    """Return the text with `i g n o r e` and `i-g-n-o-r-e` put together; two spaces part such words."""
    joined = _patterns().spaced.sub(lambda found: re.sub(r"[ .\-_*]", "", found.group()), plain)
    return " ".join(joined.split())


def _latin(flat: str) -> str:
    """Return the text with the look-alikes inside Latin words replaced."""
    if flat.isascii():
        return flat
    table = str.maketrans(data.LOOKALIKES)
    return _patterns().mixed_word.sub(lambda found: found.group().translate(table), flat)


def _decoded(text: str) -> Iterator[str]:
    """Give what base64 or hexadecimal runs say, where it is text."""
    for found in _patterns().base64.finditer("".join(_visible_letters(text))):
        run = found.group().rstrip("=").replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(run + "=" * (-len(run) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        yield from _as_text(raw)
    for found in _patterns().hexadecimal.finditer(text):
        digits = found.group()
        yield from _as_text(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _visible_letters(text: str) -> Iterator[str]:
    # A run of base64 may be broken by invisible characters; by line breaks, too, after whole lines.
    return (character for character in text if unicodedata.category(character) != "Cf")


def _as_text(raw: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "utf-16-le"):
        try:
            said = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if said.isprintable() or said.replace("\n", "").replace("\t", "").isprintable():
            yield said
            return


class _Patterns(NamedTuple):
    forged: re.Pattern[str]
    worded: tuple[re.Pattern[str], ...]
    command: re.Pattern[str]
    duty: re.Pattern[str]
    frame: re.Pattern[str]
    talk: re.Pattern[str]
    change: re.Pattern[str]
    second_person: re.Pattern[str]
    imperative: re.Pattern[str]
    of_the_user: re.Pattern[str]
    spaced: re.Pattern[str]
    """A word spelled out with spaces or signs."""

    mixed_word: re.Pattern[str]
    """A word of Latin letters with others among them."""

    digit_in_word: re.Pattern[str]
    base64: re.Pattern[str]
    hexadecimal: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        forged=re.compile("|".join(data.FORGED)),
        worded=tuple(
            re.compile(_without_accents(pattern)) for pattern in (*data.ENGLISH, *data.OTHER_LANGUAGES)
        ),
        command=re.compile(data.COMMAND),
        duty=re.compile(data.DUTY),
        frame=re.compile(data.FRAME),
        talk=re.compile(data.TALK),
        change=re.compile(data.CHANGE),
        second_person=re.compile(data.SECOND_PERSON),
        imperative=re.compile(data.IMPERATIVE),
        of_the_user=re.compile(data.OF_THE_USER),
        spaced=re.compile(r"(?<!\w)(?:\w[ .\-_*]){2,60}\w(?!\w)"),
        mixed_word=re.compile(r"\b(?=\w*[a-z])\w*[^\W\d_a-z]\w*\b"),
        digit_in_word=re.compile(r"[a-z][013457@$][a-z]"),
        base64=re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}"),
        hexadecimal=re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{40,}(?![0-9A-Za-z])"),
    )


def _without_accents(pattern: str) -> str:
    """Fold the letters of a pattern as the text is folded: й stays, ё and Arabic hamza go the same way in both."""
    return "".join(
        character if character.isascii() else fold(character) or character for character in pattern
    )
