"""What should be remembered, and how it is labelled."""

from __future__ import annotations

from dataclasses import dataclass, field

from lukasa.bounds import LIMITS, check_size
from lukasa.domain.fact import Cardinality
from lukasa.errors import InputError


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
        if not self.name.isidentifier() or self.name != self.name.lower():
            raise InputError(
                f"an attribute needs a name in lower case with underscores, such as blood_type, not {self.name!r}"
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
