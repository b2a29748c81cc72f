"""What is asked and facts → the sentence, with the facts that it rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lukasa.domain.fact import Fact
from lukasa.domain.tally import Tally, TallyKind
from lukasa.retrieval.tally.asked import Wanted
from lukasa.retrieval.tally.things import Thing, matching, occasions, terms_of, things
from lukasa.text.rendering import day

_MOST = 12
"""Things that are named; of more, only the number would be worth its words, and nobody could check it."""


def tally(asked: Wanted, facts: Iterable[Fact]) -> Tally | None:
    """Return the answer that the facts give; `None` when they give none."""
    found = matching(asked, facts)
    made = _worked_out(asked, found) if found else None
    return made if made is not None and len(made.facts) <= _MOST else None


def _worked_out(asked: Wanted, facts: Sequence[Fact]) -> Tally | None:
    match asked.kind:
        case "count":
            return _count(asked, facts)
        case "list":
            return _list(asked, facts)
        case "times":
            return _times(asked, facts)
        case "first" | "last":
            return _outermost(asked.kind, facts)
        case "order":
            return _order(asked, facts)
        case "duration":
            return _duration(facts)


def _count(asked: Wanted, facts: Sequence[Fact]) -> Tally | None:
    found = things(facts)
    named = ", ".join(thing.name for thing in found)
    whose = found[0].first.subject
    return _made("count", found, f"{whose}, {asked.noun}: at least {len(found)} ({named})")


def _list(asked: Wanted, facts: Sequence[Fact]) -> Tally | None:
    found = things(facts)
    named = ", ".join(thing.name for thing in found)
    return _made("list", found, f"{found[0].first.subject}, {asked.noun}: {named}")


def _times(asked: Wanted, facts: Sequence[Fact]) -> Tally | None:
    found = _dated(occasions(facts))
    if not found:
        return None
    when = "; ".join(_when(thing.first) for thing in found)
    return _made(
        "times", found, f"{found[0].first.subject}, {asked.noun}: at least {_often(len(found))} ({when})"
    )


def _outermost(kind: TallyKind, facts: Sequence[Fact]) -> Tally | None:
    """Return the first or the last occasion."""
    found = _dated(occasions(facts))
    if not found:
        return None
    one = found[0 if kind == "first" else -1]
    return _made(kind, [one], f"{kind}: {one.first.text}", of=found)


def _order(asked: Wanted, facts: Sequence[Fact]) -> Tally | None:
    """Put what was named in order, by the first time of each; one that is not known leaves the order open."""
    placed: list[Thing] = []
    for item in asked.items:
        terms = terms_of(item)
        own = [fact for fact in facts if terms and terms <= terms_of(fact.text) and _is_dated(fact)]
        if not own:
            return None
        placed.append(Thing(item, own))
    placed.sort(key=lambda thing: _start(thing.first))
    starts = [_start(thing.first) for thing in placed]
    if len(set(starts)) < len(starts):
        return None
    named = ", ".join(f"{thing.first.value or thing.name} ({_when(thing.first)})" for thing in placed)
    return _made("order", placed, f"in order: {named}")


def _duration(facts: Sequence[Fact]) -> Tally | None:
    """Tell since when something has been so, if one statement alone says it."""
    if len(facts) != 1:
        return None
    (fact,) = facts
    start = fact.valid.start
    if start is None:
        return None
    # Without words that say when, all that is known is when it was said.
    since = f"since {day(start)}" if fact.valid.phrase else f"at least since {day(start)}, when it was said"
    return Tally(kind="duration", text=f"{fact.text.rstrip('.')}: {since}.", facts=(fact,))


def _made(kind: TallyKind, named: Sequence[Thing], text: str, *, of: Sequence[Thing] | None = None) -> Tally:
    """Return a tally that names some things, worked out from all that there are."""
    facts = tuple({thing.first.id: thing.first for thing in named}.values())
    statements = len({fact.id for thing in of or named for fact in thing.facts})
    counted = "1 statement" if statements == 1 else f"{statements} statements"
    return Tally(kind=kind, text=f"Worked out from {counted}: {text.rstrip('.')}.", facts=facts)


def _dated(found: Sequence[Thing]) -> list[Thing]:
    """Return occasions of which it is known when; with one that has no date, no other is the first."""
    return list(found) if all(_is_dated(thing.first) for thing in found) else []


def _is_dated(fact: Fact) -> bool:
    return fact.valid.start is not None and bool(fact.valid.phrase)


def _start(fact: Fact) -> float:
    return fact.valid.start.timestamp() if fact.valid.start is not None else 0.0


def _when(fact: Fact) -> str:
    """Return when a dated fact was so, as finely as it was said."""
    start = fact.valid.start
    if start is None:
        return "?"
    match fact.valid.granularity:
        case "month":
            return day(start).partition(" ")[2]
        case "year":
            return str(start.year)
        case "day" | "part" | "instant":
            return day(start)
        case _:
            return f"from {day(start)}"


def _often(times: int) -> str:
    return "once" if times == 1 else f"{times} times"
