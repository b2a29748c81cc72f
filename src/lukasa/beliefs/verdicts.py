"""What becomes of a claim, as a value."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Outcome: TypeAlias = Literal[
    "new",
    "same",
    "revises",
    "supersedes",
    "conflicts",
    "corrects",
    "denies",
    "replaces",
    "removes",
    "ignored",
]
"""`new`: a state ends what it excludes, or is past from the start, by its place in time. `same`: it is known, and this is one more
piece of evidence; what was said to begin later now begins earlier. `revises`: the known fact in more exact words, as another version
with the same id. `supersedes`: the known facts end by an event, or by a change of plans. `conflicts`: it cannot be true together with
them, and nothing says which is; all stay until a person decides. `corrects`, `denies`: they never were true, and the claim takes their
place from their beginning on, or says just that. `ignored`: it says something only about what is known, and nothing of that is known.

Only a model says: `replaces`: it takes the place of these facts, whatever their attributes. `removes`: they are contradicted, and
hidden, and the claim itself is not stored (DELETE as the Mem0 paper prints it)."""


class Verdict(NamedTuple):
    """What a claim is, to the known facts that it names."""

    outcome: Outcome
    ids: tuple[str, ...] = ()
