"""Every shape of secret in every context, and every look-alike: none missed, none altered. More draws: `LUKASA_TEST_SECRETS=10`."""

from __future__ import annotations

import os
import time
from random import Random

import pytest
from _secret_shapes import CONTEXTS, HARMLESS, LITERAL, LOOKALIKES, SENTENCES, SHAPES

from lukasa.text.secrets import redact

DRAWS = int(os.environ.get("LUKASA_TEST_SECRETS", "2"))  # noqa: TID251 - of this test alone
SEED = 20261130
AROUND = {"alone": "{}", "text": "I ran this: {}", "lines": "a\n{}\nb", "json": "[{}]"}


def test_no_shape_is_missed_and_nothing_beside_it_is_taken():
    random, wrong = Random(SEED), []
    for name, draw in SHAPES.items():
        for context, form in CONTEXTS.items():
            for _ in range(DRAWS):
                value = draw(random)
                before, after = form.format("\0").split("\0")
                text = redact(form.format(value)).text
                if value in text or not (text.startswith(before) and text.endswith(after)):
                    wrong.append((name, context, value))

    assert len(SHAPES) >= 40
    assert wrong == [], f"seed {SEED}"


def test_no_secret_that_its_sentence_gives_away_is_missed():
    random, missed = Random(SEED), []
    for name, (sentence, draw) in SENTENCES.items():
        for context, form in AROUND.items():
            for _ in range(DRAWS):
                value = draw(random)
                text = redact(form.format(sentence.format(value))).text
                if any(line in text for line in value.split("\n")):
                    missed.append((name, context, value))

    assert missed == [], f"seed {SEED}"


def test_what_was_redacted_once_stays():
    random = Random(SEED)
    texts = [form.format(draw(random)) for draw in SHAPES.values() for form in CONTEXTS.values()]
    texts += [sentence.format(draw(random)) for sentence, draw in SENTENCES.values()]
    for text in [*texts, " ".join(random.sample(texts, 60)), "".join(random.sample(texts, 60))]:
        once = redact(text).text

        assert redact(once) == (once, ()), f"seed {SEED}: {text!r}"


def test_no_lookalike_is_altered():
    random, altered = Random(SEED), []
    for draw in LOOKALIKES.values():
        for form in (*CONTEXTS.values(), "id: {}", "it is {}."):
            texts = [form.format(draw(random)) for _ in range(DRAWS)]
            altered += [text for text in texts if redact(text).text != text]
    altered += [text for text in HARMLESS if redact(text).text != text]

    assert len(LOOKALIKES) >= 40
    assert altered == [], f"seed {SEED}"


@pytest.mark.parametrize(("text", "value"), LITERAL.items())
def test_what_was_once_stored_is_redacted(text, value):
    assert value not in redact(text).text


HOSTILE = {
    "signs after a password": lambda size: "pwd=abcd" + ">" * size + "x",
    "quotes after a password": lambda size: "pwd=abcd" + "'" * size + "x",
    "mixed signs": lambda size: "pwd=abcd" + ".>" * (size // 2) + "x",
    "heads of tokens": lambda size: "ey-" * (size // 3),
    "heads of tokens, cased": lambda size: "eyJa-" * (size // 5),
    "labels and secrets": lambda size: "[REDACTED:a] " * (size // 26) + "pwd=a1b2c3d4 " * (size // 26),
    "labels between secrets": lambda size: "[REDACTED:a] pwd=a1b2c3d4 " * (size // 26),
    "spaces after a password": lambda size: "password is" + " " * size + "x",
    "spaces after each password": lambda size: ("password" + " " * 30) * (size // 38),
    "commands": lambda size: "curl -u " * (size // 8),
    "commands, cut": lambda size: "curl -u a:" * (size // 10),
    "clients": lambda size: "mysql -h a " * (size // 11),
    "machines": lambda size: "machine a.b login c " * (size // 20),
    "logins": lambda size: "login a password " * (size // 17),
    "numbers": lambda size: "4539 " * (size // 5),
    "wide numbers": lambda size: "４\u3000" * (size // 2),
    "heads of keys": lambda size: "sk-" * (size // 3),
    "heads of blocks": lambda size: "-----BEGIN PRIVATE KEY-----\n" * (size // 28),
    "letters of base 58": lambda size: "5" * size,
    "signs of equality": lambda size: "api_key=" * (size // 8),
    "colons": lambda size: "://a:" * (size // 5),
    "no-break spaces": lambda size: "pin is" + "\u00a0" * size + "1",
    "dots": lambda size: "SG." * (size // 3),
    "words": lambda size: "seed phrase " + "abandon " * (size // 8),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_time_that_grows_with_its_length(name):
    small, large = (_seconds(HOSTILE[name](size)) for size in (8_000, 64_000))

    assert large <= 8 * 3 * max(small, 0.002)


def _seconds(text: str) -> float:
    spans = []
    for _ in range(2):
        started = time.process_time()
        redact(text)
        spans.append(time.process_time() - started)
    return min(spans)
