"""`lukasa import`: what is stored, once, whatever happens on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run, messages, write_lines

from lukasa import Handle, Memory, Receipt
from lukasa.errors import InputError
from lukasa.surfaces.cli import intake
from lukasa.surfaces.cli.formats.session import Session
from lukasa.surfaces.cli.intake import PIECE, parts

PAIRS = [
    {
        "sample_id": f"pair-{n}",
        "conversation": {
            "session_1_date_time": "1:56 pm on 8 May, 2026",
            "session_1": [
                {"speaker": "Ada", "dia_id": "D1:1", "text": f"I keep bees, {n} hives."},
                {
                    "speaker": "Ben",
                    "dia_id": "D1:2",
                    "text": "Look.",
                    "blip_caption": "a swarm in a pear tree",
                },
            ],
            "session_2_date_time": "9:00 am on 9 May, 2026",
            "session_2": [{"speaker": "Ada", "dia_id": "D2:1", "text": "The bees are fine."}],
        },
    }
    for n in range(3)
]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    file = tmp_path / "pairs.json"
    file.write_text(json.dumps(PAIRS), "utf-8")
    return file


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "chat.jsonl", messages(12, sessions=3))


def test_each_locomo_conversation_becomes_a_user(lukasa: Run, pairs: Path):
    done = lukasa("import", pairs, "--json").json

    assert done["format"] == "locomo"
    assert done["users"] == ["pair-0", "pair-1", "pair-2"]
    assert (done["sessions"], done["turns"], done["duplicates"]) == (6, 9, 0)
    turns = lukasa("turns", "--user", "pair-1", "--json").json
    assert [turn["text"] for turn in turns] == [
        "I keep bees, 1 hives.",
        "Look.\n[shares a photo: a swarm in a pear tree]",
        "The bees are fine.",
    ]
    assert turns[0]["at"] == "2026-05-08T13:56:00+00:00"
    assert turns[0]["origin"] == "import"


def test_limit_takes_the_first_conversations_whole(lukasa: Run, pairs: Path):
    done = lukasa("import", pairs, "--limit", 2, "--json").json

    assert done["users"] == ["pair-0", "pair-1"]
    assert done["sessions"] == 4


def test_a_format_that_names_its_users_is_not_given_another(lukasa: Run, pairs: Path):
    done = lukasa("import", pairs, "--user", "ada")

    assert done.code == 1
    assert "pair-0" in done.err


def test_importing_again_stores_nothing_twice(lukasa: Run, lines: Path):
    first = lukasa("import", lines, "--json").json
    again = lukasa("import", lines, "--json").json

    assert (first["turns"], first["duplicates"]) == (12, 0)
    assert (again["turns"], again["duplicates"]) == (0, 12)
    assert lukasa("stats", "--json").json["stats"]["turns"] == 12


def test_a_file_that_has_grown_brings_what_is_new(lukasa: Run, tmp_path: Path):
    whole = messages(12, sessions=3)
    lukasa("import", write_lines(tmp_path / "chat.jsonl", whole[:7]))

    done = lukasa("import", write_lines(tmp_path / "chat.jsonl", whole), "--json").json

    assert (done["turns"], done["duplicates"]) == (5, 7)
    assert [turn["text"] for turn in lukasa("turns", "--json").json] == [m["content"] for m in whole]


def test_an_import_that_broke_off_goes_on_where_it_stopped(
    lukasa: Run, lines: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(intake, "MOST", 4)
    remember = Handle.remember
    calls = []

    def fail_at_the_second(self: Handle, *given: object, **named: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return remember(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Handle, "remember", fail_at_the_second)
    broken = lukasa("import", lines)
    monkeypatch.setattr(Handle, "remember", remember)
    done = lukasa("import", lines, "--json").json

    assert broken.code == 1
    assert "No space left on device" in broken.err
    assert "1 session before that" in broken.err
    assert (done["turns"], done["duplicates"]) == (8, 4)


def test_what_stood_before_the_damage_is_kept_and_the_store_opens(lukasa: Run, lines: Path):
    lines.write_text(lines.read_text("utf-8")[:-40], "utf-8")

    refused = lukasa("import", lines, "--strict")
    before = len(lukasa("turns", "--json").json)
    done = lukasa("import", lines, "--json").json

    assert refused.code == 1
    assert "line 12" in refused.err
    assert before == 8
    assert (done["turns"], done["duplicates"]) == (3, 8)
    assert "line 12 is not JSON" in done["skipped"][0]
    assert lukasa("verify").code == 0


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not text"),
        ("# 8 May 2026\nAda: Café.\n".encode("latin-1"), "byte 0xe9 at offset 21"),
        (b'[{"sample_id": "x", "conv', "is not JSON"),
        (b"[]", "holds no conversations"),
        (b"# 8 May 2026\n", "holds no conversations"),
        (b"Ada: When was this?\n", "--at"),
        (b'{"role": "king", "content": "x", "at": "2026-05-08T10:00:00Z"}\n', "'king'"),
        (b'{"role": "user", "content": "a\\u0000b", "at": "2026-05-08T10:00:00Z"}\n', "NUL"),
        (b'{"role": "user", "content": "\\ud800", "at": "2026-05-08T10:00:00Z"}\n', "surrogate"),
        (b'{"role": "user", "content": "x", "at": "2026-05-08T10:00:00"}\n', "--zone"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it_and_costs_nothing(
    lukasa: Run, tmp_path: Path, content: bytes, problem: str
):
    lukasa("remember", "Here before.")
    file = tmp_path / "bad.file"
    file.write_bytes(content)

    done = lukasa("import", file, "--strict")

    assert done.code == 1
    assert done.out == ""
    assert problem in done.err
    assert str(file) in done.err
    assert len(done.err.splitlines()) == 1
    assert [turn["text"] for turn in lukasa("turns", "--json").json] == ["Here before."]
    assert lukasa("verify").code == 0


def test_a_zone_that_is_none_is_refused_although_no_time_needs_it(lukasa: Run, tmp_path: Path):
    file = tmp_path / "chat.txt"
    file.write_text("2026-05-08T10:00Z Ada: Tea?\n", "utf-8")

    assert "'Mars/Base'" in lukasa("import", file, "--zone", "Mars/Base").err


def test_a_message_that_is_too_long_is_split(lukasa: Run, tmp_path: Path):
    huge = [{"role": "user", "content": "x" * 1_100_000, "at": "2026-05-08T10:00:00Z"}]

    file = write_lines(tmp_path / "huge.jsonl", huge)
    refused = lukasa("import", file, "--strict")
    done = lukasa("import", file, "--json").json

    assert refused.code == 1
    assert "huge.jsonl, line 1, message 0: 1,100,000 bytes are too long" in refused.err
    assert done["turns"] == 2
    assert "split into 2" in done["mended"][0]
    assert lukasa("import", file, "--json").json["duplicates"] == 2


def test_a_directory_and_a_missing_file_make_no_store(lukasa: Run, tmp_path: Path, db: Path):
    assert "holds no file of a known kind" in lukasa("import", tmp_path).err
    assert "there is no file" in lukasa("import", tmp_path / "nothing").err
    assert not db.exists()


def test_messages_without_text_are_left_out_and_reported(lukasa: Run, tmp_path: Path):
    given = [
        *messages(1),
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [],
            "at": "2026-03-01T10:00:00Z",
            "session": "s0",
        },
    ]

    done = lukasa("import", write_lines(tmp_path / "chat.jsonl", given), "--json").json

    assert done["turns"] == 1
    assert "line 1: message 1 (assistant) has no text" in done["skipped"][0]


def test_what_was_exported_comes_back_as_it_was(lukasa: Run, tmp_path: Path, db: Path):
    with Memory.open(db) as memory:
        ada = memory.of("ada")
        ada.remember(
            [{"role": "user", "content": "One."}, {"role": "assistant", "content": "Two."}],
            key="k",
            session="s",
        )
        ada.remember(
            "Three.", at="2026-03-01T10:00:00+09:00", agent="helper", origin="web", metadata={"n": [1, None]}
        )
        (hidden,) = ada.remember("Four.", at="2026-03-02T10:00:00Z").turns
        ada.forget(hidden)
    file = tmp_path / "export.jsonl"
    lukasa("export", "--user", "ada", "-o", file)

    same = lukasa("import", file, "--user", "ada", "--json").json
    other = lukasa("import", file, "--user", "copy", "--json").json

    assert (same["format"], same["turns"], same["duplicates"]) == ("lukasa", 0, 4)
    assert other["turns"] == 4

    def seen(user: str) -> list[dict[str, object]]:
        turns = lukasa("turns", "--user", user, "--forgotten", "--json").json
        for turn in turns:
            turn["retired_at"] = turn["retired_at"] is not None
        return [{k: v for k, v in turn.items() if k not in {"id", "recorded_at", "seq"}} for turn in turns]

    assert seen("copy") == seen("ada")
    assert [turn["retired_at"] for turn in seen("copy")] == [False, False, False, True]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages each call of `remember` has."""
    remember, calls = Handle.remember, list[int]()

    def counted(self: Handle, messages: list[object], **named: object) -> Receipt:
        calls.append(len(messages))
        return remember(self, messages, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Handle, "remember", counted)
    return calls


