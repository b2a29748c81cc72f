"""The tools over standard input and output, for one user: as an editor or a desktop application starts them."""

from __future__ import annotations

import anyio

from lukasa import AsyncMemory, Settings
from lukasa.surfaces.mcp.access import ToolSet
from lukasa.surfaces.mcp.server import make_server


def serve_stdio(settings: Settings, *, user: str, tenant: str | None, toolset: ToolSet = "memory") -> None:
    """Serve the memory of one user until the other side closes."""
    anyio.run(_serve, settings, user, tenant, toolset)


async def _serve(settings: Settings, user: str, tenant: str | None, toolset: ToolSet) -> None:
    async with await AsyncMemory.open(settings=settings) as memory:
        handle = memory.of(user=user, tenant=tenant)
        await make_server(lambda _, __: handle, toolset).run_stdio_async()
