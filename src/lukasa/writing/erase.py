"""Erasure: which turns and facts go with what is named, and what remains of facts that rest on other turns too."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import compress
from typing import NamedTuple

from lukasa.domain.erasure import Erased, Erasure, Rewritten, erased_mark, text_mark
from lukasa.domain.fact import Fact
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source, Turn
from lukasa.errors import NotFoundError
from lukasa.indexing.documents import fact_document
from lukasa.indexing.encoder import Encoder
from lukasa.off_loop import collected, off_loop
from lukasa.ports.attempts import PartitionLocks, until_applied
from lukasa.ports.memories import Memories
from lukasa.text.analysis import content_words
from lukasa.text.rendering import quoted

_ATTEMPTS = 1_000
"""How often an erasure is tried again because other processes wrote in between; most attempts keep their plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is to be erased, as the caller names it."""

    turns: Sequence[str] = ()
    facts: Sequence[str] = ()
    session: str | None = None
    text: str | None = None
    """Every turn and fact that has this text in it, without regard to case, Unicode form and spacing."""

    everything: bool = False

    @property
    def wanted(self) -> str:
        """The text as it is compared; empty when none is named."""
        return searchable(self.text or "")


class _Plan(NamedTuple):
    """What is to go, and what it was decided on."""

    version: int
    """The partition's version."""

    erasure: Erasure
    read: frozenset[str]
    """Ids of the turns and facts that it rests on."""

    slots: frozenset[str]
    already: Sequence[str]


