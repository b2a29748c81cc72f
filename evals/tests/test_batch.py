"""Pending calls as files of a batch API, and the replies that come back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lukasa.errors import RequestRefusedError
from lukasa.ports.llm import ChatMessage, Limits, LLMReply, LLMRequest, Shape
from lukasa_evals.answers import batch
from lukasa_evals.answers.calls import Calls, Kept, PendingError, Spent
from lukasa_evals.errors import EvalError

SHAPE = Shape(name="verdict", schema={"type": "object", "properties": {"label": {"type": "string"}}})


def request(text: str, shape: Shape | None = None) -> LLMRequest:
    return LLMRequest(
        messages=(ChatMessage("system", "Be brief."), ChatMessage("user", text)),
        purpose="answer",
        shape=shape,
        limits=Limits(max_tokens=50),
    )


async def pending(tmp_path: Path, *requests: LLMRequest) -> Calls:
    calls = Calls(Kept(tmp_path / "reader.jsonl"), "openai:gpt-test")
    for each in requests:
        with pytest.raises(PendingError):
            await calls.complete(each)
    return calls


def reply(key: str, content: str) -> dict[str, object]:
    body = {
        "model": "gpt-test-1",
        "choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3},
    }
    return {"custom_id": key, "response": {"status_code": 200, "body": body}, "error": None}


@pytest.mark.anyio
async def test_requests_are_written_as_the_batch_api_wants_them(tmp_path: Path) -> None:
    calls = await pending(tmp_path, request("Who?"), request("Right?", SHAPE))
    files = batch.write(tmp_path / "out", {"reader": calls})
    assert [path.name for path in files] == ["requests-reader-001.jsonl"]
    lines = [json.loads(line) for line in files[0].read_text().splitlines()]
    assert {line["custom_id"] for line in lines} == set(calls.pending)
    assert all((line["method"], line["url"]) == ("POST", "/v1/chat/completions") for line in lines)
    bodies = {line["body"]["messages"][1]["content"]: line["body"] for line in lines}
    assert bodies["Who?"]["model"] == "gpt-test"
    assert bodies["Who?"]["max_tokens"] == 50
    assert bodies["Who?"]["temperature"] == 0.0
    assert bodies["Right?"]["response_format"]["json_schema"]["name"] == "verdict"


@pytest.mark.anyio
async def test_replies_are_kept_and_then_given(tmp_path: Path) -> None:
    calls = await pending(tmp_path, request("Who?"))
    (key,) = calls.pending
    replies = tmp_path / "in"
    replies.mkdir()
    (replies / "replies-reader-001.jsonl").write_text(json.dumps(reply(key, "Ana")) + "\n")
    reader = Calls(Kept(tmp_path / "reader.jsonl"), "openai:gpt-4o-mini")
    assert batch.read(replies, {"reader": reader}) == 1
    said = await reader.complete(request("Who?"))
    assert (said.text, said.model, said.usage.tokens_in, said.usage.tokens_out) == (
        "Ana",
        "gpt-test-1",
        12,
        3,
    )


@pytest.mark.anyio
async def test_a_call_that_failed_in_the_batch_stays_pending(tmp_path: Path) -> None:
    calls = await pending(tmp_path, request("Who?"), request("What?"))
    first, second = sorted(calls.pending)
    replies = tmp_path / "in"
    replies.mkdir()
    failed = [
        {"custom_id": first, "response": None, "error": {"code": "batch_expired"}},
        {"custom_id": second, "response": {"status_code": 429, "body": {}}, "error": None},
    ]
    (replies / "replies-reader.jsonl").write_text("".join(json.dumps(line) + "\n" for line in failed))
    reader = Calls(Kept(tmp_path / "reader.jsonl"), "openai:gpt-test")
    assert batch.read(replies, {"reader": reader}) == 0
    assert len(reader.kept) == 0


@pytest.mark.anyio
async def test_a_call_that_was_refused_is_not_made_again(tmp_path: Path) -> None:
    calls = await pending(tmp_path, request("Who?"))
    (key,) = calls.pending
    replies = tmp_path / "in"
    replies.mkdir()
    body = {"error": {"code": "content_filter"}}
    refused = {"custom_id": key, "response": {"status_code": 400, "body": body}, "error": None}
    (replies / "replies-reader.jsonl").write_text(json.dumps(refused) + "\n")
    assert batch.read(replies, {"reader": calls}) == 0
    for reader in (calls, Calls(Kept(tmp_path / "reader.jsonl"), "openai:gpt-test")):
        with pytest.raises(RequestRefusedError, match="400"):
            await reader.complete(request("Who?"))


def test_a_reply_of_a_batch_has_a_price_and_no_time(tmp_path: Path) -> None:
    reader = Calls(Kept(tmp_path / "reader.jsonl"), "openai:gpt-4o-mini")
    line = reply("k", "Ana")
    line["response"]["body"]["model"] = "gpt-4o-mini-2024-07-18"  # type: ignore[index]
    (tmp_path / "replies-reader.jsonl").write_text(json.dumps(line) + "\n")
    assert batch.read(tmp_path, {"reader": reader}) == 1
    spent = Spent()
    spent.add(reader.kept.get("k") or LLMReply())
    # 12 tokens in at 0.15 dollars a million, 3 out at 0.60.
    assert (spent.dollars, spent.unpriced, spent.untimed) == (pytest.approx(3.6e-6), 0, 1)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("replies-reader.jsonl", "no json", "line 1"),
        ("replies-reader.jsonl", '{"id": "x"}', "line 1"),
        ("replies-reader.jsonl", '{"custom_id": "k", "response": {"status_code": 200}}', "line 1"),
        ("replies-writer.jsonl", "{}", "names no role"),
    ],
)
def test_a_file_that_is_no_file_of_replies_is_named(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text + "\n")
    with pytest.raises(EvalError, match=told):
        batch.read(tmp_path, {"reader": Calls(Kept(tmp_path / "kept.jsonl"), "openai:x")})


def test_a_folder_without_replies_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "requests-reader-001.jsonl").write_text("{}\n")
    with pytest.raises(EvalError, match="no replies"):
        batch.read(tmp_path, {"reader": Calls(Kept(tmp_path / "kept.jsonl"), "openai:x")})
