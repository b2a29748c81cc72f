"""What an audit finds, and what it lets be."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from _rot import EXPECTED, KEY, NOW, START, STORE, fact, turn

from lukasa import AuditItem, audit
from lukasa.domain.audit import FLAW_SORTS


def found(*items: AuditItem) -> dict[str, list[tuple[str, ...]]]:
    """Return the ids of the flaws by sort, those sorts left out that have none."""
    ids: dict[str, list[tuple[str, ...]]] = {}
    for flaw in audit(items, now=NOW).flaws:
        ids.setdefault(flaw.sort, []).append(tuple(flaw.ids))
    return ids


def foreign(*texts: str) -> list[AuditItem]:
    """Return facts of a store that tells nothing but their words."""
    return [AuditItem(id=str(number), text=text) for number, text in enumerate(texts)]


@pytest.mark.parametrize("sort", FLAW_SORTS)
def test_planted_rot_is_found_exactly(sort: str):
    flaws = audit(STORE, now=NOW).flaws

    assert [tuple(flaw.ids) for flaw in flaws if flaw.sort == sort] == EXPECTED[sort]


def test_counts_name_every_sort_and_agree_with_the_flaws():
    told = audit(STORE, now=NOW)

    assert told.counts == {sort: len(ids) for sort, ids in EXPECTED.items()}
    assert list(told.counts) == list(FLAW_SORTS)
    assert told.checked == {"turns": 10, "facts": 33}
    assert not told.clean


def test_nothing_at_all_is_clean():
    told = audit([], now=NOW)

    assert told.clean
    assert set(told.counts.values()) == {0}


def test_an_audit_says_the_same_again():
    assert audit(STORE, now=NOW) == audit(STORE, now=NOW)


def test_the_order_of_the_items_changes_no_count():
    shuffled = random.Random(7).sample(STORE, len(STORE))

    assert audit(shuffled, now=NOW).counts == audit(STORE, now=NOW).counts


def test_no_secret_and_no_more_than_a_clip_of_a_text_is_told():
    long = f"Ada wrote down the key {KEY} on the back of the envelope that lies in the drawer of the desk at home."

    told = audit(foreign(long, long), now=NOW)

    assert {flaw.sort for flaw in told.flaws} == {"duplicate", "secret"}
    assert [flaw.detail for flaw in told.flaws if KEY in flaw.detail or len(flaw.detail) > 80] == []


def test_what_is_past_forgotten_or_expired_contradicts_nothing():
    moved = {"attribute": "lives_in", "cardinality": "single"}

    assert found(
        fact("1", "Ada lives in Porto.", value="Porto", status="superseded", **moved),
        fact("2", "Ada lives in Lisbon.", value="Lisbon", **moved),
        fact("3", "Ada lives in Faro.", value="Faro", retired=True, **moved),
    ) == {"orphan": [("1",), ("2",), ("3",)]}


def test_a_denial_contradicts_the_same_value_only():
    live = {"attribute": "lives_in", "cardinality": "single", "sources": None}

    assert found(
        fact("1", "Ada lives in Porto.", value="Porto", **live),
        fact("2", "Ada does not live in Lisbon.", value="Lisbon", negated=True, **live),
    ) == {}  # fmt: skip
    assert found(
        fact("1", "Ada lives in Porto.", value="Porto", **live),
        fact("2", "Ada does not live in Porto.", value="Porto", negated=True, **live),
    ) == {"contradiction": [("1", "2")]}


@pytest.mark.parametrize(
    "texts",
    [
        ("User lives in Berlin", "User lives in Lisbon"),
        ("User likes coriander", "User dislikes coriander"),
        ("Lives in Berlin", "The user lives in Lisbon"),
    ],
)
def test_sentences_of_other_stores_contradict_each_other(texts: tuple[str, str]):
    assert found(*foreign(*texts)) == {"contradiction": [("0", "1")]}


@pytest.mark.parametrize(
    "texts",
    [
        ("User likes tea", "User likes coffee"),
        ("User no longer lives in Berlin", "User lives in Lisbon"),
        ("User likes tea", "Ben dislikes tea"),
        ("User has 2 cats in the flat", "User has 3 cats in the flat"),
        ("Alice gave Bob the keys of the old house", "Bob gave Alice the keys of the old house"),
        ("User has a sister named Mia", "User has a sister named Mira"),
        ("User ran a marathon in May", "User ran a marathon in June"),
    ],
)
def test_sentences_of_other_stores_that_may_both_be_true_stay(texts: tuple[str, str]):
    assert found(*foreign(*texts)) == {}


def test_one_owners_memory_is_not_compared_with_anothers():
    same = {"text": "User lives in Berlin"}

    assert found(AuditItem(id="1", owner="ada", **same), AuditItem(id="2", owner="ben", **same)) == {}  # type: ignore[arg-type]


def test_a_person_who_says_a_long_thing_again_is_no_loop_and_a_second_voice_is():
    text = "The choir rehearses on Mondays in the old gymnasium behind the church."

    assert found(turn("1", text), turn("2", text, speaker="Ben", day=1)) == {"loop": [("2",)]}
    assert found(turn("1", text), turn("2", text, day=1)) == {"duplicate": [("1", "2")]}


@pytest.mark.parametrize(
    "text",
    [
        "8 May 2023, Monday\nAda[1]: I moved.\nBen[2]: Where to?",
        "Ada[1]: I moved.\nBen[2]: Where to?",
        "Known:\n- Ada lives in Porto",
        "Relevant memories:\n- User lives in Porto\n- User likes tea",
        "# User memories\n\n1. lives in Porto",
        "<memory>User lives in Porto</memory>",
    ],
)
def test_a_rendered_block_is_a_loop_wherever_it_comes_from(text: str):
    assert found(*foreign(text)).get("loop") == [("0",)]


@pytest.mark.parametrize(
    "text",
    [
        "Known: she moved.",
        "I have a good memory.",
        "See note[1]: it is short.",
        "My memories of Porto:\nsun and rain",
        "On 8 May 2023, Monday, I moved.",
    ],
)
def test_what_only_looks_like_a_block_is_none(text: str):
    assert "loop" not in found(*foreign(text))


@pytest.mark.parametrize(
    "text",
    ["Hi there!", "User greeted the assistant", "HEARTBEAT_OK", "Step 3 of 5 completed", "You are a helpful assistant."],
)  # fmt: skip
def test_what_says_nothing_that_lasts_is_junk(text: str):
    assert found(*foreign(text)) == {"junk": [("0",)]}


@pytest.mark.parametrize(
    "text",
    ["Has two cats", "Vegetarian", "User prefers short answers", "Name is John", "Planning a trip to Japan in April"],
)  # fmt: skip
def test_what_is_short_and_lasts_is_no_junk(text: str):
    assert found(*foreign(text)) == {}


def test_many_near_equal_facts_are_no_matter_of_pairs():
    numbered = [f"Sensor {n} in the cellar reported {n * 7} degrees" for n in range(1_000)]
    equal = ["User likes to drink green tea in the morning"] * 1_000

    told = audit(foreign(*numbered, *equal), now=NOW)

    assert told.counts["duplicate"] == 1
    assert told.counts["near duplicate"] == 0
    assert told.checked == {"turns": 0, "facts": 2_000}


def test_expiry_is_told_with_its_day():
    (flaw,) = audit(
        [fact("1", "Ada is away.", expires_at=START, sources=None)],
        now=START + timedelta(days=1),
    ).flaws

    assert (flaw.sort, flaw.detail) == ("stale", "expired on 2026-01-01")
