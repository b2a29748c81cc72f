"""A partition's facts in a dictionary, and claims in few words: what the tests of `resolve` are written with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from lukasa.beliefs import PlacedClaim, decide, lookups, outcome
from lukasa.beliefs.verdicts import Verdict
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact, FactKind, Trust
from lukasa.domain.interval import Interval
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Origin, Source, Turn
from lukasa.policy import ResolvePolicy

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=3650)
_ORIGIN: dict[Trust, Origin] = {"high": "user", "medium": "assistant", "low": "tool"}
_turns = count()


def at(day: float) -> datetime:
    """Return an instant, by days from the first."""
    return START + timedelta(days=day)


def claim(
    subject: str, attribute: str | None, value: str | None, *, text: str = "", day: float = 0, **more: Any
) -> Claim:
    """Return a claim that was said on a day, in a turn of its own unless one is given."""
    text = text or f"{subject} {attribute} {value}"
    spec = known_attribute(attribute) if attribute else None
    kind: FactKind = more.pop("kind", spec.kind if spec else "fact")
    turn = more.pop("turn", f"t_{next(_turns)}")
    more.setdefault("cardinality", spec.cardinality if spec else "multi")
    return Claim(
        subject=subject,
        text=text,
        kind=kind,
        source=Source(turn=turn, start=0, end=len(text), at=at(day), speaker=subject),
        quote=text,
        attribute=attribute,
        value=value,
        **more,
    )


def since(day: float, until: float | None = None, *, granularity: Any = "day") -> Interval:
    return Interval(start=at(day), end=None if until is None else at(until), granularity=granularity)


@dataclass
class Beliefs:
    """A store without a disk: every version that ever was, and the last of each."""

    last: dict[str, Fact] = field(default_factory=dict)
    versions: list[Fact] = field(default_factory=list)

    def hear(self, said: Claim, *, trust: Trust = "high", now: datetime = NOW) -> Verdict:
        """Decide about a claim and carry it out; only what a store would find is looked at."""
        keys, slots = lookups(said)
        near = [
            fact
            for fact in self.last.values()
            if fact.key in keys
            or fact.slot in slots
            or (
                said.attribute is not None
                and (fact.subject, fact.attribute) == (said.subject, said.attribute)
            )
        ]
        turn = Turn(
            id=said.source.turn,
            role="user",
            text=said.quote,
            at=said.source.at,
            recorded_at=now,
            origin=_ORIGIN[trust],
        )
        placed = PlacedClaim.of(said, turn, near)
        verdict = decide(placed, ResolvePolicy())
        self.put(outcome(placed, verdict, now=now, partition=Partition("t", "u")))
        return verdict

    def put(self, facts: Iterable[Fact]) -> None:
        """Take versions as a store would: the next of each, and none of the same content twice."""
        for fact in facts:
            before = self.last.get(fact.id)
            assert fact.revision == (before.revision + 1 if before else 1)
            self.last[fact.id] = fact
            self.versions.append(fact)
        keys = [(fact.key, fact.occurrence) for fact in self.last.values()]
        assert len(keys) == len(set(keys))

    def values(self, *statuses: str) -> list[str]:
        """Return the values of facts with these statuses, the earliest first."""
        found = [fact for fact in self.last.values() if fact.status in statuses and fact.retired_at is None]
        return [
            f"{'not ' if fact.negated else ''}{fact.value}"
            for fact in sorted(found, key=lambda fact: fact.valid.start or START)
        ]

    @property
    def current(self) -> list[str]:
        return self.values("current")

    @property
    def past(self) -> list[str]:
        return self.values("superseded")

    def spans(self) -> list[tuple[str | None, float | None, float | None]]:
        """Return value, first and last day of each fact that is or was so, in order."""
        found = [
            (fact.value, _day(fact.valid.start), _day(fact.valid.end))
            for fact in self.last.values()
            if fact.status in {"current", "superseded"}
        ]
        return sorted(found, key=lambda span: (span[1] or 0, str(span[0])))


def _day(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - START) / timedelta(days=1)
