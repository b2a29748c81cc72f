"""A server on a free port of this machine, with a store and keys of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from lukasa import AsyncMemory, Settings
from lukasa.surfaces.http.app import make_app
from lukasa.surfaces.http.connections import connections
from lukasa.surfaces.http.guard import Guard, RequestLimits, Tokens
from lukasa.surfaces.http.proxy import Upstream
from lukasa.surfaces.keys import KeyFile, new_key
from lukasa.testing.llm import ScriptedLLM

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Served:
    """A running server."""

    app: Guard
    url: str
    keys: KeyFile

    def key(
        self, *, user: str | None = None, role: str = "admin", tenant: str = "default", **more: Any
    ) -> str:
        key, secret = new_key(tenant=tenant, user=user, role=role, now=more.pop("now", NOW), **more)
        self.keys.add(key)
        return secret

    def client(self, secret: str | None = None, **more: Any) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=60, **more)


@contextmanager
def served(
    folder: Path,
    *,
    limits: RequestLimits | None = None,
    replies: Sequence[str] = (),
    hosts: Sequence[str] = (),
    upstream: Upstream | None = None,
    tokens: Tokens | None = None,
) -> Iterator[Served]:
    keys = KeyFile(folder / "keys")

    async def opener() -> AsyncMemory:
        return await AsyncMemory.open(
            folder / "served.lukasa",
            settings=Settings(embedder="hashing", extractor="rules"),
            llm=ScriptedLLM(list(replies)) if replies else None,
            clock=lambda: NOW,
        )

    app = make_app(
        opener,
        keys=keys,
        clock=lambda: NOW,
        limits=limits or RequestLimits(per_minute=0),
        hosts=hosts,
        upstream=upstream,
        tokens=tokens,
    )
    http = connections(limits.header_timeout if limits else 60.0)
    config = uvicorn.Config(
        app, port=0, http=http, log_level="error", access_log=False, ws="none", lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="served")
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    try:
        (listener,) = server.servers[0].sockets
        yield Served(app, f"http://127.0.0.1:{listener.getsockname()[1]}", keys)  # type: ignore[arg-type]
    finally:
        server.should_exit = True
        thread.join()
