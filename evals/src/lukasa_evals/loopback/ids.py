"""Random identifiers, kept out of requests: the same work is to make the same request, or it could not be replayed.

Packages draw identifiers of memories and sessions at random, and write them into their prompts.
"""

from __future__ import annotations

import re
from uuid import UUID

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)


class Ids:
    """The UUIDs of one request, with dashes or without, each with a number by its place for a stand-in."""

    def __init__(self) -> None:
        self._plain: dict[str, str] = {}
        self._drawn: dict[str, str] = {}

    def hidden(self, text: str) -> str:
        """Return *text* with stand-ins for its identifiers."""
        return _ID.sub(lambda found: self._stand_in(found[0]), text)

    def shown(self, text: str) -> str:
        """Return *text* with the identifiers for their stand-ins; others stay as they are."""
        return _ID.sub(lambda found: self._drawn.get(found[0].lower(), found[0]), text)

    def _stand_in(self, drawn: str) -> str:
        if drawn not in self._plain:
            number = UUID(int=len(self._plain) + 1)
            plain = str(number) if "-" in drawn else number.hex
            self._plain[drawn], self._drawn[plain] = plain, drawn
        return self._plain[drawn]
