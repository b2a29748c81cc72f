"""Who the people of a partition are, in a few lines that stay the same until a fact changes. Pure.

A prompt that begins with the same bytes is cached by its provider: no clock, no score, no question may move them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.fact import Fact
from lukasa.policy import ComposePolicy
from lukasa.ports.tokens import TokenCounter

TITLE = "Known"

_ORDER = (
    "name", "pronouns", "lives_in", "works_as", "works_at", "studies", "relationship_status", "partner", "child",
    "allergic_to", "has_condition", "diet", "birthday", "comes_from", "pet", "does", "favourite", "prefers", "likes",
    "dislikes",
)  # fmt: skip
"""What is worth knowing always, the most telling first."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The lines, and the facts that they say."""

    text: str = ""
    facts: tuple[Fact, ...] = ()
    tokens: int = 0


def compose_profile(
    facts: Sequence[Fact], *, now: datetime, budget: int, counter: TokenCounter, policy: ComposePolicy
) -> Profile:
    """Return as many lines as a small share of the budget holds: what is pinned first, then by a fixed order.

    *now* only leaves out what is over; it moves no line of what is not.
    """
    least, most = policy.profile_tokens
    room = min(most, budget // 10, max(least, int(budget * policy.profile_share)))
    taken: list[Fact] = []
    text = ""
    for fact in sorted((fact for fact in facts if _belongs(fact, now)), key=_place):
        longer = _rendered([*taken, fact])
        if counter.count(longer) > room:
            break  # Not a shorter one instead: the lines would change with the length of others.
        taken.append(fact)
        text = longer
    return Profile(text, tuple(taken), counter.count(text)) if taken else Profile()


def _rendered(facts: Sequence[Fact]) -> str:
    """Return a line for each subject: what is known of it, without its name again."""
    lines: dict[str, list[str]] = {}
    for fact in facts:
        said = " ".join(fact.text.split()).rstrip(".").removeprefix(f"{fact.subject} ")
        lines.setdefault(fact.subject, []).append(said)
    return "\n".join([TITLE, *(f"- {subject}: {'; '.join(said)}" for subject, said in lines.items())])


def _belongs(fact: Fact, now: datetime) -> bool:
    if fact.expired(now) or not fact.live:
        return False
    if fact.pinned:
        return True
    if fact.valid.end is not None and fact.valid.end <= now:
        return False
    stable = fact.kind in {"profile", "preference"} and fact.expires_at is None
    return stable and fact.status == "current" and fact.trust != "low" and _rank(fact) < len(_ORDER)


def _rank(fact: Fact) -> int:
    family = (fact.attribute or "").split(" ", 1)[0]
    return _ORDER.index(family) if family in _ORDER else len(_ORDER)


def _place(fact: Fact) -> tuple[bool, int, int]:
    return not fact.pinned, _rank(fact), fact.seq
