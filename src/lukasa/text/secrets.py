"""Secrets by their shape: found in a text or in metadata, and replaced by a label that says what stood there.

Prose about secrets is left alone, and so are the placeholders of documentation (`sk-...`, `YOUR_API_KEY`, the keys that
end in `EXAMPLE`), identifiers (UUIDs, hashes of commits and files) and the numbers of orders, books and phones. Pure;
linear in the length of the text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Literal, NamedTuple, cast

from lukasa.domain.scope import digest
from lukasa.domain.turn import Json
from lukasa.text.analysis import is_stop_word
from lukasa.text.patterns import LazyPattern, WordLists, word_set

_LISTS = WordLists("lukasa.text", "secrets")

_Check = Literal["any", "exact", "random", "option", "jwt", "pem", "wif", "card", "iban", "ssn", "url"]
"""What must hold of the value besides its shape. `exact`: neither a placeholder nor words, for prefix and length say the
rest; `random`: it looks drawn, too; `option`: it is neither a placeholder nor code."""


class _SecretShape(NamedTuple):
    label: str
    needs_digit: bool
    """Whether there is none in a text without a digit."""

    check: _Check
    pattern: LazyPattern


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
    return _redacted(text, lambda label, _: f"[REDACTED:{label}]")


def redact_name(name: str) -> Redacted:
    """Redact what tells things apart: a session, a speaker, a subject, a key.

    Two drawn secrets stay two names: `[REDACTED:aws-key:k3vq7w2m]`. The digest is of a value that nobody can guess; what can
    be guessed (`GUESSABLE`) gets none, because a digest would confirm the guess. A name of digits alone is a number that
    an application gave, not a card.
    """
    return Redacted(name, ()) if name.isdecimal() else _redacted(name, _mark_of_name)


def redact_json(value: Json) -> tuple[Json, tuple[str, ...]]:
    """Redact the strings and keys of metadata, and the value of `password` or `api_key` whatever its shape."""
    labels: list[str] = []
    return _redact_value(value, None, labels), tuple(labels)


GUESSABLE = frozenset(
    ("password", "passphrase", "pin", "card-number", "iban", "ssn", "url-credentials", "database-url")
)
"""Labels of secrets of which so few are likely that a digest can be tried against all of them."""


def _mark_of_name(label: str, value: str) -> str:
    if label in GUESSABLE:
        return f"[REDACTED:{label}]"
    return f"[REDACTED:{label}:{digest(['secret', value], size=_DIGEST)}]"


_DIGEST = 5
"""Bytes: eight letters."""


def _redacted(text: str, mark: Callable[[str, str], str]) -> Redacted:
    labels: list[str] = []
    for _ in range(_ROUNDS):
        secrets = _distinct(_secrets(text))
        if not secrets:
            break
        labels.extend(secret.label for secret in secrets)
        text = _replaced(text, secrets, mark)
    return Redacted(text, tuple(labels))


_ROUNDS = 4
"""Once a value is gone, its neighbour may stand free and be recognised. Longer chains do not occur."""

_LONGEST = 200
"""Characters of a password; what is longer is prose."""


def _replaced(text: str, secrets: list[_Secret], mark: Callable[[str, str], str]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, label in secrets:
        parts += (text[done:start], mark(label, text[start:end]))
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
    marks = [match.span() for match in _MARK.scan(text)] if "[redacted:" in lower else []
    starts = [start for start, _ in marks]
    for secret in (*_secrets_by_shape(text, lower), *_assigned_secrets(text, lower)):
        # Marks do not overlap: the last one that begins before the secret's end is the only one that can touch it.
        before = bisect_left(starts, secret.end)
        if not (before and marks[before - 1][1] > secret.start):
            yield secret


def _secrets_by_shape(text: str, lower: str) -> Iterator[_Secret]:
    shapes = [shape for hint, shape in _shapes() if hint in lower]
    has_digit = _DIGIT.search(text) is not None
    for shape in shapes:
        if shape.needs_digit and not has_digit:
            continue
        for match in _matches(shape, text):
            start, end = match.span(match.lastgroup or 0)
            if _holds(shape.check, text[start:end], text[max(0, start - _BEFORE) : start]):
                yield _Secret(start, end, shape.label)


def _matches(shape: _SecretShape, text: str) -> Iterator[re.Match[str]]:
    match shape.check:
        case "pem":
            # It may be of any length, and its beginning is found at once: no pattern is slow that begins with letters.
            return shape.pattern.finditer(text)
        case "jwt":
            return shape.pattern.scan(text, reach=_LONGEST_TOKEN)
        case _:
            return shape.pattern.scan(text)


_LONGEST_TOKEN = 8_000
"""Characters: servers take no header that is longer."""


def _assigned_secrets(text: str, lower: str) -> Iterator[_Secret]:
    """Give the value of each password, PIN or key that a text states."""
    for match in _PIN.scan(text) if _DIGITS.search(text) else ():
        yield _Secret(*match.span("value"), "pin")
    for match in _PASSWORD.scan(text):
        yield from _password(text, match)
    if any(hint in lower for hint in ("key", "secret", "token", "cred")):
        for match in _KEY.scan(text):
            start, end = match.span("value")
            if _looks_drawn(text[start:end]) and text[end : end + 1] != "(":
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
    if _is_password(text[start:end], by=match["sign"] or "is", last=last, quoted=group == "quoted"):
        yield _Secret(start, end, "password")


# --- metadata --------------------------------------------------------------------------------------------------------


def _redact_value(value: Json, name: str | None, labels: list[str]) -> Json:
    if isinstance(value, dict):
        return _redact_object(value, labels)
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


def _redact_object(value: dict[str, Json], labels: list[str]) -> dict[str, Json]:
    """Redact keys and values; keys that become the same are numbered, so that no value is lost."""
    clean: dict[str, Json] = {}
    for key, inner in value.items():
        name, of_key = redact_name(key) if isinstance(key, str) else (key, ())
        labels.extend(of_key)
        unique, number = name, 1
        while of_key and (unique in clean or unique in value):
            number += 1
            unique = f"{name} ({number})"
        clean[unique] = _redact_value(inner, _label_of(str(key)), labels)
    return clean


def _label_of(key: str) -> str | None:
    """Return what a key of metadata says its value is: `db_password`, `apiKey`, `PIN`."""
    words = "_".join(_HUMP.sub(r"_\g<0>", key).replace("-", "_").casefold().split())
    match = _TELLING_KEY.search(words)
    return None if match is None else {"key": "api-key"}.get(str(match.lastgroup), str(match.lastgroup))


def _worth_hiding(value: Json, name: str) -> bool:
    if isinstance(value, bool) or value is None or value == "":
        return False
    text = str(value)
    if _is_placeholder(text) or _MARK.search(text):
        return False
    if name == "password":
        return isinstance(value, str) and _is_password(text, by="=", last=True, quoted=True)
    if name == "pin":
        return text.isdecimal()
    return any(character.isdigit() for character in text) and _looks_drawn(text)


# --- what must hold of a value ----------------------------------------------------------------------------------------


def _holds(check: _Check, value: str, before: str) -> bool:
    """Whether a value of the right shape is a secret, given what stands before it."""
    return _checks()[check](value, before)


def _looks_drawn(value: str, *, prefixed: bool = False) -> bool:
    """Whether a value looks drawn at random rather than written: letters and digits, mixed, of high entropy.

    With a vendor's prefix it may be short of a kind of character; by itself (`token=…`) it must not be made of words.
    """
    if _is_placeholder(value, prefixed=prefixed) or _is_wordy(value):
        return False
    if not prefixed and (len(value) < _DRAWN or _is_code(value) or _is_uuid(value)):
        return False
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    changes = _CASE_CHANGE if prefixed else _LONE_LETTER
    mixed = mixed or len(changes.compiled.findall(value)) >= _CASE_CHANGES
    return mixed and _entropy(value) >= (_PREFIXED_ENTROPY if prefixed else _ENTROPY)


def _entropy(value: str) -> float:
    """Return the bits that a character tells, by the characters of the value itself."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def _is_placeholder(value: str, *, prefixed: bool = False) -> bool:
    """Whether documentation would write this where a secret stands.

    Behind a vendor's prefix, `abcdef` and `123456789` may be part of a key.
    """
    pattern = _PLACEHOLDER if prefixed else _TYPED
    return pattern.search(value.casefold()) is not None or len(set(value)) <= _DISTINCT


