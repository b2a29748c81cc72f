"""What a turn is like, counted by rules. Pure."""

from __future__ import annotations

import re

from lukasa.domain.document import Traits

# English, with the commonest words of a few neighbours; a missing language costs a weak signal, nothing else.
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:i|i'm|i've|i'll|i'd|my|mine|me|we|we're|we've|our|us|ich|mein|meine|wir|je|j'ai|mon|ma|mes|yo|mi|eu|meu|io|mio|я|мой|мы)(?!\w)",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?<!\w)(?:yesterday|today|tonight|tomorrow|last|next|ago|since|recently|soon|morning|night|weekend|week|month|year"
    r"|(?:spring|summer|autumn|fall|winter)|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|gestern|heute|morgen|hier|demain|ayer|mañana|вчера|завтра|昨日|明日|昨天|明天)s?(?!\w)",
    re.IGNORECASE,
)
_QUESTION_MARKS = "?？؟"


def traits(text: str) -> Traits:
    """Return the traits of a turn's text."""
    return Traits(
        words=len(text.split()),
        questions=sum(text.count(mark) for mark in _QUESTION_MARKS),
        asks=text.rstrip().endswith(tuple(_QUESTION_MARKS)),
        first_person=len(_FIRST_PERSON.findall(text)),
        times=_TIMES.search(text) is not None,
        numbers=any(letter.isdigit() for letter in text),
        picture="[shares a photo" in text,
    )
