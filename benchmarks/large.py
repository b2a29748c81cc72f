"""One very large partition in PostgreSQL: what its first recall and later ones cost, and what an HNSW index would.

    python benchmarks/large.py --turns 100000

Some turns are remembered by the engine, with synthetic vectors of the real size (384 bytes, and 48 for each token); the others are
these again, row by row inside the server, under other ids and in other sessions. Counts processor time, of the process that recalls
and of the server, so that a busy machine does no harm. Prints JSON, milliseconds and megabytes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psycopg
from corpus import Corpus
from opening import open_memory
from processor import processor_seconds
from table import Table

from lukasa.testing.postgres import PostgresServer

KIND = "tokens:96"
BY_ENGINE = 2_000
QUESTIONS = 30
USER = "large"
BEST = 80
"""Neighbours that are asked for."""

_COPIES = """
WITH number AS (SELECT generate_series(1, %(copies)s) AS n)
INSERT INTO {table}({columns}) SELECT {values} FROM number, {table} WHERE document <= %(step)s
"""
_SHIFTED = {
    "document": "document + n * %(step)s",
    "version": "version + n * %(step)s",
    "name": "name || '-' || n",
    "session": "session || '-' || n",
    "key": "key || '-' || n",
}


def fill(server: PostgresServer, url: str, turns: int) -> None:
    corpus = Corpus(seed=1)
    with open_memory(url, KIND) as memory:
        for session, at, messages in corpus.sessions(min(turns, BY_ENGINE)):
            memory.of(user=USER).remember(messages, session=session, at=at)
    with psycopg.connect(server.url("large", user="root_of_tests"), autocommit=True) as connection:
        connection.execute("SET search_path = lukasa; SET synchronous_commit = off")
        (step,) = connection.execute("SELECT max(document) FROM documents").fetchone() or (0,)
        for table in ("documents", "turns", "passages", "vectors", "token_vectors"):
            names = connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = ''",
                [table],
            ).fetchall()
            statement = _COPIES.format(
                table=table,
                columns=", ".join(name for (name,) in names),
                values=", ".join(_SHIFTED.get(name, name) for (name,) in names),
            )
            connection.execute(statement.encode(), {"copies": turns // step - 1, "step": step})
        connection.execute(
            "UPDATE partitions SET version = version * %(n)s, seq = seq * %(n)s, documents = documents * %(n)s, terms = terms * %(n)s",
            {"n": turns // step},
        )
        connection.execute("VACUUM (ANALYZE)")


def recall(url: str, postmaster: int) -> dict[str, object]:
    """Recall in this process, which has done nothing before."""
    corpus = Corpus(seed=3)
    with open_memory(url, KIND) as memory:
        memory.of(user="nobody").recall(corpus.question())
        handle, figures = memory.of(user=USER), {}
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for name, count in (("first", 1), ("warm", QUESTIONS)):
            began, server = time.process_time(), processor_seconds(postmaster)
            times = [timed(lambda: handle.recall(corpus.question(), limit=10)) for _ in range(count)]
            figures[name] = {
                "process ms": round(1000 * (time.process_time() - began) / count, 1),
                "server ms": round(1000 * (processor_seconds(postmaster) - server) / count, 1),
                "wall p50 ms": round(median(times), 1),
            }
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            **figures,
            "process MB": round((after - before) / 1e3, 1),
            "disk MB": round(memory.stats().bytes / 1e6, 1),
        }


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def hnsw(server: PostgresServer, turns: int) -> dict[str, object]:
    """Keep the same number of vectors as halfvec, without and with an index, and ask for the nearest ones."""
    table, corpus = Table(), Corpus(seed=1)
    vectors = np.array([table.dense(corpus.text()) for _ in range(turns)], np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    questions = [table.dense(corpus.question()) for _ in range(QUESTIONS)]
    postmaster, figures = int((server.data / "postmaster.pid").read_text().split()[0]), {}

    @contextmanager
    def counted(name: str, calls: int = 1) -> Iterator[None]:
        before = processor_seconds(postmaster)
        yield
        figures[name] = round(1000 * (processor_seconds(postmaster) - before) / calls, 1)

    with psycopg.connect(server.url("large", user="root_of_tests"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector; SET maintenance_work_mem = '1GB'")
        connection.execute("CREATE TABLE near(partition integer, document integer, dense halfvec(384))")
        with connection.cursor().copy("COPY near FROM STDIN") as copy:
            for number, vector in enumerate(vectors):
                copy.write(f"1\t{number}\t[{','.join(map('{:.5f}'.format, vector))}]\n")

        def nearest() -> list[set[int]]:
            return [
                {number for (number,) in connection.execute(_NEAREST, [_text(question)], prepare=True)}
                for question in questions
            ]

        def insert(first: int) -> None:
            for number in range(200):
                values = [first + number, _text(vectors[number] + 0.01)]
                connection.execute("INSERT INTO near VALUES (1, %s, %s::text::halfvec)", values, prepare=True)

        with counted("server ms a question, exact", QUESTIONS):
            exact = nearest()
        with counted("server ms an insert, no index", 200):
            insert(turns)
        with counted("server ms to build"):
            connection.execute("CREATE INDEX near_dense ON near USING hnsw (dense halfvec_cosine_ops)")
        connection.execute(
            "SET hnsw.iterative_scan = relaxed_order; SET hnsw.ef_search = 100; SET enable_seqscan = off"
        )
        with counted("server ms a question, HNSW", QUESTIONS):
            found = nearest()
        with counted("server ms an insert, HNSW", 200):
            insert(2 * turns)
        (size,) = connection.execute("SELECT pg_relation_size('near_dense')").fetchone() or (0,)
    agree = [len(one & other) / len(one) for one, other in zip(exact, found, strict=True)]
    return {
        **figures,
        "index MB": round(size / 1e6, 1),
        "of the exact answers": round(sum(agree) / len(agree), 3),
    }


_NEAREST = f"SELECT document FROM near WHERE partition = 1 ORDER BY dense <=> %s::text::halfvec LIMIT {BEST}"  # noqa: S608 - ours


def _text(vector: Any) -> str:
    return f"[{','.join(map('{:.5f}'.format, vector))}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument(
        "--hnsw", action="store_true", help="also what an HNSW index costs, which takes a minute to build"
    )
    parser.add_argument("--recall", nargs=2, metavar=("URL", "PID"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.recall:
        print(json.dumps(recall(options.recall[0], int(options.recall[1]))))
        return
    folder = Path(tempfile.mkdtemp(prefix="lukasa-large-"))
    server = PostgresServer(folder, options=("-c", "max_wal_size=4GB", "-c", "jit=off"), watch=os.getpid())
    server.start()
    server.create_database("large")
    try:
        url, postmaster = server.url("large"), (server.data / "postmaster.pid").read_text().split()[0]
        fill(server, url, options.turns)
        command = [sys.executable, __file__, "--recall", url, postmaster]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
        figures = {"turns": options.turns, **json.loads(done.stdout)}
        if options.hnsw:
            figures["hnsw"] = hnsw(server, options.turns)
        print(json.dumps(figures, indent=2))
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
