"""mem0's own package against ours: `python scripts/integrations.py mem0` has both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "surfaces"))

from served import Served, served

from lukasa import Memory
from lukasa.surfaces.cli.main import main
from lukasa.testing.chat_endpoint import ChatEndpoint
from lukasa.testing.fakes import EmbeddingEndpoint

mem0 = pytest.importorskip("mem0")

ROOT = Path(__file__).parents[2]
PAGES = os.environ.get("LUKASA_TEST_MEM0_PAGES", "").split()  # noqa: TID251 - of a test
"""Pages of mem0's documentation, beside the one that comes with the package."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("mem0")) as server:
        yield server


def run(*command: str) -> subprocess.CompletedProcess[str]:
    outside = os.environ | {"PYTHONPATH": str(ROOT / "src")}  # noqa: TID251
    return subprocess.run(
        [sys.executable, *command], env=outside, capture_output=True, text=True, check=False, timeout=300
    )


def test_its_client_tours_our_server(server: Served):
    script = Path(__file__).parent / "_mem0_client.py"

    done = run(str(script), f"{server.url}/mem0", server.key(tenant="client"))

    assert done.returncode == 0, done.stderr[-2000:]


def test_the_snippets_of_its_documentation_run(server: Served, tmp_path: Path):
    readme = tmp_path / "README.md"
    readme.write_text(str(distribution("mem0ai").metadata.get_payload()), "utf-8")
    reach = ("--server", f"{server.url}/mem0", "--key", server.key(tenant="snippets"))

    done = run(str(ROOT / "scripts/mem0_snippets.py"), *reach, str(readme), *PAGES)

    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "README.md 1: runs" in done.stdout


SAID = {
    "ana": ["Ana likes plums", "Ana lives in Faro", "Ana is allergic to walnuts"],
    "ben": ["Ben likes figs"],
}


def test_a_store_that_it_wrote_is_moved_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")

    def answer(asked: Any) -> str:
        user = next(user for user in SAID if f"I am {user}" in json.dumps(asked))
        return json.dumps({"memory": [{"id": str(n), "text": text} for n, text in enumerate(SAID[user])]})

    with ChatEndpoint(answer=answer) as chat, EmbeddingEndpoint() as vectors:
        memory = mem0.Memory.from_config(
            {
                "llm": {"provider": "openai", "config": {"api_key": "k", "openai_base_url": chat.base_url}},
                "embedder": {
                    "provider": "openai",
                    "config": {"api_key": "k", "openai_base_url": vectors.base_url, "embedding_dims": 16},
                },
                "vector_store": {
                    "provider": "qdrant",
                    "config": {
                        "path": str(tmp_path / "qdrant"),
                        "on_disk": True,
                        "embedding_model_dims": 16,
                    },
                },
                "history_db_path": str(tmp_path / "history.db"),
            }
        )
        for user in SAID:
            memory.add(f"I am {user}, and tell of myself.", user_id=user, metadata={"topic": "life"})
        memory.add("The shop opens at nine", agent_id="bot", run_id="r1", infer=False)
        memory.add("Ana sails on Sundays", user_id="ana", infer=False, expiration_date="2999-01-31")
        for each in memory.get_all(filters={"user_id": "ana"})["results"]:
            if "Faro" in each["memory"]:
                memory.update(each["id"], data="Ana lives in Tavira")
            elif "walnuts" in each["memory"]:
                memory.delete(each["id"])
        owners = {"ana": "user_id", "ben": "user_id", "bot": "agent_id"}
        kept = {name: memory.get_all(filters={kind: name})["results"] for name, kind in owners.items()}
        memory.close()

    db = tmp_path / "moved.lukasa"
    command = ["import", "mem0", str(tmp_path / "qdrant"), "--history", str(tmp_path / "history.db"), "--db", str(db), "--json"]  # fmt: skip
    assert main(command) == 0
    moved = json.loads(capsys.readouterr().out)

    assert moved["stored"] == moved["memories"] == sum(map(len, kept.values())) == 5
    assert (moved["versions"], moved["skipped"]) == (1, {})
    with Memory.open(db) as ours:
        for name, kind in owners.items():
            handle = ours.of(name, "default" if kind == "user_id" else "default:agents")
            facts = {str(fact.metadata["mem0_id"]): fact for fact in handle.facts()}
            assert {id_: fact.text for id_, fact in facts.items()} == {
                each["id"]: each["memory"] for each in kept[name]
            }
            for each in kept[name]:
                fact = facts[each["id"]]
                assert fact.valid.start == datetime.fromisoformat(each["created_at"])
                assert (each.get("metadata") or {}).items() <= dict(fact.metadata).items()
                if each.get("expiration_date"):
                    assert fact.expires_at is not None
                    assert fact.expires_at.year == 2999
        (tavira,) = [fact for fact in ours.of("ana").facts() if "Tavira" in fact.text]
        assert [fact.text for fact in ours.of("ana").history(tavira.id)] == [
            "Ana lives in Faro",
            "Ana lives in Tavira",
        ]
