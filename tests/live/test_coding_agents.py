"""The hooks in the real clients, against a scripted model. Opt-in: it needs the clients, and takes a minute.

    npm install --prefix /tmp/agents @anthropic-ai/claude-code @openai/codex
    LUKASA_TEST_CODING_AGENTS=/tmp/agents/node_modules/.bin ./test tests/live

Home folder, keys and model are made here; nothing needs the network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lukasa import Memory
from lukasa.testing.endpoint import EndpointRequest, FakeEndpoint, Reply

PROGRAMS = os.environ.get("LUKASA_TEST_CODING_AGENTS", "")  # noqa: TID251 - where the clients are

pytestmark = pytest.mark.skipif(
    not PROGRAMS, reason="set LUKASA_TEST_CODING_AGENTS to the folder of claude and codex"
)

SAID = "Remember that the staging database listens on port 6432."
ASKED = "Which port does the staging database use?"
REPLY = "The replica in Ghent is called heron."


class ScriptedModel(FakeEndpoint):
    """A server of both APIs that streams the same reply to every request."""

    def respond(self, request: EndpointRequest) -> Reply:
        if request.path.split("?")[0].endswith("/count_tokens"):
            return Reply(body=b'{"input_tokens": 10}', headers={"Content-Type": "application/json"})
        events = _anthropic() if "/messages" in request.path else _responses()
        body = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        return Reply(body=body.encode(), headers={"Content-Type": "text/event-stream"})

    def prompts(self) -> str:
        """Return what users said in all requests since the last call."""
        bodies = [request.body for request in self.asked]
        self.asked.clear()
        return json.dumps([body.get("messages") or body.get("input") for body in bodies])


def _anthropic() -> list[dict[str, Any]]:
    usage = {"input_tokens": 10, "output_tokens": 5}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": []}
    return [
        {
            "type": "message_start",
            "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage},
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": REPLY}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": usage,
        },
        {"type": "message_stop"},
    ]


def _responses() -> list[dict[str, Any]]:
    content = [{"type": "output_text", "text": REPLY, "annotations": []}]
    item = {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": content}
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    response = {"id": "r1", "object": "response", "status": "completed", "output": [item]}
    return [
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**response, "usage": {**usage, **details}}},
    ]


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as running:
        yield running


class Home:
    """A home folder with a project in it, and a store."""

    def __init__(self, folder: Path, model: ScriptedModel) -> None:
        self.folder, self.project, self.db = folder / "home", folder / "project", folder / "agent.lukasa"
        for made in (self.folder / ".claude", self.folder / ".codex", self.project):
            made.mkdir(parents=True)
        (self.folder / ".codex/config.toml").write_text(
            'model = "scripted"\nmodel_provider = "scripted"\ncheck_for_update_on_startup = false\n'
            "[analytics]\nenabled = false\n"
            f'[model_providers.scripted]\nname = "scripted"\nbase_url = "{model.base_url}"\n'
            'wire_api = "responses"\nenv_key = "SCRIPTED_KEY"\nrequest_max_retries = 0\n'
        )
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}  # noqa: TID251
        self.environment = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
            "HOME": str(self.folder),
            "ANTHROPIC_BASE_URL": model.base_url.removesuffix("/v1"),
            "ANTHROPIC_API_KEY": "scripted",
            "SCRIPTED_KEY": "scripted",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1",
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def settings(self) -> Iterator[Path]:
        files = (self.folder / ".claude/settings.json", self.folder / ".codex/hooks.json")
        return (file for file in files if file.exists())

    def install(self, client: str, *more: str) -> None:
        self.run("lukasa", "install", client, "--db", str(self.db), *more)
        for file in self.settings():
            # A deadline for a machine that is busy with tests.
            file.write_text(file.read_text().replace("--db", "--deadline 4 --db"))

    def keep_only(self, event: str) -> None:
        for file in self.settings():
            hooks = json.loads(file.read_text())["hooks"]
            file.write_text(json.dumps({"hooks": {event: hooks[event]}}))

    def remembered(self, *wanted: str) -> list[str]:
        """Return what is stored as soon as all that is wanted is."""
        texts: list[str] = []
        for _ in range(600):
            if self.db.exists():
                with Memory.open(self.db) as memory:
                    texts = [turn.text for turn in memory.of("me").turns()]
                if all(any(each in text for text in texts) for each in wanted):
                    break
            time.sleep(0.1)
        return texts


@dataclass(frozen=True)
class Client:
    """A client, and how to speak to it and to have it compact the last session."""

    name: str
    command: tuple[str, ...]
    compact: tuple[str, ...]

    def ask(self, home: Home, prompt: str) -> None:
        home.run(*self.command, prompt)


CLAUDE = (f"{PROGRAMS}/claude", "--print", "--model", "claude-sonnet-4-5")
CODEX = (
    *(f"{PROGRAMS}/codex", "exec", "--dangerously-bypass-hook-trust"),
    *("--skip-git-repo-check", "--sandbox", "read-only"),
)
CLIENTS = (
    Client("claude-code", CLAUDE, (*CLAUDE, "--continue", "/compact")),
    # The reply before took more tokens than the limit.
    Client("codex", CODEX, (*CODEX, "-c", "model_auto_compact_token_limit=10", "resume", "--last", "Go on.")),
)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_what_one_session_says_is_in_the_prompt_of_the_next(
    tmp_path: Path, model: ScriptedModel, client: Client
):
    home = Home(tmp_path, model)
    home.install(client.name)
    client.ask(home, SAID)
    stored = home.remembered(SAID, REPLY)
    model.prompts()
    client.ask(home, ASKED)
    prompts = model.prompts()

    assert stored == [SAID, REPLY]
    assert "<lukasa-memory>" in prompts
    assert "port 6432" in prompts
    home.install(client.name, "--remove")
    client.ask(home, ASKED)
    assert "<lukasa-memory>" not in model.prompts()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_all_is_stored_before_a_client_compacts(tmp_path: Path, model: ScriptedModel, client: Client):
    home = Home(tmp_path, model)
    home.install(client.name)
    home.keep_only("PreCompact")

    client.ask(home, SAID)
    before = home.db.exists()
    home.run(*client.compact)

    assert not before
    assert SAID in home.remembered(SAID, REPLY)
