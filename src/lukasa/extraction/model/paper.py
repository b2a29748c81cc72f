"""Recipe `paper`: the Mem0 paper's two phases (§1.1, §1.2), a call for each pair of messages and a tool call for each fact.

Two things are ours. The gate refuses what neither the pair nor what was shown beside it says. And DELETE is safe unless
`delete_mode` says otherwise: the contradicting fact is stored, and the contradicted one ends; as printed, the old fact goes
and the new one is not stored, so that "I love it" and "I hate it" leave nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel

from lukasa.beliefs.believe import AskModel, JudgedTurn, KnownFacts, ModelDecision
from lukasa.beliefs.verdicts import Outcome, Verdict
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError
from lukasa.extraction.model.claims import Passage, claim_on, named_time
from lukasa.extraction.model.neighbours import Near, Neighbours
from lukasa.extraction.model.paper_graph import UpdateResolver, graph_claims
from lukasa.extraction.model.recipe import Ask, Background, ProposedClaims, request_of
from lukasa.extraction.model.schemas import (
    AddMemory,
    DeleteMemory,
    KeepMemory,
    PaperFacts,
    UpdateMemory,
)
from lukasa.extraction.model.transcript import one_line, pairs, plain
from lukasa.llm.ask import Numbered, ask_for
from lukasa.llm.fit import read
from lukasa.llm.schema import shape_of
from lukasa.policy import ExtractionPolicy
from lukasa.ports.llm import ChatMessage, LLMReply
from lukasa.prompts import load
from lukasa.text.analysis import content_words
from lukasa.text.rendering import day, speaker
from lukasa.text.sentences import sentences

DeleteMode = Literal["supersede", "paper"]

_REPAIR = "Call exactly one of the functions, with the number of a memory that is listed."

_DECISION_TOKENS = 400
"""Longest tool call."""

_GRAPH_PROMPTS = ("graph_entities", "graph_relations", "graph_update")

_TOOLS: Mapping[str, type[BaseModel]] = {
    "add_memory": AddMemory,
    "update_memory": UpdateMemory,
    "delete_memory": DeleteMemory,
    "keep_memory": KeepMemory,
}


class _NewFact(NamedTuple):
    """A fact that an operation is asked for."""

    claim: Claim
    said_at: datetime
    exchange: str
    """What the pair says."""

    def added_to(self, fact: Fact, text: str) -> str:
        """Return the words of a memory that the new fact updates: the model's, unless it puts in what nobody said.

        Then they are the new fact's own, as algorithm 1 prints it. The version before stays in the history.
        """
        known = set(content_words(f"{fact.text} {self.claim.text} {self.exchange}"))
        return text.strip() if set(content_words(text)) <= known else self.claim.text


@dataclass(frozen=True, slots=True)
class PaperRecipe:
    """Faithful to the paper where it says anything. See `Recipe`."""

    model: str
    policy: ExtractionPolicy = field(default_factory=ExtractionPolicy)
    delete_mode: DeleteMode = "supersede"
    graph: bool = False
    """Mem0^g: entities and relations too, by two more calls a pair, and one for each relation that may end others (§1.4)."""

    same_node: float = 1.0
    """Cosine of two names from which they are one node's."""

    pairs = True

    @property
    def name(self) -> str:
        used = ("paper_facts", "paper_update", *(_GRAPH_PROMPTS if self.graph else ()))
        prompts = "".join(load(prompt).fingerprint[:6] for prompt in used)
        return f"paper{'+graph' if self.graph else ''}-{prompts}-{self.model}"

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        return pairs(turns)

    async def read(self, turns: Sequence[Turn], background: Background, ask: Ask) -> ProposedClaims:
        """Return the facts of a pair: P = (S, the last m messages, the pair) → Ω."""
        longest = self.policy.longest_turn
        shown = background.shown(recent=self.policy.recent, longest=longest)
        request = request_of("paper_facts", "extract", self.policy, messages=plain(turns, longest), **shown)
        reply, whole = await ask_for(PaperFacts, request, ask)
        claims = [_fact_claim(text, turns, background) for text in dict.fromkeys(reply.facts)]
        if self.graph:
            claims += await graph_claims(turns, background, ask, self.policy)
        return ProposedClaims([_with_both(claim, turns) for claim in claims], whole=whole)

    async def opinions(
        self, heard: Sequence[JudgedTurn], known: KnownFacts, nearest: Neighbours, ask: Ask
    ) -> AskModel:
        """Ask for ADD, UPDATE, DELETE or NOOP, fact by fact: each sees what became of those before it."""
        resolver = UpdateResolver(self.policy, self.same_node)
        exchange = " ".join(each.turn.text for each in heard)

        async def opine(turn: Turn, claim: Claim, known: KnownFacts) -> ModelDecision | None:
            if claim.attribute is not None:
                return await resolver(turn, claim, known, nearest, ask=ask)
            pending = list(known.facts.values())
            (near,) = await nearest([claim.text], limit=self.policy.similar, pending=pending)
            known.add(fact for fact, _ in near if fact.id not in known.facts)
            return await self._operation(_NewFact(claim, turn.at, exchange), near, ask)

        return opine

    async def _operation(self, new: _NewFact, near: Sequence[Near], ask: Ask) -> ModelDecision | None:
        """Return what the model decides; `None` leaves it to the rules, when its call cannot be read twice."""
        if not near:
            return ModelDecision(Verdict("new"))
        facts = {fact.id: fact for fact, _ in near}
        numbers = Numbered(facts)
        memories = (
            f"{numbers.number(id_)}. ({day(fact.worded_at)}) {one_line(fact.text)}"
            for id_, fact in facts.items()
        )
        request = request_of(
            "paper_update",
            "decide",
            self.policy,
            fact=f"({day(new.said_at)}) {one_line(new.claim.text)}",
            memories="\n".join(memories),
        )
        request = replace(
            request,
            tools=tuple(shape_of(model, name) for name, model in _TOOLS.items()),
            limits=replace(request.limits, max_tokens=_DECISION_TOKENS),
        )
        repair = replace(request, messages=(*request.messages, ChatMessage("user", _REPAIR)))
        for attempt in (request, repair):
            with suppress(BadReplyError):
                return self._chosen(await ask(attempt), new, numbers, facts)
        return None

    def _chosen(
        self, reply: LLMReply, new: _NewFact, numbers: Numbered, facts: Mapping[str, Fact]
    ) -> ModelDecision:
        """Return what the tool call says; one that cannot be read, or names what was not shown, is an error."""
        match _called(reply):
            case UpdateMemory(id=number, text=text):
                fact = facts[numbers.id(number)]
                return ModelDecision(Verdict("revises", (fact.id,)), new.added_to(fact, text))
            case DeleteMemory(id=number):
                outcome: Outcome = "removes" if self.delete_mode == "paper" else "replaces"
                return ModelDecision(Verdict(outcome, (numbers.id(number),)))
            case KeepMemory(id=None):
                return ModelDecision(Verdict("ignored"))
            case KeepMemory(id=number):
                return ModelDecision(Verdict("same", (numbers.id(number),)))
            case _:
                return ModelDecision(Verdict("new"))


