"""Are the facts that are believed right? Counted against labels: what is true now, what was, and what nobody said of the user.

A labels file is JSON lines: `conversation`, `subject`, `attribute`, `value`, `status` (`current` or `past`), `evidence`; or
`not_about_user` with words that must not be believed of the user. The conversations are in Lukasa's own JSONL.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from lukasa import Fact, Memory
from lukasa.domain.attribute import attribute as known_attribute
from lukasa.domain.fact import KIND_TRAITS
from lukasa.text.analysis import content_words

Judgement = Literal["right", "outdated", "wrong value", "not the user's", "unlabelled"]
"""`outdated`: believed now, and it was so before. `unlabelled`: the labels say nothing of it."""

_SAME = {
    "wife": "partner", "husband": "partner", "girlfriend": "partner", "boyfriend": "partner", "daughter": "child", "son": "child",
    "children": "child", "mother": "parent", "father": "parent", "sister": "sibling", "brother": "sibling", "grandson": "relative",
    "granddaughter": "relative", "cousin": "relative", "aunt": "relative", "family": "relative", "roommate": "friend",
    "medication": "takes", "medical_condition": "has_condition", "health": "has_condition", "injury": "has_condition", "lived_in": "lives_in",
    "worked_at": "works_at", "worked_as": "works_as", "former_job": "works_as", "owned": "owns", "sold": "owns", "drives": "owns",
    "studied": "studies", "marital_status": "relationship_status", "last_name": "name",
}  # fmt: skip
"""Attributes of labels by the attribute of Lukasa that says the same."""

_ENOUGH = 0.5
"""Share of the content words of a fact's value that a label must have."""


class Label(NamedTuple):
    """What is, or was, true; or (`attribute` empty) what must not be believed."""

    conversation: str
    attribute: str
    value: str
    current: bool


@dataclass(slots=True)
class Believed:
    """What came of the facts of all conversations."""

    judged: list[tuple[str, Fact, Judgement]] = field(default_factory=list)
    labels: Counter[tuple[str, bool]] = field(default_factory=Counter)
    found: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def share(self, *judgements: Judgement) -> float:
        """Return the share of believed facts with one of these judgements."""
        return sum(judgement in judgements for *_, judgement in self.judged) / max(len(self.judged), 1)

    @property
    def precision(self) -> float:
        """Of the facts that the labels speak of, the share that is right."""
        return self.share("right") / max(1 - self.share("unlabelled"), 1e-9)

    @property
    def recall(self) -> float:
        """Of the labels, the share that is believed with its status."""
        return sum(self.found.values()) / max(sum(self.labels.values()), 1)


def measure(turns: Path, labels: Path, *, conversations: Iterable[str] | None = None) -> Believed:
    """Remember each conversation in a store of its own, without a model, and judge what is believed in the end."""
    wanted, said, told = set(conversations or ()), defaultdict(list), defaultdict(list)
    for row in _rows(turns):
        if "text" in row and (not wanted or row["conversation"] in wanted):
            said[row["conversation"]].append(row)
    for row in _rows(labels):
        text = row.get("not_about_user")
        label = Label(
            row["conversation"],
            "" if text else row["attribute"],
            text or row["value"],
            row.get("status") == "current",
        )
        told[label.conversation].append(label)
    result = Believed()
    for name, messages in said.items():
        _judge(name, _facts(messages), told[name], result)
    return result


def _rows(path: Path) -> Iterable[dict[str, str]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def _facts(messages: Sequence[dict[str, str]]) -> list[Fact]:
    with Memory.open("memory:", embedder="none") as memory:
        handle = memory.of(user="user")
        for message in messages:
            handle.remember(
                [{"role": message["role"], "content": message["text"]}],
                at=message["at"],
                session=message["session"],
            )
        return list(handle.facts(status=["current", "superseded", "conflicting"]))


def _judge(name: str, facts: Sequence[Fact], labels: Sequence[Label], result: Believed) -> None:
    for fact in facts:
        if not fact.negated:
            result.judged.append((name, fact, judge(fact, labels)))
    for label in labels:
        if label.attribute:
            result.labels[label.attribute, label.current] += 1
            matches = (fact for fact in facts if _is_current(fact) == label.current and _says(fact, label))
            result.found[label.attribute, label.current] += any(matches)


def judge(fact: Fact, labels: Sequence[Label]) -> Judgement:
    """Judge a fact against the labels of its conversation."""
    words = set(content_words(fact.value or fact.text))
    if any(
        not label.attribute and len(words & set(content_words(label.value))) > _ENOUGH * len(words)
        for label in labels
    ):
        return "not the user's"
    said = [label for label in labels if _says(fact, label)]
    if said and KIND_TRAITS[fact.kind].happens:
        return "right"  # it took place, or was planned, whatever is so now
    if any(label.current == _is_current(fact) for label in said):
        return "right"
    if said and _is_current(fact):
        return "outdated"
    definition = known_attribute(fact.attribute) if fact.attribute else None
    single = definition is not None and definition.cardinality == "single"
    if (
        single
        and _is_current(fact)
        and any(label.current and _same(label.attribute) == fact.attribute for label in labels)
    ):
        return "wrong value"
    return "right" if said else "unlabelled"


def _is_current(fact: Fact) -> bool:
    return fact.status != "superseded"


def _same(attribute: str) -> str:
    return _SAME.get(attribute, attribute)


def _says(fact: Fact, label: Label) -> bool:
    """Whether a fact says what a label does: the same attribute, or one that either does not have, and the words."""
    if not label.attribute:
        return False
    attribute, known = _same(label.attribute), known_attribute(_same(label.attribute)) is not None
    happens = fact.attribute in {
        None,
        "did",
        "plans",
        "got",
        "attended",
        "visited",
        "stopped",
        "moved_to",
        "does",
        "likes",
    }
    if attribute != fact.attribute and known and not happens:
        return False
    words, wanted = set(content_words(fact.value or fact.text)), set(content_words(label.value))
    return bool(words) and len(words & wanted) >= _ENOUGH * len(words)
