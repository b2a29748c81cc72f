"""The command `config`: what is in effect, and where it comes from."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from rich.table import Table
from rich.text import Text

from lukasa import Settings
from lukasa.config import config_path
from lukasa.surfaces.cli.options import Store
from lukasa.surfaces.cli.output import console, print_json

_STYLES = {"default": "dim", "file": "", "environment": "bold"}


def config(*, store: Store | None = None) -> None:
    """Print the configuration in effect: each setting, and whether a file or the environment says so. Keys are masked."""
    options = store or Store()
    settings = Settings.from_env()
    if options.db:
        settings = settings.with_(store=options.db)
    origins = settings.origins()
    values = {name: _shown(getattr(settings, name)) for name in type(settings).model_fields}
    if options.json:
        print_json(
            {
                "file": str(config_path()),
                "settings": {name: {"value": values[name], "from": origins[name]} for name in values},
            }
        )
        return
    table = Table.grid(padding=(0, 2))
    for name, value in values.items():
        style = _STYLES[origins[name]]
        table.add_row(Text(name), Text(str(value), style=style), Text(origins[name], style="dim"))
    console().print(table)
    console().print(Text(f"settings file: {config_path()} (LUKASA_CONFIG names another)", style="dim"))


def _shown(value: object) -> str | int | float | bool:
    """Return a setting as a reader wants it: of a group, what differs from its defaults."""
    if is_dataclass(value) and not isinstance(value, type):
        default = type(value)()
        changed = [
            each.name for each in fields(value) if getattr(value, each.name) != getattr(default, each.name)
        ]
        return ", ".join(f"{name} = {getattr(value, name)!r}" for name in changed) or "as it comes"
    return value if isinstance(value, str | int | float | bool) else str(value)
