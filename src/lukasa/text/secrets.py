"""Secrets by their shape: found in a text or in metadata, and replaced by a label that says what stood there.

Prose about secrets is left alone, and so are the placeholders of documentation (`sk-...`, `YOUR_API_KEY`, the keys that
end in `EXAMPLE`), identifiers (UUIDs, hashes of commits and files) and the numbers of orders, books and phones. Pure;
linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lukasa.domain.turn import Json
from lukasa.text import secrets_data as data
from lukasa.text.analysis import is_stop_word
from lukasa.text.patterns import LazyPattern
from lukasa.text.secret_checks import holds, is_password, is_placeholder, looks_drawn


class Redacted(NamedTuple):
    """A text without its secrets."""

    text: str
    labels: tuple[str, ...]
    """What was taken out, in the order of the text."""


class _Secret(NamedTuple):
    start: int
    end: int
    label: str


def redact(text: str) -> Redacted:
    """Replace each secret by a label such as `[REDACTED:aws-key]`. Doing it twice changes nothing more."""
    labels: list[str] = []
    for _ in range(_ROUNDS):
        secrets = _distinct(_secrets(text))
        if not secrets:
            break
        labels.extend(secret.label for secret in secrets)
        text = _replaced(text, secrets)
    return Redacted(text, tuple(labels))


def redact_json(value: Json) -> tuple[Json, tuple[str, ...]]:
    """Redact the strings of metadata, and the value of `password` or `api_key` whatever its shape."""
    labels: list[str] = []
    return _redact_value(value, None, labels), tuple(labels)


_ROUNDS = 4
"""Once a value is gone, its neighbour may stand free and be recognised. Longer chains do not occur."""

_LONGEST = 200
"""Characters of a password; what is longer is prose."""


def _replaced(text: str, secrets: list[_Secret]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, label in secrets:
        parts += (text[done:start], f"[REDACTED:{label}]")
        done = end
    return "".join((*parts, text[done:]))


def _distinct(secrets: Iterator[_Secret]) -> list[_Secret]:
    """Return the secrets in order; where two overlap, the earlier kind of detector decides the label, the wider the span."""
    merged: list[_Secret] = []
    for secret in sorted(secrets, key=lambda secret: secret.start):
        if merged and secret.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, secret.end))
        else:
            merged.append(secret)
    return merged


def _secrets(text: str) -> Iterator[_Secret]:
    lower = text.lower()
    marks = [match.span() for match in _MARK.finditer(text)] if "[redacted:" in lower else []
    for secret in (*_secrets_by_shape(text, lower), *_assigned_secrets(text, lower)):
        if not any(start < secret.end and secret.start < end for start, end in marks):
            yield secret


def _secrets_by_shape(text: str, lower: str) -> Iterator[_Secret]:
    for shape, pattern in _SHAPES:
        if shape.hint not in lower:
            continue
        for match in pattern.finditer(text):
            start, end = match.span("value" if "value" in pattern.compiled.groupindex else 0)
            if holds(shape.check, text[start:end], text[max(0, start - _BEFORE) : start]):
                yield _Secret(start, end, shape.label)


def _assigned_secrets(text: str, lower: str) -> Iterator[_Secret]:
    """Give the value of each password, PIN or key that a text states."""
    for match in _PIN.finditer(text):
        yield _Secret(*match.span("value"), "pin")
    for match in _PASSWORD.finditer(text):
        yield from _password(text, match)
    if any(hint in lower for hint in ("key", "secret", "token", "cred")):
        for match in _KEY.finditer(text):
            start, end = match.span("value")
            if looks_drawn(text[start:end]) and text[end : end + 1] != "(":
                yield _Secret(start, end, "api-key")


def _password(text: str, match: re.Match[str]) -> Iterator[_Secret]:
    """Give the value of an assignment that is really one: `my password is hunter2`, not `the password is too short`."""
    group = "quoted" if match["quoted"] is not None else "bare"
    start, end = match.span(group)
    if group == "bare":
        end = start + len(text[start:end].rstrip(".,;:)]}>"))
    phrase = _PHRASE.match(text, start) if "phrase" in match["word"].lower() else None
    if phrase and not any(is_stop_word(word) for word in phrase.group().split()):
        yield _Secret(phrase.start(), phrase.end(), "passphrase")
        return
    last = _NOTHING_MORE.match(text, end) is not None
    if is_password(text[start:end], by=match["sign"] or "is", last=last, quoted=group == "quoted"):
        yield _Secret(start, end, "password")


# --- metadata --------------------------------------------------------------------------------------------------------


def _redact_value(value: Json, name: str | None, labels: list[str]) -> Json:
    if isinstance(value, dict):
        return {key: _redact_value(inner, _label_of(key), labels) for key, inner in value.items()}
    if isinstance(value, list):
        return [_redact_value(inner, name, labels) for inner in value]
    if name is not None and _worth_hiding(value, name):
        labels.append(name)
        return f"[REDACTED:{name}]"
    if isinstance(value, str):
        redacted = redact(value)
        labels.extend(redacted.labels)
        return redacted.text
    return value


def _label_of(key: str) -> str | None:
    """Return what a key of metadata says its value is: `db_password`, `apiKey`, `PIN`."""
    words = "_".join(_HUMP.sub(r"_\g<0>", key).replace("-", "_").casefold().split())
    match = _TELLING_KEY.search(words)
    return None if match is None else {"key": "api-key"}.get(str(match.lastgroup), str(match.lastgroup))


def _worth_hiding(value: Json, name: str) -> bool:
    if isinstance(value, bool) or value is None or value == "":
        return False
    text = str(value)
    if is_placeholder(text) or _MARK.search(text):
        return False
    if name == "password":
        return isinstance(value, str) and is_password(text, by="=", last=True, quoted=True)
    if name == "pin":
        return text.isdecimal()
    return any(character.isdigit() for character in text) and looks_drawn(text)


# --- patterns --------------------------------------------------------------------------------------------------------

_SHAPES = tuple((shape, LazyPattern(shape.pattern)) for shape in data.SHAPES)

_BEFORE = 40
"""Characters before a value in which a word may say what it is."""

_SIGN = r"[\"'`]?\s{0,3}(?P<sign>[:=：＝]{1,2}>?|=>)\s{0,3}"
_MARK = LazyPattern(r"\[REDACTED:[a-z0-9-]{1,40}\]")
"""What an earlier redaction left."""

_PIN = LazyPattern(
    r"(?i)(?<![\w-])(?:PIN(?: ?code| number)?|cvv2?|cvc2?|(?:card|security|door|alarm|gate) code)"
    r"(?:\s+(?:for|to|of|on)(?:\s+[\w'’-]{1,20}){1,4}?)?"
    r"(?:\s{0,2}[:=]\s{0,2}|\s+(?:is|was|to)(?:\s+now)?\s+)[\"'#]?(?P<value>\d{3,8})(?![\w.,-]?\d)(?!\w)"
)
_PASSWORD = LazyPattern(
    rf"(?i)(?<![^\W_])(?P<word>{data.LOGIN_WORDS})(?:\s+(?:for|to|of|on|at|in|für|para|de|du|pour)"
    rf"(?:\s+[\w'’.-]{{1,30}}){{1,5}}?)?"
    rf"(?:{_SIGN}|\s+(?:{data.IS})[:\s]\s{{0,2}}|\s{{0,2}}[是はは는은]\s{{0,2}})"
    rf"(?:[\"“'`](?P<quoted>[^\"”'`\n]{{1,{_LONGEST}}})[\"”'`]|(?P<bare>[^\s\"“”'`]{{3,{_LONGEST}}}))"
)
_PHRASE = LazyPattern(r"[a-z]{3,12}(?:[ -][a-z]{3,12}){2,11}(?=[\"”'`]?\s*(?:[.!\n]|$))")
"""Several words as one passphrase, to the end of the line or sentence."""

_KEY = LazyPattern(
    rf"(?i)(?<![A-Za-z0-9])(?:{data.KEY_NAMES})(?:\s+(?:for|to|of)(?:\s+[\w'’.-]{{1,30}}){{1,4}}?)?"
    rf"(?:{_SIGN}|\s+(?:is|was)(?:\s+now)?:?\s+)[\"'`]?(?P<value>[\w./+=~!@#$%^*-]{{8,500}})"
)
_NOTHING_MORE = LazyPattern(r"[\"”'`)\]}>]*[.!,;]*[\"”'`)\]}>]*\s*(?:$|[\n\r,;}\])]|[A-Z])")
"""The sentence ends after the value."""

_HUMP = LazyPattern(r"(?<=[a-z0-9])[A-Z]")
_TELLING_KEY = LazyPattern(
    r"(?:^|_)(?:(?P<password>password|passwd|pwd|passphrase|passcode|pass)|(?P<pin>pin|cvv|cvc)"
    r"|(?P<key>api_?key|access_?key|secret_?key|private_?key|client_?secret|secret|token|authorization|credentials?))$"
)
