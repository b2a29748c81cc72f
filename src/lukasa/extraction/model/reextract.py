"""Read a session again, from its verbatim turns: after the model, a prompt or the rules changed.

The facts that rest on nothing but these turns are decided as if they were not known yet. What comes out the same stays as
it is; what comes out otherwise gets another version; what does not come out is hidden. All of it is one write, and `undo`
takes it back. What a person worded, pinned or forgot is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lukasa.beliefs.believe import Heard, Version, fact_op, put
from lukasa.beliefs.edits import following, hidden
from lukasa.domain.change import Change, MarkExtracted
from lukasa.domain.fact import Fact
from lukasa.domain.filter import Compare
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.report import Diff, Revision
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError, StaleError
from lukasa.extraction.model.session import ReadBatch, Run, SessionReader
from lukasa.ports.store import Memories

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Everything that reading again needs."""

    store: Memories
    reader: SessionReader
    clock: Callable[[], datetime]

    async def __call__(self, partition: Partition, session: str | None, *, dry_run: bool) -> Diff:
        """Read the live turns of a session (`None`: those of no session); tell how what is believed differs.

        Raises `ProviderError` when the model cannot be asked, or not understood: then nothing is written, so that a model
        that talks nonsense cannot take away what a better one found.
        """
        run = Run(partition, session, strict=True)
        for _ in range(_ATTEMPTS):
            version = await self.store.version(partition)
            turns = await self.store.turns(partition, _of(session))
            if not turns:
                return Diff()
            own = await self._own(partition, turns)
            run.without = frozenset(own)
            heard, versions = await self._decide(run, turns)
            made = _merged(own, versions, self.clock())
            if dry_run:
                return _diff(own, made)
            changes = self._changes(run, heard, made)
            cause = Cause(verb="reextract", at=self.clock(), reason=self.reader.name.partition("-")[0])
            try:
                await self.store.apply(partition, changes, cause=cause, expected=version)
            except StaleError:
                continue
            return _diff(own, made)
        raise StaleError(f"other writers changed {partition!r} {_ATTEMPTS} times in a row; try again")

    async def _own(self, partition: Partition, turns: Sequence[Turn]) -> dict[str, Fact]:
        """Return the facts that may be decided anew."""
        ids = {turn.id for turn in turns}
        facts = await self.store.facts(partition, FactQuery(turns=sorted(ids)))
        return {
            fact.id: fact
            for fact in facts
            if fact.worded_by and not fact.pinned and ids.issuperset(each.turn for each in fact.sources)
        }

    async def _decide(self, run: Run, turns: Sequence[Turn]) -> tuple[list[Heard], list[Version]]:
        """Read batch after batch; each sees what became of those before it."""
        heard: list[Heard] = []
        earlier: list[Turn] = []
        for batch in self.reader.batches(turns):
            read = await self.reader.read(run, batch, earlier[-self.reader.policy.recent :], [])
            if read.lacking:
                raise BadReplyError(f"the model's reading is not whole ({read.lacking}); nothing was changed")
            earlier += batch
            heard += read.heard
            last = read
        whole = ReadBatch(heard, last.reading)
        return heard, await self.reader.resolve(run, whole, now=self.clock())

    def _changes(self, run: Run, heard: Sequence[Heard], made: Sequence[Version]) -> list[Change]:
        believe, name = self.reader.believe, self.reader.name
        marks = [
            MarkExtracted(
                id=each.turn.id,
                extraction=believe.extraction(each, made, by=name),
            )
            for each in heard
        ]
        return [*marks, *(put(each, run.vectors, run.fingerprint) for each in made)]


def _of(session: str | None) -> TurnQuery:
    return TurnQuery(session=session, filter=Compare("session", "eq", None) if session is None else None)


def _merged(own: dict[str, Fact], versions: Sequence[Version], now: datetime) -> list[Version]:
    """Make of each fact's last version the next one of the fact that is stored."""
    last = {version.fact.id: version for version in versions}
    first = {version.fact.id: version for version in reversed(versions)}
    made: list[Version] = []
    for fact_id, version in last.items():
        before = own.get(fact_id)
        if before is None:
            revision = first[fact_id].fact.revision
            worded = any(each.worded for each in versions if each.fact.id == fact_id)
            made.append(version._replace(fact=replace(version.fact, revision=revision), worded=worded))
        elif _told_apart(before, version.fact):
            after = replace(
                following(before, now),
                **{name: getattr(version.fact, name) for name in _DECIDED},
            )
            made.append(
                Version(after, fact_op(before, after), version.caused_by, worded=after.text != before.text)
            )
    gone = [hidden(fact, now) for fact_id, fact in own.items() if fact_id not in last]
    return [*made, *(Version(fact, "hide", fact.worded_by, worded=False) for fact in gone if fact)]


_DECIDED = (
    "text", "kind", "key", "attribute", "value", "negated", "cardinality", "slot", "valid", "status", "confidence",
    "evidence", "sources", "worded_by", "superseded_by", "rivals", "expires_at", "metadata",
)  # fmt: skip
"""What reading again decides of a fact; the rest stays as it was."""


def _told_apart(before: Fact, after: Fact) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in _DECIDED)


def _diff(own: dict[str, Fact], made: Sequence[Version]) -> Diff:
    return Diff(
        added=[version.fact for version in made if version.fact.revision == 1],
        gone=[version.fact for version in made if version.op == "hide"],
        changed=[
            Revision(before=own[version.fact.id], after=version.fact)
            for version in made
            if version.fact.id in own and version.op != "hide"
        ],
    )