def test_many_sessions_go_in_one_call_as_far_as_they_fit(
    lukasa: Run, tmp_path: Path, calls: list[int], monkeypatch: pytest.MonkeyPatch
):
    given = messages(40, sessions=8)
    many = write_lines(tmp_path / "many.jsonl", given)

    done = lukasa("import", many, "--json").json
    monkeypatch.setattr(intake, "MOST", 12)
    lukasa("import", many)
    monkeypatch.setattr(intake, "MOST_CHARACTERS", 6 * len(str(given[-1]["content"])))
    lukasa("import", many)

    assert calls == [40, *[10] * 4, *[5] * 8]
    assert (done["sessions"], done["turns"]) == (8, 40)
    assert [turn["session"] for turn in lukasa("turns", "--json").json] == [m["session"] for m in given]


def test_what_is_said_again_in_a_session_that_comes_back_is_known(
    lukasa: Run, tmp_path: Path, calls: list[int]
):
    given = messages(8, sessions=2)
    file = write_lines(
        tmp_path / "again.jsonl", [*given, given[1], {**given[1], "content": "Something else."}]
    )

    done = lukasa("import", file, "--json").json

    assert calls == [8, 2]
    assert (done["turns"], done["duplicates"]) == (9, 1)


def test_what_of_a_call_was_erased_is_named_with_its_place(lukasa: Run, lines: Path):
    lukasa("import", lines)
    lukasa("erase", "--text", "Note 5: the kettle boils at 5 degrees.", "--yes")

    done = lukasa("import", lines, "--json").json
    back = lukasa("import", lines, "--force", "--json").json

    (left,) = done["skipped"]
    assert "chat.jsonl, line 5: t_" in left
    assert "was erased" in left
    assert (done["turns"], done["duplicates"], done["counts"]) == (0, 11, {"skipped": 1})
    assert (back["turns"], back["duplicates"]) == (1, 11)


