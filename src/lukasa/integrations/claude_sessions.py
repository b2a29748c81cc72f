"""Transcripts of the Claude Agent SDK, kept in a memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from claude_agent_sdk import (
    SessionKey,
    SessionListSubkeysKey,
    SessionStore,
    SessionStoreEntry,
    SessionStoreListEntry,
    SessionSummaryEntry,
    fold_session_summary,
)

from lukasa import AsyncHandle
from lukasa.domain.scope import digest
from lukasa.errors import NotFoundError
from lukasa.integrations.session_log import Entry, SessionLog

NAME = "claude_agent"
"""Under which entries of transcripts are in the metadata of turns."""


@dataclass
class LukasaSessionStore(SessionStore):
    """Transcripts in the memory of one user, equal to what was appended, in order. Nothing of them is recalled: see `memory_hooks`.

    What `delete` takes out is erased: no byte stays. At a server, that needs a key with the role `admin`. Secrets in entries are replaced by labels, as
    everywhere.
    """

    handle: AsyncHandle
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def append(self, key: SessionKey, entries: list[SessionStoreEntry]) -> None:
        """Store entries, all or none."""
        if not entries:
            return
        log, subpath = self._log(key), key.get("subpath")
        async with self._lock:  # A summary continues the one before.
            last = await log.newest(1)
            if not last:
                await self._names(key["project_key"]).append([Entry(value=dict(key))])
            batch: dict[str, Any] = {"entries": entries}
            if subpath is None:
                summary = _summary(key, last[0]) if last else None
                batch["summary"] = fold_session_summary(summary, key, entries)["data"]
            await log.append([Entry(value=batch)])

    async def load(self, key: SessionKey) -> list[SessionStoreEntry] | None:
        """Return all entries, one of each `uuid`; `None`: there are none."""
        batches = reversed(await self._log(key).newest())
        entries = [entry for batch in batches for entry in batch.value["entries"]]
        # Of those with the same uuid, the first; each without one is another.
        kept: dict[object, SessionStoreEntry] = {}
        for place, entry in enumerate(entries):
            kept.setdefault(entry.get("uuid", place), entry)
        return list(kept.values()) or None

    async def list_sessions(self, project_key: str) -> list[SessionStoreListEntry]:
        """List the sessions of a project."""
        summaries = await self.list_session_summaries(project_key)
        return [{"session_id": each["session_id"], "mtime": each["mtime"]} for each in summaries]

    async def list_session_summaries(self, project_key: str) -> list[SessionSummaryEntry]:
        """List the summaries of a project's sessions."""
        keys = [key for key in await self._keys(project_key) if "subpath" not in key]
        return [_summary(key, last) for key in keys for last in await self._log(key).newest(1)]

    async def delete(self, key: SessionKey) -> None:
        """Erase a transcript; that of a session with those of its subagents."""
        names = self._names(key["project_key"])
        for entry in await names.newest():
            named = cast(SessionKey, entry.value)
            if named == key or ("subpath" not in key and named["session_id"] == key["session_id"]):
                await self._erase(self._log(named).session)
                await self.handle.erase([entry.turn.id] if entry.turn else [])

    async def list_subkeys(self, key: SessionListSubkeysKey) -> list[str]:
        """List the subpaths of a session."""
        keys = await self._keys(key["project_key"])
        return [
            each["subpath"] for each in keys if "subpath" in each and each["session_id"] == key["session_id"]
        ]

    def _log(self, key: SessionKey) -> SessionLog:
        parts = (key["project_key"], key["session_id"], key.get("subpath") or "")
        return SessionLog(self.handle, f"claude-transcript:{digest(parts)}", NAME)

    def _names(self, project: str) -> SessionLog:
        """Return the log of the names of a project's transcripts."""
        return SessionLog(self.handle, f"claude-project:{digest([project])}", NAME)

    async def _keys(self, project: str) -> list[SessionKey]:
        """Return the keys of a project's transcripts; an `append` that failed may have left one twice."""
        keys: list[SessionKey] = []
        for entry in reversed(await self._names(project).newest()):
            if entry.value not in keys:
                keys.append(cast(SessionKey, entry.value))
        return keys

    async def _erase(self, session: str) -> None:
        try:
            await self.handle.erase(session=session)
        except NotFoundError:
            return


def _summary(key: SessionKey, last: Entry) -> SessionSummaryEntry:
    assert last.turn is not None  # noqa: S101 - it was stored
    milliseconds = int(last.turn.recorded_at.timestamp() * 1000)
    return {"session_id": key["session_id"], "mtime": milliseconds, "data": last.value["summary"]}
