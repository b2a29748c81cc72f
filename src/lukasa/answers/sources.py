"""What a model may cite: the pieces of a context, numbered, and shown so that no text can pass for another's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from lukasa.domain.answer import Citation
from lukasa.domain.fact import Fact
from lukasa.domain.recalled import Context
from lukasa.domain.turn import Source, Turn
from lukasa.text.rendering import day, label_of, plain, weekday, words_of


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
        at=piece.worded_at,
        speaker=piece.subject,
        turns=turns_of(piece.sources),
    )


def render(context: Context) -> str:
    """Return the pieces of a context by number: turns under the days on which they were said, then facts."""
    return "\n".join(_lines(context))


_FACTS = "Facts"
_PAST = {"superseded": ", no longer true", "conflicting": ", disputed"}


def _lines(context: Context) -> Iterator[str]:
    shown: date | None = None
    for number, turn in enumerate(context.turns, start=1):
        if turn.at.date() != shown:
            shown = turn.at.date()
            yield f"{day(turn.at)}, {weekday(turn.at)}"
        words = words_of(turn, context.excerpts.get(turn.id), marks=False)
        yield f"[{number}] {label_of(turn)}:{words}"
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
