"""From turns to versions of facts. Reads what is known; writes nothing.

The path, in order:

1. `Believe.extract`    the extractor proposes claims, and the gate judges each (`JudgedTurn`)
2. `Believe.known`      the facts that may be the same, or exclude a claim, are read (`KnownFacts`)
3. `Believe.resolve`    claim by claim: place it among those facts (`PlacedClaim`), decide (by rules, or a model's
                        `ModelDecision`), and draw up the versions that follow (`outcome`)
4. `put`                each version becomes a change, which the caller applies together with its own
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from itertools import chain
from typing import NamedTuple, TypeAlias

from lukasa.beliefs import PlacedClaim, Verdict, decide, lookups, outcome
from lukasa.beliefs.edits import fact_op
from lukasa.domain.change import Extraction, PutFact
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.journal import FactOp
from lukasa.domain.query import FactQuery
from lukasa.domain.report import RefusedFact
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source, Turn
from lukasa.gate.rulings import Gate, Reason, Ruling
from lukasa.indexing.documents import fact_document
from lukasa.off_loop import collected, computed, gathered, is_little, off_loop
from lukasa.policy import ResolvePolicy
from lukasa.ports.extractor import ComputingExtractor, Extractor
from lukasa.ports.memories import Memories
from lukasa.text.secrets import redact


class JudgedTurn(NamedTuple):
    """A turn, with what the gate said of its claims."""

    turn: Turn
    rulings: Sequence[Ruling]
    instructions: Sequence[Source] = ()
    """Sentences that nothing is claimed from: they instruct, and come from who may not."""

    @property
    def pending(self) -> list[Ruling]:
        """The claims that go on: admitted, or kept apart for review."""
        return [ruling for ruling in self.rulings if ruling.reason is None or ruling.quarantined]

    @property
    def reasons(self) -> Counter[str]:
        """How often something in the turn was not believed, by why."""
        found: Counter[str] = Counter(ruling.reason for ruling in self.rulings if ruling.reason)
        if self.instructions:
            found["instruction"] += len(self.instructions)
        return found


Candidates: TypeAlias = "Callable[[Sequence[Turn | None]], Iterable[Claim | Reason]]"
"""Makes claims of facts that the caller found in the turns of a call (`None`: nothing may rest on it): of each its claim, or why
there is none."""


class JudgedCandidates(NamedTuple):
    """What the gate said of the facts that the caller found."""

    turns: Sequence[JudgedTurn] = ()
    refused: Sequence[RefusedFact] = ()


class Version(NamedTuple):
    """A version of a fact to be stored."""

    fact: Fact
    op: FactOp
    caused_by: str
    worded: bool
    """Whether its words are new, so that it needs an index entry."""


class ModelDecision(NamedTuple):
    """What a model decided about a claim, in place of the rules."""

    verdict: Verdict
    """It names only facts that are among the known ones."""

    text: str = ""
    """How the fact is to be worded; empty: as the claim is."""


AskModel: TypeAlias = "Callable[[Turn, Claim, KnownFacts], Awaitable[ModelDecision | None]]"
"""Decides about a claim, or leaves it to the rules (`None`). It may add to the known facts."""


@dataclass(frozen=True, slots=True)
class Believe:
    """The path from turns to versions of facts, with what it depends on."""

    store: Memories
    extractor: Extractor | None
    """`None`: turns are only stored."""

    gate: Gate
    policy: ResolvePolicy
    recipe: str = ""
    """The recipe that reads turns later; what a person states needs no reading by it."""

    @property
    def name(self) -> str:
        """What turns are marked with that need not be read again."""
        return self.recipe or (self.extractor.name if self.extractor else "")

    async def extract(
        self,
        partition: Partition,
        turns: Sequence[Turn],
        earlier: Sequence[Turn],
        *,
        zone: tzinfo | None,
        later: bool = False,
    ) -> list[JudgedTurn]:
        """Extract claims from the turns and judge them; *earlier* turns show who "you" is."""
        if self.extractor is None:
            return []
        spoken = [turn for turn in turns if turn.is_spoken]
        before = [turn for turn in earlier if turn.is_spoken]
        scenes = await computed(len(spoken), make_scenes, spoken, before, zone=zone)
        claims: Iterable[Sequence[Claim]] = ()
        if isinstance(self.extractor, ComputingExtractor):
            claims = map(self.extractor.extract, spoken, scenes)
        elif spoken:
            claims = await self.extractor.claims(spoken, scenes)
        rulings = iter(self.gate.rulings(partition, spoken, scenes, claims, later=later))
        return await collected(
            JudgedTurn(turn, next(rulings) if turn.is_spoken else [], self.gate.instructions(turn))
            for turn in turns
        )

    async def judge(
        self,
        partition: Partition,
        turns: Sequence[Turn],
        scenes: Sequence[Scene],
        claims: Sequence[Sequence[Claim]],
        *,
        later: bool = False,
    ) -> list[JudgedTurn]:
        """Let the gate judge the claims of each turn; *later*: the turns were recorded a while ago."""
        rulings = self.gate.rulings(partition, turns, scenes, claims, later=later)
        return await collected(JudgedTurn(turn, own) for turn, own in zip(turns, rulings, strict=True))

    async def judge_candidates(
        self,
        partition: Partition,
        candidates: Candidates,
        turns: Sequence[Turn | None],
        earlier: Sequence[Turn],
        *,
        scene: Scene,
    ) -> JudgedCandidates:
        """Judge the facts that the caller found, as those of an extractor; *scene*: zone and further names of the call."""
        made = await collected(candidates(turns))
        of_turn: dict[str, list[tuple[int, Claim]]] = {}
        for number, each in enumerate(made):
            if isinstance(each, Claim):
                of_turn.setdefault(each.source.turn, []).append((number, each))
        spoken = [turn for turn in turns if turn is not None and turn.is_spoken]
        scenes = [
            replace(own, names=(*own.names, *scene.names))
            for own in make_scenes(spoken, [turn for turn in earlier if turn.is_spoken], zone=scene.zone)
        ]
        claims = [[claim for _, claim in of_turn.get(turn.id, ())] for turn in spoken]
        judged = await self.judge(partition, spoken, scenes, claims, later=True)
        refused = [
            RefusedFact(fact=number, reason=why) for number, why in enumerate(made) if isinstance(why, str)
        ]
        refused += [
            RefusedFact(fact=number, reason=ruling.reason, quarantined=ruling.quarantined)
            for each in judged
            for (number, _), ruling in zip(of_turn.get(each.turn.id, ()), each.rulings, strict=True)
            if ruling.reason
        ]
        in_order = sorted(refused, key=lambda refusal: refusal.fact)
        return JudgedCandidates([each for each in judged if each.rulings], tuple(in_order))

    async def known(self, partition: Partition, judged: Sequence[JudgedTurn]) -> KnownFacts:
        """Return the facts that bear on the claims."""
        known = KnownFacts()
        claims = await computed(len(judged), _claims, judged)
        little = is_little(len(claims), sum(len(claim.text) for claim in claims))
        query = await gathered(map(lookups, claims), _looking_for, at_once=little)
        known.add(await self.store.facts(partition, query))
        for subject, attribute in await computed(len(claims), _endable, claims):
            known.add(await self.store.facts(partition, FactQuery(subject=subject, attribute=attribute)))
        return known

    async def resolve(
        self,
        partition: Partition,
        judged: Sequence[JudgedTurn],
        *,
        now: datetime,
        known: KnownFacts | None = None,
        ask_model: AskModel | None = None,
    ) -> list[Version]:
        """Compare claims with the known facts; return the versions to store, in order.

        Each claim sees what became of the ones before it. A model is asked about admitted claims only.
        """
        pending = await computed(len(judged), _pending, judged)
        if not pending:
            return []
        known = await self.known(partition, pending) if known is None else known
        follow = partial(self._followed, known=known, now=now, partition=partition)
        if ask_model is None:
            followed = (follow(ruling, each.turn, None) for each in pending for ruling in each.pending)
            return await gathered(followed, lambda versions: list(chain.from_iterable(versions)))
        versions: list[Version] = []
        for each in pending:
            for ruling in each.pending:
                asks = not ruling.quarantined
                decision = await ask_model(each.turn, ruling.claim, known) if asks else None
                versions += await off_loop(follow, ruling, each.turn, decision)
        return versions

    def _followed(
        self,
        ruling: Ruling,
        turn: Turn,
        decision: ModelDecision | None,
        *,
        known: KnownFacts,
        now: datetime,
        partition: Partition,
    ) -> list[Version]:
        """Return the versions of facts that follow from a claim, and count them as known."""
        claim, quarantined = ruling.claim, ruling.quarantined
        # A model may name any fact that it was shown, alike or not.
        facts = known.like(claim) if decision is None else list(known.facts.values())
        if decision is not None:
            claim = replace(claim, text=redact(decision.text).text or claim.text)
        elif quarantined:
            # It must not touch what is believed: only a fact of the same content may be it.
            keys, _ = lookups(claim)
            facts = [fact for fact in facts if fact.key in keys]
        placed = PlacedClaim.of(claim, turn, facts)
        verdict = decide(placed, self.policy) if decision is None else decision.verdict
        versions = outcome(placed, verdict, now=now, partition=partition)
        if quarantined:
            ids = {fact.id for fact in facts}
            versions = [fact if fact.id in ids else replace(fact, status="quarantined") for fact in versions]
        return known.record(versions, caused_by=turn.id)

    def extractions(
        self, judged: Sequence[JudgedTurn], versions: Sequence[Version]
    ) -> Iterator[tuple[str, Extraction]]:
        """Yield the note of each turn that was read, by the turn's id."""
        caused: dict[str, list[Version]] = {}
        for version in versions:
            caused.setdefault(version.caused_by, []).append(version)
        for each in judged:
            yield each.turn.id, self.extraction(each, caused.get(each.turn.id, []))

    def extraction(
        self, judged: JudgedTurn, versions: Sequence[Version], *, by: str = "", fallback: str = ""
    ) -> Extraction:
        """Return the note that a turn was read: by the extractor, or by the recipe named in *by*."""
        facts = {version.fact.id for version in versions if version.caused_by == judged.turn.id}
        return Extraction(
            extractor=by or self.name,
            facts=len(facts),
            refused=dict(sorted(judged.reasons.items())),
            fallback=fallback,
        )


