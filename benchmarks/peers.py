"""Runs one case with one product in a process of its own: `peers.py PRODUCT CASE < arguments.json > result.json`.

Nothing of Lukasa is imported unless it is the product: each peer has an environment of its own. All get the same texts and
the same 384 numbers for each.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from corpus import Corpus
from table import DIMS, Table

HITS = 10
USER = "user-000"
BATCH = 25
SEEDED = 500
"""Rows that go into mem0's vector store at once where a store is large."""

LARGE = 1_000
"""Rows beyond which a store counts as large."""

K = 60
"""Of rank fusion."""


class Product(Protocol):
    """What each of them can do."""

    def add(self, texts: Sequence[str]) -> None:
        """Store texts, durably when it returns."""

    def find(self, question: str) -> int:
        """Return how many hits a question has."""


class Lukasa:
    """Everything as a user gets it, but for the vectors; token vectors too, which no peer has."""

    def __init__(self, path: Path, *, extractor: str, encode: bool = False) -> None:
        from opening import open_memory  # noqa: PLC0415 - only in its own environment

        self._memory = open_memory(path, "query:96" if encode else "tokens:96", extractor=extractor)
        self._user = self._memory.of(user=USER)

    def add(self, texts: Sequence[str]) -> None:
        """See the protocol."""
        self._user.remember(list(texts), session="s")

    def find(self, question: str) -> int:
        """See the protocol."""
        return len(self._user.recall(question, limit=HITS).hits)


class Mem0:
    """As it comes, without a model that extracts (`infer=False`): Qdrant in files."""

    def __init__(self, path: Path) -> None:
        os.environ.update(MEM0_TELEMETRY="False", MEM0_DIR=str(path), OPENAI_API_KEY="none")  # noqa: TID251
        from mem0 import Memory  # noqa: PLC0415

        store = {"path": str(path / "qdrant"), "on_disk": True, "embedding_model_dims": DIMS}
        self._memory = Memory.from_config(
            {
                "vector_store": {"provider": "qdrant", "config": store},
                "history_db_path": str(path / "history.db"),
            }
        )
        self._memory.embedding_model = _Embedder()

    def add(self, texts: Sequence[str]) -> None:
        """See the protocol."""
        messages = [{"role": "user", "content": text} for text in texts]
        self._memory.add(messages, user_id=USER, infer=False)

    def seed(self, texts: Sequence[str]) -> None:
        """Fill its vector store as `add` would, which takes minutes for thousands of rows; the history stays short."""
        embedder = _Embedder()
        for start in range(0, len(texts), SEEDED):
            part = texts[start : start + SEEDED]
            self._memory.vector_store.insert(
                vectors=[embedder.embed(text) for text in part],
                payloads=[{"data": text, "user_id": USER, "role": "user"} for text in part],
                ids=[str(UUID(int=start + place)) for place in range(len(part))],
            )

    def find(self, question: str) -> int:
        """See the protocol."""
        found = self._memory.search(question, top_k=HITS, filters={"user_id": USER}, threshold=0.0)
        return len(found["results"])


class _Embedder:
    """What mem0 asks for."""

    def __init__(self) -> None:
        self._table = Table()

    def embed(self, text: str, *_: object) -> list[float]:
        return [float(number) for number in self._table.dense(text)]

    def embed_batch(self, texts: Sequence[str], *_: object) -> list[list[float]]:
        return [self.embed(text) for text in texts]


class LangGraph:
    """`SqliteStore` with an index."""

    def __init__(self, path: Path) -> None:
        sys.modules["sqlite3"] = __import__("pysqlite3")  # many a Python's own loads no extensions
        import sqlite3  # noqa: PLC0415

        from langgraph.store.sqlite import SqliteStore  # noqa: PLC0415

        embedder = _Embedder()
        path.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path / "store.db", isolation_level=None, check_same_thread=False)
        self._store = SqliteStore(
            connection,
            index={
                "dims": DIMS,
                "embed": lambda texts: [embedder.embed(text) for text in texts],
                "fields": ["text"],
            },
        )
        self._store.setup()

    def add(self, texts: Sequence[str]) -> None:
        """See the protocol."""
        from langgraph.store.base import PutOp  # noqa: PLC0415

        base = time.time_ns()
        self._store.batch(
            [PutOp((USER,), str(base + place), {"text": text}) for place, text in enumerate(texts)]
        )

    def find(self, question: str) -> int:
        """See the protocol."""
        return len(self._store.search((USER,), query=question, limit=HITS))


