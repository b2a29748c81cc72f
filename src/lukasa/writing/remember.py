"""The write path. One call of `remember` becomes one write: its turns, the facts that follow, and the jobs left for later.

The path, in order:

1. `_new_turns`    one look at the store: drafts that repeat the end of the session are left out, the others become turns with
                   ids; those that were erased are not stored again, and those that are stored are not read again
2. `_judged`, `_candidates`    the extractor proposes claims, and perhaps the caller; the gate judges them (`beliefs.believe`)
3. `resolve`       the claims are compared with the known facts: versions of facts
4. `_encode`       the turns become index entries; they and facts get the vectors that are missing;
                   many turns already while their claims are made
5. `_apply`        all of it is written at once; when another process wrote since step 1, the plan is made again. What is
                   expensive, claims, index entries and vectors, is kept in `CallCache` and never made twice
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import chain, islice
from time import perf_counter
from types import MappingProxyType
from typing import Any, NamedTuple

from lukasa.beliefs.believe import (
    Believe,
    Candidates,
    JudgedCandidates,
    JudgedTurn,
    Version,
    put,
)
from lukasa.domain.change import AddTurn, Applied, Basis, Change, Extraction
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.document import Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.erasure import text_mark
from lukasa.domain.filter import Compare
from lukasa.domain.job import Queue
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Receipt, Usage
from lukasa.domain.scope import Partition, content_id
from lukasa.domain.time import to_micros
from lukasa.domain.turn import MAX_INT, Turn
from lukasa.gate.rulings import Ruling
from lukasa.indexing.documents import indexed, passage_texts, with_vectors
from lukasa.indexing.encoder import Encoded, Encoder
from lukasa.off_loop import FEW, computed, gathered, is_little, off_loop
from lukasa.policy import EMBEDDED_PASSAGES, RememberPolicy
from lukasa.ports.attempts import PartitionLocks, until_current
from lukasa.ports.memories import Memories
from lukasa.writing.messages import Draft, ParsedMessages

SCENE = 10
"""How many of a session's last turns show who speaks there, and what was asked."""

_ERASED = "{} was erased, and is not stored again (`readmit` allows it)"


class Call(NamedTuple):
    drafts: Sequence[Draft]
    key: str | None
    now: datetime
    zone: tzinfo | None = None
    """In which the speakers' days begin; `None`: the offset of each turn's time."""

    claim: Callable[[Turn], Claim] | None = None
    """What the caller states, in place of what an extractor would find."""

    candidates: Candidates | None = None
    """What the caller found in the turns, beside what an extractor finds."""

    names: Sequence[str] = ()
    """Other names of those who speak, which the caller may use for them."""

    guidance: str = ""
    """What a model is to find in them, as JSON (`Job.guidance`)."""


@dataclass(slots=True)
class CallCache:
    """What one call has computed, kept when its plan is made again."""

    call: Call
    at_once: bool
    """Whether what is computed of its texts takes no longer than asking another thread to."""

    documents: dict[str, Document] = field(default_factory=dict)
    """Index entries without vectors, by the turn's id."""

    turn_embeddings: dict[str, Sequence[Embedding]] = field(default_factory=dict)
    """Of the passages, by the turn's id."""

    fact_embeddings: dict[str, Embedding] = field(default_factory=dict)
    """By text."""

    fingerprint: str | None = None
    """Which embedder made them, also when it failed later."""

    judged: dict[str, JudgedTurn] = field(default_factory=dict)
    """By the turn's id."""


class MadeTurns(NamedTuple):
    turns: Sequence[Turn]
    marks: Sequence[tuple[str, str]]
    """Of each turn, the marks that it, or its words, would have been erased under."""

    distinct: Sequence[str]
    """The same marks, each once."""

    def erased(self, tombstones: Collection[str]) -> set[str]:
        """Return the ids of turns that were erased, or whose words were."""
        if not tombstones:
            return set()
        return {id_ for id_, words in self.marks if id_ in tombstones or words in tombstones}


class NewTurns(NamedTuple):
    version: int
    """The partition's version then."""

    identified: bool
    """Whether times or keys say which turns they are."""

    turns: Sequence[Turn]
    erased: set[str]
    """Ids of those whose content was erased."""

    stored: Mapping[str, Turn] = MappingProxyType({})
    """Those that are stored already, under their id or their key, by id: importing a file again costs no encoding."""

    repeated: Sequence[Turn] = ()
    """The turns that the first drafts repeat."""

    tail: Sequence[Turn] | None = None
    """The end of each session of the call, oldest first; `None`: not read yet."""


