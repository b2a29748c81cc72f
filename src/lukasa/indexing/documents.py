"""Documents of any kind: their index entries, and the texts that encoders and full-text read of them."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.domain.document import Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.indexing.traits import traits
from lukasa.ports.store import Memories
from lukasa.text.analysis import ANALYSIS_VERSION, analyse
from lukasa.text.rendering import document_text


async def document_texts(store: Memories, partition: Partition, ids: Sequence[str]) -> dict[str, str]:
    """Return what is indexed of each document, by id: of a turn with its date and speaker, of a fact as it stands."""
    turns = await store.turns(partition, TurnQuery(ids=ids, include_retired=True))
    facts = await store.facts(partition, FactQuery(ids=ids, include_retired=True))
    return {turn.id: document_text(turn) for turn in turns} | {fact.id: fact.text for fact in facts}


async def said_texts(store: Memories, partition: Partition, ids: Sequence[str]) -> dict[str, str]:
    """Return the bare text of each document, by id: what traits are counted in."""
    turns = await store.turns(partition, TurnQuery(ids=ids, include_retired=True))
    facts = await store.facts(partition, FactQuery(ids=ids, include_retired=True))
    return {turn.id: turn.text for turn in turns} | {fact.id: fact.text for fact in facts}


def fact_document(fact: Fact, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a fact."""
    return Document(
        id=fact.id,
        kind="fact",
        terms=analyse(fact.text),
        traits=traits(fact.text),
        analysis=ANALYSIS_VERSION,
        embedding=embedding,
        fingerprint=fingerprint if embedding is not None else None,
    )


def document(turn: Turn, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a turn."""
    return Document(
        id=turn.id,
        kind="turn",
        terms=analyse(document_text(turn)),
        traits=traits(turn.text),
        analysis=ANALYSIS_VERSION,
        embedding=embedding,
        fingerprint=fingerprint if embedding is not None else None,
    )
