"""Tables against figures that were worked out by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from _evals_runs import carry_out, plan, scripted

from lukasa_evals import cli
from lukasa_evals.answers.calls import Spent
from lukasa_evals.answers.folder import Answer, Context, Held, TakenIn, Verdict, begin
from lukasa_evals.datasets.values import Conversation, Dataset, Label, Question, Said, Session
from lukasa_evals.errors import EvalError
from lukasa_evals.reports import comparing, differences, judges, measures, tables
from lukasa_evals.reports.published import PAPER_NAMES, TABLE_1, TABLE_2
from lukasa_evals.reports.records import read
from lukasa_evals.reports.write import report
from lukasa_evals.scoring.overall import overall

SAID = [Said(id=f"D1:{n}", speaker="Ines", text=f"Sentence number {n}.") for n in range(1, 4)]
QUESTIONS = [
    Question(index=0, text="Where?", category=4, published=Label(("D1:1",), "in Porto")),
    Question(index=1, text="Which?", category=1, published=Label(("D1:1", "D1:2"), "red, green")),
    Question(
        index=2,
        text="When?",
        category=2,
        published=Label(("D1:3",), "May"),
        corrected=Label(("D1:2",), "June"),
    ),
    Question(index=3, text="What boat?", category=5, published=Label(("D1:1",), None)),
]
DATASET = Dataset(
    name="locomo",
    sha256={"locomo10.json": "0" * 64},
    conversations=[
        Conversation(
            id="pair",
            split="dev",
            sessions=[Session(name="s", at=datetime(2024, 3, 3, tzinfo=UTC), turns=SAID)],
            questions=QUESTIONS,
        )
    ],
)

RUN: dict[str, Any] = {
    "started": "2026-11-26T10:00:00+00:00",
    "code": {"lukasa": "0.1.0", "commit": "abc", "dirty": False},
    "embedder": "hashing",
    "systems": ["lukasa-rules", "full"],
    "skipped": {"openai": "OPENAI_API_KEY is not set"},
    "models": {"reader": "openai:r", "judge1": "openai:j"},
    "budget": 2000,
    "prompts": {"answer": "abcd"},
}

ANSWERS = {
    "lukasa-rules": ("Porto", "red", "June", "I don't know."),
    "full": ("in Porto", "green and red", "", "The Petrel"),
}
SHOWN = {
    "lukasa-rules": (("D1:1",), ("D1:1",), ("D1:2",), ()),
    "full": (("D1:1",), ("D1:1", "D1:2"), ("D1:3", "D1:2"), ()),
}
RIGHT = {"lukasa-rules": (True, False, False), "full": (True, True, False)}


def write(folder: Path, *, systems: tuple[str, ...] = ("lukasa-rules", "full")) -> Path:
    begin(folder, RUN)
    taken, contexts = Held(folder, TakenIn), Held(folder, Context)
    answers, verdicts = Held(folder, Answer), Held(folder, Verdict)
    for system in systems:
        spent = Spent(calls=2, tokens_in=300, tokens_out=20, dollars=0.5, unpriced=1)
        taken.add(
            TakenIn(system=system, conversation="pair", seconds=2.0, spent=spent, tokens=40, items=3, bytes=2_000_000)
        )  # fmt: skip
        for place in range(4):
            contexts.add(
                Context(
                    system=system, conversation="pair", question=place, text="secret words", tokens=100 * (place + 1),
                    shown=SHOWN[system][place], contained=(1.0, 0.5, 0.0, None)[place],
                    contained_corrected=1.0 if place == 2 else None, answer=None, milliseconds=10.0 * (place + 1),
                    spent=Spent(),
                )
            )  # fmt: skip
            answers.add(
                Answer(
                    system=system, conversation="pair", question=place, repetition=0, text=ANSWERS[system][place],
                    spent=Spent(calls=1, tokens_in=100, tokens_out=5, milliseconds=1000.0, dollars=0.25),
                )
            )  # fmt: skip
    for system in systems:
        for place, right in enumerate(RIGHT[system]):
            for leniency in ("strict", "lenient"):
                for judgement in (0, 1):
                    label = "correct" if right or (leniency == "lenient" and place == 1) else "wrong"
                    if (system, place, judgement) == ("full", 0, 1):
                        label = "unreadable"
                    verdicts.add(_verdict(system, place, leniency, judgement=judgement, label=label))
    return folder


def _verdict(system: str, place: int, leniency: str, *, judgement: int, label: str) -> Verdict:
    return Verdict(
        system=system, conversation="pair", question=place, repetition=0, judge="openai:j", leniency=leniency,
        labels="published", judgement=judgement, label=label, spent=Spent(),
    )  # fmt: skip


def rows(text: str) -> dict[str, list[str]]:
    """Return the cells of a table by the first one."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {line[0]: line[1:] for line in lines[2:]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "run")


