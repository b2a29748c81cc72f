"""The files: one JSON object a line, a fact with the turn that says it, and with its triplets where the graph is measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lukasa.extraction.model.schemas import ExtractedFact
from lukasa_evals.datasets.files import Source
from lukasa_evals.datasets.item import Item
from lukasa_evals.errors import DatasetError

_KINDS = ("profile", "preference", "event", "plan", "procedure", "fact")
_STANCES = ("stated", "quoted", "suggested", "hypothetical")


@dataclass(frozen=True, slots=True, kw_only=True)
class StrongFact:
    """A fact of one turn."""

    conversation: str
    turn: str
    """Its id in the data set."""

    content: ExtractedFact
    """As a model would fill it in; `message` is 0 until it is known how the turns are numbered."""

    triplets: Sequence[StrongTriplet] = ()


class StrongTriplet(NamedTuple):
    """A fact as the graph variant has it: two entities, and what connects them."""

    source: str
    source_type: str
    label: str
    target: str
    target_type: str


class Place(NamedTuple):
    """Names a turn."""

    conversation: str
    turn: str


def read(folder: Path) -> Mapping[Place, Sequence[StrongFact]]:
    """Read every `*.jsonl` of a folder, by turn. Raises `DatasetError`."""
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise DatasetError(f"{str(folder)!r} has no file of facts (*.jsonl)")
    facts: dict[Place, list[StrongFact]] = defaultdict(list)
    for path in paths:
        source = Source(path)
        for line, given in source.lines():
            fact = _fact(Item.of(given, f"{source.name}, line {line}"))
            facts[Place(fact.conversation, fact.turn)].append(fact)
    return facts


def _fact(item: Item) -> StrongFact:
    kind, stance = item.text("kind"), item.text("stance")
    if kind not in _KINDS:
        raise item.refused("kind", f"must be one of {', '.join(_KINDS)}")
    if stance not in _STANCES:
        raise item.refused("stance", f"must be one of {', '.join(_STANCES)}")
    content = ExtractedFact(
        message=0,
        quote=item.text("quote"),
        text=item.text("text"),
        subject=item.text("subject"),
        kind=kind,  # type: ignore[arg-type]
        attribute=item.optional("attribute"),
        value=item.optional("value"),
        when=item.optional("when"),
        denied=item.flag("denied"),
        ended=item.flag("ended"),
        stance=stance,  # type: ignore[arg-type]
    )
    given = item.items("triplets", "triplet") if "triplets" in item.given else ()
    triplets = [StrongTriplet(*map(each.text, StrongTriplet._fields)) for each in given]
    return StrongFact(
        conversation=item.text("conversation"), turn=item.text("turn"), content=content, triplets=triplets
    )
