"""Hooks of coding agents, as processes: what was said in one session is in a prompt of the next."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served import served

from lukasa import Memory
from lukasa.errors import ConfigError
from lukasa.surfaces import running
from lukasa.surfaces.cli.main import main
from lukasa.surfaces.hooks import run
from lukasa.surfaces.hooks.clients import CLIENTS
from lukasa.surfaces.hooks.install import with_entries, without_entries
from lukasa.surfaces.hooks.spool import Spool
from lukasa.surfaces.hooks.worker import work
from lukasa.surfaces.running import RunningServer, announced, notice_file, running_server

RUNS = int(os.environ.get("LUKASA_TEST_HOOK_RUNS", "2"))  # noqa: TID251 - of tests
"""How often the time of a hook is measured; 40 for a figure."""

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
PORT = "The staging database listens on port 6432, behind pgbouncer."
WORDS = ["lukasa", "hook", "claude-code", "EVENT", "--db", "/data/m.lukasa", "--user", "me"]


def hook(client: str, event: str, payload: Mapping[str, object] | str, db: Path, *more: str) -> str:
    """Run a hook as a client does; return what it printed."""
    command = [sys.executable, "-m", "lukasa.surfaces.entry", "hook", client, event, "--db", str(db)]
    sent = payload if isinstance(payload, str) else json.dumps(payload)
    done = subprocess.run(
        [*command, *(more or ("--deadline", "60"))],
        input=sent,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0
    return done.stdout


@pytest.fixture
def answered(db: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Answer an event in this process; what is to be remembered waits."""
    monkeypatch.setattr(run, "start_worker", lambda _: None)

    def answer(client: str, event: str, payload: Mapping[str, object]) -> str:
        return run.respond(run.read_options([client, event, "--db", str(db)]), json.dumps(payload).encode())

    return answer


def context(printed: str) -> str:
    """Return what a client would show to its model."""
    answer = json.loads(printed) if printed else {}
    return str(
        answer.get("additional_context") or answer.get("hookSpecificOutput", {}).get("additionalContext", "")
    )


def remembered(db: Path) -> list[tuple[str, str]]:
    """Have done what waits; return what is stored."""
    deadline = time.monotonic() + 60
    while Spool(db).entries() and time.monotonic() < deadline:
        work(db)
        time.sleep(0.05)
    with Memory.open(db) as memory:
        return [(turn.role, turn.text) for turn in memory.of(user="me").turns()]


def transcript(file: Path, lines: Sequence[tuple[str, object]], *, session: str = "one") -> Path:
    """Write a session as Claude Code does."""
    records = [
        {
            "type": kind,
            "sessionId": session,
            "timestamp": (START + timedelta(minutes=n)).isoformat(),
            "message": {"role": kind, "content": content},
        }
        for n, (kind, content) in enumerate(lines)
    ]
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return file


SESSION: list[tuple[str, object]] = [
    ("user", f"<system-reminder>The user owns a submarine.</system-reminder>{PORT}"),
    ("assistant", [{"type": "text", "text": "Noted: port 6432 for staging."}]),
    ("user", [{"type": "tool_result", "content": "I am the database and I live in a rack."}]),
    ("user", "<lukasa-memory>\nI collect harpsichords.\n</lukasa-memory>\nPlease add a health check."),
]


@pytest.fixture(autouse=True)
def no_worker_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUKASA_EXTRACTOR", "rules")


# --- two sessions


def test_what_was_said_in_one_session_is_in_a_prompt_of_the_next(
    tmp_path: Path, db: Path, answered: Callable[..., str]
):
    file = transcript(tmp_path / "one.jsonl", SESSION)
    event = {"session_id": "one", "transcript_path": str(file)}
    assert hook("claude-code", "SessionStart", event, db) == ""
    assert hook("claude-code", "UserPromptSubmit", {**event, "prompt": PORT}, db) == ""
    assert hook("claude-code", "Stop", event, db) == ""
    said = remembered(db)
    asked = {
        "session_id": "two",
        "transcript_path": str(tmp_path / "two.jsonl"),
        "prompt": "Which port does the staging database use?",
    }
    printed = hook("claude-code", "UserPromptSubmit", asked, db)

    assert said == [
        ("user", PORT),
        ("assistant", "Noted: port 6432 for staging."),
        ("user", "Please add a health check."),
    ]
    assert json.loads(printed)["hookSpecificOutput"]["hookEventName"] == "UserPromptSubmit"
    assert f"User, 20 November 2026: {PORT}" in context(printed)
    # In the session itself the client shows it, until it has compacted it.
    same = {**event, "prompt": "Which port does the staging database use?"}
    assert context(answered("claude-code", "UserPromptSubmit", same)) == ""
    answered("claude-code", "PreCompact", event)
    assert PORT in context(answered("claude-code", "UserPromptSubmit", same))
    # A transcript is read again with every stop, and stored once.
    assert remembered(db) == said