@dataclass(frozen=True, slots=True)
class Erase:
    store: Memories
    encoder: Encoder
    locks: PartitionLocks = field(default_factory=PartitionLocks)

    async def __call__(
        self, partition: Partition, selection: Selection, *, dry_run: bool, now: datetime
    ) -> Erased:
        """Erase what is selected and all that rests on nothing else; with *dry_run*, only say what that is."""
        if dry_run:
            plan = await self._plan(partition, selection, await self.store.version(partition))
            return Erased(
                turns=tuple(plan.erasure.turns),
                facts=tuple(plan.erasure.facts),
                rewritten=tuple(fact.versions[-1].id for fact in plan.erasure.rewritten),
                already=tuple(plan.already),
                everything=plan.erasure.everything,
                dry_run=True,
            )
        # No reason is kept: it may say what was erased.
        cause = Cause(verb="erase", at=now)
        plans: list[_Plan] = []

        async def erase(version: int) -> Erased:
            if not plans or await self._outdated(partition, selection, plans[-1]):
                plans.append(await self._plan(partition, selection, version))
            plan = plans[-1]
            erased = await self.store.erase(partition, plan.erasure, cause=cause, expected=version)
            return replace(erased, already=tuple(plan.already))

        async with self.locks.of(partition):
            return await until_applied(self.store, partition, erase, attempts=_ATTEMPTS)

    async def _outdated(self, partition: Partition, selection: Selection, plan: _Plan) -> bool:
        """Return whether anything that was written since bears on the plan; an unrelated turn does not."""
        entries = await self.store.journal(partition, since=plan.version)
        if selection.everything:
            return bool(entries)
        ids = [entry.id for entry in entries]
        if not plan.read.isdisjoint([*ids, *(entry.caused_by for entry in entries)]):
            return True
        turns = await self.store.turns(partition, TurnQuery(ids=ids, include_retired=True))
        if any(turn.session is not None and turn.session == selection.session for turn in turns):
            return True
        facts = await self.store.facts(partition, FactQuery(ids=ids, include_retired=True))
        if any(fact.slot in plan.slots for fact in facts):
            return True
        wanted = selection.wanted
        return bool(wanted) and (
            any(_turn_has(turn, wanted) for turn in turns)
            or any(_fact_has(fact, wanted) for fact in facts)
            or any(wanted in searchable(entry.reason) for entry in entries)
        )

    async def _plan(self, partition: Partition, selection: Selection, version: int) -> _Plan:
        turns = await self._turns(partition, selection)
        named = await self._named(partition, selection)
        already = await self._already(partition, selection, turns, named)
        words = await collected(text_mark(turn.speaker, turn.text) for turn in turns)
        marks = [mark for turn, own in zip(turns, words, strict=True) for mark in (turn.id, own) if mark]
        marks += [fact.key for fact in named]
        if selection.everything:
            facts = await self.store.facts(partition, FactQuery(include_retired=True))
            erasure = Erasure(
                turns=[turn.id for turn in turns],
                facts=[fact.id for fact in facts],
                marks=[*marks, *(erased_mark(fact.id) for fact in facts)],
                everything=True,
            )
            return _Plan(version, erasure, frozenset(), frozenset(), already)
        erased = {turn.id for turn in turns}
        histories = await self._touched(partition, erased, named)
        doomed, remaining = await off_loop(what_remains, histories, erased, {fact.id for fact in named})
        sources = await self._source_turns(partition, remaining)
        histories_left = await collected(
            reworded(versions, _unworded(histories[fact_id], erased, sources), sources)
            for fact_id, versions in remaining.items()
        )
        rewritten = [history for history in histories_left if history is not None]
        # A fact of which no turn is left to quote has nothing to say.
        doomed |= set(remaining) - {history.versions[-1].id for history in rewritten}
        reasons, summaries = await self._mentions(partition, selection.wanted)
        erasure = Erasure(
            turns=[turn.id for turn in turns],
            facts=sorted(doomed),
            rewritten=await self._with_documents(rewritten, histories),
            marks=[*marks, *map(erased_mark, sorted(doomed))],
            reasons=reasons,
            summaries=summaries,
        )
        slots = {fact.slot for versions in histories.values() for fact in versions if fact.slot}
        return _Plan(version, erasure, frozenset(erased | doomed | set(histories)), frozenset(slots), already)

    async def _already(
        self, partition: Partition, selection: Selection, turns: Sequence[Turn], facts: Sequence[Fact]
    ) -> list[str]:
        """Return the ids that are named and were erased before; raise `NotFoundError` for one that never was."""
        known = {turn.id for turn in turns} | {fact.id for fact in facts}
        missing = {
            "turn": [id_ for id_ in selection.turns if id_ not in known],
            "fact": [id_ for id_ in selection.facts if id_ not in known],
        }
        marks = {id_: id_ for id_ in missing["turn"]} | {erased_mark(id_): id_ for id_ in missing["fact"]}
        gone = {marks[mark] for mark in await self.store.tombstones(partition, sorted(marks))}
        if not gone.issuperset(marks.values()):
            # What was readmitted since has no tombstone any more, but its entry in the journal.
            entries = await self.store.journal(partition)
            gone |= {entry.id for entry in entries if entry.op == "erase"} & set(marks.values())
        for what, ids in missing.items():
            never = next((id_ for id_ in ids if id_ not in gone), None)
            # Of everything, each turn goes, whichever are named.
            if never is not None and not (selection.everything and what == "turn"):
                raise NotFoundError(f"the partition has no {what} {never!r}")
        return sorted(gone)

    async def _mentions(self, partition: Partition, text: str) -> tuple[list[int], list[str | None]]:
        """Return the journal entries whose reason has a text, and the sessions whose summary has it."""
        if not text:
            return [], []
        entries = await self.store.journal(partition)
        summaries = await self.store.summaries(partition)
        reasons = await collected(
            (entry.version, bool(entry.reason) and text in searchable(entry.reason)) for entry in entries
        )
        return (
            [version for version, has in reasons if has],
            [each.session for each in summaries if text in searchable(f"{each.session or ''} {each.text}")],
        )

    async def _turns(self, partition: Partition, selection: Selection) -> list[Turn]:
        if selection.everything:
            return await self.store.turns(partition, TurnQuery(include_retired=True))
        turns: list[Turn] = []
        if selection.turns:
            turns += await self.store.turns(partition, TurnQuery(ids=selection.turns, include_retired=True))
        if selection.session is not None:
            query = TurnQuery(session=selection.session, include_retired=True)
            turns += await self.store.turns(partition, query)
        if selection.text is not None:
            everything = await self.store.turns(partition, TurnQuery(include_retired=True))
            wanted = selection.wanted
            turns += compress(everything, await collected(_turn_has(turn, wanted) for turn in everything))
        return list({turn.id: turn for turn in turns}.values())

    async def _named(self, partition: Partition, selection: Selection) -> list[Fact]:
        named: list[Fact] = []
        if selection.facts:
            named += await self.store.facts(partition, FactQuery(ids=selection.facts, include_retired=True))
        if selection.text is not None:
            facts = await self.store.facts(partition, FactQuery(include_retired=True))
            histories = await self.store.history(partition, [fact.id for fact in facts])
            wanted = selection.wanted
            # Another process may have erased it since.
            having = await collected(
                any(_fact_has(version, wanted) for version in histories.get(fact.id, ())) for fact in facts
            )
            named += compress(facts, having)
        return list({fact.id: fact for fact in named}.values())

    async def _touched(
        self, partition: Partition, erased: set[str], named: Sequence[Fact]
    ) -> dict[str, list[Fact]]:
        """Return the histories of all facts that may change: resting on the turns, or of the same slots."""
        touched = {fact.id: fact for fact in named}
        query = FactQuery(turns=sorted(erased), include_retired=True)
        touched |= {fact.id: fact for fact in await self.store.facts(partition, query)}
        while True:
            slots = sorted({fact.slot for fact in touched.values() if fact.slot})
            beside = await self.store.facts(partition, FactQuery(slots=slots, include_retired=True))
            more = {fact.id: fact for fact in beside if fact.id not in touched}
            if not more:
                return await self.store.history(partition, sorted(touched))
            touched |= more

    async def _source_turns(
        self, partition: Partition, remaining: Mapping[str, Sequence[Fact]]
    ) -> dict[str, Turn]:
        ids = await off_loop(source_ids, remaining)
        turns = await self.store.turns(partition, TurnQuery(ids=sorted(ids), include_retired=True))
        return {turn.id: turn for turn in turns}

    async def _with_documents(
        self, rewritten: Sequence[Rewritten], histories: Mapping[str, Sequence[Fact]]
    ) -> list[Rewritten]:
        """Give an index entry to each fact whose words change."""
        last = [history.versions[-1] for history in rewritten]
        texts = [fact.text for fact in last if fact.text != histories[fact.id][-1].text]
        encoded = await self.encoder.documents(texts)
        vectors = dict(zip(texts, encoded.embeddings, strict=False))
        new = set(texts)
        return await collected(
            replace(history, document=fact_document(fact, vectors.get(fact.text), encoded.fingerprint))
            if fact.text in new
            else history
            for history, fact in zip(rewritten, last, strict=True)
        )


