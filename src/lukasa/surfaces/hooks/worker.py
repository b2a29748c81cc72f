"""Remembers what hooks wrote down, and ends. One process at a time does it, however many hooks run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lukasa import Handle, Memory, Settings
from lukasa.errors import ConflictError, InputError, LukasaError
from lukasa.integrations.inserted import own_words
from lukasa.surfaces.cli.formats.coding import read_claude, read_codex
from lukasa.surfaces.cli.formats.session import Assumptions
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.hooks.spool import Spool, SpoolEntry

_READERS = {"claude-code": read_claude, "codex": read_codex}
_OVERLAP = 20
"""Messages of a transcript that are looked at again: the last ones may not have been written whole."""

_BATCH = 200
_FLUSH_SECONDS = 120.0


def main() -> None:
    """Work until nothing waits. What fails, because the store is busy or a model is down, waits for the next time."""
    store = Path(sys.argv[1])
    with suppress(OSError):
        os.nice(10)
    while work(store):
        pass


def work(store: Path) -> bool:
    """Remember what waits, unless another process does; return whether more came meanwhile."""
    spool = Spool(store)
    with spool.alone() as alone:
        if not alone:
            return False
        entries = spool.entries()
        if not entries:
            return False
        settings = Settings.from_env().with_(store=str(store))
        with Memory.open(settings=settings) as memory:
            for user, tenant in {_owner(entry): None for entry in entries}:
                mine = memory.of(user=user, tenant=tenant)
                if not _remember(mine, entries, spool):
                    return False
                mine.flush(timeout=_FLUSH_SECONDS)
        spool.tidy()
    # What was written after the folder was read, while the lock was held, has no process of its own.
    return bool(spool.entries())


def _owner(entry: SpoolEntry) -> tuple[str, str]:
    return str(entry.members.get("user") or "me"), str(entry.members.get("tenant") or "default")


def _remember(mine: Handle, entries: Sequence[SpoolEntry], spool: Spool) -> bool:
    """Remember the entries of one user; return whether none failed that may succeed later."""
    read: set[object] = set()
    for entry in entries:
        if _owner(entry) != (mine.partition.user, mine.partition.tenant):
            continue
        transcript = entry.members.get("transcript")
        try:
            if not transcript:
                _remember_message(mine, entry)
            elif transcript not in read:  # It is read to its end: once is enough.
                read.add(transcript)
                _remember_transcript(mine, entry, spool)
        except (InputError, ConflictError) as error:
            if error.retryable:
                return False
            spool.refuse(entry.path)
        except LukasaError:
            return False
        else:
            spool.done(entry)
    return True


def _remember_message(mine: Handle, entry: SpoolEntry) -> None:
    said = entry.members
    at = str(said["at"])
    text = str(said["content"])
    pieces = own_words(text) if said["role"] == "user" else [("assistant", text.strip())]
    messages: list[dict[str, object]] = [
        {"role": role, "content": piece, "at": at} for role, piece in pieces if role != "system"
    ]
    if messages:
        mine.remember(messages, session=str(said.get("session") or "") or None)


def _remember_transcript(mine: Handle, entry: SpoolEntry, spool: Spool) -> None:
    """Remember what the user and the agent said: results of tools and what the client inserts stay where they are."""
    path = Path(str(entry.members["transcript"]))
    if not path.is_file() or path.stat().st_size == 0:
        return
    reader = _READERS[str(entry.members["client"])]
    for session in reader(ImportFile(path), Assumptions()):
        said = [message for message in session.messages if message["role"] in {"user", "assistant"}]
        name = f"{mine.partition.tenant}\0{mine.partition.user}\0{session.session}"
        known = int(spool.marked(name, "count") or 0)
        new = said[max(0, known - _OVERLAP) :] if known <= len(said) else said
        for start in range(0, len(new), _BATCH):
            mine.remember(new[start : start + _BATCH], session=session.session, origin="import")
        spool.mark(name, "count", str(len(said)))


if __name__ == "__main__":
    main()
