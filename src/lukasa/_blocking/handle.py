"""`Handle`: the verbs of one partition, without `await`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Unpack

from lukasa._blocking.loop import Loop
from lukasa.domain.answer import Answer, Chatted
from lukasa.domain.audit import Audit
from lukasa.domain.erasure import Erased
from lukasa.domain.fact import Fact, FactKind
from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.job import Job, JobState, Spent, Summary
from lukasa.domain.journal import JournalEntry
from lukasa.domain.recalled import Context, Recalled, View
from lukasa.domain.report import Diff, Flushed, Forgotten, Receipt, Stats, Why
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Json, Turn
from lukasa.engine import AsyncHandle, FactKinds, FilterLike, Statuses
from lukasa.extraction.guidance import Guidance
from lukasa.ports.llm import LLM
from lukasa.writing.messages import Message, MoreLabels


class Handle:
    """The memory of one user: every verb is bound to its partition (blocking)."""

    def __init__(self, handle: AsyncHandle, loop: Loop) -> None:
        self._handle = handle
        self._loop = loop

    @property
    def partition(self) -> Partition:
        """Whose memory this is."""
        return self._handle.partition

    def remember(
        self,
        messages: Message | Sequence[Message],
        *,
        at: datetime | str | None = None,
        session: str | None = None,
        key: str | None = None,
        wait: bool = False,
        **labels: Unpack[MoreLabels],
    ) -> Receipt:
        """Store what was said, word for word, durably and all at once; it can be recalled when this returns.

        *messages* is a text, a message of the OpenAI shape (`role`, `content`, `name`; also its own `at`, `metadata`,
        `session`, `agent`, `origin` and `key`, which go before those of the call) or a list of them; what `export`
        yields is taken back as it was, forgotten turns as forgotten. *at* is when it was said (now, if nobody says); a time
        without an offset is read in `zone=`, or refused. `agent=`, `origin=` and `metadata=` label every message. The same turn
        is stored once: the receipt lists the duplicates. With an idempotency *key*, a repeated call stores nothing twice,
        whatever its times.

        Where a model distils facts, it does so in the background; with *wait*, the call returns when it has (or could not:
        `pending` and `warnings` tell).

        Raises `InputError` for what cannot be stored (nothing of the call is), `KeyReuseError` when the key came
        with other content before, `StoreError` when the store cannot be written.
        """
        return self._loop.call(
            lambda: self._handle.remember(messages, at=at, session=session, key=key, wait=wait, **labels)
        )

    def recall(
        self,
        question: str,
        *,
        limit: int = 10,
        filter: FilterLike | None = None,
        explain: bool = False,
        now: datetime | str | None = None,
        **view: Unpack[View],
    ) -> Recalled:
        """Return what bears on the question, turns and facts, best first, or an abstention when nothing does.

        A fact stands before the turn that says it, and never in its place; past facts are left out. `as_of=` looks at the
        memory as it was at a moment (or a version), `valid_at=` at what was true then, `kinds=["fact"]` or `["turn"]` at
        one kind, and `include_retired=True` also at what was forgotten or superseded (`Hit.fact.status`).

        *now* anchors "last week" in the question. With *explain*, each hit lists every signal that was weighed.

        Raises `FilterError`, `InputError`, `StoreError`. A model that fails is reported in `mode` and `warnings`.
        """
        return self._loop.call(
            lambda: self._handle.recall(
                question, limit=limit, filter=filter, explain=explain, now=now, **view
            )
        )

    def context(
        self,
        question: str,
        *,
        budget: int = 1000,
        filter: FilterLike | None = None,
        now: datetime | str | None = None,
        **view: Unpack[View],
    ) -> Context:
        """Return a block to paste into a prompt: a short profile, then what bears on the question, dated and cited.

        The profile is the same to the byte until a fact in it changes, so that it can be cached; turns follow whole, oldest
        first, then facts for what has no room as a turn. `as_of=`, `valid_at=`, `kinds=` and `include_retired=` as in `recall`.

        It never has more than *budget* tokens, by the counter in use. Raises as `recall` does.
        """
        return self._loop.call(
            lambda: self._handle.context(question, budget=budget, filter=filter, now=now, **view)
        )

    def ask(
        self,
        question: str,
        *,
        budget: int = 1500,
        filter: FilterLike | None = None,
        now: datetime | str | None = None,
        **view: Unpack[View],
    ) -> Answer:
        """Answer the question from what is remembered: one model call, over a context of at most *budget* tokens.

        Every citation `[3]` in the answer's text was checked to name something that the model was shown; `citations` has it.
        Where nothing relevant is remembered, where the model does not know, and where it cites nothing, the answer is "I
        don't know." (`abstained`, with the `reason`). Without a model, it is the words of the best hits (`mode` is
        `evidence`). The filter, *now* and the view are as in `recall`.

        Raises `ProviderError` when the model cannot be used, and what `recall` raises.
        """
        return self._loop.call(
            lambda: self._handle.ask(question, budget=budget, filter=filter, now=now, **view)
        )

    def ask_stream(
        self,
        question: str,
        *,
        budget: int = 1500,
        filter: FilterLike | None = None,
        now: datetime | str | None = None,
        **view: Unpack[View],
    ) -> Iterator[str | Answer]:
        """Do as `ask` does; yield the pieces of the answer's text as they come, then the `Answer`, last.

        No piece is yielded before the model has cited something that it was shown. Raises as `ask` does.
        """
        pieces = self._handle.ask_stream(question, budget=budget, filter=filter, now=now, **view)
        while (piece := self._loop.call(lambda: anext(pieces, None))) is not None:
            yield piece

    def chat(
        self,
        messages: Message | Sequence[Message],
        *,
        session: str | None = None,
        budget: int = 1000,
        filter: FilterLike | None = None,
        model: LLM | None = None,
        **labels: Unpack[MoreLabels],
    ) -> Chatted:
        """Reply to the last message of a conversation, reminded of what bears on it, and remember the exchange.

        *messages* is what `remember` takes, of users, the assistant and the system; the last one is the user's. What is
        remembered is looked through for it, within *budget* tokens and the filter, and goes into the system message. *model*
        replies, or the one that is configured.

        The user's messages since the last reply are stored before the model is asked, and the reply after; sent again after a
        failure they are not stored twice. Earlier messages are shown to the model and not stored: they were when they were new.
        *session* and the labels are as in `remember`.

        Raises `ConfigError` without a model, `ProviderError` when it cannot be used, and what `remember` and `recall` raise.
        """
        return self._loop.call(
            lambda: self._handle.chat(
                messages, session=session, budget=budget, filter=filter, model=model, **labels
            )
        )

    def turns(
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
        return self._loop.call(
            lambda: self._handle.turns(
                session=session,
                since=since,
                until=until,
                filter=filter,
                after=after,
                limit=limit,
                newest_first=newest_first,
                include_retired=include_retired,
            )
        )

    def export(self) -> Iterator[dict[str, Json]]:
        """Yield every turn, forgotten ones included, as a JSON object that `remember` takes back as it was."""
        items = self._handle.export()
        while (item := self._loop.call(lambda: anext(items, None))) is not None:
            yield item

    def stats(self) -> Stats:
        """Count what this partition holds."""
        return self._loop.call(self._handle.stats)

    def believe(
        self,
        text: str,
        *,
        subject: str,
        kind: FactKind = "fact",
        attribute: str | None = None,
        value: str | None = None,
        valid_from: datetime | str | None = None,
        metadata: Mapping[str, Json] | None = None,
    ) -> Receipt:
        """Store a fact that you state yourself, and the statement as the turn that it rests on.

        *text* is a sentence that can be understood on its own, *subject* whom or what it is about. With an *attribute*
        (such as `lives_in`) and a *value* it takes the place of what was believed of a single-valued attribute. It is
        compared with what is known as anything that is remembered: the same fact is counted, not stored twice.

        Raises `InputError` for what cannot be stored, `StoreError` when the store cannot be written.
        """
        return self._loop.call(
            lambda: self._handle.believe(
                text,
                subject=subject,
                kind=kind,
                attribute=attribute,
                value=value,
                valid_from=valid_from,
                metadata=metadata,
            )
        )

    def facts(
        self,
        *,
        subject: str | None = None,
        kind: FactKinds = None,
        status: Statuses = None,
        valid_at: datetime | str | None = None,
        as_of: datetime | str | int | None = None,
        filter: FilterLike | None = None,
        include_retired: bool = False,
        limit: int | None = None,
    ) -> list[Fact]:
        """List what is believed, in the order in which it was first learned.

        Without *status*: what is current; with *valid_at*, what was true then, past by now or not. *as_of* (a moment, or
        a version of the partition) shows each fact as it was believed then. Expired facts are left out unless retired
        ones are asked for too. The filter sees a fact's subject as `speaker`.

        Raises `FilterError`, `InputError`, `StoreError`.
        """
        return self._loop.call(
            lambda: self._handle.facts(
                subject=subject,
                kind=kind,
                status=status,
                valid_at=valid_at,
                as_of=as_of,
                filter=filter,
                include_retired=include_retired,
                limit=limit,
            )
        )

    def history(self, fact: str) -> list[Fact]:
        """Return all versions of a fact, oldest first. Raises `NotFoundError` for an unknown id."""
        return self._loop.call(lambda: self._handle.history(fact))

    def why(self, fact: str) -> Why:
        """Return what a fact rests on: the very words, and each change with its cause. Raises `NotFoundError`."""
        return self._loop.call(lambda: self._handle.why(fact))

    def conflicts(self) -> list[tuple[Fact, ...]]:
        """List facts that exclude each other and were not decided, together; `settle` decides."""
        return self._loop.call(self._handle.conflicts)

    def settle(self, keep: str, *, reason: str = "") -> list[Fact]:
        """Decide a conflict: the fact *keep* is believed, those that it conflicts with are withdrawn.

        Returns their new versions. Raises `NotFoundError` for an unknown id, `InputError` when it conflicts with nothing.
        """
        return self._loop.call(lambda: self._handle.settle(keep, reason=reason))

    def review(self) -> list[Fact]:
        """List quarantined facts: said by somebody who may not instruct the assistant, and not believed."""
        return self._loop.call(self._handle.review)

    def approve(self, facts: Sequence[str] | str, *, reason: str = "") -> list[Fact]:
        """Believe quarantined facts on your word; return them. Raises `NotFoundError`, `InputError`."""
        return self._loop.call(lambda: self._handle.approve(facts, reason=reason))

    def reject(self, facts: Sequence[str] | str, *, reason: str = "") -> list[Fact]:
        """Withdraw quarantined facts for good; return them. Raises `NotFoundError`, `InputError`."""
        return self._loop.call(lambda: self._handle.reject(facts, reason=reason))

    def amend(
        self,
        fact: str,
        *,
        text: str | None = None,
        pinned: bool | None = None,
        expires_at: datetime | str | None = None,
        metadata: Mapping[str, Json] | None = None,
        reason: str = "",
    ) -> Fact:
        """Change what you name of a fact, as its next version: its words, whether it is pinned, when it expires.

        Raises `NotFoundError` for an unknown id, `InputError` for words that cannot be stored.
        """
        return self._loop.call(
            lambda: self._handle.amend(
                fact, text=text, pinned=pinned, expires_at=expires_at, metadata=metadata, reason=reason
            )
        )

    def sweep(self) -> list[str]:
        """Forget facts whose time is up, and return their ids; recall has left them out since. `restore` brings them back."""
        return self._loop.call(self._handle.sweep)

    def audit(self) -> Audit:
        """Look for rot: duplicates, contradictions, junk, secrets, feedback loops, what is stale or lost its source.

        Nothing is changed, and no model is asked.
        """
        return self._loop.call(self._handle.audit)

    def changes(self, *, since: int = 0, limit: int | None = None) -> list[JournalEntry]:
        """List the journal of this partition after a version, oldest first."""
        return self._loop.call(lambda: self._handle.changes(since=since, limit=limit))

    def diff(self, before: datetime | str | int, after: datetime | str | int | None = None) -> Diff:
        """Tell how what is believed (now, or at *after*) differs from what was believed at *before*.

        A moment, or a version of the partition as `changes` numbers them.
        """
        return self._loop.call(lambda: self._handle.diff(before, after))

    def undo(
        self,
        change: int | None = None,
        *,
        call: int | None = None,
        session: str | None = None,
        reason: str = "",
    ) -> list[str]:
        """Take back one change, all of one call (`Receipt.change`), or all that a session led to, facts included.

        Nothing is rewritten: the state before returns as new changes, and an undo can be undone. Turns are hidden, not
        destroyed. Returns the ids of what changed.

        Raises `NotFoundError` for an unknown change or session, `ConflictError` when a later change rests on one of them,
        `InputError` for an erasure.
        """
        return self._loop.call(lambda: self._handle.undo(change, call=call, session=session, reason=reason))

    def forget(
        self, ids: Sequence[str] | str | None = None, *, session: str | None = None, reason: str = ""
    ) -> Forgotten:
        """Hide turns and facts, by ids or a whole session, from recall. They stay stored; `restore` brings them back.

        Facts that rest on the turns alone are hidden with them.

        Raises `NotFoundError` for an unknown id; then nothing is hidden.
        """
        return self._loop.call(lambda: self._handle.forget(ids, session=session, reason=reason))

    def restore(self, ids: Sequence[str] | str, *, reason: str = "") -> list[str]:
        """Let forgotten turns and facts be recalled again; return the ids for which that changed something.

        Facts that were hidden with a turn come back with it. Raises `NotFoundError` for an unknown id; then nothing is
        restored.
        """
        return self._loop.call(lambda: self._handle.restore(ids, reason=reason))

    def erase(
        self,
        turns: Sequence[str] | str | None = None,
        *,
        facts: Sequence[str] | str | None = None,
        session: str | None = None,
        text: str | None = None,
        everything: bool = False,
        dry_run: bool = False,
        reason: str = "",
    ) -> Erased:
        """Destroy turns (by ids, session, or a *text* in them), facts, or *everything* of this user. Irreversible.

        What rests on nothing else goes too: facts with all their versions, vectors, full-text, journal content. No byte
        stays in the file or its log; the receipt says if another process kept it from being `complete`. The same content
        is not stored again until `readmit`. With *dry_run*, nothing is destroyed, and the receipt says what would be.

        Raises `NotFoundError` for an unknown id, `InputError` when nothing is named; then nothing is erased.
        """
        return self._loop.call(
            lambda: self._handle.erase(
                turns,
                facts=facts,
                session=session,
                text=text,
                everything=everything,
                dry_run=dry_run,
                reason=reason,
            )
        )

    def readmit(
        self, ids: Sequence[str] | str = (), *, texts: Sequence[str] | str = (), speaker: str | None = None
    ) -> int:
        """Let what was erased be stored again: turns by id, facts by key, or texts of a *speaker*; return how many there were."""
        return self._loop.call(lambda: self._handle.readmit(ids, texts=texts, speaker=speaker))

    def flush(self, timeout: float | None = None) -> Flushed:
        """Wait until everything that is to be done for this user is done, or has failed once.

        After *timeout* seconds what is left goes on in the background. A job that fails is tried again later.
        """
        return self._loop.call(lambda: self._handle.flush(timeout))

    def jobs(self, *, state: JobState | None = None, limit: int | None = None) -> list[Job]:
        """List what is to be done for this user: `waiting`, `running`, or `dead` (given up; `retry` revives it)."""
        return self._loop.call(lambda: self._handle.jobs(state=state, limit=limit))

    def retry(self) -> int:
        """Have done again what was given up, and what rules had to read because the model failed; return how many jobs."""
        return self._loop.call(self._handle.retry)

    def reextract(self, session: str | None = None, *, dry_run: bool = False) -> Diff:
        """Read a session (`None`: every session) again from its verbatim turns, with the extractor in use; return what differs.

        Facts that rest on these turns alone are decided anew; those that a person stated, amended, pinned or forgot stay.
        Each session is one write, which `undo` takes back. With *dry_run* nothing is written.

        Raises `NotFoundError` for an unknown session, `ProviderError` when the model cannot be asked: that session then
        stays as it was.
        """
        return self._loop.call(lambda: self._handle.reextract(session, dry_run=dry_run))

    def maintain(self) -> Flushed:
        """Do a round of background care now, and wait for it.

        It hides what expired, merges facts that say the same, makes missing vectors, and has summaries written. Nothing is destroyed: `undo` takes back what was merged and hidden. Each part is bounded; the next round goes on.
        """
        return self._loop.call(self._handle.maintain)

    def timeline(
        self, *, since: datetime | str | None = None, until: datetime | str | None = None
    ) -> list[Fact]:
        """Return what happened and what is planned, in the order in which it did or will, as far as a date is known.

        *since* and *until* bound when it begins.
        """
        return self._loop.call(lambda: self._handle.timeline(since=since, until=until))

    def summaries(self) -> list[Summary]:
        """Return the rolling summaries of the conversations: of the whole first, then by session."""
        return self._loop.call(self._handle.summaries)

    def usage(self, *, since: date | None = None, until: date | None = None) -> list[Spent]:
        """Return what model calls for this user took, by day (UTC), purpose and model; *until* is included."""
        return self._loop.call(lambda: self._handle.usage(since=since, until=until))

    def guide(self, guidance: Guidance | None) -> None:
        """Set what is to be remembered of this user, and how, in place of the general guidance (`None`: that again).

        It holds for turns that are read from now on by this process.
        """
        return self._loop.call(lambda: self._handle.guide(guidance))

    def entities(self, query: str = "", *, limit: int | None = None) -> list[Entity]:
        """Return the entities that a text names, best first; for an empty text all of them, the most mentioned first.

        A whole name or alias goes before a part of one.
        """
        return self._loop.call(lambda: self._handle.entities(query, limit=limit))

    def relations(
        self,
        entity: str | None = None,
        *,
        query: str = "",
        label: str | None = None,
        valid_at: datetime | str | None = None,
        past: bool = False,
        limit: int | None = None,
    ) -> list[Relation]:
        """Return relations: of an *entity* (by name or id), with a *label*, true at a moment.

        Without *valid_at*, those that are believed now; with *past* also earlier ones. With a *query*, those that bear on it,
        best first: by meaning, or by shared words where there are no vectors.

        Raises `NotFoundError` if no entity has that name.
        """
        return self._loop.call(
            lambda: self._handle.relations(
                entity, query=query, label=label, valid_at=valid_at, past=past, limit=limit
            )
        )

    def related(self, entity: str, *, hops: int = 2, valid_at: datetime | str | None = None) -> Graph:
        """Return the part of the graph around an entity (by name or id), up to so many *hops* away.

        Past relations are included; with *valid_at*, only those that were true then.

        Raises `NotFoundError` if no entity has that name.
        """
        return self._loop.call(lambda: self._handle.related(entity, hops=hops, valid_at=valid_at))

    def path(self, start: str, end: str, *, valid_at: datetime | str | None = None) -> list[Relation] | None:
        """Return the shortest chain of relations between two entities (by name or id); `None` when there is none.

        Raises `NotFoundError` if there is no entity of one of these names.
        """
        return self._loop.call(lambda: self._handle.path(start, end, valid_at=valid_at))

    def graph(self, format: str = "graphml", *, entity: str | None = None, hops: int = 2) -> str:
        """Return the graph (around an entity, if one is named) as `graphml`, `jsonld`, `cypher`, `dot` or `html`.

        `html` is one page that needs no network: a click on a name or a line shows the words it rests on, and a slider shows
        what was true when.
        """
        return self._loop.call(lambda: self._handle.graph(format, entity=entity, hops=hops))

    def merge(self, one: str, other: str) -> Receipt:
        """State that two names are one entity's; `undo(call=receipt.change)` takes it back."""
        return self._loop.call(lambda: self._handle.merge(one, other))

    def split(self, one: str, other: str) -> Receipt:
        """State that two names are not one entity's, whatever they look like; `undo(call=receipt.change)` takes it back."""
        return self._loop.call(lambda: self._handle.split(one, other))

    def alias(self, name: str, other: str) -> Receipt:
        """State that a known entity has another name; `undo(call=receipt.change)` takes it back.

        Raises `NotFoundError` if no entity is called *name*; `merge` joins two names, known or not.
        """
        return self._loop.call(lambda: self._handle.alias(name, other))

    def rename(self, old: str, new: str) -> Receipt:
        """State that an entity called *old* is now called *new*; `undo(call=receipt.change)` takes it back.

        It is still found by its old name; of several new names the last one is shown.

        Raises `NotFoundError` if no entity is called *old*.
        """
        return self._loop.call(lambda: self._handle.rename(old, new))
