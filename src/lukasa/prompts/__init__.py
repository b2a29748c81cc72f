"""Prompts: `*.md` files beside this one, loaded, filled and fingerprinted.

A file has two parts, headed `# system` (the same to the byte in every call, so that a provider can cache it) and
`# user`, in which `{{name}}` stands for what differs. `{{attributes.…}}` is a list of labels from the attribute table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from lukasa.domain.attribute import ATTRIBUTES
from lukasa.domain.fact import Cardinality
from lukasa.domain.scope import digest
from lukasa.errors import NotFoundError
from lukasa.ports.llm import ChatMessage

_HOLE = re.compile(r"\{\{(\w+)\}\}")
_LABELS = re.compile(r"\{\{attributes\.(\w+)\}\}")
_PARTS = re.compile(r"\A# system\n(?P<system>.+?)\n# user\n(?P<user>.+)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt, unfilled."""

    name: str
    system: str
    user: str
    fingerprint: str
    """Changes with every byte of the prompt: facts are marked with it."""

    def fill(self, **values: str) -> tuple[ChatMessage, ChatMessage]:
        """Return the messages, with each hole filled once: a value that looks like a hole stays as it is.

        Raises `KeyError` for a hole without value, and for a value without hole.
        """
        holes = set(_HOLE.findall(self.user))
        if wrong := holes ^ set(values):
            raise KeyError(f"prompt {self.name!r} takes {sorted(holes)}; wrong: {sorted(wrong)}")
        user = _HOLE.sub(lambda hole: values[hole.group(1)], self.user)
        return ChatMessage("system", self.system), ChatMessage("user", user)


@cache
def load(name: str) -> Prompt:
    """Return a prompt by the name of its file.

    Raises `NotFoundError` for an unknown one.
    """
    from importlib.resources import files  # noqa: PLC0415 - only where a model is asked

    try:
        text = files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no prompt {name!r}") from error
    return parse(name, _LABELS.sub(lambda hole: _labels()[hole.group(1)], text))


def parse(name: str, text: str) -> Prompt:
    """Return the prompt that a file's text is. Raises `NotFoundError` for one that lacks a part."""
    parts = _PARTS.match(text)
    if parts is None:
        raise NotFoundError(f"prompt {name!r} lacks one of its parts, '# system' and '# user'")
    return Prompt(
        name=name,
        system=parts["system"].strip(),
        user=parts["user"].strip(),
        fingerprint=digest(["prompt", text])[:12],
    )


@cache
def _labels() -> dict[str, str]:
    """Return the lists of labels that prompts name, by the name of the list."""
    ranked = sorted((row.relation_rank, row.name) for row in ATTRIBUTES.values() if row.relation_rank)
    return {
        "single": _extracted("single"),
        "multi": _extracted("multi"),
        "relations": ", ".join(name for _, name in ranked),
    }


def _extracted(cardinality: Cardinality) -> str:
    rows = (row for row in ATTRIBUTES.values() if row.extracted and row.cardinality == cardinality)
    return ", ".join(f"{row.name}_<thing>" if row.family else row.name for row in rows)
