from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.document import Traits
from lukasa.indexing.documents import traits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Traits()),
        ("Tea.", Traits(words=1)),
        ("I think I'm late, my friend", Traits(words=6, first_person=3)),
        ("Im Hain, Michael and Iris", Traits(words=5)),
        ("Really? Why? Because.", Traits(words=3, questions=2)),
        ("Where to?  ", Traits(words=2, questions=1, asks=True)),
        ("何時？", Traits(words=1, questions=1, asks=True)),
        ("We met last weekend.", Traits(words=4, first_person=1, times=True)),
        ("See you on Fridays, two years ago!", Traits(words=7, times=True)),
        ("Mayor Augustine", Traits(words=2)),
        ("Room 101", Traits(words=2, numbers=True)),
        ("[shares a photo: a cat]", Traits(words=5, picture=True)),
        ("gestern", Traits(words=1, times=True)),
        ("昨日", Traits(words=1, times=True)),
        ("Ich und meine Katze", Traits(words=4, first_person=2)),
    ],
)
def test_what_a_text_is_like(text: str, expected: Traits):
    assert traits(text) == expected


@given(st.text())
def test_any_text_has_traits_that_can_be_stored(text: str):
    found = traits(text)

    assert Traits.unpack(found.pack()) == found


def test_counts_beyond_what_is_stored_stop_there():
    found = traits("I? " * 70_000)

    assert Traits.unpack(found.pack()) == Traits(words=65535, questions=65535, asks=True, first_person=65535)
