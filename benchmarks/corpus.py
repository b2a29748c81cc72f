"""Texts to fill stores with: made from templates and a vocabulary whose words are as unevenly common as real ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

WORDS = 20_000
SPEAKERS = ("Ines", "Olu", "Petra", "Marek", "Aiko", "Tomas")
START = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
SESSION_TURNS = 25

_SYLLABLES = [
    consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "ai", "ou")
]
_TEMPLATES = (
    "I talked to {n} about the {a} {b} and we both think that the {c} can wait until next week.",
    "Guess what, the {a} from the {b} finally came, and it is even more {c} than I hoped!",
    "We spent the whole weekend near {n} with a {a}, some {b} and far too much {c}.",
    "Did you ever try the {a} {b} that {n} keeps talking about? I am still not sure about the {c}.",
    "My {a} broke again, so I borrowed the {b} of {n}; the {c} will have to do for now.",
    "Yesterday I read about {a} and {b}, and it reminded me of your {c}.",
    "Thanks, that helps. I will bring the {a} on Friday.",
    "For the {a} we need {b}, two more {c} and somebody who knows {n}.",
    "I gave up on {a} last month, it was too {b}. Now I do {c} with {n} every Tuesday after work.",
    "Honestly? The {a} was fine, but the {b} made my day, and {n} loved the {c} as well.",
)
_QUESTIONS = (
    "What did {n} say about the {a}?",
    "When did we talk about {a} and {b}?",
    "Who has the {a} {b} now?",
    "Which {a} did {n} like, and why?",
    "Where is the {a} from?",
)


class Corpus:
    """Turns and questions; the same seed gives the same ones everywhere."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        makers = random.Random(7)
        vocabulary: dict[str, None] = {}
        while len(vocabulary) < WORDS:
            vocabulary["".join(makers.choices(_SYLLABLES, k=makers.randint(2, 3)))] = None
        self._words = list(vocabulary)
        # Zipf's law: the second word is half as common as the first, the third a third …
        self._weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))

    def text(self) -> str:
        """Return something somebody might say, about twenty words."""
        return self._fill(self._random.choice(_TEMPLATES))

    def question(self) -> str:
        """Return something somebody might ask of it."""
        return self._fill(self._random.choice(_QUESTIONS))

    def sessions(self, turns: int) -> Iterator[tuple[str, datetime, list[dict[str, Any]]]]:
        """Go through sessions of a conversation: name, date and messages."""
        for place in range(0, turns, SESSION_TURNS):
            count = min(SESSION_TURNS, turns - place)
            at = START + timedelta(hours=7 * (place // SESSION_TURNS))
            messages = [
                {"role": "user", "name": self._random.choice(SPEAKERS), "content": self.text()}
                for _ in range(count)
            ]
            yield f"s{place // SESSION_TURNS}", at, messages

    def _fill(self, template: str) -> str:
        a, b, c = self._random.choices(self._words, cum_weights=self._weights, k=3)
        return template.format(a=a, b=b, c=c, n=self._random.choice(SPEAKERS))
