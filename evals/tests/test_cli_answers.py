"""`lukasa-evals run`, `report` and `systems`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lukasa_evals import cli

WITHOUT_MODEL = [
    "--system",
    "lukasa-rules",
    "--system",
    "turns-bm25",
    "--embedder",
    "hashing",
    "--limit",
    "2",
]


def run(data: Path, out: Path, *more: str) -> None:
    cli.main(["run", "--data", str(data), "--out", str(out), *more])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_run_without_a_model_measures_contexts(shared_data: Path, tmp_path: Path):
    run(shared_data, tmp_path / "run", *WITHOUT_MODEL)

    contexts = lines(tmp_path / "run" / "contexts.jsonl")
    assert len(contexts) == 2 * 2 * 6
    told = (tmp_path / "run" / "report.md").read_text("utf-8")
    assert "turns-bm25" in told
    assert "lukasa-rules" in told


def test_the_report_has_no_word_of_the_data_set(shared_data: Path, tmp_path: Path):
    run(shared_data, tmp_path / "run", *WITHOUT_MODEL)

    told = (tmp_path / "run" / "report.md").read_text("utf-8").lower()
    assert not [word for word in ("olu", "petra", "tomato", "bakery", "piano") if word in told]


def test_what_cannot_run_is_named_with_the_reason(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    run(shared_data, tmp_path / "run", *WITHOUT_MODEL, "--system", "openai", "--system", "lukasa-llm")

    told = (tmp_path / "run" / "report.md").read_text("utf-8")
    assert "OPENAI_API_KEY is not set" in told
    assert "needs a language model (--model)" in told


def test_a_batch_goes_out_and_comes_in(shared_data: Path, tmp_path: Path):
    asked = [*WITHOUT_MODEL, "--reader", "openai:gpt-test", "--judge", "openai:gpt-judge"]
    run(shared_data, tmp_path / "run", *asked, "--batch-out", str(tmp_path / "first"))
    requests = lines(tmp_path / "first" / "requests-reader-001.jsonl")
    assert {line["body"]["model"] for line in requests} == {"gpt-test"}

    replies = tmp_path / "replies"
    replies.mkdir()
    body = {"choices": [{"message": {"content": "tomatoes"}}], "model": "gpt-test"}
    done = [
        {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}} for line in requests
    ]
    (replies / "replies-reader-001.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in done))
    run(
        shared_data,
        tmp_path / "run",
        *asked,
        "--batch-in",
        str(replies),
        "--batch-out",
        str(tmp_path / "second"),
    )
    assert len(lines(tmp_path / "run" / "answers.jsonl")) == 2 * 2 * 6
    assert [path.name for path in (tmp_path / "second").iterdir()] == ["requests-judge1-001.jsonl"]


REFUSED = {
    "lukasa-rules": ["--system", "lukasa-rulez"],
    "none of the systems can run": ["--system", "lukasa-llm"],
    "without --replay": [*WITHOUT_MODEL, "--reader", "openai:gpt-test", "--replay"],
    "no replies": [*WITHOUT_MODEL, "--batch-in", "nowhere", "--reader", "openai:x"],
    "unknown data set": ["--dataset", "locomoo"],
}


@pytest.mark.parametrize("told", REFUSED)
def test_what_cannot_be_done_is_one_line(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], told: str
):
    with pytest.raises(SystemExit) as stopped:
        run(shared_data, tmp_path / "run", *REFUSED[told])
    assert stopped.value.code == 1
    assert told in capsys.readouterr().err


def test_the_systems_are_listed(capsys: pytest.CaptureFixture[str]):
    cli.main(["systems"])
    told = capsys.readouterr().out
    assert "rag-8192x2" in told
    assert "memgpt" in told


def test_runs_are_reported_together(shared_data: Path, tmp_path: Path):
    run(shared_data, tmp_path / "a", "--system", "turns-bm25", "--embedder", "hashing", "--limit", "1")
    run(shared_data, tmp_path / "b", "--system", "full", "--embedder", "hashing", "--limit", "1")
    cli.main(
        ["report", str(tmp_path / "a"), str(tmp_path / "b"), "--data", str(shared_data), "--limit", "1", "--out", str(tmp_path / "c")]
    )  # fmt: skip
    told = (tmp_path / "c" / "report.md").read_text("utf-8")
    assert "turns-bm25" in told
    assert "full" in told