def _is_password(value: str, *, by: str, last: bool, quoted: bool) -> bool:
    """Whether a value is a password, given the sign or word before it and whether its sentence ends with it.

    Digits, signs and inner capitals speak for themselves. A plain word is one only after `=`, or as the last word: people
    say much about passwords with `is`.
    """
    plain = value.strip().casefold().rstrip("!?")
    if len(plain) < _SHORTEST or _is_placeholder(value) or plain in _LISTS.words("said_of_them"):
        return False
    if _is_code(value) or _SHAPE_OF_PROSE.search(value):
        return False
    if quoted and " " in value.strip():
        return by != "is"
    if any(character.isdigit() for character in plain) or _STRONG.search(value):
        return True
    return _is_plain_password(plain, by_verb=by == "is", last=last or (quoted and by != "is"))


def _is_plain_password(plain: str, *, by_verb: bool, last: bool) -> bool:
    """Whether a value of letters alone can be a password."""
    return last and _LETTERS.fullmatch(plain) is not None and not (by_verb and _ADJECTIVE.search(plain))


# --- kinds of value --------------------------------------------------------------------------------------------------

_PEM = 60
"""Characters of base64; the shortest private keys (Ed25519) have 64."""

_DRAWN = 12
_ENTROPY = 3.0
"""Sixteen random characters have at least 3.3 bits each; English words and paths joined by signs have digits rarely."""

