from __future__ import annotations

from collections import UserDict
from datetime import UTC, datetime
from typing import Any

import pytest

from lukasa.errors import InputError
from lukasa.policy import RememberPolicy
from lukasa.writing.messages import CallLabels, Draft, ParsedMessages, read_labels, read_messages

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def read(messages: Any, *, zone: str | None = None, limit: int = 1_000_000, **labels: Any) -> ParsedMessages:
    return read_messages(
        messages, CallLabels(**labels), zone=zone, policy=RememberPolicy(max_turn_bytes=limit)
    )


def draft(messages: Any, **labels: Any) -> Draft:
    (only,) = read(messages, **labels).drafts
    return only


def text(content: Any) -> str:
    return draft({"role": "user", "content": content}).text


def test_a_text_is_what_the_user_said():
    assert draft("Hello.") == Draft(
        role="user",
        speaker=None,
        text="Hello.",
        at=None,
        session=None,
        agent=None,
        origin="user",
        metadata={},
    )


@pytest.mark.parametrize(
    ("role", "kept", "origin"),
    [
        ("user", "user", "user"),
        ("human", "user", "user"),
        ("assistant", "assistant", "assistant"),
        ("ai", "assistant", "assistant"),
        ("model", "assistant", "assistant"),
        ("system", "system", "tool"),
        ("developer", "system", "tool"),
        ("tool", "tool", "tool"),
        ("function", "tool", "tool"),
    ],
)
def test_roles_of_other_tongues_are_known_and_tell_the_origin(role: str, kept: str, origin: str):
    made = draft({"role": role, "content": "x"})

    assert (made.role, made.origin) == (kept, origin)
    assert draft({"role": role, "content": "x"}, origin="web").origin == "web"


@pytest.mark.parametrize("role", ["User", " user", "", "narrator", 1, ["user"]])
def test_other_roles_are_refused_with_the_known_ones(role: Any):
    with pytest.raises(InputError, match=r"unknown role .*; known: user, human"):
        read({"role": role, "content": "x"})


def test_a_message_without_a_role_is_the_users():
    assert draft({"content": "x"}).role == "user"


def test_any_mapping_is_a_message_and_any_sequence_a_list():
    messages = (UserDict(role="user", content="One."), "Two.")

    assert [each.text for each in read(messages).drafts] == ["One.", "Two."]


def test_parts_become_lines_and_pictures_their_captions():
    parts = [
        {"type": "text", "text": "Look:"},
        {"type": "image", "caption": "a violin"},
        {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}},
        {"type": "input_image", "alt": "a bow"},
        {"type": "refusal", "refusal": "No."},
        {"type": "audio", "transcript": "la la"},
        {"type": "tool_use", "id": "7"},
        "and a bare one",
    ]

    assert (
        text(parts)
        == "Look:\n[shares a photo: a violin]\n[shares a photo: a bow]\nNo.\nla la\nand a bare one"
    )


def test_text_is_kept_to_the_letter():
    said = "  indented\r\n\ttabs, trailing blanks  \n\n"

    assert text(said) == said


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None},
        {"role": "assistant", "tool_calls": [{"id": "1"}]},
        {"role": "user", "content": ""},
        {"role": "user", "content": " \n\t\u3000"},
        {"role": "user", "content": []},
        {"role": "user", "content": [{"type": "image"}]},
    ],
)
def test_messages_without_text_are_left_out_of_a_list_and_refused_alone(message: dict[str, Any]):
    drafts, skipped, _ = read(["before", message, "after"])
    assert [each.text for each in drafts] == ["before", "after"]
    assert skipped == [f"message 1 ({message['role']}) has no text"]

    with pytest.raises(InputError, match="nothing to remember: the message"):
        read(message)


def test_a_list_of_nothing_is_nothing():
    assert read([]) == ParsedMessages([], [])
    assert read(["", " "]).drafts == []


def test_the_size_is_counted_in_bytes():
    assert read("é" * 50, limit=100).drafts

    with pytest.raises(InputError, match="the message has 102 bytes; at most 100"):
        read("é" * 51, limit=100)


def test_a_message_says_more_than_the_call():
    made = draft(
        {"content": "x", "at": "2026-05-01T00:00:00Z", "metadata": {"a": 2, "c": 3}},
        at=AT,
        metadata={"a": 1, "b": 1},
        session="s",
        agent="bot",
    )

    assert made.at == datetime(2026, 5, 1, tzinfo=UTC)
    assert made.metadata == {"a": 2, "b": 1, "c": 3}
    assert (made.session, made.agent) == ("s", "bot")
    assert draft({"content": "x", "at": None}, at=AT).at == AT


def test_a_messages_own_time_is_read_in_the_zone_of_the_call():
    (made,) = read([{"content": "x", "at": "2026-07-01T10:00"}], zone="Asia/Kathmandu").drafts

    assert made.at is not None
    assert made.at.isoformat() == "2026-07-01T10:00:00+05:45"


def test_metadata_is_copied_and_tuples_become_lists():
    given = {"deep": {"list": [1, (2.5, None, True)]}}
    made = draft({"content": "x", "metadata": given})
    given["deep"]["list"].append(3)

    assert made.metadata == {"deep": {"list": [1, [2.5, None, True]]}}


def test_metadata_has_a_depth_that_every_store_can_keep():
    def nested(depth: int) -> Any:
        return [nested(depth - 1)] if depth else 1

    assert draft({"content": "x", "metadata": {"a": nested(8)}})
    with pytest.raises(InputError, match="metadata 'a'"):
        read({"content": "x", "metadata": {"a": nested(9)}})


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"origin": "dream"}, "unknown origin 'dream'"),
        ({"session": " "}, "session must be a non-empty text"),
        ({"agent": "a\0"}, "agent must be"),
        ({"agent": "\udfff"}, "agent .* is not valid Unicode"),
        ({"at": "noon"}, "cannot read 'noon'"),
        ({"metadata": {"": 1}}, "keys must be non-empty texts"),
    ],
)
def test_labels_are_checked(labels: dict[str, Any], expected: str):
    every = dict.fromkeys(("at", "session", "agent", "origin", "metadata", "zone"))

    with pytest.raises(InputError, match=expected):
        read_labels(**{**every, **labels})


def test_errors_say_which_message_and_do_not_repeat_a_book():
    with pytest.raises(InputError) as caught:
        read(["fine", {"content": "x", "name": "n" * 5000 + "\0"}])

    assert str(caught.value).startswith("message 1: 'name'")
    assert len(str(caught.value)) < 300
