"""What is taken for a secret, and what is not. Every secret here is invented (see `_secrets.py`)."""

from __future__ import annotations

import pytest
from _secrets import lookalikes, secrets
from hypothesis import given
from hypothesis import strategies as st

from lukasa.text.secrets import redact, redact_json, redact_name

SECRETS = list(secrets())
LOOKALIKES = list(lookalikes())


def test_hardly_a_secret_of_real_shape_is_left():
    left = [text for _, value, text in SECRETS if value in redact(text).text]

    assert len(SECRETS) >= 300
    assert len(left) <= len(SECRETS) // 100, left


def test_hardly_a_lookalike_is_altered():
    altered = [text for text in LOOKALIKES if redact(text).text != text]

    assert len(LOOKALIKES) >= 300
    assert len(altered) <= len(LOOKALIKES) // 100, altered


def test_the_label_says_what_stood_there():
    wrong = [
        (label, redact(text).labels, text) for label, _, text in SECRETS if label not in redact(text).labels
    ]

    assert len(wrong) <= len(SECRETS) // 50, wrong


def test_what_is_redacted_stays_as_it_is():
    once = [redact(text).text for _, _, text in SECRETS]

    assert [text for text in once if redact(text) != (text, ())] == []


def test_only_the_value_goes():
    password = "hunter" + "2"

    assert redact(f"Hi! My password is {password}, bye.") == (
        "Hi! My password is [REDACTED:password], bye.",
        ("password",),
    )


def test_labels_come_in_the_order_of_the_text():
    text = f"PIN is 4321, card {'4539 1488'} {'0343 6467'}, mysql://ana:{'Tr0ub4'}dor@db/app"

    assert redact(text).labels == ("pin", "card-number", "database-url")


def test_a_private_key_goes_as_a_whole_even_when_its_end_is_missing():
    lines = "\n".join("MIIEowIBAAKCAQEAq7bZ3xT5" + str(line) * 8 for line in range(3, 7))
    text = f"key:\n-----BEGIN RSA {'PRIVATE'} KEY-----\n{lines}"

    assert redact(text) == ("key:\n[REDACTED:private-key]", ("private-key",))


def test_strings_of_metadata_are_redacted_and_its_keys_as_names():
    secret = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    value = {secret: 1, "note": f"use {secret}", "list": [True, None, 2.5, {"x": secret}]}

    assert redact_json(value) == (
        {
            "[REDACTED:github-token:bdaiy7qf]": 1,
            "note": "use [REDACTED:github-token]",
            "list": [True, None, 2.5, {"x": "[REDACTED:github-token]"}],
        },
        ("github-token",) * 3,
    )


def test_keys_of_metadata_that_become_the_same_keep_their_values():
    value = {"pwd=a1b2c3d4": 1, "pwd=d4c3b2a1": 2}

    assert redact_json(value)[0] == {"pwd=[REDACTED:password]": 1, "pwd=[REDACTED:password] (2)": 2}


def test_two_drawn_secrets_stay_two_names_and_a_guessable_one_has_no_digest():
    one, other = ("gh" + "p_" + letter * 2 + "B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" for letter in "ab")

    assert redact_name(one).text != redact_name(other).text
    assert redact_name(one).text == redact_name(one).text
    assert redact_name(redact_name(one).text).labels == ()
    assert redact_name("password=hunter" + "2").text == "password=[REDACTED:password]"


def test_a_name_of_digits_is_a_number_and_no_card():
    assert redact_name("4539578763621486") == ("4539578763621486", ())
    assert redact_name("4539 5787 6362 1486").labels == ("card-number",)


@pytest.mark.parametrize("key", ["password", "db_password", "dbPassword", "Passwd", "user-pwd", "PASSPHRASE"])
def test_a_key_of_metadata_says_that_its_value_is_a_password(key):
    assert redact_json({key: "hunter" + "2"}) == ({key: "[REDACTED:password]"}, ("password",))


def test_a_pin_of_metadata_may_be_a_number():
    assert redact_json({"card": {"pin": 4321}}) == ({"card": {"pin": "[REDACTED:pin]"}}, ("pin",))


@pytest.mark.parametrize(
    "value",
    [
        {"max_tokens": 4096, "tokenizer": "bert-base-v2", "token": "noun"},
        {"password_policy": "twelve characters", "password": None, "pin": "north pole"},
        {"secret": True, "api_key": "<your key>", "password": "********"},
        {"id": "3f1c2b6a-9d1e-4c7b-8a55-0c9d8e7f6a5b", "commit": "9fceb02d0ae598e95dc970b74767f19372d61af8"},
        [],
        "nothing",
        None,
    ],
)
def test_other_metadata_is_left_alone(value):
    assert redact_json(value) == (value, ())


def test_metadata_that_was_redacted_stays_as_it_is():
    once, _ = redact_json({"password": "hunter" + "2", "apiKey": "9f8e7d6c5b4a39281706"})

    assert redact_json(once) == (once, ())


@given(
    st.lists(
        st.sampled_from([*(text for _, _, text in SECRETS[:60]), *LOOKALIKES[:60], " ", "\n", ""]), max_size=6
    )
)
def test_redaction_is_idempotent_whatever_stands_together(parts):
    once = redact("".join(parts)).text

    assert redact(once) == (once, ())


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "1",
        "1 ",
        "sk-",
        "eyJ.",
        "password is ",
        "password to a ",
        "token ",
        "://a:",
        "A1 ",
        "-----BEGIN PRIVATE KEY-----",
        "secret phrase a a ",
        "aws key ",
        "DE12 ",
        "123-45-",
        "key-",
        "abc ",
        "Bearer ",
        "[REDACTED:",
        "twilio ",
    ],
)
def test_long_runs_of_one_thing_are_read_in_one_go(part):
    redact(part * 5_000)


@pytest.mark.parametrize("after", ["", ".", '">', "  \n", "\tNext", "),", "> ;", "'.", "   "])
def test_the_end_of_a_sentence_tells_a_plain_password(after):
    assert redact(f"pwd=hunterhunter{after}").labels == ("password",)


@pytest.mark.parametrize("after", [" is what", "  \tand", ">x"])
def test_a_plain_word_that_goes_on_is_no_password(after):
    assert redact(f"the pwd: hunterhunter{after}").labels == ()


def test_a_secret_behind_many_marks_is_seen_and_one_inside_a_mark_is_not():
    text = "[REDACTED:password] " * 50 + "pwd=a1b2c3d4 [REDACTED:api-key] token: x"

    assert redact(text).labels == ("password",)
    assert redact(redact(text).text).labels == ()


def test_a_secret_at_the_end_of_a_very_long_text_is_seen():
    assert redact("ey-" * 50_000 + ". My password is hunter22.").labels == ("password",)