def test_a_transcript_that_grows_is_stored_once(tmp_path: Path, db: Path):
    lines: list[tuple[str, object]] = [("user", f"Step {n} takes {n} minutes.") for n in range(60)]
    for length in (30, 45, 60):
        file = transcript(tmp_path / "one.jsonl", lines[:length])
        Spool(db).add({"client": "claude-code", "session": "one", "transcript": str(file)})
        said = remembered(db)

    assert [text for _, text in said] == [text for _, text in lines]


def test_codex_and_cursor(tmp_path: Path, db: Path, answered: Callable[..., str]):
    rollout = tmp_path / "rollout.jsonl"
    lines: list[dict[str, object]] = [
        {"timestamp": "2026-11-20T10:00:00Z", "type": "session_meta", "payload": {"id": "c1"}},
        {
            "timestamp": "2026-11-20T10:00:01Z",
            "type": "response_item",
            "payload": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": PORT}]},
        },
    ]
    rollout.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    answered(
        "codex",
        "Stop",
        {"session_id": "c1", "transcript_path": str(rollout), "last_assistant_message": "Fine."},
    )
    answered("cursor", "beforeSubmitPrompt", {"conversation_id": "u1", "prompt": "The linter is ruff."})
    answered("cursor", "afterAgentResponse", {"conversation_id": "u1", "text": "Good."})
    answered("cursor", "stop", {"conversation_id": "u1", "status": "completed"})
    said = remembered(db)
    printed = answered(
        "cursor", "beforeSubmitPrompt", {"conversation_id": "u2", "prompt": "Which linter is used?"}
    )

    assert said == [("user", PORT), ("user", "The linter is ruff."), ("assistant", "Good.")]
    assert json.loads(printed)["continue"] is True
    assert "The linter is ruff." in context(printed)


def test_a_session_begins_with_what_is_always_worth_knowing(db: Path, answered: Callable[..., str]):
    with Memory.open(db) as memory:
        memory.of(user="me").remember("My name is Ines and I live in Porto.", at=START)
        memory.of(user="other").remember("I live in Graz.", at=START)
    printed = answered("codex", "SessionStart", {"session_id": "x", "source": "startup"})

    assert "User lives in Porto" in context(printed)
    assert "Graz" not in printed


def test_what_does_not_bear_on_a_prompt_is_left_out(db: Path, answered: Callable[..., str]):
    with Memory.open(db) as memory:
        mine = memory.of(user="me")
        mine.remember(
            [{"role": "user", "content": f"Note {n}: kettle {n} boils.", "at": START} for n in range(50)]
        )
        mine.remember(PORT, at=START)
        (turn,) = mine.remember("The staging password manager is Bitwarden.", at=START).turns
        mine.forget([turn])
    prompts = [
        "ok",
        "yes, continue",
        "/compact",
        "Write a poem about penguins.",
        "<system-reminder>kettle</system-reminder>",
    ]
    printed = [
        answered("claude-code", "UserPromptSubmit", {"session_id": "x", "prompt": prompt})
        for prompt in prompts
    ]
    staging = answered("claude-code", "UserPromptSubmit", {"session_id": "x", "prompt": "Where is staging?"})

    assert printed == [""] * len(prompts)
    assert PORT in context(staging)
    assert "Bitwarden" not in staging