def source_ids(histories: Mapping[str, Sequence[Fact]]) -> set[str]:
    """Return the ids of the turns on which any version rests."""
    return {source.turn for versions in histories.values() for fact in versions for source in fact.sources}


def what_remains(
    histories: Mapping[str, Sequence[Fact]], turns: set[str], named: set[str]
) -> tuple[set[str], dict[str, list[Fact]]]:
    """Return the facts that go, and the versions of those that remain and change.

    A fact goes when it was named, or when no source of it remains.
    """
    doomed = set(named)
    for fact_id, versions in histories.items():
        sources = [source for fact in versions for source in fact.sources]
        if sources and all(_is_lost(source, turns) for source in sources):
            doomed.add(fact_id)
    remaining = {
        fact_id: cleaned
        for fact_id, versions in histories.items()
        if fact_id not in doomed and (cleaned := _cleaned(versions, turns, doomed)) != list(versions)
    }
    # Without a version that rests on anything, there is nothing left to believe.
    doomed |= {fact_id for fact_id, versions in remaining.items() if not versions}
    return doomed, {fact_id: versions for fact_id, versions in remaining.items() if versions}


def _unworded(versions: Sequence[Fact], erased: set[str], turns: Mapping[str, Turn]) -> set[str]:
    """Return the turns by which a fact must not be worded.

    They are those that are erased, those that say it only with them, and those into whose words a model put theirs.
    """
    unworded = erased | {
        source.turn for fact in versions for source in fact.sources if _is_lost(source, erased)
    }
    words: set[str] = set()
    for fact in versions:
        told = f"{fact.text} {fact.value or ''}"
        own = turns.get(fact.worded_by)
        if own is not None and words.intersection(content_words(told)).difference(
            content_words(f"{own.text} {fact.subject}")
        ):
            unworded.add(own.id)
        if fact.worded_by in unworded:
            words.update(content_words(told))
    return unworded