class Plan(NamedTuple):
    """What a call of `remember` is going to store."""

    version: int
    """The partition's version that it was decided on."""

    independent: bool
    """Whether it holds whatever was written since, as long as nothing was erased."""

    duplicates: list[str]
    """Ids of turns that were said already."""

    erased: list[str]
    """Ids of turns whose content was erased, and is not stored again."""

    turns: list[Turn]
    judged: Sequence[JudgedTurn] = ()
    candidates: JudgedCandidates = JudgedCandidates()
    """What the caller found."""

    versions: Sequence[Version] = ()
    """The facts that follow."""

    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Remember:
    store: Memories
    encoder: Encoder
    believe: Believe
    policy: RememberPolicy
    patience: timedelta | None = None
    """How long a model waits for more turns of a session before it reads them; `None`: no model does."""

    locks: PartitionLocks = field(default_factory=PartitionLocks)

    async def __call__(self, partition: Partition, parsed: ParsedMessages, call: Call) -> Receipt:
        """Store the drafts and the facts that follow, durably and all at once, and say what became of each."""
        if not parsed.drafts:
            return Receipt(skipped=parsed.skipped)
        started = perf_counter()
        cache = CallCache(
            call, is_little(len(parsed.drafts), sum(len(draft.text) for draft in parsed.drafts))
        )
        lock = self.locks.of(partition)
        taken = lock.taken
        # Encoding takes long, so it is done before the lock is taken.
        plan = await self._plan(partition, cache)
        async with lock:
            old = lock.taken > taken + 1 and await self._is_old(partition, plan)
            plan, applied = await self._apply(partition, cache, None if old else plan)
        milliseconds = (perf_counter() - started) * 1000

        def report() -> Receipt:
            return Receipt(
                turns=applied.added,
                duplicates=(*plan.duplicates, *applied.duplicates),
                skipped=[*parsed.skipped, *(_ERASED.format(turn_id) for turn_id in plan.erased)],
                facts=applied.facts,
                refused=_refused(plan),
                refused_facts=plan.candidates.refused,
                instructions=[source for each in plan.judged for source in each.instructions],
                redacted=parsed.redacted,
                change=applied.call,
                pending=len(self._jobs(plan, call)),
                unembedded=sum(turn_id not in cache.turn_embeddings for turn_id in applied.added),
                warnings=[plan.warning] if plan.warning else [],
                usage=Usage(
                    embedded=len(cache.turn_embeddings) + len(cache.fact_embeddings),
                    milliseconds=milliseconds,
                ),
            )

        receipt = await computed(len(plan.turns), report)
        if len(parsed.drafts) > FEW:
            # Where many objects are freed, all others wait: not in the loop.
            await off_loop(
                _emptied, cache.documents, cache.turn_embeddings, cache.judged, plan.turns, parsed.drafts
            )
        return receipt

    async def _is_old(self, partition: Partition, plan: Plan) -> bool:
        """Whether others wrote since, so that what counts as said or believed already may have changed."""
        return not plan.independent and await self.store.version(partition) != plan.version

    async def _apply(
        self, partition: Partition, cache: CallCache, first: Plan | None
    ) -> tuple[Plan, Applied]:
        """Write what is planned. Without a plan, or when others write before it is, a new one is made."""
        plans = [] if first is None else [first]

        async def apply() -> tuple[Plan, Applied]:
            plan = plans.pop() if plans else await self._plan(partition, cache)
            changes = await self._changes(plan, cache)
            applied = await self.store.apply(
                partition,
                changes,
                cause=Cause(verb="remember", at=cache.call.now),
                expected=Basis(version=plan.version, ids=frozenset()) if plan.independent else plan.version,
                bookkeeping=self._jobs(plan, cache.call),
            )
            if len(changes) > FEW:
                await off_loop(_emptied, changes)
            return plan, applied

        return await until_current(partition, apply, attempts=self.policy.attempts)

    async def _changes(self, plan: Plan, cache: CallCache) -> list[Change]:
        facts: Iterator[Change] = (
            put(version, cache.fact_embeddings, cache.fingerprint) for version in plan.versions
        )
        little = is_little(len(plan.versions), sum(len(version.fact.text) for version in plan.versions))
        return await gathered(chain(self._added(plan, cache), facts), list, at_once=cache.at_once and little)

    def _added(self, plan: Plan, cache: CallCache) -> Iterator[Change]:
        notes = self.believe.extractions(plan.judged, plan.versions)
        extractions: dict[str, Extraction] = {}
        for turn in plan.turns:
            # They come in the order of the turns, as far as those were read.
            while turn.id not in extractions and (note := next(notes, None)):
                extractions.update([note])
            embeddings = cache.turn_embeddings.get(turn.id, ())
            yield AddTurn(
                turn=turn,
                document=with_vectors(cache.documents[turn.id], embeddings, cache.fingerprint),
                extraction=extractions.get(turn.id),
            )

    def _jobs(self, plan: Plan, call: Call) -> list[Queue]:
        """Return what is left for a model to do; what a person states needs no reading."""
        if self.patience is None or call.claim is not None:
            return []
        sessions = dict.fromkeys(turn.session for turn in plan.turns if turn.retired_at is None)
        return [
            Queue(kind="extract", session=session, due_at=call.now + self.patience, guidance=call.guidance)
            for session in sessions
        ]

    async def _plan(self, partition: Partition, cache: CallCache) -> Plan:
        new = await self._new_turns(partition, cache)
        turns = [turn for turn in new.turns if turn.id not in new.erased]
        unread = [turn for turn in turns if turn.id not in new.stored]
        async with self._encoding(turns, new.stored, cache) as early:
            judged = await self._judged(partition, unread, new.tail, cache)
            candidates = JudgedCandidates()
            if cache.call.candidates is not None:
                said = [
                    new.stored.get(turn.id, turn) if turn.id not in new.erased else None for turn in new.turns
                ]
                candidates = await self._candidates(partition, cache.call, [*new.repeated, *said], new.tail)
            claimed = [*judged, *candidates.turns]
            versions = await self.believe.resolve(partition, claimed, now=cache.call.now)
        encoded = early()
        if encoded is None or (versions and encoded.error is None):
            encoded = await self._encode(turns if encoded is None else (), versions, new.stored, cache)
        return Plan(
            version=new.version,
            independent=new.identified and not versions,
            duplicates=[turn.id for turn in new.repeated],
            erased=sorted(new.erased),
            turns=turns,
            judged=judged,
            candidates=candidates,
            versions=versions,
            warning=encoded.warning,
        )

    async def _new_turns(self, partition: Partition, cache: CallCache) -> NewTurns:
        """Make turns of the drafts that were not said already, and look at what the store has of them."""
        call = cache.call
        if call.key is not None or all(_identified(draft) for draft in call.drafts):
            # A time or a key says by itself whether it is the same turn: no need to look at the others.
            return await self._identified_turns(partition, cache)
        made = await self._made(partition, call.drafts if cache.at_once else (), cache)
        # The others show who speaks there, and what was asked: that is for the extractor.
        reads = self.believe.extractor is not None or call.candidates is not None
        sessions = [call.drafts[0].session]
        if reads:
            sessions = await computed(len(call.drafts), _sessions, call.drafts)
        compared = min(self.policy.overlap, len(call.drafts) + (SCENE if reads else 0))
        ends = [_newest(each, SCENE if place else compared) for place, each in enumerate(sessions)]
        seen = await self.store.look(partition, turns=ends, marks=made.distinct)
        end = seen.turns[0][::-1]
        repeated = said_already(end, call.drafts, now=call.now, policy=self.policy)
        erased = seen.erased
        if repeated or not cache.at_once:
            # Equal messages of a call are counted from the first that is new; that counts in their ids.
            made = await self._made(partition, call.drafts[repeated:], cache)
            erased = await self.store.tombstones(partition, made.distinct)
        return NewTurns(
            version=seen.version,
            identified=False,
            turns=made.turns,
            erased=made.erased(erased),
            repeated=end[len(end) - repeated :],
            tail=_oldest_first(seen.turns),
        )

    async def _identified_turns(self, partition: Partition, cache: CallCache) -> NewTurns:
        made = await self._made(partition, cache.call.drafts, cache)
        queries = [TurnQuery(ids=[turn.id for turn in made.turns], include_retired=True)]
        if keys := [turn.key for turn in made.turns if turn.key]:
            queries.append(TurnQuery(keys=keys, include_retired=True))
        seen = await self.store.look(partition, turns=queries, marks=made.distinct)

        def known() -> dict[str, Turn]:
            by_id = {turn.id: turn for turn in seen.turns[0]}
            by_key = {turn.key: turn for found in seen.turns[1:] for turn in found}
            found = (
                (turn.id, by_id.get(turn.id) or (by_key.get(turn.key) if turn.key else None))
                for turn in made.turns
            )
            return {turn_id: turn for turn_id, turn in found if turn is not None}

        return NewTurns(
            version=seen.version,
            identified=True,
            turns=made.turns,
            erased=made.erased(seen.erased),
            stored=await computed(len(made.turns), known),
        )

    async def _made(self, partition: Partition, drafts: Sequence[Draft], cache: CallCache) -> MadeTurns:
        """Make turns of these drafts, the last ones of the call."""
        return await gathered(
            ((turn, _marks(turn)) for turn in make_turns(partition, drafts, cache.call)),
            _made_turns,
            at_once=cache.at_once or not drafts,
        )

    async def _judged(
        self, partition: Partition, turns: Sequence[Turn], tail: Sequence[Turn] | None, cache: CallCache
    ) -> list[JudgedTurn]:
        if (claim := cache.call.claim) is not None:
            return [JudgedTurn(turn, [Ruling(claim(turn))]) for turn in turns]
        if self.believe.extractor is None:
            return []
        unread = [turn for turn in turns if turn.id not in cache.judged]
        earlier = await self._tails(partition, unread) if tail is None else tail
        judged = await self.believe.extract(partition, unread, earlier, zone=cache.call.zone)

        def keep() -> list[JudgedTurn]:
            cache.judged.update((each.turn.id, each) for each in judged)
            return [cache.judged[turn.id] for turn in turns]

        return await computed(len(turns), keep)

    async def _candidates(
        self, partition: Partition, call: Call, turns: Sequence[Turn | None], tail: Sequence[Turn] | None
    ) -> JudgedCandidates:
        """Judge what the caller found in the turns of the call, stored before or not. With a key, only what is new may change anything."""
        stored = [turn for turn in turns if turn is not None and turn.seq]
        if call.candidates is None or (call.key is not None and stored):
            return JudgedCandidates()
        live = [turn if turn is not None and turn.retired_at is None else None for turn in turns]
        said = [turn for turn in live if turn is not None]
        here, first = {turn.id for turn in said}, min((turn.seq for turn in stored), default=MAX_INT)
        tail = await self._tails(partition, said) if tail is None else tail
        earlier = [turn for turn in tail if turn.id not in here and turn.seq < first]
        scene = Scene(names=tuple(call.names), zone=call.zone)
        return await self.believe.judge_candidates(partition, call.candidates, live, earlier, scene=scene)

    async def _tails(self, partition: Partition, turns: Sequence[Turn]) -> list[Turn]:
        """Return the last turns of the sessions that the new ones continue."""
        sessions = await computed(len(turns), _sessions, turns)
        if not sessions:
            return []
        seen = await self.store.look(partition, turns=[_newest(session, SCENE) for session in sessions])
        return _oldest_first(seen.turns)

    @asynccontextmanager
    async def _encoding(
        self, turns: Sequence[Turn], stored: Mapping[str, Turn], cache: CallCache
    ) -> AsyncIterator[Callable[[], Encoded | None]]:
        """Make index entries and vectors of many turns beside what is computed meanwhile: models leave others their turn.

        What is yielded returns, at the end, what came of it; `None` when they are few and nothing was done.
        """
        if len(turns) <= FEW:
            yield lambda: None
            return
        try:
            async with asyncio.TaskGroup() as group:
                encoding = group.create_task(self._encode(turns, (), stored, cache))
                yield encoding.result
        except ExceptionGroup as errors:
            error = errors.exceptions[0]
            raise error from error.__cause__

    async def _encode(
        self,
        turns: Sequence[Turn],
        versions: Sequence[Version],
        stored: Mapping[str, Turn],
        cache: CallCache,
    ) -> Encoded:
        """Make the index entries, and the vectors that are missing: of turns and of facts, in one go."""
        worded = dict.fromkeys(version.fact.text for version in versions if version.worded)
        facts = [text for text in worded if text not in cache.fact_embeddings]
        words: dict[str, str] = {}

        def index() -> Iterator[Sequence[str]]:
            for turn in turns:
                texts = passage_texts(turn)
                if turn.id not in cache.documents:
                    cache.documents[turn.id] = indexed(turn, texts, words)
                known = turn.id in stored or turn.id in cache.turn_embeddings
                yield () if known else texts[:EMBEDDED_PASSAGES]

        passages, texts = await gathered(
            index(),
            lambda passages: (passages, [*chain.from_iterable(passages), *facts]),
            at_once=cache.at_once,
        )
        encoded = await self.encoder.documents(texts)

        def share() -> None:
            embeddings = iter(encoded.embeddings)
            for turn, passages_of_turn in zip(turns, passages, strict=True):
                if passages_of_turn:
                    cache.turn_embeddings[turn.id] = list(islice(embeddings, len(passages_of_turn)))
            cache.fact_embeddings.update(zip(facts, embeddings, strict=True))

        if encoded.embeddings:
            cache.fingerprint = encoded.fingerprint
            await computed(len(encoded.embeddings), share)
        return encoded


