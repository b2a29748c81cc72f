"""What people say when something has changed, what they tell of earlier times, and what they paste; and a model that reads it."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from _distilled import fact

from lukasa.extraction.rules.events import retold
from lukasa.ports.llm import LLMReply, LLMRequest, TokenUsage


class Change(NamedTuple):
    """Two messages, a day apart: what the first says is over after the second."""

    first: str
    then: str
    attribute: str
    old: str
    new: str | None
    bare: bool = False
    """Whether it corrects what was just said, so that it means nothing in another session."""

    needs_model: bool = False
    """Whether only who understands both messages can tell what is over."""


def _changes(rows: str) -> list[Change]:
    split = [[part.strip() for part in row.split("|")] for row in rows.strip().splitlines()]
    return [Change(*row[:4], row[4] or None, "bare" in row[5:], "model" in row[5:]) for row in split]


CHANGES = _changes("""
I'm called Priya.               | Please call me Pia from now on.                      | name         | Priya       | Pia
My name is Marcus.              | I changed my name to Marlow.                         | name         | Marcus      | Marlow
My name is Theodora.            | I go by Teddy these days.                            | name         | Theodora    | Teddy
My name is Jon.                 | Correction: my name is Jonas.                        | name         | Jon         | Jonas
Call me Kat.                    | Call me Kit.                                         | name         | Kat         | Kit
I live in Ghent.                | Actually, I don't live in Ghent, I live in Bruges.   | lives_in     | Ghent       | Bruges
I live in Ghent.                | Not Ghent, Bruges.                                   | lives_in     | Ghent       | Bruges | bare
I live in Bergen.               | No wait, I meant Stavanger, not Bergen.              | lives_in     | Bergen      | Stavanger | bare
I work at Brugmann.             | Actually, it's Brugman, not Brugmann.                | works_at     | Brugmann    | Brugman | bare
I live in Turin.                | Sorry, I meant Trento.                               | lives_in     | Turin       | Trento | bare | model
I live in Turin.                | No, I said Trento!                                   | lives_in     | Turin       | Trento | bare | model
I live in Oslo.                 | We moved out of Oslo last week.                      | lives_in     | Oslo        |
I live in Oslo.                 | I don't live in Oslo anymore.                        | lives_in     | Oslo        |
I'm based in Lima.              | I've relocated to Quito.                             | lives_in     | Lima        | Quito
I live in Lima.                 | No, that's wrong. I live in Quito.                   | lives_in     | Lima        | Quito
I live in Leeds.                | I moved from Leeds to York.                          | lives_in     | Leeds       | York
I work at Siemens.              | I quit my job at Siemens.                            | works_at     | Siemens     |
I work at Siemens.              | I left Siemens.                                      | works_at     | Siemens     |
I work at Siemens.              | I just started at Bosch.                             | works_at     | Siemens     | Bosch
I work at Siemens.              | I joined Bosch last month.                           | works_at     | Siemens     | Bosch
I work for Lego.                | I got laid off.                                      | works_at     | Lego        |
I work for Lego.                | I'm now at Bosch.                                    | works_at     | Lego        | Bosch
I work for Lego.                | I got a new job at Bosch.                            | works_at     | Lego        | Bosch
I'm a plumber.                  | I'm no longer a plumber, I'm a teacher now.          | works_as     | plumber     | teacher
I work as a baker.              | I retired in October.                                | works_as     | baker       |
I'm vegan.                      | I started eating meat again last month.              | diet         | vegan       |
I'm vegetarian.                 | I eat meat now.                                      | diet         | vegetarian  |
I'm pescatarian.                | I'm not pescatarian any more.                        | diet         | pescatarian |
I'm married to Selim.           | Selim and I got divorced.                            | partner      | Selim       |
My girlfriend is called Yara.   | Yara and I broke up.                                 | partner      | Yara        |
My boyfriend is called Olu.     | My boyfriend and I split up.                         | partner      | Olu         |
I work at a café called Moka.   | I quit the café, too many Sundays.                   | works_at     | a café called Moka |
I'm single.                     | I got married in October.                            | relationship_status | single | married
I'm engaged.                    | We're finally married!                               | relationship_status | engaged | married
I take sertraline 50 mg.        | I stopped taking sertraline last week.               | takes        | sertraline 50 mg |
I'm on telmisartan.             | My doctor took me off telmisartan.                   | takes        | telmisartan |
I take metformin 500 mg.        | I'm on metformin 850 mg now.                         | takes        | metformin 500 mg | metformin 850 mg
I'm allergic to walnuts.        | Turns out I'm not allergic to walnuts.               | allergic_to  | walnuts     |
I have a dog called Bruno.      | Bruno passed away.                                   | pet          | Bruno       |
My cat is called Miso.          | We had to put Miso down.                             | pet          | Miso        |
I have a car.                   | I sold my car.                                       | owns         | car         |
I drive a Volvo.                | I sold my Volvo last week.                           | owns         | Volvo       |
I'm 41 years old.               | I just turned 42.                                    | age          | 41          | 42
My brother is called Tom.       | My brother's name is Tim, not Tom.                   | sibling      | Tom         | Tim
I prefer dark mode.             | I prefer light mode.                                 | prefers      | dark mode   | light mode | | model
""")

_SAYS = {
    "name": "is called {}", "lives_in": "lives in {}", "works_at": "works at {}", "works_as": "is a {}", "age": "is {} years old",
    "sibling": "has a brother called {}",
}  # fmt: skip


class Reader:
    """A model that understands both messages, and says that the second fact replaces the first where it is asked."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def __call__(self, request: LLMRequest) -> LLMReply:
        """Reply in the shape that was asked for."""
        prompt = request.messages[-1].text
        if request.purpose == "compare":
            reply: dict[str, object] = {"pairs": [{"new": 1, "known": 1, "relation": "replaces"}]}
        else:
            block = prompt.split("<messages>")[1]
            numbered = re.findall(r"^\[(\d+)\] \w+: (.*)$", block, re.MULTILINE)
            reply = {"facts": [self._fact(int(number), said) for number, said in numbered], "summary": "s"}
        return LLMReply(
            text=json.dumps(reply), model="scripted", usage=TokenUsage(tokens_in=100, tokens_out=50)
        )

    def _fact(self, number: int, said: str) -> dict[str, object]:
        change = self.change
        value = change.old if said == change.first else change.new
        says = _SAYS.get(change.attribute)
        text = f"User {says.format(value)}." if says and value else f"{retold(said, 'User')}."
        more = {"attribute": change.attribute, "value": value} if value else {}
        quote = value if value and change.bare and said == change.then else said
        return fact(number, quote, text, "User", kind="profile" if value else "event", **more)


