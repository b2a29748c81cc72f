"""API keys: who may do what with whose memory. A file of its own holds what tells them again, not the keys themselves.

The file only grows: a line is a key that was made, or one that was revoked. Writers at the same time lose nothing then.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import get_args

from lukasa.domain.scope import Partition
from lukasa.domain.time import read_instant
from lukasa.errors import ConfigError, InputError, NotFoundError, shown
from lukasa.remote.routes import Role

ROLES: tuple[Role, ...] = get_args(Role)

_PREFIX = "lk"
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key."""

    id: str
    """Its public part: it names the key in lists and logs."""

    digest: str = field(repr=False)
    """SHA-256 of the key. It is random, 256 bits long: there is nothing to guess that a slow digest would protect."""

    tenant: str
    user: str | None = None
    """Whose memory alone it opens; `None`: that of any user of the tenant."""

    role: Role = "read"
    created_at: datetime
    expires_at: datetime | None = None
    name: str = ""
    """What it is for, in its owner's words."""

    def allows(self, role: Role) -> bool:
        """Whether it may do what needs a role."""
        return ROLES.index(self.role) >= ROLES.index(role)


def new_key(
    *,
    tenant: str,
    user: str | None = None,
    role: str = "read",
    expires: str = "",
    name: str = "",
    now: datetime,
) -> tuple[Key, str]:
    """Return a key as it is kept, and the key itself, which is not. *expires*: `12h`, `90d`, a time, or never."""
    if role not in ROLES:
        raise InputError(f"unknown role {shown(role)}; known: {', '.join(ROLES)}")
    Partition(tenant, user or "any")  # It checks both names.
    public = secrets.token_hex(4)
    secret = f"{_PREFIX}_{public}_{secrets.token_urlsafe(32)}"
    key = Key(
        id=public,
        digest=_digest(secret),
        tenant=tenant,
        user=user,
        role=role,
        created_at=now,
        expires_at=_expiry(expires, now),
        name=" ".join(name.split())[:100],
    )
    return key, secret


def _expiry(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        if span := re.fullmatch(r"([0-9]{1,5})([hdw])", text):
            return now + int(span[1]) * _UNITS[span[2]]
        expires_at = read_instant(text).astimezone(UTC)
    except (InputError, OverflowError) as error:
        raise InputError(f"expires must be like 12h, 90d or 2027-01-31T00:00Z, not {shown(text)}") from error
    if expires_at <= now:
        raise InputError(f"expires lies in the past: {shown(text)}")
    return expires_at


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


class KeyFile:
    """The keys of a server, as they are on disk now: one that is revoked opens nothing from the next request on."""

    def __init__(self, path: Path, *, extra: tuple[Key, ...] = ()) -> None:
        self.path = path
        self._extra = extra
        """Keys of this process alone."""

        self._seen: tuple[int, ...] = ()
        self._keys: dict[str, Key] = {}

    def keys(self) -> list[Key]:
        """Return the keys that were not revoked, oldest first. Raises `ConfigError` for a file that is not ours alone."""
        return list(self._current().values())

    def add(self, key: Key) -> None:
        """Keep a key. Its file is made if it is not there, readable by its owner alone."""
        self._current()
        self._append({name: _plain(value) for name, value in asdict(key).items()})

    def revoke(self, id: str, *, now: datetime) -> Key:
        """Let a key open nothing any longer; return it. Raises `NotFoundError`."""
        if (key := self._current().get(id)) is None:
            raise NotFoundError(f"there is no key {id!r} in {str(self.path)!r}")
        self._append({"id": id, "revoked_at": now.isoformat()})
        return key

    def find(self, secret: str, *, now: datetime) -> Key | None:
        """Return the key, unless it is unknown, revoked or expired. How long that takes tells nothing of the secret."""
        public = secret.split("_", 2)[1] if secret[:_LONGEST_KEY].count("_") > 1 else ""
        key = self._current().get(public)
        same = compare_digest(_digest(secret[:_LONGEST_KEY]), key.digest if key else "0" * 64)
        if not same or key is None or (key.expires_at is not None and key.expires_at <= now):
            return None
        return key

    def _current(self) -> dict[str, Key]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return {key.id: key for key in self._extra}
        if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(
                f"others may read or change the keys in {str(self.path)!r}; make it yours alone: chmod 600"
            )
        seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen != self._seen:
            self._keys, self._seen = self._read(), seen
        return self._keys

    def _read(self) -> dict[str, Key]:
        keys = {key.id: key for key in self._extra}
        for number, line in enumerate(self.path.read_text("utf-8").splitlines(), start=1):
            if not line:
                continue
            try:
                members = json.loads(line)
                if "revoked_at" in members:
                    keys.pop(members["id"], None)
                else:
                    keys[members["id"]] = _read_key(members)
            except (ValueError, TypeError, KeyError) as error:
                raise ConfigError(
                    f"line {number} of {str(self.path)!r} is no key ({type(error).__name__}); remove it, and make the key anew"
                ) from error
        return keys

    def _append(self, members: dict[str, object]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A line that a crash cut off stays a line of its own.
            os.write(descriptor, f"\n{json.dumps(members)}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _read_key(members: dict[str, str]) -> Key:
    times: dict[str, datetime | None] = {
        name: datetime.fromisoformat(members[name]) if members[name] else None
        for name in ("created_at", "expires_at")
    }
    key = Key(**{**members, **times})  # type: ignore[arg-type]
    if key.role not in ROLES or any(time is not None and time.tzinfo is None for time in times.values()):
        raise ValueError(key.role)
    return key


def beside(store: str) -> Path | None:
    """Return the file of the keys for a store in a file; `None` for any other store."""
    path = store_file(store)
    return Path(f"{path}.keys") if path else None


def store_file(store: str) -> Path | None:
    """Return the file of a store; `None` for a store that is no file."""
    if store == "memory:" or ("://" in store and not store.startswith("sqlite:")):
        return None
    return Path(store.removeprefix("sqlite:").removeprefix("//"))


Now = Callable[[], datetime]
