"""Full-text search: our analysed terms in FTS5, ranked here by the partition's own statistics.

FTS5 stores the posting lists; what it offers beyond is not used. Its `bm25()` counts the documents of all partitions,
and looks up a size for every row that it ranks. Instead:

- a token is the term behind the name of its pool (`12.coffee`, for facts `12f.coffee`), so a posting list is one
  partition's and of one kind, and its length is the document frequency there;
- a row is a passage; its id is the document's number, its own number and its length, so that a list alone is enough to
  compute BM25;
- a term that a passage has n > 1 times is also indexed as `12.coffee~n`; such lists are short.

Reading whole lists is exact, and cheap: about 0.1 µs a posting.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import apsw

from lukasa.adapters import bm25
from lukasa.adapters.rows import unpacked
from lukasa.adapters.stores.sqlite.filters import conditions
from lukasa.adapters.stores.sqlite.sql import Values, fetch, sql
from lukasa.domain.document import MAX_PASSAGES, Kind, Scored
from lukasa.domain.query import LexicalQuery
from lukasa.errors import StoreCorruptError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

TABLE = "documents_fts"

FORMAT = "2"
"""How tokens and row ids are made. Raise it when that changes, and every store is indexed again when it is opened."""

_EVERY = "d"
"""A token of every indexed passage: its frequency tells whether rows were lost."""

_LENGTH_BITS = 12
_LONGEST = (1 << _LENGTH_BITS) - 1
"""Longer passages have this in their row id; their length is looked up."""

_PASSAGE_BITS = (MAX_PASSAGES - 1).bit_length()
_DOCUMENT_SHIFT = _PASSAGE_BITS + _LENGTH_BITS
"""Row ids of neighbours are near each other, and so take little room: hence no more bits than are needed."""

_MAX_TOKEN = 200
"""FTS5 cuts off tokens beyond some 32 KB. Long ones are hashed well before."""

_ESCAPES = {code: f"%{code:02x}" for code in range(128) if not (chr(code).isdigit() or chr(code).islower())}
"""The tokenizer folds ASCII letters and splits at ASCII signs, and leaves all else as it is."""


class Counts(NamedTuple):
    """The passages of documents of one kind in a partition, as far as ranking needs them."""

    pool: str
    passages: int
    terms: int


def row_id(document: int, passage: int, length: int) -> int:
    """Return a passage's row in the full-text index."""
    return document << _DOCUMENT_SHIFT | passage << _LENGTH_BITS | min(length, _LONGEST)


def document_of(row: int) -> tuple[int, int]:
    """Return whose passage a row is, and its length, as far as the row says it."""
    return row >> _DOCUMENT_SHIFT, row & _LONGEST


