"""The default embedder: models on this machine, one dense vector a text and one vector a token."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from lukasa.adapters.models.manifest import ModelUsage, Reference
from lukasa.adapters.models.session import LocalModel, Text, Workers, default_threads
from lukasa.adapters.models.vectors import (
    Matrix,
    dense_bytes,
    pooled,
    project,
    quantise,
    unit_rows,
)
from lukasa.domain.embedding import EmbedderSpec, Embedding, TokenVectors
from lukasa.domain.scope import digest
from lukasa.errors import ConfigError, ModelMissingError, ProviderError
from lukasa.ports.embedder import Purpose

MEAN_TOKENS: Final = "mean-tokens"
"""As the dense model: the mean of the token encoder's states, so that one encoder gives both vectors."""

_PROBE = "word"
_CHARS_A_TOKEN = 4
"""For planning batches only."""


class _Part(NamedTuple):
    """What one model gives for one text."""

    dense: bytes | None = None
    tokens: TokenVectors | None = None


_Head = Callable[[Sequence[str], Purpose], list[_Part]]


class OnnxEmbedder:
    """Embeds with models from an installed wheel or a folder, each file checked by hash; nothing is downloaded.

    `dense` and `tokens` are names of known models or paths of folders (see `adapters/models/manifest.py`).
    """

    def __init__(
        self,
        *,
        dense: Reference = MEAN_TOKENS,
        tokens: Reference | None = "colbert-small-states",
        token_basis: Matrix | None = None,
        batch_tokens: int | None = None,
        threads: int | None = None,
        directory: Path | None = None,
    ) -> None:
        """Prepare; the models load when they are first used.

        Token vectors are projected by *token_basis* (`width × dims`), or else by the model's own basis, if it has one.
        *batch_tokens*: see `ModelUsage.batch_tokens`; `None` does as the model says. *threads*: `None` means one a processor,
        at most 4. *directory* is looked in for known models before their wheel.
        """
        if dense == MEAN_TOKENS and tokens is None:
            raise ConfigError(f"dense={MEAN_TOKENS!r} needs a token model; tokens is None")
        self._dense = None if dense == MEAN_TOKENS else LocalModel(dense, "dense", directory=directory)
        self._tokens = None if tokens is None else LocalModel(tokens, "tokens", directory=directory)
        self._name = " + ".join(Path(name).name for name in (dense, tokens) if name is not None)
        self._token_basis = token_basis
        self._batch_tokens = batch_tokens
        self._workers = Workers(threads or default_threads(), "lukasa-embed")
        self._spec: EmbedderSpec | None = None

    async def spec(self) -> EmbedderSpec:
        """See the port. The dimensions come from embedding a word."""
        if self._spec is None:
            (probe,) = await self.embed([_PROBE], purpose="document")
            self._spec = EmbedderSpec(
                fingerprint=f"onnx:{digest(await self._workers.call(self._identity))}",
                dense_dims=len(probe.dense),
                token_width=None if probe.tokens is None else probe.tokens.width,
                model=self._name,
                latin_only=all(model.usage.latin_only for model in self._models()),
            )
        return self._spec

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port. Texts run side by side on the threads, and so do the two models."""
        heads = self._heads()
        budget = await self._workers.call(self._budget) if len(texts) > 1 else 0
        groups = batches([len(text) // _CHARS_A_TOKEN + 2 for text in texts], budget)
        jobs = [
            partial(head, [texts[index] for index in group], purpose) for group in groups for head in heads
        ]
        done = await self._workers.all(jobs)

        parts: list[list[_Part]] = [[] for _ in texts]
        owners = [group for group in groups for _ in heads]
        for group, results in zip(owners, done, strict=True):
            for index, part in zip(group, results, strict=True):
                parts[index].append(part)
        return [_join(part) for part in parts]

    async def aclose(self) -> None:
        """See the port."""
        await self._workers.aclose()
        for model in self._models():
            model.release()

    def _models(self) -> list[LocalModel]:
        return [model for model in (self._dense, self._tokens) if model is not None]

    def _heads(self) -> list[_Head]:
        heads: list[_Head] = []
        if self._dense is not None:
            heads.append(partial(_dense_parts, self._dense))
        if self._tokens is not None:
            heads.append(partial(self._token_parts, self._tokens))
        return heads

    def _token_parts(self, model: LocalModel, texts: Sequence[str], purpose: Purpose) -> list[_Part]:
        usage = model.usage
        return [
            _Part(
                dense=dense_bytes(text.states.mean(axis=0)) if self._dense is None else None,
                tokens=self._token_vectors(text, usage, purpose),
            )
            for text in model.texts(texts, _prefix(usage, purpose))
        ]

    def _token_vectors(self, text: Text, usage: ModelUsage, purpose: Purpose) -> TokenVectors:
        basis = self._basis(text.states.shape[1])
        if purpose == "query":
            return quantise(project(text.states, basis))
        rows = project(unit_rows(_kept(text, usage)), basis)
        return quantise(pooled(rows, usage.document_vectors))

    def _basis(self, width: int) -> Matrix | None:
        if self._token_basis is not None:
            if self._token_basis.shape[0] != width:
                raise ConfigError(
                    f"token_basis has {self._token_basis.shape[0]} rows; the model's states have {width} dimensions"
                )
            return self._token_basis
        basis = None if self._tokens is None else self._tokens.basis
        if basis is not None and basis.shape[0] != width:
            raise ModelMissingError(
                f"the token model's basis has {basis.shape[0]} rows; its states have {width} dimensions"
            )
        return basis

    def _identity(self) -> list[str | int | None]:
        basis = self._token_basis
        models = [MEAN_TOKENS if self._dense is None else self._dense.identity]
        if self._tokens is not None:
            models.append(self._tokens.identity)
        return [
            *models,
            # Dimensions and pooling, which could once be set: stored vectors keep their fingerprint.
            None,
            None if basis is None else digest([*basis.shape, basis.astype("<f4").tobytes().hex()]),
            1,
            "int4",
        ]

    def _budget(self) -> int:
        """Return the smallest batch budget of the models in use, so that their batches can be the same."""
        if self._batch_tokens is not None:
            return self._batch_tokens
        return min(model.usage.batch_tokens for model in self._models())


def batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Return places in *lengths*, the short ones first, in groups that cost at most *budget* once padded.

    A text that costs more, or any text when the budget is 0, is a group of its own.
    """
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and (len(groups[-1]) + 1) * lengths[index] <= budget:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _dense_parts(model: LocalModel, texts: Sequence[str], purpose: Purpose) -> list[_Part]:
    usage = model.usage
    return [
        _Part(dense=dense_bytes(_pooled(text.states, usage)))
        for text in model.texts(texts, _prefix(usage, purpose))
    ]


