"""The command mcp."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from lukasa.surfaces.cli.options import USER, UserOptions
from lukasa.surfaces.cli.serve import needs, settings_of


def mcp(
    *,
    tools: Annotated[
        Literal["memory", "knowledge-graph"],
        Parameter(help="`knowledge-graph`: the tools of the reference MCP memory server, over the facts."),
    ] = "memory",
    shared: UserOptions | None = None,
) -> None:
    """Give a model the memory of --user as tools (MCP), over standard input and output. Needs the extra `mcp`."""
    options = shared or UserOptions()
    needs("mcp", "mcp")
    from lukasa.surfaces.mcp.stdio import serve_stdio  # noqa: PLC0415 - of the extra

    serve_stdio(settings_of(options), user=options.user or USER, tenant=options.tenant or None, toolset=tools)
