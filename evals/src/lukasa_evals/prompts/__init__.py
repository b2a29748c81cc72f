"""What models are told in the evaluation: readers, judges and the systems that were re-implemented.

The files are of the form of `lukasa.prompts`. None holds a word of a data set (a test looks).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from lukasa.errors import NotFoundError
from lukasa.prompts import Prompt, parse
from lukasa_evals.errors import EvalError


@cache
def load(name: str) -> Prompt:
    """Return a prompt by the name of its file. Raises `EvalError` for an unknown one."""
    try:
        text = files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise EvalError(f"there is no prompt {name!r}") from error
    return parse(name, text)


_THEIRS = {"{question}": "{{question}}", "{gold_answer}": "{{gold}}", "{generated_answer}": "{{answer}}"}
"""Holes as the Mem0 paper's own code writes them."""

_SYSTEM = "You judge answers to questions about conversations, and reply with JSON."


def judge_from(path: Path) -> Prompt:
    """Return a judge's prompt from a file: in our form, or one text with the paper's holes, which then is the user's message.

    Raises `EvalError` for a file that cannot be read, or lacks the question, the gold answer or the answer.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise EvalError(f"the judge's prompt {str(path)!r} cannot be read: {error}") from error
    for theirs, ours in _THEIRS.items():
        if ours not in text:
            text = text.replace(theirs, ours)
    if missing := [ours for ours in _THEIRS.values() if ours not in text]:
        raise EvalError(f"the judge's prompt {path.name!r} has no {' and no '.join(missing)}")
    if not text.startswith("# system\n"):
        text = f"# system\n{_SYSTEM}\n# user\n{text}"
    try:
        return parse(path.stem, text)
    except NotFoundError as error:
        raise EvalError(str(error)) from error
