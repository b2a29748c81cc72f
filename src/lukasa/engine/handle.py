"""The memory of one user."""

from __future__ import annotations

from lukasa.engine.changes import ChangeVerbs
from lukasa.engine.facts import FactVerbs
from lukasa.engine.turns import TurnVerbs


class AsyncHandle(TurnVerbs, FactVerbs, ChangeVerbs):
    """The memory of one user: every verb is bound to its partition."""
