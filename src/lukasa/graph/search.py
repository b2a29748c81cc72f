"""Which relations bear on a text, by meaning or by words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lukasa.domain.graph import Relation
from lukasa.domain.scope import Partition
from lukasa.graph.calibration import Calibration
from lukasa.indexing.encoder import Encoder
from lukasa.policy import GraphPolicy
from lukasa.retrieval.token_vectors import Floats, unit_vector
from lukasa.retrieval.warm import FactArrays, WarmPartitions
from lukasa.text.analysis import analyse, query_terms


async def bearing_on(
    text: str,
    relations: Sequence[Relation],
    partition: Partition,
    *,
    encoder: Encoder,
    warm: WarmPartitions,
    policy: GraphPolicy,
    calibration: Calibration,
) -> list[Relation]:
    """Return the relations that bear on a text, best first: by meaning, then those without a vector by shared words."""
    spec, encoded = await encoder.spec(), await encoder.query(text)
    if spec is None or not encoded.embeddings:
        return by_words(text, relations)
    facts = (await warm.get(partition, spec)).facts
    vector = unit_vector(encoded.embeddings[0].dense)
    least = await calibration.carried(policy.relevant)
    without_vector = [relation for relation in relations if not _has_vector(facts, relation)]
    return [*by_meaning(vector, facts, relations, least=least), *by_words(text, without_vector)]


def by_meaning(
    vector: Floats, facts: FactArrays, relations: Sequence[Relation], *, least: float
) -> list[Relation]:
    """Return the relations whose text has at least this cosine with a question's vector, best first.

    Those without a vector are left out: `by_words` finds them.
    """
    cosines = facts.cosines(vector)
    scored = [
        (float(cosines[facts.rows[relation.fact]]), relation)
        for relation in relations
        if _has_vector(facts, relation)
    ]
    near = [pair for pair in scored if pair[0] >= least]
    return [relation for _, relation in sorted(near, key=lambda pair: -pair[0])]


def by_words(text: str, relations: Sequence[Relation]) -> list[Relation]:
    """Return the relations that share words with a text: those with the rarest and the most of them first."""
    wanted = set(query_terms(text))
    shared = [
        wanted & {*analyse(relation.text), *analyse(relation.label.replace("_", " "))}
        for relation in relations
    ]
    counts = {term: sum(term in terms for terms in shared) for term in wanted}
    weights = {term: np.log(1 + len(relations) / count) for term, count in counts.items() if count}
    scored = [
        (sum(weights[term] for term in terms), relation)
        for terms, relation in zip(shared, relations, strict=True)
        if terms
    ]
    return [relation for _, relation in sorted(scored, key=lambda pair: (-pair[0], -pair[1].evidence))]


def _has_vector(facts: FactArrays, relation: Relation) -> bool:
    row = facts.rows.get(relation.fact)
    return row is not None and bool(facts.embedded[row])
