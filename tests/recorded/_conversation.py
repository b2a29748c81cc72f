"""A conversation of our own, and what a good model would make of each message of it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Said(NamedTuple):
    """One message, with what is worth remembering of it."""

    speaker: str
    text: str
    facts: tuple[dict[str, Any], ...] = ()


def fact(quote: str, text: str, **more: Any) -> dict[str, Any]:
    """Return a fact as the model fills it in."""
    blank = {
        "subject": "Nadia",
        "kind": "fact",
        "attribute": None,
        "value": None,
        "when": None,
        "denied": False,
        "ended": False,
        "stance": "stated",
    }
    return {**blank, "quote": quote, "text": text, **more}


def of(attribute: str, value: str, **more: Any) -> dict[str, Any]:
    """Return the attribute part of a fact."""
    return {"attribute": attribute, "value": value, **more}


SPRING = [
    Said("Nadia", "Hi Tom! Good to hear from you."),
    Said("Tom", "Hey Nadia! How have you been?"),
    Said(
        "Nadia",
        "Busy. I live in Porto now and I work at Ferrovia as a signal engineer.",
        (
            fact("I live in Porto", "Nadia lives in Porto.", kind="profile", **of("lives_in", "Porto")),
            fact("I work at Ferrovia", "Nadia works at Ferrovia.", kind="profile", **of("works_at", "Ferrovia")),
            fact(
                "I work at Ferrovia as a signal engineer",
                "Nadia works as a signal engineer.",
                kind="profile",
                **of("works_as", "signal engineer"),
            ),
        ),
    ),
    Said("Tom", "Wow, trains! Do you like it there?"),
    Said(
        "Nadia",
        "Very much. I love riding the night train to Lisbon.",
        (
            fact(
                "I love riding the night train to Lisbon",
                "Nadia loves riding the night train to Lisbon.",
                kind="preference",
                **of("likes", "riding the night train to Lisbon"),
            ),
        ),
    ),
    Said(
        "Tom",
        "My sister Ines moved to Lisbon last month, you could visit her.",
        (
            fact(
                "My sister Ines moved to Lisbon last month",
                "Ines, Tom's sister, moved to Lisbon in February 2025.",
                subject="Ines",
                kind="event",
                when="last month",
                **of("moved_to", "Lisbon"),
            ),
        ),
    ),
    Said("Nadia", "Oh nice, is she still painting?"),
    Said(
        "Tom",
        "Yes, Ines paints boats. I bought one of her pictures on Saturday.",
        (
            fact("Ines paints boats", "Ines paints boats.", subject="Ines", **of("does", "paints boats")),
            fact(
                "I bought one of her pictures on Saturday",
                "Tom bought one of Ines's pictures on Saturday 8 March 2025.",
                subject="Tom",
                kind="event",
                when="on Saturday",
                **of("got", "one of Ines's pictures"),
            ),
        ),
    ),
    Said("Nadia", "Lovely! By the way, I have a dog called Faro now.", (
        fact("I have a dog called Faro", "Nadia has a dog called Faro.", kind="profile", **of("pet", "Faro")),
    )),
    Said("Tom", "A dog! How old is he?"),
    Said("Nadia", "Two years. He is afraid of thunder.", (
        fact("He is afraid of thunder", "Faro, Nadia's dog, is afraid of thunder.", subject="Faro"),
    )),
    Said("Tom", "Poor thing. Ours hid under the bath."),
    Said("Nadia", "I can't eat almonds any more, the doctor says I'm allergic to almonds.", (
        fact("I'm allergic to almonds", "Nadia is allergic to almonds.", kind="profile", **of("allergic_to", "almonds")),
    )),
    Said("Tom", "Oh no. Noted, no marzipan for you."),
    Said("Nadia", "And I am going to run the Douro half marathon on 20 September 2025.", (
        fact(
            "I am going to run the Douro half marathon on 20 September 2025",
            "Nadia is going to run the Douro half marathon on 20 September 2025.",
            kind="plan", when="on 20 September 2025", **of("plans", "run the Douro half marathon"),
        ),
    )),
    Said("Tom", "That's brave. I'd rather cycle."),
    Said("Nadia", "Ha! Which bike do you have?"),
    Said("Tom", "I own a red Bianchi from 1988.", (
        fact("I own a red Bianchi from 1988", "Tom owns a red Bianchi from 1988.", subject="Tom", kind="profile", **of("owns", "red Bianchi from 1988")),
    )),
    Said("Nadia", "My favourite drink is green tea these days.", (
        fact("My favourite drink is green tea", "Nadia's favourite drink is green tea.", kind="preference", **of("favourite_drink", "green tea")),
    )),
    Said("Tom", "Mine is still coffee."),
    Said("Nadia", "Of course it is. Talk soon!"),
    Said("Tom", "Talk soon!"),
]  # fmt: skip

AUTUMN = [
    Said("Nadia", "Hello again! Big news."),
    Said("Tom", "Tell me!"),
    Said("Nadia", "I moved to Braga two weeks ago, the flat in Porto was too loud.", (
        fact("I moved to Braga two weeks ago", "Nadia moved to Braga about two weeks before 6 October 2025.", kind="profile", when="two weeks ago", **of("lives_in", "Braga")),
    )),
    Said("Tom", "Braga! And the job?"),
    Said("Nadia", "I left Ferrovia. I work at Minho Rail now.", (
        fact("I work at Minho Rail now", "Nadia works at Minho Rail.", kind="profile", **of("works_at", "Minho Rail")),
    )),
    Said("Tom", "Congratulations!"),
    Said("Nadia", "Thanks. I still work as a signal engineer though.", (
        fact("I still work as a signal engineer", "Nadia works as a signal engineer.", kind="profile", **of("works_as", "signal engineer")),
    )),
    Said("Tom", "How did the half marathon go?"),
    Said("Nadia", "I finished the Douro half marathon in 2 hours 5 minutes.", (
        fact("I finished the Douro half marathon in 2 hours 5 minutes", "Nadia finished the Douro half marathon in 2 hours 5 minutes.", kind="event", **of("did", "Douro half marathon in 2 hours 5 minutes")),
    )),
    Said("Tom", "Great time. And Faro?"),
    Said("Nadia", "Faro is great. He is afraid of thunder and of the vacuum cleaner.", (
        fact("He is afraid of thunder and of the vacuum cleaner", "Faro, Nadia's dog, is afraid of thunder and of the vacuum cleaner.", subject="Faro"),
    )),
    Said("Tom", "Ha, same as ours."),
    Said("Nadia", "I don't love the night train any more, it's always late. I hate riding the night train to Lisbon.", (
        fact("I hate riding the night train to Lisbon", "Nadia hates riding the night train to Lisbon.", kind="preference", **of("dislikes", "riding the night train to Lisbon")),
    )),
    Said("Tom", "Pity. Ines misses you."),
    Said("Nadia", "Tell Ines I will visit her in December.", (
        fact("I will visit her in December", "Nadia will visit Ines in December 2025.", kind="plan", when="in December", **of("plans", "visit Ines")),
    )),
    Said("Tom", "I will. Still drinking green tea?"),
    Said("Nadia", "No, my favourite drink is rooibos now.", (
        fact("my favourite drink is rooibos now", "Nadia's favourite drink is rooibos.", kind="preference", **of("favourite_drink", "rooibos")),
    )),
    Said("Tom", "I sold the Bianchi, actually.", (
        fact("I sold the Bianchi", "Tom sold the Bianchi.", subject="Tom", kind="event", **of("did", "sold the Bianchi")),
    )),
    Said("Nadia", "No! Why?"),
    Said("Tom", "My knee. The doctor told me to swim instead."),
    Said("Nadia", "Get well soon, Tom."),
    Said("Tom", "Thanks, Nadia!"),
]  # fmt: skip

SESSIONS = {"spring": ("2025-03-11T18:00:00+00:00", SPRING), "autumn": ("2025-10-06T18:00:00+00:00", AUTUMN)}

DECISIONS: dict[str, tuple[str, str, str]] = {
    "Nadia moved to Braga about two weeks before 6 October 2025.": ("delete", "lives in Porto", ""),
    "Nadia works at Minho Rail.": ("delete", "works at Ferrovia", ""),
    "Faro, Nadia's dog, is afraid of thunder and of the vacuum cleaner.": (
        "update",
        "is afraid of thunder",
        "Faro, Nadia's dog, is afraid of thunder and of the vacuum cleaner.",
    ),
    "Nadia hates riding the night train to Lisbon.": ("delete", "loves riding the night train", ""),
    "Nadia's favourite drink is rooibos.": ("delete", "favourite drink is green tea", ""),
}
"""What is to become of a fact in the recipe `paper`: the operation, words of the known one, the new wording. A fact that is
known word for word is kept (NOOP); any other is added."""
