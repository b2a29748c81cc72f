"""Files of conversations: every format, whole and damaged."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lukasa.errors import ImportFormatError, InputError, NotFoundError
from lukasa.surfaces.cli.formats.detect import READERS, Format, detect
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile, decode

MAY = datetime(2026, 5, 8, 13, 56, tzinfo=UTC)

LOCOMO = [
    {
        "sample_id": "pair-1",
        "conversation": {
            "speaker_a": "Ada",
            "speaker_b": "Ben",
            "session_10_date_time": "9:00 am on 1 June, 2026",
            "session_10": [{"speaker": "Ada", "dia_id": "D10:1", "text": "Later."}],
            "session_2_date_time": "1:56 pm on 8 May, 2026",
            "session_2": [
                {"speaker": "Ben", "dia_id": "D2:1", "text": "Look at this.", "blip_caption": "a red kite"},
            ],
            "session_3_date_time": "2:00 pm on 9 May, 2026",
            "session_3": [],
            "session_4_date_time": "2:00 pm on 9 May, 2026",
        },
    },
    {
        "sample_id": "pair-2",
        "conversation": {
            "session_1_date_time": "12:05 am on 2 July, 2026",
            "session_1": [{"speaker": "Cleo", "dia_id": "D1:1", "text": "Midnight."}],
        },
    },
]

CHATGPT = [
    {
        "title": "Boots",
        "conversation_id": "c-1",
        "create_time": 1778248560.0,
        "current_node": "d",
        "mapping": {
            "root": {"message": None, "parent": None, "children": ["a"]},
            "a": {
                "parent": "root",
                "children": ["b", "x"],
                "message": {
                    "author": {"role": "user"},
                    "create_time": 1778248560.0,
                    "content": {
                        "content_type": "multimodal_text",
                        "parts": [{"asset_pointer": "f"}, "Which boots?"],
                    },
                },
            },
            "x": {
                "parent": "a",
                "children": [],
                "message": {
                    "author": {"role": "assistant"},
                    "create_time": 1778248561.0,
                    "content": {"content_type": "text", "parts": ["An answer that was regenerated."]},
                },
            },
            "b": {
                "parent": "a",
                "children": ["c"],
                "message": {
                    "author": {"role": "assistant"},
                    "recipient": "browser",
                    "create_time": 1778248562.0,
                    "content": {"content_type": "code", "text": "search('boots')"},
                },
            },
            "c": {
                "parent": "b",
                "children": ["d"],
                "message": {
                    "author": {"role": "tool"},
                    "create_time": 1778248563.0,
                    "content": {"content_type": "text", "parts": ["results"]},
                },
            },
            "d": {
                "parent": "c",
                "children": [],
                "message": {
                    "author": {"role": "assistant"},
                    "create_time": None,
                    "content": {"content_type": "text", "parts": ["Leather ones."]},
                },
            },
        },
    }
]

CLAUDE = [
    {
        "uuid": "u-1",
        "name": "Garden",
        "chat_messages": [
            {
                "uuid": "m-1",
                "sender": "human",
                "text": "When do I sow peas?",
                "content": [{"type": "text", "text": "When do I sow peas?"}],
                "created_at": "2026-05-08T13:56:00Z",
            },
            {
                "uuid": "m-2",
                "sender": "assistant",
                "text": "mixed with a tool call",
                "content": [{"type": "tool_use", "name": "clock"}, {"type": "text", "text": "Now."}],
                "created_at": "2026-05-08T13:57:00Z",
            },
            {"uuid": "m-3", "sender": "human", "text": " ", "created_at": "2026-05-08T13:58:00Z"},
        ],
    }
]

OPENAI_LINES = [
    {"role": "user", "name": "Ada", "content": "One.", "at": "2026-05-08T13:56:00Z", "session": "s1"},
    {"role": "assistant", "content": "Two.", "at": "2026-05-08T13:57:00Z", "session": "s1"},
    {"role": "user", "content": "Three.", "at": "2026-05-09T08:00:00Z"},
]

OPENAI_CONVERSATIONS = [
    {
        "session": "s1",
        "at": "2026-05-08T13:56:00Z",
        "metadata": {"app": "x"},
        "messages": [{"role": "user", "content": "One."}, {"role": "assistant", "content": "Two."}],
    }
]

EXPORTED = [
    {
        "id": "t_1",
        "role": "user",
        "text": "Kept.",
        "at": "2026-05-08T13:56:00+00:00",
        "recorded_at": "2026-05-08T13:56:01+00:00",
        "speaker": "Ada",
        "session": "s1",
        "agent": "helper",
        "origin": "web",
        "key": "k#0",
        "seq": 1,
    },
    {
        "id": "t_2",
        "role": "user",
        "text": "Forgotten.",
        "at": "2026-05-08T13:56:00+00:00",
        "recorded_at": "2026-05-08T13:56:01+00:00",
        "retired_at": "2026-05-08T14:00:00+00:00",
        "metadata": {"page": 3},
        "session": "s1",
        "agent": "helper",
        "origin": "web",
        "key": "k#1",
        "seq": 2,
    },
]

TEXT = "# 2026-05-08 13:56\nAda: Good morning.\nAssistant: And to you.\n"


def lines(values: list[dict[str, object]]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


WHOLE: dict[Format, str] = {
    "locomo": json.dumps(LOCOMO, indent=1),
    "chatgpt": json.dumps(CHATGPT),
    "claude": json.dumps(CLAUDE),
    "openai": lines(OPENAI_LINES),
    "lukasa": lines(EXPORTED),
    "text": TEXT,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations"


def write(file: Path, content: str | bytes) -> ImportFile:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return ImportFile(file)


def read(file: Path, content: str | bytes, name: Format | None = None, **assumed: object) -> list[Session]:
    """Read a file as `--strict` does: the first fault is an error."""
    source = write(file, content)
    assumptions = Assumptions(notes=Notes(strict=True), **assumed)  # type: ignore[arg-type]
    return list(READERS[name or detect(source)](source, assumptions))


def said(session: Session) -> list[object]:
    return [message["content"] for message in session.messages]


def test_a_format_is_told_by_its_content(file: Path):
    assert [detect(write(file, text)) for text in WHOLE.values()] == list(WHOLE)


@pytest.mark.parametrize("name", WHOLE)
def test_every_message_has_a_time_so_that_importing_twice_stores_once(file: Path, name: Format):
    sessions = read(file, WHOLE[name])

    assert sessions
    for session in sessions:
        for message in session.messages:
            at = message["at"]
            assert isinstance(at, datetime)
            assert at.utcoffset() is not None


@pytest.mark.parametrize("name", WHOLE)
def test_windows_line_ends_change_nothing(file: Path, name: Format):
    plain = [session.messages for session in read(file, WHOLE[name])]

    assert [session.messages for session in read(file, WHOLE[name].replace("\n", "\r\n"))] == plain


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(file: Path, encoding: str):
    texts = {name: text.replace("Ada", "Ådá 😀") for name, text in WHOLE.items()}
    plain = {name: [s.messages for s in read(file, text)] for name, text in texts.items()}

    encoded = {name: [s.messages for s in read(file, text.encode(encoding))] for name, text in texts.items()}

    assert encoded == plain


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "text"])
def test_half_a_json_file_names_the_file_and_the_line(file: Path, name: Format):
    text = WHOLE[name].rstrip()

    for share in (0.05, 0.3, 0.6, 0.9):
        with pytest.raises(ImportFormatError, match=r"line \d+") as caught:
            read(file, text[: int(len(text) * share)], name)
        assert str(file) in str(caught.value)


def test_what_stands_before_the_damage_is_read_first(file: Path):
    source = write(file, json.dumps(LOCOMO)[:-20])
    sessions = READERS["locomo"](source, Assumptions(notes=Notes(strict=True)))

    assert next(sessions).user == "pair-1"
    with pytest.raises(ImportFormatError, match="the file ends in the middle"):
        list(sessions)


# --- LoCoMo


def test_locomo_samples_are_users_and_sessions_come_in_number_order(file: Path):
    sessions = read(file, WHOLE["locomo"])

    assert [(s.user, s.session) for s in sessions] == [
        ("pair-1", "session_2"),
        ("pair-1", "session_10"),
        ("pair-2", "session_1"),
    ]


def test_locomo_turns_are_two_people_with_the_date_of_their_session(file: Path):
    first = read(file, WHOLE["locomo"])[0].messages[0]

    assert first["role"] == "user"
    assert first["name"] == "Ben"
    assert first["at"] == MAY
    assert first["metadata"] == {"dia_id": "D2:1"}


def test_locomo_pictures_become_parts_with_their_caption(file: Path):
    first = read(file, WHOLE["locomo"])[0].messages[0]

    assert first["content"] == [
        {"type": "text", "text": "Look at this."},
        {"type": "image", "caption": "a red kite"},
    ]


def test_five_past_midnight_is_in_the_morning(file: Path):
    assert read(file, WHOLE["locomo"])[2].messages[0]["at"] == datetime(2026, 7, 2, 0, 5, tzinfo=UTC)


def test_locomo_dates_are_read_in_the_zone_that_is_given(file: Path):
    first = read(file, WHOLE["locomo"], zone="Asia/Tokyo")[0].messages[0]

    assert first["at"] == datetime(2026, 5, 8, 4, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"sample_id": 5}, r"\[0\]\.sample_id must be text"),
        ({"conversation": []}, r"\[0\]\.conversation must be an object"),
        ({"conversation": {"session_1": "x"}}, r"session_1 must be a list"),
        ({"conversation": {"session_1": [{}]}}, r"session_1_date_time must be text, and is missing"),
        (
            {"conversation": {"session_1": [{}], "session_1_date_time": "soon"}},
            r"session_1_date_time: cannot read 'soon'",
        ),
        (
            {"conversation": {"session_1": [{"speaker": "A"}], "session_1_date_time": "8 May 2026"}},
            r"session_1\[0\]\.text must be text, and is missing",
        ),
        (
            {"conversation": {"session_1": ["x"], "session_1_date_time": "8 May 2026"}},
            r"session_1\[0\] must be an object",
        ),
    ],
)
def test_a_wrong_value_in_locomo_is_named_by_its_path(file: Path, change: dict[str, object], place: str):
    with pytest.raises(ImportFormatError, match=place):
        read(file, json.dumps([{**LOCOMO[0], **change}]), "locomo")


# --- ChatGPT


def test_chatgpt_conversations_follow_the_path_that_was_on_the_screen(file: Path):
    (session,) = read(file, WHOLE["chatgpt"])

    assert session.session == "c-1"
    assert said(session) == ["Which boots?", "Leather ones."]
    assert [message["role"] for message in session.messages] == ["user", "assistant"]
    assert session.messages[0]["metadata"] == {"title": "Boots"}


def test_a_chatgpt_message_without_a_time_was_said_after_the_one_before(file: Path):
    (session,) = read(file, WHOLE["chatgpt"])

    assert session.messages[0]["at"] == datetime(2026, 5, 8, 13, 56, tzinfo=UTC)
    assert session.messages[1]["at"] >= session.messages[0]["at"]


def test_a_chatgpt_tree_without_a_current_node_is_read_to_its_last_leaf(file: Path):
    (session,) = read(file, json.dumps([{**CHATGPT[0], "current_node": None}]))

    assert said(session)[-1] == "Leather ones."


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        ({"parent": "d", "children": []}, "is its own ancestor"),
        ({"parent": "gone", "children": []}, r"mapping\['gone'\] is missing"),
        ({"message": {"content": {}}}, r"message: the author's role is None"),
        (
            {"message": {"author": {"role": "user"}, "create_time": "x", "content": {"parts": ["x"]}}},
            r"create_time: cannot read 'x'",
        ),
        (
            {"message": {"author": {"role": "user"}, "create_time": 1e300, "content": {"parts": ["x"]}}},
            "is no time in seconds since 1970",
        ),
        (
            {"message": {"author": {"role": "user"}, "content": {"parts": "x"}}},
            r"content\.parts must be a list",
        ),
    ],
)
def test_a_damaged_chatgpt_tree_is_named_by_its_node(file: Path, node: dict[str, object], problem: str):
    damaged = {**CHATGPT[0], "mapping": {**CHATGPT[0]["mapping"], "d": node}}  # type: ignore[dict-item]

    with pytest.raises(ImportFormatError, match=problem):
        read(file, json.dumps([damaged]))


# --- Claude


def test_claude_messages_keep_their_words_and_leave_tools_out(file: Path):
    (session,) = read(file, WHOLE["claude"])

    assert session.session == "u-1"
    assert said(session) == ["When do I sow peas?", "Now."]
    assert [message["role"] for message in session.messages] == ["user", "assistant"]
    assert session.messages[0]["at"] == MAY


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"sender": "robot"}, r"chat_messages\[0\]\.sender is 'robot'"),
        ({"sender": "human", "text": "x"}, r"chat_messages\[0\] has no date"),
        (
            {"sender": "human", "text": "x", "created_at": "May"},
            r"chat_messages\[0\]\.created_at: cannot read 'May'",
        ),
        ({"sender": "human", "text": "x", "created_at": "2026-05-08T10:00:00"}, "has no UTC offset.*--zone"),
        (
            {"sender": "human", "text": 3, "created_at": "2026-05-08T10:00:00Z"},
            r"chat_messages\[0\]\.text must be text",
        ),
    ],
)
def test_a_wrong_value_in_claude_is_named_by_its_path(file: Path, message: dict[str, object], problem: str):
    with pytest.raises(ImportFormatError, match=problem):
        read(file, json.dumps([{"uuid": "u", "name": "", "chat_messages": [message]}]))


# --- OpenAI


def test_messages_a_line_are_grouped_by_session_and_else_by_day(file: Path):
    assert [(s.session, said(s)) for s in read(file, WHOLE["openai"])] == [
        ("s1", ["One.", "Two."]),
        ("2026-05-09", ["Three."]),
    ]


def test_conversations_a_line_share_what_stands_beside_their_messages(file: Path):
    (session,) = read(file, lines(OPENAI_CONVERSATIONS))

    assert session.session == "s1"
    assert [message["at"] for message in session.messages] == [MAY, MAY]
    assert [message["metadata"] for message in session.messages] == [{"app": "x"}, {"app": "x"}]


@pytest.mark.parametrize("layout", [OPENAI_LINES, OPENAI_CONVERSATIONS])
def test_a_list_of_them_reads_as_lines_do(file: Path, layout: list[dict[str, object]]):
    as_lines = [session.messages for session in read(file, lines(layout))]

    assert [session.messages for session in read(file, json.dumps(layout, indent=2))] == as_lines


def test_undated_messages_are_refused_unless_somebody_says_when(file: Path):
    undated = lines([{"role": "user", "content": "Hello."}])

    with pytest.raises(ImportFormatError, match=r"line 1 has no date.*--at"):
        read(file, undated)
    assert read(file, undated, at=MAY)[0].messages[0]["at"] == MAY


def test_a_broken_line_is_named_by_its_number(file: Path):
    with pytest.raises(ImportFormatError, match=r"line 3 is not JSON"):
        read(file, lines(OPENAI_LINES[:1]) + "\n{oops\n")


def test_a_message_without_a_role_is_refused(file: Path):
    with pytest.raises(ImportFormatError, match=r"line 2 has no 'role'"):
        read(file, lines([OPENAI_LINES[0], {"content": "x", "at": "2026-05-08T10:00:00Z"}]))


# --- Lukasa's own


def test_an_export_gives_back_what_was_remembered_together_as_one_call(file: Path):
    (session,) = read(file, WHOLE["lukasa"])

    assert (session.session, session.agent, session.origin, session.key) == ("s1", "helper", "web", "k")
    assert said(session) == ["Kept.", "Forgotten."]
    assert session.retired == [1]
    assert session.messages[1]["metadata"] == {"page": 3}


def test_turns_of_other_calls_are_given_back_apart(file: Path):
    other = [{**EXPORTED[0], "key": "j#0"}, {**EXPORTED[0], "key": "j#0", "origin": "user"}]

    assert [(s.key, s.origin) for s in read(file, lines([*EXPORTED, *other]))] == [
        ("k", "web"),
        ("j", "web"),
        ("j", None),
    ]


def test_an_origin_that_goes_without_saying_does_not_part_a_call(file: Path):
    plain = [
        {**EXPORTED[0], "key": None, "origin": "user"},
        {**EXPORTED[0], "key": None, "origin": "assistant", "role": "assistant"},
    ]
    keyed = [{**turn, "key": f"k#{n}", "origin": "user"} for n, turn in enumerate(plain)]

    assert [(len(s.messages), s.origin) for s in read(file, lines(plain))] == [(2, None)]
    assert [(len(s.messages), s.origin) for s in read(file, lines(keyed))] == [(2, "user")]


@pytest.mark.parametrize("field", ["text", "at", "origin"])
def test_an_export_line_without_what_a_turn_needs_is_refused(file: Path, field: str):
    damaged = {name: value for name, value in EXPORTED[0].items() if name != field}

    with pytest.raises(ImportFormatError, match=rf"line 1: {field} must be text, and is missing"):
        read(file, lines([damaged]), "lukasa")


# --- plain text


@pytest.mark.parametrize(
    ("head", "at"),
    [
        ("# 2026-05-08", "2026-05-08T00:00"),
        ("2026-05-08 13:56", "2026-05-08T13:56"),
        ("[8 May 2026]", "2026-05-08T00:00"),
        ("--- Friday, 8th of May 2026 ---", "2026-05-08T00:00"),
        ("## 8 September 2026, 1:56 pm", "2026-09-08T13:56"),
        ("May 8, 2026 at 13:56:30", "2026-05-08T13:56:30"),
        ("1:56 pm on 8 May, 2026", "2026-05-08T13:56"),
        ("08/05/2026", "2026-05-08T00:00"),
        ("8.5.26 12:10 am", "2026-05-08T00:10"),
        ("2026-05-08T13:56+02:00", "2026-05-08T11:56"),
        ("2026-05-08 13:56 UTC", "2026-05-08T13:56"),
    ],
)
def test_a_date_line_is_read_in_the_ways_that_people_write_it(file: Path, head: str, at: str):
    (session,) = read(file, f"{head}\nAda: Hello.\n", "text")

    assert session.messages[0]["at"] == datetime.fromisoformat(f"{at}+00:00")


@pytest.mark.parametrize(
    "line",
    [
        "2026-05-08 13:56 Ada: Hello.",
        "[2026-05-08 13:56] Ada: Hello.",
        "[08/05/2026, 13:56:00] Ada: Hello.",
        "08.05.26, 13:56 - Ada: Hello.",
        "2026-05-08T13:56:00Z Ada: Hello.",
        "8 May 2026 1:56 pm Ada: Hello.",
    ],
)
def test_a_line_may_carry_its_own_date(file: Path, line: str):
    (session,) = read(file, line, "text")

    assert session.session == "2026-05-08"
    assert session.messages == [{"role": "user", "name": "Ada", "content": "Hello.", "at": MAY}]


def test_a_time_of_day_counts_from_the_date_line(file: Path):
    (session,) = read(file, "# 8 May 2026\n[13:56] Ada: Hello.\n", "text")

    assert session.messages[0]["at"] == MAY


def test_lines_without_a_speaker_continue_what_was_said(file: Path):
    text = "# 8 May 2026\nAda: A list:\n- eggs\n\n  Note: soft\nBen: Fine.\n\n"

    (session,) = read(file, text, "text")

    assert said(session) == ["A list:\n- eggs\n\nNote: soft", "Fine."]


def test_the_user_and_the_assistant_are_roles_and_everybody_else_is_a_person(file: Path):
    (session,) = read(file, "# 8 May 2026\nMe: a\nAssistant: b\nAnna B.: c\n+49 170 12: d\n", "text")

    assert [(m["role"], m.get("name")) for m in session.messages] == [
        ("user", None),
        ("assistant", None),
        ("user", "Anna B."),
        ("user", "+49 170 12"),
    ]


def test_a_date_that_comes_back_begins_another_session(file: Path):
    text = "# 8 May 2026\nA: x\n# 9 May 2026\nA: y\n# 8 May 2026\nA: x\n"

    assert [s.session for s in read(file, text, "text")] == ["2026-05-08", "2026-05-09", "2026-05-08 (2)"]


def test_undated_text_is_refused_unless_somebody_says_when(file: Path):
    with pytest.raises(ImportFormatError, match=r"line 1 has no date.*--at"):
        read(file, "Ada: Hello.\nBen: Hi.\n")

    (session,) = read(file, "Ada: Hello.\nBen: Hi.\n", at=MAY)
    assert [message["at"] for message in session.messages] == [MAY, MAY]


@pytest.mark.parametrize(
    "day", ["31/02/2026", "13/13/2026", "2026-13-01", "8 May 2026 25:00", "8 May 2026 13:00 pm"]
)
def test_a_day_that_does_not_exist_is_named_with_its_line(file: Path, day: str):
    with pytest.raises(ImportFormatError, match=r"line 2.*is no (date|time of day)"):
        read(file, f"# Title\n# {day}\nAda: Hello.\n", "text")


def test_words_before_anybody_speaks_are_refused(file: Path):
    with pytest.raises(
        ImportFormatError, match=r"line 2: expected a date or 'Speaker: text', not 'once upon a time'"
    ):
        read(file, "# 8 May 2026\nonce upon a time\n")


# --- files that are no conversations


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04rest", "is a zip archive; unpack it"),
        (b"\x1f\x8brest", "is a gzip file; unpack it"),
        (b"SQLite format 3\0rest", "is a database, not an export"),
        (b"\x89PNG\0\0\0\0", "is not text: byte 0x00 at offset 4"),
        ("Ada: hi".encode("utf-16-le"), "is not text: byte 0x00 at offset 1"),
    ],
)
def test_what_is_no_text_is_refused_before_it_is_read(file: Path, content: bytes, problem: str):
    with pytest.raises(ImportFormatError, match=problem) as caught:
        write(file, content)
    assert str(file) in str(caught.value)


def test_wrong_encoding_names_the_byte(file: Path):
    with pytest.raises(ImportFormatError, match=r"is not UTF-8: byte 0xe9 at offset 24 .*save it as UTF-8"):
        read(file, "# 8 May 2026\nAda: Un caf\xe9.\n".encode("latin-1"))


def test_wrong_encoding_far_into_a_file_names_the_byte(file: Path):
    head = "# 8 May 2026\n" + "Ada: ä€😀 again.\n" * 40_000

    with pytest.raises(ImportFormatError, match=rf"byte 0xff at offset {len(head.encode())} "):
        read(file, head.encode() + b"\xff\n")


def test_a_character_cut_at_the_end_is_an_error_and_not_silence(file: Path):
    content = "# 8 May 2026\nAda: €".encode()

    with pytest.raises(ImportFormatError, match=rf"at offset {len(content) - 3} "):
        read(file, content[:-1])


def test_a_missing_file_and_a_directory_are_told_apart(file: Path, tmp_path: Path):
    with pytest.raises(NotFoundError, match="there is no file"):
        ImportFile(file)
    with pytest.raises(ImportFormatError, match="is a directory"):
        ImportFile(tmp_path)


@pytest.mark.parametrize("content", ["[]", '[{"a": 1}]', '{"a": 1}', "[\n]"])
def test_json_of_no_known_format_is_refused_with_what_it_has(file: Path, content: str):
    with pytest.raises(ImportFormatError, match=r"is of no known format|holds no conversations"):
        read(file, content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('[{"a": 1} {"b": 2}]', r"line 1: a comma is missing"),
        ('[{"a": 1}, 5]', r"line 1: an object must begin here"),
        ('[{"a": 1}]\n{"b": 2}', r"line 2: something follows the list"),
        ('[{"a": 1},\n', r"an object must begin here|is not closed"),
        ('[{"a": [1, 2},\n 3]', r"line 1, column 13 is not JSON"),
        ("[" * 100_000, r"an object must begin here|must be a JSON object|nested too deeply"),
        ('[{"a": ' + "[" * 100_000, r"nested too deeply"),
    ],
)
def test_damaged_json_is_named_by_its_line(file: Path, content: str, problem: str):
    with pytest.raises(ImportFormatError, match=problem):
        list(records(write(file, content)))


def test_records_larger_than_a_chunk_are_read_whole(file: Path):
    large = [{"n": n, "text": "x" * 700_000} for n in range(3)]

    assert [value for _, value in records(write(file, json.dumps(large, indent=0)))] == large


def test_text_from_a_pipe_is_decoded_like_a_file():
    assert decode("é".encode("utf-16"), "standard input") == "é"
    with pytest.raises(InputError, match=r"standard input is not UTF-8: byte 0xe9 at offset 1"):
        decode(b"x\xe9", "standard input")
