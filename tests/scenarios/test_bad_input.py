"""What cannot be stored or understood: a typed error that names it, nothing lost, and the store still opens."""

from __future__ import annotations

import math
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lukasa import Handle, Memory, Settings
from lukasa.errors import (
    ConfigError,
    FilterError,
    InputError,
    NewerSchemaError,
    StoreCorruptError,
    StoreError,
    StoreReadOnlyError,
)

SETTINGS = Settings(embedder="hashing", tokens="words")
AT = "2026-03-01T10:00:00Z"
HALF = "half a pair \ud83d"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.lukasa"


def opened(path: Path, **settings: Any) -> Memory:
    return Memory.open(path, settings=Settings(embedder="hashing", tokens="words", **settings))


@pytest.fixture
def alice(path: Path) -> Iterator[Handle]:
    """A handle with one turn in it, which must be there at the end, in a store that opens and is sound."""
    with opened(path) as memory:
        handle = memory.of("alice")
        handle.remember("What was there before.", at=AT)
        yield handle
        assert [turn.text for turn in handle.turns()] == ["What was there before."]
    with opened(path) as memory:
        assert [turn.text for turn in memory.of("alice").turns()] == ["What was there before."]
        assert memory.verify().ok


GOOD = {"role": "user", "content": "fine"}

BAD_MESSAGES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "empty text": ("", {}, "nothing to remember"),
    "blanks": (" \n\t ", {}, "nothing to remember"),
    "5 MB": ("x" * 5_000_000, {}, r"the message has 5,000,000 characters; at most 1,000,000 bytes"),
    "5 MB among others": ([GOOD, "é" * 2_500_000], {}, r"message 1 has 2,500,000 characters"),
    "unknown role": (
        [GOOD, {"role": "narrator", "content": "x"}],
        {},
        "message 1 has the unknown role 'narrator'",
    ),
    "no role at all": ({"role": None, "content": "x"}, {}, "unknown role None"),
    "NUL": ("ab\0c", {}, "the message holds a NUL byte at character 2"),
    "lone surrogate": (HALF, {}, "the message is not valid Unicode at character 12"),
    "no content": ({"role": "user"}, {}, "the message has no 'content'"),
    "content is a number": ({"role": "user", "content": 7}, {}, "not int"),
    "a part is a number": ({"role": "user", "content": [7]}, {}, "a content part must be a mapping, not int"),
    "not a message": ([GOOD, 7], {}, "message 1 must be a text or a mapping .* not int"),
    "bytes": (b"text", {}, "not bytes"),
    "nothing": (None, {}, "not NoneType"),
    "naive datetime": (
        GOOD,
        {"at": datetime(2026, 3, 1)},  # noqa: DTZ001
        r"datetime\.datetime\(2026, 3, 1.* has no UTC offset",
    ),
    "naive text": (GOOD, {"at": "2026-03-01T10:00"}, "'2026-03-01T10:00' has no UTC offset"),
    "naive in a message": ([GOOD, {**GOOD, "at": "2026-03-01"}], {}, "'2026-03-01' has no UTC offset"),
    "no time": (GOOD, {"at": "last Friday"}, "cannot read 'last Friday' as a time"),
    "a number as time": (
        {**GOOD, "at": 1772359200},
        {},
        "'at' must be a datetime or ISO 8601 text, not 1772359200",
    ),
    "outside of time": (GOOD, {"at": "9999-12-31T23:59:59-01:00"}, "outside the years 1 to 9999"),
    "bad zone": (
        GOOD,
        {"at": "2026-03-01T10:00", "zone": "Mars/Olympus"},
        "unknown time zone 'Mars/Olympus'",
    ),
    "a folder of zones": (GOOD, {"at": "2026-03-01T10:00", "zone": "Europe"}, "unknown time zone 'Europe'"),
    "a path as zone": (GOOD, {"at": "2026-03-01T10:00", "zone": "../../etc/passwd"}, "unknown time zone"),
    "a number as zone": (GOOD, {"at": "2026-03-01T10:00", "zone": 7}, "unknown time zone 7"),
    "unknown origin": (GOOD, {"origin": "dream"}, "unknown origin 'dream'; known: user"),
    "empty session": (GOOD, {"session": ""}, "session must be a non-empty text"),
    "NUL in session": (GOOD, {"session": "a\0"}, r"session must .* 'a\\x00'"),
    "half a session": (GOOD, {"session": HALF}, "session 'half a pair .* is not valid Unicode"),
    "half a session and a time": (
        GOOD,
        {"session": HALF, "at": AT},
        "session 'half a pair .* is not valid Unicode",
    ),
    "half an agent": (GOOD, {"agent": HALF, "at": AT}, "agent 'half a pair .* is not valid Unicode"),
    "half a name": ({**GOOD, "name": HALF}, {"at": AT}, "'name' 'half a pair .* is not valid Unicode"),
    "a number as name": ({**GOOD, "name": 7}, {}, "'name' must be a non-empty text without NUL, not 7"),
    "half a key": (GOOD, {"key": HALF}, "key 'half a pair .* is not valid Unicode"),
    "empty key": (GOOD, {"key": ""}, "key must be a non-empty text"),
    "a number as key": (GOOD, {"key": 7}, "key must be a non-empty text without NUL, not 7"),
    "not JSON": (GOOD, {"metadata": {"a": object()}}, "metadata 'a' must be JSON"),
    "not finite": (GOOD, {"metadata": {"a": [1, math.nan]}}, "metadata 'a' must be JSON"),
    "too large": (GOOD, {"metadata": {"a": 2**63}}, "metadata 'a' must be JSON"),
    "NUL in metadata": (GOOD, {"metadata": {"a": {"b": "\0"}}}, "metadata 'a' must be JSON"),
    "half in metadata": (GOOD, {"metadata": {"a": HALF}}, "not valid Unicode"),
    "a number as metadata key": (GOOD, {"metadata": {7: "x"}}, "keys must be non-empty texts, not 7"),
    "metadata of a message": ({**GOOD, "metadata": [1]}, {}, "metadata must be a mapping, not list"),
}


