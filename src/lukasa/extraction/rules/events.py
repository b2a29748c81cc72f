"""What the speaker did on a day that they name, and what they will do: in the third person, with the date written out.

Only clauses that need no more than "my" → "their" to be understood by themselves: whoever else or whatever else is pointed at stays
in the turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from lukasa.dates.formatting import written
from lukasa.dates.modifiers import Expression
from lukasa.domain.interval import Interval
from lukasa.extraction.rules.grammar import LISTS, STOP, third_person, tidy
from lukasa.text.language_data import irregular
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import day


class Event(NamedTuple):
    """Something that took place, or will, on a day that was named."""

    attribute: str
    value: str
    fact: str
    """How a fact says it, behind the subject: "bought a bike on Monday 5 June 2023"."""

    start: int
    end: int
    when: Interval
    planned: bool = False


class Clause(NamedTuple):
    """Where a clause begins with "I", and the expressions of time around it."""

    text: str
    start: int
    end: int
    """Of the sentence."""

    times: Sequence[Expression]
    at: datetime


def event(clause: Clause, times_ahead: Callable[[], Sequence[Expression]]) -> Event | None:
    """Return the event or plan that a clause tells of, if it names one day; what is planned lies at one of the times ahead."""
    head = _HEAD.match(clause.text, clause.start, clause.end)
    if head is None:
        return None
    planned = head["verb"] is None
    if planned:
        clause = clause._replace(times=times_ahead())
    first = head.end() if planned else head.start("verb")
    happened = planned or (_is_event(clause.text, first, head["verb"]) and not _HAVE_GOT.match(head.group()))
    if not (happened and any(map(_names_a_day, clause.times))):
        return None
    after = _end(clause, head.end())
    when = _day(clause, first, after)
    if when is None or after - first > _LONGEST or _POINTS.search(_undated(clause, first, after)):
        return None
    value = tidy(third_person(" ".join(" ".join(_around(clause.text, when, first, after)).split())))
    unsaid = len(value.split()) < _SHORTEST or _DANGLING.fullmatch(value)
    if unsaid or (not planned and _is_long_ago(head, when.interval, clause.at)):
        return None
    said, start = _said(clause, when, first, after), min(clause.start, when.start)
    if planned:
        auxiliary = next(word for group, word in _AUXILIARIES.items() if head[group] is not None)
        return Event("plans", value, f"{auxiliary} {said}", start, after, when.interval, planned=True)
    if head["done"] and not head["verb"].endswith("ed"):
        said = f"has {said}"
    attribute, value = _attribute(value)
    return Event(attribute, value, said, start, after, when.interval)


def habit(clause: Clause) -> Event | None:
    """Return what the speaker does again and again, if the clause says how often: "row before work on Fridays"."""
    recurring = any(time.recurring for time in clause.times)
    head = _HABIT.match(clause.text, clause.start, clause.end) if recurring else None
    verb = head["verb"].lower() if head else ""
    if head is None or (not head["been"] and (verb in LISTS.words("no_habits") or _PAST.fullmatch(verb))):
        return None
    if _ONLY_THEN.search(clause.text, max(0, clause.start - _REACH), clause.start):
        return None
    first, after = head.start("been" if head["been"] else "verb"), _end(clause, head.end())
    often = [time for time in clause.times if first < time.start < after]
    if len(often) != 1 or not often[0].recurring or _POINTS.search(clause.text, first, after):
        return None
    said = tidy(third_person(" ".join(clause.text[head.end("verb") : after].split())))
    if len(said.split()) < _SHORTEST + 1 or often[0].end > after:
        return None
    does = f"has been {verb}" if head["been"] else _conjugated(verb)
    return Event("does", f"{verb} {said}", f"{does} {said}", clause.start, after, often[0].interval)


def _conjugated(verb: str) -> str:
    if verb == "have":
        return "has"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{verb}s"


def _is_event(text: str, first: int, verb: str) -> bool:
    verb = verb.lower()
    if verb in _light_verbs():
        return _PHRASES.match(text, first) is not None
    return (verb.endswith("ed") or verb in irregular()) and verb not in LISTS.words("no_events")


@cache
def _light_verbs() -> frozenset[str]:
    """Return the verbs that say something only with what follows them."""
    return frozenset(row.split(" ", 1)[0] for row in LISTS.rows("event_phrases"))


def _is_long_ago(head: re.Match[str], when: Interval, at: datetime) -> bool:
    """Whether a date cannot be that of what has been done, or just was ("I've written about the flood in 2017"), or may be one to come.

    "I deferred to the race on 5 September", said in April: the next one is nearer than the last.
    """
    if head["done"] and when.granularity == "year":
        return True
    if when.end is not None and at - when.end > _NEAREST and not _YEAR.search(when.phrase):
        return True
    return "just " in head.group().lower() and when.end is not None and at - when.end > _JUST


def _end(clause: Clause, start: int) -> int:
    """Return where the clause ends: at the first mark or joining word that is no part of a date."""
    limit = min(clause.end, start + _LONGEST)
    for cut in _CUT.finditer(clause.text, start, limit):
        inside = any(time.start < cut.start() < time.end for time in clause.times)
        comma = cut.group().startswith(",")
        if not inside and not (comma and any(0 <= time.start - cut.end() <= _NEAR for time in clause.times)):
            return cut.start()
    return limit


def _day(clause: Clause, first: int, after: int) -> Expression | None:
    """Return the one expression of the clause, or right before it ("Last Saturday, I ran"), if it says when something was."""
    text = clause.text
    dated = []
    for time in filter(_names_a_day, clause.times):
        leads = text[time.end : clause.start].strip(" ,") == ""
        if time.start < after and (leads or (first <= time.start and time.end <= after)):
            dated.append(time)
    if len(dated) != 1 or text.startswith((" or ", "'s ", "’s "), dated[0].end):
        return None
    before = max(0, dated[0].start - _SIGHT)
    return None if _ATTRIBUTIVE.search(text, before, dated[0].start) else dated[0]


def _names_a_day(time: Expression) -> bool:
    """Whether an expression says when once, as finely as a year at least."""
    interval = time.interval
    if interval.start is None or interval.end is None or time.recurring:
        return False
    # "A few weeks ago" stays in words.
    return not _VAGUE.search(interval.phrase) or bool(_AGO.fullmatch(interval.phrase))


def _undated(clause: Clause, first: int, after: int) -> str:
    """Return a clause without its dates: "this morning" points at nothing else."""
    parts, start = [], first
    for time in clause.times:
        if first <= time.start and time.end <= after:
            parts.append(clause.text[start : time.start])
            start = max(start, time.end)
    return "".join([*parts, clause.text[start:after]])


def _around(text: str, when: Expression, first: int, after: int) -> tuple[str, str]:
    """Return what a clause says before and behind its date; all of it, where the date leads."""
    if when.end <= first:
        return text[first:after], ""
    return _PREPOSITION.sub(" ", text[first : when.start]), text[when.end : after]


def _said(clause: Clause, when: Expression, first: int, after: int) -> str:
    """Return the clause in the third person, its date in the place of the words for it."""
    before, behind = map(third_person, _around(clause.text, when, first, after))
    parts = (part.strip(" ,") for part in (before, wording(when, clause.at), behind))
    return tidy(" ".join(filter(None, parts)))


def wording(when: Expression, at: datetime) -> str:
    """Return a date absolutely, and no sharper than it was said: "a month ago" counts from the day on which it was said."""
    if when.interval.granularity != "day" and (ago := _AGO.fullmatch(when.interval.phrase)):
        return f"{ago['time']} before {day(at)}"
    return written(when.interval)


def retold(text: str, name: str) -> str:
    """Return a clause in the third person: "Nina and I broke up" → "Nina and Tom broke up"."""
    for pattern, other in _SELF:
        text = pattern.sub(other.replace("{S}", name), text, count=1)
    return " ".join(third_person(text).split()).strip(" .,")


def _attribute(value: str) -> tuple[str, str]:
    """Return the attribute of an event, and its value without the verb where the attribute says that."""
    for pattern, attribute in _ATTRIBUTES:
        if match := pattern.match(value):
            return attribute, tidy(value[match.end() :])
    return "did", value


_LONGEST = 220
_SHORTEST = 2
"""Words of what happened, the verb included."""

_JUST = timedelta(days=92)
"""What lies farther back has not just been done: the date is another one."""

_NEAREST = timedelta(days=183)
_YEAR = LazyPattern(r"(?i)\d{4}|['’]\d\d|\b(?:last|this|past|ago|back|years?|earlier)\b")
_NEAR = 4
_REACH = 70
_SIGHT = 12
_PLANNED = (
    r"(?:start|move|fly|travel|visit|attend|leave|graduate|retire|host|return|launch|run|marry|get|meet|present|open|perform|defend|publish|"
    r"release|celebrate|drive|begin|join|interview|compete|give birth|undergo|moving|starting|flying|travell?ing|leaving|visiting|attending)"
)
_HEAD = LazyPattern(
    r"i(?:"
    rf"(?P<am>['’]?m|(?:['’]m|['’]?m| am)(?= (?:also |actually |currently |really |finally |just |now )*)) (?:also |actually |currently |really |finally |just |now )*(?=(?:(?:going to|planning to|about to) {_PLANNED}\b|flying|moving|traveling|travelling|getting (?:married|surgery)|planning (?:an?|my|our) |starting|leaving|hosting|having (?:a|an|my)|attending|running|presenting|visiting|launching|graduating|seeing|meeting|driving|due|turning|retiring)\b(?! (?:the hang|tired|sick|better|worse|used|a lot)\b))"
    rf"|(?P<will>['’]ll| will) (?=(?:be )?{_PLANNED}\b)"
    r"|(?P<have> have|['’]ve got|['’]ve) (?=an? (?:[\w'-]+ ){0,3}?(?:appointment|interview|exam|flight|wedding|meeting|surgery|operation|trip|race|deadline|party|conference|presentation|concert|reservation|test|recital|checkup|scan)\b)"
    r"|(?P<done>['’]ve| have)? (?:also |actually |finally |just |recently |already |even |both |once |officially |only |first |accidentally |successfully |recently )*(?P<verb>(?!signed up)[\w-]+))",
    re.IGNORECASE,
)
_HAVE_GOT = LazyPattern(r"(?i)i(?:['’]ve| have) got$")
"""It is so now, and nothing that happened."""

_DANGLING = re.compile(
    r"[\w-]+ (?:the (?:old |new )?[a-z][\w-]*(?:['’]s\b.*)?|off|up|out|in|down|back|over|away|around|on|through|(?:to )?an? (?:place|thing|lot)\b.*)|an? deadline(?: to meet)?"
)
"""What was done is not there, or was spoken of before: "signed the contract"."""

_ONLY_THEN = LazyPattern(r"(?i)\b(?:during|when|whenever|before|after|in|on|at|if)\b[^.;!?]{0,50},\s*$")
_HABIT = LazyPattern(
    r"i(?:(?: have|['’]ve) (?P<been>been) (?=\w+ing\b))? ?(?:also |usually |always |normally |typically |generally |still |now |currently |actually )*(?P<verb>[a-z]{2,14}) (?!and |or )",
    re.IGNORECASE,
)
_PAST = LazyPattern(
    lambda: rf"\w+(?<!e)ed|{'|'.join(past for past, base in irregular().items() if past != base)}"
)
_AUXILIARIES = {"am": "is", "will": "will", "have": "has"}
_PHRASES = LazyPattern(lambda: "|".join(f"(?:{row})" for row in LISTS.rows("event_phrases")), re.IGNORECASE)
_CUT = LazyPattern(
    lambda: (
        rf"{STOP}(?=\s|$)|[!?;:()\n—–…]|,|\s-+\s|\s(?:but|because|since|so|while|whereas|though|although|which|who|whom|whose|when|where|as|if|after|before|until|"
        r"to see|that|and (?:the|i|it|we|he|she|they|my|that|this|there|now|then|so|am|was|were|had|have|has|considering|wondering|looking|trying|really|just|also|even|will|would|could|can|need|want|think|finally|it['’]s|i['’]\w+|\w+ed|"
        rf"{'|'.join(irregular())}))\b"
    ),
    re.IGNORECASE,
)
_POINTS = LazyPattern(
    r"\b(?:it|its|this|that|these|those|them|they|he|she|him|her|his|hers|their|there|here|you|your|we|us|our|one|ones|another|same|such|some|"
    r"something|anything|nothing|everything|was|were|is|are|someone|somewhere|else|other|others|both|mine|too|what|how|why)\b",
    re.IGNORECASE,
)
_PREPOSITION = LazyPattern(
    r"\s(?:on|in|at|during|over|around|about|almost|nearly|back in|back on|just|of|beginning|through)(?: the| about| around)?\s*$",
    re.IGNORECASE,
)
_AGO = LazyPattern(r"(?i)(?:about |around |almost |nearly |over )?(?P<time>.{1,40}?)\s+(?:ago|back)")
_ATTRIBUTIVE = LazyPattern(
    r"(?i)(?:\b(?:my|an?|our|with|to|from|for|until|by|than|starting)|['’]s|(?<!\bon)(?<!\bin)(?<!\bof)(?<!\bat) the) $"
)
"""Before a date that says of what a thing is: "my 18 July presentation", "moved it to Friday"."""

_VAGUE = LazyPattern(r"\b(?:recently|lately|these days|few|several|nowadays|other day)\b", re.IGNORECASE)
_SELF = tuple(
    (re.compile(rf"(?<![\w'’]){mine}(?![\w'’])", re.IGNORECASE), other)
    for mine, other in (
        ("i(?:['’]m| am)", "{S} is"),
        ("i(?:['’]ve| have)", "{S} has"),
        ("i", "{S}"),
        ("^my", "{S}'s"),
        ("me", "{S}"),
    )
)
_ATTRIBUTES = tuple(
    (re.compile(pattern, re.IGNORECASE), attribute)
    for pattern, attribute in (
        (r"(?:attended|participated in|took part in) |went to (?=(?:an? |the |my )(?:[\w'’-]+ ){0,4}?(?:concert|festival|wedding|conference|workshop|exhibition|party|game|show|class|meetup|play|musical|funeral|reunion))", "attended"),
        (r"(?:visited|toured) |(?:traveled|travelled|flew|drove) to (?=(?-i:[A-Z]))|went (?:back )?to (?=(?-i:[A-Z]))", "visited"),
        (r"(?:bought|purchased|received|adopted|got) (?:an? |the |two |new )", "got"),
    )
)  # fmt: skip
