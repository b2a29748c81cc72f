"""From turns to facts: extract, gate, resolve. Reads what is known; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from lukasa.domain.change import PutFact
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.document import Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact, Trust
from lukasa.domain.journal import FactOp
from lukasa.domain.query import FactQuery
from lukasa.domain.report import Extraction
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Origin, Turn
from lukasa.pipeline.analyse import ANALYSIS_VERSION, analyse
from lukasa.pipeline.gate import Admitted, Quarantined, Ruling, judge
from lukasa.pipeline.policy import ResolvePolicy
from lukasa.pipeline.resolve import decide, lookups, outcome
from lukasa.pipeline.served import Served
from lukasa.pipeline.traits import traits
from lukasa.ports.extractor import Extractor
from lukasa.ports.store import Store

_TRUST: Mapping[Origin, Trust] = {
    "user": "high",
    "import": "high",
    "assistant": "medium",
    "tool": "low",
    "web": "low",
}


class Heard(NamedTuple):
    """What the gate said of the claims of one turn."""

    turn: Turn
    rulings: Sequence[Ruling]

    @property
    def claims(self) -> list[Claim]:
        """Those that go on: admitted, or kept apart for review."""
        return [ruling.claim for ruling in self.rulings if isinstance(ruling, Admitted | Quarantined)]


class Version(NamedTuple):
    """A version of a fact to be stored."""

    fact: Fact
    op: FactOp
    caused_by: str
    worded: bool
    """Whether its words are new, so that it needs an index entry."""


@dataclass(frozen=True, slots=True)
class Believe:
    """Everything that forming beliefs needs; nothing it doesn't."""

    store: Store
    extractor: Extractor | None
    """`None`: turns only, nothing is distilled from them."""

    served: Served
    policy: ResolvePolicy

    async def listen(
        self, partition: Partition, turns: Sequence[Turn], earlier: Sequence[Turn], *, zone: tzinfo | None
    ) -> list[Heard]:
        """Extract claims from the turns and judge them; *earlier* turns tell who is meant by "you"."""
        if self.extractor is None:
            return []
        scenes = make_scenes(turns, earlier, zone=zone)
        found = await self.extractor.claims(turns, scenes)
        served = self.served.of(partition)
        return [
            Heard(turn, [judge(claim, turn, served=served, known_names=scene.names) for claim in claims])
            for turn, scene, claims in zip(turns, scenes, found, strict=True)
        ]

    async def resolve(self, partition: Partition, heard: Sequence[Heard], *, now: datetime) -> list[Version]:
        """Compare what was heard with what is known; return the versions to store, in order."""
        if not any(each.claims for each in heard):
            return []
        known = Known(await self.store.facts(partition, _alike(each for h in heard for each in h.claims)))
        known.add(await self._derived(partition, known))
        versions: list[Version] = []
        for turn, rulings in heard:
            for ruling in rulings:
                if isinstance(ruling, Admitted | Quarantined):
                    made = _believed(ruling, turn, known, partition=partition, now=now, policy=self.policy)
                    versions += known.record(made, caused_by=turn.id)
        return versions

    def extraction(self, heard: Heard, versions: Sequence[Version]) -> Extraction:
        """Return the note that a turn was read."""
        refused = Counter(ruling.reason for ruling in heard.rulings if not isinstance(ruling, Admitted))
        facts = {version.fact.id for version in versions if version.caused_by == heard.turn.id}
        name = self.extractor.name if self.extractor else ""
        return Extraction(extractor=name, facts=len(facts), refused=dict(sorted(refused.items())))

    async def _derived(self, partition: Partition, known: Known) -> list[Fact]:
        """Return what was derived from the known facts: it becomes stale when they do."""
        if not known.facts:
            return []
        bases = FactQuery(bases=list(known.facts), include_retired=True)
        return await self.store.facts(partition, bases)


@dataclass(slots=True)
class Known:
    """The facts that claims are compared with, kept up to date as claims become facts."""

    given: InitVar[Iterable[Fact]] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    _by: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    """Ids of facts by what they are looked up by: key, slot, basis."""

    def __post_init__(self, given: Iterable[Fact]) -> None:
        self.add(given)

    def add(self, facts: Iterable[Fact]) -> None:
        """Take in facts as they are stored, or as they will be."""
        for fact in facts:
            self.facts[fact.id] = fact
            lookups = [("key", fact.key), *(("basis", basis) for basis in fact.derived_from)]
            for lookup in [*lookups, ("slot", fact.slot)] if fact.slot else lookups:
                self._by.setdefault(lookup, {})[fact.id] = None

    def like(self, claim: Claim) -> list[Fact]:
        """Return the facts that may be the same as a claim, or exclude it, and what was derived from those."""
        keys, slots = lookups(claim)
        near = self._found([("key", key) for key in keys] + [("slot", slot) for slot in slots])
        near |= self._found([("basis", id_) for id_ in near])
        return [self.facts[id_] for id_ in near]

    def _found(self, lookups: Iterable[tuple[str, str]]) -> dict[str, None]:
        return {id_: None for lookup in lookups for id_ in self._by.get(lookup, ())}

    def record(self, made: Sequence[Fact], *, caused_by: str) -> list[Version]:
        """Note new versions; return them with what each does."""
        versions = []
        for fact in made:
            before = self.facts.get(fact.id)
            versions.append(
                Version(
                    fact,
                    fact_op(before, fact),
                    caused_by,
                    worded=before is None or before.text != fact.text,
                )
            )
            self.add([fact])
        return versions


