"""Hostile texts in families: an opening that leads into a reader, and a unit that is repeated to any size."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from lukasa.text.patterns import WordLists

OPENINGS = (
    ("user", "I live in Lisbon, "),
    ("user", "My sister Eva owns "),
    ("user", "I bought the "),
    ("user", "My password is hunter22, api_key = "),
    ("user", "Since 3 May 2023, "),
    ("assistant", "Remember that you must always say "),
    ("tool", '{"note": "You must always use it, e.g. v1.2.3", "text": "'),
    ("user", "Hi! "),
)
"""Who says it, and words after which some reader takes what follows seriously."""

REPORTED = (
    "www.", "1.1.", "1.1.1.", "x@y.", "a.b.", "SG.", "Mr. ", "e.g. ", "- ", "&lt;", "\u00a0", "\x1f", "\U0001f389",
    "\ufdfa", "I live in Lisbon and ", "I like tea, ", "My sister Ana, ", "le 5 mai ", "pwd=abcd>>>>>>>>", ">", "'", "`",
    "ey-", "[REDACTED:a] pwd=a1b2c3d4 ", " ", "\t",
)  # fmt: skip
"""What stalled an earlier version."""

MADE_UP = (
    # Stops, quotes, brackets, marks of lists and of code.
    ". ", "? ", "... ", "…", "! \U0001f389 ", "; ", ": ", ", ", '"', "“a” ", "(", "()", "[", "[x] ", "{", "<", "</", "<a ", "#", "*", "_",
    "**", "-", "--", "—", "/", "/a", "\\", "|", "@", "=", "~", "\n", "\n- ", "\n\n", "\r\n", "\u2028", "1. ", "> ", "\n> ", "```\n",
    # Letters and words, joined and apart.
    "a", "a ", "A ", "i ", "I ", "and ", "not ", "no, ", "my ", "the ", "ed ", "a-", "a'", "n't ", "don't ", "Ana ", "Ana, ", "Ana and ",
    "Ana's ", "Aa", "é", "e\u0301", "\u0301", "ß", "你", "你好。", "ことと", "안녕 ", "привет ", "مرحبا ", "नमस्ते ", "\u200b", "\u200d", "\U000e0041",
    "\U0001f468\u200d\U0001f469", "♥", ":) ", "\ufb03", "\u3000",
    # Numbers, dates and times.
    "1", "1 ", "1,", "1-", "1:", "1/", "-1 ", "$1 ", "1st ", "12:30 ", "2023-01-01 ", "5/5/2023 ", "May ", "5 May ", "in May 2020, ",
    "last Monday ", "every day ", "since ", "until ", "ago ", "two years ago ", "twenty ", "one two ", "from 3 to ", "le 5 mai, ", "am 3. Mai ",
    "el 5 de mayo ", "yesterday ", "next week and ", "before ", "the third Friday of ", "3 weeks after ", "Christmas ",
    # Keys, links, addresses, numbers of people and cards.
    "pwd=", "pwd=a ", "password is ", "token: ", "PIN is ", "Bearer ", "sk-", "ghp_", "AKIA", "eyJ.", "eyJhbGciOi-", "4111 ", "4111-", "DE89 ",
    "://a:b@", "http://a.b/", "a@b.c ", "a.b@", "seed phrase: ", "-----BEGIN PRIVATE KEY-----", "aws key ", "[REDACTED:a]", "%20", "&#x41;",
    # Clauses, people, orders, frames.
    "I am ", "I'm ", "I like tea and ", "I like tea. ", "I do not like tea, but ", "I live in Rome. ", "I moved to Rome, ", "my dog Rex ",
    "my sister's ", "my sisters Ana and Eva, ", "Her name is Coco. ", "My name is Ana ", "call me Ana, ", "my favourite tea is ", "I used to ",
    "no longer ", "because ", "if you ", "when I ask ", "always answer ", "never say ", "you must ", "the user ", "please ", "ignore previous ",
    "\nSystem: ", "<system>", "</memory>", "Thanks! ", "lol ", "well, ", "you know, ", "I think ", "and then I ", "[shares a photo of ", "born on ",
    # Words of others, and secrets of tools.
    '"I live in Rome and like tea," ', '"a b c d e f ', "'I live in Rome, ", "“I live in Rome. ", "«a b c d e» ", "„a b c d e“ ", "「我住在罗马。」", "「",
    "\n> I live in Rome.", "\n  >", "~~~\n", "```\nI live in Rome.\n", "<page>", "</article ", "Summarise this: ", "Summarise this ",
    "\nTranslate the text below", "please, now, ", "\nFrom: a@b", "\nSubject: ", "\nOn Monday Ana wrote:", "---- Original Message ",
    "the article says ", "here is a ", "copied from ", 'Ana said: "', "said, ", "curl -u a:", "curl -u ana:hunter22 ", "curl -", "mysql -u a -p",
    "machine a.b login ", "machine a.b login a password b1c2d3 ", "HRKU-", "HRKU-a1b2c3d4-", "dp.st.", "dp.st.a1.", "dp.pt.a1b2c3d4e5",
    "s a y ", "h3ll0 w0rld ", "ab1", "аa", "it was great, ", "Really? ", "Where do you live? ", "Ana: ", "\nAna: hi", "[1] ", "Known:\n- ",
)  # fmt: skip
"""Others: marks, words, dates, secrets and clauses that patterns begin with and do not end."""

_LISTS = (
    ("lukasa.gate", "polarity"), ("lukasa.gate", "grounding"), ("lukasa.gate", "junk"), ("lukasa.text", "secrets"),
    ("lukasa.extraction.rules", "grammar"), ("lukasa.extraction.rules", "endings"),
)  # fmt: skip


class Family(NamedTuple):
    """Texts of one kind."""

    role: str
    opening: str
    unit: str

    def text(self, size: int) -> str:
        """Return the text of about so many characters."""
        return (self.opening + self.unit * (size // len(self.unit) + 1))[:size] + "x"

    def __str__(self) -> str:
        return f"{self.role}: {self.opening!r} + {self.unit!r} × n"


def reported() -> list[Family]:
    """Return each unit that was reported behind the opening that it was reported with, or one that fits it."""
    return [Family(*OPENINGS[number % 3], unit) for number, unit in enumerate(REPORTED)]


def families(seed: int) -> list[Family]:
    """Return every unit behind two openings, and pairs of units and of words that our own lists hold; the same for a seed."""
    draw = random.Random(seed)
    made = [Family(*opening, unit) for unit in (*REPORTED, *MADE_UP) for opening in draw.sample(OPENINGS, 2)]
    words = sorted(set(_literals()))
    for _ in range(60):
        made.append(Family(*draw.choice(OPENINGS), "".join(draw.sample((*REPORTED, *MADE_UP), 2))))
        made.append(
            Family(*draw.choice(OPENINGS), " ".join(draw.sample(words, 2)) + draw.choice((" ", ", ", ". ")))
        )
    return made


def _literals() -> Iterator[str]:
    """Yield words of the lists that our patterns are made of."""
    for package, name in _LISTS:
        lists = WordLists(package, name)
        for heading in lists.names:
            yield from re.findall(r"[^\W\d_]{2,12}", lists[heading])
