"""What was stored is only shown: no command of the command line sends a terminal its control characters."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from lukasa import Memory, Settings
from lukasa.surfaces.cli.main import main

SETTINGS = Settings(embedder="hashing")
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202eeert\u2066\x7f\x08"
QUESTION = "Who likes tea in Faro?"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
OWN = re.compile(r"\x1b\[[\d;]*m")
"""Colours, which rich sends itself."""

COMMANDS = (
    ["recall", QUESTION],
    ["recall", QUESTION, "--explain"],
    ["context", QUESTION],
    ["ask", QUESTION],
    ["turns"],
    ["facts"],
    ["review"],
    ["conflicts"],
    ["timeline"],
    ["entities"],
    ["relations"],
    ["related", "Eve"],
    ["changes"],
    ["audit"],
    ["stats"],
    ["verify"],
    ["jobs"],
    ["summaries"],
    ["graph", "--format", "graphml"],
    ["graph", "--format", "dot"],
    ["graph", "--format", "cypher"],
    ["graph", "--format", "jsonld"],
    ["graph", "--format", "html"],
    ["export"],
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "m.lukasa"
    with Memory.open(file, settings=SETTINGS) as memory:
        eve = memory.of("eve")
        eve.remember({"role": "user", "name": f"Eve{HOSTILE}", "content": f"I like tea{HOSTILE} from Faro."})
        eve.remember({"role": "tool", "name": f"{HOSTILE}shop", "content": f"Tea in Faro {HOSTILE}."})
        eve.believe(
            f"Eve lives in Faro{HOSTILE}.", subject="Eve", attribute="lives_in", value=f"Faro{HOSTILE}"
        )
        eve.merge("Eve", f"Eva{HOSTILE}")
    return file


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    for name, value in {"DB": str(store), "USER": "eve", "EMBEDDER": "hashing"}.items():
        monkeypatch.setenv(f"LUKASA_{name}", value)
    monkeypatch.setenv("FORCE_COLOR", "1")
    # A terminal: documents are printed for reading, too.
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_sends_what_a_terminal_obeys(command: list[str], capsys: pytest.CaptureFixture[str]):
    arguments = [*command, "--user", "eve"] if command[0] not in {"verify", "stats", "jobs"} else command
    code = main(arguments)
    shown = capsys.readouterr()

    assert code in {0, 1}
    assert "misused" not in shown.err
    assert shown.out
    assert OBEYED.findall(OWN.sub("", shown.out + shown.err)) == []


@pytest.mark.parametrize("command", COMMANDS[:12], ids=" ".join)
def test_json_says_the_same_with_escapes(command: list[str], capsys: pytest.CaptureFixture[str]):
    assert main([*command, "--user", "eve", "--json"]) == 0
    printed = capsys.readouterr().out

    assert OBEYED.findall(printed) == []
    assert json.loads(printed) is not None
    if command == ["turns"]:
        assert HOSTILE in json.loads(printed)[0]["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="no modes")
@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("command", [["export"], ["graph", "--format", "html"], ["graph"]], ids=" ".join)
def test_a_file_of_memories_is_private(command: list[str], before: bool, tmp_path: Path):
    file = tmp_path / "out"
    if before:
        file.write_text("old")
        file.chmod(0o644)

    assert main([*command, "--user", "eve", "-o", str(file)]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Faro" in file.read_text("utf-8")
    assert list(tmp_path.iterdir()) == [file]


NAMES = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\"'`${x}",
    "&lt;b&gt;",
    "<img src=x onerror=alert(1)>",
    "]]>",
    "\u2028",
)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leaves_the_data_of_the_page(name: str):
    with Memory.open("memory:", settings=SETTINGS) as memory:
        eve = memory.of(name if name.strip() else "eve")
        eve.believe(f"{name} knows Eve.", subject=f"Bob {name}", attribute="knows", value=f"Eve {name}")
        page, empty = eve.graph("html"), memory.of("nobody").graph("html")

    assert page.count("<") == empty.count("<")
    assert page.casefold().count("</script") == empty.casefold().count("</script")
    assert "\u2028" not in page