def test_what_stands_in_the_context(folder: Path):
    held = rows(tables.contexts(read([folder], DATASET), "dev", "published"))
    # Tokens: (100 + 200 + 300 + 400) / 4. All evidence: rules 1 of 3 (single-hop alone), full 3 of 3.
    assert held["lukasa-rules"][:2] == ["250", "33.3 [6.1–79.2]"]
    assert held["full"][1].startswith("100.0")
    # In the data set's order of categories: multi-hop, temporal, single-hop; the answer's words (1 + 0.5 + 0) / 3.
    assert [cell.split()[0] for cell in held["lukasa-rules"][2:]] == ["0.0", "0.0", "100.0", "50.0"]


def test_corrected_labels_count_where_there_are_some(folder: Path):
    held = rows(tables.contexts(read([folder], DATASET), "dev", "corrected"))
    assert held["lukasa-rules"][1].startswith("66.7")
    assert held["lukasa-rules"][-1].startswith("83.3")  # (1 + 0.5 + 1) / 3


def test_answers_by_category_beside_the_published_rows(folder: Path):
    held = rows(tables.quality(read([folder], DATASET), "published"))
    # F1 of single-hop: "Porto" beside "in Porto" ⅔; BLEU-1: e^(1 − 2) = 36.8. J strict 100, lenient 100.
    assert held["lukasa-rules"][2] == "66.7 / 36.8 / 100.0 / 100.0"
    # Multi-hop: "red" beside {red, green}: ⅔; J strict 0, lenient 100.
    assert held["lukasa-rules"][0].startswith("66.7 / ")
    assert held["lukasa-rules"][0].endswith("/ 0.0 / 100.0")
    # The paper's "single-hop" stands under LoCoMo's category 1.
    assert held["Mem0 (published)"][0] == "38.7 / 27.1 / 67.1"
    assert held["Mem0 (published)"][-1].endswith("66.9")
    assert held["ReadAgent (published)"][0] == "9.2 / 6.5 / –"


def test_a_verdict_that_could_not_be_read_is_not_right(folder: Path):
    strict = measures.judged(read([folder], DATASET), "openai:j", "strict")
    assert strict.figures["full"] == {("pair", 0): 0.5, ("pair", 1): 1.0, ("pair", 2): 0.0}
    held = rows(judges.wavering(read([folder], DATASET)).replace("full | strict", "full-strict | strict"))
    # Repetitions of the whole set: ⅔ and ⅓; their standard deviation is ⅓ / √2.
    assert held["full-strict"] == ["strict, openai:j", "50.0", "23.6", "2", "1"]


def test_latency_and_tokens(folder: Path):
    held = rows(tables.costs(read([folder], DATASET)))
    # Search 10, 20, 30, 40 ms: median 25, p95 38.5; reading takes a second more.
    assert held["lukasa-rules"][:5] == ["250", "0.025", "0.038", "1.025", "1.038"]
    assert held["Mem0 (published)"][:5] == ["1,764", "0.148", "0.200", "0.708", "1.440"]


def test_spending(folder: Path):
    text = tables.spending(read([folder], DATASET))
    held = rows(text)
    assert len({line.count("|") for line in text.splitlines()}) == 1  # as many heads as cells
    assert held["full"] == [
        "1", "3", "40", "2.0", "2.0", "0", "2", "300", "20", "4", "400", "20", "1.50 + 1 unpriced",
    ]  # fmt: skip


def test_refusals_and_empty_answers(folder: Path):
    held = rows(tables.refusals(read([folder], DATASET)))
    assert [cell.split()[0] for cell in held["lukasa-rules"]] == ["100.0", "0.0", "0"]
    assert [cell.split()[0] for cell in held["full"]] == ["0.0", "0.0", "1"]


def test_differences_to_the_first_system(folder: Path):
    held = rows(tables.against(read([folder], DATASET), "lukasa-rules"))
    # Strict J: full has 0.5, 1, 0 where rules has 1, 0, 0: (−0.5 + 1 + 0) / 3.
    assert held["full"][0].startswith("+16.7")
    assert held["full"][1].startswith("+100.0")


def test_judges_that_agree(folder: Path):
    held = rows(judges.agreement(read([folder], DATASET)))
    # Of six first judgements the lenient one finds one more right: the list of which one half was given.
    assert held["strict, openai:j"] == ["lenient, openai:j", "6", "83.3", "1"]


def test_planted_answers_that_were_accepted(folder: Path):
    verdicts = Held(folder, Verdict)
    for place, label in enumerate(("correct", "wrong", "wrong", "wrong")):
        verdicts.add(_verdict("planted: vague", place % 3, "strict", judgement=place, label=label))
    held = rows(judges.acceptance(read([folder], DATASET)))
    assert held["strict, openai:j"][0].startswith("25.0")
    assert held["lenient, openai:j"] == ["–"]


