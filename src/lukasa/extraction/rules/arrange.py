"""Words of a clause in plain order: the subject first, what was put before it at the end, and nobody left out."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.extraction.rules.lexicon import table, verb
from lukasa.extraction.rules.parse import elided as leaves_out
from lukasa.extraction.rules.parse import finite, skip_adverbs
from lukasa.extraction.rules.tokens import Word, is_word


def arranged(given: Sequence[Word]) -> list[Word]:
    """Return the words so that the subject comes first: `Last week I ran` → `I ran last week`."""
    given = _without_apposition(given)
    end, begin = _adjunct(given)
    body = _with_speaker(given[begin:])
    if not end:
        return body
    first = given[0]
    low = (
        first.text if first.low in {"i", "i'm"} or _proper(first) else first.text[:1].lower() + first.text[1:]
    )
    place = next((each for each in range(2, len(body)) if body[each].low in table("ENDS_MAIN")), len(body))
    place -= body[place - 1].text == ","
    return [*body[:place], first._replace(text=low, glue=" "), *given[1:end], *body[place:]]


def _without_apposition(given: Sequence[Word]) -> Sequence[Word]:
    """Take the commas from around a name: `My wife, Clara, is a surgeon`."""
    for place in range(2, min(len(given) - 3, _LONGEST_APPOSITION)):
        name = given[place + 1]
        if given[place].text == "," and name.text[0].isupper() and given[place + 2].text == ",":
            follows = skip_adverbs(given, place + 3)
            if follows < len(given) and (finite(given, follows) or verb(given[follows].low) is not None):
                return [*given[:place], name, *given[place + 3 :]]
    return given


def _adjunct(given: Sequence[Word]) -> tuple[int, int]:
    """Return where what stands before the subject ends, and where the subject begins; (0, 0): nothing stands there."""
    first = given[0].low
    if len(given) < _FEWEST or (first not in table("ADJUNCTS") and not first[0].isdigit()):
        return 0, 0
    loose = first not in table("BEGIN_CLAUSES") or given[1].low[0].isdigit()
    for place in range(1, min(len(given) - 1, _LONGEST)):
        if given[place].text == ",":
            if _opens(given[place + 1]):
                return place, place + 1
            loose = False
        elif loose and _begins_without_comma(given, place):
            return place, place
        elif finite(given, place):
            loose = False
    return 0, 0


def _begins_without_comma(given: Sequence[Word], place: int) -> bool:
    """Tell whether the subject stands here: `Last week I …`, `At work we …`, but not `The idea I had …`."""
    first, before, low = given[0].low, given[place - 1].low, given[place].low
    if low in {"my", "our"}:
        return first in table("NAMED_DAYS") and before in table("TIME_NOUNS")
    if low not in {"i", "we"} or before in {"and", "as", "than", "that"}:
        return False
    return (
        before in table("TIME_NOUNS")
        or before[0].isdigit()
        or (place < _FEWEST and first in table("PREPOSITIONS"))
    )


def _opens(word: Word) -> bool:
    return word.low in {"i", "we", "my", "our", "the", "a", "an"} or (
        word.text[0].isupper() and is_word(word)
    )


def _with_speaker(body: Sequence[Word]) -> list[Word]:
    """Put "I" before a clause that leaves the speaker out: `Been busy` → `I have been busy`."""
    if not body or not leaves_out(body):
        return list(body)
    low = body[skip_adverbs(body, 0)].low
    known = verb(low)
    auxiliary = (
        "have"
        if low == "been"
        else "am"
        if low == "gonna" or (known is not None and known.forms == {"gerund"})
        else ""
    )
    at = body[0].start
    first = body[0]._replace(text=body[0].low, glue=" ")
    added = [Word("I", "i", at, at, "")]
    if auxiliary:
        added.append(Word(auxiliary, auxiliary, at, at, " "))
    return [*added, first, *body[1:]]


def _proper(word: Word) -> bool:
    return (
        word.text[0].isupper() and word.low not in table("ADJUNCTS") and word.low not in table("PREPOSITIONS")
    )


_FEWEST = 3
_LONGEST_APPOSITION = 7
_LONGEST = 16
