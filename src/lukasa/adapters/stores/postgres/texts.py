"""Texts as PostgreSQL can hold them: it knows no NUL."""

from __future__ import annotations

import re
from typing import Any

from psycopg.adapt import Buffer
from psycopg.types.string import StrDumperUnknown, TextBinaryLoader, TextLoader

from lukasa.adapters.stores.postgres.sql import Connection

_LEAD, _ZERO, _ONE = "\1", "\2", "\3"
_WRITTEN = {
    chr(code): _LEAD + (_ONE if code & 2 else _ZERO) + (_ONE if code & 1 else _ZERO) for code in range(4)
}
"""Four characters take three in their place. No one of the three stands for itself, so that what is found, and what comes
before what, is the same for texts as for what stands for them."""

_READ = {written: character for character, written in _WRITTEN.items()}
_SPECIAL = re.compile("[\0-\3]")
_WRITTEN_SPECIAL = re.compile("\1..", re.DOTALL)


def written(text: str) -> str:
    """Return a text as it is stored."""
    return _SPECIAL.sub(lambda match: _WRITTEN[match.group()], text) if _SPECIAL.search(text) else text


def read(text: str) -> str:
    """Return the text that `written` was given."""
    if _LEAD not in text:
        return text
    return _WRITTEN_SPECIAL.sub(lambda match: _READ.get(match.group(), match.group()), text)


class _Dumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(written(obj))


class _Loader(TextLoader):
    def load(self, data: Buffer) -> Any:
        return _read(super().load(data))


class _BinaryLoader(TextBinaryLoader):
    def load(self, data: Buffer) -> Any:
        return _read(super().load(data))


def _read(text: bytes | str) -> str:
    return read(text if isinstance(text, str) else text.decode())


def adapt(connection: Connection) -> None:
    """Have a connection bind and read every text in this way."""
    connection.adapters.register_dumper(str, _Dumper)
    connection.adapters.register_loader("text", _Loader)
    connection.adapters.register_loader("text", _BinaryLoader)
