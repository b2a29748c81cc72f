"""`lukasa audit`: flaws in this store, or in another system's export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators
from rich.table import Table
from rich.text import Text

from lukasa import Audit, Flaw
from lukasa import audit as audit_items
from lukasa.surfaces.cli.formats import memories
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.options import UserOptions, opened_handle
from lukasa.surfaces.cli.output import console, count, print_json

_IDS = 3
"""Ids shown for each kind of flaw; --json has all."""


def audit(
    file: Annotated[
        Path | None,
        Parameter(
            help="An export to look at instead of the store: of mem0, JSON, JSONL, or of `lukasa export`."
        ),
    ] = None,
    /,
    *,
    limit: Annotated[
        int,
        Parameter(
            alias="-n", validator=validators.Number(gte=0), help="Show at most so many flaws of a sort."
        ),
    ] = 5,
    shared: UserOptions | None = None,
) -> None:
    """Find duplicates, contradictions, junk, secrets, feedback loops, and facts that are stale or have lost their source.

    Needs no model and no network, and changes nothing. Finding something is no failure: the exit code is 0.
    """
    options = shared or UserOptions()
    if file is None:
        with opened_handle(options) as memory:
            found = memory.audit()
    else:
        found = audit_items(list(memories.read(ImportFile(file))), now=datetime.now(UTC))
    if options.json:
        print_json(found)
    else:
        _show(found, limit)


def _show(found: Audit, limit: int) -> None:
    out = console()
    checked = [count(number, kind.removesuffix("s")) for kind, number in found.checked.items() if number]
    out.print(f"{' and '.join(checked) or 'Nothing'} checked, {count(len(found.flaws), 'flaw')}.")
    if found.clean:
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("flaw", no_wrap=True)
    table.add_column("", justify="right")
    table.add_column("of", no_wrap=True)
    table.add_column("what", ratio=1, overflow="fold")
    for sort, number in found.counts.items():
        flaws = [flaw for flaw in found.flaws if flaw.sort == sort]
        for place, flaw in enumerate(flaws[:limit]):
            first = (sort, f"{number:,}") if place == 0 else ("", "")
            table.add_row(*first, Text(_ids(flaw), style="cyan"), Text(flaw.detail))
        if number and not limit:
            table.add_row(sort, f"{number:,}", "", "")
        elif number > limit:
            table.add_row("", "", "", Text(f"… and {number - limit:,} more", style="dim"))
    out.print(table)


def _ids(flaw: Flaw) -> str:
    shown: Sequence[str] = flaw.ids[:_IDS]
    more = len(flaw.ids) - len(shown)
    return "\n".join([*shown, f"… {more:,} more"] if more else shown)
