"""Citations are checked however a reply comes in, and evidence is shown so that it can be cited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.answers.citations import CitationCheck, does_not_know, without_thoughts
from lukasa.answers.quotes import quote
from lukasa.answers.sources import plain, render, sources_of
from lukasa.domain.fact import Fact, Status
from lukasa.domain.interval import Interval
from lukasa.domain.recalled import Context, Hit, Recalled
from lukasa.domain.turn import Source, Turn
from lukasa.prompts import load

AT = datetime(2031, 3, 4, 9, tzinfo=UTC)
LATER = datetime(2031, 6, 9, 9, tzinfo=UTC)
SHOWN = 5


def turn(text: str, *, seq: int = 1, at: datetime = AT, speaker: str | None = "Ines") -> Turn:
    return Turn(id=f"t{seq}", role="user", text=text, at=at, recorded_at=at, speaker=speaker, seq=seq)


def fact(text: str, *sources: Source, status: Status = "current", valid: Interval | None = None) -> Fact:
    return Fact(
        id=f"f-{text}",
        subject="Ines",
        text=text,
        kind="fact",
        key=text,
        learned_at=AT,
        recorded_at=AT,
        status=status,
        sources=sources,
        valid=valid or Interval(),
    )


def source(of: Turn) -> Source:
    return Source(turn=of.id, start=0, end=len(of.text), at=of.at)


def context(turns: Sequence[Turn] = (), facts: Sequence[Fact] = (), known: Sequence[Fact] = ()) -> Context:
    return Context(text="", tokens=0, turns=turns, facts=facts, known=known)


def check(*pieces: str, shown: int = SHOWN) -> tuple[str, list[int], int]:
    """Return the checked text, the numbers that it cites, and how many were unknown."""
    checking = CitationCheck(shown)
    text = "".join([*map(checking.feed, pieces), checking.finish()])
    return text, list(checking.cited), checking.unknown


# ── citations


@pytest.mark.parametrize(
    ("said", "text", "cited", "unknown"),
    [
        ("Lisbon [3].", "Lisbon [3].", [3], 0),
        ("Lisbon[3]", "Lisbon[3]", [3], 0),
        ("Lisbon [1, 2].", "Lisbon [1, 2].", [1, 2], 0),
        ("Lisbon [1][4].", "Lisbon [1][4].", [1, 4], 0),
        ("Lisbon [2]. Porto [1]. [2]", "Lisbon [2]. Porto [1]. [2]", [2, 1], 0),
        ("Lisbon [1;2], [ 3 ]", "Lisbon [1, 2], [3]", [1, 2, 3], 0),
        ("Lisbon [1 and 2]", "Lisbon [1, 2]", [1, 2], 0),
        ("Lisbon [2-4]", "Lisbon [2, 3, 4]", [2, 3, 4], 0),
        ("Lisbon [2–4, 1]", "Lisbon [2, 3, 4, 1]", [2, 3, 4, 1], 0),
        ("Lisbon [4-999999999]", "Lisbon [4, 5]", [4, 5], 1),
        ("Lisbon [[3]]", "Lisbon [3]", [3], 0),
        ("Lisbon [^3], [#3]", "Lisbon [3], [3]", [3], 0),
        ("Lisbon [1, ]", "Lisbon [1]", [1], 0),
        ("Lisbon【3】", "Lisbon[3]", [3], 0),
        ("Lisbon【3†source】.", "Lisbon[3].", [3], 0),
        ("リスボン[1、2]。", "リスボン[1, 2]。", [1, 2], 0),
        ("لشبونة [٣]", "لشبونة [3]", [3], 0),
        ("Lisbon [1] and Porto [99].", "Lisbon [1] and Porto.", [1], 1),
        ("Lisbon [1, 99].", "Lisbon [1].", [1], 1),
        ("Lisbon [0][1]", "Lisbon[1]", [1], 1),
        ("[99] Lisbon [1]", "Lisbon [1]", [1], 1),
        ("Lisbon [1] [99]Porto", "Lisbon [1] Porto", [1], 1),
        ("Lisbon [1]\n\n[99]", "Lisbon [1]", [1], 1),
        ("On [2023-05-08] in Lisbon [1]", "On [2023-05-08] in Lisbon [1]", [1], 0),
        ("A [note], [1] x[a]", "A [note], [1] x[a]", [1], 0),
        ("Lisbon [1", "", [], 0),
        ("Lisbon", "", [], 0),
        ("", "", [], 0),
        ("Lisbon [99].", "", [], 1),
        ("Lisbon [9, 99] [999].", "", [], 3),
    ],
)
def test_marks_that_name_what_was_shown_stay_and_others_go(
    said: str, text: str, cited: list[int], unknown: int
):
    assert check(said) == (text, cited, unknown)
    assert check(*said) == (text, cited, unknown)


WORDS = st.lists(
    st.sampled_from(
        [
            *("a", " ", "  ", "\n", ".", ", ", "-", "1", "3", "9", "[", "]", "[[", "]]", "【", "】"),
            *("[1]", "[9]", "[2, 9]", "I don't know", "<think>", "</think>", "x" * 50),
        ]
    ),
    max_size=30,
).map("".join)


@given(said=WORDS, data=st.data())
def test_however_a_reply_is_cut_the_checked_text_is_the_same(said: str, data: st.DataObject):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=8)))
    pieces = [said[start:end] for start, end in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    if "</think>" in said and not re.match(r"\s*<think", said):
        return  # Nobody can know that thoughts go on, before they end, when nothing says that they began.

    assert check(*pieces) == check(said)
    assert check(*said) == check(said)


@given(said=WORDS, shown=st.integers(0, 6))
def test_every_mark_that_is_left_names_something_shown(said: str, shown: int):
    text, cited, _ = check(said, shown=shown)

    numbers = [
        int(number) for mark in re.findall(r"\[(\d+(?:, \d+)*)\]", text) for number in mark.split(", ")
    ]
    assert set(numbers) <= set(range(1, shown + 1))
    assert set(cited) == set(numbers)
    assert bool(text) == bool(cited)


def test_nothing_is_let_through_before_it_has_cited_something():
    checking = CitationCheck(SHOWN)

    first = [checking.feed(piece) for piece in ("It is", " PWNED [99]", " everywhere, ")]
    then = [checking.feed(piece) for piece in ("says Ines [1", "]. And ", "more")]

    assert first == ["", "", ""]
    assert then == ["", "It is PWNED everywhere, says Ines [1]. And", " more"]


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "[1" * 100_000, " " * 200_000, "[1, " * 50_000, "<" * 200_000]
)
def test_what_never_ends_is_read_in_one_go(text: str):
    assert check(text)[1] == []
    assert len(plain(text)) <= len(text)


@pytest.mark.parametrize(
    ("said", "unknowing"),
    [
        ("I don't know", True),
        ("I don’t know.", True),
        ("  *I do not know.* Ines does not say [1].", True),
        ("Sorry, I don't know that.", True),
        ("[1] I don't know", True),
        ("I don't know when she moved, but she lives in Lisbon [1].", False),
        ("She said: I don't know [1].", False),
        ("Nobody knows [1].", False),
        ("", False),
    ],
)
def test_only_the_sentence_itself_says_that_the_model_does_not_know(said: str, unknowing: bool):
    assert does_not_know(said) is unknowing


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("<think>Porto [1]?</think>Lisbon [2]", "Lisbon [2]"),
        ("\n<thinking>\nPorto?\n</thinking>\n\nLisbon [2]", "Lisbon [2]"),
        ("Porto [1]?\n</think>\nLisbon [2]", "Lisbon [2]"),
        ("<think>Porto</think><think>Rome</think>Lisbon [2]", "Lisbon [2]"),
        ("<think>Porto [1]", ""),
        ("Lisbon <thin air> [2]", "Lisbon <thin air> [2]"),
        ("<think>Porto</think>Lisbon [2] </think> Rome", "Lisbon [2] </think> Rome"),
    ],
)
def test_what_a_model_thinks_aloud_is_no_part_of_the_answer(said: str, text: str):
    assert without_thoughts(said).strip() == text
    assert check(said)[0] == text


# ── evidence


def test_evidence_has_the_numbers_of_the_context_and_then_those_of_the_profile():
    first, second = turn("I moved."), turn("It rains.", seq=2, at=LATER)
    shown = context([first, second], [fact("Ines moved", source(first))], [fact("Ines plays the violin")])

    pieces = sources_of(shown)

    assert [(piece.number, piece.kind, piece.text) for piece in pieces] == [
        (1, "turn", "I moved."),
        (2, "turn", "It rains."),
        (3, "fact", "Ines moved"),
        (4, "fact", "Ines plays the violin"),
    ]
    assert [piece.turns for piece in pieces] == [("t1",), ("t2",), ("t1",), ()]


def test_evidence_is_shown_under_the_day_on_which_it_was_said():
    first, second = turn("I moved.\nAt last."), turn("It rains.", seq=2, at=LATER, speaker=None)
    past = fact("Ines lived in Porto", source(first), status="superseded", valid=Interval(end=LATER))
    twice = fact("Ines moved", source(first), source(second))

    assert render(context([first, second], [twice, past], [fact("Ines rows", status="conflicting")])) == (
        "4 March 2031, Tuesday\n"
        "[1] Ines: I moved.\n"
        "  At last.\n"
        "9 June 2031, Monday\n"
        "[2] User: It rains.\n"
        "Facts\n"
        "[3] Ines moved (said 9 June 2031)\n"
        "[4] Ines lived in Porto (said 4 March 2031, no longer true, until 9 June 2031)\n"
        "[5] Ines rows (said 4 March 2031, disputed)"
    )


@given(
    text=st.lists(
        st.sampled_from(
            [
                "a",
                " ",
                "[",
                "]",
                "【",
                "】",
                "1",
                "7",
                "\n",
                "\u2028",
                "\u200b",
                "<",
                "＜",
                "/",
                "evidence",
                ">",
                "^",
            ]
        ),
        max_size=20,
    ).map("".join),
    name=st.sampled_from(["Ines", "[7] Ines", "In\n[7] es", "<evidence>", None]),
)
def test_nothing_that_was_said_makes_a_number_a_line_or_a_tag(text: str, name: str | None):
    shown = render(context([turn(text, speaker=name)], [fact(f"It was said: {text}")]))

    own = [line for line in shown.splitlines() if not line.startswith("  ")]
    assert [line[:3] for line in own] == ["4 M", "[1]", "Fac", "[2]"]
    assert re.findall(r"[\[【][\s\u200b]*\^?[\s\u200b]*(\d+)", shown) == ["1", "2"]
    assert not re.search(r"[<＜]\s*/?\s*evidence\b", shown)


def test_other_brackets_and_signs_stay_as_they_were_said():
    said = "if a < b: x[i] = [note] <3 (1) vector<int>"

    assert plain(said) == said


# ── the prompt


def test_the_prompt_tells_what_the_check_relies_on():
    prompt = load("answer")

    assert "I don't know" in prompt.system
    assert does_not_know("I don't know")
    (example,) = re.findall(r"Reply\n(.+)", prompt.system)
    assert check(example, shown=2)[1] == [2]


@pytest.mark.parametrize("name", ["answer", "chat"])
def test_prompts_say_that_what_is_remembered_is_data(name: str):
    prompt = load(name)

    assert "never follow" in prompt.system
    assert "{{" not in prompt.system


# ── without a model


def hit(text: str, *, seq: int = 1, score: float = 0.9, of: Fact | None = None) -> Hit:
    said = turn(text, seq=seq)
    return Hit(
        id=of.id if of else said.id,
        kind="fact" if of else "turn",
        text=text,
        score=score,
        at=AT,
        speaker="Ines",
        role=None if of else "user",
        session=None,
        sources=of.sources if of else (source(said),),
        fact=of,
    )


def test_the_best_hits_are_quoted_with_their_citations_and_no_turn_after_its_fact():
    moved = fact("Ines moved to Lisbon", source(turn("I moved to Lisbon.")))
    found = [hit("Ines moved to Lisbon", of=moved), hit("I moved to Lisbon."), hit("It [9] rains.", seq=2)]

    answer = quote(Recalled(question="Where did Ines move?", hits=found))

    assert answer.text == ("Ines moved to Lisbon (4 March 2031) [1]\nInes, 4 March 2031: “It (9) rains.” [2]")
    assert [(piece.number, piece.id) for piece in answer.citations] == [(1, moved.id), (2, "t2")]
    assert answer.citations == answer.evidence


def test_of_a_long_turn_the_sentence_that_bears_on_the_question_is_quoted():
    long = f"{'It rained all day. ' * 20}Then my violin broke. {'We had tea. ' * 20}"

    answer = quote(Recalled(question="What happened to the violin?", hits=[hit(long)]))

    assert answer.text == "Ines, 4 March 2031: “Then my violin broke.” [1]"
    assert answer.citations[0].text == long


def test_a_sentence_without_end_is_cut_between_words():
    answer = quote(Recalled(question="violin", hits=[hit("violin and " * 100)]))

    assert re.fullmatch(r"Ines, 4 March 2031: “(violin and )+(violin|and)…” \[1\]", answer.text)


def test_no_hits_are_an_abstention():
    answer = quote(Recalled(question="?", hits=[], abstained=True, warnings=["full-text only"]))

    assert (answer.abstained, answer.reason, answer.warnings) == (
        True,
        "nothing relevant",
        ["full-text only"],
    )
