"""The whole command on small data sets of our own, with the embedder that needs no weights."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lukasa_evals import cli
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import memory as memories
from lukasa_evals.retrieval.compare import compare
from lukasa_evals.retrieval.record import Record, read, write

BASELINES = [f"{kind}, {unit}" for unit in ("turns", "passages") for kind in ("bm25", "dense", "rrf")]

STORY = "We planted tomatoes. " * 60 + "The neighbour is called Bernadette. " + "Then it rained again. " * 60

CHAT = [
    {
        "conversation": "garden",
        "session": "a",
        "at": "2024-05-06",
        "role": "user",
        "text": "I live in Porto.",
    },
    {"conversation": "garden", "session": "a", "role": "assistant", "text": STORY},
    {
        "conversation": "garden",
        "session": "b",
        "at": "2024-06-01",
        "role": "user",
        "text": "I moved to Braga.",
    },
    {"conversation": "garden", "question": "Where do I live?", "answer": "Braga", "evidence": ["b:1"]},
    {
        "conversation": "garden",
        "question": "What is the neighbour called?",
        "answer": "Bernadette",
        "evidence": ["a:2"],
        "category": "names",
    },
    {"conversation": "garden", "question": "Which car do I drive?", "answer": None},
]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chat") / "garden.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in CHAT), encoding="utf-8")
    return path


def evaluate(*arguments: object, embedder: str = "hashing") -> None:
    cli.app(["retrieval", "--embedder", embedder, *map(str, arguments)], result_action="return_value")


def settings(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "settings.json").read_text(encoding="utf-8"))
    return found


def results(run: Path) -> list[Record]:
    return list(read(run / "results.jsonl"))


@pytest.fixture(scope="module")
def run(chat: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "one"
    evaluate(
        *("--dataset", f"jsonl:{chat}", "--dataset", f"locomo@dev:{shared_data}"),
        *("--budgets", "250,2000", "--out", out, "--turns-only"),
    )
    return out


def test_every_question_of_every_data_set_is_put_to_every_system(run: Path):
    keys = [("garden", "garden", question) for question in range(3)]
    keys += [("locomo dev", f"pair-{pair}", question) for pair in range(5) for question in range(6)]

    assert [record.key for record in results(run) if record.system == "lukasa"] == keys
    assert {record.system for record in results(run)} == {"lukasa", "lukasa, turns only", *BASELINES}
    assert len(results(run)) == len(keys) * (2 + len(BASELINES))


def test_a_budget_that_holds_all_completes_every_question_of_a_system_that_ranks_all(run: Path):
    for record in results(run):
        if record.system.startswith(("dense", "rrf")) and record.dataset == "locomo dev":
            assert set(record.contexts[2000].whole) == set(record.evidence)


def test_no_context_has_more_tokens_than_its_budget(run: Path):
    assert all(worth.tokens <= budget for each in results(run) for budget, worth in each.contexts.items())


def test_a_turn_that_is_too_long_is_shown_by_its_passages_alone(run: Path):
    found = {each.system: each.contexts[250] for each in results(run) if each.key == ("garden", "garden", 1)}

    assert (found["bm25, turns"].shown, found["bm25, turns"].words) == ((), 0.0)
    assert (found["bm25, passages"].shown, found["bm25, passages"].whole) == (("a:2",), ())
    assert found["bm25, passages"].words == 1.0


def test_lukasa_finds_an_obvious_answer(run: Path):
    (record,) = [r for r in results(run) if r.system == "lukasa" and r.key == ("locomo dev", "pair-0", 2)]

    assert record.ranks["D2:2"] <= 3
    assert record.contexts[2000].whole == ("D2:2",)


def test_categories_and_unanswerable_questions_are_told(run: Path):
    found = {record.key: (record.category, record.answerable) for record in results(run)}

    assert found["garden", "garden", 1] == ("names", True)
    assert found["garden", "garden", 2] == ("uncategorised", False)
    assert found["locomo dev", "pair-0", 5] == ("adversarial", False)


def test_no_word_of_the_data_set_is_in_what_a_run_leaves(run: Path):
    for name in ("results.jsonl", "settings.json", "report.md"):
        found = set(re.findall(r"[a-z]+", (run / name).read_text(encoding="utf-8").lower()))

        assert not found & {"tomatoes", "bakery", "theatre", "petra", "porto", "braga", "bernadette"}, name


def test_settings_tell_what_was_run(run: Path, chat: Path):
    found = settings(run)

    assert [
        (
            each["name"],
            each["conversations"],
            each["turns"],
            each["questions"],
            each["with_evidence"],
            each["unanswerable"],
        )
        for each in found["datasets"]
    ] == [("garden", 1, 3, 3, 2, 1), ("locomo dev", 5, 25, 30, 20, 5)]
    assert found["budgets"] == [250, 2000]
    assert str(chat.parent) not in json.dumps(found)


def test_the_report_has_every_data_set_and_no_hole(run: Path):
    report = (run / "report.md").read_text(encoding="utf-8")

    for heading in (
        "Data sets",
        "Found",
        "garden, by category",
        "locomo dev, by category",
        "less the strongest",
    ):
        assert heading in report
    assert "nan" not in re.findall(r"\w+", report.lower())


def test_what_is_said_later_is_not_found_when_only_the_past_may_be(tmp_path: Path):
    question = {**CHAT[3], "answer": "Porto", "evidence": ["a:1"], "asked_at": "2024-05-20"}
    path = tmp_path / "garden.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (*CHAT[:3], question)), encoding="utf-8")
    for name, option in (("all", ()), ("past", ("--past",))):
        evaluate("--dataset", f"jsonl:{path}", "--out", tmp_path / name, *option)

    hits = {name: {each.system: each.hits for each in results(tmp_path / name)} for name in ("all", "past")}
    assert all(
        hits["all"][system] == 3 and hits["past"][system] == 2 for system in ("dense, turns", "lukasa")
    )


def test_stores_and_vectors_are_used_again_when_nothing_changed(chat: Path, tmp_path: Path):
    usual = ("--dataset", f"jsonl:{chat}", "--cache", tmp_path / "cache")
    evaluate(*usual, "--out", tmp_path / "first")
    kept = {
        path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir() if path.suffix == ".npy"
    }
    evaluate(*usual, "--out", tmp_path / "second")
    evaluate(*usual, "--out", tmp_path / "third", "--no-baselines", "--rebuild")

    imported = [settings(tmp_path / name)["datasets"][0]["imported"] for name in ("first", "second", "third")]
    assert imported == [3, 0, 3]
    assert len(kept) == 2
    assert all((tmp_path / "cache" / name).stat().st_mtime_ns == time for name, time in kept.items())
    assert not any(c.gained or c.lost for c in compare(tmp_path / "first", tmp_path / "second", "lukasa"))


def test_a_store_of_another_embedder_or_data_set_is_not_used_again(chat: Path, tmp_path: Path):
    other = tmp_path / "other.jsonl"
    other.write_text(chat.read_text(encoding="utf-8").replace("Porto", "Faro"), encoding="utf-8")
    for name, path, embedder in (("1", chat, "hashing"), ("2", chat, "none"), ("3", other, "hashing")):
        usual = ("--dataset", f"jsonl:{path}", "--cache", tmp_path / "cache", "--no-baselines")
        evaluate(*usual, "--out", tmp_path / name, embedder=embedder)

    assert [settings(tmp_path / name)["datasets"][0]["imported"] for name in "123"] == [3, 3, 3]
    assert len(list((tmp_path / "cache").glob("*.lukasa"))) == 3


def test_an_interrupted_import_leaves_no_store(chat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(memories, "remember", interrupted)
    with pytest.raises(SystemExit):
        evaluate("--dataset", f"jsonl:{chat}", "--cache", tmp_path / "cache", "--out", tmp_path / "run")

    assert list((tmp_path / "cache").iterdir()) == []


def test_a_run_is_never_overwritten(run: Path, chat: Path):
    with pytest.raises(EvalError, match="has results already"):
        evaluate("--dataset", f"jsonl:{chat}", "--out", run)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--budgets", "300,many"), "numbers with commas, not '300,many'"),
        (("--budgets", "0"), "1 or more, not '0'"),
        (("--policy", "nonsense=1"), "no 'nonsense'"),
        (("--policy", "per_channel=many"), "must be JSON"),
        (("--limit", "0"), r"no conversation in split 'all' \(limit 0\)"),
        (("--dataset", "somewhere"), "must be KIND:PATH, such as jsonl:chats.jsonl, not 'somewhere'"),
        (("--dataset", "locomo@later:x"), "must be dev, test or all, not 'later'"),
        (("--dataset", "jsonl:elsewhere/garden.jsonl"), "cannot read 'garden.jsonl'"),
        (("--dataset", "loco:x"), "unknown data set 'loco'; did you mean 'locomo'"),
    ],
)
def test_a_wrong_argument_is_named(chat: Path, tmp_path: Path, arguments: tuple[str, ...], message: str):
    with pytest.raises(EvalError, match=message):
        evaluate("--dataset", f"jsonl:{chat}", "--out", tmp_path / "run", *arguments)


def test_a_data_set_named_twice_is_refused(chat: Path, tmp_path: Path):
    with pytest.raises(EvalError, match="names 'garden' twice"):
        evaluate("--dataset", f"jsonl:{chat}", "--dataset", f"jsonl:{chat}", "--out", tmp_path / "run")


def test_an_expected_error_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="1"):
        cli.main(["retrieval", "--dataset", f"locomo:{tmp_path}"])
    assert capsys.readouterr().err.startswith("error: cannot read 'locomo10.json'")


def test_runs_are_compared_question_by_question(run: Path, tmp_path: Path):
    better = [r if r.category != "multi-hop" else found_all(r) for r in results(run)]
    worse = [r if r.category != "multi-hop" else found_none(r) for r in better]
    for name, records in (("worse", worse), ("better", better)):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "results.jsonl", records)
    found = {
        change.dataset: change
        for change in compare(tmp_path / "worse", tmp_path / "better", "lukasa")
        if change.measure == "all, 2,000"
    }

    assert (found["locomo dev"].gained, found["locomo dev"].lost) == (5, 0)
    assert found["locomo dev"].difference.value == pytest.approx(5 / 20)
    assert found["garden"].difference.value == 0
    mean = found[None]
    assert (mean.questions, mean.difference.value) == (22, pytest.approx(5 / 20 / 2))
    assert mean.after - mean.before == pytest.approx(mean.difference.value)


def test_a_comparison_is_printed(run: Path, capsys: pytest.CaptureFixture[str]):
    cli.app(["compare", str(run), str(run), "--everything"], result_action="return_value")

    assert "lukasa, mean over questions" in capsys.readouterr().out


def test_runs_without_a_common_question_are_refused(run: Path, tmp_path: Path):
    write(tmp_path / "results.jsonl", [])

    with pytest.raises(EvalError, match="no question of 'lukasa' in common"):
        compare(run, tmp_path, "lukasa")


def found_all(record: Record) -> Record:
    contexts = {budget: replace(worth, shown=record.evidence) for budget, worth in record.contexts.items()}
    return replace(record, contexts=contexts)


def found_none(record: Record) -> Record:
    return replace(record, contexts={b: replace(worth, shown=()) for b, worth in record.contexts.items()})