@dataclass(slots=True)
class KnownFacts:
    """The facts that claims are compared with, kept up to date as claims become facts."""

    facts: dict[str, Fact] = field(default_factory=dict)
    _index: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    """Ids of facts by what they are looked up by: key, slot."""

    def add(self, facts: Iterable[Fact]) -> None:
        """Take in facts as they are stored, or as they will be."""
        for fact in facts:
            self.facts[fact.id] = fact
            entries = [
                ("key", fact.key),
                ("slot", fact.slot or ""),
                (fact.subject.casefold(), fact.attribute or ""),
            ]
            for entry in entries:
                self._index.setdefault(entry, {})[fact.id] = None

    def forget(self, ids: Collection[str]) -> None:
        """Count these facts as unknown."""
        for fact_id in ids:
            self.facts.pop(fact_id, None)
            for entry in self._index.values():
                entry.pop(fact_id, None)

    def like(self, claim: Claim) -> list[Fact]:
        """Return the facts that may be the same as a claim, or exclude it."""
        keys, slots = lookups(claim)
        entries = [*(("key", key) for key in keys), *(("slot", slot) for slot in slots)]
        entries += [(subject.casefold(), attribute) for subject, attribute in _endable([claim])]
        ids = {fact_id: None for entry in entries for fact_id in self._index.get(entry, ())}
        return [self.facts[fact_id] for fact_id in ids]

    def record(self, facts: Sequence[Fact], *, caused_by: str) -> list[Version]:
        """Take in new versions; return them with what each does."""
        versions = []
        for fact in facts:
            before = self.facts.get(fact.id)
            worded = before is None or before.text != fact.text
            versions.append(Version(fact, fact_op(before, fact), caused_by, worded))
            self.add([fact])
        return versions