_PREFIXED_ENTROPY = 2.6
"""Thirty-two random hexadecimal digits never had less than 2.9."""

_DISTINCT = 3
"""A value of three different characters was typed, not drawn."""

_CASE_CHANGES = 3
"""After a vendor's prefix, a name in `camelCase` hardly has so many."""

_SHORTEST = 4
_WORDY = 3
_CARD_ENDS = 3
_DOCUMENTED = (
    "pass password passwd pw pwd secret user mypassword mysecretpassword postgres root guest admin p"
)


def _is_wordy(value: str) -> bool:
    """Whether a value is words, short numbers and versions, joined: `kubernetes-secret-v1`."""
    pieces = [piece for piece in re.split(r"[-_./+=~]", value) if piece]
    return all(_is_word(piece) for piece in pieces)


def _is_word(piece: str) -> bool:
    if len(piece) <= _WORDY or (piece.isdecimal() and len(piece) <= len("20240101")):
        return True
    return (
        piece.isalpha()
        and (piece.islower() or piece.istitle() or piece.isupper())
        and len(piece) <= len("authentication")
    )


def _is_code(value: str) -> bool:
    """Whether a value is an expression or a path rather than itself: `os.environ["X"]`, `/run/secrets/db`."""
    return _CODE.search(value) is not None


def _is_uuid(value: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value) is not None


@cache
def _checks() -> dict[_Check, Callable[[str, str], bool]]:
    return {
        "exact": lambda value, _: not _is_placeholder(value, prefixed=True) and not _is_wordy(value),
        "random": lambda value, _: _looks_drawn(value, prefixed=True),
        "option": lambda value, _: _is_option(value),
        "wif": lambda value, _: _is_wif(value),
        "jwt": lambda value, _: _is_jwt(value),
        "pem": lambda value, _: _is_key_block(value),
        "card": _is_card,
        "iban": lambda value, _: _is_iban(value),
        "ssn": _is_ssn,
        "url": lambda value, _: not _is_documented(value),
        "any": lambda _, __: True,
    }


def _is_documented(value: str) -> bool:
    return _is_placeholder(value) or value.casefold() in word_set(_DOCUMENTED)


def _is_option(value: str) -> bool:
    """Whether what follows `-p` or `-u name:` is a password, and not a variable or an example."""
    bare = value.rstrip(".,;)]}")
    return not _is_documented(bare) and not _is_code(bare)


def _is_key_block(value: str) -> bool:
    return len(re.sub(r"[^A-Za-z0-9+/=]", "", value)) >= _PEM and re.search(r"\.{3}|…", value) is None


