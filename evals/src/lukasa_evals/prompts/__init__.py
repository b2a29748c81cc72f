"""What models are told in the evaluation: readers, judges and the systems that were re-implemented.

The files are of the form of `lukasa.prompts`. None holds a word of a data set (a test looks).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

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
