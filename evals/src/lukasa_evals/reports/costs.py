"""What systems cost: tokens of a context, latency, and what it takes to take conversations in and to answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lukasa_evals.answers.calls import Spent
from lukasa_evals.reports.records import Records
from lukasa_evals.statistics import percentile


class Latency(NamedTuple):
    """In seconds; not numbers where nothing was measured."""

    p50: float
    p95: float


class Asking(NamedTuple):
    """What a question costs."""

    questions: int
    tokens: float
    """Of a context, on average."""

    search: Latency
    total: Latency
    """Search and the first answer. Not numbers where a batch answered: nobody waited for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a system took, of all conversations and questions together, and what it keeps."""

    conversations: int
    items: float
    """Kept of a conversation, on average."""

    tokens: float
    """Of all text kept of a conversation, on average."""

    bytes: float
    """Of a conversation, on average."""

    seconds: float
    """To take a conversation in: the median; not a number where a batch answered."""

    unread: int
    """Replies of the model that could not be read, or were refused."""

    taking: Spent
    asking: Spent
    """By the system when it is asked, and by the reader."""

    judging: Spent
    """By the judges of its answers."""

    @property
    def spent(self) -> Spent:
        """By the system and by the reader."""
        return _sum([self.taking, self.asking])


def asking(records: Records, system: str) -> Asking | None:
    """Return what a question costs a system; `None` where it was asked none."""
    own = [context for context in records.contexts if context.system == system]
    if not own:
        return None
    answers = [each for each in records.answers if each.system == system and each.repetition == 0]
    reading = {(each.conversation, each.question): each.spent.milliseconds for each in answers}
    searched = not any(context.spent.untimed for context in own)
    answered = searched and not any(each.spent.untimed for each in answers)
    total = [
        context.milliseconds + reading[key]
        for context in own
        if (key := (context.conversation, context.question)) in reading
    ]
    return Asking(
        questions=len(own),
        tokens=sum(context.tokens for context in own) / len(own),
        search=_latency([context.milliseconds for context in own] if searched else []),
        total=_latency(total if answered else []),
    )


def _latency(milliseconds: Sequence[float]) -> Latency:
    return Latency(percentile(milliseconds, 0.5) / 1000, percentile(milliseconds, 0.95) / 1000)


def effort(records: Records, system: str) -> Effort | None:
    """Return what a system took; `None` where it took no conversation in."""
    taken = [each for each in records.taken if each.system == system]
    if not taken:
        return None
    searching = [each.spent for each in records.contexts if each.system == system]
    reading = [each.spent for each in records.answers if each.system == system]
    timed = not any(each.spent.untimed for each in taken)
    return Effort(
        conversations=len(taken),
        items=sum(each.items for each in taken) / len(taken),
        tokens=sum(each.tokens for each in taken) / len(taken),
        bytes=sum(each.bytes for each in taken) / len(taken),
        seconds=percentile([each.seconds for each in taken] if timed else [], 0.5),
        unread=sum(each.unread for each in taken) + sum(each.unread for each in searching),
        taking=_sum(each.spent for each in taken),
        asking=_sum([*searching, *reading]),
        judging=_sum(each.spent for each in records.verdicts if each.system == system),
    )


def _sum(spent: Iterable[Spent]) -> Spent:
    total = Spent()
    for each in spent:
        total.merge(each)
    return total