def _is_jwt(value: str) -> bool:
    """Whether the first part is the header of a token."""
    header = value.partition(".")[0]
    try:
        claims = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(claims, dict) and not claims.keys().isdisjoint(("alg", "typ", "enc"))


def _is_wif(value: str) -> bool:
    """Whether it is a private key of a wallet: base 58, and its last four bytes are the checksum."""
    number = 0
    for character in value:
        number = number * 58 + _BASE58.index(character)
    raw = number.to_bytes(39, "big").lstrip(b"\0")
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def _is_card(value: str, before: str) -> bool:
    digits = _digits(value)
    if len(set(digits)) <= _DISTINCT or not _luhn(digits) or not _ISSUER.fullmatch(digits):
        return False
    groups = [len(group) for group in re.split(_SPACE, value)]
    if len(groups) > 1 and (groups[0] != len("4111") or min(groups) < _CARD_ENDS):
        return False
    return _mentions(before, "card_cues") or not _mentions(before, "numbers_of_orders")


def _digits(value: str) -> str:
    """Return the digits of a number, also of full-width ones, as ASCII."""
    return "".join(str(int(character)) for character in value if character.isdecimal())


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def _is_iban(value: str) -> bool:
    plain = re.sub(_SPACE, "", value)
    if len(plain) != _iban_lengths().get(plain[:2]):
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


@cache
def _iban_lengths() -> dict[str, int]:
    entries = (entry.split(":") for entry in _LISTS["iban_lengths"].split())
    return {country: int(length) for country, length in entries}


def _is_ssn(value: str, before: str) -> bool:
    digits = _digits(value)
    invented = digits in {"123456789", "078051120", "219099999", "111111111", "987654321"}
    return not invented and not _mentions(before, "numbers_of_orders")


def _mentions(before: str, name: str) -> bool:
    words = re.split(r"[^\w-]+", before.casefold())
    return not _LISTS.words(name).isdisjoint(word.rstrip("s") for word in words)


def _any_of(name: str) -> str:
    return "|".join(_LISTS.rows(name))


# --- patterns --------------------------------------------------------------------------------------------------------


@cache
def _shapes() -> tuple[tuple[str, _SecretShape], ...]:
    """Return the shapes, each with what must occur in the lower case of a text."""
    return tuple(map(_shape, _LISTS.rows("shapes")))


def _shape(row: str) -> tuple[str, _SecretShape]:
    label, hint, check, pattern = re.split(r" {2,}", row, maxsplit=3)
    pattern = pattern.replace("{word}", _WORD).replace("{end}", _END).replace("{space}", _SPACE)
    needs_digit = hint == r"\d"
    shape = _SecretShape(label, needs_digit, cast("_Check", check), LazyPattern(pattern))
    return "" if needs_digit else hint.strip('"'), shape


_WORD = r"(?<![A-Za-z0-9_])"
"""Nothing of a longer token before it."""

_END = r"(?![A-Za-z0-9_-])"

