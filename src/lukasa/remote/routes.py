"""Which address does what: a line for each verb of one user's memory. The server and its client are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lukasa.domain.turn import Json

Method = Literal["GET", "POST", "PATCH"]

Role = Literal["read", "write", "admin"]
"""`read`: recall and look; `write`: also remember, correct, hide and take back; `admin`: also erase, and see who has a memory."""

LONGEST_PAGE = 1000
"""How many things a page has at most."""


@dataclass(frozen=True, slots=True)
class Order:
    """How the things of a list follow one another, so that a page can go on where the last one ended."""

    by: str
    """The member that grows from one to the next."""

    after: str = ""
    """The parameter of the verb that takes the last one of the page before; empty: it has none."""


@dataclass(frozen=True, slots=True)
class Route:
    """A verb with an address, under `/v1/users/{user}`."""

    method: Method
    path: str
    verb: str
    """A verb of `AsyncHandle`; its parameters that the path does not have are the query, or members of the body."""

    role: Role
    """What a key must be allowed to do."""

    example: Mapping[str, Json] = field(default_factory=dict)
    """A body."""

    order: Order | None = None
    """Of a list whose pages go on after its last member; other lists are counted."""

    without: Sequence[str] = ()
    """Parameters that are not offered."""

    name: str = ""
    """Of the operation; empty: the verb's."""


_QUESTION: Mapping[str, Json] = {"question": "Where does Alice live?"}
_MESSAGES: list[Json] = [
    {"role": "user", "name": "Alice", "content": "I live in Lisbon.", "at": "2026-11-23T10:00:00Z"}
]

ROUTES: Sequence[Route] = (
    Route(
        "POST", "/turns", "remember", "write", {"messages": _MESSAGES, "session": "s1"}, without=("guidance",)
    ),
    Route("GET", "/turns", "turns", "read", order=Order("seq", "after")),
    Route("POST", "/recall", "recall", "read", {**_QUESTION, "limit": 5}),
    Route("POST", "/context", "context", "read", {**_QUESTION, "budget": 500}),
    Route("POST", "/ask", "ask", "read", _QUESTION),
    Route("POST", "/ask/stream", "ask_stream", "read", _QUESTION),
    Route(
        "POST",
        "/chat",
        "chat",
        "write",
        {"messages": [{"role": "user", "content": "What should I pack?"}], "session": "s2"},
        without=("model",),
    ),
    Route("GET", "/facts", "facts", "read", order=Order("seq")),
    Route(
        "POST",
        "/facts",
        "believe",
        "write",
        {
            "text": "Alice works at Acme.",
            "subject": "Alice",
            "kind": "profile",
            "attribute": "works_at",
            "value": "Acme",
        },
    ),
    Route("GET", "/facts/{fact}", "history", "read", name="fact"),
    Route("PATCH", "/facts/{fact}", "amend", "write", {"pinned": True}, without=("revision",)),
    Route("GET", "/facts/{fact}/history", "history", "read"),
    Route("GET", "/facts/{fact}/why", "why", "read"),
    Route("GET", "/timeline", "timeline", "read"),
    Route("GET", "/conflicts", "conflicts", "read"),
    Route("POST", "/conflicts/settle", "settle", "write", {"keep": "f_…", "reason": "she said so herself"}),
    Route("GET", "/review", "review", "read", order=Order("seq")),
    Route("POST", "/review/approve", "approve", "write", {"facts": ["f_…"]}),
    Route("POST", "/review/reject", "reject", "write", {"facts": ["f_…"], "reason": "from an advertisement"}),
    Route("GET", "/entities", "entities", "read"),
    Route("POST", "/entities/merge", "merge", "write", {"one": "Alice", "other": "Ali"}),
    Route("POST", "/entities/split", "split", "write", {"one": "Alice", "other": "Alicia"}),
    Route("POST", "/entities/alias", "alias", "write", {"name": "Alice", "other": "Al"}),
    Route("POST", "/entities/rename", "rename", "write", {"old": "Alice", "new": "Alice Silva"}),
    Route("GET", "/relations", "relations", "read"),
    Route("GET", "/related", "related", "read"),
    Route("GET", "/path", "path", "read"),
    Route("GET", "/graph", "graph", "read"),
    Route("GET", "/changes", "changes", "read", order=Order("version", "since")),
    Route("GET", "/diff", "diff", "read"),
    Route("POST", "/undo", "undo", "write", {"call": 1, "reason": "a misunderstanding"}),
    Route("POST", "/forget", "forget", "write", {"session": "s1", "reason": "a joke"}),
    Route("POST", "/restore", "restore", "write", {"ids": ["t_…"]}),
    Route("POST", "/erase", "erase", "admin", {"session": "s1", "dry_run": True}),
    Route("POST", "/readmit", "readmit", "admin", {"texts": ["I live in Lisbon."], "speaker": "Alice"}),
    Route("GET", "/export", "export", "read"),
    Route("GET", "/jobs", "jobs", "read"),
    Route("POST", "/jobs/flush", "flush", "write", {"timeout": 5}),
    Route("POST", "/jobs/retry", "retry", "write"),
    Route("POST", "/jobs/reextract", "reextract", "write", {"session": "s1", "dry_run": True}),
    Route("POST", "/jobs/maintain", "maintain", "write"),
    Route("POST", "/jobs/sweep", "sweep", "write"),
    Route("GET", "/summaries", "summaries", "read"),
    Route("GET", "/usage", "usage", "read"),
    Route("GET", "/stats", "stats", "read"),
    Route("GET", "/audit", "audit", "read"),
)
