"""A running `lukasa serve` of the same store: how it says that it is there, and how a hook asks it, without loading much."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

_WAIT_SECONDS = 0.2
_LONGEST_REPLY = 2_000_000


class RunningServer(NamedTuple):
    """Where a server listens, and a key for its run."""

    host: str
    port: int
    key: str
    tenant: str


def notice_file(store: Path) -> Path:
    """Return the file by which a server says that it serves a store."""
    return Path(f"{store}.serve")


@contextmanager
def announced(path: Path, server: RunningServer) -> Iterator[None]:
    """Say that a server runs. The file is locked as long as it does, so that one that a crash left behind misleads nobody."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # a folder that may only be read: hooks do without
        yield
        return
    try:
        if locked(descriptor):
            os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(server._asdict()).encode(), 0)
            yield
            os.ftruncate(descriptor, 0)
        else:  # Another process serves the same store, and has said so.
            yield
    finally:
        os.close(descriptor)


def running_server(store: Path) -> RunningServer | None:
    """Return the server of a store, if there is one."""
    try:
        descriptor = os.open(notice_file(store), os.O_RDWR)
    except OSError:
        return None
    try:
        if locked(descriptor):
            return None
        members = json.loads(os.read(descriptor, 10_000))
        return RunningServer(**members)
    except (ValueError, TypeError):
        return None
    finally:
        os.close(descriptor)


def ask(server: RunningServer, user: str, verb: str, body: Mapping[str, object]) -> Mapping[str, Any] | None:
    """Return the answer of a server to a verb, or `None` when it has none in time."""
    sent = json.dumps(body).encode()
    head = (
        f"POST /v1/users/{quote(user, safe='')}/{verb} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n"
        f"Authorization: Bearer {server.key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(sent)}\r\nConnection: close\r\n\r\n"
    )
    received = b""
    with suppress(OSError, ValueError):
        with socket.create_connection((server.host, server.port), timeout=_WAIT_SECONDS) as connection:
            connection.sendall(head.encode() + sent)
            while len(received) < _LONGEST_REPLY and (piece := connection.recv(1 << 16)):
                received += piece
        status, _, rest = received.partition(b"\r\n")
        _, _, content = rest.partition(b"\r\n\r\n")
        if b" 200 " in status:
            answer = json.loads(content)
            return answer if isinstance(answer, dict) else None
    return None


def locked(descriptor: int) -> bool:
    """Lock an open file for this process, until it is closed or the process dies; false: another process has it."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - of this platform

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl  # noqa: PLC0415 - of the others

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
