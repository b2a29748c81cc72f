"""Large bodies, slow callers and many connections: a real server stays within its memory, and answers others meanwhile.

`LUKASA_TEST_LIMITS=full` and `-s` run them at the size of docs/http.md and show figures; small sizes show the same.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from served import served

from lukasa.surfaces.http.guard import RequestLimits

FULL = os.environ.get("LUKASA_TEST_LIMITS") == "full"  # noqa: TID251 - of tests
BODY = 100_000_000 if FULL else 12_000_000
MESSAGES = int(os.environ.get("LUKASA_TEST_MESSAGES", "100000" if FULL else "300"))  # noqa: TID251
CONNECTIONS = 500 if FULL else 40
GROWTH = 150_000_000 + 6_000 * MESSAGES
"""Bytes by which the server may grow: the messages of a call are in memory together."""

HOME = "/v1/users/ana"


class Process:
    """`lukasa serve`, as it is started."""

    def __init__(self, process: subprocess.Popen[str], url: str, key: str) -> None:
        self.pid, self.url = process.pid, url
        self.headers = {"Authorization": f"Bearer {key}"}
        self.api = httpx2.Client(base_url=url, headers=self.headers, timeout=600)
        self.api.post(
            f"{HOME}/turns", json={"messages": "I live in Lisbon.", "session": "s"}
        ).raise_for_status()
        self.recall()

    def recall(self) -> None:
        self.api.post(f"{HOME}/recall", json={"question": "Where do I live?"}).raise_for_status()

    def memory(self) -> int:
        """Return the bytes that the process has in memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def connect(self) -> socket.socket:
        address = urlsplit(self.url)
        assert address.hostname
        assert address.port
        return socket.create_connection((address.hostname, address.port), timeout=60)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    db = tmp_path_factory.mktemp("limits") / "l.lukasa"
    environment = {**os.environ, "LUKASA_EMBEDDER": "hashing", "LUKASA_EXTRACTOR": "none"}  # noqa: TID251 - of tests
    command = [
        sys.executable,
        "-m",
        "lukasa.surfaces.entry",
        "serve",
        "--port",
        "0",
        "--per-minute",
        "0",
        "--db",
        str(db),
    ]
    log = db.with_name("log")
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, stderr=stderr, text=True, env=environment) as running,
        ExitStack() as stack,
    ):
        stack.callback(running.kill)
        while "Listening on " not in (text := log.read_text()):
            assert running.poll() is None, text
            time.sleep(0.05)
        lines = text.splitlines()
        url = next(line for line in lines if line.startswith("Listening on ")).split()[-1]
        process = Process(running, url, next(line for line in lines if line.startswith("lk_")))
        stack.callback(process.api.close)
        yield process


@pytest.fixture
def bounded(
    process: Process, record_property: Callable[[str, Any], None], request: pytest.FixtureRequest
) -> Iterator[None]:
    """The server grows little, and answers afterwards."""
    before, began = process.memory(), time.perf_counter()
    yield
    process.recall()
    grown, seconds = process.memory() - before, time.perf_counter() - began
    record_property("grown", grown)
    if FULL:
        print(f"\n{request.node.name}: {seconds:.1f} s, {before / 1e6:.0f} + {grown / 1e6:.0f} MB")  # noqa: T201
    assert grown < GROWTH


pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")


@pytest.mark.usefixtures("bounded")
def test_a_body_that_is_too_large_is_refused(process: Process):
    announced = process.api.post(f"{HOME}/turns", content=b'"' + b"x" * BODY)

    def pieces() -> Iterator[bytes]:
        yield b'{"messages": "'
        for _ in range(BODY // 100_000):
            yield b"x" * 100_000

    assert announced.status_code == 413
    with suppress(httpx2.TransportError):  # The server does not read on, and may close before all was sent.
        assert process.api.post(f"{HOME}/turns", content=pieces()).status_code == 413


@pytest.mark.usefixtures("bounded")
def test_an_import_of_any_length_is_read_as_it_comes(process: Process):
    filler = "x" * 100_000

    def lines() -> Iterator[bytes]:
        for n in range(BODY // 100_000):
            at = f"2026-03-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z"
            # What cannot be stored is left out: reading is what counts here.
            yield json.dumps({"role": "user", "content": "", "at": at, "note": filler}).encode() + b"\n"

    reply = process.api.post("/v1/users/importer/import", content=lines())

    assert (reply.status_code, reply.json().get("lines")) == (200, BODY // 100_000), reply.text[:300]


@pytest.mark.usefixtures("bounded")
def test_many_messages_in_one_body(process: Process):
    messages = [
        {
            "role": "user",
            "content": f"Crate {n} weighs {n} kg.",
            "at": f"2026-03-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        }
        for n in range(MESSAGES)
    ]
    lines = "".join(json.dumps(message) + "\n" for message in messages).encode()
    reply = process.api.post("/v1/users/crates/import", content=lines)
    whole = process.api.post("/v1/users/crates/turns", json={"messages": messages})

    assert reply.status_code == 200
    assert reply.json()["turns"] == MESSAGES
    # As one call: all known already, or more than a call or a body takes, which is said.
    assert whole.status_code == 200 or (FULL and whole.status_code in {413, 422}), whole.text[:300]


@pytest.mark.usefixtures("bounded")
def test_many_open_connections(process: Process):
    head = f"GET /v1/me HTTP/1.1\r\nHost: {urlsplit(process.url).netloc}\r\nAuthorization: {process.headers['Authorization']}\r\n\r\n"
    with ExitStack() as stack:
        opened = [stack.enter_context(process.connect()) for _ in range(CONNECTIONS)]
        for connection in opened:
            connection.sendall(head.encode())
        answers = [connection.recv(12) for connection in opened]
        process.recall()

    assert answers == [b"HTTP/1.1 200"] * CONNECTIONS


@pytest.mark.usefixtures("bounded")
def test_others_are_answered_while_callers_are_slow(process: Process):
    with ExitStack() as stack:
        slow = [stack.enter_context(process.connect()) for _ in range(CONNECTIONS)]
        for step in (b"POST /v1/users/ana/turns HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n", b"X-A: b\r\n"):
            for connection in slow:
                connection.sendall(step)
            process.recall()


def test_a_connection_on_which_no_request_comes_is_closed(tmp_path: Path):
    with served(tmp_path, limits=RequestLimits(header_timeout=0.2, per_minute=0)) as server:
        address = urlsplit(server.url)
        key = server.key()
        head = f"GET /v1/me HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {key}\r\n"
        with ExitStack() as stack:
            silent, slow, again = (
                stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=60))
                for _ in range(3)
            )
            slow.sendall(head.encode())
            again.sendall(f"{head}\r\n".encode())
            assert again.recv(12) == b"HTTP/1.1 200"
            time.sleep(0.01)
            again.sendall(head.encode())  # A second request that never ends.

            assert silent.recv(1) == b""
            assert slow.recv(1) == b""
            while again.recv(1000):
                pass
        with server.client(key) as client:
            assert client.get("/v1/me").status_code == 200


def test_a_body_that_comes_too_slowly_is_refused(tmp_path: Path):
    with served(tmp_path, limits=RequestLimits(read_timeout=0.1, per_minute=0)) as server:
        address = urlsplit(server.url)
        head = f"POST {HOME}/turns HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {server.key()}\r\nContent-Length: 50\r\n\r\n"
        with socket.create_connection((address.hostname, address.port), timeout=60) as slow:
            slow.sendall(head.encode() + b"{")

            assert slow.recv(12) == b"HTTP/1.1 408"
