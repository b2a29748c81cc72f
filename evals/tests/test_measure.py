from __future__ import annotations

from pathlib import Path

import pytest

from lukasa.adapters import registry
from lukasa_evals.datasets.values import Label, Question, Said
from lukasa_evals.errors import DatasetError
from lukasa_evals.retrieval.measure import containment, ranks_of, worth
from lukasa_evals.retrieval.record import Record, Worth, read, write
from lukasa_evals.retrieval.systems import Shown, Told

WORDS = registry.token_counter("words")()

LONG = " ".join(f"word{place}" for place in range(30))

SAID = {
    said.id: said
    for said in (
        Said(id="1", speaker="Ines", text="The bakery gave me the early shift."),
        Said(id="2", speaker="Ines", text="My sister sent me this.", caption="a grey cat on a piano"),
        Said(id="3", speaker="Olu", text="I left [the bakery]\nlast week <b>."),
        Said(id="4", speaker="Olu", text=LONG),
        Said(id="5", speaker="Olu", text="OK"),
    )
}


def asked(
    *evidence: str, answer: str | None = "the bakery", also: tuple[str, ...] = (), category: int | str = "any"
) -> Question:
    return Question(
        index=0,
        text="?",
        category=category,
        published=Label(evidence, answer, also=also),
        abstains=answer is None,
    )


def of(question: Question, text: str, *turns: str, facts: tuple[Told, ...] = ()) -> Worth:
    return worth(question, SAID, Shown(text, turns, facts), WORDS)


def test_ranks_are_of_evidence_only_and_start_at_one():
    assert ranks_of(("1", "3"), ["9", "3", "2", "3"]) == {"3": 2}


def test_evidence_counts_when_it_is_listed_and_its_words_are_there():
    text = "Ines[1]: The bakery gave me the early shift."

    assert of(asked("1"), text, "1").whole == ("1",)
    assert of(asked("1"), text).shown == ()
    assert of(asked("1"), "Ines[1]: …", "1").shown == ()


def test_neither_layout_nor_changed_marks_hide_a_turn():
    assert of(asked("3"), "Olu: I left (the bakery)\n  last week ‹b›.", "3").whole == ("3",)


def test_a_photo_without_its_caption_is_shown_in_part():
    found = of(asked("2"), "My sister sent me this.", "2")

    assert (found.shown, found.whole) == (("2",), ())


@pytest.mark.parametrize(("first", "last", "shown"), [(10, 18, ("4",)), (10, 17, ()), (0, 30, ("4",))])
def test_eight_words_in_a_row_are_a_part(first: int, last: int, shown: tuple[str, ...]):
    text = f"Olu: … {' '.join(LONG.split()[first:last])} …"

    found = of(asked("4"), text, "4")
    assert found.shown == shown
    assert found.whole == (("4",) if last - first == 30 else ())


def test_a_word_inside_another_does_not_count():
    assert of(asked("5"), "a BOOK, an oKay", "5").shown == ()
    assert of(asked("5"), "Olu: OK", "5").whole == ("5",)


def test_a_fact_stands_for_a_turn_when_it_has_the_words_of_the_answer():
    fact = Told("Olu left the bakery.", ("3",))

    found = of(asked("3"), "- Olu left the bakery.", facts=(fact,))
    assert (found.shown, found.whole) == (("3",), ())
    assert of(asked("3", answer="bakery, last week"), fact.text, facts=(fact,)).shown == ()


def test_answer_words_are_those_of_the_best_accepted_answer():
    assert of(asked(answer="two dogs", also=("a grey cat",)), "one cat").words == 1 / 2
    assert of(asked(answer=None), "one cat").words is None
    assert of(asked(answer="yes", category=3), "yes").words is None


def test_containment_is_the_share_of_distinct_content_words():
    assert containment("Two cats and two dogs in 2024", "a dog; the cat; 12 in 2024") == 3 / 4
    assert containment("it was there", "anything") is None


def test_tokens_and_silence_are_told():
    found = worth(asked("1"), SAID, Shown("Known: Ines", (), silent=True), WORDS)

    assert (found.tokens, found.silent) == (2, True)


def test_a_record_survives_its_file(tmp_path: Path):
    record = Record(
        dataset="small",
        conversation="one",
        question=3,
        category="past",
        system="it",
        answerable=True,
        evidence=("1", "3"),
        ranks={"1": 2},
        hits=7,
        milliseconds=1.25,
        contexts={10: Worth(tokens=9, shown=("1",), said=(), whole=(), words=0.5, silent=False)},
    )
    write(tmp_path / "results.jsonl", [record])

    assert list(read(tmp_path / "results.jsonl")) == [record]


def test_a_damaged_record_is_named(tmp_path: Path):
    (tmp_path / "results.jsonl").write_text('{"system": "it"}\n', encoding="utf-8")

    with pytest.raises(DatasetError, match=r"'results.jsonl' of the run .* is damaged: KeyError"):
        list(read(tmp_path / "results.jsonl"))
