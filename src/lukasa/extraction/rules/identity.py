"""Who somebody is by name and number: names, birthdays, favourites, pets and people introduced by "This is"."""

from __future__ import annotations

import re
from functools import cache

from lukasa.extraction.rules.frames import Reading
from lukasa.extraction.rules.statement import Said


def identity(said: Said, text: str) -> list[Reading]:
    """Return what a clause says of names, birthdays and favourites; *text*: the turn's."""
    quote = text[said.start : said.end]
    found = _name(said, quote) or _birthday(said, quote) or favourite(said.text)
    return [found] if found else []


def _name(said: Said, quote: str) -> Reading | None:
    found = _patterns()[0].match(quote)
    if found is None:
        return None
    value = found["value"] or found["value2"]
    return Reading("name", value, state=True, subject=said.subject.removesuffix("'s name"), text=said.text)


def nickname(quote: str) -> str | None:
    """Return how somebody asks to be called: "Please call me Nono"."""
    found = _patterns()[3].match(quote)
    return found["value"] if found else None


def _birthday(said: Said, quote: str) -> Reading | None:
    found = _patterns()[1].search(quote)
    if found is None or not (said.clause.first_person or said.clause.words[0].low in {"my", "our"}):
        return None
    owner = said.clause.first_person or not said.subject.endswith("'s birthday")
    return Reading(
        "birthday",
        found["value"],
        state=True,
        subject="" if owner else said.subject.removesuffix("'s birthday"),
        text=said.undated,
    )


def favourite(text: str) -> Reading | None:
    """Return what a sentence in the third person says of a favourite: "Ana's favourite book is Dune"."""
    if (found := _patterns()[2].match(text)) and not found["what"].endswith(("thing", "part", "one")):
        return Reading(
            f"favourite {found['what'].lower()}",
            found["value"].strip(" .,"),
            state=True,
            subject=found["who"],
        )
    return None


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return (
        re.compile(
            r"my (?:full |first |real |last )?name(?: is|['’]s) (?P<value>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)*)|"
            r"(?:people|everyone|friends|my friends) calls? me (?P<value2>(?-i:[A-Z])[\w'-]+)",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?:my birthday(?: is|['’]s)(?: on| in)?|i was born on|born on) (?:the )?(?P<value>\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]+(?:,? \d{4})?|[A-Z][a-z]+(?: \d{1,2}(?:st|nd|rd|th)?)?(?:,? \d{4})?|\d{4}-\d\d-\d\d)",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?P<who>.{1,60}?)'s (?:all[- ]time |absolute |current |very |new )?favou?rite (?P<what>(?!one\b|thing\b|part\b|this\b)[\w-]+(?: (?!to\b|this\b|of\b)[\w-]+)?) (?:is|are|was|has to be|has always been|would be) (?:definitely |probably |always |called )?(?P<value>[^,;!]{2,80})"
        ),
        re.compile(
            r"(?:please |you can |just |but )*call me (?P<value>(?-i:[A-Z])[\w'-]+)(?:,? please)?\W*$",
            re.IGNORECASE,
        ),
    )
