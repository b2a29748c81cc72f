"""Search by words for a process that lives for a moment: plain Python over the file, and nothing that takes long to load."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import apsw

from lukasa.adapters import bm25
from lukasa.adapters.stores.sqlite import fulltext
from lukasa.adapters.stores.sqlite.connection import OUR_APPLICATION_ID, check_sqlite, connect
from lukasa.adapters.stores.sqlite.sql import Values, fetch, sql
from lukasa.domain.document import Kind
from lukasa.errors import StoreError

_SCHEMA = 8
"""Files of another schema are not read: whoever writes next brings them up to date. `test_words.py` holds it at the newest."""

_BUSY_SECONDS = 0.1
_LONGEST_LIST = 50_000
"""Longer lists of postings are not read: so common a word tells little, and reading it takes long."""

_SHARE = 0.3
"""What a document must match of a question, as a share of the weight of its words."""

_ENOUGH = 1.6
"""Words as rare as can be that are enough, however long the question is."""


class WordMatch(NamedTuple):
    """A turn or a fact that has words of the question."""

    document: int
    at: int
    """Microseconds since 1970 (UTC)."""

    at_offset: int
    """Minutes east of UTC in which it was said."""

    session: str | None
    speaker: str | None
    role: str | None
    origin: str | None
    turn: str | None
    """The words of a turn; `None`: it is a fact."""

    fact: str | None


class WordSearch:
    """One partition of a file, opened to be read once."""

    def __init__(self, path: Path, *, tenant: str, user: str, now: int) -> None:
        check_sqlite(apsw.sqlite_lib_version())
        self._db = connect(path, timeout=_BUSY_SECONDS, read_only=True)
        self._now = now
        ours = self._db.execute(sql("application_id")).get == OUR_APPLICATION_ID
        if not ours or self._db.execute(sql("user_version")).get != _SCHEMA:
            raise StoreError(f"{str(path)!r} is no store of this version")
        row = next(fetch(self._db, sql("partition"), {"tenant": tenant, "user": user}), None)
        self._row: Sequence[int] = row[:-1] if row else (-1, 0, 0, 0, 0, 0, 0)

    def matches(self, terms: Sequence[str], *, kind: Kind) -> Iterator[WordMatch]:
        """Yield documents that match enough of the terms, best first."""
        number, _, _, turns, turn_terms, facts, fact_terms = self._row
        passages, length = (turns, turn_terms) if kind == "turn" else (facts, fact_terms)
        counts = fulltext.Counts(fulltext.pool(number, kind), passages, length)
        ranked = self._ranked(counts, terms)
        for start in range(0, len(ranked), 20):
            documents = ranked[start : start + 20]
            shown = {match.document: match for match in self._shown(documents)}
            yield from (shown[document] for document in documents if document in shown)

    def known(self, kinds: Sequence[str], *, limit: int) -> list[WordMatch]:
        """Return pinned facts, and the last ones of some kinds."""
        values: Values = {
            "partition": self._row[0],
            "now": self._now,
            "kinds": json.dumps(list(kinds)),
            "limit": limit,
        }
        return [WordMatch(*row) for row in fetch(self._db, sql("pinned_facts"), values)]

    def close(self) -> None:
        self._db.close()

    def _ranked(self, counts: fulltext.Counts, terms: Sequence[str]) -> list[int]:
        """Return the numbers of the documents by BM25; how often a document has a word does not count."""
        if not counts.passages:
            return []
        scores: dict[int, float] = {}
        matched: dict[int, float] = {}
        total = 0.0
        average = counts.terms / counts.passages
        for term in terms:
            postings, idf = self._postings(counts, term)
            total += idf
            for row in postings:
                _, length = fulltext.document_of(row)
                scores[row] = scores.get(row, 0.0) + bm25.weight(idf, 1, length, average)
                matched[row] = matched.get(row, 0.0) + idf
        needed = min(_SHARE * total, _ENOUGH * math.log(1 + counts.passages))
        rows = sorted((row for row in scores if matched[row] >= needed), key=lambda row: (-scores[row], -row))
        return list(dict.fromkeys(fulltext.document_of(row)[0] for row in rows))

    def _postings(self, counts: fulltext.Counts, term: str) -> tuple[list[int], float]:
        """Return the rows that have a term, and its weight."""
        token = fulltext.token_of(counts.pool, term)
        count = self._db.execute(sql("posting_count"), {"token": token}).get or 0
        idf = bm25.idf(counts.passages, count)
        if not 0 < count <= _LONGEST_LIST:
            return [], idf
        joined = self._db.execute(sql("postings"), {"phrase": f'"{token}"'}).get
        return [int(row) for row in (joined or "").split(",") if row], idf

    def _shown(self, documents: Sequence[int]) -> Iterator[WordMatch]:
        values: Values = {"documents": json.dumps(list(documents)), "now": self._now}
        return (WordMatch(*row) for row in fetch(self._db, sql("shown_documents"), values))
