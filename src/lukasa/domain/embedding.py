"""Vectors as bytes: ports carry them, only retrieval and adapters look inside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One vector a token, for late interaction (MaxSim), compactly stored."""

    codes: bytes
    """`count × dims` signed bytes, row by row. A component is `code / 127`; each row has length ≈ 1."""

    dims: int

    @property
    def count(self) -> int:
        return len(self.codes) // self.dims


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an embedder gives for one text."""

    dense: bytes
    """One unit vector: little-endian float32."""

    tokens: TokenVectors | None = None
    """`None` when the embedder has no late interaction."""


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """What an embedder is, found out by trying it; never configured."""

    fingerprint: str
    """Changes when the weights, pooling, prefixes, dimensions or quantisation change. Vectors of different
    fingerprints are never compared."""

    dense_dims: int
    token_dims: int | None
    """`None`: no late interaction."""

    model: str = ""
    """A name to show; scores were calibrated for some (`policy.py`)."""
