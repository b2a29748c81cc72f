"""What should be remembered, and how it is labelled."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import get_args

from lukasa.bounds import LIMITS, check_size
from lukasa.domain.fact import Cardinality
from lukasa.errors import InputError, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomAttribute:
    """A label that is not in the attribute table, such as `blood_type`."""

    name: str
    """Lower case, with underscores."""

    description: str = ""
    """What it means, for the model."""

    cardinality: Cardinality = "multi"
    """`single`: a new value takes the place of the old one."""

    def __post_init__(self) -> None:
        name = self.name
        if not isinstance(name, str) or not name.isidentifier() or name != name.lower():
            raise InputError(
                f"an attribute needs a name in lower case with underscores, such as blood_type, not {shown(name)}"
            )
        _check_text(f"the description of {name}", self.description)
        if self.cardinality not in get_args(Cardinality):
            raise InputError(
                f"the cardinality of {name} must be one of {', '.join(get_args(Cardinality))}, not {shown(self.cardinality)}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """What should be remembered. The model is shown it after its own instructions."""

    instructions: str = ""
    include: tuple[str, ...] = ()
    """Topics to look for, in words."""

    exclude: tuple[str, ...] = ()
    """Topics to leave alone, in words."""

    attributes: tuple[CustomAttribute, ...] = field(default=())

    def __post_init__(self) -> None:
        _check_text("instructions", self.instructions)
        for name in ("include", "exclude"):
            topics = getattr(self, name)
            if not isinstance(topics, list | tuple):
                raise InputError(f"{name} must be a list of topics, not {shown(topics)}")
            for topic in topics:
                _check_text(f"a topic of {name}", topic)
        for attribute in self.attributes:
            if not isinstance(attribute, CustomAttribute):
                raise InputError(f"attributes must be a list of CustomAttribute, not {shown(attribute)}")
        check_size("guidance", self.written(), LIMITS.guidance_bytes, "it goes into every prompt: say less")

    def written(self) -> str:
        """Return it as the model reads it; empty when there is nothing to say."""
        lines = [self.instructions.strip()] if self.instructions.strip() else []
        if self.include:
            lines.append(f"Look above all for: {'; '.join(self.include)}.")
        if self.exclude:
            lines.append(f"Never take a fact about: {'; '.join(self.exclude)}.")
        for attribute in self.attributes:
            many = "one value at a time" if attribute.cardinality == "single" else "any number of values"
            meaning = f": {attribute.description}" if attribute.description else ""
            lines.append(f"Further attribute: {attribute.name} ({many}){meaning}")
        return "\n".join(lines)

    def cardinality(self, attribute: str) -> Cardinality | None:
        """Return the cardinality of a custom attribute; `None` for any other."""
        return next((custom.cardinality for custom in self.attributes if custom.name == attribute), None)

    def packed(self) -> str:
        """Return it as JSON, as `unpacked` reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_guidance(guidance: object) -> Guidance | None:
    """Return the guidance that a caller passes in, if any; raise `InputError` when it is none."""
    if guidance is None or isinstance(guidance, Guidance):
        return guidance
    raise InputError(
        f"guidance must be a Guidance, such as Guidance(include=('food',)), not {shown(guidance)}"
    )


def unpacked(packed: str) -> Guidance | None:
    """Return what `packed` wrote; `None` for nothing."""
    if not packed:
        return None
    fields = json.loads(packed)
    return Guidance(
        instructions=fields["instructions"],
        include=tuple(fields["include"]),
        exclude=tuple(fields["exclude"]),
        attributes=tuple(CustomAttribute(**attribute) for attribute in fields["attributes"]),
    )


def _check_text(what: str, text: object) -> None:
    if not isinstance(text, str) or "\0" in text:
        raise InputError(f"{what} must be a text without NUL, not {shown(text)}")
