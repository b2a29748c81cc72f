"""The embedder as the read and write paths use it: loaded once; its absence is reported, and is no crash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.errors import ModelMissingError, ProviderError
from lukasa.ports.embedder import Embedder
from lukasa.text.analysis import is_latin


@dataclass(frozen=True, slots=True)
class Encoded:
    """Embeddings of some texts, or why there are none."""

    embeddings: Sequence[Embedding] = ()
    fingerprint: str | None = None
    error: ProviderError | None = None
    """What the embedder raised, if it did."""

    @property
    def warning(self) -> str | None:
        """What to tell the caller; `None` when nothing went wrong."""
        if self.error is None:
            return None
        return (
            f"the embedder cannot be used, full-text only: {self.error} "
            "(`lukasa doctor` tells more; `reembed()` catches up)"
        )


@dataclass(slots=True)
class Encoder:
    """Calls the embedder, and turns its failures into warnings: without vectors, full-text still works."""

    embedder: Embedder | None
    """`None`: full-text only, by configuration."""

    _spec: EmbedderSpec | None = field(default=None, init=False)
    _error: ProviderError | None = field(default=None, init=False)

    async def spec(self) -> EmbedderSpec | None:
        """Return what the embedder is; `None` when it cannot be used now (`problem` says why)."""
        # A missing file does not come back while we run.
        gone = isinstance(self._error, ModelMissingError)
        if self._spec is None and self.embedder is not None and not gone:
            try:
                self._spec = await self.embedder.spec()
            except ProviderError as error:
                self._error = error
        return self._spec

    @property
    def problem(self) -> ProviderError:
        """Why `spec` returned nothing."""
        return self._error or ProviderError("no embedder is configured (embedder='none')")

    async def documents(self, texts: Sequence[str]) -> Encoded:
        """Encode what is stored."""
        return await self._encode(texts, query=False)

    async def query(self, text: str) -> Encoded:
        """Encode a question. One in a script that the embedder has no words of has no embedding, and that is no failure."""
        spec = await self.spec()
        if spec is not None and spec.latin_only and not is_latin(text):
            return Encoded(fingerprint=spec.fingerprint)
        return await self._encode([text], query=True)

    async def aclose(self) -> None:
        if self.embedder is not None:
            await self.embedder.aclose()

    async def _encode(self, texts: Sequence[str], *, query: bool) -> Encoded:
        if self.embedder is None:
            return Encoded()
        try:
            spec = await self.spec()
            if spec is None:
                return Encoded(error=self.problem)
            if not texts:
                return Encoded(fingerprint=spec.fingerprint)
            embeddings = await self.embedder.embed(texts, purpose="query" if query else "document")
        except ProviderError as error:
            return Encoded(error=error)
        return Encoded(embeddings=embeddings, fingerprint=spec.fingerprint)
