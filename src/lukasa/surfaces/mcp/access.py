"""What every set of tools is made with: whose memory a call is about, and what clients are told of a tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from mcp.server.mcpserver import Context
from mcp_types import ToolAnnotations

from lukasa import AsyncHandle
from lukasa.remote.routes import Role

HandleOf = Callable[[Context[Any, Any], Role], AsyncHandle]
"""Whose memory a call is about. Raises `LukasaError` when it may not do what needs the role."""

ToolSet = Literal["memory", "knowledge-graph"]
"""Six tools of our own, or those of the reference memory server."""

CHANGING = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
LOOKING = ToolAnnotations(read_only_hint=True, open_world_hint=False)
HIDING = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
)
