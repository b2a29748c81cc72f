"""A text against triplets: which relations bear on it, by meaning or by words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lukasa.domain.graph import Relation
from lukasa.retrieval.token_vectors import Floats
from lukasa.retrieval.warm import FactArrays
from lukasa.text.analysis import analyse, query_terms


def by_meaning(
    vector: Floats, facts: FactArrays, relations: Sequence[Relation], *, least: float
) -> list[Relation]:
    """Return the relations whose text has at least this cosine with a question's vector, best first.

    Those without a vector are left out: `by_words` finds them.
    """
    cosines = facts.dense[: facts.size] @ vector
    rows = {relation.fact: facts.rows[relation.fact] for relation in relations if has_vector(facts, relation)}
    near = [
        relation for relation in relations if relation.fact in rows and cosines[rows[relation.fact]] >= least
    ]
    return sorted(near, key=lambda relation: -float(cosines[rows[relation.fact]]))


def has_vector(facts: FactArrays, relation: Relation) -> bool:
    """Tell whether the text of a relation has a vector."""
    row = facts.rows.get(relation.fact)
    return row is not None and bool(facts.embedded[row])


def by_words(question: str, relations: Sequence[Relation]) -> list[Relation]:
    """Return the relations that share words with a question: those with the rarest and the most of them first."""
    wanted = set(query_terms(question))
    shared = [
        (wanted & {*analyse(relation.text), *analyse(relation.label.replace("_", " "))})
        for relation in relations
    ]
    having = {term: sum(term in each for each in shared) for term in wanted}
    weights = {term: np.log(1 + len(relations) / count) for term, count in having.items() if count}
    scored = [
        (sum(weights[term] for term in each), relation)
        for each, relation in zip(shared, relations, strict=True)
        if each
    ]
    return [relation for _, relation in sorted(scored, key=lambda pair: (-pair[0], -pair[1].evidence))]