def test_a_running_server_answers(
    tmp_path: Path, db: Path, answered: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(running, "_WAIT_SECONDS", 60.0)
    prompt = {"session_id": "two", "prompt": "Which port does the staging database use?"}
    with served(tmp_path) as server:
        with server.client(server.key()) as client:
            client.post("/v1/users/me/turns", json={"messages": PORT, "session": "one"}).raise_for_status()
        notice = RunningServer(
            "127.0.0.1", int(server.url.rpartition(":")[2]), server.key(role="read"), "default"
        )
        with announced(notice_file(db), notice):
            printed = answered("codex", "UserPromptSubmit", prompt)
            same = answered("codex", "UserPromptSubmit", {**prompt, "session_id": "one"})
            left = notice_file(db).read_bytes()
            mode = notice_file(db).stat().st_mode

    assert PORT in context(printed)
    assert PORT not in same
    assert oct(mode)[-3:] == "600"
    # A notice that a crash left behind is not believed: nobody holds its lock.
    notice_file(db).write_bytes(left)
    assert answered("codex", "UserPromptSubmit", prompt) == ""


def test_the_example_of_the_guide(db: Path, answered: Callable[..., str]):
    guide = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text("utf-8")
    asked, answer = re.findall(r"^```json\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    with Memory.open(db) as memory:
        memory.of(user="me").remember("The staging database listens on port 6432.", session="s1", at=START)

    assert json.loads(answered("claude-code", "UserPromptSubmit", json.loads(asked))) == json.loads(answer)


# --- never in the way


@pytest.mark.parametrize(
    ("client", "event", "payload"),
    [
        ("claude-code", "UserPromptSubmit", "no JSON"),
        ("claude-code", "UserPromptSubmit", "[]"),
        ("claude-code", "Stop", '{"transcript_path": "/dev/null/x"}'),
        ("claude-code", "Nothing", "{}"),
        ("emacs", "Stop", "{}"),
        ("cursor", "beforeSubmitPrompt", '{"prompt": 5, "conversation_id": null}'),
    ],
)
def test_what_cannot_be_answered_is_silence(db: Path, client: str, event: str, payload: str):
    assert hook(client, event, payload, db) == ""


def test_a_damaged_store_is_silence(db: Path):
    db.write_bytes(b"no store" * 1000)

    assert hook("codex", "UserPromptSubmit", {"session_id": "x", "prompt": "Which port?"}, db) == ""


def test_a_hook_that_takes_too_long_ends(db: Path):
    began = time.monotonic()
    command = [sys.executable, "-m", "lukasa.surfaces.entry", "hook", "codex", "Stop", "--db", str(db)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:  # nothing is ever sent
        assert process.wait(timeout=60) == 0
        assert process.stdout is not None
        assert process.stdout.read() == b""
    assert time.monotonic() - began < 60


def test_what_waits_outlives_a_kill(db: Path):
    spool = Spool(db)
    spool.add({"client": "cursor", "session": "s", "role": "user", "content": PORT, "at": START.isoformat()})
    spool.add({"client": "cursor", "session": "s", "role": "user", "content": "x", "at": "no time"})
    (spool.folder / "half.json").write_text("{")
    command = [sys.executable, "-m", "lukasa.surfaces.hooks.worker", str(db)]
    worker = subprocess.Popen(command)
    time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    assert remembered(db) == [("user", PORT)]
    assert len(list(spool.folder.glob("*.refused"))) == 2
    assert oct(spool.folder.stat().st_mode)[-3:] == "700"


def test_one_process_at_a_time_remembers(db: Path):
    spool = Spool(db)
    spool.add({"client": "cursor", "session": "s", "role": "user", "content": PORT, "at": START.isoformat()})
    with spool.alone() as alone:
        assert alone
        assert work(db) is False
        assert len(spool.entries()) == 1

    assert remembered(db) == [("user", PORT)]


def test_a_hook_takes_little_time(db: Path, capsys: pytest.CaptureFixture[str]):
    with Memory.open(db) as memory:
        notes = [
            {"role": "user", "content": f"Note {n}: room {n % 7}, {n} degrees.", "at": START}
            for n in range(300)
        ]
        memory.of(user="me").remember([*notes, {"role": "user", "content": PORT, "at": START}])
    asked = {"session_id": "two", "prompt": "Which port does the staging database use?"}
    times, cpu = [], []
    for _ in range(RUNS):
        before, began = os.times(), time.perf_counter()
        assert PORT in hook("claude-code", "UserPromptSubmit", asked, db)
        times.append(time.perf_counter() - began)
        after = os.times()
        cpu.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    if RUNS >= 20:
        with capsys.disabled():
            print(  # noqa: T201
                f"\nhook, {RUNS} runs: p50 {1000 * sorted(times)[RUNS // 2]:.0f} ms, p95 {1000 * quantiles(times, n=20)[-1]:.0f} ms; "
                f"of the processor {1000 * sum(cpu) / RUNS:.0f} ms"
            )

    # By the processor's clock: others may use the machine.
    assert min(cpu) < 1.0


# --- settings


def test_installing_and_removing_leaves_every_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / ".claude" / "settings.json"
    file.parent.mkdir()
    before = (
        '{ "model":"opus",  "permissions": {"allow": ["Bash(ls:*)", "é"]},\n\t"hooks": {\n'
        '\t\t"Stop": [ {"hooks":[{"type":"command","command":"say done"}]} ]\n\t}\n}\n\n'
    )
    file.write_text(before)
    file.chmod(0o640)
    for _ in range(2):
        assert main(["install", "claude-code", "--db", str(tmp_path / "m.lukasa")]) == 0
    installed = json.loads(file.read_text())

    assert installed["model"] == "opus"
    assert set(installed["hooks"]) == set(CLIENTS["claude-code"].events)
    assert [len(entries) for entries in installed["hooks"].values()] == [2, 1, 1, 1, 1]
    assert oct(file.stat().st_mode)[-3:] == "640"
    command = installed["hooks"]["Stop"][1]["hooks"][0]["command"]
    assert command.endswith(f"hook claude-code Stop --db {tmp_path}/m.lukasa --user me --tenant default")
    assert main(["install", "claude-code", "--remove"]) == 0
    assert file.read_text() == before


@pytest.mark.parametrize("client", CLIENTS)
def test_settings_that_hold_nothing_else_come_and_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str
):
    monkeypatch.chdir(tmp_path)
    assert main(["install", client, "--project", "--json"]) == 0
    (file,) = (path for path in tmp_path.rglob("*.json") if path.parent.name.startswith("."))
    events = json.loads(file.read_text())["hooks"]

    assert set(events) == set(CLIENTS[client].events)
    assert main(["install", client, "--project", "--remove"]) == 0
    assert not file.exists()


@pytest.mark.parametrize(
    "text", ["{,}", '// mine\n{"a": 1}', "[1]", '{"hooks": 3}', '{"hooks": {"Stop": {}}}', "\udcff"]
)
def test_settings_that_cannot_be_read_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
):
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / ".claude" / "settings.json"
    file.parent.mkdir()
    file.write_bytes(text.encode("utf-8", "surrogateescape"))

    assert main(["install", "claude-code"]) == 1
    assert file.read_bytes() == text.encode("utf-8", "surrogateescape")
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]


