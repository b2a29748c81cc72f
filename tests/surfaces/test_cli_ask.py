"""`lukasa ask` and `lukasa chat`."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from command_line import Run
from rich.console import Console

from lukasa.domain.answer import Answer, AnswerReason, Citation
from lukasa.surfaces.cli.ask import show_sources, spoken
from lukasa.testing.chat_endpoint import ChatEndpoint
from lukasa.testing.endpoint import Reply

SAID = ("My violin broke on the way.", "--speaker", "Ines", "--at", "2026-03-02T10:00:00Z")
QUESTION = "What happened to the violin?"


def cited(number: int, text: str) -> Citation:
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    return Citation(number=number, kind="turn", id=f"t_{number}", text=text, at=at, speaker="Ines")


def shown(answer: Answer) -> str:
    out = Console(file=io.StringIO(), width=120)
    show_sources(out, answer)
    return out.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_without_a_model_the_evidence_is_quoted_and_the_warning_says_what_to_set(lukasa: Run):
    lukasa("remember", *SAID)

    done = lukasa("ask", QUESTION)

    assert done.code == 0
    assert "violin broke on the way" in done.out.splitlines()[0]
    assert "[1]" in done.out.splitlines()[0]
    assert "2026-03-02 10:00" in done.out
    assert "LUKASA_LLM" in done.err


def test_json_is_the_answer_alone(lukasa: Run):
    lukasa("remember", *SAID)

    answer = lukasa("ask", QUESTION, "--json").json

    assert (answer["question"], answer["mode"], answer["abstained"]) == (QUESTION, "evidence", False)
    assert answer["citations"][0]["number"] == 1
    assert answer["text"].splitlines()[0].endswith("[1]")


def test_a_streamed_answer_is_the_same(lukasa: Run):
    lukasa("remember", *SAID)

    assert lukasa("ask", QUESTION, "--stream") == lukasa("ask", QUESTION)


def test_the_user_and_the_filter_say_whose_memory_and_what_of_it(lukasa: Run):
    lukasa("remember", *SAID)

    other = lukasa("ask", QUESTION, "--user", "bob", "--json").json
    none = lukasa("ask", QUESTION, "--filter", '{"session": "s9"}', "--json").json

    assert (other["text"], other["reason"]) == ("I don't know.", "nothing relevant")
    assert (none["text"], none["reason"]) == ("I don't know.", "nothing relevant")


def test_there_is_nothing_to_answer_from(lukasa: Run):
    lukasa("remember", *SAID)

    done = lukasa("ask", QUESTION, "--user", "bob")

    assert done.out.splitlines() == ["I don't know.", "Nothing that is remembered bears on this."]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--stream", "--json"), "--stream"),
        (("--filter", "{"), "not JSON"),
        (("--budget", "0"), "budget"),
        (("--now", "soon"), "soon"),
    ],
)
def test_what_cannot_be_done_is_said(lukasa: Run, arguments: tuple[str, ...], told: str):
    lukasa("remember", *SAID)

    done = lukasa("ask", QUESTION, *arguments)

    assert done.code == 1
    assert told in done.err


def test_pieces_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]):
    last = Answer(question="?", text="It broke [2].")

    def pieces():
        yield "It broke"
        assert capsys.readouterr().out == "It broke"
        yield " [2]."
        yield last

    assert spoken(pieces()) is last
    assert capsys.readouterr().out == " [2].\n"


def test_only_what_is_cited_is_listed():
    pieces = [cited(1, "It rains."), cited(2, "It broke.")]

    out = shown(Answer(question="?", text="It broke [2].", citations=pieces[1:], evidence=pieces))

    assert out.split() == ["[2]", "2026-03-02", "10:00", "Ines:", "It", "broke.", "t_2"]


@pytest.mark.parametrize("reason", ["nothing relevant", "nothing cited", "the model does not know"])
def test_every_reason_of_an_abstention_is_explained_and_the_draft_is_not_shown(reason: AnswerReason):
    out = shown(
        Answer(
            question="?",
            text="I don't know.",
            abstained=True,
            reason=reason,
            draft="PWNED",
            evidence=[cited(1, "x")],
        )
    )

    assert out.strip()
    assert "PWNED" not in out


# --- chat ------------------------------------------------------------------------------------------------------------


def counting(body: Mapping[str, Any]) -> str:
    return f"I was shown {len(body['messages']) - 1}."


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch):
    with ChatEndpoint(answer=counting) as endpoint:
        monkeypatch.setenv("LUKASA_LLM", "openai_compatible:test-model")
        monkeypatch.setenv("LUKASA_LLM_URL", endpoint.base_url)
        monkeypatch.setenv("LUKASA_LLM_ATTEMPTS", "1")
        monkeypatch.setenv("LUKASA_EXTRACTOR", "none")
        yield endpoint


def test_a_chat_is_a_line_each_and_is_remembered(
    lukasa: Run, model: ChatEndpoint, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", io.StringIO("My violin broke.\n\nWhat broke?\n"))

    done = lukasa("chat", "--session", "s1")

    assert (done.code, done.out.split("\n")[:2]) == (0, ["I was shown 1.", "I was shown 3."])
    turns = [turn["text"] for turn in lukasa("turns", "--json").json]
    assert turns == ["My violin broke.", "I was shown 1.", "What broke?", "I was shown 3."]
    one = lukasa("chat", "Hello.", "--json").json
    assert one["text"] == "I was shown 1."
    assert "My violin broke." in json.dumps(model.asked[-1].body)


def test_a_chat_goes_on_after_a_failure(lukasa: Run, model: ChatEndpoint, monkeypatch: pytest.MonkeyPatch):
    model.script = [Reply(status=503)]
    monkeypatch.setattr("sys.stdin", io.StringIO("My violin broke.\nHello?\n"))

    done = lukasa("chat", "--session", "s1")

    assert (done.code, done.out) == (0, "I was shown 2.\n")
    assert "answered 503" in done.err
    model.script = [Reply(status=401)]
    assert lukasa("chat", "Hello.").code == 1