def test_what_cannot_be_stored_of_a_call_is_named_with_its_place(
    lukasa: Run, lines: Path, monkeypatch: pytest.MonkeyPatch
):
    remember = Handle.remember

    def picky(self: Handle, messages: list[dict[str, object]], **named: object) -> Receipt:
        if any("Note 5" in str(message["content"]) for message in messages):
            raise InputError("no fives")
        return remember(self, messages, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Handle, "remember", picky)

    done = lukasa("import", lines, "--json").json
    refused = lukasa("import", lines, "--user", "other", "--strict")

    assert done["skipped"] == [f"{lines}, line 5: no fives"]
    assert (done["sessions"], done["turns"]) == (3, 11)
    assert (refused.code, "chat.jsonl, line 5: no fives" in refused.err) == (1, True)
    assert len(lukasa("turns", "--user", "other", "--json").json) == 4


def test_a_long_session_goes_in_pieces_and_comes_out_whole(lukasa: Run, tmp_path: Path):
    given = messages(PIECE * 2 + 3)
    for n in (5, 6, PIECE + 5, PIECE * 2 + 1):
        given[n] = {**given[n], "content": "ok"}

    first = lukasa("import", write_lines(tmp_path / "long.jsonl", given), "--json").json
    again = lukasa("import", tmp_path / "long.jsonl", "--json").json

    assert (first["sessions"], first["turns"]) == (1, len(given))
    assert (again["turns"], again["duplicates"]) == (0, len(given))
    assert [turn["text"] for turn in lukasa("turns", "--json").json] == [m["content"] for m in given]


def test_pieces_keep_their_places_of_what_was_forgotten():
    session = Session(
        messages=[{"role": "user", "content": str(n), "at": None} for n in range(PIECE + 10)],
        session="s",
        location="",
        conversation="s",
        retired=[3, PIECE + 4],
    )

    assert [(len(part.messages), part.retired) for part in parts(session)] == [(PIECE, [3]), (10, [4])]


