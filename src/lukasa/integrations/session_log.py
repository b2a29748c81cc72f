"""JSON values in the order in which they came, kept exactly in a session of a memory; what is said in them is a turn like any other.

A value is in the metadata of a turn. The turn of a message is remembered as one, with its words; the turn of anything else is stored as
forgotten, so that nobody recalls it. What is taken out of the log stays stored, too: a mark says that it is out.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

from lukasa import AsyncHandle, Turn
from lukasa.bounds import read_metadata
from lukasa.errors import InputError
from lukasa.integrations.conversation import message
from lukasa.policy import RememberPolicy
from lukasa.text.secrets import redact_json

_PIECE = 80_000
"""Characters of a value that is too large, or too deep, for metadata: its JSON is kept packed, in so many turns as it takes.

Packed, because a secret that is replaced in the middle of a JSON text, or a half of one, would leave what nobody can read.
"""

_NEVER = "1970-01-01T00:00:00Z"
"""Since when nobody recalls what is not to be recalled at any time."""

_LONGEST = RememberPolicy().max_turn_bytes


class Said(NamedTuple):
    """A message in the words of `remember`."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A value of a log."""

    value: Any
    said: Said | None = None
    """What is to be learned from; `None`: nothing."""

    id: str = field(default_factory=lambda: uuid4().hex)
    """Unique among the user's; an entry is stored once."""

    turn: Turn | None = None
    """The first of those that hold it, once it is stored."""


@dataclass(frozen=True, slots=True)
class SessionLog:
    """The log of one session. Several logs of a session are told apart by *name*."""

    handle: AsyncHandle
    session: str
    name: str

    async def append(self, entries: Sequence[Entry]) -> None:
        """Store entries, all or none. Raises `InputError` for what cannot be stored."""
        messages = [message for entry in entries for message in self._messages(entry)]
        if messages:
            await self.handle.remember(messages, session=self.session)

    async def newest(self, limit: int | None = None) -> list[Entry]:
        """Return the last entries, or all, newest first."""
        window = None if limit is None else limit + 2
        while True:
            turns = await self.handle.turns(
                session=self.session, newest_first=True, limit=window, include_retired=True
            )
            entries = list(self._entries(turns))
            if window is None or len(turns) < window or len(entries) >= (limit or 0):
                return entries[:limit]
            window *= 4

    async def pop(self) -> Entry | None:
        """Take the last entry out, and hide what was learned from it; `None` when there is none."""
        while entries := await self.newest(1):
            (last,) = entries
            removed = await self._mark({"removed": last.id}, key=f"{last.id}-removed")
            if last.turn is not None and last.turn.retired_at is None:
                await self.handle.forget([last.turn.id], reason=f"{self.name} removed")
            if removed:
                return last
        return None

    async def clear(self) -> None:
        """Take all entries out. What was learned from them stays: a log is also emptied to be filled again, shorter."""
        await self._mark({"cleared": True}, key=uuid4().hex)

    def _messages(self, entry: Entry) -> Iterator[dict[str, Any]]:
        said = entry.said if _storable(entry.said) else None
        about: dict[str, Any] = {"id": entry.id} | ({} if said else {"hidden": True})
        pieces = list(self._pieces(entry.value, about))
        for number, piece in enumerate(pieces):
            place = {"piece": number, "pieces": len(pieces)} | ({"hidden": True} if number else {})
            labels = {self.name: about | place | piece}
            yield _message(None if number else said, labels, key=f"{entry.id}#{number}")

    def _pieces(self, value: Any, about: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        plain = json.dumps(value)
        whole = {"value": json.loads(plain)}
        try:
            read_metadata("the value", {self.name: {**about, "piece": 0, "pieces": 1} | whole})
        except InputError:
            clean, _ = redact_json(whole["value"])
            packed = zlib.compress(json.dumps(clean).encode()).hex()
            for start in range(0, len(packed), _PIECE):
                yield {"packed": packed[start : start + _PIECE]}
        else:
            yield whole

    async def _mark(self, about: Mapping[str, Any], *, key: str) -> bool:
        receipt = await self.handle.remember(
            [_message(None, {self.name: dict(about)}, key=key)], session=self.session
        )
        return bool(receipt.turns)

    def _entries(self, turns: Sequence[Turn]) -> Iterator[Entry]:
        """Yield what the turns hold, newest first; less what was taken out, or forgotten otherwise."""
        removed, pieces = set[str](), list[Mapping[str, Any]]()
        for turn in turns:
            about = turn.metadata.get(self.name)
            if not isinstance(about, dict):
                continue
            if about.get("cleared"):
                return
            if "removed" in about:
                removed.add(str(about["removed"]))
            elif about["id"] not in removed and (turn.retired_at is None or about.get("hidden")):
                pieces = [about, *(piece for piece in pieces if piece["id"] == about["id"])]
                if about["piece"] == 0 and len(pieces) == about["pieces"]:
                    yield Entry(value=_value(pieces), id=str(about["id"]), turn=turn)


def _value(pieces: Sequence[Mapping[str, Any]]) -> Any:
    if "value" in pieces[0]:
        return pieces[0]["value"]
    return json.loads(zlib.decompress(bytes.fromhex("".join(piece["packed"] for piece in pieces))))


def _storable(said: Said | None) -> bool:
    """Return whether a message can be a turn; another is kept in the log, and not learned from."""
    if said is None or not said.text.strip() or "\0" in said.text:
        return False
    try:
        return len(said.text.encode()) <= _LONGEST
    except UnicodeEncodeError:
        return False


def _message(said: Said | None, labels: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    about = {"metadata": dict(labels), "key": key}
    if said is None:
        return {"role": "system", "content": "…", "retired_at": _NEVER} | about
    return message(said.role, said.text) | about
