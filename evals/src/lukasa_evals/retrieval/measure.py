"""From what a system said to what it is worth. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lukasa_evals import words
from lukasa_evals.datasets.values import CONTAINMENT, Conversation, Label, Question, Said
from lukasa_evals.retrieval.record import Record
from lukasa_evals.retrieval.render import Shown, Told
from lukasa_evals.retrieval.systems import Answered


def measure(system: str, conversation: Conversation, question: Question, answered: Answered) -> Record:
    """Compare one answer with both labels of its question."""
    labels = [question.published, *([question.corrected] if question.corrected else [])]
    gold = list(dict.fromkeys(id_ for label in labels for id_ in label.evidence))
    said = {turn.id: turn for turn in conversation.turns() if turn.id in gold}
    place = {id_: rank for rank, id_ in reversed(list(enumerate(answered.ranked, start=1)))}
    shown: dict[int, tuple[str, ...]] = {}
    told: dict[int, tuple[str, ...]] = {}
    hollow = 0
    for budget, (context, _) in answered.contexts.items():
        listed = [id_ for id_ in gold if id_ in context.turns]
        text = words.squeeze(context.text)
        verbatim = [id_ for id_ in listed if stands_in(said[id_], text)]
        told[budget] = tuple(
            id_ for id_ in gold if id_ not in verbatim and told_by(said[id_], context.facts, labels)
        )
        shown[budget] = (*verbatim, *told[budget])
        hollow += len(listed) - len(verbatim)
    contexts = {budget: timed.shown for budget, timed in answered.contexts.items()}
    return Record(
        system=system,
        conversation=conversation.id,
        question=question.index,
        category=int(question.category),  # only LoCoMo is asked here
        split=conversation.split,
        evidence=question.published.evidence,
        corrected=question.corrected.evidence if question.corrected else None,
        ranks={id_: place[id_] for id_ in gold if id_ in place},
        shown=shown,
        told=told,
        hollow=hollow,
        contained=_contained(question, question.published, contexts),
        contained_corrected=_contained(question, question.corrected, contexts)
        if question.corrected
        else None,
        words={budget: words.count(context.text) for budget, context in contexts.items()},
        recall_ms=answered.recall_ms,
        context_ms={budget: timed.milliseconds for budget, timed in answered.contexts.items()},
        abstained=answered.abstained,
    )


def stands_in(turn: Said, squeezed: str) -> bool:
    """Tell whether a turn's words, and its photo's caption, stand in a text as they were said."""
    return words.squeeze(turn.text) in squeezed and words.squeeze(turn.caption or "") in squeezed


def told_by(turn: Said, facts: Sequence[Told], labels: Sequence[Label]) -> bool:
    """Tell whether facts of a turn stand for it, whichever answer is the right one."""
    texts = [fact.text for fact in facts if turn.id in fact.turns]
    answers = [label.answer for label in labels if turn.id in label.evidence]
    return bool(texts) and all(stands_for("\n".join(texts), turn, answer) for answer in answers)


def stands_for(told: str, turn: Said, answer: str | None) -> bool:
    """Tell whether a fact has every content word of the answer that its turn has, so that nothing was lost with the rest.

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


def _contained(question: Question, label: Label, contexts: Mapping[int, Shown]) -> dict[int, float] | None:
    if question.category not in CONTAINMENT or label.answer is None:
        return None
    shares = {budget: containment(label.answer, context.text) for budget, context in contexts.items()}
    return {budget: share for budget, share in shares.items() if share is not None} or None
