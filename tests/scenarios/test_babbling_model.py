"""A model that talks nonsense, always: what was said is found all the same."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from lukasa import Memory, Settings
from lukasa.testing.llm import ScriptedLLM

PLANTED = [
    ("My landlord's name is Mr Okafor.", "Who is my landlord?"),
    ("The wifi password is on a note behind the clock.", "Where do I find the wifi password?"),
    ("I broke my left wrist skiing in Zermatt.", "Which bone did I break?"),
    ("My daughter Lena plays the oboe.", "What instrument does Lena play?"),
    ("We adopted a parrot called Biscuit.", "What is my parrot called?"),
    ("I always take the number 14 tram to work.", "Which tram do I take?"),
    ("Our wedding anniversary is on the third of June.", "When is our wedding anniversary?"),
    ("I am allergic to penicillin.", "Which medicine must I not be given?"),
    ("The spare key is with Mrs Lindqvist downstairs.", "Who has the spare key?"),
    ("I got my driving licence in Ghent.", "Where did I get my driving licence?"),
    ("My first car was a yellow Fiat Panda.", "What was my first car?"),
    ("I can't stand coriander.", "Which herb do I dislike?"),
    ("My brother works on an oil rig off Stavanger.", "What does my brother do?"),
    ("I am learning Welsh on Tuesdays.", "Which language am I learning?"),
    ("The boiler was last serviced by Hartmann and Sons.", "Who serviced the boiler?"),
    ("I proposed to Emma on a ferry.", "Where did I propose to Emma?"),
    ("My blood group is AB negative.", "What is my blood group?"),
    ("I keep bees on the roof of the library.", "Where are my beehives?"),
    ("My favourite novel is Middlemarch.", "Which novel do I like best?"),
    ("We are saving up for a trip to Patagonia.", "What are we saving for?"),
]
CHATTER = [
    "Could you tidy up this paragraph for me?", "Thanks, that reads better.", "What is the capital of Peru?",
    "Make it shorter, please.", "Hm, not quite what I meant.", "Let's go on tomorrow.",
]  # fmt: skip
GARBAGE = [
    "",
    "null",
    "I think therefore I am.",
    '{"weather": "fine"}',
    '{"facts": [{"tex',
    "<html>502</html>",
    "[[[[",
]


@pytest.mark.model
def test_nine_in_ten_planted_facts_are_among_the_first_five(tmp_path: Path):
    babble = itertools.cycle(GARBAGE)
    model = ScriptedLLM(lambda _: next(babble))
    chatter = itertools.cycle(CHATTER)
    with Memory.open(tmp_path / "a.lukasa", settings=Settings(), llm=model) as memory:
        me = memory.of("me")
        for number, (said, _) in enumerate(PLANTED):
            messages = [{"role": "user", "content": text} for text in (next(chatter), said, next(chatter))]
            me.remember(messages, session=f"s{number}", at=f"2026-01-{number + 1:02}T09:00:00Z", wait=True)

        found = [said in [hit.text for hit in me.recall(asked, limit=5).hits] for said, asked in PLANTED]

        assert sum(found) >= 0.9 * len(PLANTED), [
            said for (said, _), ok in zip(PLANTED, found, strict=True) if not ok
        ]
        assert len(PLANTED) <= len(model.requests) <= 2 * len(PLANTED)  # one repair round at most
        assert memory.verify().ok
