"""Move facts of another memory into one of ours: each once, with its id, its times, its owner and its earlier words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from lukasa import Fact, Handle, Memory
from lukasa.domain.fact import STATUSES
from lukasa.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFact:
    """A fact as another memory has it."""

    source: str
    """The memory that it comes from."""

    id: str
    text: str
    subject: str = "User"
    user: str | None = None
    tenant: str | None = None
    attribute: str | None = None
    value: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    """When it stopped being true: then it is a past fact here."""

    expires_at: datetime | None = None
    earlier: tuple[str, ...] = ()
    """Its words before those of today, oldest first."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    location: str = ""
    """Where it stands; for reports."""

    @property
    def label(self) -> str:
        """The label with the id that it had; a list when several say the same."""
        return f"{self.source}_id"


class Unusable(NamedTuple):
    """What no fact can be made of."""

    reason: str


@dataclass(slots=True)
class Moved:
    """What became of the facts."""

    memories: int = 0
    """Read."""

    stored: int = 0
    versions: int = 0
    """Earlier words of a fact, kept in its history."""

    same: int = 0
    """That say what another of the same owner says: both ids lead to one fact."""

    already: int = 0
    """That an earlier run had moved."""

    skipped: dict[str, int] = field(default_factory=dict)
    """That could not be stored, by reason."""


def move(facts: Iterable[ImportedFact | Unusable], memory: Memory, *, user: str, tenant: str | None) -> Moved:
    """Store each fact for its owner, or else for *user*. A second run stores nothing twice. Raises `StoreError`."""
    moved = Moved()
    skipped: Counter[str] = Counter()
    known: dict[tuple[object, str], set[str]] = {}
    for each in facts:
        moved.memories += 1
        if isinstance(each, Unusable):
            skipped[each.reason] += 1
            continue
        try:
            handle = memory.of(each.user or user, each.tenant or tenant)
            place = (handle.partition, each.label)
            if place not in known:
                known[place] = _moved_before(handle, each.label)
            if each.id in known[place]:
                moved.already += 1
                continue
            fact = _believe(handle, each)
        except InputError as error:
            skipped[f"{each.location}: {error}" if each.location else str(error)] += 1
            continue
        known[place].add(each.id)
        moved.versions += len(each.earlier)
        if each.id in _ids(fact, each.label):
            moved.stored += 1
        else:
            handle.amend(fact.id, metadata={**fact.metadata, each.label: [*_ids(fact, each.label), each.id]})
            moved.same += 1
    moved.skipped = dict(skipped)
    return moved


def _believe(handle: Handle, imported: ImportedFact) -> Fact:
    """Store one fact with its versions, and return what it is now. Raises `InputError`."""
    first, *later = (*imported.earlier, imported.text)
    start, end = imported.valid_from, imported.valid_until
    receipt = handle.believe(
        first,
        subject=imported.subject,
        attribute=imported.attribute,
        value=imported.value,
        valid_from=None if start and end and end <= start else start,
        valid_until=end,
        metadata={
            **{name: value for name, value in imported.metadata.items() if value is not None},
            imported.label: imported.id,
        },
    )
    if not receipt.facts:
        # What was erased is not believed again, and its words are not to stay either.
        handle.erase(receipt.turns)
        raise InputError("it was erased here")
    id_ = receipt.facts[0]
    for words in later:
        handle.amend(id_, text=words, reason=f"moved from {imported.source}")
    if imported.expires_at is not None:
        handle.amend(id_, expires_at=imported.expires_at)
    (fact,) = handle.facts(status=STATUSES, include_retired=True, filter={"id": id_})
    return fact


def _moved_before(handle: Handle, label: str) -> set[str]:
    facts = handle.facts(
        status=STATUSES, include_retired=True, filter={f"metadata.{label}": {"exists": True}}
    )
    return {id_ for fact in facts for id_ in _ids(fact, label)}


def _ids(fact: Fact, label: str) -> list[str]:
    ids = fact.metadata.get(label)
    return [str(each) for each in ids] if isinstance(ids, list | tuple) else [] if ids is None else [str(ids)]
