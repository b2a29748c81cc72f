"""Recipe `paper`: the Mem0 paper's two phases (§1.1, §1.2), a call for each pair of messages and a tool call for each fact.

Two things are ours. The gate judges the facts like any others, so that nothing is stored that was not said. And DELETE is
safe unless `delete_mode` says otherwise: the contradicting fact is stored, and the contradicted one ends; as printed, the
old fact goes and the new one is not stored, so that "I love it" and "I hate it" leave nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import BaseModel

from lukasa.beliefs.believe import Heard, Known, Opine, Opinion
from lukasa.beliefs.verdicts import New, Removes, Replaces, Revises, Same
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError
from lukasa.extraction.model.claims import CONFIDENCE, Passage, mistaken, named_time, resolved
from lukasa.extraction.model.neighbours import Near, Nearest
from lukasa.extraction.model.paper_graph import relation_claims
from lukasa.extraction.model.recipe import Ask, Background, ProposedClaims, by_turn, limits_of
from lukasa.extraction.model.schemas import AddMemory, DeleteMemory, KeepMemory, PaperFacts, UpdateMemory
from lukasa.extraction.model.transcript import one_line, pairs, plain
from lukasa.llm import Numbered, read, shape_of
from lukasa.llm.ask import ask_for
from lukasa.policy import DistilPolicy
from lukasa.ports.llm import ChatMessage, LLMReply, LLMRequest
from lukasa.prompts import load
from lukasa.text.analysis import content_words
from lukasa.text.rendering import speaker
from lukasa.text.sentences import sentences

DeleteMode = Literal["supersede", "paper"]

_REPAIR = "Call exactly one of the functions, with the number of a memory that is listed."

_TOOLS: Mapping[str, type[BaseModel]] = {
    "add_memory": AddMemory,
    "update_memory": UpdateMemory,
    "delete_memory": DeleteMemory,
    "keep_memory": KeepMemory,
}


@dataclass(frozen=True, slots=True)
class PaperRecipe:
    """Faithful to the paper where it says anything. See `Recipe`."""

    model: str
    policy: DistilPolicy = field(default_factory=DistilPolicy)
    delete_mode: DeleteMode = "supersede"
    graph: bool = False
    """Mem0^g: entities and relations too, by two more calls a pair (paper §1.4)."""

    pairs = True

    @property
    def name(self) -> str:
        prompts = load("paper_facts").fingerprint[:6] + load("paper_update").fingerprint[:6]
        return f"paper{'+graph' if self.graph else ''}-{prompts}-{self.model}"

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        return pairs(turns)

    async def read(self, turns: Sequence[Turn], background: Background, ask: Ask) -> ProposedClaims:
        """Return the facts of a pair: P = (S, the last m messages, the pair) → Ω."""
        longest = self.policy.longest_turn
        messages = load("paper_facts").fill(
            messages=plain(turns, longest), **background.shown(recent=self.policy.recent, longest=longest)
        )
        request = LLMRequest(messages=messages, purpose="extract", limits=limits_of(self.policy))
        reply, whole = await ask_for(PaperFacts, request, ask)
        claims = [_claim(text, turns, background) for text in dict.fromkeys(reply.facts)]
        if self.graph:
            claims += await relation_claims(turns, background, ask, self.policy)
        return ProposedClaims(by_turn(claim for claim in claims if claim), whole=whole)

    async def opinions(self, heard: Sequence[Heard], known: Known, nearest: Nearest, ask: Ask) -> Opine:
        """Ask for ADD, UPDATE, DELETE or NOOP, fact by fact: each sees what became of those before it."""

        async def opine(_: Turn, claim: Claim, known: Known) -> Opinion | None:
            if claim.attribute is not None:
                return None  # A relation: what it contradicts is found by its label.
            pending = list(known.facts.values())
            (near,) = await nearest([claim.text], limit=self.policy.similar, pending=pending)
            known.add(each.fact for each in near if each.fact.id not in known.facts)
            return await self._operation(claim, near, ask)

        return opine

    async def _operation(self, claim: Claim, near: Sequence[Near], ask: Ask) -> Opinion | None:
        """Return what the model decides; `None` leaves it to the rules, when its call cannot be read twice."""
        if not near:
            return Opinion(New())
        facts = {each.fact.id: each.fact for each in near}
        numbers = Numbered(facts)
        memories = (f"{numbers.number(id_)}. {one_line(fact.text)}" for id_, fact in facts.items())
        messages = load("paper_update").fill(fact=one_line(claim.text), memories="\n".join(memories))
        request = LLMRequest(
            messages=messages,
            purpose="decide",
            tools=tuple(shape_of(model, name) for name, model in _TOOLS.items()),
            limits=replace(limits_of(self.policy), max_tokens=400),
        )
        repair = replace(request, messages=(*messages, ChatMessage("user", _REPAIR)))
        for attempt in (request, repair):
            with suppress(BadReplyError):
                return self._chosen(await ask(attempt), claim, numbers, facts)
        return None

    def _chosen(self, reply: LLMReply, claim: Claim, numbers: Numbered, facts: Mapping[str, Fact]) -> Opinion:
        """Return what the tool call says; one that cannot be read, or names what was not shown, is an error."""
        name, arguments = _called(reply)
        match arguments:
            case UpdateMemory(id=number, text=text):
                return _augmented(claim, facts[numbers.id(number)], text)
            case DeleteMemory(id=number):
                fact_id = numbers.id(number)
                return Opinion(Removes((fact_id,)) if self.delete_mode == "paper" else Replaces((fact_id,)))
            case KeepMemory(id=None):
                return Opinion(Removes(()))
            case KeepMemory(id=number):
                return Opinion(Same(numbers.id(number)))
            case AddMemory():
                return Opinion(New())
        raise BadReplyError(f"the model called {name!r}, which is none of {', '.join(_TOOLS)}")


def _called(reply: LLMReply) -> tuple[str, BaseModel | None]:
    """Return the function that the model called, with its arguments; `None`: there is no such function."""
    if not reply.calls:
        raise BadReplyError("the model called no function")
    call = reply.calls[0]
    model = _TOOLS.get(call.name.rpartition(".")[2].casefold())
    if model is None:
        return call.name, None
    if model is AddMemory:
        return call.name, AddMemory()
    arguments = read(call.arguments, model).value
    if arguments is None:
        raise BadReplyError(f"the arguments of {call.name!r} could not be read")
    return call.name, arguments


def _augmented(claim: Claim, fact: Fact, text: str) -> Opinion:
    """Return an UPDATE that adds and loses nothing; where it does not, the new fact stands beside the known one.

    The paper asks for more information than before, and does not say what that is: here, every content word of the known
    fact must still be there, and every one of the new text must come from one of the two.
    """
    merged, before, new = (set(content_words(each)) for each in (text, fact.text, claim.text))
    if before < merged <= before | new:
        return Opinion(Revises(fact.id, ("text",)), text.strip())
    return Opinion(New())


def _claim(text: str, turns: Sequence[Turn], background: Background) -> Claim | None:
    """Return a fact as a claim that rests on the sentences that say it: the paper's facts carry no quotation."""
    passage = _passage(text, turns)
    subject = _subject(text, turns)
    if mistaken(subject, passage, turns):
        return None
    when = named_time(None, passage, background.zone)
    return Claim(
        subject=subject,
        text=text.strip(),
        kind="fact",
        source=passage.source,
        quote=passage.quote,
        resolved=resolved(subject, text.strip(), passage, turns=turns, when=when),
        confidence=CONFIDENCE,
    )