class FullTextAndVectors:
    """What one writes by oneself: FTS5 and sqlite-vec, joined by rank."""

    def __init__(self, path: Path) -> None:
        import pysqlite3  # noqa: PLC0415
        import sqlite_vec  # noqa: PLC0415

        path.mkdir(parents=True, exist_ok=True)
        self._db = pysqlite3.connect(path / "store.db", isolation_level=None)
        self._db.enable_load_extension(True)
        sqlite_vec.load(self._db)
        self._db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE IF NOT EXISTS turns(id INTEGER PRIMARY KEY, text TEXT);"
            "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, content='turns', content_rowid='id', tokenize='porter');"
            f"CREATE VIRTUAL TABLE IF NOT EXISTS vectors USING vec0(dense float[{DIMS}]);"
        )
        self._table = Table()

    def add(self, texts: Sequence[str]) -> None:
        """See the protocol."""
        self._db.execute("BEGIN IMMEDIATE")
        for text in texts:
            row = self._db.execute("INSERT INTO turns(text) VALUES(?)", (text,)).lastrowid
            self._db.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (row, text))
            vector = self._table.dense(text).tobytes()
            self._db.execute("INSERT INTO vectors(rowid, dense) VALUES(?, ?)", (row, vector))
        self._db.execute("COMMIT")

    def find(self, question: str) -> int:
        """See the protocol."""
        words = " OR ".join(f'"{word}"' for word in question.replace("?", "").replace('"', "").split())
        matching = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 100"
        nearest = "SELECT rowid FROM vectors WHERE dense MATCH ? ORDER BY distance LIMIT 100"
        scores: dict[int, float] = {}
        for rows in (
            self._db.execute(matching, (words,)),
            self._db.execute(nearest, (self._table.dense(question).tobytes(),)),
        ):
            for rank, (row,) in enumerate(rows):
                scores[row] = scores.get(row, 0.0) + 1 / (K + rank)
        best = sorted(scores, key=lambda row: -scores[row])[:HITS]
        marks = ",".join("?" * len(best))
        return len(self._db.execute(f"SELECT text FROM turns WHERE id IN ({marks})", best).fetchall())  # noqa: S608


PRODUCTS: dict[str, Callable[[Path], Product]] = {
    "lukasa": lambda path: Lukasa(path, extractor="rules"),
    "lukasa, encoding": lambda path: Lukasa(path, extractor="rules", encode=True),
    "turns": lambda path: Lukasa(path, extractor="none"),
    "turns, encoding": lambda path: Lukasa(path, extractor="none", encode=True),
    "mem0": Mem0,
    "langgraph": LangGraph,
    "fts5+vec": FullTextAndVectors,
}


def fill(product: Product, given: dict[str, Any]) -> dict[str, Any]:
    """Store so many texts, some at a time."""
    corpus = Corpus(seed=1)
    texts = [corpus.text() for _ in range(given["size"])]
    if isinstance(product, Mem0) and len(texts) > LARGE:
        product.seed(texts)
        return {}
    wall, spent = time.perf_counter(), time.process_time()
    for start in range(0, len(texts), BATCH):
        product.add(texts[start : start + BATCH])
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    return {"rows/s": len(texts) / wall, "rows/s of processor": len(texts) / spent}


def read(product: Product, given: dict[str, Any]) -> dict[str, Any]:
    """Ask new questions."""
    corpus = Corpus(seed=given["seed"])
    first = _timed(lambda: product.find(corpus.question()))
    times = [_timed(lambda: product.find(corpus.question())) for _ in range(given["n"])]
    return {"first": first, "times": times, "memory": _resident()}


def remember(product: Product, given: dict[str, Any]) -> dict[str, Any]:
    """Store single texts, each durable before the next."""
    corpus = Corpus(seed=given["seed"])
    return {"times": [_timed(lambda: product.add([corpus.text()])) for _ in range(given["n"])]}


CASES = {case.__name__: case for case in (fill, read, remember)}


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return milliseconds by the clock, and of the processor."""
    wall, spent = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - spent) * 1000


def _resident() -> float:
    """Return the memory of this process in MB; 0 where the system does not tell."""
    try:
        return (
            int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            * os.sysconf("SC_PAGE_SIZE")
            / 1e6
        )
    except OSError:
        return 0.0


if __name__ == "__main__":
    name, case = sys.argv[1:]
    given = json.load(sys.stdin)
    print(json.dumps(CASES[case](PRODUCTS[name](Path(given["path"])), given)), flush=True)
    os._exit(0)  # some of them wait for threads that never end