_SPACE = r"[ \u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\u2010-\u2015\uff0d-]"
"""What people and typesetters put between groups of digits."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

_BEFORE = 40
"""Characters before a value in which a word may say what it is."""

_SIGN = r"[\"'`]?\s{0,3}(?P<sign>[:=：＝]{1,2}>?|=>)\s{0,3}"
_MARK = LazyPattern(r"\[REDACTED:[a-z0-9-]{1,40}(?::[a-z2-7]{1,40})?\]")
"""What an earlier redaction left."""

_DIGIT = LazyPattern(r"\d")
_DIGITS = LazyPattern(r"\d{3}")
_PIN = LazyPattern(
    r"(?i)(?<![\w-])(?:PIN(?: ?code| number)?|cvv2?|cvc2?|(?:card|security|door|alarm|gate) code)"
    r"(?:\s{1,9}(?:for|to|of|on)(?:\s{1,9}[\w'’-]{1,20}){1,4}?)?"
    r"(?:\s{0,2}[:=]\s{0,2}|\s{1,9}(?:is|was|to)(?:\s{1,9}now)?\s{1,9})[\"'#]?(?P<value>\d{3,8})(?![\w.,-]?\d)(?!\w)"
)
_PASSWORD = LazyPattern(
    lambda: (
        rf"(?i)(?<![^\W_])(?P<word>{_any_of('login_words')})(?:\s{{1,9}}(?:for|to|of|on|at|in|für|para|de|du|pour)"
        rf"(?:\s{{1,9}}[\w'’.-]{{1,30}}){{1,5}}?)?"
        rf"(?:{_SIGN}|\s{{1,9}}(?:{_any_of('is')})[:\s]\s{{0,2}}|\s{{0,2}}[是はは는은]\s{{0,2}})"
        rf"(?:[\"“'`](?P<quoted>[^\"”'`\n]{{1,{_LONGEST}}})[\"”'`]|(?P<bare>[^\s\"“”'`]{{3,{_LONGEST}}}))"
    )
)
_PHRASE = LazyPattern(r"[a-z]{3,12}(?:[ -][a-z]{3,12}){2,11}(?=[\"”'`]?\s{0,99}(?:[.!\n]|$))")
"""Several words as one passphrase, to the end of the line or sentence."""

_KEY = LazyPattern(
    lambda: (
        rf"(?i)(?<![A-Za-z0-9])(?:{_any_of('key_names')})(?:\s{{1,9}}(?:for|to|of)(?:\s{{1,9}}[\w'’.-]{{1,30}}){{1,4}}?)?"
        rf"(?:{_SIGN}|\s{{1,9}}(?:is|was)(?:\s{{1,9}}now)?:?\s{{1,9}})[\"'`]?(?P<value>[\w./+=~!@#$%^*-]{{8,500}})"
    )
)
_NOTHING_MORE = LazyPattern(r"[\"”'`)\]}>]{0,9}[.!,;]{0,9}[\"”'`)\]}>]{0,9}\s{0,99}(?:$|[\n\r,;}\])]|[A-Z])")
"""The sentence ends after the value. Bounded: two runs of the same signs could be divided in as many ways as they are long."""

_HUMP = LazyPattern(r"(?<=[a-z0-9])[A-Z]")
_TELLING_KEY = LazyPattern(
    r"(?:^|_)(?:(?P<password>password|passwd|pwd|passphrase|passcode|pass)|(?P<pin>pin|cvv|cvc)"
    r"|(?P<key>api_?key|access_?key|secret_?key|private_?key|client_?secret|secret|token|authorization|credentials?))$"
)

_PLACEHOLDER = LazyPattern(lambda: _any_of("placeholders"))
_TYPED = LazyPattern(lambda: f"{_any_of('placeholders')}|{_any_of('typed_by_hand')}")
_ISSUER = LazyPattern(lambda: "|".join(row.split()[1] for row in _LISTS.rows("card_issuers")))

_CODE = LazyPattern(
    r"^[(\[{<$%@&]|\(\)?|[\[\]{}<>]|://|^(?:[A-Za-z]:\\|[/~.]{1,2}/|/)"
    r"|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^[A-Z]+(?:_[A-Z]+)+$|^[a-z]+(?:_[a-z]+)+$"
)

_LETTERS = LazyPattern(r"[^\W\d_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u9fff]+(?:[-.][^\W\d_]+)*")
"""Of scripts with spaces: without them, a run of letters is a sentence (密码：在台灯下面)."""

_SHAPE_OF_PROSE = LazyPattern(
    r"^\d+%$|^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$|^\d+\+?-?(?:char|day|word|digit|bit|month)"
)

_STRONG = LazyPattern(r"[!@#$%^&*?_~+=|\\]\w|\w[@#$%^&*_~+=|\\]|[a-z][A-Z]")

_CASE_CHANGE = LazyPattern(r"[a-z][A-Z]")
_LONE_LETTER = LazyPattern(r"[A-Z](?=[a-z][A-Z])|[a-z](?=[A-Z][a-z])(?=..[A-Z])")
"""One lower-case letter between two capitals, or one pair: hardly in the names of programs."""

_ADJECTIVE = LazyPattern(r"(?:ed|ing|able|ible|ent|ant|ly|ful|less|ive|ous|ary|word|phrase|ar|al|en)$")
