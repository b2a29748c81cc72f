"""A model that was strong once: it replies to extraction requests with the facts that are on file, whatever the prompt says.

Which messages are numbered how, it reads from the request, and finds each by the quotes that stand in it; so any prompt and
recipe can be measured. What it is asked beside that (summaries, how facts compare) it answers with nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lukasa.extraction.model.schemas import ExtractedFact
from lukasa.extraction.model.transcript import find_quote, one_line
from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage, ToolCall
from lukasa_evals.strong.facts import read

_NUMBERED = re.compile(r"(?m)^\[(\d+)\] ([^:\n]*): (.*)$")
_PLAIN = re.compile(r"(?m)^([^:\n(\[<]{1,60}): (.*)$")
_LETTERS = 4
"""A token, about."""


@dataclass
class StrongModel:
    """See `ports/llm.py`."""

    folder: Path
    calls: dict[str, int] = field(default_factory=dict)
    """How many, by purpose."""

    def __post_init__(self) -> None:
        self._facts: Mapping[str, Sequence[ExtractedFact]] = {
            f"{place.conversation}/{place.turn}": [fact.content for fact in facts]
            for place, facts in read(self.folder).items()
        }

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
            facts = list(self._found(_messages(shown)))
            numbered = _NUMBERED.search(shown) is not None
            reply["facts"] = (
                [fact.model_dump() for fact in facts] if numbered else [fact.text for fact in facts]
            )
        reply |= {name: [] for name in fields & {"pairs", "entities", "relations"}}
        return reply | dict.fromkeys(fields & {"summary"}, "")

    def _found(self, messages: Sequence[tuple[int, str]]) -> Iterator[ExtractedFact]:
        """Yield the facts of the turns that the messages are: of a turn, every quote stands in its message."""
        texts = [text for _, text in messages]
        for facts in self._facts.values():
            places = _places(facts, texts)
            if places:
                number = messages[places[0]][0]
                yield from (fact.model_copy(update={"message": number}) for fact in facts)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. In one piece."""
        yield await self.complete(request)

    async def aclose(self) -> None:
        """Nothing is open."""


def _messages(shown: str) -> list[tuple[int, str]]:
    """Return the new messages of a request with their numbers; without numbers, those of the last part."""
    if numbered := [(int(number), text) for number, _, text in _NUMBERED.findall(shown)]:
        return numbered
    last = shown.rpartition("The new exchange:")[2]
    return [(place, text) for place, (_, text) in enumerate(_PLAIN.findall(last), start=1)]


def _places(facts: Sequence[ExtractedFact], texts: Sequence[str]) -> list[int]:
    quotes = [one_line(fact.quote) for fact in facts]
    return [
        place
        for place, text in enumerate(texts)
        if all(quote in text or find_quote(quote, text) is not None for quote in quotes)
    ]
