"""The gate: what may become a fact, what waits for review, what is refused, and why. The same for every extractor. Pure.

The questions are asked in an order that gives the most telling reason; each is one function. Authority holds however the
others are deceived: only the user is believed about the user and about what is to be done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lukasa.domain.attribute import ALIAS, attribute
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.fact import KIND_TRAITS
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source, Turn
from lukasa.gate.echoes import RUN, Echoes, is_echo
from lukasa.gate.ground import Ground
from lukasa.gate.grounding import support
from lukasa.gate.instructions import (
    addresses,
    instructions_in,
    instructs,
    is_testimony,
    poses,
    speaks_of_user,
)
from lukasa.gate.junk import junk_in
from lukasa.gate.pasted import OthersWords
from lukasa.gate.rulings import Ruling
from lukasa.text.analysis import analyse, stem_set, term_of
from lukasa.text.patterns import WordLists
from lukasa.text.secrets import redact, redact_json
from lukasa.text.sentences import sentences

SENTINELS = ("Zorblax", "Quimbletree", "Vantorix", "Mirbelune", "Plonkwitz", "Ostrafell")
"""Invented people, places and firms of the worked examples in prompts: a claim that names one was copied from a prompt."""


_LISTS = WordLists("lukasa.gate", "grounding")

_LABEL = "[REDACTED:"

_AROUND = 300
"""Characters on either side of a quote that are searched for an instruction: one that is split over several sentences
or claims still lies near."""


@dataclass(frozen=True)
class _ClaimCase:
    """What a question is asked about."""

    claim: Claim
    ground: Ground
    served: Collection[str]
    others: OthersWords

    @property
    def turn(self) -> Turn:
        return self.ground.turn

    @cached_property
    def sentence(self) -> str:
        """The sentences that the quote lies in, within `_SIGHT` of it."""
        source = self.claim.source
        first = max(0, source.start - _SIGHT)
        near = self.turn.text[first : source.end + _SIGHT]
        quoted = range(source.start - first, source.end - first)
        spans = [span for span in sentences(near) if span[0] < quoted.stop and quoted.start < span[1]]
        return near[spans[0][0] : spans[-1][1]] if spans else self.claim.quote

    @cached_property
    def support(self) -> float | None:
        """How much of the claim was said; `None`: it is not to be believed."""
        return support(self.claim, self.ground, self.sentence)

    @property
    def is_own(self) -> bool:
        """Whether a person says it in words of their own, rather than in words that are quoted or pasted."""
        about, source = self.is_about(self.turn.speaker or ""), self.claim.source
        return is_testimony(self.turn) and not self.others.hold(source.start, source.end, about_speaker=about)

    @property
    def is_answered(self) -> bool:
        """Whether others than a person say it in one exchange with a person, who lets it stand."""
        return not is_testimony(self.turn) and any(map(is_testimony, self.ground.together))

    @property
    def hails_a_speaker(self) -> bool:
        """Whether a person calls another one who speaks here by a name ("Thanks, Kate!"): the quote has the name alone."""
        claim = self.claim
        hails = claim.attribute == ALIAS and claim.subject in self.ground.names and is_testimony(self.turn)
        return hails and bool(claim.value) and (claim.value or "") in claim.quote

    @property
    def is_about_user(self) -> bool:
        """Whether it is about somebody who speaks here, or about `the user`."""
        return any(map(self.is_about, (*self.ground.names, "user"))) or speaks_of_user(
            f"{self.claim.text}\n{self.claim.quote}"
        )

    @property
    def is_report(self) -> bool:
        """Whether it tells what somebody proposed or told, and not that it is so: "The assistant recommended …"."""
        return not stem_set(_LISTS["reports"]).isdisjoint(analyse(self.claim.text))

    @property
    def is_assistants_report(self) -> bool:
        """Whether it tells what the assistant itself said or made, and nothing of the user."""
        by_assistant = self.turn.role == self.turn.origin == "assistant"
        about = {name.casefold() for name in (*self.ground.names, "user", "the user")}
        told = by_assistant and self.claim.subject.casefold() not in about
        return told and term_of("assistant") in analyse(self.claim.text)

    def is_about(self, name: str) -> bool:
        """Whether it is about the one of this name, or tells how things are to be done for them."""
        claim = self.claim
        own = KIND_TRAITS[claim.kind].instructs or claim.subject.casefold() in {"user", "the user"}
        return own or claim.subject.casefold() == name.casefold()


def judge(
    claim: Claim,
    turn: Turn,
    *,
    served: Collection[str],
    known_names: Collection[str] = (),
    earlier: Sequence[Turn] = (),
) -> Ruling:
    """Rule on a claim that was read from *turn*.

    *served* are fingerprints of what Lukasa gave to the agent (`echoes.py`); *known_names* are people whom a pronoun of the
    quote can mean; *earlier* is what was said before in the session.
    """
    return _ruling(claim, Ground(turn, earlier, known_names), served, OthersWords(turn.text))


def _ruling(claim: Claim, ground: Ground, served: Collection[str], others: OthersWords) -> Ruling:
    case = _ClaimCase(claim, ground, served, others)
    for question in _OF_AN_EXCHANGE if ground.together else _QUESTIONS:
        ruling = question(case)
        if ruling is not None:
            return ruling
    said = 1.0 if case.hails_a_speaker else case.support or 0.0
    if case.is_assistants_report and KIND_TRAITS[claim.kind].users_own:
        claim = replace(claim, kind="fact", attribute=None, value=None)
    return Ruling(claim if said == 1 else replace(claim, confidence=claim.confidence * said))


@dataclass(frozen=True, slots=True)
class Judge:
    """The `Gate` of an engine: it knows what was served to whom."""

    served: Echoes

    def rulings(
        self,
        partition: Partition,
        turns: Sequence[Turn],
        scenes: Sequence[Scene],
        claims: Iterable[Sequence[Claim]],
        *,
        later: bool = False,
    ) -> Iterator[list[Ruling]]:
        """Yield the rulings on each turn's claims; *later*: the turns were recorded a while ago."""
        served_now = self.served.of(partition)
        for turn, scene, own in zip(turns, scenes, claims, strict=True):
            if not own:
                yield []
                continue
            # What was served since then may be this very turn.
            served = self.served.of(partition, before=turn.recorded_at) if later else served_now
            ground = Ground.of(turn, scene)
            others = OthersWords(turn.text)
            yield [_ruling(claim, ground, served, others) for claim in own]

    def instructions(self, turn: Turn) -> list[Source]:
        """Return the sentences that instruct, where the speaker may not."""
        return instructions_in(turn)


