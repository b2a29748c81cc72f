"""From turns to facts: extract, gate, resolve. Reads what is known; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from datetime import datetime, tzinfo
from typing import NamedTuple, TypeAlias

from lukasa.beliefs import Verdict, decide, lookups, outcome
from lukasa.domain.change import PutFact
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact, Trust
from lukasa.domain.journal import FactOp
from lukasa.domain.query import FactQuery
from lukasa.domain.report import Extraction
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Origin, Turn
from lukasa.gate import Admitted, Quarantined, Ruling, judge
from lukasa.gate.echoes import Served
from lukasa.indexing.documents import fact_document
from lukasa.policy import ResolvePolicy
from lukasa.ports.extractor import Extractor
from lukasa.ports.store import Memories

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


class Opinion(NamedTuple):
    """What somebody else than the rules says of a claim: a model."""

    verdict: Verdict
    """It names only facts that are among the known ones."""

    text: str = ""
    """How the fact is to be worded; empty: as the claim is."""


Opine: TypeAlias = "Callable[[Turn, Claim, Known], Awaitable[Opinion | None]]"
"""Says how a claim stands to what is known, or leaves it to the rules (`None`). It may add to what is known."""


@dataclass(frozen=True, slots=True)
class Believe:
    """Everything that forming beliefs needs; nothing it doesn't."""

    store: Memories
    extractor: Extractor | None
    """`None`: turns only, nothing is distilled from them."""

    served: Served
    policy: ResolvePolicy
    recipe: str = ""
    """The recipe that reads turns later; what a person states needs no reading by it."""

    @property
    def name(self) -> str:
        """What turns are marked with that need not be read again."""
        return self.recipe or (self.extractor.name if self.extractor else "")

    async def listen(
        self,
        partition: Partition,
        turns: Sequence[Turn],
        earlier: Sequence[Turn],
        *,
        zone: tzinfo | None,
        later: bool = False,
    ) -> list[Heard]:
        """Extract claims from the turns and judge them; *earlier* turns tell who is meant by "you"."""
        if self.extractor is None:
            return []
        scenes = make_scenes(turns, earlier, zone=zone)
        found = await self.extractor.claims(turns, scenes)
        return self.judged(partition, turns, scenes, found, later=later)

    def judged(
        self,
        partition: Partition,
        turns: Sequence[Turn],
        scenes: Sequence[Scene],
        claims: Sequence[Sequence[Claim]],
        *,
        later: bool = False,
    ) -> list[Heard]:
        """Return what the gate says of the claims of each turn; *later*: the turns were recorded a while ago."""
        served = self.served.of(partition)
        heard = []
        for turn, scene, own in zip(turns, scenes, claims, strict=True):
            # What was served since may be this very turn.
            known = self.served.of(partition, before=turn.recorded_at) if later and own else served
            heard.append(
                Heard(turn, [judge(claim, turn, served=known, known_names=scene.names) for claim in own])
            )
        return heard

    async def known(self, partition: Partition, heard: Sequence[Heard]) -> Known:
        """Return the facts that bear on what was heard."""
        known = Known()
        alike = await self.store.facts(partition, _alike(each for h in heard for each in h.claims))
        await self.widen(partition, known, alike)
        return known

    async def widen(self, partition: Partition, known: Known, facts: Sequence[Fact]) -> None:
        """Add facts to what is known."""
        known.add(fact for fact in facts if fact.id not in known.facts)

    async def resolve(
        self,
        partition: Partition,
        heard: Sequence[Heard],
        *,
        now: datetime,
        known: Known | None = None,
        opine: Opine | None = None,
    ) -> list[Version]:
        """Compare what was heard with what is known; return the versions to store, in order.

        Each claim sees what became of the ones before it. *opine* is asked first, of what was admitted.
        """
        if not any(each.claims for each in heard):
            return []
        known = await self.known(partition, heard) if known is None else known
        versions: list[Version] = []
        for turn, rulings in heard:
            for ruling in rulings:
                if isinstance(ruling, Admitted | Quarantined):
                    admitted = opine is not None and isinstance(ruling, Admitted)
                    opinion = await opine(turn, ruling.claim, known) if opine and admitted else None
                    told = _Told(ruling, turn, opinion)
                    made = _believed(told, known, partition=partition, now=now, policy=self.policy)
                    versions += known.record(made, caused_by=turn.id)
        return versions

    def extraction(
        self, heard: Heard, versions: Sequence[Version], *, by: str = "", fallback: str = ""
    ) -> Extraction:
        """Return the note that a turn was read: by the extractor, or by a recipe that is named."""
        refused = Counter(ruling.reason for ruling in heard.rulings if not isinstance(ruling, Admitted))
        facts = {version.fact.id for version in versions if version.caused_by == heard.turn.id}
        return Extraction(
            extractor=by or self.name,
            facts=len(facts),
            refused=dict(sorted(refused.items())),
            fallback=fallback,
        )


@dataclass(slots=True)
class Known:
    """The facts that claims are compared with, kept up to date as claims become facts."""

    given: InitVar[Iterable[Fact]] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    _by: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    """Ids of facts by what they are looked up by: key, slot."""

    def __post_init__(self, given: Iterable[Fact]) -> None:
        self.add(given)

    def add(self, facts: Iterable[Fact]) -> None:
        """Take in facts as they are stored, or as they will be."""
        for fact in facts:
            self.facts[fact.id] = fact
            for lookup in [("key", fact.key), *([("slot", fact.slot)] if fact.slot else [])]:
                self._by.setdefault(lookup, {})[fact.id] = None

    def forget(self, ids: Collection[str]) -> None:
        """Count these facts as unknown."""
        for fact_id in ids:
            self.facts.pop(fact_id, None)
        for found in self._by.values():
            for fact_id in ids:
                found.pop(fact_id, None)

    def like(self, claim: Claim) -> list[Fact]:
        """Return the facts that may be the same as a claim, or exclude it."""
        keys, slots = lookups(claim)
        near = self._found([("key", key) for key in keys] + [("slot", slot) for slot in slots])
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


class _Told(NamedTuple):
    """A claim that goes on, where it stands, and what a model says of it."""

    ruling: Admitted | Quarantined
    turn: Turn
    opinion: Opinion | None


def _believed(
    told: _Told, known: Known, *, partition: Partition, now: datetime, policy: ResolvePolicy
) -> list[Fact]:
    ruling, turn, opinion = told
    claim, trust = ruling.claim, trust_of(turn)
    near = known.like(claim)
    if isinstance(ruling, Quarantined):
        # It must not touch what is believed: only a fact of the same content may be it.
        keys, _ = lookups(claim)
        near = [fact for fact in near if fact.key in keys]
    if opinion is None:
        verdict = decide(claim, near, said_at=turn.at, trust=trust, policy=policy)
    else:
        verdict, near = opinion.verdict, list(known.facts.values())
        claim = replace(claim, text=opinion.text) if opinion.text else claim
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
