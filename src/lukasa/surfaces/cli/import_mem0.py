"""`lukasa import mem0`: the store of mem0's open-source package, moved."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lukasa import AsyncMemory, Settings
from lukasa.integrations.mem0.moving import Moved, move
from lukasa.integrations.mem0.stored import memories
from lukasa.surfaces.cli.options import StoreOptions
from lukasa.surfaces.cli.output import count, print_json, print_text


def mem0(
    folder: Annotated[Path, Parameter(help="The `path` of mem0's vector store (qdrant on this machine).")],
    /,
    *,
    history: Annotated[Path | None, Parameter(help="mem0's history.db, for earlier words.")] = None,
    tenant: Annotated[str, Parameter(help="The tenant of the users. Default: default.")] = "",
    store: StoreOptions | None = None,
) -> None:
    """Move the memories of mem0's open-source package, with their owners, times, versions and metadata.

    A second run stores nothing twice. mem0's files are only read.
    """
    options = store or StoreOptions()
    moved = asyncio.run(_move(folder, history, options.db or None, tenant))
    if options.json:
        print_json(asdict(moved))
        return
    print_text(
        f"{count(moved.stored, 'memory', 'memories')} moved of {moved.memories:,}, with {moved.versions:,} earlier versions"
    )
    for words, number in (("said the same as another", moved.same), ("were moved before", moved.already)):
        if number:
            print_text(f"{number:,} {words}")
    for reason, number in moved.skipped.items():
        print_text(f"{number:,} skipped: {reason}")


async def _move(folder: Path, history: Path | None, db: str | None, tenant: str) -> Moved:
    settings = Settings.from_env()
    async with await AsyncMemory.open(db, settings=settings) as memory:
        return await move(memories(folder, history), memory, tenant=tenant or settings.tenant)
