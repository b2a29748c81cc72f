"""What the gate does with the facts of a strong model, and with faults that are planted in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from lukasa.beliefs.believe import make_scenes
from lukasa.domain.claim import Scene
from lukasa.domain.turn import Turn
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.claims import claim_of
from lukasa.extraction.model.schemas import ExtractedFact
from lukasa.extraction.model.transcript import segments
from lukasa.gate.judge import judge
from lukasa.policy import ExtractionPolicy
from lukasa.text.rendering import speaker
from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.strong.facts import Place, StrongFact
from lukasa_evals.strong.faults import Around, planted

KEPT = "kept"


@dataclass(slots=True)
class Rulings:
    """How many facts of each sort met which ruling."""

    facts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By kind of fault."""


def rulings(
    conversations: Sequence[Conversation],
    facts: Mapping[Place, Sequence[StrongFact]],
    *,
    seed: int = 7,
    faults: int | None = None,
) -> Mapping[str, Rulings]:
    """Judge the facts of each conversation, and of each kind at most so many faults."""
    by_conversation: dict[str, Rulings] = {}
    for conversation in conversations:
        random, counted = Random(seed), Rulings()  # noqa: S311 - no secret
        cases = [
            case for session in conversation.sessions for case in _cases(conversation.id, session, facts)
        ]
        speakers = _speakers(conversation)
        broken: dict[str, list[tuple[_Case, ExtractedFact]]] = defaultdict(list)
        for case in cases:
            counted.facts[case.ruling(case.fact.content)] += 1
            for fault in planted(case.fact, _around(case, cases, speakers), random):
                broken[fault.kind].append((case, fault.fact.content))
        for kind, found in broken.items():
            chosen = found if faults is None else random.sample(found, min(faults, len(found)))
            counted.faults[kind] = Counter(case.ruling(content) for case, content in chosen)
        if cases:
            by_conversation[conversation.id] = counted
    return by_conversation


@dataclass(frozen=True, slots=True)
class _Case:
    """A fact, and what a recipe would have seen."""

    fact: StrongFact
    segment: Sequence[Turn]
    number: int
    scene: Scene

    @property
    def turn(self) -> Turn:
        return self.segment[self.number - 1]

    def ruling(self, content: ExtractedFact) -> str:
        """Return why it is refused, or that it is kept."""
        item = content.model_copy(update={"message": self.number})
        claim = claim_of(item, self.segment, guidance=Guidance(), zone=None)
        if claim is None:
            return "no such quote"
        ruling = judge(claim, self.turn, served=(), known_names=self.scene.names, earlier=self.scene.earlier)
        return ruling.reason or KEPT


def _cases(
    conversation: str, session: Session, facts: Mapping[Place, Sequence[StrongFact]]
) -> Iterator[_Case]:
    turns = [_turn(said, session) for said in session.turns]
    earlier: list[Turn] = []
    for segment in segments(turns, ExtractionPolicy()):
        scenes = make_scenes(segment, earlier[-10:], zone=None)
        for number, (turn, scene) in enumerate(zip(segment, scenes, strict=True), start=1):
            for fact in facts.get(Place(conversation, turn.id), ()):
                yield _Case(fact, segment, number, scene)
        earlier += segment


def _turn(said: Said, session: Session) -> Turn:
    at, role = said.at or session.at, said.role or "user"
    return Turn(
        id=said.id,
        role=role,
        text=f"{said.text} [shares a photo: {said.caption}]" if said.caption else said.text,
        at=at,
        recorded_at=at,
        speaker=said.speaker if said.role is None else None,
        origin="assistant" if role == "assistant" else "user",
        session=session.name,
    )


def _speakers(conversation: Conversation) -> list[str]:
    turns = (_turn(said, session) for session in conversation.sessions for said in session.turns)
    return sorted({speaker(turn) for turn in turns if turn.role == "user"})


def _around(case: _Case, cases: Sequence[_Case], speakers: Sequence[str]) -> Around:
    """Return what surrounds a case: who speaks, and of whom and of which places other turns speak."""
    contents = [other.fact.content for other in cases]
    subjects = {content.subject for content in contents if content.subject.isalpha()}
    values = {content.value for content in contents if content.attribute in _PLACED and content.value}
    return Around(
        speakers=speakers,
        people=sorted({name for name in subjects if name.istitle()} - {*speakers, "Assistant", "User"}),
        places=sorted(value for value in values if value.istitle()),
        text=case.turn.text,
    )


_PLACED = frozenset({"lives_in", "visited", "from", "born_in"})
