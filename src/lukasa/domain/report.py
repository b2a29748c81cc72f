"""What the engine tells its caller: receipts, statistics, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lukasa.domain.fact import Fact
from lukasa.domain.job import Job
from lukasa.domain.journal import JournalEntry
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one call cost."""

    embedded: int = 0
    """Texts given to the embedder."""

    llm_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFact:
    """A fact that the caller named, and that is not believed."""

    fact: int
    """Its place in `facts=`, from 0."""

    reason: str
    """As in `Receipt.refused`."""

    quarantined: bool = False
    """It is kept for review, among `Receipt.facts`; otherwise nothing of it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What `remember` did. Never an ambiguous empty list."""

    turns: Sequence[str] = ()
    """Ids of the turns stored by this call, in order; they are durable and can be recalled now."""

    duplicates: Sequence[str] = ()
    """Ids of turns that were known already; nothing was stored for them."""

    skipped: Sequence[str] = ()
    """Why messages were left out, one sentence each (for example, an empty text)."""

    pending: int = 0
    """Background jobs that this call left to do."""

    unembedded: int = 0
    """Turns that were stored without vectors because the embedder failed: full-text finds them, `reembed()` mends it."""

    facts: Sequence[str] = ()
    """Ids of the facts that this call made, confirmed or changed."""

    refused: Mapping[str, int] = field(default_factory=dict)
    """Claims that the gate did not let pass, by reason; under `instruction` also what `instructions` lists."""

    refused_facts: Sequence[RefusedFact] = ()
    """Of the facts that the caller named, those that the gate did not let pass."""

    instructions: Sequence[Source] = ()
    """Sentences of assistants, tools and pages that tell their reader what to do: nothing is claimed from them."""

    redacted: Mapping[str, int] = field(default_factory=dict)
    """Secrets that were replaced by a label before anything was stored, by sort."""

    change: int = 0
    """The number of this call in the journal: `undo(call=…)` takes it back. 0: nothing was changed."""

    warnings: Sequence[str] = ()
    usage: Usage = field(default_factory=Usage)

    @property
    def ok(self) -> bool:
        """Whether all that was asked for is done: nothing is pending, and nothing went wrong."""
        return not (self.pending or self.unembedded or self.warnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flushed:
    """What came of waiting for background jobs."""

    done: int = 0
    pending: int = 0
    """Jobs that are still to be done, dead ones included."""

    errors: Sequence[str] = ()
    """Why jobs failed, one sentence each; they are tried again, or dead (`doctor` shows which)."""

    usage: Usage = field(default_factory=Usage)

    @property
    def ok(self) -> bool:
        """Whether everything was done."""
        return not (self.pending or self.errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What `forget` did."""

    retired: Sequence[str] = ()
    """Ids of turns and facts that recall no longer returns; `restore` brings them back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """One place that says what is believed."""

    source: Source
    quote: str
    """The very words."""

    turn: Turn
    """The message that they stand in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What a fact rests on."""

    fact: Fact
    testimony: Sequence[Testimony] = ()
    """First said first."""

    entries: Sequence[JournalEntry] = ()
    """What the journal has of it, oldest first: each change, what caused it and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A fact as it was believed at two moments."""

    before: Fact
    after: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """How what was believed at one moment differs from what was believed at another; forgotten facts are not believed."""

    added: Sequence[Fact] = ()
    gone: Sequence[Fact] = ()
    changed: Sequence[Revision] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.changed)


def difference(before: Sequence[Fact], after: Sequence[Fact]) -> Diff:
    """Return how two lists of facts, each with a fact once, differ."""
    old, new = {fact.id: fact for fact in before}, {fact.id: fact for fact in after}
    return Diff(
        added=[fact for id_, fact in new.items() if id_ not in old],
        gone=[fact for id_, fact in old.items() if id_ not in new],
        changed=[
            Revision(before=old[id_], after=fact)
            for id_, fact in new.items()
            if id_ in old and fact.revision != old[id_].revision
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How much a partition, or a whole store, holds."""

    partitions: int = 0
    turns: int = 0
    """Retired ones included."""

    retired: int = 0
    """Turns that were forgotten."""

    facts: int = 0
    """Past and retired ones included."""

    refused: Mapping[str, int] = field(default_factory=dict)
    """Claims that the gate did not let pass, by reason."""

    sessions: int = 0
    documents: int = 0
    vectors: Mapping[str, int] = field(default_factory=dict)
    """Embedded documents, by embedder fingerprint."""

    bytes: int = 0
    """Size of the store on disk, write-ahead log included; 0 in memory or for one partition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that `verify` found wrong."""

    what: str
    """One of `file`, `erased`, `schema`, `journal`, `value`, `index`, `vectors`, `orphan`."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What `verify` looked at. `findings` is empty for a sound store."""

    checked: Mapping[str, int]
    """How many of each thing were checked."""

    findings: Sequence[Finding] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What `compact` did: the size of the store before and after, in bytes, write-ahead log included; 0 in memory."""

    before: int = 0
    after: int = 0

    @property
    def freed(self) -> int:
        """Bytes that the file system got back."""
        return max(0, self.before - self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far `reembed` or `reindex` has come."""

    done: int
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is to be made for documents of a partition, retired ones included."""

    partition: Partition
    unembedded: int = 0
    """Documents without vectors of the embedder in use; `reembed()` makes them."""

    outdated: int = 0
    """Documents indexed by an older version; `reindex()` rebuilds them."""

    unextracted: int = 0
    """Live turns that the extractor in use has not read; `extract()` does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the loop that `doctor` proves: `write`, `extract`, `recall`, `clean up`."""

    name: str
    ok: bool
    detail: str = ""
    """What went wrong; empty when nothing did."""

    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the engine is: what works, and what does not and why."""

    version: str
    """Lukasa's."""

    store: str
    """Which store, as it was configured."""

    embedder: str | None
    """Fingerprint of the embedder in use; `None` when there is none."""

    embedder_problem: str | None = None
    """Why recall works on full-text only, and what to do; `None` when nothing is wrong."""

    unembedded: int = 0
    """Documents without vectors of the embedder in use, in all partitions; `reembed()` makes them."""

    outdated: int = 0
    """Documents with terms that other rules made, as another version of Lukasa has them; `reindex()` mends it."""

    unextracted: int = 0
    """Live turns that the extractor in use has not read; `extract()` distils facts from them."""

    llm: str | None = None
    """Which model distils facts and answers; `None`: none is configured."""

    stages: Sequence[Stage] = ()
    """What became of each stage of the loop, if it was to be proved; the last one that is not `ok` is where it fails."""

    pending: int = 0
    """Background jobs that wait."""

    dead: Sequence[Job] = ()
    """Jobs that failed too often, each with its error; `retry()` revives them."""

    backlogs: Sequence[Backlog] = ()
    """The same by partition, where there is anything to do."""

    details: Mapping[str, str] = field(default_factory=dict)
    """What the store tells of itself, such as `schema_version` and `sqlite_version`."""

    stats: Stats = field(default_factory=Stats)
    findings: Sequence[Finding] = ()
    """What `verify` found wrong."""

    @property
    def ok(self) -> bool:
        """Whether everything works."""
        behind = self.unembedded or self.outdated or self.unextracted
        return self.embedder_problem is None and not (
            behind or self.dead or self.findings or any(not stage.ok for stage in self.stages)
        )
