"""Runs the server until it is told to stop; what was begun is finished first, and jobs that wait are kept."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TextIO

import uvicorn

from lukasa import AsyncMemory, Settings
from lukasa.config import as_path, default_path
from lukasa.errors import ConfigError
from lukasa.surfaces.http.app import make_app
from lukasa.surfaces.http.connections import connections
from lukasa.surfaces.http.guard import RequestLimits, Tokens
from lukasa.surfaces.http.proxy import Upstream
from lukasa.surfaces.http.traces import set_up_traces
from lukasa.surfaces.keys import Key, KeyFile, new_key, store_file
from lukasa.surfaces.running import RunningServer, announced, notice_file
from lukasa.wiring import now

_CONNECTIONS = 512
"""Beyond so many at once, the answer is 503."""

_GRACE_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server listens, and by which names it may be called."""

    host: str = "127.0.0.1"
    port: int = 8765
    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()
    limits: RequestLimits = field(default_factory=RequestLimits)


def serve(settings: Settings, key_path: Path, address: Address) -> None:
    """Serve the memory of *settings* until interrupted.

    Raises `ConfigError` for an address that others can reach while no key was made, and for one that cannot be listened
    on; and what opening the memory raises.
    """
    local, secret = new_key(tenant=settings.tenant, role="read", name="hooks of this machine", now=now())
    keys = _keys(settings, key_path, address, local)

    async def opener() -> AsyncMemory:
        return server.memory

    app = make_app(
        opener,
        keys=keys,
        clock=now,
        hosts=[address.host, *address.hosts],
        origins=address.origins,
        limits=address.limits,
        upstream=_upstream(settings),
        tokens=_tokens(settings),
    )
    if settings.traces:
        set_up_traces(settings.traces)
    config = uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        http=connections(address.limits.header_timeout),
        access_log=False,  # It would show addresses, and so users.
        log_level="warning",
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ws="none",
        lifespan="on",
    )
    with ExitStack() as stack:
        stack.enter_context(_logging_to(sys.stderr))

        def listening(host: str, port: int) -> None:
            if store := store_file(str(settings.store or default_path())):
                near = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
                notice = RunningServer(near, port, secret, settings.tenant)
                stack.enter_context(announced(notice_file(store), notice))

        # Once it has stopped, the library raises the signal again, which would end the process before the stack is unwound.
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stack.callback(signal.signal, signal.SIGTERM, before)
        server = _Server(config, listening, settings)
        with suppress(SystemExit):  # The library's, when it cannot listen: it has said why.
            server.run()
    if not server.started:
        raise ConfigError(f"the server did not start on {address.host}:{address.port}; above is why")


class _Server(uvicorn.Server):
    """Says where it listens, once it does: port 0 takes any that is free."""

    memory: AsyncMemory

    def __init__(
        self, config: uvicorn.Config, listening: Callable[[str, int], None], settings: Settings
    ) -> None:
        super().__init__(config)
        self._listening = listening
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Not by the application: the library would log a traceback of what is wrong with the store.
        self.memory = await AsyncMemory.open(settings=self._settings)
        await super().startup(sockets)

    def _log_started_message(self, listeners: Sequence[object]) -> None:
        for listener in listeners:
            host, port = listener.getsockname()[:2]  # type: ignore[attr-defined]
            shown = f"[{host}]" if ":" in host else host
            sys.stderr.write(f"Listening on http://{shown}:{port}\n")
            self._listening(host, port)
        sys.stderr.write("A browser shows there what is remembered; the page asks for a key.\n")
        sys.stderr.flush()
        # What is loaded by now stays. Going through all of it in each full collection held every request up for 40 ms.
        gc.collect()
        gc.freeze()


def _keys(settings: Settings, path: Path, address: Address, local: Key) -> KeyFile:
    keys = KeyFile(path, extra=(local,))
    if keys.keys() != [local] or settings.jwt_issuer:
        return keys
    if not _is_loopback(address.host):
        raise ConfigError(
            f"others can reach {address.host!r}, and no key was made: run `lukasa keys create` first"
        )
    key, secret = new_key(tenant=settings.tenant, role="admin", name="this run", now=now())
    sys.stderr.write(
        f"No key was made yet (`lukasa keys create` makes one). The key of this run:\n{secret}\n"
    )
    return KeyFile(path, extra=(key, local))


def _tokens(settings: Settings) -> Tokens | None:
    if not (settings.jwt_issuer or settings.jwt_audience or settings.jwt_keys):
        return None
    if find_spec("jwt") is None or find_spec("cryptography") is None:
        raise ConfigError("tokens need PyJWT; run: pip install 'lukasa[jwt]'")
    from lukasa.surfaces.http.tokens import TokenRules, TokenVerifier  # noqa: PLC0415 - of the extra

    tokens = TokenVerifier(
        TokenRules(
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            keys=settings.jwt_keys
            if "://" in settings.jwt_keys
            else settings.jwt_keys and str(as_path(settings.jwt_keys)),
            user_claim=settings.jwt_user_claim,
            tenant_claim=settings.jwt_tenant_claim,
            tenant=settings.tenant,
        )
    )
    asyncio.run(tokens.load())  # Without the issuer's keys, nobody could come in.
    return tokens


def _upstream(settings: Settings) -> Upstream | None:
    if not settings.proxy_url:
        return None
    if not settings.proxy_url.startswith(("https://", "http://")):
        raise ConfigError(
            f"proxy_url must be an address such as https://api.openai.com/v1, not {settings.proxy_url!r}"
        )
    return Upstream(url=settings.proxy_url, key=settings.proxy_key.get_secret_value())


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@contextmanager
def _logging_to(stream: TextIO) -> Iterator[None]:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("lukasa.http")
    handlers, level, propagate = log.handlers[:], log.level, log.propagate
    log.handlers[:], log.propagate = [handler], False
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.handlers[:], log.propagate = handlers, propagate
        log.setLevel(level)
