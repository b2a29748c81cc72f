"""What asking and chatting give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lukasa.domain.document import Kind
from lukasa.domain.recalled import Context
from lukasa.domain.report import Receipt, Usage

AnswerMode = Literal["model", "evidence"]
"""Whose words an answer has: a model's, or, where none is configured, those of what was found."""

AnswerReason = Literal["", "nothing relevant", "nothing cited", "the model does not know"]
"""Why there is no answer; empty when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One thing remembered, with the number under which an answer cites it."""

    number: int
    """From 1: `[3]` in the answer's text is the citation with number 3."""

    kind: Kind
    id: str
    """Of the turn or the fact."""

    text: str
    """What was said, word for word; the sentence of a fact."""

    at: datetime
    """When it was said; for a fact, when it was first said."""

    speaker: str | None = None
    """Who said it; for a fact, whom or what it is about."""

    session: str | None = None
    turns: Sequence[str] = ()
    """Ids of the turns that it rests on: a turn rests on itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer whose citations were checked, or an abstention."""

    question: str
    text: str
    """Every citation mark in it names one of `citations`. "I don't know." when there is no answer."""

    citations: Sequence[Citation] = ()
    """What the text cites, first cited first."""

    abstained: bool = False
    """There is no answer. Not a failure: a failure raises."""

    confidence: float = 0.0
    """From 0 to 1: how sure recall is that what is remembered has an answer at all."""

    reason: AnswerReason = ""
    draft: str = ""
    """What the model said where that is no answer. It is not checked: nothing that is remembered need bear it out."""

    evidence: Sequence[Citation] = ()
    """All that the answer could have cited, by number."""

    mode: AnswerMode = "model"
    warnings: Sequence[str] = ()
    """What could not be used, and what was taken out of the answer."""

    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatted:
    """A reply, and what was remembered of the exchange."""

    text: str
    """The reply."""

    context: Context
    """What the model was reminded of."""

    receipt: Receipt
    """What became of the user's message; it was stored before the model was asked."""

    replied: Receipt
    """What became of the reply."""

    warnings: Sequence[str] = ()
    usage: Usage = field(default_factory=Usage)
    """What the model call took."""