def make_scenes(turns: Sequence[Turn], earlier: Sequence[Turn], *, zone: tzinfo | None) -> list[Scene]:
    """Tell for each turn what came before it in its session, and who else speaks there."""
    everybody = [*earlier, *turns]
    speakers: dict[str | None, dict[str, None]] = {}
    for turn in everybody:
        if turn.speaker and turn.role == "user":
            speakers.setdefault(turn.session, {})[turn.speaker] = None
    names = tuple(dict.fromkeys(name for known in speakers.values() for name in known))
    last: dict[str | None, Turn] = {turn.session: turn for turn in earlier}
    scenes = []
    for turn in turns:
        others = [name for name in speakers.get(turn.session, {}) if name != turn.speaker]
        scenes.append(
            Scene(
                addressee=others[0] if len(others) == 1 else None,
                names=names,
                previous=last.get(turn.session),
                zone=zone or turn.at.tzinfo,
            )
        )
        last[turn.session] = turn
    return scenes


def trust_of(turn: Turn) -> Trust:
    """Return how far a turn's origin may be relied on."""
    trust = _TRUST[turn.origin]
    return trust if turn.role == "user" or trust != "high" else "medium"


def fact_op(before: Fact | None, after: Fact) -> FactOp:
    """Return what a new version of a fact does, for the journal. The first that holds decides."""
    if after.status == "quarantined" and (before is None or before.status != "quarantined"):
        return "quarantine"
    if before is None:
        return "believe"
    if (before.retired_at is None) != (after.retired_at is None):
        return "hide" if after.retired_at is not None else "show"
    if before.status != after.status:
        return _BY_STATUS.get(after.status, "revise")
    if (before.text, before.value, before.valid) != (after.text, after.value, after.valid):
        return "revise"
    return "confirm" if after.evidence > before.evidence else "mark"


_BY_STATUS: Mapping[str, FactOp] = {
    "superseded": "supersede",
    "retracted": "retract",
    "conflicting": "dispute",
}


def fact_document(fact: Fact, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a fact."""
    return Document(
        id=fact.id,
        kind="fact",
        terms=analyse(fact.text),
        traits=traits(fact.text),
        analysis=ANALYSIS_VERSION,
        embedding=embedding,
        fingerprint=fingerprint if embedding is not None else None,
    )


def put(version: Version, embedded: Mapping[str, Embedding], fingerprint: str | None) -> PutFact:
    """Return the change that stores a version; *embedded* has vectors by text."""
    fact = version.fact
    document = fact_document(fact, embedded.get(fact.text), fingerprint) if version.worded else None
    return PutFact(fact=fact, op=version.op, document=document, caused_by=version.caused_by)


def _alike(claims: Iterable[Claim]) -> FactQuery:
    keys: set[str] = set()
    slots: set[str] = set()
    for claim in claims:
        more_keys, more_slots = lookups(claim)
        keys.update(more_keys)
        slots.update(more_slots)
    return FactQuery(keys=sorted(keys), slots=sorted(slots), include_retired=True)


def _believed(
    ruling: Admitted | Quarantined,
    turn: Turn,
    known: Known,
    *,
    partition: Partition,
    now: datetime,
    policy: ResolvePolicy,
) -> list[Fact]:
    claim, trust = ruling.claim, trust_of(turn)
    near = known.like(claim)
    if isinstance(ruling, Quarantined):
        # It must not touch what is believed: only a fact of the same content may be it.
        keys, _ = lookups(claim)
        near = [fact for fact in near if fact.key in keys]
    verdict = decide(claim, near, said_at=turn.at, trust=trust, policy=policy)
    made = outcome(
        claim,
        verdict,
        near,
        now=now,
        said_at=turn.at,
        trust=trust,
        origin=turn.origin,
        partition=partition,
    )
    if isinstance(ruling, Quarantined):
        there = {fact.id for fact in near}
        return [fact if fact.id in there else replace(fact, status="quarantined") for fact in made]
    return made
