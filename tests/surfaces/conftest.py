"""The command line, run in this process, on a store of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Done, Run

from lukasa.surfaces.cli.main import main


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("LUKASA_DB", raising=False)
    monkeypatch.delenv("LUKASA_STORE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "test.lukasa"


@pytest.fixture
def lukasa(db: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(command: str, *arguments: object) -> Done:
        code = main([command, *map(str, arguments), "--db", str(db)])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run
