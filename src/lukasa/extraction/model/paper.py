"""Recipe `paper`: the Mem0 paper's two phases (§1.1, §1.2), a call for each pair of messages and a tool call for each fact.

Two things are ours. The gate judges the facts like any other's, so that nothing is stored that was not said. And DELETE is
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
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError
from lukasa.extraction.model.claims import CONFIDENCE, mistaken, named_time, resolved
from lukasa.extraction.model.neighbours import Near, Nearest
from lukasa.extraction.model.paper_graph import triplets
from lukasa.extraction.model.recipe import Ask, Background, Reading
from lukasa.extraction.model.schemas import AddMemory, DeleteMemory, KeepMemory, PaperFacts, UpdateMemory
from lukasa.extraction.model.segment import pairs
from lukasa.extraction.model.transcript import one_line, plain
from lukasa.llm.ask import Numbered, ask_for
from lukasa.llm.fit import read
from lukasa.llm.schema import shape_of
from lukasa.policy import DistilPolicy
from lukasa.ports.llm import ChatMessage, Limits, LLMReply, LLMRequest, Shape
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
class MessagePairs:
    """Faithful to the paper where it says anything."""

    model: str
    policy: DistilPolicy = field(default_factory=DistilPolicy)
    delete_mode: DeleteMode = "supersede"
    graph: bool = False
    """Mem0^g: entities and relations too, by two more calls a pair (paper §1.4)."""

    @property
    def name(self) -> str:
        """See `Recipe`."""
        prompts = load("paper_facts").fingerprint[:6] + load("paper_update").fingerprint[:6]
        return f"paper{'+graph' if self.graph else ''}-{prompts}-{self.model}"

    @property
    def pairs(self) -> bool:
        """See `Recipe`."""
        return True

    def batches(self, turns: Sequence[Turn]) -> list[list[Turn]]:
        """See `Recipe`."""
        return pairs(turns)

    async def read(self, turns: Sequence[Turn], background: Background, ask: Ask) -> Reading:
        """Return the facts of a pair: P = (S, the last m messages, the pair) → Ω."""
        guidance = background.guidance.written()
        messages = load("paper_facts").fill(
            guidance=f"{guidance}\n" if guidance else "",
            summary=one_line(background.summary) or "(none yet)",
            earlier=plain(background.recent[-self.policy.recent :], self.policy.longest_turn) or "(none)",
            messages=plain(turns, self.policy.longest_turn),
        )
        request = LLMRequest(messages=messages, purpose="extract", limits=self._limits())
        found, whole = await ask_for(PaperFacts, request, ask)
        claims: dict[str, list[Claim]] = {}
        for text in dict.fromkeys(found.facts):
            turn = _teller(text, turns)
            claim = _claim(text, turn, turns, background)
            if not mistaken(claim.subject, claim.quote, turn, turns):
                claims.setdefault(turn.id, []).append(claim)
        if self.graph:
            for turn, claim in await triplets(turns, background, ask, self.policy):
                claims.setdefault(turn.id, []).append(claim)
        return Reading(claims, whole=whole)

    async def opinions(self, heard: Sequence[Heard], known: Known, nearest: Nearest, ask: Ask) -> Opine:
        """Ask for ADD, UPDATE, DELETE or NOOP, fact by fact: each sees what became of those before it."""

        async def opine(_: Turn, claim: Claim, known: Known) -> Opinion | None:
            if claim.attribute is not None:
                return None  # A triplet: what it contradicts is found by its label.
            pending = list(known.facts.values())
            (near,) = await nearest([claim.text], limit=self.policy.similar, pending=pending)
            known.add(each.fact for each in near if each.fact.id not in known.facts)
            return await self._operation(claim, near, ask)

        return opine

    async def _operation(self, claim: Claim, near: Sequence[Near], ask: Ask) -> Opinion | None:
        """Return what the model decides; `None` leaves it to the rules, when it cannot be understood twice."""
        numbers = Numbered(each.fact.id for each in near)
        facts = {each.fact.id: each.fact for each in near}
        if not near:
            return Opinion(New())
        messages = load("paper_update").fill(
            fact=one_line(claim.text),
            memories="\n".join(
                f"{numbers.number(id_)}. {one_line(fact.text)}" for id_, fact in facts.items()
            ),
        )
        request = LLMRequest(
            messages=messages,
            purpose="decide",
            tools=_tools(),
            limits=replace(self._limits(), max_tokens=400),
        )
        for again in (request, replace(request, messages=(*messages, ChatMessage("user", _REPAIR)))):
            with suppress(BadReplyError):
                return self._chosen(await ask(again), claim, numbers, facts)
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

    def _limits(self) -> Limits:
        return Limits(max_tokens=self.policy.reply_tokens, timeout=self.policy.timeout)


def _called(reply: LLMReply) -> tuple[str, BaseModel | None]:
    """Return the function that the model called, with its arguments."""
    if not reply.calls:
        raise BadReplyError("the model called no function")
    call = reply.calls[0]
    model = _TOOLS.get(call.name.rpartition(".")[2].casefold())
    if model is None:
        return call.name, None
    if model is AddMemory:
        return call.name, AddMemory()
    found = read(call.arguments, model)
    if found.value is None:
        raise BadReplyError(f"the arguments of {call.name!r} could not be read")
    return call.name, found.value


def _augmented(claim: Claim, known: Fact, text: str) -> Opinion:
    """Return an UPDATE that adds and loses nothing; where it does not, the new fact stands beside the known one.

    The paper asks for more information than before, and does not say what that is: here, every telling word of the known
    fact must still be there, and every one of the new text must come from one of the two.
    """
    merged, before, new = (set(content_words(each)) for each in (text, known.text, claim.text))
    if before < merged <= before | new:
        return Opinion(Revises(known.id, ("text",)), text.strip())
    return Opinion(New())


def _claim(text: str, turn: Turn, turns: Sequence[Turn], background: Background) -> Claim:
    """Return a fact of the model as a claim that rests on the sentences that say it: the paper's facts carry no quotation."""
    start, end = _sentences_of(text, turn)
    quote = turn.text[start:end]
    when = named_time(None, quote, turn, background.zone)
    claim = Claim(
        subject=_subject(text, turns),
        text=text.strip(),
        kind="fact",
        source=Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker),
        quote=quote,
        confidence=CONFIDENCE,
    )
    return replace(claim, resolved=resolved(claim, turns, when, said=turn))


