"""`lukasa-evals run`, `report` and `systems`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lukasa.testing.chat_endpoint import ChatEndpoint
from lukasa.testing.endpoint import EndpointRequest, Reply
from lukasa.testing.fakes import EmbeddingEndpoint
from lukasa_evals import cli

pytestmark = pytest.mark.usefixtures("no_plots")

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


# --- real servers ------------------------------------------------------------------------------------------------------


class Filtered(ChatEndpoint):
    """Refuses for good to be asked about the airport."""

    def respond(self, request: EndpointRequest) -> Reply:
        if "airport" in json.dumps(request.body):
            return Reply(status=400, body=b'{"error": {"code": "content_filter"}}')
        return super().respond(request)


def spec(endpoint: ChatEndpoint) -> str:
    return f"openai_compatible:test-model@{endpoint.base_url}"


def test_a_call_that_is_refused_for_good_is_one_question_failed(shared_data: Path, tmp_path: Path):
    with Filtered(answer=lambda _: "tomatoes") as endpoint:
        for _ in range(2):
            run(shared_data, tmp_path / "run", *WITHOUT_MODEL, "--reader", spec(endpoint))
        asked = len(endpoint.asked)
        run(shared_data, tmp_path / "run", *WITHOUT_MODEL, "--reader", spec(endpoint), "--replay")

    assert len(endpoint.asked) == asked
    answers = lines(tmp_path / "run" / "answers.jsonl")
    failed = [each for each in answers if each["failed"]]
    # One of six questions, of two systems and two conversations.
    assert (len(answers), len(failed)) == (24, 4)
    assert {each["text"] for each in failed} == {""}
    told = (tmp_path / "run" / "report.md").read_text("utf-8")
    assert "2 answers are empty, and count as wrong, because a request was refused" in told


def test_a_wrong_key_is_one_line(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    refusal = Reply(status=401, body=b'{"error": {"code": "invalid_api_key"}}')
    with ChatEndpoint(script=[refusal] * 100) as endpoint, pytest.raises(SystemExit) as stopped:
        run(shared_data, tmp_path / "run", *WITHOUT_MODEL, "--reader", spec(endpoint))

    assert stopped.value.code == 1
    (told,) = capsys.readouterr().err.strip().splitlines()
    assert "check the key" in told


def test_a_system_that_fails_stops_no_other(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: object) -> None:
        raise RuntimeError("the package broke")

    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setattr("lukasa_evals.systems.turns.Turns.ingest", broken)
    model = ["--model", "openai_compatible:m@http://127.0.0.1:9/v1", "--system", "openai", "--system", "full"]
    with pytest.raises(SystemExit):
        run(shared_data, tmp_path / "run", *WITHOUT_MODEL, *model)

    assert "turns-bm25: RuntimeError: the package broke" in capsys.readouterr().err
    told = (tmp_path / "run" / "report.md").read_text("utf-8")
    assert "not run: **openai**: needs a model of openai's" in told
    assert {each["system"] for each in lines(tmp_path / "run" / "contexts.jsonl")} == {"lukasa-rules", "full"}


def test_embeddings_may_come_from_openai(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with EmbeddingEndpoint() as endpoint:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.base_url)
        asked = ["--system", "rag-128x1", "--system", "lukasa-verbatim", "--limit", "1"]
        run(shared_data, tmp_path / "run", *asked, "--embedder", "openai:text-embedding-3-small")

    assert {each.body["model"] for each in endpoint.asked} == {"text-embedding-3-small"}
    assert len(lines(tmp_path / "run" / "contexts.jsonl")) == 12


def test_the_claims_are_printed_with_what_is_missing(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    run(shared_data, tmp_path / "run", *WITHOUT_MODEL, "--system", "full")
    cli.main(
        [
            "headline",
            str(tmp_path / "run"),
            "--data",
            str(shared_data),
            "--limit",
            "2",
            "--base",
            "lukasa-rules",
        ]
    )

    told = capsys.readouterr().out
    assert "the run has no row 'openai': it was not asked for" in told
    assert "tokens of a context: lukasa-rules against full" in told


def test_tokens_are_counted_exactly_where_the_table_is_at_hand(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    run(shared_data, tmp_path / "run", *WITHOUT_MODEL)
    assert "over LoCoMo 4.2 % more than cl100k_base" in (tmp_path / "run" / "report.md").read_text("utf-8")
    with pytest.raises(SystemExit):
        run(shared_data, tmp_path / "other", *WITHOUT_MODEL, "--tokens", "letters")
    assert "must be auto, cl100k or estimate" in capsys.readouterr().err
