from __future__ import annotations

from itertools import count

import pytest

from lukasa_evals.retrieval import metrics, report
from lukasa_evals.retrieval.record import Record, Worth

_questions = count()


def record(
    *,
    dataset: str = "one",
    system: str = "lukasa",
    question: int | None = None,
    answerable: bool = True,
    evidence: tuple[str, ...] = ("a",),
    ranks: dict[str, int] | None = None,
    shown: tuple[str, ...] = (),
    said: tuple[str, ...] = (),
    whole: tuple[str, ...] = (),
    words: float | None = None,
    silent: bool = False,
    hits: int = 5,
    milliseconds: float = 1.0,
) -> Record:
    return Record(
        dataset=dataset,
        conversation="c",
        question=next(_questions) if question is None else question,
        category="any",
        system=system,
        answerable=answerable,
        evidence=evidence,
        ranks=ranks or {},
        hits=hits,
        milliseconds=milliseconds,
        contexts={100: Worth(tokens=90, shown=shown, said=said, whole=whole, words=words, silent=silent)},
    )


def mean(name: str, *records: Record) -> float:
    (measure,) = [each for each in metrics.measures([100]) if each.name == name]
    return metrics.mean(records, measure)


def test_recall_is_the_share_of_each_questions_evidence():
    records = [
        record(evidence=("a", "b", "c", "d"), ranks={"a": 1, "b": 3, "c": 11}),
        record(evidence=("a",), ranks={"a": 3}),
    ]

    assert mean("recall@1", *records) == (1 / 4 + 0) / 2
    assert mean("recall@3", *records) == (2 / 4 + 1) / 2
    assert mean("recall@10", *records) == (2 / 4 + 1) / 2


def test_all_evidence_must_stand_in_the_context():
    records = [
        record(evidence=("a", "b"), shown=("a", "b"), said=("b",), whole=("a",)),
        record(evidence=("a",), shown=("a",), said=("a",), whole=("a",)),
        record(evidence=("a", "b"), shown=("a",)),
    ]

    assert mean("all, 100", *records) == pytest.approx(2 / 3)
    assert mean("said, 100", *records) == pytest.approx(1 / 3)
    assert mean("whole, 100", *records) == pytest.approx(1 / 3)


def test_questions_without_evidence_or_answer_are_left_out():
    records = [record(evidence=()), record(answerable=False), record(ranks={"a": 1}, shown=("a",), words=0.5)]

    assert [mean(name, *records) for name in ("recall@1", "all, 100", "words, 100")] == [1.0, 1.0, 0.5]


def test_silence_is_counted_apart_where_there_is_no_answer():
    records = [record(silent=True), record(hits=0), record(), record(), record(answerable=False, silent=True)]

    assert mean("silent, answerable", *records) == 0.5
    assert mean("silent, unanswerable", *records) == 1.0


def test_each_data_set_counts_alike():
    records = [record(dataset="large", ranks={"a": 1}) for _ in range(9)] + [record(dataset="small")]

    assert mean("recall@1", *records) == 0.5


def test_a_difference_is_paired_by_question():
    measure = metrics.measures([100])[0]
    before = [record(question=place, ranks={"a": 2}) for place in range(4)]
    after = [record(question=place, ranks={"a": 1 if place else 2}) for place in range(5)]

    found = metrics.difference(before, after, measure)
    assert found.value == 3 / 4
    assert 0 <= found.interval.low <= 3 / 4 <= found.interval.high <= 1


def test_the_strongest_has_the_highest_mean():
    measure = metrics.measures([100])[0]
    systems = {"a": [record()], "b": [record(ranks={"a": 1})], "c": [record(ranks={"a": 1})]}

    assert metrics.strongest(systems, measure) == "b"


def test_latency_is_over_all_questions():
    assert metrics.latency([record(milliseconds=each) for each in (1.0, 2.0, 9.0)]).p50 == 2.0


def test_the_report_sets_lukasa_against_the_strongest_baseline():
    records = [
        record(dataset=dataset, system=system, question=place, ranks={"a": 1} if found else {}, shown=("a",))
        for dataset in ("one", "two")
        for place in range(4)
        for system, found in (("lukasa", True), ("weak", False), ("strong", place < 2))
    ]
    tables = {each.title.split(":")[0].split(",")[0]: each for each in report.summary(records)}

    assert ["lukasa", "100.0", "100.0", "100.0", "100.0", "100.0", "1.0", "1.0"] in tables["Found"].rows
    differences = tables["Lukasa less the strongest baseline of each row"].rows
    row = next(row for row in differences if row[:2] == ["recall@10", "mean"])
    assert row[2] == "strong"
    assert row[3].startswith("+50.0 [+")
