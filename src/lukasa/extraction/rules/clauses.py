"""A sentence → its clauses: greetings, fillers and frames cut off, joined clauses apart, words in plain order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lukasa.extraction.rules.lexicon import table, verb, verb_forms
from lukasa.extraction.rules.parse import elided, finite, skip_adverbs
from lukasa.extraction.rules.relevance import content_count
from lukasa.extraction.rules.tokens import ClauseWord, is_word, words
from lukasa.text.patterns import LazyPattern, WordLists
from lukasa.text.sentences import Span

_LISTS = WordLists("lukasa.extraction.rules", "clauses")

_MOST_OPENINGS = 8
"""Fillers in a row that are cut: more are no sentence."""


def pieces(text: str, start: int, end: int, *, names: Sequence[str] = ()) -> list[Span]:
    """Return the spans of the pieces of a sentence that lies at `text[start:end]`; *names*: who may be addressed in it."""
    spans: list[Span] = []
    begin = start
    for cut in _SEPARATOR.finditer(text, start, end):
        if (
            cut.start() - begin >= _SHORTEST
            and _independent(text, cut.end(), end)
            and not _shares_verb(text, begin, cut)
        ):
            spans.append((begin, cut.start()))
            begin = cut.end()
    spans.append((begin, end))
    return [bare for span in spans if (bare := _bare(text, span, names)) is not None]


def _independent(text: str, start: int, end: int) -> bool:
    """Whether what follows a separator can stand alone, or is a mere "it was great": it has a subject of its own.

    "It" and "they" mean something before the separator: what is said of them stays with it.
    """
    subject = _OWN_SUBJECT.match(text, start, end)
    if subject is None:
        return False
    if subject["unclear"] is None:
        return True
    return content_count(words(text, start, min(end, start + _TAIL))) < _CONTENT_OF_TAIL


def _shares_verb(text: str, start: int, cut: re.Match[str]) -> bool:
    """Whether "and" joins two subjects of one verb: "My sister and I went"."""
    if cut.group().strip().lower() != "and":
        return False
    before = words(text, start, cut.start())
    return not any(finite(before, index) or before[index].low in {"i", "we"} for index in range(len(before)))


def _bare(text: str, span: Span, names: Sequence[str]) -> Span | None:
    start, end = span
    for _ in range(_MOST_OPENINGS):
        opening = _OPENING.match(text, start, end)
        if opening is None or opening.end() == start:
            break
        start = opening.end()
    frame = _FRAME.match(text, start, end)
    if frame is not None:
        start = frame.end()
    end = _closing(text, start, end, names)
    return (start, end) if start < end else None


def _closing(text: str, start: int, end: int, names: Sequence[str]) -> int:
    """Return where the piece ends without marks, smileys, a name that is called, "you know" and the like."""
    for _ in range(_MOST_OPENINGS):
        tail = _CLOSING.search(text, max(start, end - _LONGEST_TAIL), end)
        if tail is None or tail.start() == end or (tail["called"] and not _is_called(text, tail, names)):
            break
        end = tail.start()
    return end


def _is_called(text: str, tail: re.Match[str], names: Sequence[str]) -> bool:
    """Whether a name at the end addresses a listener: not the country in "Nairobi, Kenya"."""
    before = text[max(0, tail.start() - _LONGEST_TAIL) : tail.start()].split()
    return tail["called"] in names or not (before and before[-1][:1].isupper())


_SHORTEST = 8
"""Characters that a piece must have before something is cut off behind it."""

_TAIL = 200
_CONTENT_OF_TAIL = 2
"""With as much content, "it …" says something of its own and stays with what it refers to."""

_LONGEST_TAIL = 60


def _fillers() -> str:
    """Return the fillers as a pattern, the longest first, so that none hides a longer one."""
    return "|".join(sorted(_LISTS.rows("fillers"), key=len, reverse=True))


_SEPARATOR = LazyPattern(
    r"\s+[-–—]+\s+|(?<=\w)[-–—]\s+|\s*(?:--+|—|…|\.\.\.+)\s*|\s*[;:]\s*|,?\s+(?:and then|and now|and so|and also|and|but|so(?! (?:i|we) (?:can|could)\b)|plus|also|yet)\s+|"
    r",\s+(?=(?:it|that|this|they|he|she|maybe|there)(?:['’]\w+)?\s)",
    re.IGNORECASE,
)
_OWN_SUBJECT = LazyPattern(
    r"(?:(?:now|then|also|recently|yesterday|today|last \w+|sometimes|usually|actually|luckily|just|even|always)\s+)?"
    r"(?:(?:i|we|you)(?:['’]\w+)?|(?:my|our)\s+\w+(?:\s+and\s+i)?|(?P<unclear>(?:it|that|this|he|she|there|they|maybe|can|so|such|what|how|really|super|pretty|very)(?:['’]\w+)?))\s+(?!and\b|or\b)\S",
    re.IGNORECASE,
)
_CALLED = r"(?:[ ,]+(?-i:[A-Z][\w'’]+))?"
_OPENING = LazyPattern(
    lambda: (
        rf"[\s\W]+(?<![\"“'‘(\[])(?=\w)|(?:{_fillers()}){_CALLED}\s*(?:[,!.…:;–—-]+\s*)+|(?:{_fillers()})(?-i:[ ,]+(?=(?:I|I'm|I've|I’m|I’ve|My|my|we|We|our|We're)\b))|"
        r"(?:and|but|so(?! (?:much|many|far)\b)|or|also|plus|because|'cause|cuz|cause|then|though|yeah|yes|no|well|oh|wow|anyway|actually|honestly|hopefully|as for me,)\s+(?=\w)|(?-i:[A-Z][\w'’]+)(?:,|!)\s+(?=(?:I|I'm|I've|I’m|I’ve|we|my)\b)"
    ),
    re.IGNORECASE,
)
_FRAME = LazyPattern(lambda: rf"(?:{_LISTS['wrappers']})(?:,|:|;)?\s+(?=\w)", re.IGNORECASE)
_CLOSING = LazyPattern(
    r"(?:[\s.!?…,;:~*)\]}<>=|/\\-]+|[:;=]['-]?[)(DPp3/\\|]+|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0f]+|<3|"
    r",\s*(?P<called>(?-i:[A-Z][\w'’]+))|,\s*too|[, ]\s*(?:lol|haha+|hehe|lmao|xd|tbh|imo|btw|you know|ya know|huh|right|though|tho|actually|honestly|of course|for sure|by the way|"
    r"i (?:guess|think|suppose|believe)|if you know what i mean|believe it or not|thank you|thanks|at all|after all|in fact|and stuff|or something|and all that|and so on|man|dude))$",
    re.IGNORECASE,
)


# --- word order -----------------------------------------------------------------------------------------------------

_FEWEST = 3
"""Words of the shortest clause with an adverbial before its subject."""

_LONGEST = 16
"""Words of an adverbial."""

_LONGEST_APPOSITION = 7
"""Words before which the comma of an apposition stands."""


def arranged(tokens: Sequence[ClauseWord]) -> list[ClauseWord]:
    """Return the words so that the subject comes first: `Last week I ran` → `I ran last week`."""
    tokens = _without_apposition(tokens)
    end, begin = _adjunct(tokens)
    body = _with_speaker(tokens[begin:])
    if not end:
        return body
    first = tokens[0]
    low = (
        first.text if first.low in {"i", "i'm"} or _proper(first) else first.text[:1].lower() + first.text[1:]
    )
    index = next((later for later in range(2, len(body)) if body[later].low in table("ends_main")), len(body))
    index -= body[index - 1].text == ","
    return [*body[:index], first._replace(text=low, glue=" "), *tokens[1:end], *body[index:]]


def _without_apposition(tokens: Sequence[ClauseWord]) -> Sequence[ClauseWord]:
    """Take the commas from around a name: `My wife, Clara, is a surgeon`."""
    for index in range(2, min(len(tokens) - 3, _LONGEST_APPOSITION)):
        name = tokens[index + 1]
        if tokens[index].text == "," and name.text[0].isupper() and tokens[index + 2].text == ",":
            follows = skip_adverbs(tokens, index + 3)
            if follows < len(tokens) and (finite(tokens, follows) or verb(tokens[follows].low) is not None):
                return [*tokens[:index], name, *tokens[index + 3 :]]
    return tokens


def _adjunct(tokens: Sequence[ClauseWord]) -> tuple[int, int]:
    """Return where what stands before the subject ends, and where the subject begins; (0, 0): nothing stands there."""
    first = tokens[0].low
    if len(tokens) < _FEWEST or (first not in table("adjuncts") and not first[0].isdigit()):
        return 0, 0
    loose = first not in table("begin_clauses") or tokens[1].low[0].isdigit()
    for index in range(1, min(len(tokens) - 1, _LONGEST)):
        if tokens[index].text == ",":
            if _opens(tokens[index + 1]):
                return index, index + 1
            loose = False
        elif loose and _begins_without_comma(tokens, index):
            return index, index
        elif finite(tokens, index):
            loose = False
    return 0, 0


def _begins_without_comma(tokens: Sequence[ClauseWord], index: int) -> bool:
    """Whether the subject stands here: `Last week I …`, `At work we …`, but not `The idea I had …`."""
    first, before, low = tokens[0].low, tokens[index - 1].low, tokens[index].low
    if low in {"my", "our"}:
        return first in table("named_days") and before in table("time_nouns")
    if low not in {"i", "we"} or before in {"and", "as", "than", "that"}:
        return False
    return (
        before in table("time_nouns")
        or before[0].isdigit()
        or (index < _FEWEST and first in table("prepositions"))
    )


def _opens(word: ClauseWord) -> bool:
    return word.low in {"i", "we", "my", "our", "the", "a", "an"} or (
        word.text[0].isupper() and is_word(word)
    )


def _with_speaker(body: Sequence[ClauseWord]) -> list[ClauseWord]:
    """Put "I" before a clause that leaves the speaker out: `Been busy` → `I have been busy`."""
    if not body or not elided(body):
        return list(body)
    low = body[skip_adverbs(body, 0)].low
    auxiliary = "have" if low == "been" else "am" if low == "gonna" or verb_forms(low) == {"gerund"} else ""
    at = body[0].start
    first = body[0]._replace(text=body[0].low, glue=" ")
    added = [ClauseWord("I", "i", at, at, "")]
    if auxiliary:
        added.append(ClauseWord(auxiliary, auxiliary, at, at, " "))
    return [*added, first, *body[1:]]


def _proper(word: ClauseWord) -> bool:
    return (
        word.text[0].isupper() and word.low not in table("adjuncts") and word.low not in table("prepositions")
    )
