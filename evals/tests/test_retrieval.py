"""The whole command on a small data set of our own, with the embedder that needs no weights."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lukasa_evals import cli
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.compare import compare
from lukasa_evals.retrieval.record import Record, read, write

BASELINES = {"lukasa, turns only", "lukasa, plain", "bm25", "bm25 ± 2", "dense", "rrf", "recency", "random"}


def evaluate(*arguments: object) -> None:
    cli.app(["retrieval", *map(str, arguments)], result_action="return_value")


def settings(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "settings.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def run(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "one"
    evaluate("--data", shared_data, "--out", out, "--embedder", "hashing", "--budgets", "20,300")
    return out


def test_every_question_is_put_to_every_system(run: Path):
    own = list(read(run / "records.jsonl"))
    others = list(read(run / "baselines.jsonl"))

    assert [(r.conversation, r.question) for r in own] == [
        (f"pair-{c}", q) for c in range(6) for q in range(6)
    ]
    assert {r.system for r in own} == {"lukasa"}
    assert {r.system for r in others} == BASELINES
    assert len(others) == len(own) * len(BASELINES)


def test_a_budget_that_holds_the_whole_conversation_completes_every_question(run: Path):
    for record in read(run / "baselines.jsonl"):
        if record.system in {"dense", "recency", "random"}:
            assert record.complete(300, "published")
            assert record.complete(300, "corrected")
            assert record.hollow == 0


def test_lukasa_shows_what_it_lists_within_the_budget(run: Path):
    records = list(read(run / "records.jsonl"))

    assert sum(record.hollow for record in records) == 0
    assert all(words <= budget for record in records for budget, words in record.words.items())
    assert any(record.shown[300] for record in records)


def test_lukasa_finds_an_obvious_answer(run: Path):
    # "When did Ines leave the bakery?" and the turn that says "I left the bakery".
    (record,) = [r for r in read(run / "records.jsonl") if (r.conversation, r.question) == ("pair-5", 2)]

    assert record.ranks["D2:2"] <= 3
    assert record.complete(300, "published")


def test_no_word_of_the_data_set_is_in_the_records(run: Path):
    for name in ("records.jsonl", "baselines.jsonl", "settings.json", "report.md"):
        found = set(re.findall(r"[a-z]+", (run / name).read_text(encoding="utf-8").lower()))

        assert not found & {"tomatoes", "bakery", "theatre", "petra", "porto", "ines", "olu"}, name


def test_settings_tell_what_was_run(run: Path, shared_data: Path):
    found = settings(run)

    assert found["dataset"] | {"sha256": None, "words": None} == {
        "name": "locomo",
        "sha256": None,
        "conversations": 6,
        "turns": 30,
        "words": None,
        "questions": 36,
        "unreadable": 12,
        "without_evidence": 6,
        "corrected": 1,
    }
    assert found["settings"]["tokens"] == "words"
    assert "embedder_key" not in found["settings"]
    assert found["stores"]["built"] == 6
    assert found["stores"]["turns"] == 30
    assert str(shared_data) not in json.dumps(found)


def test_the_report_has_both_splits_and_both_labels(run: Path):
    report = (run / "report.md").read_text(encoding="utf-8")

    for heading in (
        "test, published",
        "dev, corrected",
        "whole, published",
        "Unlisted",
        "category 5",
        "Cost",
    ):
        assert heading in report
    assert "nan" not in report.lower()


def test_stores_are_used_again_when_nothing_changed(shared_data: Path, tmp_path: Path):
    usual = ("--data", shared_data, "--embedder", "hashing", "--stores", tmp_path / "stores", "--limit", 1)
    evaluate(*usual, "--out", tmp_path / "first", "--no-baselines")
    evaluate(*usual, "--out", tmp_path / "second")
    evaluate(*usual, "--out", tmp_path / "third", "--no-baselines", "--rebuild")

    counts = [settings(tmp_path / name)["stores"] for name in ("first", "second", "third")]
    assert [(count["built"], count["reused"]) for count in counts] == [(1, 0), (0, 1), (1, 0)]
    assert "reused" in (tmp_path / "second" / "report.md").read_text(encoding="utf-8")
    assert all(d.gained == d.lost == 0 for d in compare(tmp_path / "first", tmp_path / "second"))


def test_a_store_of_another_embedder_is_not_used_again(shared_data: Path, tmp_path: Path):
    usual = ("--data", shared_data, "--stores", tmp_path / "stores", "--limit", 1, "--no-baselines")
    evaluate(*usual, "--out", tmp_path / "first", "--embedder", "hashing")
    evaluate(*usual, "--out", tmp_path / "second", "--embedder", "none")

    assert settings(tmp_path / "second")["stores"]["built"] == 1
    assert settings(tmp_path / "second")["embedder"] is None


def test_a_file_that_no_evaluation_built_is_not_overwritten(shared_data: Path, tmp_path: Path):
    (tmp_path / "pair-0.lukasa").write_bytes(b"somebody's own")

    with pytest.raises(EvalError, match=r"'pair-0.lukasa' .* not built by an evaluation"):
        evaluate(
            "--data", shared_data, "--stores", tmp_path, "--out", tmp_path / "run", "--embedder", "hashing"
        )
    assert (tmp_path / "pair-0.lukasa").read_bytes() == b"somebody's own"


def test_a_run_is_never_overwritten(run: Path, shared_data: Path):
    with pytest.raises(EvalError, match="has records already"):
        evaluate("--data", shared_data, "--out", run, "--embedder", "hashing")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--budgets", "300,many"), "numbers with commas, not '300,many'"),
        (("--budgets", "0"), "1 or more, not '0'"),
        (("--policy", "nonsense=1"), "no 'nonsense'"),
        (("--policy", "per_channel=many"), "must be JSON"),
        (("--limit", "0"), r"no conversation in split 'all' \(limit 0\)"),
    ],
)
def test_a_wrong_argument_is_named(
    shared_data: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
):
    with pytest.raises(EvalError, match=message):
        evaluate("--data", shared_data, "--out", tmp_path / "run", "--embedder", "hashing", *arguments)


def test_an_expected_error_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="1"):
        cli.main(["retrieval", "--data", str(tmp_path)])
    assert capsys.readouterr().err.startswith("error: cannot read 'locomo10.json'")


def test_runs_are_compared_question_by_question(run: Path, tmp_path: Path):
    better = [r if r.category != 1 else found_all(r) for r in read(run / "records.jsonl")]
    worse = [r if r.category != 1 else found_none(r) for r in better]
    for name, records in (("worse", worse), ("better", better)):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "records.jsonl", records)
    found = {
        (d.split, d.category): d
        for d in compare(tmp_path / "worse", tmp_path / "better")
        if d.measure == "all evidence in 300 words"
    }

    whole = found["whole", "1 multi-hop"]
    assert (whole.questions, whole.before, whole.after, whole.gained, whole.lost) == (6, 0.0, 1.0, 6, 0)
    assert whole.p == pytest.approx(2 / 64)
    assert (found["dev", "all"].gained, found["test", "all"].gained) == (5, 1)
    assert (found["whole", "4 single-hop"].gained, found["whole", "4 single-hop"].p) == (0, 1.0)


def test_a_comparison_is_printed(run: Path, capsys: pytest.CaptureFixture[str]):
    cli.app(["compare", str(run), str(run), "--everything"], result_action="return_value")

    assert "lukasa, published labels" in capsys.readouterr().out


def test_runs_without_a_common_question_are_refused(run: Path, tmp_path: Path):
    write(tmp_path / "records.jsonl", [])

    with pytest.raises(EvalError, match="no question of 'lukasa' in common"):
        compare(run, tmp_path)


def found_all(record: Record) -> Record:
    return replace(record, shown=dict.fromkeys(record.shown, record.evidence))


def found_none(record: Record) -> Record:
    return replace(record, shown=dict.fromkeys(record.shown, ()))