def reworded(versions: Sequence[Fact], erased: set[str], turns: Mapping[str, Turn]) -> Rewritten | None:
    """Return the versions without words from an erased turn: with those of another version, or of a turn that stays.

    `None`: there is neither.
    """
    other = next((fact for fact in versions if fact.worded_by not in erased), None)
    words = [
        fact if fact.worded_by not in erased else in_other_words(fact, other, turns) for fact in versions
    ]
    kept = tuple(fact for fact in words if fact is not None)
    return Rewritten(versions=kept) if len(kept) == len(versions) else None


def in_other_words(fact: Fact, other: Fact | None, turns: Mapping[str, Turn]) -> Fact | None:
    """Return a fact in the words of another version, or else of a turn that it rests on; `None`: there is neither."""
    if other is not None:
        return replace(
            fact, text=other.text, value=other.value, metadata=other.metadata, worded_by=other.worded_by
        )
    source = next((source for source in fact.sources if source.turn in turns), None)
    if source is None:
        return None
    turn = turns[source.turn]
    text = quoted(turn, source.start, source.end)
    return replace(fact, text=text, metadata={}, worded_by=turn.id)


def _cleaned(versions: Sequence[Fact], turns: set[str], doomed: set[str]) -> list[Fact]:
    """Return the versions of a fact that stand without the erased turns and facts."""
    cleaned: list[Fact] = []
    for fact in versions:
        sources = tuple(source for source in fact.sources if not _is_lost(source, turns))
        if fact.sources and not sources:
            continue  # At this version, only erased turns had said it.
        lost = [source for source in fact.sources if _is_lost(source, turns)]
        halves = sum(source.needs is not None for source in lost)
        evidence = max(1, fact.evidence - len(lost) + halves // 2)
        version = replace(fact, sources=sources, evidence=evidence)
        if version.superseded_by in doomed:
            version = _reopened(version, cleaned)
        rivals = tuple(rival for rival in version.rivals if rival not in doomed)
        if version.rivals and not rivals and version.status == "conflicting":
            version = replace(version, status="current")
        cleaned.append(replace(version, rivals=rivals))
    return cleaned


def _is_lost(source: Source, erased: set[str]) -> bool:
    """Whether nothing rests on a source any more: its turn is erased, or the one without which that does not say it."""
    return source.turn in erased or source.needs in erased


def _reopened(fact: Fact, before: Sequence[Fact]) -> Fact:
    """Return the fact as if nothing had taken its place."""
    end = before[-1].valid.end if before else None
    return replace(fact, status="current", superseded_by=None, valid=replace(fact.valid, end=end))


def searchable(text: str) -> str:
    """Return a text as erasing compares it: without case, Unicode forms, runs of white space and invisible characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # Turkish has both letters, with and without the dot, in either case: İstanbul, IŞIL.
    folded = folded.replace("i\u0307", "i").replace("ı", "i")
    invisible = {ord(letter): None for letter in set(folded) if unicodedata.category(letter) == "Cf"}
    return " ".join(folded.translate(invisible).split() if invisible else folded.split())


def _turn_has(turn: Turn, wanted: str) -> bool:
    labels = [turn.speaker, turn.session, turn.agent, turn.origin, turn.key]
    return _any_has([turn.text, *filter(None, labels), *_strings(dict(turn.metadata))], wanted)


def _fact_has(fact: Fact, wanted: str) -> bool:
    labels = [fact.subject, fact.attribute, fact.value, fact.valid.phrase, fact.origin]
    return _any_has([fact.text, *filter(None, labels), *_strings(dict(fact.metadata))], wanted)


def _any_has(strings: Sequence[str], wanted: str) -> bool:
    return any(wanted in searchable(string) for string in strings)


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for item in value for text in _strings(item)]
        case dict():
            return [text for key, item in value.items() for text in (str(key), *_strings(item))]
        case _:
            return []
