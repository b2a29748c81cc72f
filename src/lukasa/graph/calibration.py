"""Cosines of two embedders are not alike: a threshold that was measured with the bundled one is carried over to another.

Both embed the same few sentences. Where the threshold lies between how near sentences that say the same are and how near those
are that do not, it lies with the other embedder too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from lukasa.indexing.encoder import Encoder
from lukasa.retrieval.token_vectors import unit_vector

BUNDLED = "mean-tokens + colbert-small-states"
"""The embedder that thresholds of the policy are measured with."""

_PROBES = (
    ("Where does Vera live?", "Vera lives in Utrecht."),
    ("Which car does Ivo drive?", "Ivo drives a Skoda."),
    ("What is Lena allergic to?", "Lena is allergic to peanuts."),
    ("Who is Tariq's sister?", "Samira is a sister of Tariq."),
    ("Where does Olga work?", "Olga works at the library."),
    ("What instrument does Juan play?", "Juan plays the trumpet."),
    ("Which race did Mei run?", "Mei ran the Kyoto marathon."),
    ("What does Piet collect?", "Piet collects stamps."),
    ("Which team does Rosa support?", "Rosa supports Racing."),
    ("Where did Hans go on holiday?", "Hans travelled to Iceland."),
    ("What is Noor studying?", "Noor studies chemistry."),
    ("Who is Bela's doctor?", "Bela is treated by Dr Kiss."),
)
"""A question, and what answers it; what answers another one does not."""


class Spread(NamedTuple):
    """How near an embedder finds the probes."""

    apart: float
    """Mean cosine of a question and what does not answer it."""

    near: float
    """Mean cosine of a question and what does."""


OF_BUNDLED = Spread(apart=0.837, near=0.947)
"""Measured: a test embeds the probes again."""


@dataclass(slots=True)
class Calibration:
    """Thresholds for the embedder in use. Its probes are embedded once, when a threshold is first asked for."""

    encoder: Encoder
    _spread: Spread | None = field(default=None, init=False)

    async def carried(self, least: float) -> float:
        """Return the cosine that is for the embedder in use what *least* is for the bundled one; never more than 1.

        Without an embedder, or with one that tells nothing apart, it is *least*.
        """
        spec = await self.encoder.spec()
        if spec is None or spec.model == BUNDLED or least > 1:
            return least
        if self._spread is None:
            self._spread = await spread(self.encoder)
        if self._spread is None or self._spread.near <= self._spread.apart:
            return least
        share = (least - OF_BUNDLED.apart) / (OF_BUNDLED.near - OF_BUNDLED.apart)
        top = 1 - OF_BUNDLED.near
        if least > OF_BUNDLED.near:
            # Above what answers are, up to the same text.
            return self._spread.near + (least - OF_BUNDLED.near) / top * (1 - self._spread.near)
        return self._spread.apart + share * (self._spread.near - self._spread.apart)


async def spread(encoder: Encoder) -> Spread | None:
    """Return how near an embedder finds the probes; `None` when it cannot be used."""
    answers = await encoder.documents([answer for _, answer in _PROBES])
    questions = [await encoder.query(question) for question, _ in _PROBES]
    if not answers.embeddings or not all(each.embeddings for each in questions):
        return None
    vectors = [unit_vector(each.embeddings[0].dense) for each in questions]
    cosines = np.stack(vectors) @ np.stack([unit_vector(each.dense) for each in answers.embeddings]).T
    same = np.eye(len(_PROBES), dtype=bool)
    return Spread(float(cosines[~same].mean()), float(cosines[same].mean()))
