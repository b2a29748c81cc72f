"""Full-text search: our analysed terms as hashes in a GIN index, ranked here by the partition's own statistics.

PostgreSQL's own ranking is not used: it knows neither BM25 nor how often a term occurs in one partition. Instead:

- a token is a hash of the term, its partition and its kind of document: a posting list is one partition's and of one kind,
  and its length is the document frequency there. The index holds no word; two terms of a partition share a hash of 64 bits
  once in 10^9 vocabularies of 10^5 terms;
- a row is a passage, and says how long it is and how often it has each token.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from lukasa.adapters import bm25
from lukasa.adapters.stores.postgres.filters import conditions
from lukasa.adapters.stores.postgres.sql import Connection, Row, fetch, sql
from lukasa.domain.document import MAX_PASSAGES, Kind, Scored
from lukasa.domain.query import LexicalQuery
from lukasa.errors import StoreCorruptError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]


class PassageCounts(NamedTuple):
    """The passages of documents of one kind in a partition, as far as ranking needs them."""

    partition: UUID
    passages: int
    terms: int


class _Posting(NamedTuple):
    """The passages that have one term."""

    idf: float
    rare: bool
    rows: Rows
    lengths: Numbers
    frequencies: Numbers


_PASSAGE_BITS = (MAX_PASSAGES - 1).bit_length()


def rows_of(partition: UUID, document: int, kind: Kind, passages: Sequence[Sequence[str]]) -> list[Row]:
    """Return a document's rows in the full-text index."""
    return [
        (partition, document, place, len(terms), *_tokens(partition, kind, terms))
        for place, terms in enumerate(passages)
    ]


def _tokens(partition: UUID, kind: Kind, terms: Sequence[str]) -> tuple[list[int], list[int] | None]:
    counted = Counter(terms)
    tokens = [token(partition, kind, term) for term in counted]
    counts = list(counted.values())
    return tokens, None if all(count == 1 for count in counts) else counts


def token(partition: UUID, kind: Kind, term: str) -> int:
    """Return what stands for a term in the index."""
    digest = blake2b(term.encode(), digest_size=8, key=partition.bytes, person=kind.encode()).digest()
    return int.from_bytes(digest, signed=True)


def search(connection: Connection, counts: PassageCounts, query: LexicalQuery) -> list[Scored]:
    """Return what `Store.lexical` promises; scores and order are those of the reference store, bit for bit."""
    if query.limit <= 0 or not counts.passages or not query.terms:
        return []
    postings = _postings(connection, counts, query)
    kept = [posting for posting in postings if posting.rare] or postings
    if not kept:
        return []
    rows, scores = _ranked(counts, kept)
    return _best(connection, counts.partition, query, rows=rows, scores=scores)


def _postings(connection: Connection, counts: PassageCounts, query: LexicalQuery) -> list[_Posting]:
    """Return the postings of each term that occurs."""
    tokens = [token(counts.partition, query.kind, term) for term in query.terms]
    rows = fetch(connection, sql("postings"), {"partition": counts.partition, "tokens": tokens})
    return [_posting(row, counts, query) for row in rows if row[1]]


def _posting(row: Any, counts: PassageCounts, query: LexicalQuery) -> _Posting:
    import numpy as np  # noqa: PLC0415 - only search needs it, and it takes longer to load than all the rest

    _, count, documents, passages, lengths, frequencies = row
    numbers = np.frombuffer(documents, ">i8").astype(np.int64) << _PASSAGE_BITS
    return _Posting(
        idf=bm25.idf(counts.passages, count),
        rare=count <= query.common * counts.passages,
        rows=numbers | np.frombuffer(passages, ">i4"),
        lengths=np.frombuffer(lengths, ">i4").astype(np.float64),
        frequencies=np.frombuffer(frequencies, ">i4").astype(np.float64),
    )


def _ranked(counts: PassageCounts, postings: Sequence[_Posting]) -> tuple[Rows, Numbers]:
    """Return the rows that have any of the terms, and their scores."""
    import numpy as np  # noqa: PLC0415

    average = counts.terms / counts.passages
    parts = [bm25.weight(each.idf, each.frequencies, each.lengths, average) for each in postings]
    rows, places = np.unique(np.concatenate([each.rows for each in postings]), return_inverse=True)
    return rows, np.bincount(places, weights=np.concatenate(parts)).astype(np.float64, copy=False)


def _best(
    connection: Connection, partition: UUID, query: LexicalQuery, *, rows: Rows, scores: Numbers
) -> list[Scored]:
    """Return the best that pass the filter: ties by document, which follows `seq`, newest first, then by passage."""
    import numpy as np  # noqa: PLC0415

    test, values = conditions(None, query.filter)
    statement = sql("names_of", conditions=test)
    best: list[Scored] = []
    size = query.limit
    while len(rows) and len(best) < query.limit:
        # Sorting everything would take longer than everything else: the best `size` first, then more if need be.
        if size < len(rows):
            least = np.partition(scores, len(scores) - size)[len(scores) - size]
            chosen = np.flatnonzero(scores >= least)
        else:
            chosen = np.arange(len(rows))
        numbers = rows[chosen] & (MAX_PASSAGES - 1)
        order = np.lexsort((numbers, -(rows[chosen] >> _PASSAGE_BITS), -scores[chosen]))
        passages, order = numbers[order].tolist(), chosen[order]
        documents = (rows[order] >> _PASSAGE_BITS).tolist()
        wanted = list(dict.fromkeys(documents))
        bound = {**values, "partition": partition, "documents": wanted}
        names: dict[int, str] = dict(fetch(connection, statement, bound))
        if query.filter is None and len(names) < len(wanted):
            raise StoreCorruptError(
                "the full-text index has documents that do not exist; run `lukasa verify`"
            )
        found = zip(documents, passages, scores[order].tolist(), strict=True)
        best += [
            Scored(names[document], passage, score) for document, passage, score in found if document in names
        ]
        rest = np.ones(len(rows), dtype=bool)
        rest[chosen] = False
        rows, scores, size = rows[rest], scores[rest], size * 4
    return best[: query.limit]
