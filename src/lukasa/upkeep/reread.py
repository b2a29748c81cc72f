"""Read sessions again, from their verbatim turns: after the model, a prompt or the rules changed, or a reading failed.

The facts that rest on nothing but these turns are decided as if they were not known yet. A fact that comes out the same stays
as it is; one that comes out otherwise gets another version; one that does not come out is hidden. All of it is one write, and
`undo` takes it back. What the caller stated or found, and what a person worded, pinned or forgot, is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from lukasa.beliefs.believe import JudgedTurn, Version
from lukasa.beliefs.edits import fact_op, following, hidden
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.report import Diff, Revision
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError, InputError, NotFoundError
from lukasa.extraction.model.session import ReadBatch, Run, SessionReader
from lukasa.ports.attempts import until_applied
from lukasa.ports.store import Store

if TYPE_CHECKING:
    from lukasa.extraction.model.compare import CompareFacts

_ATTEMPTS = 20

_PAGE = 1_000
"""Turns listed at a time."""


@dataclass(frozen=True, slots=True)
class Reread:
    """Reads sessions of a partition again, one write each."""

    store: Store
    reader: SessionReader
    clock: Callable[[], datetime]
    compare: CompareFacts | None = None
    """Where the recipe leaves it for later how facts stand to one another."""

    async def __call__(self, partition: Partition, session: str | None, *, dry_run: bool = False) -> Diff:
        """Read a session again (`None`: every session); return what differs."""
        if self.reader.recipe is None and self.reader.believe.extractor is None:
            raise InputError(
                "no extractor is configured (extractor='none'), so there is nothing to read with"
            )
        sessions = await self._sessions(partition)
        if session is not None and session not in sessions:
            raise NotFoundError(f"the partition has no session {session!r}")
        diffs = [
            await self._again(partition, each, dry_run=dry_run)
            for each in (sessions if session is None else [session])
        ]
        return Diff(
            added=[fact for diff in diffs for fact in diff.added],
            gone=[fact for diff in diffs for fact in diff.gone],
            changed=[revision for diff in diffs for revision in diff.changed],
        )

    async def retry(self, partition: Partition) -> int:
        """Revive dead jobs, and read again the sessions that the model did not read whole; return how many there were."""
        count = await self.store.revive(partition, now=self.clock())
        ids = await self.store.unextracted(partition, extractor=self.reader.name, limit=_PAGE, lacking=True)
        turns = await self.store.turns(partition, TurnQuery(ids=ids)) if ids else []
        sessions = dict.fromkeys(turn.session for turn in turns)
        for session in sessions:
            await self(partition, session)
        return count + len(sessions)

    async def _sessions(self, partition: Partition) -> list[str | None]:
        sessions: dict[str | None, None] = {}
        after = 0
        while page := await self.store.turns(partition, TurnQuery(after=after, limit=_PAGE)):
            sessions.update(dict.fromkeys(turn.session for turn in page))
            after = page[-1].seq
        return list(sessions)

    async def _again(self, partition: Partition, session: str | None, *, dry_run: bool) -> Diff:
        """Read the live turns of a session (`None`: those of no session); return how what is believed differs.

        Raises `ProviderError` when the model cannot be asked, or its reply not be read: then nothing is written, so that a
        model that talks nonsense cannot take away what a better one found.
        """
        run = Run(partition, session, strict=True)
        attempt = partial(self._attempt, run, dry_run)
        return await until_applied(self.store, partition, attempt, attempts=_ATTEMPTS)

    async def _attempt(self, run: Run, dry_run: bool, version: int) -> Diff:
        turns = await self.store.turns(run.partition, run.query)
        if not turns:
            return Diff()
        own = await self._own(run.partition, turns)
        run.without = frozenset(own)
        judged, versions = await self._decide(run, turns)
        merged = _merged(own, versions, self.clock())
        if not dry_run:
            changes = self.reader.changes(run, judged, merged)
            cause = self.reader.cause("reextract", self.clock())
            await self.store.apply(run.partition, changes, cause=cause, expected=version)
        return _diff(own, merged)

    async def _own(self, partition: Partition, turns: Sequence[Turn]) -> dict[str, Fact]:
        """Return the facts that may be decided again."""
        ids = {turn.id for turn in turns}
        facts = await self.store.facts(partition, FactQuery(turns=sorted(ids)))
        return {
            fact.id: fact
            for fact in facts
            if fact.worded_by
            and fact.found_by == "extractor"
            and not fact.pinned
            and ids.issuperset(source.turn for source in fact.sources)
        }

    async def _decide(self, run: Run, turns: Sequence[Turn]) -> tuple[list[JudgedTurn], list[Version]]:
        """Read batch after batch, then compare all claims with what is known."""
        heard: list[JudgedTurn] = []
        earlier: list[Turn] = []
        proposed = None
        for batch in self.reader.batches(turns):
            read = await self.reader.read(run, batch, earlier[-self.reader.policy.recent :], [])
            if read.lacking:
                raise BadReplyError(f"the model's reading is not whole ({read.lacking}); nothing was changed")
            earlier += [turn for turn in batch if turn.is_spoken]
            proposed = read.proposed or proposed
            heard += read.heard
        now = self.clock()
        versions = await self.reader.resolve(run, ReadBatch(heard, proposed), now=now)
        if self.compare is not None and proposed is not None:
            found = {version.fact.id: version.fact for version in versions}
            versions += await self.compare.versions(run, list(found.values()), now=now)
        return heard, versions


def _merged(own: Mapping[str, Fact], versions: Sequence[Version], now: datetime) -> list[Version]:
    """Make each fact's last version the next one of the fact that is stored."""
    last = {version.fact.id: version for version in versions}
    first = {version.fact.id: version for version in reversed(versions)}
    merged: list[Version] = []
    for fact_id, version in last.items():
        before = own.get(fact_id)
        if before is None:
            fact = replace(version.fact, revision=first[fact_id].fact.revision)
            worded = any(item.worded for item in versions if item.fact.id == fact_id)
            merged.append(version._replace(fact=fact, worded=worded))
            continue
        decided = {name: getattr(version.fact, name) for name in _DECIDED}
        if decided != {name: getattr(before, name) for name in _DECIDED}:
            after = replace(following(before, now), **decided)
            worded = after.text != before.text
            merged.append(Version(after, fact_op(before, after), version.caused_by, worded=worded))
    gone = [hidden(fact, now) for fact_id, fact in own.items() if fact_id not in last]
    return [*merged, *(Version(fact, "hide", fact.worded_by, worded=False) for fact in gone if fact)]


_DECIDED = (
    "text", "kind", "key", "attribute", "value", "negated", "cardinality", "slot", "valid", "status", "confidence",
    "evidence", "sources", "worded_by", "superseded_by", "rivals", "expires_at", "metadata",
)  # fmt: skip
"""What reading again decides of a fact; the rest stays as it was."""


def _diff(own: Mapping[str, Fact], versions: Sequence[Version]) -> Diff:
    return Diff(
        added=[version.fact for version in versions if version.fact.revision == 1],
        gone=[version.fact for version in versions if version.op == "hide"],
        changed=[
            Revision(before=own[version.fact.id], after=version.fact)
            for version in versions
            if version.fact.id in own and version.op != "hide"
        ],
    )