# --- the questions, in their order -----------------------------------------------------------------------------------


def _from_an_example(case: _ClaimCase) -> Ruling | None:
    claim = case.claim
    terms = set(analyse(" ".join((claim.text, claim.subject, claim.value or "", claim.quote))))
    return Ruling(claim, "example") if terms & stem_set(" ".join(SENTINELS)) else None


def _with_a_secret(case: _ClaimCase) -> Ruling | None:
    claim = case.claim
    texts = (claim.text, claim.quote, claim.value or "", claim.subject, claim.attribute or "")
    # Of what was redacted before, a label is left, and it says nothing about anybody.
    secret = any(_LABEL in text or redact(text).labels for text in texts)
    return Ruling(claim, "secret") if secret or redact_json(dict(claim.metadata))[1] else None


def _without_ground(case: _ClaimCase) -> Ruling | None:
    grounded = case.hails_a_speaker or case.support is not None
    return None if grounded else Ruling(case.claim, "ungrounded")


def _instructing(case: _ClaimCase) -> Ruling | None:
    """Quarantine what tells the assistant what to do; said by the user, it is a procedure."""
    claim, turn = case.claim, case.turn
    if turn.origin == "user" and case.is_own:
        # Who says how things are to be done speaks neither of "the user" nor to assistants at large.
        forged = KIND_TRAITS[claim.kind].instructs and poses(case.sentence)
        return Ruling(claim, "instruction", quarantined=True) if forged else None
    near = turn.text[max(0, claim.source.start - _AROUND) : claim.source.end + _AROUND]
    if any(instructs(text) for text in (claim.quote, claim.text, near)):
        return Ruling(claim, "instruction", quarantined=True)
    return None


def _without_authority(case: _ClaimCase) -> Ruling | None:
    """Believe only the user about who they are, what they prefer and plan, and how things are to be done.

    The kind is the extractor's word, and a model can be talked into another: what an attribute, the subject or the wording
    shows to be of those kinds counts as such. What a person quotes or pastes is another's word.
    """
    claim, turn = case.claim, case.turn
    if case.is_own or case.is_answered:
        return None
    if is_testimony(turn):
        return Ruling(claim, "not said by the user", quarantined=True)
    definition = attribute(claim.attribute) if claim.attribute else None
    if case.is_assistants_report:
        return None
    own = KIND_TRAITS[claim.kind].users_own or (definition is not None and definition.users_own)
    if not own and not case.is_about_user:
        return None
    if turn.role == "assistant" or turn.origin == "assistant":
        return Ruling(claim, "not said by the user")
    return Ruling(claim, "not said by the user", quarantined=True)


def _not_stated(case: _ClaimCase) -> Ruling | None:
    """Refuse what was not stated; what a page or a tool tells its reader is no statement either.

    That something was proposed or told is stated, where the claim says just that.
    """
    claim = case.claim
    told = claim.stance in {"quoted", "suggested"} and case.is_report
    addressed = not is_testimony(case.turn) and not case.is_assistants_report and addresses(claim.quote)
    return Ruling(claim, "not stated") if addressed or not (told or claim.stance == "stated") else None


def _not_lasting(case: _ClaimCase) -> Ruling | None:
    junk = None if case.is_assistants_report else junk_in(case.claim)
    return None if junk is None else Ruling(case.claim, junk)


def _served_before(case: _ClaimCase) -> Ruling | None:
    """Refuse what copies our own words: the sentence that was quoted, or, from others than the user, the claim.

    A user may say in other words what was served once, and mean that it is so again.
    """
    claim, turn = case.claim, case.turn
    if not case.served:
        return None
    quoted = claim.quote if len(claim.quote.split()) >= RUN else case.sentence
    if is_echo(quoted, case.served) or (not is_testimony(turn) and is_echo(claim.text, case.served)):
        return Ruling(claim, "served")
    return None


_QUESTIONS = (
    _from_an_example,
    _with_a_secret,
    _without_ground,
    _instructing,
    _without_authority,
    _not_stated,
    _not_lasting,
    _served_before,
)

_OF_AN_EXCHANGE = tuple(question for question in _QUESTIONS if question not in {_not_stated, _not_lasting})
"""Of turns that were read together, the reader says what is stated and what will matter."""


_SIGHT = 400
"""Characters; a sentence that is longer is compared in part."""
