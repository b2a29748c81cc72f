"""What a model may cite: the pieces of a context, numbered, and shown so that no text can pass for another's. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from lukasa.domain.answer import Citation
from lukasa.domain.fact import Fact
from lukasa.domain.recalled import Context
from lukasa.domain.turn import Source, Turn
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import day, speaker, weekday


def sources_of(context: Context) -> list[Citation]:
    """Return what a context shows, numbered as it is there; the facts of its profile, which has no marks, come last."""
    pieces: list[Turn | Fact] = [*context.turns, *context.facts, *context.known]
    return [_cited(piece, number) for number, piece in enumerate(pieces, start=1)]


def turns_of(sources: Iterable[Source]) -> tuple[str, ...]:
    """Return the ids of the turns that sources point to, each once."""
    return tuple(dict.fromkeys(source.turn for source in sources))


def _cited(piece: Turn | Fact, number: int) -> Citation:
    if isinstance(piece, Turn):
        return Citation(
            number=number,
            kind="turn",
            id=piece.id,
            text=piece.text,
            at=piece.at,
            speaker=piece.speaker,
            session=piece.session,
            turns=(piece.id,),
        )
    return Citation(
        number=number,
        kind="fact",
        id=piece.id,
        text=piece.text,
        at=piece.sources[0].at if piece.sources else piece.learned_at,
        speaker=piece.subject,
        turns=turns_of(piece.sources),
    )


def render(context: Context) -> str:
    """Return the pieces of a context by number: turns under the days on which they were said, then facts."""
    return "\n".join(_lines(context))


def plain(text: str) -> str:
    """Return a text in which nothing looks like a citation mark, or like a tag of a prompt.

    Its lines after the first are indented, so that none of them looks like a source or a heading.
    """
    return _INDENT.join(untagged(_MARK.sub(_in_parentheses, text)).splitlines())


def untagged(text: str) -> str:
    """Return a text in which nothing looks like a tag of a prompt; all else stays."""
    return _TAG.sub("‹", text)


_INDENT = "\n  "
_FACTS = "Facts"
_PAST = {"superseded": ", no longer true", "conflicting": ", disputed"}


def _lines(context: Context) -> Iterator[str]:
    shown: date | None = None
    for number, turn in enumerate(context.turns, start=1):
        if turn.at.date() != shown:
            shown = turn.at.date()
            yield f"{day(turn.at)}, {weekday(turn.at)}"
        yield f"[{number}] {one_line(speaker(turn))}: {plain(turn.text)}"
    facts: Sequence[Fact] = (*context.facts, *context.known)
    if facts:
        yield _FACTS
    for number, fact in enumerate(facts, start=len(context.turns) + 1):
        yield f"[{number}] {one_line(fact.text)} ({_about(fact)})"


def _about(fact: Fact) -> str:
    """Return when a fact was said last, and whether it still holds."""
    at = fact.sources[-1].at if fact.sources else fact.learned_at
    ended = fact.valid.end
    until = f", until {day(ended)}" if ended is not None and fact.status == "superseded" else ""
    return f"said {day(at)}{_PAST.get(fact.status, '')}{until}"


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def _in_parentheses(mark: re.Match[str]) -> str:
    return f"({mark['number']}{')' if mark['closed'] else ''}"


_SPACE = r"[\s\u200b-\u200d\u2060\ufeff]{0,3}"
_MARK = LazyPattern(
    rf"[\[【［〔]{_SPACE}\^?{_SPACE}(?P<number>\d[^\[\]【】［］〔〕\n]{{0,40}})(?P<closed>[\]】］〕])?"
)
"""Any bracket before a number, closed or not: what else stands in it does not save it from being read as a mark."""

_TAG = LazyPattern(
    r"[<＜](?=\s{0,3}[/／]?\s{0,3}(?:evidence|question|memory|system|assistant|user|tool|prompt|instructions?|start_of_turn|"
    r"end_of_turn|s)\b|[|｜])",
    re.IGNORECASE,
)
"""Ours, those that mimic other parts of a prompt, and the words that some servers take for the beginning of a message.
Not every tag: `vector<int>` is a fair thing to say."""