def _passage(text: str, turns: Sequence[Turn]) -> Passage:
    """Return the shortest run of sentences that has all of a fact's words that the message has.

    It is looked for in the message that has most of the fact's words. Names need not be in it: they may stand further
    away, with a pronoun in their place.
    """
    words = set(content_words(text))
    turn = max(turns, key=lambda turn: len(words & set(content_words(f"{speaker(turn)}: {turn.text}"))))
    spans = sentences(turn.text)
    said = words & set(content_words(turn.text))
    names = set(content_words(" ".join(word for word in text.split() if not word[:1].islower())))
    wanted = said - names or said
    for size in range(1, len(spans)):
        runs = [(first[0], last[1]) for first, last in zip(spans, spans[size - 1 :], strict=False)]
        shared = [said & set(content_words(turn.text[slice(*run)])) for run in runs]
        fitting = [(len(each), run) for each, run in zip(shared, runs, strict=True) if wanted <= each]
        if fitting:
            return Passage(turn, *max(fitting, key=lambda each: each[0])[1])
    return Passage(turn, 0, len(turn.text))


def _subject(text: str, turns: Sequence[Turn]) -> str:
    """Return the speaker that a fact begins with; otherwise its first word stands for what it is about."""
    for name in map(speaker, turns):
        if text.casefold().startswith(name.casefold()):
            return name
    return next(iter(re.findall(r"[^\W_]+", text)), "user")
