"""A piece of a sentence → what is said, so that it can be understood on its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lukasa.domain.claim import Scene
from lukasa.domain.turn import Turn
from lukasa.extraction.rules.clauses import arranged
from lukasa.extraction.rules.lexicon import table
from lukasa.extraction.rules.parse import Clause, parse, skip_adverbs
from lukasa.extraction.rules.relevance import MOST_WORDS, continues, is_assertion, is_thin
from lukasa.extraction.rules.third_person import Rewrite, in_third_person
from lukasa.extraction.rules.times import TimePhrase, time_phrases
from lukasa.extraction.rules.tokens import ClauseWord, joined, words
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import speaker


@dataclass(frozen=True, slots=True)
class StatedClause:
    """One clause in the third person, with its dates resolved."""

    start: int
    end: int
    """Characters of the turn."""

    clause: Clause
    subject: str
    text: str
    undated: str
    """The text with its times as they were said."""

    upto_verb: str
    """Subject and verb of the text: a single value can be put behind it."""

    rest: str
    """What follows the verb, without times: what the attribute grammar reads."""

    time_phrases: tuple[TimePhrase, ...]
    resolved: tuple[str, ...]
    """Names and dates that were put in."""

    corrected: bool = False
    """The speaker takes something back: "actually, …"."""

    ended: bool = False
    """It is no longer so."""

    thin: bool = False
    """It tells too little to stand for itself: only attributes are read from it."""


def state(
    turn: Turn, scene: Scene, start: int, end: int, *, opening: str = "", follows: bool = False
) -> StatedClause | None:
    """Read `turn.text[start:end]`; `None`: it states nothing that may be believed.

    *opening* stands before it, and tells whether it takes something back; *follows*: what "it" means has been said.
    """
    tokens = words(turn.text, start, end)
    if not tokens or len(tokens) > MOST_WORDS:
        return None
    clause = parse(arranged(tokens))
    if clause is None:
        return None
    names = (*scene.names, speaker(turn))
    addressee = scene.addressee is not None
    if not (continues(clause, names) if follows else is_assertion(clause, addressee=addressee, names=names)):
        return None
    return stated_clause(turn, scene, tokens, clause, corrected=bool(_TAKES_BACK.search(opening)))


def stated_clause(
    turn: Turn, scene: Scene, tokens: Sequence[ClauseWord], clause: Clause, *, corrected: bool = False
) -> StatedClause | None:
    """Put a clause into the third person, and its times into dates; *tokens*: its words in the order of the text."""
    rewrite = in_third_person(clause, speaker(turn), scene.addressee)
    if rewrite is None:
        return None
    when = _placed(
        time_phrases(turn.text, tokens, at=turn.at, zone=scene.zone, tense=_tense(clause)),
        tokens,
        clause.words,
    )
    out = _dated(rewrite, when)
    return StatedClause(
        start=tokens[0].start,
        end=tokens[-1].end,
        clause=clause,
        subject=_subject(clause, rewrite),
        text=_sentence(_spelled(clause.words, out)),
        undated=_sentence(_spelled(clause.words, rewrite.out)),
        upto_verb=_sentence(_spelled(clause.words[: clause.verb + 1], out)),
        rest=_rest(clause, rewrite, when),
        time_phrases=tuple(when),
        resolved=(*sorted(rewrite.used), *(phrase.wording for phrase in when if phrase.wording)),
        corrected=corrected,
        ended=is_over(clause),
        thin=is_thin(clause, scene.names),
    )


def _placed(
    phrases: Sequence[TimePhrase], tokens: Sequence[ClauseWord], now: Sequence[ClauseWord]
) -> list[TimePhrase]:
    """Return the phrases by the places that their words have after the clause was arranged."""
    places = {word.start: index for index, word in enumerate(now) if word.end > word.start}
    moved = []
    for phrase in phrases:
        last = places.get(tokens[phrase.after - 1].start)
        first = places.get(tokens[phrase.first].start)
        if first is not None and last is not None and last - first == phrase.after - phrase.first - 1:
            moved.append(phrase._replace(first=first, after=last + 1))
    return moved


def _dated(rewrite: Rewrite, when: Sequence[TimePhrase]) -> list[str]:
    """Return the words with dates in place of relative expressions of time."""
    out = list(rewrite.out)
    for phrase in when:
        if phrase.wording:
            out[phrase.first : phrase.after] = [phrase.wording, *[""] * (phrase.after - phrase.first - 1)]
    return out


def _spelled(tokens: Sequence[ClauseWord], out: Sequence[str]) -> str:
    return joined(zip((word.glue for word in tokens), out, strict=False))


def _sentence(text: str) -> str:
    text = text.strip(" ,;:.!-–—")
    return text[:1].upper() + text[1:]


def _rest(clause: Clause, rewrite: Rewrite, when: Sequence[TimePhrase]) -> str:
    timed = {index for phrase in when for index in range(phrase.first, phrase.after)}
    # "Is not really a fan": the denial has been read already.
    begin = skip_adverbs(clause.words, clause.verb + 1) if clause.base == "be" else clause.verb + 1
    parts = [
        (word.glue, "" if index in timed else rewrite.out[index])
        for index, word in enumerate(clause.words)
        if index >= begin
    ]
    return joined(iter(parts)).strip(" ,;:.!")


def _subject(clause: Clause, rewrite: Rewrite) -> str:
    """Return whom it is about: the speaker, "Ana" for "my sister Ana", or the words of the subject."""
    if clause.first_person:
        return rewrite.name
    parts = clause.words[: clause.subject]
    name = parts[-1].text
    if (
        name[0].isupper()
        and parts[0].low in {"my", "our"}
        and not any(part.low in table("prepositions") for part in parts)
    ):
        return name
    return _spelled(parts, rewrite.out)


def _tense(clause: Clause) -> Literal["past", "present", "future"]:
    if clause.tense in {"past", "perfect", "used"}:
        return "past"
    planned = (
        clause.base in table("planning")
        or (clause.progressive and clause.tense == "present")
        or clause.modal in {"will", "can"}
    )
    return "future" if clause.tense == "future" or planned else "present"


def is_over(clause: Clause) -> bool:
    """Whether the clause says that something is no longer so."""
    lows = [word.low for word in clause.words]
    if clause.tense == "used" or "no longer" in lows:
        return True
    return clause.negated and ("anymore" in lows or " any more " in f" {' '.join(lows)} ")


_TAKES_BACK = LazyPattern(
    r"\b(?:actually|i meant|correction|scratch that|my mistake|my bad|i was wrong|i misspoke|oops|wait)\b",
    re.IGNORECASE,
)
