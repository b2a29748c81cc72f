"""What must hold of a value, besides its shape, before it is taken for a secret. Pure."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from functools import cache

from lukasa.text import secrets_data as data
from lukasa.text.patterns import LazyPattern, word_set


def holds(check: data.Check, value: str, before: str) -> bool:
    """Whether a value of the right shape is a secret, given what stands before it."""
    return _checks()[check](value, before)


def looks_drawn(value: str, *, prefixed: bool = False) -> bool:
    """Whether a value looks drawn at random rather than written: letters and digits, mixed, of high entropy.

    With a vendor's prefix it may be short of a kind of character; by itself (`token=…`) it must not be made of words.
    """
    if is_placeholder(value) or _is_wordy(value):
        return False
    if not prefixed and (len(value) < _DRAWN or _is_code(value) or _is_uuid(value)):
        return False
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    mixed = mixed or (prefixed and len(_CASE_CHANGE.compiled.findall(value)) >= _CASE_CHANGES)
    return mixed and entropy(value) >= (_PREFIXED_ENTROPY if prefixed else _ENTROPY)


def entropy(value: str) -> float:
    """Return the bits that a character tells, by the characters of the value itself."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def is_placeholder(value: str) -> bool:
    """Whether documentation would write this where a secret stands."""
    return _PLACEHOLDER.search(value.casefold()) is not None or len(set(value)) <= _DISTINCT


def is_password(value: str, *, by: str, last: bool, quoted: bool) -> bool:
    """Whether a value is a password, given the sign or word before it and whether its sentence ends with it.

    Digits, signs and inner capitals speak for themselves. A plain word is one only after `=`, or as the last word: people
    say much about passwords with `is`.
    """
    plain = value.strip().casefold().rstrip("!?")
    if len(plain) < _SHORTEST or is_placeholder(value) or plain in word_set(data.SAID_OF_THEM):
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
def _checks() -> dict[data.Check, Callable[[str, str], bool]]:
    return {
        "random": lambda value, _: looks_drawn(value, prefixed=True),
        "jwt": lambda value, _: _is_jwt(value),
        "pem": lambda value, _: _is_key_block(value),
        "card": _is_card,
        "iban": lambda value, _: _is_iban(value),
        "ssn": _is_ssn,
        "url": lambda value, _: not is_placeholder(value) and value.casefold() not in word_set(_DOCUMENTED),
        "any": lambda _, __: True,
    }


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


def _is_card(value: str, before: str) -> bool:
    digits = re.sub(r"\D", "", value)
    if len(set(digits)) <= _DISTINCT or not _luhn(digits) or not _ISSUER.fullmatch(digits):
        return False
    groups = [len(group) for group in re.split(r"[ -]", value)]
    if len(groups) > 1 and (groups[0] != len("4111") or min(groups) < _CARD_ENDS):
        return False
    return _mentions(before, data.CARD_CUES) or not _mentions(before, data.NUMBERS_OF_ORDERS)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def _is_iban(value: str) -> bool:
    plain = value.replace(" ", "")
    if len(plain) != data.IBAN_LENGTHS.get(plain[:2]):
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def _is_ssn(value: str, before: str) -> bool:
    digits = re.sub(r"\D", "", value)
    invented = digits in {"123456789", "078051120", "219099999", "111111111", "987654321"}
    return not invented and not _mentions(before, data.NUMBERS_OF_ORDERS)


def _mentions(before: str, table: str) -> bool:
    words = re.split(r"[^\w-]+", before.casefold())
    return not word_set(table).isdisjoint(word.rstrip("s") for word in words)


_PLACEHOLDER = LazyPattern(data.PLACEHOLDERS)
_ISSUER = LazyPattern("|".join(pattern for pattern, _ in data.CARD_ISSUERS))

_CODE = LazyPattern(
    r"^[(\[{<$%@&]|\(\)?|[\[\]{}<>]|://|^(?:[A-Za-z]:\\|[/~.]{1,2}/|/)"
    r"|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^[A-Z]+(?:_[A-Z]+)+$|^[a-z]+(?:_[a-z]+)+$"
)

_LETTERS = LazyPattern(r"[^\W\d_]+(?:[-.][^\W\d_]+)*")

_SHAPE_OF_PROSE = LazyPattern(
    r"^\d+%$|^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$|^\d+\+?-?(?:char|day|word|digit|bit|month)"
)

_STRONG = LazyPattern(r"[!@#$%^&*?_~+=|\\]\w|\w[@#$%^&*_~+=|\\]|[a-z][A-Z]")

_CASE_CHANGE = LazyPattern(r"[a-z][A-Z]")

_ADJECTIVE = LazyPattern(r"(?:ed|ing|able|ible|ent|ant|ly|ful|less|ive|ous|ary|word|phrase|ar|al|en)$")