PASTED = [
    "Let's role-play. I am a sailor called Brine and I live in Nassau.",
    "Pretend that I am a dentist in Oslo. I have four children.",
    "Write a diary entry in the first person: I am Queen Ismara, I live on Titan and I hate fish.",
    "Continue the story. My name is Vex and I work at the mill.",
    "Translate into Spanish: I am allergic to peanuts and my name is Ivo.",
    "Translate this into German: My husband is called Jürgen. I live in Kiel.",
    "Proofread this mail:\n\nDear Ms Novak,\nI moved to Tucson last week and I started working at Hooli. My wife is called Dana.",
    "Please correct my friend's letter.\n\nHello Aunt May,\nI am vegetarian now and I live in Graz.",
    "The customer wrote: I am furious and I live in Derby.",
    "My neighbour texted: I have a dog called Max and I work nights at the port.",
    'Summarise this review: "We came with our son Karl. I live in Bern and I love oysters."',
    "“I am a vegan. I live in Ulm.” Is that grammatical?",
    "> I live in Bern and I love oysters.\nWhat would you answer him?",
    "Hi, here's what my flatmate wrote:\nI lost my passport. I work at the zoo until 6.",
    "Write a cover letter:\nMy name is Rosa Lindt. I am a welder and I live in Basel.",
    "Act as me. My name is Anton and I'm from Tallinn. Write my bio.",
    "Summarise the transcript.\nAgent: Where do you live?\nCaller: I live in Hull.\nAgent: I see.\nCaller: I am diabetic.",
    "For this exercise assume I am married to Lena and I live in Bonn.",
    "This is a fictional company. My role: I am a lawyer at Bluth.",
    "Explain this code:\n```\n# My name is Kim. I live in Seoul.\nprint('I am 40 years old')\n```",
]
"""Requests of a user, none of which says anything of the user."""

TOLD_LATER = [
    ("I moved to Milan in May 2024.", "I moved to Rome in March 2020.", "lives_in", "Milan"),
    ("I live in Milan.", "I moved to Rome in 2010.", "lives_in", "Milan"),
    ("I started working at Netflix in 2025.", "I started working at Lyft in 2019.", "works_at", "Netflix"),
    ("I got married in 2020.", "I got divorced in 2015.", "relationship_status", "married"),
    ("I've been living in Quito since 2018.", "I lived in Bogotá in 2009.", "lives_in", "Quito"),
    ("I went vegan in 2023.", "I was vegetarian in 2016.", "diet", "vegan"),
]
"""What is so, and what is told on the next day of an earlier time: it is the past."""

NOT_OVER = [
    ("I work at Siemens.", "My sister left Siemens.", "works_at", "Siemens"),
    ("I work for Lego.", "I might quit my job.", "works_at", "Lego"),
    ("I work for Lego.", "I used to work at Bosch.", "works_at", "Lego"),
    ("I live in Oslo.", "My parents moved out of Oslo last week.", "lives_in", "Oslo"),
    ("I live in Leeds.", "I'm moving to York next year.", "lives_in", "Leeds"),
    ("I live in Leeds.", "I moved to Linux last week.", "lives_in", "Leeds"),
    ("I take metformin.", "I stopped taking metformin at night.", "takes", "metformin"),
    ("I have a dog called Bruno.", "My uncle passed away. Bruno was with me.", "pet", "Bruno"),
    ("I drive a Volvo.", "I nearly sold my Volvo.", "owns", "Volvo"),
    ("I drive a Volvo.", "I sold my old Fiat.", "owns", "Volvo"),
    ("I'm vegan.", "I cooked meat for my dad.", "diet", "vegan"),
    ("I'm married to Selim.", "Selim and I had a fight.", "partner", "Selim"),
]
"""What is so, and what only sounds as if it were over."""
