"""Vectors as bytes: ports carry them, only retrieval and adapters look inside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The vectors of a text for late interaction (MaxSim): one a token, or fewer that stand for several; compactly stored."""

    codes: bytes
    """`count × width` bytes, vector by vector.

    A byte holds two components as signed numbers of four bits, from -7 to 7: byte `i` of a vector has component `i` in its
    lower half and component `width + i` in its upper half. Only a vector's direction counts; whoever compares brings it to length 1.
    """

    width: int
    """Bytes of a vector: half of its dimensions."""

    @property
    def count(self) -> int:
        return len(self.codes) // self.width


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an embedder gives for one text."""

    dense: bytes
    """One vector, a signed byte a component. Only its direction counts; the largest component is best 127 or -127."""

    tokens: TokenVectors | None = None
    """`None` when the embedder has no late interaction."""


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """What an embedder is, found out by trying it; never configured."""

    fingerprint: str
    """Changes when the weights, pooling, prefixes, dimensions or quantisation change. Vectors of different
    fingerprints are never compared."""

    dense_dims: int
    token_width: int | None
    """Bytes of a token vector; `None`: no late interaction."""

    model: str = ""
    """A name to show; scores were calibrated for some (`policy.py`)."""

    latin_only: bool = False
    """Whether it knows words of the Latin script alone: a question in another is left to full-text."""