def _emptied(*containers: dict[str, Any] | list[Any]) -> None:
    for each in containers:
        each.clear()


def _made_turns(made: Sequence[tuple[Turn, tuple[str, str]]]) -> MadeTurns:
    marks = [pair for _, pair in made]
    return MadeTurns([turn for turn, _ in made], marks, sorted({mark for pair in marks for mark in pair}))


def _marks(turn: Turn) -> tuple[str, str]:
    return turn.id, text_mark(turn.speaker, turn.text) or turn.id


def _sessions(of: Sequence[Draft] | Sequence[Turn]) -> list[str | None]:
    return list(dict.fromkeys(each.session for each in of))


def _oldest_first(ends: Sequence[Sequence[Turn]]) -> list[Turn]:
    return [turn for latest in ends for turn in reversed(latest)]


def _newest(session: str | None, limit: int) -> TurnQuery:
    return TurnQuery(
        session=session,
        filter=Compare("session", "eq", None) if session is None else None,
        newest_first=True,
        limit=limit,
        include_retired=True,
    )


def _refused(plan: Plan) -> dict[str, int]:
    named = Counter(each.reason for each in plan.candidates.refused)
    return dict(sorted(sum((each.reasons for each in plan.judged), named).items()))


def said_already(
    tail: Sequence[Turn], drafts: Sequence[Draft], *, now: datetime, policy: RememberPolicy
) -> int:
    """Return how many of the first drafts repeat the end of the session (`tail`, oldest first).

    Clients that keep no clock send history again, or retry. The longest end of the tail that equals a beginning
    of the drafts is a repetition; a single equal turn only when it is recent.
    """
    if any(_identified(draft) for draft in drafts):
        return 0
    for count in range(min(len(tail), len(drafts)), 0, -1):
        end = tail[len(tail) - count :]
        if all(_same(turn, draft) for turn, draft in zip(end, drafts, strict=False)):
            recent = now - end[-1].recorded_at <= policy.retry_window
            return count if count > 1 or recent else 0
    return 0


