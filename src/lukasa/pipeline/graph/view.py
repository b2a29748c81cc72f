"""Facts → the graph. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lukasa.domain.fact import Fact
from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.ids import content_id
from lukasa.domain.scope import Partition
from lukasa.pipeline.graph.labels import DISTINCT, NAMING, relates, type_of_value
from lukasa.pipeline.graph.naming import Names, kinship
from lukasa.pipeline.rules.kin import ATTRIBUTE_OF


def graph_of(facts: Sequence[Fact], partition: Partition) -> Graph:
    """Return entities and relations of facts: whatever versions and statuses are handed in, nothing is left out.

    A subject that facts tell of like of a person is one. A value is of the type that its attribute asks for.
    """
    names, types = _named(facts)
    ids = {root: content_id("e", partition, list(root)) for root in names.groups()}
    relations = [
        Relation(
            source=ids[names.root(fact.subject)],
            label=fact.attribute,
            target=ids[names.root(fact.value)],
            fact=fact.id,
            text=fact.text,
            valid=fact.valid,
            status=fact.status,
            negated=fact.negated,
            confidence=fact.confidence,
            evidence=fact.evidence,
            sources=fact.sources,
        )
        for fact in facts
        if fact.attribute is not None and fact.value is not None and relates(fact.attribute)
    ]
    return Graph(entities=_entities(facts, names, types, ids), relations=relations)


def _named(facts: Sequence[Fact]) -> tuple[Names, dict[tuple[str, ...], Counter[str]]]:
    """Return every name that facts speak of, joined, and of what type each is said to be."""
    names = Names()
    said: dict[tuple[str, ...], Counter[str]] = {}
    for fact in facts:
        said.setdefault(names.add(fact.subject, fact.evidence), Counter())["person"] += 1
        if fact.attribute is None or fact.value is None:
            continue
        if relates(fact.attribute):
            # What a value is, its attribute says; what a subject is, only its facts suggest.
            said.setdefault(names.add(fact.value, fact.evidence), Counter())[
                type_of_value(fact.attribute)
            ] += 100
        elif fact.attribute in NAMING:
            names.add(fact.value)
        elif fact.attribute == DISTINCT:
            names.apart(fact.subject, fact.value)
    for fact in facts:
        if fact.attribute in NAMING and fact.value is not None and not fact.negated:
            names.join(fact.subject, fact.value)
    names.join_parts(words for words, types in said.items() if types.most_common(1)[0][0] == "person")
    _join_relatives(facts, names)
    types: dict[tuple[str, ...], Counter[str]] = {}
    for words, counts in said.items():
        types.setdefault(names.root(" ".join(words)), Counter()).update(counts)
    return names, types


def _join_relatives(facts: Sequence[Fact], names: Names) -> None:
    """Join "Ana's sister" with whom a fact calls that, if it is one alone."""
    phrases = {fact.subject: found for fact in facts if (found := kinship(fact.subject)) is not None}
    for phrase, (whose, kin) in phrases.items():
        called = {
            fact.value
            for fact in facts
            if fact.attribute == ATTRIBUTE_OF[kin]
            and fact.value is not None
            and names.root(fact.subject) == names.root(whose)
            and kin in fact.text.casefold()
        }
        if len(called) == 1:
            names.join(phrase, called.pop())


def _entities(
    facts: Sequence[Fact],
    names: Names,
    types: dict[tuple[str, ...], Counter[str]],
    ids: dict[tuple[str, ...], str],
) -> dict[str, Entity]:
    told: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        about = {names.root(fact.subject)}
        if fact.attribute is not None and fact.value is not None and relates(fact.attribute):
            about.add(names.root(fact.value))
        for root in about:
            told.setdefault(root, []).append(fact)
    entities = {}
    for root, written in names.groups().items():
        own = told.get(root, [])
        times = [source.at for fact in own for source in fact.sources]
        entities[ids[root]] = Entity(
            id=ids[root],
            name=written[0],
            type=types[root].most_common(1)[0][0] if root in types else "person",
            aliases=tuple(dict.fromkeys(written[1:])),
            facts=tuple(dict.fromkeys(fact.id for fact in own)),
            mentions=sum(fact.evidence for fact in own),
            first_seen=min(times, default=None),
            last_seen=max(times, default=None),
        )
    return entities
