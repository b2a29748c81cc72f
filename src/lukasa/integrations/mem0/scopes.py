"""Whose memory is meant: mem0's `user_id`, `agent_id` and `run_id`, and the ids of memories, which say it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from lukasa.domain.scope import Partition
from lukasa.errors import InputError, NotFoundError, shown

SCOPES = ("user_id", "agent_id", "run_id")
"""A memory belongs to the first of these that is stated; the others are labels in its metadata."""

_SUFFIX = {"user_id": "", "agent_id": ":agents", "run_id": ":runs"}
"""Of the tenant, so that no agent is taken for a user of the same name."""

_LETTER = {"user_id": "u", "agent_id": "a", "run_id": "r"}


@dataclass(frozen=True, slots=True)
class Scope:
    """One owner of memories."""

    kind: str
    """`user_id`, `agent_id` or `run_id`."""

    name: str

    def partition(self, tenant: str) -> tuple[str, str]:
        """Return the user and the tenant of the partition."""
        return self.name, f"{tenant}{_SUFFIX[self.kind]}"

    def id_of(self, fact: str) -> str:
        """Return the id under which mem0's callers know a fact: it leads to its owner."""
        return f"{fact}.{_LETTER[self.kind]}.{quote(self.name, safe='')}"


def scope_of(ids: Mapping[str, Any]) -> tuple[Scope, dict[str, str]]:
    """Return the owner, and the other ids as labels. Raises `InputError` when none is stated."""
    stated = {name: clean(name, ids[name]) for name in SCOPES if ids.get(name) is not None}
    for name in SCOPES:
        if name in stated:
            return Scope(name, stated[name]), {
                label: value for label, value in stated.items() if label != name
            }
    raise InputError("At least one of 'user_id', 'agent_id' or 'run_id' must be provided.")


def clean(name: str, value: object) -> str:
    """Return an id as text. Raises `InputError` for one that is empty or has white space in it."""
    text = str(value).strip()
    if not text or any(letter.isspace() for letter in text):
        raise InputError(f"{name} must be a text without white space, not {shown(value)}")
    return text


def scope_of_id(memory_id: str) -> tuple[Scope, str]:
    """Return the owner and the fact that an id leads to. Raises `NotFoundError` for an id of another shape."""
    fact, _, rest = str(memory_id).partition(".")
    letter, _, name = rest.partition(".")
    for kind, known in _LETTER.items():
        if letter == known and name:
            return Scope(kind, unquote(name)), fact
    raise NotFoundError(f"Memory with id {shown(memory_id)} not found")


def owners(partitions: Iterable[Partition], tenant: str) -> list[Scope]:
    """Return every owner among the partitions of a store."""
    kinds = {f"{tenant}{suffix}": kind for kind, suffix in _SUFFIX.items()}
    return [Scope(kinds[each.tenant], each.user) for each in partitions if each.tenant in kinds]
