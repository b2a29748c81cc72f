"""The text of a context: a profile that stays the same, then turns and facts, dated, cited, within the budget. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from lukasa.domain.attribute import ATTRIBUTES
from lukasa.domain.fact import KIND_TRAITS, Fact
from lukasa.domain.labels import one_line
from lukasa.domain.turn import Span, Turn
from lukasa.policy import ComposePolicy
from lukasa.ports.tokens import TokenCounter
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import day, excerpt, label, label_of, untagged, weekday, words_of

# --- profile ---------------------------------------------------------------------------------------------------------

_TITLE = "Known"
_USER = "User"

_RANKS = {row.name: row.profile_rank for row in ATTRIBUTES.values() if row.profile_rank is not None}
"""Attributes that are always worth knowing, the most important first."""

_LAST = len(_RANKS) + 1


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the people of a partition are, in a few lines, and the facts that these say.

    A prompt that begins with the same bytes is cached by its provider: no clock, no score, no question may move them.
    """

    text: str = ""
    facts: tuple[Fact, ...] = ()
    tokens: int = 0


def compose_profile(
    facts: Sequence[Fact], *, now: datetime, budget: int, counter: TokenCounter, policy: ComposePolicy
) -> Profile:
    """Return who the people who speak here are, as much as a small share of the budget holds; better nothing than what is not sure.

    Pinned facts come first, then lasting attributes in a fixed order. *now* only leaves out what is over;
    it moves no other line.
    """
    least, most = policy.profile_tokens
    room = min(most, budget // 10, max(least, int(budget * policy.profile_share)))
    profile: list[Fact] = []
    text = ""
    least_sure = policy.profile_confidence
    for fact in sorted((fact for fact in facts if _belongs(fact, now, least_sure)), key=_profile_order):
        longer = _profile_text([*profile, fact])
        if counter.count(longer) <= room:
            profile.append(fact)
            text = longer
    return Profile(text, tuple(profile), counter.count(text)) if profile else Profile()


def _profile_text(facts: Sequence[Fact]) -> str:
    """Return a line for each subject: its facts, without its name again."""
    statements: dict[str, list[str]] = {}
    for fact in facts:
        statement = _statement(fact).rstrip(".").removeprefix(f"{one_line(fact.subject)} ")
        statements.setdefault(label(fact.subject) or _USER, []).append(statement)
    return "\n".join([_TITLE, *(f"- {subject}: {'; '.join(parts)}" for subject, parts in statements.items())])


def _belongs(fact: Fact, now: datetime, least_sure: float) -> bool:
    if fact.expired(now) or not fact.live:
        return False
    if fact.pinned:
        return True
    if fact.valid.end is not None and fact.valid.end <= now:
        return False
    stable = KIND_TRAITS[fact.kind].in_profile and fact.expires_at is None and fact.status == "current"
    sure = fact.trust != "low" and fact.confidence >= least_sure and not fact.negated
    return stable and sure and _attribute_rank(fact) < _LAST and _is_of_a_speaker(fact)


def _is_of_a_speaker(fact: Fact) -> bool:
    """Whether a fact is about the one who says it, or was stated by a person: others may be characters, or of the moment."""
    speakers = {(source.speaker or _USER).casefold() for source in fact.sources}
    return fact.subject.casefold() in {*speakers, _USER.casefold()} or fact.confidence == 1


def _attribute_rank(fact: Fact) -> int:
    family = (fact.attribute or "").split(" ", 1)[0]
    return _RANKS.get(family, _LAST)


def _profile_order(fact: Fact) -> tuple[bool, int, int]:
    return not fact.pinned, _attribute_rank(fact), fact.seq


# --- turns and facts -------------------------------------------------------------------------------------------------

_FACTS = "Facts:"
_NOTHING: Mapping[str, str] = MappingProxyType({})
_PAST = {"superseded": "no longer", "conflicting": "disputed"}
_YEAR = LazyPattern(r"\b[12]\d{3}\b")


class ShownPassage(NamedTuple):
    """A passage of a turn, to be shown: by itself, or with others of its turn."""

    turn: Turn
    spans: Sequence[Span]
    """All passages of the turn; of a turn that is shown whole, one."""

    number: int
    """Which of them, from 0."""


@dataclass(frozen=True, slots=True)
class Block:
    """A rendered context, without its profile."""

    text: str
    turns: Sequence[Turn]
    """In the order of their marks."""

    tokens: int
    facts: Sequence[Fact] = ()
    """Their marks follow those of the turns."""

    excerpts: Mapping[str, str] = field(default_factory=dict)
    """What is shown of the turns that are not shown whole, by id."""

    omitted: Sequence[str] = ()
    """Ids of turns that had no room, though something that ranks lower is shown; all that was found, when nothing is shown."""


@dataclass(slots=True)
class _Packing:
    """Turns and facts packed so far, and what they cost."""

    budget: int
    counter: TokenCounter
    used: int = 0
    packed: dict[str, Turn | Fact] = field(default_factory=dict)
    """By id, best first."""

    costs: dict[str, int] = field(default_factory=dict)
    excerpts: dict[str, str] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)
    words: set[tuple[date, str, str]] = field(default_factory=set)
    """What was said on which day by whom."""

    omitted: list[str] = field(default_factory=list)
    """Ids of turns of which a passage had no room though a later one had."""

    _missed: list[str] = field(default_factory=list)
    """The same, but nothing has had room since."""

    _shown: dict[str, dict[int, Span]] = field(default_factory=dict)
    """Passages shown of each turn, by number."""

    def add(self, item: ShownPassage | Fact) -> bool:
        """Add it if it fits, and return whether it did; a fact that stands in a shown passage costs nothing."""
        if isinstance(item, Fact):
            return self._add_fact(item)
        if self._add_passage(item):
            self.omitted += self._missed
            self._missed.clear()
            return True
        self._missed.append(item.turn.id)
        return False

    def _add_passage(self, passage: ShownPassage) -> bool:
        turn = passage.turn
        shown = self._shown.get(turn.id, {}) | {passage.number: passage.spans[passage.number]}
        text = excerpt(turn.text, passage.spans, shown) if len(shown) < len(passage.spans) else turn.text
        said = (turn.at.date(), label_of(turn), text)
        if said in self.words:
            return True  # said again on the same day
        # The mark is counted at its widest so far; joining lines costs nothing more.
        cost = self.counter.count(_line(turn, text, len(self.packed) + 1) + "\n")
        if turn.at.date() not in self.days:
            cost += self.counter.count(_heading(turn) + "\n")
        repeated = [fact for fact in self._facts if _stands_in(fact, {turn.id: shown})]
        saved = sum(self.costs[fact.id] for fact in repeated)
        more = cost - self.costs.get(turn.id, 0) - saved
        if self.used + more > self.budget:
            return False
        # The passage says them in full.
        for fact in repeated:
            del self.packed[fact.id]
        self.used += more
        self.days.add(turn.at.date())
        self.words.add(said)
        self.packed[turn.id], self.costs[turn.id] = turn, cost
        self._shown[turn.id], self.excerpts[turn.id] = shown, text
        return True

    def _add_fact(self, fact: Fact) -> bool:
        if fact.id in self.packed or _stands_in(fact, self._shown):
            return True
        cost = self.counter.count(_fact_line(fact, len(self.packed) + 1) + "\n")
        if not self._facts:
            cost += self.counter.count(_FACTS + "\n")
        if self.used + cost > self.budget:
            return False
        self.used += cost
        self.packed[fact.id], self.costs[fact.id] = fact, cost
        return True

    def all_omitted(self) -> tuple[str, ...]:
        """Return the ids of all turns that had no room."""
        return tuple(dict.fromkeys((*self.omitted, *self._missed)))

    @property
    def _facts(self) -> list[Fact]:
        return [item for item in self.packed.values() if isinstance(item, Fact)]