def _pooled(states: Matrix, usage: ModelUsage) -> Matrix:
    match usage.pooling:
        case "cls":
            return np.asarray(states[0], dtype=np.float32)
        case "mean":
            return np.asarray(states.mean(axis=0), dtype=np.float32)


def _prefix(usage: ModelUsage, purpose: Purpose) -> str:
    return usage.query_prefix if purpose == "query" else usage.document_prefix


def _kept(text: Text, usage: ModelUsage) -> Matrix:
    """Return the rows of a document that are worth storing; all of them when none would be left."""
    keep = [
        not (usage.drop_special and special)
        and not (usage.drop_punctuation and not special and _is_punctuation(token))
        for token, special in zip(text.tokens, text.special, strict=True)
    ]
    return text.states[keep] if any(keep) else text.states


def _is_punctuation(token: str) -> bool:
    # Marks of word pieces (## and ▁) are punctuation and symbols themselves, so they need no care.
    return all(unicodedata.category(char)[0] in "PS" for char in token)


def _join(parts: Sequence[_Part]) -> Embedding:
    dense = next((part.dense for part in parts if part.dense is not None), None)
    if dense is None:
        raise ProviderError("no model gave a dense vector")
    return Embedding(dense, next((part.tokens for part in parts if part.tokens is not None), None))
