"""Where sentences end. The people are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.text.sentences import sentences

SPLIT = (
    # Plain prose, and prose in a hurry.
    "I went home.| Then I slept.",
    "i went home.| then i slept",
    "Really?!| You never said that!!!| Why",
    "Is it true?|Yes it is",
    # Abbreviations, initials, numbers.
    "Mr. Petrov met Dr. Okafor and Mrs. Lind.| They talked, e.g. about St. Gallen vs. Bern.",
    "He read J. R. Moreau and Mara F. Dunne.| She slept.",
    "It was plan B.| He had no other.",
    "I live in the U.S.| The rent is high.",
    "The U.S. Army came.| I stayed.",
    "We meet at 5 p.m. on Friday.| Bring apples, pears, etc.| I bring bread.",
    "Acme Inc. bought it.| He left Acme Inc.| He was tired.",
    "It costs 3.5 euros.| Version 2.0.1 is out.| I paid 1,200.50 for it.",
    "No.| I did not.| No. 5 is the best, see p. 12.",
    "I was born in 1999.| My sister came later.",
    "Wir waren am 3. Mai dort.| Es war z.B. sehr warm.",
    # Ellipses and quotations.
    "Well... maybe.| I don't know…| But we tried.",
    '"Really?" she asked.| "I did."| He left.',
    "He said “Stop.”| Then it was quiet.",
    "(It rained.)| We stayed in.",
    # Emoji and smileys.
    "We won! 🎉🎉| See you soon :)",
    "Thanks. :)| Bye",
    "We had such a good time 😍| Then it rained",
    "I ❤️ New York",
    # Links, addresses, paths.
    "See https://example.org/a.b?c=D!e.| Then write to mara.lind@example.org.| Done",
    "Open /etc/app.conf.| Nothing else.",
    # Lines and lists.
    "Buy milk\n|Call Mara\n\n|Sleep",
    "- |Buy milk\n|* |Call Mara. |Ask about the tent.",
    "1. |Wash. |Rinse.\n|2. |Repeat.\n|(3) |Rest",
    "> |She wrote this\n|## |Heading\n|- [ ] |To do",
    "This line is long because an editor wrapped\nit here.| Short\n|line",
    # Other scripts.
    "昨日は東京に行きました。|楽しかった！|明日は？",
    "「行きます。」と言った。|それだけ。",
    "我住在北京。|你呢？",
    "मैं दिल्ली में रहता हूँ।| तुम कहाँ रहते हो?",
    "أنا أعيش في القاهرة.| أين تعيش؟",
    "¿Dónde vives?| Vivo en Lima.| ¡Qué bien!",
    "Я живу в Твери.| А ты?",
)


def test_sentences_end_where_a_reader_would_say():
    wrong = []
    for marked in SPLIT:
        text = marked.replace("|", "")
        parts = [part.strip() for part in marked.split("|") if any(map(str.isalpha, part))]
        split = [text[start:end] for start, end in sentences(text)]
        if split != parts:
            wrong.append((marked, split))

    assert wrong == []


@pytest.mark.parametrize("text", ["", " \n\t", "...", "🎉🎉", "- \n- ", "?!", "1.\n2.\n---"])
def test_what_has_no_words_is_no_sentence(text):
    assert not [text[start:end] for start, end in sentences(text) if text[start:end].strip("12.")]


@given(st.text(alphabet=st.sampled_from("aB1.!?… \n\"')。」🎉-:@/Mr"), max_size=60))
def test_every_letter_lies_in_exactly_one_span(text):
    spans = sentences(text)

    inside = [place for start, end in spans for place in range(start, end)]
    assert inside == sorted(set(inside))
    assert {place for place, character in enumerate(text) if character.isalpha()} <= set(inside)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)


@pytest.mark.parametrize(
    "part",
    ["a.", ".", " ", "\n", "Mr. ", "1. ", "😀 A", "https://", "a@", "- ", "a\n", "! '", "/a", "\n \n", ":) "],
)
def test_long_runs_of_one_thing_are_read_in_one_go(part):
    text = part * 10_000

    assert sum(end - start for start, end in sentences(text)) <= len(text)
