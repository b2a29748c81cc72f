"""Destroying: which turns and facts go with what is named, and what is left of facts that rest on more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.domain.erasure import Erased, Erasure, Rewritten, text_mark
from lukasa.domain.fact import Fact
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import NotFoundError, StaleError
from lukasa.indexing.documents import fact_document
from lukasa.indexing.encoder import Encoder
from lukasa.ports.store import Memories
from lukasa.text.rendering import quoted

_ATTEMPTS = 100
"""How often an erasure is planned anew because somebody wrote in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is to be erased, as the caller names it."""

    turns: Sequence[str] = ()
    facts: Sequence[str] = ()
    session: str | None = None
    text: str | None = None
    """Every turn and fact that has this text in it, without regard to case."""

    everything: bool = False


@dataclass(frozen=True, slots=True)
class Erase:
    """Everything that erasing needs."""

    store: Memories
    encoder: Encoder

    async def __call__(
        self, partition: Partition, selection: Selection, *, reason: str, dry_run: bool, now: datetime
    ) -> Erased:
        """Erase what is selected and all that rests on nothing else; with *dry_run*, only say what that is."""
        cause = Cause(verb="erase", at=now, reason=reason)
        for _ in range(_ATTEMPTS):
            version = await self.store.version(partition)
            erasure = await self._plan(partition, selection)
            if dry_run:
                return Erased(
                    turns=tuple(erasure.turns),
                    facts=tuple(erasure.facts),
                    rewritten=tuple(each.versions[-1].id for each in erasure.rewritten),
                    everything=erasure.everything,
                    dry_run=True,
                )
            try:
                return await self.store.erase(partition, erasure, cause=cause, expected=version)
            except StaleError:
                continue
        raise StaleError(f"other writers changed {partition!r} {_ATTEMPTS} times in a row; try again")

    async def _plan(self, partition: Partition, selection: Selection) -> Erasure:
        turns = await self._turns(partition, selection)
        named = await self._named(partition, selection)
        marks = [mark for turn in turns for mark in (turn.id, text_mark(turn.speaker, turn.text)) if mark]
        marks += [fact.key for fact in named]
        gone = {turn.id for turn in turns}
        if selection.everything:
            facts = await self.store.facts(partition, FactQuery(include_retired=True))
            return Erasure(
                turns=[turn.id for turn in turns],
                facts=[fact.id for fact in facts],
                marks=marks,
                everything=True,
            )
        histories = await self._touched(partition, gone, named)
        dead, left = what_is_left(histories, gone, {fact.id for fact in named})
        words = await self._words(partition, left)
        rewritten = [reworded(versions, gone, words) for versions in left.values()]
        return Erasure(
            turns=[turn.id for turn in turns],
            facts=sorted(dead),
            rewritten=await self._with_documents(rewritten, histories),
            marks=marks,
        )

    async def _turns(self, partition: Partition, selection: Selection) -> list[Turn]:
        if selection.everything:
            return await self.store.turns(partition, TurnQuery(include_retired=True))
        found: dict[str, Turn] = {}
        if selection.turns:
            query = TurnQuery(ids=selection.turns, include_retired=True)
            found |= {turn.id: turn for turn in await self.store.turns(partition, query)}
            _check_known(selection.turns, found, "turn")
        if selection.session is not None:
            query = TurnQuery(session=selection.session, include_retired=True)
            found |= {turn.id: turn for turn in await self.store.turns(partition, query)}
        if selection.text is not None:
            everything = await self.store.turns(partition, TurnQuery(include_retired=True))
            found |= {turn.id: turn for turn in everything if _speaks_of(turn, selection.text)}
        return list(found.values())

    async def _named(self, partition: Partition, selection: Selection) -> list[Fact]:
        found: dict[str, Fact] = {}
        if selection.facts:
            query = FactQuery(ids=selection.facts, include_retired=True)
            found |= {fact.id: fact for fact in await self.store.facts(partition, query)}
            _check_known(selection.facts, found, "fact")
        if selection.text is not None:
            facts = await self.store.facts(partition, FactQuery(include_retired=True))
            histories = await self.store.history(partition, [fact.id for fact in facts])
            found |= {
                fact.id: fact
                for fact in facts
                if any(_holds(version, selection.text) for version in histories[fact.id])
            }
        return list(found.values())

    async def _touched(
        self, partition: Partition, gone: set[str], named: Sequence[Fact]
    ) -> dict[str, list[Fact]]:
        """Return the histories of all facts that may change: resting on the turns, or of the same slots."""
        found = {fact.id: fact for fact in named}
        query = FactQuery(turns=sorted(gone), include_retired=True)
        found |= {fact.id: fact for fact in await self.store.facts(partition, query)}
        while True:
            slots = sorted({fact.slot for fact in found.values() if fact.slot})
            beside = await self.store.facts(partition, FactQuery(slots=slots, include_retired=True))
            more = {fact.id: fact for fact in beside if fact.id not in found}
            if not more:
                return await self.store.history(partition, sorted(found))
            found |= more

    async def _words(self, partition: Partition, left: Mapping[str, Sequence[Fact]]) -> dict[str, Turn]:
        ids = {source.turn for versions in left.values() for fact in versions for source in fact.sources}
        turns = await self.store.turns(partition, TurnQuery(ids=sorted(ids), include_retired=True))
        return {turn.id: turn for turn in turns}

    async def _with_documents(
        self, rewritten: Sequence[Rewritten], histories: Mapping[str, Sequence[Fact]]
    ) -> list[Rewritten]:
        """Give an index entry to each fact whose words change."""
        last = [each.versions[-1] for each in rewritten]
        texts = [fact.text for fact in last if fact.text != histories[fact.id][-1].text]
        encoded = await self.encoder.documents(texts)
        vectors = dict(zip(texts, encoded.embeddings, strict=False))
        return [
            replace(each, document=fact_document(fact, vectors.get(fact.text), encoded.fingerprint))
            if fact.text in texts
            else each
            for each, fact in zip(rewritten, last, strict=True)
        ]


def what_is_left(
    histories: Mapping[str, Sequence[Fact]], turns: set[str], named: set[str]
) -> tuple[set[str], dict[str, list[Fact]]]:
    """Return the facts that go, and the versions of those that live on and change.

    A fact goes when it was named, or when no source of it is left.
    """
    dead = set(named)
    for fact_id, versions in histories.items():
        rested = [source.turn for fact in versions for source in fact.sources]
        if rested and turns.issuperset(rested):
            dead.add(fact_id)
    left = {
        fact_id: cleaned
        for fact_id, versions in histories.items()
        if fact_id not in dead and (cleaned := _cleaned(versions, turns, dead)) != list(versions)
    }
    # Without a version that rests on anything, there is nothing left to believe.
    dead |= {fact_id for fact_id, versions in left.items() if not versions}
    return dead, {fact_id: versions for fact_id, versions in left.items() if versions}


def reworded(versions: Sequence[Fact], gone: set[str], turns: Mapping[str, Turn]) -> Rewritten:
    """Return the versions without words that an erased turn had brought: earlier ones of a turn that stays, or its own."""
    other = next((fact for fact in versions if fact.worded_by not in gone), None)
    return Rewritten(
        versions=tuple(
            fact if fact.worded_by not in gone else _other_words(fact, other, turns) for fact in versions
        )
    )


def _other_words(fact: Fact, other: Fact | None, turns: Mapping[str, Turn]) -> Fact:
    if other is not None:
        return replace(
            fact, text=other.text, value=other.value, metadata=other.metadata, worded_by=other.worded_by
        )
    source = next(source for source in fact.sources if source.turn in turns)
    turn = turns[source.turn]
    text = quoted(turn, source.start, source.end)
    return replace(fact, text=text, metadata={}, worded_by=turn.id)


def _cleaned(versions: Sequence[Fact], turns: set[str], dead: set[str]) -> list[Fact]:
    """Return the versions of a fact that stand without the erased turns and facts."""
    cleaned: list[Fact] = []
    for fact in versions:
        sources = tuple(source for source in fact.sources if source.turn not in turns)
        if fact.sources and not sources:
            continue  # Nobody who is left had said it yet.
        less = len(fact.sources) - len(sources)
        kept = replace(fact, sources=sources, evidence=max(1, fact.evidence - less))
        if kept.superseded_by in dead:
            kept = _reopened(kept, cleaned)
        rivals = tuple(rival for rival in kept.rivals if rival not in dead)
        if kept.rivals and not rivals and kept.status == "conflicting":
            kept = replace(kept, status="current")
        cleaned.append(replace(kept, rivals=rivals))
    return cleaned


def _reopened(fact: Fact, before: Sequence[Fact]) -> Fact:
    """Return the fact as if nothing had taken its place."""
    end = before[-1].valid.end if before else None
    return replace(fact, status="current", superseded_by=None, valid=replace(fact.valid, end=end))


def _speaks_of(turn: Turn, text: str) -> bool:
    wanted = text.casefold()
    held = [turn.text, turn.speaker or "", *_strings(dict(turn.metadata))]
    return any(wanted in each.casefold() for each in held)


def _holds(fact: Fact, text: str) -> bool:
    wanted = text.casefold()
    held = [fact.text, fact.subject, fact.value or "", fact.valid.phrase, *_strings(dict(fact.metadata))]
    return any(wanted in each.casefold() for each in held)


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for each in value for text in _strings(each)]
        case dict():
            return [text for key, each in value.items() for text in (str(key), *_strings(each))]
        case _:
            return []


def _check_known(wanted: Sequence[str], found: Mapping[str, object], what: str) -> None:
    if missing := [each for each in wanted if each not in found]:
        raise NotFoundError(f"the partition has no {what} {missing[0]!r}")
