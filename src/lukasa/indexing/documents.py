"""Documents of turns and facts: their index entries, and the texts that encoders and full-text read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lukasa.domain.document import MAX_PASSAGES, Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.policy import EMBEDDED_PASSAGES
from lukasa.ports.memories import Memories
from lukasa.text.analysis import ANALYSIS_VERSION, analyse
from lukasa.text.passages import passages
from lukasa.text.rendering import document_text


async def contents(store: Memories, partition: Partition, ids: Sequence[str]) -> list[Turn | Fact]:
    """Return the turns and facts that documents belong to, retired ones included."""
    turns = await store.turns(partition, TurnQuery(ids=ids, include_retired=True))
    facts = await store.facts(partition, FactQuery(ids=ids, include_retired=True))
    return [*turns, *facts]


def passage_texts(content: Turn | Fact) -> list[str]:
    """Return what is indexed, passage by passage: of a turn each with its date and speaker; a fact is one, as it stands."""
    if isinstance(content, Fact):
        return [content.text]
    spans = passages(content.text)
    if len(spans) > MAX_PASSAGES:
        spans[MAX_PASSAGES - 1 :] = [spans[MAX_PASSAGES - 1]._replace(end=spans[-1].end)]
    return [document_text(content, content.text[start:end]) for start, end in spans]


def encoded_texts(content: Turn | Fact) -> list[str]:
    """Return the passages that get vectors, as the encoder reads them."""
    return passage_texts(content)[:EMBEDDED_PASSAGES]


def document_of(
    content: Turn | Fact, embeddings: Sequence[Embedding] = (), fingerprint: str | None = None
) -> Document:
    """Return the index entry."""
    return with_vectors(indexed(content, passage_texts(content)), embeddings, fingerprint)


def indexed(content: Turn | Fact, texts: Sequence[str], words: dict[str, str] | None = None) -> Document:
    """Return the index entry of what has these passages, without vectors.

    Entries that share *words* keep each term once: of many, that saves most of their memory.
    """
    analysed = [analyse(text) for text in texts]
    if words is not None:
        analysed = [[words.setdefault(term, term) for term in terms] for terms in analysed]
    return Document(
        id=content.id,
        kind="fact" if isinstance(content, Fact) else "turn",
        passages=analysed,
        words=len(content.text.split()),
        analysis=ANALYSIS_VERSION,
    )


def with_vectors(document: Document, embeddings: Sequence[Embedding], fingerprint: str | None) -> Document:
    """Return an index entry with the vectors of its passages, if there are any."""
    return replace(document, embeddings=embeddings, fingerprint=fingerprint) if embeddings else document


def fact_document(fact: Fact, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a fact."""
    return document_of(fact, [] if embedding is None else [embedding], fingerprint)
