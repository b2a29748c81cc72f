"""The command serve."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from lukasa import Settings
from lukasa.config import as_path, default_path
from lukasa.errors import ConfigError
from lukasa.remote.connection import is_address
from lukasa.surfaces.cli.options import StoreOptions
from lukasa.surfaces.keys import beside


def serve(
    *,
    host: Annotated[str, Parameter(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, Parameter(help="The port; 0: any that is free.", validator=validators.Number(gte=0, lte=65535))
    ] = 8765,
    keys: Annotated[str, Parameter(help="The file of the keys. Default: beside the store.")] = "",
    allow_host: Annotated[
        list[str] | None, Parameter(help="Another name by which it may be called. Repeatable.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, Parameter(help="An origin whose pages may call it. Repeatable.")
    ] = None,
    per_minute: Annotated[int, Parameter(help="Requests a minute and key; 0: no bound.")] = 1200,
    at_once: Annotated[
        int | None,
        Parameter(
            help="Requests of a tenant that run at once while others ask too; 0: no bound. Default: 1; 8 with an embedder over the network."
        ),
    ] = None,
    store: StoreOptions | None = None,
) -> None:
    """Serve the memory over HTTP, until interrupted. Needs the extra `server`."""
    options = store or StoreOptions()
    needs("server", "fastapi", "uvicorn", "prometheus_client")
    from lukasa.surfaces.http.guard import RequestLimits  # noqa: PLC0415 - of the extra
    from lukasa.surfaces.http.serve import Address  # noqa: PLC0415
    from lukasa.surfaces.http.serve import serve as run  # noqa: PLC0415

    settings = settings_of(options)
    if is_address(str(settings.store)):
        raise ConfigError(
            f"{str(settings.store)!r} is a server already; name a file, or postgresql://…, with --db"
        )
    run(
        settings,
        key_file(settings, keys),
        Address(
            host=host,
            port=port,
            hosts=allow_host or (),
            origins=allow_origin or (),
            limits=RequestLimits(
                per_minute=per_minute, at_once=_at_once(settings) if at_once is None else at_once
            ),
        ),
    )


def _at_once(settings: Settings) -> int:
    """Return how many requests fill a process: one, unless they wait for an embedder elsewhere."""
    return 1 if settings.embedder in {"onnx", "hashing", "none"} else 8


def settings_of(options: StoreOptions) -> Settings:
    """Return the settings, with the store that the options name."""
    settings = Settings.from_env()
    return settings.with_(store=options.db) if options.db else settings


def key_file(settings: Settings, named: str) -> Path:
    """Return the file of the keys: the one that is named, or the one beside the store."""
    path = as_path(named) if named else beside(str(settings.store or default_path()))
    if path is None:
        raise ConfigError("this store is no file; say where the keys are: --keys PATH")
    return path


def needs(extra: str, *modules: str) -> None:
    """Raise `ConfigError` unless what an extra brings is installed."""
    if missing := [name for name in modules if find_spec(name) is None]:
        raise ConfigError(f"{missing[0]} is not installed; run: pip install 'lukasa[{extra}]'")
