"""`lukasa config`: the settings in effect, and where each comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import SecretStr
from rich.table import Table
from rich.text import Text

from lukasa import Settings
from lukasa.config import Source, config_path, default_path
from lukasa.surfaces.cli.options import StoreOptions
from lukasa.surfaces.cli.output import console, print_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

From: TypeAlias = Source | Literal["option"]

_STYLES: dict[From, str] = {"default": "dim", "file": "", "environment": "bold", "option": "bold"}
_USERINFO = re.compile(r"(?<=://)[^/\s]+(?=@)")


def config(*, store: StoreOptions | None = None) -> None:
    """Print each setting in effect, and whether it comes from a file or the environment. Keys are masked."""
    options = store or StoreOptions()
    settings = Settings.from_env()
    origins: dict[str, From] = {**settings.origins()}
    if options.db:
        origins["store"] = "option"
    # Where nothing is named, it is a file all the same.
    settings = settings.with_(store=options.db or settings.store or str(default_path()))
    values = {name: _shown(getattr(settings, name)) for name in type(settings).model_fields}
    file = config_path()
    if options.json:
        named = {name: {"value": values[name], "from": origins[name]} for name in values}
        print_json({"file": file, "file_exists": file.is_file(), "settings": named})
        return
    table = Table.grid(padding=(0, 2))
    for name, value in values.items():
        table.add_row(
            Text(name), Text(_written(value), style=_STYLES[origins[name]]), Text(origins[name], style="dim")
        )
    console().print(table)
    lacking = "" if file.is_file() else ", which is not there"
    console().print(Text(f"settings file: {file}{lacking} (LUKASA_CONFIG names another)", style="dim"))


def _shown(value: object) -> object:
    """Return a setting as JSON, secrets masked; of a policy, only what differs from the defaults."""
    match value:
        case SecretStr():
            return str(value)
        case str():
            return _USERINFO.sub("**********", value)
        case timedelta():
            return value.total_seconds()
        case tuple():
            return [_shown(each) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _changed(value)
    return value


def _changed(group: DataclassInstance) -> dict[str, object]:
    held = {each: getattr(group, each.name) for each in fields(group)}
    return {each.name: _shown(value) for each, value in held.items() if value != _default(each)}


def _default(field: Field[object]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _written(value: object) -> str:
    """Return a value for a table."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {each!r}" for name, each in value.items()) or "defaults"
    return str(value)