@pytest.mark.parametrize(("messages", "labels", "expected"), BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_bad_message_is_refused_with_all_of_its_call(
    alice: Handle, messages: Any, labels: dict[str, Any], expected: str
):
    with pytest.raises(InputError, match=expected):
        alice.remember(messages, **labels)


BAD_QUESTIONS: dict[str, tuple[Callable[[Handle], Any], type[Exception], str]] = {
    "no question": (lambda alice: alice.recall(""), InputError, "non-empty text, not ''"),
    "blanks": (lambda alice: alice.context(" \n"), InputError, "non-empty text"),
    "no text": (lambda alice: alice.recall(None), InputError, "not None"),  # type: ignore[arg-type]
    "half a question": (
        lambda alice: alice.recall(HALF),
        InputError,
        "the question is not valid Unicode at character 12",
    ),
    "limit 0": (lambda alice: alice.recall("x", limit=0), InputError, "limit .* not 0"),
    "limit '5'": (lambda alice: alice.recall("x", limit="5"), InputError, "limit .* not '5'"),  # type: ignore[arg-type]
    "budget 0": (lambda alice: alice.context("x", budget=0), InputError, "budget .* not 0"),
    "naive now": (lambda alice: alice.recall("x", now="2026-03-01"), InputError, "no UTC offset"),
    "filter of an unknown field": (
        lambda alice: alice.recall("x", filter={"sesion": "s"}),
        FilterError,
        "unknown field 'sesion'; known: id",
    ),
    "filter of an unknown operator": (
        lambda alice: alice.context("x", filter={"session": {"like": "s"}}),
        FilterError,
        "unknown operator 'like'",
    ),
    "filter that is no mapping": (lambda alice: alice.turns(filter="session"), FilterError, "str 'session'"),  # type: ignore[arg-type]
    "filter with a naive time": (
        lambda alice: alice.turns(filter={"at": {"gt": "2026-03-01"}}),
        InputError,
        "'2026-03-01' has no UTC offset",
    ),
    "filter with half a text": (
        lambda alice: alice.recall("x", filter={"text": HALF}),
        InputError,
        "not valid Unicode",
    ),
    "a negative limit": (lambda alice: alice.turns(limit=-1), InputError, "limit .* not -1"),
    "a huge limit": (lambda alice: alice.turns(limit=2**63), InputError, "limit .* not 9223372036854775808"),
    "a negative place": (lambda alice: alice.turns(after=-1), InputError, "after .* not -1"),
    "a negative version": (lambda alice: alice.changes(since=-1), InputError, "since .* not -1"),
    "since when": (lambda alice: alice.turns(since="yesterday"), InputError, "cannot read 'yesterday'"),
    "forget nothing": (lambda alice: alice.forget(), InputError, "ids, or a session"),
    "forget both": (lambda alice: alice.forget("t_x", session="s"), InputError, "ids, or a session"),
    "forget half an id": (lambda alice: alice.forget(HALF), InputError, "not valid Unicode"),
    "half a reason": (lambda alice: alice.forget([], reason=HALF), InputError, "reason 'half a pair"),
}


@pytest.mark.parametrize(("ask", "error", "expected"), BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_a_bad_question_is_refused(
    alice: Handle, ask: Callable[[Handle], Any], error: type[Exception], expected: str
):
    with pytest.raises(error, match=expected):
        ask(alice)


@pytest.mark.parametrize(
    "question", ["\0", "? ! …", "'\"*() NEAR OR -x:y", "🎻", "x" * 100_000, "a b " * 25_000]
)
def test_a_strange_question_is_still_a_question(alice: Handle, question: str):
    assert alice.recall(question).searched == 1


@pytest.mark.parametrize(
    ("settings", "target", "expected"),
    [
        ({"zone": "Mars/Olympus"}, "memory:", "setting zone: unknown time zone 'Mars/Olympus'"),
        ({"embedder": "word2vec"}, "memory:", "unknown embedder 'word2vec'; known: hashing"),
        ({"embedder": "hashing:256"}, "memory:", "'hashing' takes no model"),
        ({"embedder": "openai"}, "memory:", "needs a model, and OpenAI's key"),
        ({"dense_model": "bge-huge", "embedder": "onnx"}, "memory:", "unknown dense model 'bge-huge'"),
        ({"tokens": "letters"}, "memory:", "unknown token counter 'letters'"),
        ({"threads": -2, "embedder": "onnx"}, "memory:", "setting threads .*greater than or equal to 0"),
        ({}, "memory:shared", "'memory:shared'"),
        ({}, "mysql://localhost/x", "unknown store 'mysql'; known: "),
        ({}, "sqlite:", "needs a path"),
        ({}, ":memory:", "path of a file"),
    ],
)
def test_settings_that_cannot_work_are_named_when_opening(
    settings: dict[str, Any], target: str, expected: str
):
    with pytest.raises(ConfigError, match=expected):
        Memory.open(target, settings=Settings(**{"embedder": "hashing", **settings}))


# ── Files ──────────────────────────────────────────────────────────────────────────────────────────────────


def refused(path: Path, error: type[Exception], *, names: str = "memory.lukasa") -> None:
    with pytest.raises(error, match=names):
        opened(path)


def test_a_file_of_a_newer_lukasa_is_left_as_it_is(path: Path):
    with opened(path) as memory:
        memory.of("alice").remember("From the future.", at=AT)
    connection = sqlite3.connect(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = path.read_bytes()

    refused(path, NewerSchemaError)
    assert path.read_bytes() == before

    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with opened(path) as memory:
        assert memory.of("alice").turns()[0].text == "From the future."


@pytest.mark.parametrize(
    "content", [b"x", b"Dear diary, " * 1000, b"SQLite format 3\0" + b"\xff" * 5000, b"\0" * 8192], ids=repr
)
def test_a_file_that_is_no_store_is_left_as_it_is(path: Path, content: bytes):
    path.write_bytes(content)

    refused(path, StoreCorruptError)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_left_as_it_is(path: Path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE turns(id, text)")
    connection.close()
    before = path.read_bytes()

    refused(path, StoreCorruptError)
    assert path.read_bytes() == before


def test_a_folder_is_no_store(tmp_path: Path):
    folder = tmp_path / "memory.lukasa"
    folder.mkdir()

    refused(folder, StoreCorruptError)
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(StoreError, match=r"there is no folder '.*nowhere'") as raised:
        opened(tmp_path / "nowhere" / "memory.lukasa")

    assert not isinstance(raised.value, StoreReadOnlyError)


@pytest.mark.parametrize("named", ["~/home.lukasa", "sqlite:~/home.lukasa", Path("~/home.lukasa")])
def test_a_tilde_is_the_home_folder(named: str | Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    Memory.open(named, settings=SETTINGS).close()
    monkeypatch.setenv("LUKASA_DB", str(named))
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    Memory.open().close()

    assert [file.name for file in tmp_path.iterdir()] == ["home.lukasa"]


def test_a_tilde_of_no_user_is_a_letter_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    Memory.open("~nobody-of-that-name", settings=SETTINGS).close()

    assert [file.name for file in tmp_path.iterdir()] == ["~nobody-of-that-name"]


def test_the_default_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "a-file"))

    with pytest.raises(StoreReadOnlyError, match=r"a-file/lukasa.*LUKASA_DB"):
        Memory.open(settings=SETTINGS)


def test_a_damaged_store_says_so_and_the_rest_can_be_verified(path: Path):
    with opened(path) as memory:
        memory.of("alice").remember([f"Turn {n} of many." for n in range(300)], at=AT)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 9000] = b"\x55" * 9000
    path.write_bytes(data)

    try:
        with opened(path) as memory:
            assert not memory.verify().ok
            assert not memory.doctor().ok
    except StoreCorruptError as error:
        assert "memory.lukasa" in str(error)  # noqa: PT017 - either is right, silence is not


READ_ONLY = """
import os, sys, tempfile
from lukasa import Memory, Settings
from lukasa.errors import StoreReadOnlyError
from lukasa.policy import RecallPolicy

settings = Settings(embedder="hashing", tokens="words")
# Everything is loaded before root gives up its rights.
with tempfile.TemporaryDirectory() as folder, Memory.open(folder + "/first", settings=settings) as warm:
    warm.of("a").remember("x")
    warm.of("a").recall("x")
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with Memory.open(sys.argv[1], settings=settings) as memory:
    alice = memory.of("alice")
    print(alice.recall("violin").hits[0].text, memory.verify().ok)
    for refused in (lambda: alice.remember("No."), lambda: alice.forget(alice.turns()[0].id)):
        try:
            refused()
        except StoreReadOnlyError as error:
            print(type(error).__name__, sys.argv[1] in str(error))
    print(len(alice.turns()))
"""


def run(code: str, *arguments: object) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_file_on_a_read_only_disk_is_read_and_not_written():
    # Not pytest's folder, which is closed to others.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.lukasa"
        with opened(path) as memory:
            memory.of("alice").remember("The violin broke.", at=AT)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        try:
            assert run(READ_ONLY, path) == [
                "The violin broke. True", "StoreReadOnlyError True", "StoreReadOnlyError True", "1",
            ]  # fmt: skip
        finally:
            path.parent.chmod(0o755)
        path.chmod(0o600)
        with opened(path) as memory:
            assert len(memory.of("alice").remember("Now.", at=AT).turns) == 1


FULL = """
import resource, signal, sys
from lukasa import Memory, Settings
from lukasa.errors import StoreFullError
from lukasa.policy import RecallPolicy

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
settings = Settings(embedder="hashing")
with Memory.open(sys.argv[1], settings=settings) as memory:
    alice = memory.of("alice")
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, resource.RLIM_INFINITY))
    kept = 0
    try:
        while True:
            kept += len(alice.remember([f"Turn {kept} " + "x" * 9_000, f"More {kept}"], at="2026-03-01T10:00:00Z").turns)
    except StoreFullError as error:
        assert sys.argv[1] in str(error), error
    assert alice.recall("Turn 0").hits
    assert len(alice.turns()) == kept > 4
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    alice.remember("After that there was room again.", at="2026-03-01T10:00:00Z")
    print(kept)
"""


def test_a_full_disk_refuses_whole_calls_and_goes_on_when_there_is_room(path: Path):
    (kept,) = run(FULL, path)

    with opened(path) as memory:
        turns = memory.of("alice").turns()
        assert len(turns) == int(kept) + 1
        assert turns[-1].text == "After that there was room again."
        assert memory.verify().ok


def test_the_file_is_for_its_owner_alone(path: Path):
    with opened(path) as memory:
        memory.of("alice").remember("Private.", at=AT)

        assert {stat.S_IMODE(os.stat(file).st_mode) for file in path.parent.iterdir()} == {0o600}  # noqa: PTH116


def test_a_name_that_is_no_user_is_refused(path: Path):
    with opened(path) as memory:
        for user, tenant in [
            ("", None),
            ("a\0", None),
            (HALF, None),
            (7, None),
            ("a", ""),
            ("a" * 20_000, None),
        ]:
            with pytest.raises(InputError, match=r"user|tenant"):
                memory.of(user, tenant)  # type: ignore[arg-type]


def test_what_is_odd_but_possible_is_kept_to_the_letter(path: Path):
    odd = [
        "\u200bzero width\u200b", "\u202eright to left", "e\u0301", "\u00e9", "\U0001f469\u200d\U0001f467", "\r\n\t\x07\x1b[31m",
        "%s {0} ${x} '; DROP TABLE turns; --", "\uffff", "\U0010fffd", "x" * 999_999,
    ]  # fmt: skip
    with opened(path) as memory:
        receipt = memory.of("alice").remember(odd, at=datetime(2026, 3, 1, tzinfo=UTC))
        assert len(receipt.turns) == len(odd)
    with opened(path) as memory:
        assert [turn.text for turn in memory.of("alice").turns()] == odd
        assert [each["text"] for each in memory.of("alice").export()] == odd
        assert memory.verify().ok
