"""What an answer is worth, by its question's label. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lukasa.ports.tokens import TokenCounter
from lukasa_evals import words
from lukasa_evals.datasets.values import CONTAINMENT, Label, Question, Said
from lukasa_evals.retrieval.record import Worth
from lukasa_evals.retrieval.systems import Shown, Told

RUN = 8
"""Words of a turn in a row that must stand in a context for a part of it to be shown; all of a shorter one."""


def ranks_of(evidence: Sequence[str], ranked: Sequence[str]) -> dict[str, int]:
    """Return the rank, from 1, of each evidence turn that was found."""
    place = {id_: rank for rank, id_ in reversed(list(enumerate(ranked, start=1)))}
    return {id_: place[id_] for id_ in evidence if id_ in place}


def worth(question: Question, said: Mapping[str, Said], shown: Shown, counter: TokenCounter) -> Worth:
    """Compare a context with the published label of its question; *said* has the turns by id."""
    label = question.published
    text = words.bare(shown.text)
    listed = set(shown.turns)
    whole = tuple(id_ for id_ in label.evidence if id_ in listed and stands_in(said[id_], text))
    part = tuple(
        id_ for id_ in label.evidence if id_ in whole or (id_ in listed and partly_in(said[id_], text))
    )
    told = [id_ for id_ in label.evidence if id_ in part or told_by(said[id_], shown.facts, [label])]
    return Worth(
        tokens=counter.count(shown.text),
        shown=tuple(told),
        said=part,
        whole=whole,
        words=contained(question, label, shown.text),
        silent=shown.silent,
    )


def stands_in(turn: Said, bare: str) -> bool:
    """Return whether a turn's words, and its photo's caption, stand in a text of bare words as they were said."""
    return words.bare(turn.text) in bare and words.bare(turn.caption or "") in bare


def partly_in(turn: Said, bare: str) -> bool:
    """Return whether `RUN` words of a turn in a row stand in a text of bare words."""
    said = words.bare(turn.text).split()
    runs = (f" {' '.join(said[at : at + RUN])} " for at in range(max(len(said) - RUN, 0) + 1))
    return any(run in bare for run in runs)


def told_by(turn: Said, facts: Sequence[Told], labels: Sequence[Label]) -> bool:
    """Return whether facts of a turn stand for it, whichever answer is the right one."""
    texts = [fact.text for fact in facts if turn.id in fact.turns]
    answers = [label.answer for label in labels if turn.id in label.evidence]
    return bool(texts) and all(stands_for("\n".join(texts), turn, answer) for answer in answers)


def stands_for(told: str, turn: Said, answer: str | None) -> bool:
    """Return whether a fact has every content word of the answer that its turn has, so that nothing was lost with the rest.

    Where the turn has none of them ("yesterday" for a date), the fact must have all of them, or it proves nothing.
    """
    wanted = words.distinct_content_words(answer or "")
    said = words.distinct_content_words(f"{turn.text}\n{turn.caption or ''}")
    needed = wanted & said or wanted
    return bool(needed) and needed <= words.distinct_content_words(told)


def containment(answer: str, text: str) -> float | None:
    """Return the share of the answer's distinct content words that the text has; `None` when it has none."""
    wanted = words.distinct_content_words(answer)
    if not wanted:
        return None
    return len(wanted & words.distinct_content_words(text)) / len(wanted)


def contained(question: Question, label: Label | None, text: str) -> float | None:
    """Return the share of the best accepted answer; of what must be inferred, the words need not stand anywhere."""
    inferred = isinstance(question.category, int) and question.category not in CONTAINMENT
    if label is None or question.abstains or inferred:
        return None
    shares = [share for answer in label.accepted if (share := containment(answer, text)) is not None]
    return max(shares, default=None)
