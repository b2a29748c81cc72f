"""The commands keys create, keys list and keys revoke."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from lukasa.remote.routes import Role
from lukasa.surfaces.cli.options import StoreOptions, UserOptions
from lukasa.surfaces.cli.output import console, print_json, print_text, when
from lukasa.surfaces.cli.serve import key_file, settings_of
from lukasa.surfaces.keys import Key, KeyFile, new_key

keys = App(name="keys", help="Make, list and revoke the keys of `lukasa serve`.")

_File = Annotated[str, Parameter(help="The file of the keys. Default: beside the store.")]


@keys.command
def create(
    *,
    role: Annotated[
        Role,
        Parameter(help="read: recall and look; write: also remember and correct; admin: also erase."),
    ] = "read",
    expires: Annotated[str, Parameter(help="12h, 90d or a time (ISO 8601). Default: never.")] = "",
    name: Annotated[str, Parameter(help="What it is for.")] = "",
    keys: _File = "",
    shared: UserOptions | None = None,
) -> None:
    """Make a key, for the memory of --user, or of any user, and print it. It is not shown again."""
    options = shared or UserOptions()
    settings = settings_of(options)
    key, secret = new_key(
        tenant=options.tenant or settings.tenant,
        user=options.user or None,
        role=role,
        expires=expires,
        name=name,
        now=datetime.now(UTC),
    )
    KeyFile(key_file(settings, keys)).add(key)
    if options.json:
        print_json({**_members(key), "key": secret})
    else:
        print_text(secret)


@keys.command(name="list")
def list_(*, keys: _File = "", store: StoreOptions | None = None) -> None:
    """List the keys that were not revoked."""
    options = store or StoreOptions()
    found = KeyFile(key_file(settings_of(options), keys)).keys()
    if options.json:
        print_json([_members(key) for key in found])
        return
    table = Table.grid(padding=(0, 2))
    for key in found:
        until = f"until {when(key.expires_at)}" if key.expires_at else "never expires"
        table.add_row(
            Text(key.id, style="cyan"),
            Text(key.role),
            Text(f"{key.tenant}/{key.user or '(any user)'}"),
            Text(until, style="dim"),
            Text(key.name, style="dim"),
        )
    console().print(table if found else "No keys.")


@keys.command
def revoke(
    id: Annotated[str, Parameter(help="The id, as `lukasa keys list` shows it.")],
    /,
    *,
    keys: _File = "",
    store: StoreOptions | None = None,
) -> None:
    """Revoke a key: it opens nothing from the next request on."""
    options = store or StoreOptions()
    key = KeyFile(key_file(settings_of(options), keys)).revoke(id, now=datetime.now(UTC))
    if options.json:
        print_json(_members(key))
    else:
        print_text(f"Revoked {key.id}.")


def _members(key: Key) -> dict[str, object]:
    return {name: value for name, value in asdict(key).items() if name != "digest"}
