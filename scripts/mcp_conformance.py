"""Run the public conformance suite of the Model Context Protocol against the tools over HTTP.

    scripts/node_packages                          # once
    python scripts/mcp_conformance.py              # exit 1 when a scenario fails that is not among the expected failures

The suite sends no keys, so each request gets one here before it comes to the server's own guard. Other arguments go to the suite.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from lukasa import AsyncMemory, Settings
from lukasa.surfaces.http.app import make_app
from lukasa.surfaces.http.guard import RequestLimits
from lukasa.surfaces.keys import KeyFile, new_key

SUITE = Path(__file__).parents[1] / "tests/conformance/mcp"
PROGRAM = SUITE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
REVISIONS = ("2025-11-25", "2026-07-28")


def keyed(app: ASGIApp, secret: str) -> ASGIApp:
    """Return an application that gives every request a key."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], (b"authorization", f"Bearer {secret}".encode())]
        await app(scope, receive, send)

    return answer


def application(folder: Path) -> ASGIApp:
    """Return the server, with a memory of its own."""
    keys = KeyFile(folder / "keys")
    key, secret = new_key(tenant="default", user="ana", role="write", now=datetime.now(UTC))
    keys.add(key)

    async def opener() -> AsyncMemory:
        return await AsyncMemory.open("memory:", settings=Settings(embedder="hashing"))

    app = make_app(opener, keys=keys, clock=lambda: datetime.now(UTC), limits=RequestLimits(per_minute=0))
    return keyed(app, secret)


def main(arguments: list[str]) -> int:
    """Serve, and run the suite."""
    if not PROGRAM.exists():
        print("the suite is not installed: scripts/node_packages", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        config = uvicorn.Config(
            application(Path(folder)), port=0, log_level="error", ws="none", lifespan="on"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        try:
            port = server.servers[0].sockets[0].getsockname()[1]
            command = [
                "node",
                "--import",
                str(SUITE / "node20.mjs"),
                str(PROGRAM),
                "server",
                "--url",
                f"http://127.0.0.1:{port}/mcp",
            ]
            expected = ["--expected-failures", str(SUITE / "expected.yml")]
            runs = [arguments] if arguments else [["--requirements", each, *expected] for each in REVISIONS]
            codes = [subprocess.run([*command, *run], check=False).returncode for run in runs]  # noqa: S603 - ours
            return int(any(codes))  # One that was killed has a negative code.
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