def compose(
    ranked: Iterable[ShownPassage | Fact], *, budget: int, counter: TokenCounter, policy: ComposePolicy
) -> Block:
    """Show as much of the best as the budget allows: turns, oldest first, under their dates; then facts.

    A short turn is shown whole or not at all: half a sentence misleads. Of a long one, its best passages are shown, with `…` for
    what lies between. A fact stands for a turn that does not fit, or that is not worth its length. What is too long is
    passed over for the next; after a few such misses it has no room for its kind. The same turns and facts always give the
    same bytes.
    """
    packing = _Packing(budget, counter)
    misses = {ShownPassage: 0, Fact: 0}
    for item in ranked:
        if misses[type(item)] <= policy.misses and not packing.add(item):
            misses[type(item)] += 1
    return _fitted(packing)


def render(
    turns: Sequence[Turn], facts: Sequence[Fact] = (), *, excerpts: Mapping[str, str] = _NOTHING
) -> str:
    """Return the block: a heading a day, a line a turn (its further lines indented), then a line a fact.

    `turns` are oldest first; *excerpts* is what is shown of turns that are not shown whole, by id.
    """
    lines: list[str] = []
    heading: date | None = None
    for mark, turn in enumerate(turns, start=1):
        if turn.at.date() != heading:
            heading = turn.at.date()
            lines.append(_heading(turn))
        lines.append(_line(turn, excerpts.get(turn.id, turn.text), mark))
    if facts:
        lines.append(_FACTS)
    lines += [_fact_line(fact, mark) for mark, fact in enumerate(facts, start=len(turns) + 1)]
    return "\n".join(lines)


