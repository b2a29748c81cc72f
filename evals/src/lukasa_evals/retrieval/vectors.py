"""One vector a text, for the baselines: what a plain vector store would have.

The only place here that looks past Lukasa's public API, of which vectors are no part.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
from anyio.from_thread import BlockingPortal, start_blocking_portal

from lukasa import Settings
from lukasa.ports.embedder import Embedder, Purpose
from lukasa.retrieval.token_vectors import unit_vector
from lukasa.wiring import build, now

Matrix = npt.NDArray[np.float32]

DENSE_MODEL = "bge-small-en-v1.5"
"""Of the bundled models, the one that was made for single vectors."""

_BATCH = 256
"""Texts encoded at a time: some models give token vectors too, which are dropped with each batch."""


class EngineVectors:
    """Encodes with a model of its own where the bundled models are in use, otherwise with the configured embedder."""

    def __init__(self, settings: Settings, model: str | None = DENSE_MODEL) -> None:
        """Prepare. *model* is a bundled one; `None`: the single vector of the engine's own encoder."""
        own = settings.embedder == "onnx" and model is not None
        only_dense = settings.with_(dense_model=model, token_model="none") if own else settings  # noqa: S106 - no secret
        self._settings = only_dense
        self._embedder: Embedder | None = None
        self._portal: BlockingPortal | None = None
        self._questions: dict[str, Matrix] = {}

    def __enter__(self) -> Self:
        self._context = start_blocking_portal()
        self._portal = self._context.__enter__()
        self._embedder = build(self._settings.with_(store="memory:"), clock=now).embedder
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._portal is not None and self._embedder is not None:
            self._portal.call(self._embedder.aclose)
        self._context.__exit__(kind, error, trace)

    @property
    def available(self) -> bool:
        """Whether there is a model at all (`embedder="none"` has none)."""
        return self._embedder is not None

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Encode what is stored."""
        return self._embed(texts, "document")

    def query(self, text: str) -> Matrix:
        """Encode a question. Many systems ask for the same one."""
        if (held := self._questions.get(text)) is None:
            held = self._questions[text] = self._embed([text], "query")[0]
        return held

    def kept(self, texts: Sequence[str], folder: Path | None) -> Matrix:
        """Encode what is stored, or read it from *folder* when the same texts and model were encoded before."""
        if folder is None:
            return self.documents(texts)
        path = folder / f"dense-{self._identity(texts)}.npy"
        if not path.exists():
            partial = path.with_suffix(f".{os.getpid()}.npy")
            np.save(partial, self.documents(texts))
            partial.replace(path)
        kept: Matrix = np.load(path)
        return kept

    def _identity(self, texts: Sequence[str]) -> str:
        if self._portal is None or self._embedder is None:
            raise RuntimeError("EngineVectors is used outside of its `with` block")
        spec = self._portal.call(self._embedder.spec)
        return hashlib.sha256("\0".join([spec.fingerprint, *texts]).encode()).hexdigest()[:24]

    def _embed(self, texts: Sequence[str], purpose: Purpose) -> Matrix:
        if self._portal is None or self._embedder is None:
            raise RuntimeError("EngineVectors is used outside of its `with` block")
        embedder = self._embedder
        rows: list[Matrix] = []
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            found = self._portal.call(partial(embedder.embed, batch, purpose=purpose))
            rows += [unit_vector(each.dense) for each in found]
        return np.stack(rows)
