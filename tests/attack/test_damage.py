"""A damaged store is reported by `verify`, whatever was damaged and how, and never read as if it were whole."""

from __future__ import annotations

import os
import random
import shutil
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from lukasa import Handle, Memory, Settings
from lukasa.errors import LukasaError, StoreCorruptError, StoreError
from lukasa.testing.llm import ScriptedLLM

SETTINGS = Settings(embedder="hashing")

DAMAGE = {
    "null": "NULL",
    "another type": "CASE typeof({column}) WHEN 'text' THEN 7 WHEN 'integer' THEN 'seven' ELSE 'seven' END",
    "truncated": "CASE typeof({column}) WHEN 'integer' THEN {column} / 10 - 1 ELSE substr({column}, 1, length({column}) / 2) END",
    "no text": "CAST(x'ff' AS TEXT)",
    "half a JSON": "'{{\"a\": '",
    "another JSON": "'[[1], {{}}]'",
    "huge": "9223372036854775807",
    "negative": "-9223372036854775808",
    "random bytes": "x'00ff10807b22fe5d01'",
}

CONTENT = {
    ("turns", "text"), ("turns", "metadata"), ("turns", "recorded_at"), ("documents", "at"), ("documents", "speaker"),
    ("documents", "role"), ("documents", "session"), ("documents", "terms"), ("documents", "name"),
    ("fact_versions", "body"), ("facts", "turns"), ("facts", "text"), ("changes", "at"), ("changes", "verb"),
    ("changes", "digest"), ("changes", "content"), ("attributes", "value"), ("documents", "passages"),
    ("vectors", "passages"), ("token_vectors", "counts"),
}  # fmt: skip
"""What carries a memory: damage of it has to be found. The rest may change to another value that is as good."""

READS: dict[str, Callable[[Handle], object]] = {
    "turns": lambda user: user.turns(include_retired=True),
    "facts": lambda user: user.facts(),
    "recall": lambda user: user.recall("Where does Ana live?"),
    "context": lambda user: user.context("Where does Ana live?").text,
    "changes": lambda user: user.changes(),
    "summaries": lambda user: user.summaries(),
    "jobs": lambda user: user.jobs(),
    "stats": lambda user: user.stats(),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with rows in every table."""
    path = tmp_path_factory.mktemp("filled") / "memory.lukasa"
    said = {"role": "user", "name": "Ana", "content": "I live in Lisbon.", "metadata": {"mood": "calm"}}
    with Memory.open(path, settings=SETTINGS) as memory:
        user = memory.of("ana")
        gone = user.remember(
            {"role": "user", "name": "Ana", "content": "I like tea."}, session="s0", key="k0"
        )
        user.remember([said, {"role": "user", "name": "Ana", "content": "I bought a lamp."}], session="s1")
        user.remember({"role": "assistant", "content": "The harbour opens at nine. " * 60}, session="s1")
        user.erase(list(gone.turns))
    reply = {"facts": [], "summary": "Ana lives in Lisbon."}
    with Memory.open(path, settings=SETTINGS, llm=ScriptedLLM(lambda _: reply)) as memory:
        memory.of("ana").remember("I like rum.", session="s2", wait=True)
    with Memory.open(path, settings=SETTINGS, llm=ScriptedLLM(lambda _: reply, delay=60)) as memory:
        memory.of("ana").remember("I like mead.", session="s3")
    return path


def columns(path: Path) -> list[tuple[str, str]]:
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'documents_fts%' AND t.name NOT LIKE 'sqlite_%'"
        ).fetchall()
    finally:
        connection.close()


def damage(path: Path, table: str, column: str, value: str) -> bool:
    """Change a column of every row behind the back of SQLite's checks; return whether there was one to change."""
    connection = apsw.Connection(str(path))
    try:
        connection.execute(
            "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON"
        )
        sound = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).get
        loose = sound.replace(" NOT NULL", "").replace("STRICT, WITHOUT", "WITHOUT").replace(") STRICT", ")")
        for kind in ("INTEGER NOT", "TEXT NOT"):
            assert kind not in loose
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (loose, table))
        connection.execute("PRAGMA writable_schema = RESET")
        try:
            connection.execute(f'UPDATE OR REPLACE "{table}" SET "{column}" = {value.format(column=column)}')
        except apsw.Error:
            return False  # a key that SQLite itself needs
        changed = bool(connection.changes())
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sound, table))
        connection.execute("PRAGMA writable_schema = RESET")
        return changed
    finally:
        connection.close()


