"""Answers that are wrong on purpose: how many a judge accepts tells what its verdicts are worth. Pure, and the same every time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from lukasa_evals import words
from lukasa_evals.datasets.values import Question

Sort = Literal["other answer", "vague", "changed"]

_VAGUE = (
    "They talked about {topic}.",
    "Something to do with {topic}.",
    "It was about {topic}, and how they felt about it.",
    "{topic} came up more than once.",
    "It had been on their minds for a while, {topic} above all.",
)

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_CYCLES = (_MONTHS, _DAYS, _NUMBERS)
_STEP = 3
"""How far a detail is moved: by one, some judges would call it the same."""

_LATE = range(21, 32)
"""Numbers that are moved back, since they may be hours or days of a month."""

_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")
"""A capital within a sentence."""


class Planted(NamedTuple):
    """A wrong answer, and how it was made."""

    sort: Sort
    text: str


def wrong_answers(question: Question, questions: Sequence[Question], *, seed: int) -> list[Planted]:
    """Return wrong answers to a question, at most one of each sort.

    `other answer`: the gold answer of another of *questions*, all of the conversation's, of the same category.
    `vague`: words that only touch on the topic. `changed`: the gold answer with another number, date or name.

    What could be right is not planted: another answer that shares a word with this one's, and words that all stand in
    an accepted answer.
    """
    chance = random.Random(f"{seed}:{question.text}")  # noqa: S311 - chance, not secrecy
    golds = _golds(question)
    made: list[tuple[Sort, str | None]] = [
        ("other answer", _other(question, questions, chance)),
        ("vague", _vague(question, chance)),
        ("changed", _changed(golds[0], questions, chance) if golds else None),
    ]
    return [Planted(sort, text) for sort, text in made if text and not _stands_in(text, golds)]


def _golds(question: Question) -> tuple[str, ...]:
    corrected = question.corrected.accepted if question.corrected is not None else ()
    return (*question.published.accepted, *corrected)


def _stands_in(text: str, golds: Sequence[str]) -> bool:
    return any(_meaning(text) <= _meaning(gold) for gold in golds)


def _other(question: Question, questions: Sequence[Question], chance: random.Random) -> str | None:
    golds = _golds(question)
    right = {word for gold in golds for word in _meaning(gold)}
    fitting = [
        answer
        for other in questions
        if other.category == question.category and not other.abstains and (answer := other.published.answer)
        if not right & _meaning(answer)
    ]
    return chance.choice(fitting) if golds and fitting else None


def _meaning(text: str) -> set[str]:
    """Return the words that matter; of "no" or "him", which have none, all."""
    return words.distinct_content_words(text) or set(_WORD.findall(text.lower()))


def _vague(question: Question, chance: random.Random) -> str | None:
    topics = [word for word in _WORD.findall(question.text) if words.content_words(word)]
    if not topics:
        return None
    # The last word says most: "Where did Ines store her kayak?"
    text = chance.choice(_VAGUE).format(topic=topics[-1])
    return text[0].upper() + text[1:]


def _changed(gold: str, questions: Sequence[Question], chance: random.Random) -> str | None:
    """Change the first detail of *gold* that can be; `None` when there is none."""
    return next((text for text in _changes(gold, questions, chance) if text), None)


def _changes(gold: str, questions: Sequence[Question], chance: random.Random) -> Iterator[str | None]:
    yield _moved_number(gold)
    yield _moved_word(gold)
    yield _renamed(gold, questions, chance)


def _moved_word(gold: str) -> str | None:
    """Change a month, a day of the week or a number word."""
    for word in _WORD.finditer(gold):
        for cycle in _CYCLES:
            if word[0] in cycle:
                other = cycle[(cycle.index(word[0]) + _STEP) % len(cycle)]
                return f"{gold[: word.start()]}{other}{gold[word.end() :]}"
    return None


def _moved_number(gold: str) -> str | None:
    number = re.search(r"\d+", gold)
    if number is None:
        return None
    # No month has 33 days, and no day 25 hours.
    step = -_STEP if int(number[0]) in _LATE else _STEP
    other = str(int(number[0]) + step).zfill(len(number[0]))
    return f"{gold[: number.start()]}{other}{gold[number.end() :]}"


def _renamed(gold: str, questions: Sequence[Question], chance: random.Random) -> str | None:
    """Put a name that the conversation's questions speak of in the place of one of theirs that *gold* has."""
    names = sorted(
        {name for question in questions for name in _NAME.findall(question.text)}.difference(*_CYCLES)
    )
    word = next((word for word in _WORD.finditer(gold) if word[0] in names), None)
    others = [name for name in names if name not in gold]
    if word is None or not others:
        return None
    return f"{gold[: word.start()]}{chance.choice(others)}{gold[word.end() :]}"
