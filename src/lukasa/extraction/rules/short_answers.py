"""Short answers, made whole by the question before: "Where do you live?", and then "Lisbon, since March"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from lukasa.domain.claim import Claim, Scene
from lukasa.domain.turn import Turn
from lukasa.extraction.rules.claims import claims_of, kin_claim
from lukasa.extraction.rules.clauses import pieces
from lukasa.extraction.rules.lexicon import gerund, past, verb
from lukasa.extraction.rules.people import kin
from lukasa.extraction.rules.statement import state
from lukasa.text.patterns import LazyPattern
from lukasa.text.sentences import sentences

SURE = 0.7
"""Confidence of what rests on a question and its answer together."""

_MOST_WORDS = 9
"""A longer answer says what it means itself, or more than it was asked."""

_LONGEST_QUESTION = 160


def answered(turn: Turn, scene: Scene, start: int, end: int) -> Iterator[Claim]:
    """Yield what a short answer says, where the question of another speaker makes it whole."""
    question = _question(turn, scene.previous)
    if question is None or "?" in turn.text[start:end]:
        return
    whole = _whole(question, turn.text, start, end)
    if whole is None:
        return
    answer_turn = replace(turn, text=whole)
    stated = state(answer_turn, scene, 0, len(whole))
    if stated is None:
        return
    own = [kin_claim(person, answer_turn, 0, len(whole)) for person in kin(whole, 0, len(whole))]
    for claim in [*claims_of(stated, answer_turn, introduced=bool(own)), *own]:
        yield replace(
            claim,
            source=replace(claim.source, start=start, end=end),
            quote=turn.text[start:end],
            resolved=(*claim.resolved, whole),
            confidence=SURE,
        )


def _question(turn: Turn, previous: Turn | None) -> str | None:
    """Return the last question of the turn before, when another speaker asked it and said nothing after it."""
    if previous is None or (previous.speaker, previous.role) == (turn.speaker, turn.role):
        return None
    spans = [span for span in sentences(previous.text) if not previous.text.startswith("[", span[0])]
    if not spans:
        return None
    last = previous.text[slice(*spans[-1])].strip()
    return last if last.endswith("?") and len(last) <= _LONGEST_QUESTION else None


def _whole(question: str, text: str, start: int, end: int) -> str | None:
    """Return the sentence that question and answer make together, said by the one who answers."""
    asked = _ASK.sub("", question.replace("’", "'").rstrip(" ?!")).strip()
    first = next(iter(pieces(text, start, end)), None)
    answer = text[slice(*first)].strip() if first else ""
    if len(answer.split()) > _MOST_WORDS or _YOU.search(answer):
        return None
    if (match := _YES_NO.match(asked)) is not None:
        return _confirmed(match, text[start:end], answer)
    if not answer or _EVASIVE.match(answer):
        return None
    for pattern, build in _WH:
        if (match := pattern.match(asked)) is not None:
            return build(match, answer)
    return None


def _confirmed(match: re.Match[str], reply: str, answer: str) -> str | None:
    """Return a yes/no question as the statement that "yes" or "no" makes of it."""
    yes = bool(_YES.match(reply))
    if not yes and not _NO.match(reply):
        return None
    about = _mine(match["about"])
    if about is None or not about:
        return None
    tail = "" if _BARE_REPLY.fullmatch(answer) else f" {_lowered(answer)}"
    if tail and (not yes or not _ADVERBIAL.match(answer)):
        return None
    return f"I {_predicate(match['aux'].lower(), about, yes=yes)}{tail}"


def _predicate(auxiliary: str, about: str, *, yes: bool) -> str:
    match auxiliary:
        case "do":
            return about if yes else f"don't {about}"
        case "did":
            head, _, rest = about.partition(" ")
            return f"{past(head)} {rest}".strip() if yes else f"didn't {about}"
        case "are":
            return f"am {about}" if yes else f"am not {about}"
        case "were":
            return f"was {about}" if yes else f"wasn't {about}"
        case _:
            return f"have {about}" if yes else f"haven't {about}"


def _lowered(answer: str) -> str:
    return answer[:1].lower() + answer[1:]


def _mine(about: str) -> str | None:
    """Turn "your" into "my"; `None` where it asks for more than yes or no, or of a person who is not clear."""
    if _OPEN.search(about):
        return None
    return re.sub(r"(?i)\byours?\b", "my", re.sub(r"(?i)\byou\b", "me", about)).strip()


Build: TypeAlias = Callable[[re.Match[str], str], str | None]


def _after(frame: str) -> Build:
    """Put the answer behind a frame, without a preposition that the frame has."""
    preposition = frame.rsplit(" ", 1)[-1]

    def build(_: re.Match[str], answer: str) -> str | None:
        bare = answer.removeprefix(f"{preposition.capitalize()} ").removeprefix(f"{preposition} ")
        return f"{frame} {bare}"

    return build


def _job(_: re.Match[str], answer: str) -> str | None:
    return f"I am {_lowered(answer)}" if re.match(r"an? \w", answer, re.IGNORECASE) else None


def _age(_: re.Match[str], answer: str) -> str | None:
    number = re.match(r"\d{1,3}\b", answer)
    return f"I am {number.group()} years old" if number else None


def _called(match: re.Match[str], answer: str) -> str | None:
    return f"My {match['kin']} is called {answer}" if answer[:1].isupper() else None


def _favourite(match: re.Match[str], answer: str) -> str | None:
    return f"My {match['what']} is {_lowered(answer) if _COMMON.match(answer) else answer}"


def _object(match: re.Match[str], answer: str) -> str | None:
    """Put the answer behind the verb of the question: "What did you buy?", "A bike"."""
    lexeme = verb(match["verb"].lower())
    if lexeme is None or "'" in answer or not re.match(r"(?:an?|the|some|my|\d+|two|three|[\"“A-Z])", answer):
        return None
    lowered = _lowered(answer) if _COMMON.match(answer) else answer
    forms = {"did": past(lexeme.base), "are": f"am {gerund(lexeme.base)}"}
    return f"I {forms.get(match['aux'].lower(), lexeme.base)} {lowered}"


def _how_long(match: re.Match[str], answer: str) -> str | None:
    about = _mine(match["about"])
    if about is None or not _DURATION.match(answer):
        return None
    lead = "" if re.match(r"for|since|about|over", answer, re.IGNORECASE) else "for "
    return f"I have {about} {lead}{_lowered(answer)}"


def _how_often(match: re.Match[str], answer: str) -> str | None:
    about = _mine(match["about"])
    return f"I {about} {_lowered(answer)}" if about and _ADVERBIAL.match(answer) else None


def _when(match: re.Match[str], answer: str) -> str | None:
    about = _mine(match["about"])
    if not about or not _ADVERBIAL.match(answer):
        return None
    head, _, rest = about.partition(" ")
    return f"I {past(head)} {rest} {_lowered(answer) if _COMMON.match(answer) else answer}"


def _how_many(match: re.Match[str], answer: str) -> str | None:
    number = re.match(
        r"(?:just |only )?(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)(?= |$)",
        answer,
        re.IGNORECASE,
    )
    return (
        f"I have {number.group().lower()} {match['what']}" if number and number.end() == len(answer) else None
    )


_WH: tuple[tuple[LazyPattern, Build], ...] = tuple(
    (LazyPattern(pattern, re.IGNORECASE), build)
    for pattern, build in (
        (
            r"where (?:do you (?:currently |now )?live|are you (?:living|based))(?: now| these days)?$",
            _after("I live in"),
        ),
        (r"where (?:are you|do you come) (?:originally )?from(?: originally)?$", _after("I am from")),
        (r"(?:where|who) do you work(?: for| at)?(?: now)?$", _after("I work at")),
        (
            r"what(?:'s| is) your (?:job|profession|occupation)$|what do you do(?: for (?:a living|work))?$",
            _job,
        ),
        (r"how old are you(?: now)?$", _age),
        (r"what(?:'s| is) your name$", _after("My name is")),
        (r"what(?:'s| is) your (?P<kin>[a-z-]+(?: [a-z-]+)?)(?:'s name| called)$", _called),
        (
            r"(?:what|who|which one)(?:'s| is| are) your (?P<what>(?:all-time )?favou?rite [a-z-]+(?: [a-z-]+)?)$",
            _favourite,
        ),
        (
            r"(?:what|which)(?: [a-z-]+){0,4}? (?P<aux>do|did|are) you (?:usually |normally |also )?(?P<verb>[a-z]+)(?: today| now| lately| right now| at the moment| yesterday)?$",
            _object,
        ),
        (r"how long have you (?P<about>[^,]+)$", _how_long),
        (r"how often do you (?P<about>[^,]+)$", _how_often),
        (r"when did you (?P<about>[^,]+)$", _when),
        (r"how many (?P<what>[a-z-]+(?: [a-z-]+)?) do you have$", _how_many),
    )
)
_ASK = LazyPattern(
    r"^(?:(?:so|and|but|oh|wow|hey|ok|okay|well|cool|nice|great|by the way|btw|just curious|out of curiosity)[\s,:!-]+)+",
    re.IGNORECASE,
)
_YES_NO = LazyPattern(
    r"(?P<aux>do|did|are|were|have) you (?:still |also |really |actually |currently )?(?P<about>[^,;]+)$",
    re.IGNORECASE,
)
_OPEN = LazyPattern(
    r"\b(?:any\w*|ever|or|some\w*|what|how|why|where|when|it|that|this|these|those|them|they|he|she|him|her|there|think|know|mean|remember|want to|"
    r"wanna|mind|need|believe|hear|see|guess|feel|okay|ok|alright|sure|ready|excited|i|me|my|we|us)\b",
    re.IGNORECASE,
)
"""Return what makes "yes" say too little: choices, "any", and whatever only the asker knows."""

_YES = LazyPattern(
    r"\W*(?:oh,? |well,? |haha,? )?(?:yes|yeah|yep|yup|yea|sure do|i do|i did|i am|i have|definitely|absolutely|indeed|of course)\b",
    re.IGNORECASE,
)
_NO = LazyPattern(
    r"\W*(?:oh,? |well,? )?(?:no|nope|nah|not really|i don['’]t|i didn['’]t|i['’]m not|i haven['’]t)\b(?! (?:worries|problem|doubt))",
    re.IGNORECASE,
)
_BARE_REPLY = LazyPattern(
    r"|(?:yes|yeah|yep|no|nope)?,?\s*(?:(?:i|we) (?:do|did|am|are|was|were|have|don['’]t|didn['’]t|haven['’]t)(?: not)?|i['’]m not|not really|sure do|definitely|absolutely|yes|no|nope|yep|yeah|yup|of course)",
    re.IGNORECASE,
)
_ADVERBIAL = LazyPattern(
    r"(?:about |around |almost |usually |maybe )?(?:every|once|twice|\w+ times|a few|a couple|on|in|at|since|for|last|yesterday|today|this|daily|weekly|most|all the time|always|often|"
    r"sometimes|two|three|four|five|six|seven|eight|nine|ten|\d+|with my|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays)\b",
    re.IGNORECASE,
)
_DURATION = LazyPattern(
    r"(?:for |about |over |almost |around |since )*(?:(?:a|one|two|three|four|five|six|seven|eight|nine|ten|\d+|a few|several|many) (?:\w+ )?(?:day|week|month|year|decade)s?|(?:19|20)\d\d|last \w+|\w+ \d{4})\b",
    re.IGNORECASE,
)
_EVASIVE = LazyPattern(
    r"(?:not|no|nothing|none|never|hmm|that|this|it|good|great|thanks|thank|sorry|i|well|maybe|probably|depends|hard|all|everything|both|too|so)\b",
    re.IGNORECASE,
)
_YOU = LazyPattern(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_COMMON = LazyPattern(
    r"(?:An?|The|Some|My|Our|Last|This|In|On|About|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Definitely|Probably|For|Since)\b"
)
"""Return what a noun phrase begins with when its capital is only the sentence's."""