def _fitted(packing: _Packing) -> Block:
    """Render; if counting the whole gives more than the sum of its lines, drop the weakest until it fits."""
    best_first = list(packing.packed.values())
    for keep in range(len(best_first), 0, -1):
        shown = best_first[:keep]
        turns = sorted(
            (item for item in shown if isinstance(item, Turn)), key=lambda turn: (turn.at, turn.seq)
        )
        facts = _by_subject(item for item in shown if isinstance(item, Fact))
        text = render(turns, facts, excerpts=packing.excerpts)
        if (tokens := packing.counter.count(text)) <= packing.budget:
            parts = {turn.id: packing.excerpts[turn.id] for turn in turns}
            excerpts = {turn.id: parts[turn.id] for turn in turns if parts[turn.id] != turn.text}
            dropped = (item.id for item in best_first[keep:] if isinstance(item, Turn))
            omitted = [id_ for id_ in (*packing.omitted, *dropped) if id_ not in parts]
            return Block(text, turns, tokens, facts, excerpts, tuple(dict.fromkeys(omitted)))
    return Block("", (), 0, omitted=packing.all_omitted())


def _stands_in(fact: Fact, shown: Mapping[str, Mapping[int, Span]]) -> bool:
    """Whether passages that are shown say a fact: those of a turn that it rests on, where its words stand."""
    return any(
        source.start < span.end and span.start < source.end
        for source in fact.sources
        for span in shown.get(source.turn, {}).values()
    )


def _by_subject(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts of one subject beside each other, the first said first."""
    said = sorted(facts, key=lambda fact: (fact.worded_at, fact.seq))
    subjects = list(dict.fromkeys(fact.subject.casefold() for fact in said))
    return sorted(said, key=lambda fact: subjects.index(fact.subject.casefold()))


def _heading(turn: Turn) -> str:
    # The weekday lets a reader resolve "last Saturday" without a calendar.
    return f"{day(turn.at)}, {weekday(turn.at)}"


def _line(turn: Turn, text: str, mark: int) -> str:
    # The mark clings to the name: no word more, and it cannot be taken for the speaker's own text.
    return f"{label_of(turn)}[{mark}]:{words_of(turn, text)}"


def _fact_line(fact: Fact, mark: int) -> str:
    return f"- {_statement(fact)}{_origin(fact)}{_time(fact)}[{mark}]"


def _time(fact: Fact) -> str:
    """Return when it was said, unless the words tell a time of their own, and whether and since when it is over."""
    parts = [] if _YEAR.search(fact.text) else [f"said {day(fact.worded_at)}"]
    if fact.status != "current":
        parts.append(_PAST.get(fact.status, fact.status))
        if fact.status == "superseded" and fact.valid.end is not None:
            parts.append(f"until {day(fact.valid.end)}")
    return f" ({', '.join(parts)})" if parts else ""


def _statement(fact: Fact) -> str:
    return untagged(one_line(fact.text))


def _origin(fact: Fact) -> str:
    """Return where a fact comes from that no speaker stated: one that was approved, or stored by an older version."""
    return f" ({fact.origin})" if fact.origin in {"tool", "web", "document"} else ""
