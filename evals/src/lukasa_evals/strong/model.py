"""A model that was strong once: it replies to extraction requests with the facts that are on file, whatever the prompt says.

Which messages are numbered how, it reads from the request, and knows each turn by its words; so any prompt and recipe can be
measured, the graph too where the facts have triplets. What it is asked beside that (summaries, how facts compare, which
relations are obsolete) it answers with nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lukasa.extraction.model.transcript import one_line
from lukasa.policy import ExtractionPolicy
from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage, ToolCall
from lukasa_evals.datasets.values import Conversation, Said
from lukasa_evals.strong.facts import Place, StrongFact, read

_NUMBERED = re.compile(r"(?m)^\[(\d+)\] ([^:\n]*): (.*)$")
_PLAIN = re.compile(r"(?m)^([^:\n]*): (.*)$")
_EXCHANGE = re.compile(r"(?m)^The (?:new )?exchange:$")
_LETTERS = 4
"""A token, about."""


@dataclass
class StrongModel:
    """See `ports/llm.py`."""

    folder: Path
    conversations: Sequence[Conversation]
    calls: dict[str, int] = field(default_factory=dict)
    """How many, by purpose."""

    def __post_init__(self) -> None:
        self.facts = read(self.folder)
        self._by_text: dict[str, list[StrongFact]] = {}
        for conversation in self.conversations:
            for said in conversation.turns():
                facts = self.facts.get(Place(conversation.id, said.id), ())
                self._by_text.setdefault(_shown(said), []).extend(facts)

    @property
    def name(self) -> str:
        """See the port."""
        return "scripted:strong"

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port. Replies in the shape that was asked for."""
        self.calls[request.purpose] = self.calls.get(request.purpose, 0) + 1
        shown = request.messages[-1].text
        usage = TokenUsage(tokens_in=sum(len(message.text) for message in request.messages) // _LETTERS)
        if request.tools:
            return LLMReply(calls=(ToolCall("add_memory", "{}"),), model=self.name, usage=usage)
        text = json.dumps(self._reply(request, shown), ensure_ascii=False)
        return LLMReply(text=text, model=self.name, usage=usage)

    def _reply(self, request: LLMRequest, shown: str) -> Mapping[str, object]:
        fields = set() if request.shape is None else set(request.shape.schema.get("properties", {}))  # type: ignore[call-overload]
        reply: dict[str, object] = {}
        if "facts" in fields:
            messages = _messages(shown)
            facts = [
                fact.content.model_copy(update={"message": number})
                for number, text in messages
                for fact in self._by_text.get(text, ())
            ]
            numbered = _NUMBERED.search(shown) is not None
            reply["facts"] = (
                [fact.model_dump() for fact in facts] if numbered else [fact.text for fact in facts]
            )
        if fields & {"entities", "relations"}:
            reply |= self._graph(shown)
        reply |= {name: [] for name in fields & {"pairs", "obsolete"}}
        reply |= dict.fromkeys(fields & {"summary"}, "")
        return {name: value for name, value in reply.items() if name in fields}

    def _graph(self, shown: str) -> Mapping[str, object]:
        """Return the entities of an exchange with their types, and its relations."""
        facts = (fact for _, text in _messages(shown) for fact in self._by_text.get(text, ()))
        triplets = [triplet for fact in facts for triplet in fact.triplets]
        types = {each.target: each.target_type for each in triplets}
        types |= {each.source: each.source_type for each in triplets}
        return {
            "entities": [{"name": name, "type": type_} for name, type_ in types.items()],
            "relations": [
                {"source": each.source, "label": each.label, "target": each.target} for each in triplets
            ],
        }

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. In one piece."""
        yield await self.complete(request)

    async def aclose(self) -> None:
        """Nothing is open."""


def _messages(shown: str) -> list[tuple[int, str]]:
    """Return the new messages of a request with their numbers; without numbers, those of the last part."""
    if numbered := [(int(number), text) for number, _, text in _NUMBERED.findall(shown)]:
        return numbered
    last = _EXCHANGE.split(shown)[-1].partition("\nEntities:\n")[0]
    return [(place, text) for place, (_, text) in enumerate(_PLAIN.findall(last), start=1)]


def _shown(said: Said) -> str:
    """Return a turn as a recipe shows it to a model."""
    text = f"{said.text} [shares a photo: {said.caption}]" if said.caption else said.text
    return one_line(text[: ExtractionPolicy().longest_turn])
