"""What of an item can be compared and shown."""

from __future__ import annotations

from datetime import datetime

from lukasa.domain.audit import AuditItem
from lukasa.domain.fact import Status
from lukasa.text.secrets import redact

_CLIP = 48
"""Characters of content in a finding: enough to know it again."""


def standing(item: AuditItem, now: datetime, *, status: Status = "current") -> bool:
    """Tell whether an item has that status, and is neither forgotten nor expired."""
    expired = item.expires_at is not None and item.expires_at <= now
    return item.status == status and not (item.retired or expired)


def clip(text: str) -> str:
    """Return the beginning of a text on one line, without secrets."""
    line = " ".join(redact(text).text.split())
    return line if len(line) <= _CLIP else f"{line[: _CLIP - 1].rstrip()}…"
