"""Whoever changes the analysis raises its number, so that stores know which of their terms are old."""

from __future__ import annotations

from datetime import UTC, datetime

from lukasa.domain.ids import digest
from lukasa.domain.turn import Turn
from lukasa.indexing.documents import document_of
from lukasa.text.analysis import ANALYSIS_VERSION

MADE_BY = {1: "pwtfn3zi3gp74i5ufgjfbbd2si"}
"""What each version made of the texts below."""

TEXTS = (
    "I've been running the bookstores' GPT-4o demo since June 2023; e-mail ana.maria@example.org about XK-4471!",
    "Did she really go? We saw 3,000 geese in C++ class yesterday, two weeks ago, at 7:30 pm.",
    "[shares a photo: a grey cat on a piano]",
    "Ich habe gestern die Wohnungen in der Straße gesehen, und sie waren nicht teuer.",
    "Je n'ai pas oublié les chevaux de ma sœur à Évora.",
    "Ayer compré los libros de mis hermanas en Málaga.",
    "Вчера мы видели книги в магазинах.",
    "我上个月搬到了里斯本。 東京へ行きました。 서울에서 살아요. ฉันย้ายไปลิสบอน",
    "مرحبا بالعالم שלום עולם नमस्ते दुनिया",
    "x" * 100 + " 👩‍👧 ﬁne №5 ½ \u200b a\u0301",
    "",
)


def test_terms_and_traits_are_those_of_this_version():
    at = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    made = []
    for text in TEXTS:
        turn = Turn(id="t", role="user", text=text, at=at, recorded_at=at, speaker="Zoë O'Neill")
        entry = document_of(turn, None, None)
        made.append(f"{entry.terms} {entry.traits.pack().hex()}")

    # Another digest: raise ANALYSIS_VERSION, and write both down here.
    assert {ANALYSIS_VERSION: digest(made)} == MADE_BY