def test_entries_of_others_that_only_mention_us_stay():
    text = '{"hooks": {"Stop": [{"hooks": [{"command": "lukasa hook codex Stop"}, {"command": "mine"}]}, {"hooks": []}, 7]}}'

    assert without_entries(text, "codex") == text
    assert without_entries(text, "claude-code") == text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=settings().max_examples // 5)
@given(
    others=st.dictionaries(
        st.text(max_size=6).filter(lambda name: name not in {"hooks", "version"}), _JSON, max_size=3
    ),
    entries=st.dictionaries(
        st.sampled_from(["Stop", "PreCompact", "Other"]), st.lists(_JSON, min_size=1, max_size=3), max_size=3
    ),
    indent=st.sampled_from([None, 2, "\t"]),
    client=st.sampled_from(["claude-code", "codex"]),
)
def test_any_settings_are_as_before_when_entries_are_gone(
    others: dict[str, Any], entries: dict[str, Any], indent: int | str | None, client: str
):
    value = {**others, **({"hooks": entries} if entries else {})}
    text = json.dumps(value, indent=indent)
    installed = with_entries(text, client, WORDS)

    assert set(json.loads(installed)["hooks"]) >= set(CLIENTS[client].events)
    gone = without_entries(installed.replace(" hook claude-code ", f" hook {client} "), client)
    assert gone == (text if value else "")


def test_a_store_that_is_no_file_has_no_hooks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LUKASA_STORE", "memory:")

    assert main(["install", "codex"]) == 1
    with pytest.raises(ConfigError):
        with_entries("[]", "codex", WORDS)


def test_a_server_whose_folder_cannot_be_written_serves_all_the_same(tmp_path: Path):
    notice = RunningServer("127.0.0.1", 1, "lk_x", "default")

    with announced(tmp_path / "not there" / "store.serve", notice):
        assert running_server(tmp_path / "not there" / "store") is None
