"""What is still to be remembered: small files beside the store, so that a hook need not wait and a crash loses nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from lukasa.surfaces.running import locked

_SUFFIX = ".json"
_REFUSED = ".refused"
_KEPT_SECONDS = 90 * 24 * 3600
"""How long marks of sessions are kept."""


class SpoolEntry(NamedTuple):
    """One thing to remember, and where it is written."""

    path: Path
    members: Mapping[str, object]


class Spool:
    """A folder of entries. Writers need no lock; one reader at a time has it."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.folder = Path(f"{store}.hooks")

    def add(self, members: Mapping[str, object]) -> None:
        """Write an entry: whole or not at all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns():020}-{os.getpid()}"
        _write(self.folder / f"{name}.tmp", json.dumps(members).encode(), self.folder / f"{name}{_SUFFIX}")

    def entries(self) -> list[SpoolEntry]:
        """Return what waits, oldest first."""
        found = []
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            try:
                members = json.loads(path.read_bytes())
            except (OSError, ValueError):
                members = None
            if isinstance(members, dict):
                found.append(SpoolEntry(path, members))
            else:
                self.refuse(path)
        return found

    def done(self, entry: SpoolEntry) -> None:
        """Remove an entry that was remembered."""
        entry.path.unlink(missing_ok=True)

    def refuse(self, path: Path) -> None:
        """Put an entry aside that can never be remembered; nothing is thrown away."""
        path.replace(path.with_suffix(_REFUSED))

    def mark(self, session: str, name: str, value: str = "") -> None:
        """Note something of a session."""
        path = self._mark(session, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path.with_name(f"{path.name}-{os.getpid()}.tmp"), value.encode(), path)

    def marked(self, session: str, name: str) -> str | None:
        """Return what was noted of a session."""
        try:
            return self._mark(session, name).read_text()
        except OSError:
            return None

    def tidy(self) -> None:
        """Remove marks of old sessions, and what a crash left half written."""
        oldest = time.time() - _KEPT_SECONDS
        for path in [*self.folder.glob("*.tmp"), *self.folder.glob("sessions/*")]:
            try:
                if path.stat().st_mtime < (oldest if path.suffix != ".tmp" else time.time() - 3600):
                    path.unlink()
            except OSError:
                continue

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Be the one process that reads; false: another one is."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield locked(descriptor)
        finally:
            os.close(descriptor)

    def _mark(self, session: str, name: str) -> Path:
        digest = blake2b(session.encode("utf-8", "replace"), digest_size=12).hexdigest()
        return self.folder / "sessions" / f"{digest}.{name}"


def _write(part: Path, content: bytes, whole: Path) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)
    part.replace(whole)
