"""Checks of what callers hand in: how large and how deep it may be (`policy.InputLimits`). Pure.

Each raises `InputError` with the name of the argument, its size, the limit, and what to do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lukasa.domain.filter import AllOf, AnyOf, Compare, Filter, Not
from lukasa.domain.filter import parse as parse_filter
from lukasa.domain.turn import MAX_INT, Json
from lukasa.errors import FilterError, InputError, shown
from lukasa.policy import InputLimits

LIMITS = InputLimits()


def check_size(what: str, text: str, most: int, advice: str = "shorten it", *, shows: bool = False) -> int:
    """Return the length of a text in bytes; raise `InputError` when it has more, or cannot be encoded."""
    check_length(what, text, most, advice)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        named = f"{what} {shown(text)}" if shows else what
        raise InputError(
            f"{named} is not valid Unicode at character {error.start}: {error.reason}"
        ) from error
    if size > most:
        raise InputError(f"{what} has {size:,} bytes; at most {most:,} are allowed: {advice}")
    return size


def check_length(what: str, text: str, most: int, advice: str = "shorten it") -> None:
    """Raise `InputError` when a text has more characters than the bytes allowed; they are known without a copy of it."""
    if len(text) > most:
        raise InputError(f"{what} has {len(text):,} characters; at most {most:,} bytes are allowed: {advice}")


def read_label(what: str, value: object, *, spare: int = 0) -> str | None:
    """Return a session, name or key unchanged; raise `InputError` when it cannot be one. *spare*: bytes beyond the limit."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise InputError(f"{what} must be a non-empty text without NUL, not {shown(value)}")
    check_size(what, value, LIMITS.label_bytes + spare, "use a shorter name, or a digest of it", shows=True)
    return value


def check_question(text: object, what: str = "the question") -> None:
    """Raise `InputError` unless this is a text that can be asked."""
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{what} must be a non-empty text, not {shown(text)}")
    check_size(what, text, LIMITS.question_bytes, "ask with the part that matters")


def beginning(text: str) -> str:
    """Return as much of a message as can be asked as a question."""
    return text.encode()[: LIMITS.question_bytes].decode(errors="ignore")


def check_statement(what: str, text: object) -> None:
    """Raise `InputError` unless this can be the text of a fact."""
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise InputError(f"{what} must be a non-empty text without NUL, not {shown(text)}")
    check_size(what, text, LIMITS.fact_bytes, "a fact is a sentence; remember() takes longer texts")


def check_reason(reason: object) -> None:
    """Raise `InputError` unless this can be written beside a change."""
    if not isinstance(reason, str) or "\0" in reason:
        raise InputError(f"reason must be a text without NUL, not {shown(reason)}")
    check_size("reason", reason, LIMITS.reason_bytes, shows=True)


def check_share(what: str, value: object) -> None:
    """Raise `InputError` unless this is a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InputError(f"{what} must be a number from 0 to 1, not {shown(value)}")


def check_ids(what: str, ids: Sequence[str]) -> None:
    """Raise `InputError` unless these are ids, and not too many for one call."""
    if len(ids) > LIMITS.ids:
        raise InputError(
            f"{what} has {len(ids):,} ids; at most {LIMITS.ids:,} are taken in one call: make several"
        )
    for id_ in ids:
        if isinstance(id_, str) and id_.isascii() and len(id_) <= LIMITS.label_bytes:
            continue  # as all of 100,000 are, mostly
        if not isinstance(id_, str):
            raise InputError(f"{what} must be ids, texts as receipts and hits have them, not {shown(id_)}")
        check_size(f"an id in {what}", id_, LIMITS.label_bytes, "give an id as a receipt or a hit has it")


def read_filter(value: Mapping[str, object] | Filter | None) -> Filter | None:
    """Return the filter; raise `FilterError` when it is not understood, or larger than any store can answer."""
    parsed = parse_filter(value)
    if parsed is not None:
        _check_conditions(parsed)
    return parsed


def _check_conditions(whole: Filter) -> None:
    """Walk the filter without recursion: one that was built by hand may be of any depth."""
    level: list[Filter] = [whole]
    conditions = 0
    for _ in range(LIMITS.filter_depth):
        deeper: list[Filter] = []
        for part in level:
            match part:
                case AllOf(parts=parts) | AnyOf(parts=parts):
                    deeper += parts
                case Not(part=inner):
                    deeper.append(inner)
                case Compare(field=name, value=value):
                    values = value if isinstance(value, tuple) else (value,)
                    conditions += len(values)
                    for text in (name, *(one for one in values if isinstance(one, str))):
                        check_size(f"the filter on {shown(name)}", text, LIMITS.filter_bytes)
        if conditions + len(deeper) > LIMITS.conditions:
            raise FilterError(
                f"the filter has {conditions + len(deeper):,} conditions and values; at most {LIMITS.conditions:,} "
                "are allowed: ask in several calls"
            )
        if not deeper:
            return
        level = deeper
    raise FilterError(f"the filter is nested more than {LIMITS.filter_depth} deep; flatten it")


# --- metadata --------------------------------------------------------------------------------------------------------


def read_metadata(what: str, metadata: object) -> dict[str, Json]:
    """Return metadata as plain JSON; raise `InputError` for what is no JSON, too deep, too much or too long."""
    if not isinstance(metadata, Mapping):
        raise InputError(f"{what} must be a mapping, not {type(metadata).__name__}")
    return MetadataReader(what).read(metadata)


@dataclass(slots=True)
class MetadataReader:
    """Reads one mapping, at once or member by member, and counts what is in it."""

    what: str
    values: int = 0
    bytes: int = 0

    def read(self, metadata: Mapping[object, object]) -> dict[str, Json]:
        return {
            self._key(key): self._json(value, f"{self.what} {shown(key)}", depth=LIMITS.metadata_depth)
            for key, value in metadata.items()
        }

    def _json(self, value: object, what: str, *, depth: int) -> Json:
        self.values += 1
        if self.values > LIMITS.metadata_values:
            raise InputError(
                f"{self.what} has more than {LIMITS.metadata_values:,} values; keep the rest where it comes from, "
                "and a reference to it here"
            )
        match value:
            case None | bool():
                return value
            case str() if "\0" not in value:
                self._count(value)
                return value
            case int() if abs(value) <= MAX_INT:
                return value
            case float() if math.isfinite(value):
                return value
            case list() | tuple() | Mapping() if not depth:
                raise InputError(f"{what} is nested more than {LIMITS.metadata_depth} deep; flatten it")
            case list() | tuple():
                return [self._json(item, what, depth=depth - 1) for item in value]
            case Mapping():
                return {
                    self._key(key): self._json(item, what, depth=depth - 1) for key, item in value.items()
                }
            case _:
                raise InputError(
                    f"{what} must be JSON (finite numbers, 64-bit integers, no NUL), not {shown(value)}"
                )

    def _key(self, key: object) -> str:
        if not isinstance(key, str) or not key or "\0" in key:
            raise InputError(f"{self.what}: keys must be non-empty texts, not {shown(key)}")
        check_size(f"{self.what}: the key", key, LIMITS.label_bytes)
        self._count(key)
        return key

    def _count(self, text: str) -> None:
        self.bytes += check_size(self.what, text, LIMITS.metadata_bytes, _ELSEWHERE)
        if self.bytes > LIMITS.metadata_bytes:
            raise InputError(
                f"{self.what} has {self.bytes:,} bytes and more; at most {LIMITS.metadata_bytes:,} are allowed: {_ELSEWHERE}"
            )


_ELSEWHERE = "keep it elsewhere, and a reference to it here"
