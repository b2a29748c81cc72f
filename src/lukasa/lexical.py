"""A context by words alone, for a program that starts, asks and ends, such as a hook: it is there before models could be loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from lukasa.adapters.stores.sqlite.words import WordMatch, WordSearch
from lukasa.domain.labels import one_line
from lukasa.domain.time import from_micros, to_micros
from lukasa.domain.turn import Turn
from lukasa.text.analysis import content_words, query_terms
from lukasa.text.rendering import day, label_of, untagged, words_of

_TERMS = 24
"""Words of a question that are looked up: a pasted log has thousands."""

_READ = 4_000
"""Characters of a question that are read."""

_LONGEST = 500
"""Characters of a turn that are shown, around the first word that matches."""

_FACTS, _TURNS = 6, 6
_KNOWN_KINDS = ("profile", "preference", "procedure")


def lexical_context(
    path: Path,
    question: str,
    *,
    user: str,
    tenant: str,
    now: datetime,
    budget: int = 3_000,
    session: str | None = None,
    since: datetime | None = None,
) -> str:
    """Return what a store in a file has on a question, found by words: facts and turns with date and speaker; empty: nothing.

    An empty *question* asks for what is always worth knowing. *budget* is in characters. Turns of *session* are left out; with
    *since*, only those said since then. Raises `StoreError` for a file that cannot be read as it is; nothing is written.
    """
    with closing(WordSearch(path, tenant=tenant, user=user, now=to_micros(now))) as search:
        if not question.strip():
            return _block(_fact_lines(iter(search.known(_KNOWN_KINDS, limit=_FACTS * 2))), [], budget)
        text = question[:_READ]
        if not content_words(text):
            return ""
        terms = query_terms(text)[:_TERMS]
        facts = _fact_lines(search.matches(terms, kind="fact"))
        seen = to_micros(since) if since else 0
        turns = (
            match
            for match in search.matches(terms, kind="turn")
            if session is None or match.session != session or match.at < seen
        )
        return _block(facts, _turn_lines(turns, text), budget)


def _block(
    facts: Iterator[str], turns: Iterator[tuple[int, str]] | list[tuple[int, str]], budget: int
) -> str:
    """Return what there is room for: facts, then turns in order of time."""
    shown_facts, left = _fitting(facts, _FACTS * (1 if turns else 2), budget)
    taken: list[tuple[int, str]] = []
    for at, line in turns:
        if len(taken) == _TURNS or len(line) > left:
            break
        left -= len(line) + 1
        taken.append((at, line))
    said = [line for _, line in sorted(taken)]
    return "\n".join([*shown_facts, *said])


def _fitting(lines: Iterator[str], most: int, budget: int) -> tuple[list[str], int]:
    shown: list[str] = []
    for line in lines:
        if len(shown) == most or len(line) > budget:
            break
        budget -= len(line) + 1
        shown.append(line)
    return shown, budget


def _fact_lines(matches: Iterator[WordMatch]) -> Iterator[str]:
    for match in matches:
        at = from_micros(match.at, match.at_offset)
        yield f"- {untagged(one_line(match.fact or ''))} (said {day(at)})"


def _turn_lines(matches: Iterator[WordMatch], question: str) -> Iterator[tuple[int, str]]:
    for match in matches:
        turn = _turn(match)
        if turn.is_spoken:
            words = words_of(turn, _excerpt(turn.text, question), marks=False)
            yield match.at, f"{label_of(turn)}, {day(turn.at)}:{words}"


def _turn(match: WordMatch) -> Turn:
    at = from_micros(match.at, match.at_offset)
    return Turn(
        id=str(match.document),
        role=match.role or "user",  # type: ignore[arg-type]  # the store checked it
        text=match.turn or "",
        at=at,
        recorded_at=at,
        speaker=match.speaker,
        origin=match.origin or "user",  # type: ignore[arg-type]
    )


def _excerpt(text: str, question: str) -> str:
    """Return a long text around the first word of the question that it has."""
    if len(text) <= _LONGEST:
        return text
    lowered = text.casefold()
    places = [lowered.find(word) for word in re.findall(r"\w{4,}", question.casefold())[:_TERMS]]
    start = max(0, min((place for place in places if place >= 0), default=0) - _LONGEST // 4)
    end = start + _LONGEST
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"