def _sentences_of(text: str, turn: Turn) -> tuple[int, int]:
    """Return the shortest run of sentences that has all of a fact's words that the message has.

    Names apart: they may stand further away, with a pronoun in their place.
    """
    spans = sentences(turn.text)
    told = set(content_words(text)) & set(content_words(turn.text))
    named = set(content_words(" ".join(word for word in text.split() if not word[:1].islower())))
    wanted = told - named or told
    for size in range(1, len(spans)):
        runs = [(first[0], last[1]) for first, last in zip(spans, spans[size - 1 :], strict=False)]
        shared = [told & set(content_words(turn.text[slice(*run)])) for run in runs]
        fitting = [(len(each), run) for each, run in zip(shared, runs, strict=True) if wanted <= each]
        if fitting:
            return max(fitting, key=lambda each: each[0])[1]
    return 0, len(turn.text)


def _teller(text: str, turns: Sequence[Turn]) -> Turn:
    """Return the message that has most of a fact's words."""
    words = set(content_words(text))
    return max(turns, key=lambda turn: len(words & set(content_words(f"{speaker(turn)}: {turn.text}"))))


def _subject(text: str, turns: Sequence[Turn]) -> str:
    """Return the speaker that a fact begins with; otherwise its first words stand for what it is about."""
    names = [speaker(turn) for turn in turns]
    begun = [name for name in names if text.casefold().startswith(name.casefold())]
    return begun[0] if begun else next(iter(re.findall(r"[^\W_]+", text)), "user")


def _tools() -> tuple[Shape, ...]:
    return tuple(shape_of(model, name) for name, model in _TOOLS.items())