def _pending(judged: Sequence[JudgedTurn]) -> list[JudgedTurn]:
    return [turn for turn in judged if turn.pending]


def _looking_for(found: Sequence[tuple[Iterable[str], Iterable[str]]]) -> FactQuery:
    """Return the query for the facts that have one of the keys or slots of claims."""
    return FactQuery(
        keys=sorted({key for keys, _ in found for key in keys}),
        slots=sorted({slot for _, slots in found for slot in slots}),
        include_retired=True,
    )


def _endable(claims: Iterable[Claim]) -> list[tuple[str, str]]:
    """Return whose attributes claims may end."""
    return sorted({(claim.subject, ending.attribute) for claim in claims for ending in claim.ends})


def _claims(judged: Sequence[JudgedTurn]) -> list[Claim]:
    return [ruling.claim for turn in judged for ruling in turn.pending]


_PAIR = 2
_GROUND = 12
"""Turns before one on which its facts may rest: what `that one` means was said not long ago."""


def make_scenes(turns: Sequence[Turn], earlier: Sequence[Turn], *, zone: tzinfo | None) -> list[Scene]:
    """Return for each turn what came before it in its session, and who speaks there. Other sessions of a call make no difference."""
    speakers: dict[str | None, dict[str, None]] = {}
    for turn in (*earlier, *turns):
        if turn.speaker and turn.role == "user":
            speakers.setdefault(turn.session, {})[turn.speaker] = None
    said: dict[str | None, tuple[Turn, ...]] = {}
    for turn in earlier:
        said[turn.session] = (*said.get(turn.session, ()), turn)
    scenes = []
    for turn in turns:
        here = speakers.get(turn.session, {})
        # In a crowd, nobody is "you".
        others = [name for name in here if name != turn.speaker] if len(here) <= _PAIR else []
        before = said.get(turn.session, ())
        scenes.append(
            Scene(
                addressee=others[0] if len(others) == 1 else None,
                names=tuple(here),
                previous=before[-1] if before else None,
                earlier=before[-_GROUND:],
                zone=zone or turn.at.tzinfo,
            )
        )
        said[turn.session] = (*before[-_GROUND:], turn)
    return scenes


def put(version: Version, embedded: Mapping[str, Embedding], fingerprint: str | None) -> PutFact:
    """Return the change that stores a version; *embedded* has vectors by text."""
    fact = version.fact
    document = fact_document(fact, embedded.get(fact.text), fingerprint) if version.worded else None
    return PutFact(fact=fact, op=version.op, document=document, caused_by=version.caused_by)
