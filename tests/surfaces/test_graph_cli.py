"""The graph on the command line."""

from __future__ import annotations

import pytest
from command_line import Run


@pytest.fixture(autouse=True)
def told(lukasa: Run) -> None:
    for subject, attribute, value in (
        ("Robert", "pet", "Rex"),
        ("Robert", "lives_in", "Bath"),
        ("Bo", "pet", "Tiger"),
    ):
        told = lukasa("believe", f"{subject} {attribute} {value}.", "--subject", subject, "--attribute", attribute, "--value", value)  # fmt: skip
        assert told.code == 0


def test_entities_show_what_is_known_of_them(lukasa: Run):
    shown = lukasa("entities", "Bo").out

    assert "Bo pet Tiger." in shown


def test_relations_are_listed_and_searched(lukasa: Run):
    everything = lukasa("relations", "--json").json
    assert {relation["text"] for relation in everything} == {
        "Robert pet Rex.", "Robert lives_in Bath.", "Bo pet Tiger.",
    }  # fmt: skip

    assert "Tiger" in lukasa("relations", "Bo pet Tiger", "-n", "1").out
    assert "Rex" not in lukasa("relations", "--entity", "Robert", "--label", "lives_in").out
    assert "no such relations" in lukasa("relations", "--label", "owns").out


def test_names_are_given_joined_and_parted(lukasa: Run):
    renamed = lukasa("rename", "Robert", "Bob")
    assert "takes it back" in renamed.out
    assert "Bob" in lukasa("entities", "Robert").out

    lukasa("alias", "Bo", "Boris")
    assert "also Boris" in lukasa("entities", "Bo").out or "also Bo" in lukasa("entities", "Bo").out
    merged = lukasa("merge", "Bob", "Boris", "--json").json
    assert len(lukasa("entities", "Tiger", "--json").json) == 1
    assert len(lukasa("relations", "--entity", "Bo", "--json").json) == 3

    lukasa("undo", "--call", str(merged["change"]))
    assert len(lukasa("relations", "--entity", "Bo", "--json").json) == 1


def test_a_name_that_nobody_has_is_not_changed(lukasa: Run):
    failed = lukasa("rename", "Rupert", "Rob")

    assert failed.code != 0
    assert "Rupert" in failed.err