def test_the_summary_is_for_people_without_json(lukasa: Run, lines: Path):
    done = lukasa("import", lines)

    assert "12 turns stored" in done.out
    assert "0 known already" in done.out
    assert "In the memory of: me" in done.out


CHAT = "".join(
    f"{day}/10/2023, 11:1{n} - {name}: Note {n} of {name}, {day}.\n"
    for day in (9, 30)
    for n, name in enumerate(("Sam", "Maria do Carmo de Sousa Pinto", "Sam"))
)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    file = tmp_path / "WhatsApp Chat.txt"
    file.write_text(CHAT, "utf-8")
    return file


def test_a_dry_run_shows_speakers_and_months_and_stores_nothing(lukasa: Run, chat: Path, db: Path):
    done = lukasa("import", chat, "--dry-run")
    report = lukasa("import", chat, "--dry-run", "--json").json

    for shown in (
        "6 turns in 2 sessions",
        "would be imported; nothing was stored",
        "Maria do Carmo",
        "2023-10",
        "--as",
    ):
        assert shown in done.out
    assert report["dry_run"]
    assert report["speakers"] == {"Sam": {"2023-10": 4}, "Maria do Carmo de Sousa Pinto": {"2023-10": 2}}
    assert (report["turns"], report["sessions"]) == (6, 2)
    assert not db.exists()


def test_as_says_which_speaker_is_the_user(lukasa: Run, chat: Path):
    done = lukasa("import", chat, "--as", "sam")

    turns = lukasa("turns", "--json").json
    assert "--as" not in done.out
    assert {(turn["role"], turn["speaker"]) for turn in turns} == {
        ("user", None),
        ("user", "Maria do Carmo de Sousa Pinto"),
    }


def test_a_user_whom_nobody_is_called_is_refused_before_anything_is_stored(lukasa: Run, chat: Path, db: Path):
    done = lukasa("import", chat, "--as", "Olu")

    assert done.code == 1
    assert "no speaker in" in done.err
    assert "Maria do Carmo de Sousa Pinto, Sam" in done.err
    assert not db.exists()


def test_a_folder_is_imported_file_by_file(lukasa: Run, tmp_path: Path):
    folder = tmp_path / "export"
    folder.mkdir()
    write_lines(folder / "a.jsonl", messages(4))
    (folder / "b.json").write_text('[{"sample_id": "x", "conv', "utf-8")
    (folder / "c.json").write_text(
        '[{"role": "user", "content": "Hi.", "at": "2026-05-08T10:00:00Z"}, {"ro', "utf-8"
    )
    (folder / "README.md").write_text("Read me.", "utf-8")

    done = lukasa("import", folder, "--json").json

    assert done["turns"] == 5
    assert [(Path(file["file"]).name, file["turns"]) for file in done["files"]] == [
        ("a.jsonl", 4),
        ("c.json", 1),
    ]
    assert sorted(Path(file).name for file in done["other_files"]) == ["README.md", "b.json"]
    assert "is not JSON" in done["skipped"][0]
    assert lukasa("import", folder, "--json").json["duplicates"] == 5


def test_the_receipt_says_what_was_mended_and_skipped_for_each_file(lukasa: Run, tmp_path: Path):
    odd = [{**messages(1)[0], "content": "a\0b"}, {"content": "no role"}, {**messages(1)[0], "role": "king"}]
    file = write_lines(tmp_path / "odd.jsonl", [*messages(2), *odd])

    printed = lukasa("import", file)
    done = lukasa("import", file, "--json").json

    assert printed.code == 0
    assert "mended: " in printed.out
    assert "left out: " in printed.out
    (notes,) = [file["notes"] for file in done["files"]]
    assert notes["counts"] == {"mended": 2, "skipped": 1}
    assert "line 4 has no 'role'" in notes["skipped"][0]
    assert (done["turns"], done["duplicates"]) == (0, 4)


def test_a_message_that_the_memory_refuses_is_skipped_alone(
    lukasa: Run, lines: Path, monkeypatch: pytest.MonkeyPatch
):
    remember = Handle.remember

    def refuse_one(self: Handle, given: list[dict[str, object]], **named: object) -> object:
        if any("Note 5" in str(message["content"]) for message in given):
            raise InputError("this cannot be stored")
        return remember(self, given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Handle, "remember", refuse_one)
    done = lukasa("import", lines, "--json").json

    assert done["turns"] == 11
    assert [line for line in done["skipped"] if "this cannot be stored" in line]
