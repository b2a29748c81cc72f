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
    """Search and the first answer."""


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
    """To take a conversation in: the median."""

    unread: int
    """Replies of the model that could not be read."""

    taking: Spent
    asking: Spent
    """By the system when it is asked, and by the reader."""

    @property
    def spent(self) -> Spent:
        """Both together."""
        return _sum([self.taking, self.asking])


def asking(records: Records, system: str) -> Asking | None:
    """Return what a question costs a system; `None` where it was asked none."""
    own = [context for context in records.contexts if context.system == system]
    if not own:
        return None
    reading = {
        (answer.conversation, answer.question): answer.spent.milliseconds
        for answer in records.answers
        if answer.system == system and answer.repetition == 0
    }
    total = [
        context.milliseconds + reading[key]
        for context in own
        if (key := (context.conversation, context.question)) in reading
    ]
    return Asking(
        questions=len(own),
        tokens=sum(context.tokens for context in own) / len(own),
        search=_latency([context.milliseconds for context in own]),
        total=_latency(total),
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
    return Effort(
        conversations=len(taken),
        items=sum(each.items for each in taken) / len(taken),
        tokens=sum(each.tokens for each in taken) / len(taken),
        bytes=sum(each.bytes for each in taken) / len(taken),
        seconds=percentile([each.seconds for each in taken], 0.5),
        unread=sum(each.unread for each in taken),
        taking=_sum(each.spent for each in taken),
        asking=_sum([*searching, *reading]),
    )


def _sum(spent: Iterable[Spent]) -> Spent:
    total = Spent()
    for each in spent:
        total.merge(each)
    return total
