from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lukasa_evals.datasets.locomo import load
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.errors import DatasetError
from lukasa_evals.retrieval.measure import containment, measure
from lukasa_evals.retrieval.record import Record, read, write
from lukasa_evals.retrieval.render import Line, Shown, render
from lukasa_evals.retrieval.systems import Answered, Timed

AT = datetime(2024, 3, 3, 9, 5, tzinfo=UTC)


@pytest.fixture
def pair(data: Path) -> Conversation:
    return load(data).conversations[0]


def ask(pair: Conversation, question: int, ranked: list[str], *contexts: Shown) -> Record:
    answered = Answered(
        ranked=ranked,
        recall_ms=1.0,
        contexts={300 * 2**place: Timed(shown, 2.0) for place, shown in enumerate(contexts)},
        abstained=False,
    )
    return measure("it", pair, pair.questions[question], answered)


def test_ranks_are_of_evidence_only_and_start_at_one(pair: Conversation):
    record = ask(pair, 1, ["D1:3", "D2:2", "D2:1", "D2:2"])

    assert record.ranks == {"D2:2": 2}
    assert record.evidence == ("D1:1", "D2:2")


def test_evidence_counts_when_it_is_listed_and_its_words_are_there(pair: Conversation):
    said = {turn.id: turn.text for turn in pair.turns()}
    both = Shown(f"{said['D1:1']}\nInes:  {said['D2:2']}", ("D1:1", "D2:2"))
    listed_only = Shown(f"{said['D1:1']}\nInes: I left the bakery …", ("D1:1", "D2:2"))
    there_only = Shown(f"{said['D1:1']}\n{said['D2:2']}", ("D1:1",))
    record = ask(pair, 1, [], both, listed_only, there_only)

    assert record.shown == {300: ("D1:1", "D2:2"), 600: ("D1:1",), 1200: ("D1:1",)}
    assert [record.complete(budget, "published") for budget in record.shown] == [True, False, False]
    assert record.hollow == 1


def test_line_breaks_of_a_layout_do_not_hide_a_turn(pair: Conversation):
    shown = Shown("My sister Petra\n  sent me this. [shares a photo: a grey cat on a piano]", ("D1:3",))

    assert ask(pair, 4, [], shown).shown == {300: ("D1:3",)}


def test_a_photo_without_its_caption_is_not_shown(pair: Conversation):
    assert ask(pair, 4, [], Shown("My sister Petra sent me this.", ("D1:3",))).hollow == 1


def test_a_corrected_label_is_scored_beside_the_published_one(pair: Conversation):
    shown = Shown("My sister Petra sent me this. a grey cat on a piano", ("D1:3",))
    record = ask(pair, 4, ["D1:3"], shown)

    assert record.complete(300, "published")
    assert not record.complete(300, "corrected")
    assert record.containment("published") == {300: 0.0}
    assert record.containment("corrected") == {300: 1.0}


def test_containment_is_the_share_of_distinct_content_words():
    assert containment("Two cats and two dogs in 2024", "a dog; the cat; 12 in 2024") == 3 / 4
    assert containment("it was there", "anything") is None


def test_open_domain_and_adversarial_answers_have_no_containment(pair: Conversation):
    assert [ask(pair, number, [], Shown("yes", ())).contained is None for number in (0, 3, 5)] == [
        False,
        True,
        True,
    ]


def test_words_are_those_of_the_text_whatever_it_says_of_itself(pair: Conversation):
    assert ask(pair, 0, [], Shown("one two\nthree", ())).words == {300: 3}


def test_a_record_survives_its_file(pair: Conversation, tmp_path: Path):
    shown = Shown("My sister Petra sent me this. a grey cat on a piano", ("D1:3",))
    records = [ask(pair, 4, ["D1:2", "D1:3"], shown), ask(pair, 5, [])]
    write(tmp_path / "records.jsonl", records)

    assert list(read(tmp_path / "records.jsonl")) == records


def test_a_damaged_record_is_named(tmp_path: Path):
    (tmp_path / "records.jsonl").write_text('{"system": "it"}\n', encoding="utf-8")

    with pytest.raises(DatasetError, match=r"'records.jsonl' of the run .* is damaged: KeyError"):
        list(read(tmp_path / "records.jsonl"))


def test_rendering_takes_the_best_that_fit_and_shows_them_in_order():
    lines = {
        id_: Line(id=id_, place=place, session="s", at=AT, speaker="Ines", text=text)
        for place, (id_, text) in enumerate({"a": "one", "b": "one two three four", "c": "one\ntwo"}.items())
    }

    # Each line costs four words for date and speaker: a 5, b 8, c 6.
    assert render(["c", "b", "a"], lines, 11) == Shown(
        "[3 March 2024] Ines: one\n[3 March 2024] Ines: one two", ("a", "c")
    )
    assert render(["b", "a"], lines, 4) == Shown("", ())
