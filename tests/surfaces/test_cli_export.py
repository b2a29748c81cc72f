"""What is remembered, written for other programs: notes with links, mem0's JSON. Nothing erased, nothing forgotten unless asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import Run

from lukasa import Memory
from lukasa.surfaces.cli.exports.vault import file_names, inert
from lukasa.surfaces.cli.main import main


@pytest.fixture
def filled(db: Path) -> Path:
    with Memory.open(db) as memory:
        me = memory.of("me")
        said = [
            {"role": "user", "name": "Ana", "content": "I like figs.", "at": "2026-03-01T10:00:00Z", "session": "s1"},
            {"role": "assistant", "content": "Noted.\n# [[Secrets]] <script>alert(1)</script>", "at": "2026-03-01T10:01:00Z", "session": "s1"},
            {"role": "user", "name": "../../etc/passwd", "content": "Hello!", "at": "2026-03-02T10:00:00Z", "session": "s2"},
            {"role": "user", "name": "Ana", "content": "I like plums.", "at": "2026-03-03T10:00:00Z", "session": "s3"},
            {"role": "user", "name": "Ana", "content": "My secret lair is in Tavira.", "at": "2026-03-04T10:00:00Z", "session": "s4"},
        ]  # fmt: skip
        me.remember(said)
        me.believe("Ana is a sister of Ben.", subject="Ana", attribute="sister_of", value="Ben", valid_from="2026-01-01T00:00Z")  # fmt: skip
        me.believe("Ben works at Acme.", subject="Ben", valid_from="2020-01-01T00:00Z", valid_until="2024-01-01T00:00Z")  # fmt: skip
        (plums,) = [turn.id for turn in me.turns() if "plums" in turn.text]
        me.forget(plums)
        me.erase(text="secret lair")
    return db


def vault(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_bytes().decode()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.usefixtures("filled")
def test_a_vault_has_a_note_a_day_and_one_a_person_with_links(lukasa: Run, tmp_path: Path):
    folder = tmp_path / "vault"
    assert lukasa("export", "--format", "markdown", "-o", folder).code == 0
    notes = vault(folder)

    people = sorted(name for name in notes if name.startswith("People/"))
    assert [name.partition(" ")[0] for name in people] == [
        "People/Ana.md",
        "People/Ben.md",
        "People/_.._etc_passwd",
    ], people
    assert {"Days/2026-03-01.md", "Days/2026-03-02.md"} <= notes.keys()
    day = notes["Days/2026-03-01.md"]
    assert day.startswith('---\ndate: "2026-03-01"\nturns: 2\npeople: ["[[People/Ana|Ana]]"]\n---\n')
    assert "- **[[People/Ana|Ana]]** 10:00: I like figs.\n" in day
    assert "  \\# \\[\\[Secrets\\]\\] \\<script\\>alert(1)\\</script\\>" in day
    ana = notes["People/Ana.md"]
    (block,) = re.findall(
        r"likes figs \(since 2026-03-01, \[\[Days/2026-03-01#\^([\w-]+)\|2026-03-01\]\]\)", ana
    )
    assert f"^{block}\n" in day
    assert "sister of Ben. → [[People/Ben|Ben]]" in ana
    assert (
        "## What was so\n\n- Ben works at Acme. (since 2020-01-01, until 2024-01-01" in notes["People/Ben.md"]
    )
    assert not re.search("plums|lair", "".join(notes.values()))

    again = tmp_path / "again"
    assert lukasa("export", "--format", "markdown", "-o", again).code == 0
    assert vault(again) == notes, "the same memory gives the same bytes"


@pytest.mark.usefixtures("filled")
def test_what_was_forgotten_is_exported_when_asked_for_and_what_was_erased_never(lukasa: Run, tmp_path: Path):
    assert lukasa("export", "--format", "markdown", "--forgotten", "-o", tmp_path / "vault").code == 0
    notes = vault(tmp_path / "vault")

    assert "10:00 (forgotten): I like plums." in notes["Days/2026-03-03.md"]
    assert "## Forgotten\n\n- Ana likes plums" in notes["People/Ana.md"]
    shown = lukasa("export", "--format", "mem0", "--forgotten").json["results"]
    assert "Ana likes plums" in [each["memory"] for each in shown]
    for name in ("jsonl", "mem0"):
        assert "lair" not in lukasa("export", "--format", name, "--forgotten").out
    assert "lair" not in "".join(notes.values())


@pytest.mark.usefixtures("filled")
def test_memories_as_mem0_gives_them_come_back(lukasa: Run, tmp_path: Path):
    file = tmp_path / "mem0.json"
    lukasa("export", "--format", "mem0", "-o", file)

    written = json.loads(file.read_text("utf-8"))["results"]
    assert [each["memory"] for each in written] == ["Ana likes figs", "Ana is a sister of Ben."]
    assert {each["user_id"] for each in written} == {"me"}
    other = tmp_path / "other.lukasa"
    assert main(["import", "mem0", str(file), "--db", str(other)]) == 0
    with Memory.open(other) as memory:
        facts = memory.of("me").facts()
        assert [fact.text for fact in facts] == [each["memory"] for each in written]
        assert [fact.metadata["mem0_id"] for fact in facts] == [each["id"] for each in written]


@pytest.mark.usefixtures("filled")
def test_a_vault_goes_into_a_new_folder(lukasa: Run, tmp_path: Path):
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault/mine.md").write_text("mine", "utf-8")
    (tmp_path / "new.part").mkdir()
    (tmp_path / "new.part/mine.md").write_text("mine", "utf-8")

    assert "is in the way" in lukasa("export", "--format", "markdown", "-o", tmp_path / "new").err
    assert vault(tmp_path / "new.part") == {"mine.md": "mine"}, "a folder of somebody's own"
    assert "is not empty" in lukasa("export", "--format", "markdown", "-o", tmp_path / "vault").err
    assert "name a new one" in lukasa("export", "--format", "markdown").err
    assert vault(tmp_path / "vault") == {"mine.md": "mine"}


def test_names_make_safe_files_that_differ():
    names = ["Ana", "ana", "..", "a/b", "a\\b", "CON", "nul.txt", "é" * 200, "e\u0301" * 200, "", "x\u202ey", "Zoë", "C:", "[[x]]", " Ben."]  # fmt: skip
    files = file_names(names)

    assert len({file.casefold() for file in files.values()}) == len(names)
    assert files["Zoë"] == "Zoë"
    for file in files.values():
        assert re.fullmatch(r"[\w .,'()+@-]+", file), file
        assert not file.startswith(".")
        assert len(f"{file}.md".encode()) <= 255
        assert file.lower() not in {"con", "nul.txt"}


def test_words_do_nothing():
    assert inert("`= this.file` %%x%% #tag [[Link]] $x$ <b>") == (
        r"\`\= this.file\` \%\%x\%\% \#tag \[\[Link\]\] \$x\$ \<b\>"
    )