SEED = int(os.environ.get("LUKASA_TEST_SEED", "1"))  # noqa: TID251
"""Fixed, so that a failure is one of the change at hand. `SHARE = 1` leaves nothing to it."""
SHARE = float(os.environ.get("LUKASA_TEST_SHARE", "0.12"))  # noqa: TID251
"""Of all pairs of a column and a sort of damage; 1 tries every one, in some minutes."""


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_of_any_column_is_reported_and_never_raises_anything_untyped(
    filled: Path, tmp_path: Path, kind: str
):
    seen = 0
    faults = []
    chance = random.Random(f"{SEED}{kind}")
    for table, column in columns(filled):
        if chance.random() > SHARE:
            continue
        path = tmp_path / f"{table}.{column}.lukasa"
        shutil.copy(filled, path)
        if not damage(path, table, column, DAMAGE[kind]):
            continue
        seen += 1
        faults += [f"{table}.{column}: {fault}" for fault in faults_of(path, (table, column) in CONTENT)]
        path.unlink()
    assert not faults, "\n".join([f"LUKASA_TEST_SEED={SEED}", *faults])
    assert seen


def faults_of(path: Path, content: bool) -> list[str]:
    faults = []
    try:
        memory = Memory.open(path, settings=SETTINGS)
    except StoreError:
        return []
    except Exception as error:  # noqa: BLE001 - what is looked for
        return [f"open: {type(error).__name__} {error}"]
    with memory:
        try:
            findings = memory.verify().findings
            if content and not findings:
                faults.append("not found")
        except Exception as error:  # noqa: BLE001
            faults.append(f"verify: {type(error).__name__} {error}")
        for name, read in READS.items():
            try:
                read(memory.of("ana"))
            except LukasaError:
                pass
            except Exception as error:  # noqa: BLE001
                faults.append(f"{name}: {type(error).__name__} {error}")
    return faults


def test_a_damaged_turn_is_named_with_advice(filled: Path, tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    shutil.copy(filled, path)
    assert damage(path, "turns", "metadata", "'{{'")
    with (
        Memory.open(path, settings=SETTINGS) as memory,
        pytest.raises(StoreError, match=r"turn 't_.*lukasa verify"),
    ):
        memory.of("ana").turns()


@pytest.mark.parametrize(
    ("column", "value"),
    [("role", "7"), ("words", "'seven'"), ("words", "1.5"), ("session", "x'00ff'"), ("passages", "NULL")],
)
def test_a_damaged_head_is_never_ranked(filled: Path, tmp_path: Path, column: str, value: str):
    path = tmp_path / "memory.lukasa"
    shutil.copy(filled, path)
    assert damage(path, "documents", column, value)
    with (
        Memory.open(path, settings=SETTINGS) as memory,
        pytest.raises(StoreCorruptError, match=r"damaged.*lukasa verify"),
    ):
        memory.of("ana").recall("Where does Ana live?")


def test_an_error_leaves_no_statement_unfinished(filled: Path, tmp_path: Path):
    # Whichever thread collected it later would touch a connection that another one is using.
    path = tmp_path / "memory.lukasa"
    shutil.copy(filled, path)
    assert damage(path, "turns", "metadata", "'{{'")
    with Memory.open(path, settings=SETTINGS) as memory, pytest.raises(StoreError) as raised:
        memory.of("ana").turns()
    error: BaseException | None = raised.value
    local = []
    while error is not None:
        local += [
            value for frame, _ in traceback.walk_tb(error.__traceback__) for value in frame.f_locals.values()
        ]
        error = error.__cause__ or error.__context__
    assert not [value for value in local if isinstance(value, (apsw.Cursor, Iterator))]
