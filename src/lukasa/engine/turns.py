"""Verbs about turns: take them in, find them, list them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from lukasa.beliefs.believe import Candidates
from lukasa.bounds import check_question, check_share, read_filter, read_label
from lukasa.domain.document import Kind
from lukasa.domain.query import TurnQuery
from lukasa.domain.recalled import Context, Recalled
from lukasa.domain.report import Receipt, Stats
from lukasa.domain.scope import Partition
from lukasa.domain.time import read_zone
from lukasa.domain.turn import Json, Turn
from lukasa.engine.arguments import FilterLike, Verbs, check_count, check_limit
from lukasa.errors import InputError, shown
from lukasa.extraction.candidates import CandidateFact, FactLike, check_search, read_candidates
from lukasa.extraction.guidance import Guidance, read_guidance
from lukasa.gate.echoes import Echoes
from lukasa.graph.context import GraphContext
from lukasa.graph.naming import NameCache, Names
from lukasa.indexing.backlog import Reindex
from lukasa.off_loop import collected, gathered, off_loop
from lukasa.retrieval.question import Question, View
from lukasa.retrieval.ranking import timed
from lukasa.retrieval.recall import Recall
from lukasa.upkeep.refresh import Refresh
from lukasa.upkeep.worker import Wait, Worker
from lukasa.writing.messages import (
    Message,
    ParsedMessages,
    ReadMessage,
    are_little,
    each_message,
    exported,
    read_labels,
)
from lukasa.writing.remember import Call, Remember

_PAGE = 500
"""Turns read at a time where a whole partition is walked."""


class TurnVerbs(Verbs):
    """Turns of one partition."""

    _remember: Remember
    _names: NameCache
    _guidance_of: Callable[[Partition], Guidance]
    _wait: Wait | None
    """`None`: no model reads turns later."""

    _worker: Worker
    _recall: Recall
    _graph_context: GraphContext | None
    """`None`: no model makes a graph."""

    _served: Echoes
    _reindex: Reindex
    _refresh: Refresh

    async def remember(
        self,
        messages: Message | Sequence[Message],
        *,
        at: datetime | str | None = None,
        session: str | None = None,
        key: str | None = None,
        facts: FactLike | Sequence[FactLike] = (),
        guidance: Guidance | None = None,
        wait: bool = False,
        agent: str | None = None,
        origin: str | None = None,
        metadata: Mapping[str, Json] | None = None,
        zone: str | None = None,
    ) -> Receipt:
        """Store what was said, word for word, durably and all at once; it can be recalled when this returns.

        *messages* is a text, a message of the OpenAI shape (`role`, `content`, `name`; also its own `at`, `metadata`,
        `session`, `agent`, `origin` and `key`, which go before those of the call) or a list of them; what `export`
        yields is taken back as it was, forgotten turns as forgotten. *at* is when it was said (default: now); a time
        without an offset is read in `zone=`, or refused. `agent=`, `origin=` and `metadata=` label every message. The same turn
        is stored once: the receipt lists the duplicates. With an idempotency *key*, a repeated call stores nothing twice,
        whatever its times.

        *facts* are what your own model found in these messages: texts, mappings or `CandidateFact`, beside what the extractor in use
        finds. They are judged and compared with what is known as its facts are; `refused_facts` says which are not believed, and
        why. They may come later than the messages, when those are sent again without a key.

        *guidance* says what to find in these messages, in place of what is set for the user or for all: topics, instructions,
        attributes of your own. A model reads by it what of the session it has not read yet, now or when a failed job is retried; a
        later call's takes its place.

        A name is kept on one line. What has the origin `tool`, `web` or `document` is found and quoted, and nothing is believed of it.
        A model distils facts in the background; with *wait*, the call returns when it has, or has failed (see `pending` and
        `warnings`).

        Raises `InputError` for what cannot be stored (nothing of the call is), `KeyReuseError` when the key came
        with other content before, `StoreError` when the store cannot be written.
        """
        zone = zone or self._zone
        read_label("key", key)
        labels = read_labels(at=at, session=session, agent=agent, origin=origin, metadata=metadata, zone=zone)
        each, read = await gathered(
            each_message(messages, labels, zone=zone, policy=self._remember.policy),
            lambda each: (each, ParsedMessages.of(each)),
            at_once=are_little(messages, labels),
        )
        wishes = read_guidance(guidance)
        candidates, known = None, list[str]()
        if named := read_candidates(facts, messages=len(each)):
            names = await self._names.names(self.partition)
            candidates = _candidates(
                named,
                each,
                zone=zone,
                guidance=wishes or self._guidance_of(self.partition),
                names=names,
            )
            people = {draft.speaker or "User" for draft in read.drafts if draft.role == "user"}
            known = sorted({name for label in people for name in names.of(label)})
        del each
        call = Call(
            read.drafts,
            key,
            self._clock(),
            read_zone(zone) if zone else None,
            candidates=candidates,
            names=known,
            guidance=wishes.packed() if wishes else "",
        )
        receipt = await self._remember(self.partition, read, call)
        old = await self._refresh.queue(self.partition)
        if wait and self._wait is not None:
            return await self._wait(self.partition, receipt)
        if receipt.pending or old:
            self._worker.kick()
        return receipt

    async def recall(
        self,
        question: str,
        *,
        limit: int = 10,
        filter: FilterLike | None = None,
        explain: bool = False,
        now: datetime | str | None = None,
        as_of: datetime | str | int | None = None,
        valid_at: datetime | str | None = None,
        kinds: Sequence[Kind] = ("turn", "fact"),
        include_retired: bool = False,
        min_confidence: float = 0.0,
    ) -> Recalled:
        """Return what bears most on the question, turns and facts, best first.

        It is never silent while there is anything: `confidence` says how sure it is, and below *min_confidence* (from 0 to 1)
        it returns nothing (`abstained`). A fact is left out when all turns that it rests on are hits; past facts are left
        out too. `as_of=` looks at the memory as it was at a moment (or a version), `valid_at=` at what was true then,
        `kinds=["fact"]` or `["turn"]` at one kind, and `include_retired=True` also at what was forgotten or superseded
        (`Hit.fact.status`).

        *now* anchors "last week" in the question, and what was said more than a day after it comes last. With *explain*,
        each hit lists every signal that was weighed.

        Raises `FilterError`, `InputError`, `StoreError`. A model that fails is reported in `mode` and `warnings`.
        """
        check_count("limit", limit, least=1)
        view = await self._view(as_of, valid_at, kinds, include_retired=include_retired)
        asked = self._question(
            question, filter=filter, now=now, view=view, explain=explain, min_confidence=min_confidence
        )
        return await self._hits(asked, limit=limit)

    async def context(
        self,
        question: str,
        *,
        budget: int = 1000,
        filter: FilterLike | None = None,
        now: datetime | str | None = None,
        as_of: datetime | str | int | None = None,
        valid_at: datetime | str | None = None,
        kinds: Sequence[Kind] = ("turn", "fact"),
        include_retired: bool = False,
        min_confidence: float = 0.0,
    ) -> Context:
        """Return a block to paste into a prompt: a short profile, then what bears on the question, dated and cited.

        The profile is the same to the byte until a fact in it changes, so that it can be cached; turns follow, oldest first,
        long ones by their best passages with `…` between them, then facts for what has no room as a turn. `omitted` names
        turns that had no room. `as_of=`, `valid_at=`, `kinds=`, `include_retired=` and *min_confidence* as in `recall`.

        It never has more than *budget* tokens, by the counter in use. Raises as `recall` does.
        """
        check_count("budget", budget, least=1)
        view = await self._view(as_of, valid_at, kinds, include_retired=include_retired)
        asked = self._question(question, filter=filter, now=now, view=view, min_confidence=min_confidence)
        return await self._block(asked, budget=budget)

    async def turns(
        self,
        *,
        session: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        filter: FilterLike | None = None,
        after: int = 0,
        limit: int | None = None,
        newest_first: bool = False,
        include_retired: bool = False,
    ) -> list[Turn]:
        """List turns in the order in which they were stored. `after` is the `seq` of the last turn of the page before.

        Raises `FilterError`, `InputError`, `StoreError`.
        """
        check_count("after", after, least=0)
        check_limit(limit)
        query = TurnQuery(
            session=read_label("session", session),
            since=self._instant(since),
            until=self._instant(until),
            filter=read_filter(filter),
            after=after,
            limit=limit,
            newest_first=newest_first,
            include_retired=include_retired,
        )
        return await self._store.turns(self.partition, query)

    async def export(self) -> AsyncIterator[dict[str, Json]]:
        """Yield every turn, forgotten ones included, as a JSON object that `remember` takes back as it was."""
        after = 0
        while page := await self._store.turns(
            self.partition, TurnQuery(after=after, limit=_PAGE, include_retired=True)
        ):
            for message in await collected(map(exported, page)):
                yield message
            after = page[-1].seq

    async def stats(self) -> Stats:
        """Count what this partition holds."""
        return await self._store.stats(self.partition)

    async def _hits(self, question: Question, *, limit: int) -> Recalled:
        timings: dict[str, float] = {}
        with timed(timings, "total"):
            with timed(timings, "names"):
                question = await self._spelled_out(question)
            recalled = await self._recall.hits(self.partition, question, limit=limit)
            with timed(timings, "note"):
                warnings = await self._note_served([hit.text for hit in recalled.hits])
        return replace(
            recalled, warnings=[*recalled.warnings, *warnings], timings={**recalled.timings, **timings}
        )

    async def _block(self, question: Question, *, budget: int) -> Context:
        timings: dict[str, float] = {}
        with timed(timings, "total"):
            with timed(timings, "names"):
                question = await self._spelled_out(question)
            block = None
            if self._graph_context is not None:
                block = await self._graph_context(
                    self.partition, question, budget=budget, recall=self._recall
                )
            if block is None:
                block = await self._recall.context(self.partition, question, budget=budget)
            with timed(timings, "note"):
                warnings = await self._note_served([block.text])
        return replace(block, warnings=[*block.warnings, *warnings], timings={**block.timings, **timings})

    async def _spelled_out(self, question: Question) -> Question:
        """Return a question that also has the other names of those whom it names: a turn may know them by these only."""
        if not any(word[:1].isupper() for word in question.text.split()[1:]):
            return question
        names = await self._names.names(self.partition)
        return replace(question, text=names.spelled_out(question.text))

    async def _note_served(self, texts: Sequence[str]) -> list[str]:
        """Note what goes out, so that it is not taken for news when it comes back; return warnings about the index."""
        await off_loop(self._served.note, self.partition, texts, at=self._clock())
        return await self._reindex.warnings(self.partition)

    def _question(
        self,
        text: str,
        *,
        filter: FilterLike | None,
        now: datetime | str | None,
        view: View,
        explain: bool = False,
        min_confidence: float = 0.0,
    ) -> Question:
        check_question(text)
        check_share("min_confidence", min_confidence)
        return Question(
            text=text,
            now=self._instant(now) or self._clock(),
            zone=read_zone(self._zone) if self._zone else None,
            filter=read_filter(filter),
            explain=explain,
            min_confidence=min_confidence,
            view=view,
        )

    async def _view(
        self,
        as_of: datetime | str | int | None,
        valid_at: datetime | str | None,
        kinds: Sequence[Kind],
        *,
        include_retired: bool,
    ) -> View:
        if (
            isinstance(kinds, str)
            or not kinds
            or not all(kind in {"turn", "fact"} for kind in map(str, kinds))
        ):
            raise InputError(f"kinds must be a list of 'turn' and 'fact', not {shown(kinds)}")
        return View(
            as_of=await self._version(as_of),
            valid_at=self._instant(valid_at),
            turns="turn" in kinds,
            facts="fact" in kinds,
            include_retired=include_retired,
        )


def _candidates(
    facts: Sequence[CandidateFact],
    messages: Sequence[ReadMessage],
    *,
    zone: str | None,
    guidance: Guidance,
    names: Names,
) -> Candidates:
    """Return what makes claims of the facts that the caller found."""
    if not messages:
        raise InputError("facts rest on messages: give those that say them, too; they may be stored already")
    # Schemas of replies take a while to load: not where no facts are named.
    from lukasa.extraction.model.candidates import LONGEST, CandidateClaims  # noqa: PLC0415

    texts = {index: message.draft.text for index, message in enumerate(messages) if message.draft}
    check_search(facts, sum(min(len(text), LONGEST) for text in texts.values()))
    places = {index: place for place, index in enumerate(texts)}
    return CandidateClaims(facts, places, guidance, read_zone(zone) if zone else None, names.of)
