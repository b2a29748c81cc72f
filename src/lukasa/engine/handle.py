"""The memory of one user."""

from __future__ import annotations

from lukasa.engine.answers import AnswerVerbs
from lukasa.engine.changes import ChangeVerbs
from lukasa.engine.graph import GraphVerbs
from lukasa.engine.jobs import WorkVerbs


class AsyncHandle(WorkVerbs, ChangeVerbs, GraphVerbs, AnswerVerbs):
    """The memory of one user: every verb is bound to its partition."""