@pytest.mark.parametrize("name", [name for name, cells in TABLE_1.items() if cells[1].judged is not None])
def test_the_papers_second_table_follows_from_its_first(name: str):
    counts = {1: 282, 2: 321, 3: 96, 4: 841}
    figures = {category: cell.judged for category, cell in TABLE_1[name].items() if cell.judged is not None}
    printed = TABLE_2[{"A-Mem*": "A-Mem"}.get(name, name)].judged
    assert overall(figures, counts) == pytest.approx(printed, abs=0.015)
    assert set(PAPER_NAMES) == set(counts)


def test_the_report_is_the_same_every_time_and_has_no_word_of_the_data_set(folder: Path, tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        out.mkdir()
        report([folder], DATASET, out)
    told = (first / "report.md").read_text("utf-8")
    assert told == (second / "report.md").read_text("utf-8")
    assert not re.search(r"Porto|Petrel|secret|Sentence", told)
    assert "not run: **openai**: OPENAI_API_KEY is not set" in told
    assert "(paper: “single-hop”)" in told


def test_plots_are_the_same_every_time(folder: Path, tmp_path: Path):
    pytest.importorskip("matplotlib")
    drawn = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        report([folder], DATASET, tmp_path / name)
        drawn.append([(tmp_path / name / f"{plot}.svg").read_bytes() for plot in ("cost", "latency")])
        assert (tmp_path / name / "cost.png").stat().st_size > 10_000
    assert drawn[0] == drawn[1]


def test_what_is_not_done_is_said(tmp_path: Path):
    folder = write(tmp_path / "run", systems=("full",))
    told = tables.missing(read([folder], DATASET))
    assert "lukasa-rules: 0 of 4 questions have a context" in told
    assert "full" not in told


def test_runs_of_other_questions_are_refused(folder: Path):
    other = replace(DATASET.conversations[0], questions=QUESTIONS[:1])
    with pytest.raises(EvalError, match="asked 3 questions that are not asked now"):
        read([folder], replace(DATASET, conversations=[other]))


def test_questions_that_one_system_got_are_told_with_both_contexts(folder: Path):
    records = read([folder], DATASET)
    found = differences.differing(records, "lukasa-rules", "full")
    assert found == [(("pair", 1), "full")]
    path = differences.write(records, "lukasa-rules", "full", folder)
    told = path.read_text("utf-8")
    assert "Do not publish" in told.splitlines()[2]
    assert "gold: red, green" in told
    assert "Answer: green and red" in told
    assert told.count("secret words") == 2
    with pytest.raises(EvalError, match="no system 'fool'"):
        differences.differing(records, "fool", "full")


def test_two_runs_are_compared_system_by_system(folder: Path, tmp_path: Path):
    after = write(tmp_path / "after", systems=("lukasa-rules", "full"))
    contexts = Held(after, Context)
    better = next(c for c in contexts.all() if (c.system, c.question) == ("lukasa-rules", 1))
    contexts.add(replace(better, shown=("D1:1", "D1:2")))
    changed = {
        (each.system, each.category): each.found.difference
        for each in comparing.compare(read([folder], DATASET), read([after], DATASET))
        if each.found.difference
    }
    assert changed == {("lukasa-rules", "all"): pytest.approx(1 / 3), ("lukasa-rules", "multi-hop"): 1.0}


@pytest.mark.anyio
async def test_a_whole_run_is_reported(tmp_path: Path):
    given = plan(["full", "rag-128x1"], planted=1)
    await carry_out(given, tmp_path / "run", scripted())
    begun = tmp_path / "run" / "run.json"
    begun.write_text(begun.read_text("utf-8").replace("{", '{"started": "now", "systems": ["full", "rag-128x1"], "skipped": {}, '
        '"code": {"lukasa": "0", "commit": null, "dirty": false}, "embedder": "hashing", ', 1), "utf-8")  # fmt: skip
    report([tmp_path / "run"], given.dataset, tmp_path)
    told = (tmp_path / "report.md").read_text("utf-8")
    assert "Deliberately wrong answers" in told
    assert "| full | 12 |" not in told


def test_the_commands(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    asked = ["--data", str(shared_data), "--limit", "1"]
    for name in ("a", "b"):
        cli.main(["run", *asked, "--system", "turns-bm25", "--system", "full", "--embedder", "hashing", "--out", str(tmp_path / name)])  # fmt: skip
    cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), *asked])
    assert "nothing changed" in capsys.readouterr().out
    cli.main(["differences", str(tmp_path / "a"), "full", "turns-bm25", *asked])
    assert (tmp_path / "a" / "differences-full-turns-bm25.md").exists()