def make_turns(partition: Partition, drafts: Sequence[Draft], call: Call) -> Iterator[Turn]:
    """Yield drafts as turns, with their ids. Equal messages of one call are distinguished by counting them.

    A draft that has its own key comes from another call: it counts with those of the same call, so that what was
    exported gets the ids that it had.
    """
    seen: Counter[object] = Counter()
    for number, draft in enumerate(drafts, start=len(call.drafts) - len(drafts)):
        at = draft.at or call.now
        content = (draft.session, draft.agent, draft.role, draft.speaker, draft.text, to_micros(at))
        key = draft.key or (None if call.key is None else f"{call.key}#{number}")
        counted = (*content, key and key.rpartition("#")[0])
        yield Turn(
            id=content_id("t", partition, [*content, seen[counted], key]),
            role=draft.role,
            text=draft.text,
            at=at,
            recorded_at=call.now,
            speaker=draft.speaker,
            session=draft.session,
            agent=draft.agent,
            origin=draft.origin,
            metadata=draft.metadata,
            key=key,
            retired_at=draft.retired_at,
        )
        seen[counted] += 1


def _identified(draft: Draft) -> bool:
    """Whether the message itself says which turn it is."""
    return draft.at is not None or draft.key is not None


def _same(turn: Turn, draft: Draft) -> bool:
    return (turn.role, turn.speaker, turn.text, turn.session, turn.agent) == (
        draft.role,
        draft.speaker,
        draft.text,
        draft.session,
        draft.agent,
    )