def _called(reply: LLMReply) -> BaseModel:
    """Return the arguments of the function that the model called. Raises `BadReplyError` when there are none to read."""
    if not reply.calls:
        raise BadReplyError("the model called no function")
    call = reply.calls[0]
    model = _TOOLS.get(call.name.rpartition(".")[2].casefold())
    if model is None:
        raise BadReplyError(f"the model called {call.name!r}, which is none of {', '.join(_TOOLS)}")
    arguments = read(call.arguments, model).value
    if arguments is None and not any(each.is_required() for each in model.model_fields.values()):
        return model()  # Models write anything where no argument is needed.
    if arguments is None:
        raise BadReplyError(f"the arguments of {call.name!r} could not be read")
    return arguments


def _fact_claim(text: str, turns: Sequence[Turn], background: Background) -> Claim:
    """Return a fact as a claim that rests on the sentences that say it: the paper's facts carry no quotation."""
    passage = _said_in(text, turns)
    subject = _subject(text, turns)
    when = named_time(None, passage, background.zone)
    return claim_on(passage, subject, text, turns=turns, when=when)


def _said_in(text: str, turns: Sequence[Turn]) -> Passage:
    """Return the shortest run of sentences that has all of a fact's words that the message has.

    It is looked for in the message that has most of the fact's words. Names need not be in it: they may stand further
    away, with a pronoun in their place.
    """
    words = set(content_words(text))
    turn = max(turns, key=lambda turn: len(words & set(content_words(f"{speaker(turn)}: {turn.text}"))))
    spans = sentences(turn.text)
    present = words & set(content_words(turn.text))
    names = set(content_words(" ".join(word for word in text.split() if not word[:1].islower())))
    wanted = present - names or present
    for size in range(1, len(spans)):
        runs = [(first[0], last[1]) for first, last in zip(spans, spans[size - 1 :], strict=False)]
        shared = [present & set(content_words(turn.text[slice(*run)])) for run in runs]
        fitting = [(len(words), run) for words, run in zip(shared, runs, strict=True) if wanted <= words]
        if fitting:
            _, (start, end) = max(fitting, key=lambda fit: fit[0])
            return Passage(turn, start, end)
    return Passage(turn, 0, len(turn.text))


def _with_both(claim: Claim, turns: Sequence[Turn]) -> Claim:
    """Return a claim with the other message of its pair, where that has words of it that its own has not, or answers it."""
    place = next(place for place, turn in enumerate(turns) if turn.id == claim.source.turn)
    told = claim.text if claim.value is None else f"{claim.subject} {claim.value}"
    named = content_words(" ".join(map(speaker, turns)))
    missing = set(content_words(told)).difference(named, content_words(turns[place].text))
    for at, other in enumerate(turns):
        answers = at > place and claim.quote.rstrip().endswith("?")
        if at != place and (answers or not missing.isdisjoint(content_words(other.text))):
            return replace(claim, beside=_said_in(claim.text, [other]).source)
    return claim


def _subject(text: str, turns: Sequence[Turn]) -> str:
    """Return the speaker that a fact begins with; otherwise its first word stands for what it is about."""
    for name in map(speaker, turns):
        if text.casefold().startswith(name.casefold()):
            return name
    return next(iter(re.findall(r"[^\W_]+", text)), "user")
