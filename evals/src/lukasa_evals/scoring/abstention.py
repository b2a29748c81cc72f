"""Whether an answer, in English, says that nothing is known. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lukasa_evals.scoring.phrases import CONCESSION, CONTRAST, COURTESY, GUESS, OFFER, UNKNOWN, UNSURE

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\s*;\s*|\s*\(|\s+[-–—]+\s+|—")
_TURN = re.compile(
    r",?\s+(?=(?:but|however|though|although|nevertheless|instead)\b)"
    r"|,\s+(?=(?:so|yet|therefore|not|(?:the\s+)?(?:exact|precise|specific))\b)"
)
_PROBABLY = re.compile(
    r",\s+(?=(?:\w+\s+){0,2}?(?:probably|likely|perhaps|maybe|possibly|presumably|i'd|i\s+(?:think|guess))\b)"
)


class _Clause(NamedTuple):
    text: str
    contrast: bool
    """Whether it stands against what was said before it."""

    @property
    def unknown(self) -> bool:
        return UNKNOWN.search(self.text) is not None

    @property
    def says_something(self) -> bool:
        """Whether it claims anything: "Sorry" and "Based on the notes" do not."""
        return COURTESY.match(self.text) is None and re.search(r"\w", self.text) is not None


def says_unknown(answer: str) -> bool:
    """Tell whether an answer says that it is not known. An empty one says nothing at all.

    It does not when it answers all the same: before ("Lisbon, though it is not mentioned"), after a reservation ("I'm
    not sure, but probably Lisbon", "I'm not certain. She lives in Lisbon."), or with one. What is added of other
    things makes no answer of it: "The notes don't mention a boat. They are about her bicycle."
    """
    clauses = list(_clauses(answer.lower().replace("’", "'")))
    first = next((place for place, clause in enumerate(clauses) if clause.unknown), None)
    if first is None or any(_answers_before(clause) for clause in clauses[:first]):
        return False
    unsure = UNSURE.search(clauses[first].text) is not None
    return not any(_answers_after(clause, unsure=unsure) for clause in clauses[first + 1 :])


def _answers_before(clause: _Clause) -> bool:
    return clause.says_something and CONCESSION.match(clause.text) is None


def _answers_after(clause: _Clause, *, unsure: bool) -> bool:
    if clause.unknown or not clause.says_something or OFFER.search(clause.text):
        return False
    return unsure or clause.contrast or GUESS.search(clause.text) is not None


def _clauses(text: str) -> Iterator[_Clause]:
    for sentence in _parts(_SENTENCE_END, [" ".join(text.split())]):
        for part in _parts(_PROBABLY, _parts(_TURN, _conceded(sentence))):
            turned = CONTRAST.match(part) is not None and CONCESSION.match(part) is None
            yield _Clause(CONTRAST.sub("", part) if turned else part, turned)


def _conceded(sentence: str) -> Sequence[str]:
    """Part "although it is not said, she …" where its main clause begins, which stands against it."""
    head, comma, main = sentence.partition(",")
    return [head, f"but {main.strip()}"] if comma and CONCESSION.match(sentence) else [sentence]


def _parts(mark: re.Pattern[str], texts: Sequence[str]) -> list[str]:
    found = [part.strip(" .!?\"')(") for text in texts for part in mark.split(text)]
    return [part for part in found if part]
