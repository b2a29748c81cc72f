"""Commands about what a model does, against a real server on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from command_line import Run

from lukasa.testing.chat_endpoint import ChatEndpoint
from lukasa.testing.endpoint import Reply

SAID = (
    "I live in Faro and I keep bees.",
    "--speaker",
    "Ines",
    "--session",
    "s1",
    "--at",
    "2026-03-02T10:00:00Z",
)
FARO = {
    "message": 1, "quote": "I live in Faro", "text": "Ines lives in Faro.", "subject": "Ines", "kind": "profile",
    "attribute": "lives_in", "value": "Faro", "when": None, "denied": False, "ended": False, "stance": "stated",
}  # fmt: skip


def answer(body: Mapping[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    if "<messages>" in user:
        facts = [FARO] if "I live in Faro" in user.split("<messages>")[1] else []
        return json.dumps({"facts": facts, "summary": "Ines tells where she lives."})
    mark = re.search(r"\[(\d+)\][^\n]*Faro|Faro[^\n]*\[(\d+)\]", user)
    return f"In Faro [{next(filter(None, mark.groups()), 1) if mark else 1}]."


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatEndpoint]:
    with ChatEndpoint(answer=answer) as endpoint:
        monkeypatch.setenv("LUKASA_LLM", "openai_compatible:test-model")
        monkeypatch.setenv("LUKASA_LLM_URL", endpoint.base_url)
        monkeypatch.setenv("LUKASA_LLM_ATTEMPTS", "1")
        yield endpoint


@pytest.mark.usefixtures("endpoint")
def test_remember_waits_when_it_is_told_to(lukasa: Run):
    done = lukasa("remember", *SAID, "--wait")

    assert "Ines lives in Faro." in done.out
    assert "left for the model" not in done.out
    assert lukasa("jobs").out == "No jobs.\n"


@pytest.mark.usefixtures("endpoint")
def test_what_waits_is_listed_and_flush_does_it(lukasa: Run):
    done = lukasa("remember", *SAID)
    assert "1 job left for the model: `lukasa flush` waits for it" in done.out

    listed = lukasa("jobs", "--json").json
    assert [(job["kind"], job["session"], job["state"]) for job in listed] == [("extract", "s1", "waiting")]
    assert "extract  me" in lukasa("jobs").out

    assert lukasa("flush").out == "1 job done, 0 pending.\n"
    assert [fact["text"] for fact in lukasa("facts", "--json").json] == ["Ines lives in Faro."]
    assert "Ines tells where she lives." in lukasa("summaries").out
    assert lukasa("usage", "--json").json[0]["calls"] == 1
    assert "extract" in lukasa("usage").out


@pytest.mark.usefixtures("endpoint")
def test_a_worker_without_a_model_says_so(lukasa: Run, monkeypatch: pytest.MonkeyPatch):
    lukasa("remember", "I like tea.")
    assert lukasa("worker", "--until-idle").err == ""

    monkeypatch.delenv("LUKASA_LLM")
    assert "LUKASA_LLM" in lukasa("worker", "--until-idle").err


@pytest.mark.usefixtures("endpoint")
def test_a_worker_leaves_what_is_not_due(lukasa: Run):
    lukasa("remember", *SAID)
    assert lukasa("worker", "--until-idle").out == "0 jobs done.\n"  # it waits for more of the session

    lukasa("flush")

    assert lukasa("jobs", "--json").json == []


def test_what_was_given_up_is_shown_by_the_doctor_and_revived(lukasa: Run, endpoint: ChatEndpoint):
    endpoint.script = [Reply(status=401)]
    failed = lukasa("remember", *SAID, "--wait")
    assert "check the key" in failed.err
    assert "left for the model: `lukasa retry` and `lukasa flush` try again" in failed.out
    assert "`lukasa retry`" in lukasa("flush").err

    health = lukasa("doctor", "--look")
    assert health.code == 1
    assert "failed: extract for user 'me': ProviderError; run `lukasa retry`" in health.out

    assert lukasa("retry").out == "1 job queued again.\n"
    assert lukasa("flush").code == 0
    assert lukasa("doctor", "--look").code == 0


def test_the_doctor_runs_the_loop_and_names_what_fails(lukasa: Run, endpoint: ChatEndpoint):
    endpoint.script = [Reply(status=503)]

    done = lukasa("doctor")

    assert done.code == 1
    assert "write works" in done.out
    assert "extract fails: extract: the model endpoint" in done.out
    assert lukasa("stats", "--json").json["stats"]["turns"] == 0


@pytest.mark.usefixtures("endpoint")
def test_an_answer_cites_and_a_second_reading_changes_nothing(lukasa: Run):
    lukasa("remember", *SAID, "--wait")

    assert lukasa("ask", "Where does Ines live?").out.startswith("In Faro [")
    assert lukasa("reextract", "--dry-run").out == "The same is believed.\n"
    assert lukasa("maintain").code == 0


@pytest.mark.usefixtures("endpoint")
def test_the_configuration_names_its_sources_and_hides_its_keys(lukasa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_LLM_KEY", "sk-very-secret")

    told = lukasa("config")

    assert "openai_compatible:test-model" in told.out
    assert "environment" in told.out
    assert "sk-very-secret" not in told.out
    assert lukasa("config", "--json").json["settings"]["llm"]["from"] == "environment"
    assert "sk-very-secret" not in lukasa("config", "--json").out


def test_events_and_plans_are_told_in_order(lukasa: Run):
    for day, text in (
        ("02", "I will fly to Oslo on 9 May 2026."),
        ("03", "I visited Porto on 1 February 2026."),
    ):
        lukasa("remember", text, "--speaker", "Ines", "--at", f"2026-03-{day}T10:00:00Z")

    told = [fact["text"] for fact in lukasa("timeline", "--json").json]

    assert ["Porto" in told[0], "Oslo" in told[-1]] == [True, True]
    assert len(lukasa("timeline", "--since", "2026-05-01T00:00:00Z", "--json").json) < len(told)
    assert "Porto" in lukasa("timeline").out