def rows_of(document: int, pool: str, passages: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Return a document's rows in the full-text index."""
    return [
        (row_id(document, number, len(terms)), tokens(pool, terms)) for number, terms in enumerate(passages)
    ]


def pool(partition: int, kind: Kind) -> str:
    """Return what a partition's documents of one kind are indexed under."""
    return str(partition) if kind == "turn" else f"{partition}f"


def tokens(pool: str, terms: Sequence[str]) -> str:
    """Return a passage's terms as the text that FTS5 splits at its spaces."""
    return " ".join(_tokens(pool, terms))


def _tokens(pool: str, terms: Sequence[str]) -> Iterator[str]:
    yield _EVERY
    for term, count in Counter(terms).items():
        token = token_of(pool, term)
        yield token
        if count > 1:
            yield f"{token}~{count}"


def token_of(pool: str, term: str) -> str:
    """Return a term as FTS5 has it."""
    escaped = term.translate(_ESCAPES)
    if len(escaped) > _MAX_TOKEN:
        escaped = "!" + blake2b(term.encode(), digest_size=20).hexdigest()
    return f"{pool}.{escaped}"


def lost_rows(connection: apsw.Connection) -> bool:
    """Whether the index is absent, of another format, or has not as many rows as live documents have passages."""
    if connection.execute(sql("meta"), {"name": TABLE}).get != FORMAT:
        return True
    try:
        indexed = connection.execute(sql("posting_count"), {"token": _EVERY}).get or 0
    except (apsw.SQLError, apsw.CorruptError):
        return True
    return bool(indexed != connection.execute(sql("live_count")).get)


def fill(connection: apsw.Connection) -> None:
    """Index every live document; the index must be empty."""
    connection.execute(sql("set_meta"), {"name": TABLE, "value": FORMAT})
    documents = fetch(connection, sql("live_documents"))
    connection.executemany(
        sql("index_document"),
        (
            row
            for document, partition, kind, _, _, terms in documents
            for row in rows_of(document, pool(partition, kind), unpacked(terms))
        ),
    )


def search(connection: apsw.Connection, counts: Counts, query: LexicalQuery) -> list[Scored]:
    """Return what `Store.lexical` promises; scores and order are those of the reference store, bit for bit."""
    if query.limit <= 0 or not counts.passages:
        return []
    weighted = _wanted(connection, counts, query)
    if not weighted:
        return []
    rows, scores = _ranked(connection, counts, weighted)
    return _best(connection, query, rows=rows, scores=scores)


def _wanted(connection: apsw.Connection, counts: Counts, query: LexicalQuery) -> list[tuple[str, float]]:
    """Return token and idf of each term that occurs and is not too common."""
    found = []
    for term in query.terms:
        token = token_of(counts.pool, term)
        count = connection.execute(sql("posting_count"), {"token": token}).get
        if count:
            found.append((token, bm25.idf(counts.passages, count), count <= query.common * counts.passages))
    kept = [(token, idf) for token, idf, rare in found if rare]
    return kept or [(token, idf) for token, idf, _ in found]


def _ranked(
    connection: apsw.Connection, counts: Counts, weighted: Sequence[tuple[str, float]]
) -> tuple[Rows, Numbers]:
    """Return the rows that have any of the tokens, and their scores."""
    import numpy as np  # noqa: PLC0415 - only search needs it, and it takes longer to load than all the rest

    average = counts.terms / counts.passages
    lists, parts = [], []
    for token, idf in weighted:
        rows = _postings(connection, token)
        frequency = _frequencies(connection, token, rows)
        lists.append(rows)
        parts.append(bm25.weight(idf, frequency, _lengths(connection, rows), average))
    if len(lists) == 1:
        return lists[0], parts[0]
    rows, places = np.unique(np.concatenate(lists), return_inverse=True)
    return rows, np.bincount(places, weights=np.concatenate(parts)).astype(np.float64, copy=False)


def _postings(connection: apsw.Connection, token: str) -> Rows:
    import numpy as np  # noqa: PLC0415

    joined = connection.execute(sql("postings"), {"phrase": f'"{token}"'}).get
    return np.fromstring(joined or "", dtype=np.int64, sep=",")


def _frequencies(connection: apsw.Connection, token: str, rows: Rows) -> Numbers:
    """Return how often each of the rows has the token."""
    import numpy as np  # noqa: PLC0415

    frequencies = np.ones(len(rows))
    bounds = {"first": f"{token}~", "last": f"{token}~~"}
    for (repeated,) in fetch(connection, sql("repeated"), bounds):
        places = np.searchsorted(rows, _postings(connection, repeated))
        frequencies[places] = int(repeated.rpartition("~")[2])
    return frequencies


def _lengths(connection: apsw.Connection, rows: Rows) -> Numbers:
    lengths = (rows & _LONGEST).astype(float)
    long = lengths == _LONGEST
    if long.any():
        documents = (rows[long] >> _DOCUMENT_SHIFT).tolist()
        values: Values = {"documents": json.dumps(sorted(set(documents)))}
        known = {
            document: [length] if terms is None else [*map(len, unpacked(terms))]
            for document, length, terms in fetch(connection, sql("lengths"), values)
        }
        numbers = ((rows[long] >> _LENGTH_BITS) & (MAX_PASSAGES - 1)).tolist()
        lengths[long] = [known[document][number] for document, number in zip(documents, numbers, strict=True)]
    return lengths


def _best(connection: apsw.Connection, query: LexicalQuery, *, rows: Rows, scores: Numbers) -> list[Scored]:
    """Return the best that pass the filter: ties by document, which follows `seq`, newest first, then by passage."""
    import numpy as np  # noqa: PLC0415

    test, values = conditions(None, query.filter)
    statement = sql("names_of", conditions=test)
    plain = query.filter is None
    best: list[Scored] = []
    size = query.limit
    while len(rows) and len(best) < query.limit:
        # Sorting everything would take longer than everything else: the best `size` first, then more if need be.
        if size < len(rows):
            least = np.partition(scores, len(scores) - size)[len(scores) - size]
            chosen = np.flatnonzero(scores >= least)
        else:
            chosen = np.arange(len(rows))
        numbers = (rows[chosen] >> _LENGTH_BITS) & (MAX_PASSAGES - 1)
        order = np.lexsort((numbers, -(rows[chosen] >> _DOCUMENT_SHIFT), -scores[chosen]))
        passages, order = numbers[order].tolist(), chosen[order]
        documents = (rows[order] >> _DOCUMENT_SHIFT).tolist()
        bound = {**values, "documents": json.dumps(list(dict.fromkeys(documents)))}
        names: dict[int, str] = dict(fetch(connection, statement, bound))
        if plain and len(names) < len(set(documents)):
            raise StoreCorruptError(
                "the full-text index has documents that do not exist; reopen to rebuild it"
            )
        found = zip(documents, passages, scores[order].tolist(), strict=True)
        best += [
            Scored(names[document], passage, score) for document, passage, score in found if document in names
        ]
        rest = np.ones(len(rows), dtype=bool)
        rest[chosen] = False
        rows, scores, size = rows[rest], scores[rest], size * 4
    return best[: query.limit]
