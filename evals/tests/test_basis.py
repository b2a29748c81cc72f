"""The projection of token states: what it keeps, that it is the same each time, and what it reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lukasa.adapters.models.session import Text
from lukasa_evals import basis, cli
from lukasa_evals.datasets import jsonl
from lukasa_evals.errors import EvalError

WIDTH = 8


class Model:
    """An encoder whose states lie in three directions, the first of them mostly."""

    usage = SimpleNamespace(document_prefix="")
    seen: list[str]

    def __init__(self, *_: object) -> None:
        Model.seen = []

    def texts(self, texts: Sequence[str], prefix: str) -> list[Text]:
        Model.seen += texts
        (text,) = texts
        states = np.zeros((len(text), WIDTH), np.float32)
        states[:, 2] = 5
        states[:, 4] = [ord(char) % 3 for char in text]
        states[:, 6] = [ord(char) % 2 for char in text]
        return [Text(states, list(text), [False] * len(text))]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(basis, "LocalModel", Model)
    turns = [
        {"conversation": "c", "session": "s", "at": "2024-05-07T10:00:00Z", "role": "user", "id": f"t{n}", "text": f"Kettle {n}."}
        for n in range(9)
    ]  # fmt: skip
    question = {"conversation": "c", "question": "Which kettle?", "answer": "3", "evidence": ["t3"]}
    path = tmp_path / "kettles.jsonl"
    path.write_text("\n".join(map(json.dumps, [*turns, question])))
    return path


def test_the_directions_of_most_length_are_kept_and_turned(data: Path):
    learned = basis.learn({"kettles": jsonl.load(data)}, dims=3, texts=4)

    assert learned.basis.shape == (WIDTH, 3)
    assert learned.kept == pytest.approx(1.0)
    kept = np.zeros(WIDTH)
    kept[[2, 4, 6]] = 1
    assert np.allclose(learned.basis @ learned.basis.T, np.diag(kept), atol=1e-6)
    assert Model.seen[0] == "[7 May 2024] User: Kettle 0."
    assert Model.seen[-1] == "[7 May 2024] User: Kettle 8."
    assert len(Model.seen) == 4


def test_the_same_texts_give_the_same_file(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("one.npy", "two.npy"):
        cli.main(["train-basis", "--data", str(data), "--dims", "2", "--out", str(tmp_path / name)])

    assert (tmp_path / "one.npy").read_bytes() == (tmp_path / "two.npy").read_bytes()
    assert np.load(tmp_path / "one.npy").dtype == np.float16
    assert 'File("two.npy", 160, "' in capsys.readouterr().out


@pytest.mark.parametrize("dims", [0, 9])
def test_dimensions_that_states_do_not_have_are_refused(data: Path, dims: int):
    with pytest.raises(EvalError, match=rf"dims={dims} must be from 1 to 8"):
        basis.learn({"kettles": jsonl.load(data)}, dims=dims, texts=4)
