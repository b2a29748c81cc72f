"""Any endpoint that speaks OpenAI's `/embeddings`: hosted, or Ollama, vLLM, llama.cpp, TEI on the next machine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from lukasa.adapters.endpoint import Endpoint, error_codes, is_code, out_of_credit, retry_after, why_lost
from lukasa.adapters.models.vectors import dense_bytes
from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.domain.scope import digest
from lukasa.errors import (
    BadReplyError,
    ConfigError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitedError,
)
from lukasa.ports.embedder import Purpose

if TYPE_CHECKING:
    from httpx2 import Response

_PROBE = "word"
_BLANK = "."
"""Stands in for an empty text, which such endpoints refuse."""

_MAX_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """How an endpoint is asked, and how often."""

    batch_size: int = 64
    """Texts a request."""

    max_bytes: int = 8_000
    """Longer texts are cut. A byte-level tokenizer makes at most one token of a byte, so this fits the 8,191 tokens
    of the hosted models whatever the language; make it smaller for models that take less and refuse to cut."""

    timeout: float = 30.0
    """Seconds without progress."""

    attempts: int = 4
    first_wait: float = 0.5
    """Seconds before the second attempt; doubled before each further one, unless the endpoint says how long."""

    longest_wait: float = 20.0
    """An endpoint that asks to wait longer is not asked again."""


class OpenAIEmbedder:
    """Dense vectors from an endpoint. It has no late interaction.

    The fingerprint is made from the model's name, not from where it is served: the same model behind another
    gateway gives the same vectors.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        dimensions: int | None = None,
        prefixes: Mapping[Purpose, str] | None = None,
        policy: RequestPolicy | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        *base_url* is what stands before `/embeddings`. *dimensions* asks the model for shorter vectors.
        *prefixes* go before the texts, for models that tell questions from documents.
        """
        self._policy = policy or RequestPolicy()
        self._endpoint = Endpoint(
            base_url, "/embeddings", serves="embedder", example="http://localhost:11434/v1",
            api_key=api_key, timeout=self._policy.timeout,
        )  # fmt: skip
        if not model:
            raise ConfigError("model must be named, such as 'text-embedding-3-small'")
        self._host = self._endpoint.host
        self._model = model
        self._api_key = api_key
        self._dimensions = dimensions
        self._prefixes = dict(prefixes or {})
        self._spec: EmbedderSpec | None = None
        self._dims: int | None = None

    async def spec(self) -> EmbedderSpec:
        """See the port. The dimension comes from embedding a word."""
        if self._spec is None:
            (probe,) = await self.embed([_PROBE], purpose="document")
            dims = len(probe.dense)
            prefixes = [self._prefixes.get("document", ""), self._prefixes.get("query", "")]
            decisive = digest([self._model, dims, *prefixes, self._policy.max_bytes])
            self._spec = EmbedderSpec(fingerprint=f"openai:{decisive}", dense_dims=dims, token_width=None)
        return self._spec

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""
        size = self._policy.batch_size
        prefix = self._prefixes.get(purpose, "")
        embeddings: list[Embedding] = []
        for start in range(0, len(texts), size):
            batch = [self._fitted(prefix + text) for text in texts[start : start + size]]
            embeddings += self._read(await self._ask(batch), len(batch))
        return embeddings

    async def aclose(self) -> None:
        """See the port."""
        await self._endpoint.aclose()

    def _fitted(self, text: str) -> str:
        # Cut by characters first, or a text of megabytes would be encoded only to be thrown away.
        data = text[: self._policy.max_bytes].encode("utf-8", "replace")[: self._policy.max_bytes]
        return data.decode("utf-8", "ignore") or _BLANK

    async def _ask(self, batch: Sequence[str]) -> Response:
        for attempt in range(1, self._policy.attempts + 1):
            last = attempt == self._policy.attempts
            reply = await self._post(batch, last=last)
            if reply is not None and reply.status_code == HTTPStatus.OK:
                return reply
            if reply is not None and (last or not _worth_retrying(reply)):
                self._refuse(reply, batch)
            await asyncio.sleep(self._wait(reply, attempt, batch))
        raise ConfigError(f"attempts={self._policy.attempts!r} must be 1 or more")

    async def _post(self, batch: Sequence[str], *, last: bool) -> Response | None:
        """Return the reply; `None` when there was none and it is worth trying again."""
        client = await self._endpoint.client()
        import httpx2  # noqa: PLC0415 - it was first imported in the thread that opened the client

        body: dict[str, object] = {"model": self._model, "input": list(batch), "encoding_format": "float"}
        if self._dimensions is not None:
            body["dimensions"] = self._dimensions
        try:
            return await client.post(self._endpoint.url, json=body)
        except httpx2.TimeoutException as error:
            if last:
                raise ProviderTimeoutError(
                    f"the embedding endpoint {self._host!r} did not answer within {self._policy.timeout:g} s, "
                    f"{self._policy.attempts} times"
                ) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            if last:
                raise ProviderError(
                    f"cannot reach the embedding endpoint {self._host!r}: {why_lost(error)}"
                ) from error
        return None

    def _wait(self, reply: Response | None, attempt: int, batch: Sequence[str]) -> float:
        asked = None if reply is None else retry_after(reply)
        if reply is not None and asked is not None and asked > self._policy.longest_wait:
            self._refuse(reply, batch)
        planned = self._policy.first_wait * 2.0 ** (attempt - 1)
        return min(self._policy.longest_wait, planned if asked is None else asked)

    def _refuse(self, reply: Response, batch: Sequence[str]) -> NoReturn:
        status = reply.status_code
        reason = _reason(reply, secret=self._api_key or "", sent=batch)
        message = f"the embedding endpoint {self._host!r} answered {status}{reason}"
        if _out_of_credit(reply):
            raise ProviderError(f"{message}; the account has no credit left")
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = reply.headers.get("retry-after", "")
            hint = f"; it asks to wait {wait} s" if wait.isdecimal() else ""
            raise RateLimitedError(f"{message}{hint}")
        if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT}:
            raise ProviderTimeoutError(message)
        raise ProviderError(message)

    def _read(self, reply: Response, count: int) -> list[Embedding]:
        vectors = [self._vector(item) for item in self._ordered(reply, count)]
        return [Embedding(dense_bytes(vector)) for vector in vectors]

    def _ordered(self, reply: Response, count: int) -> list[object]:
        try:
            answer = reply.json()
        except ValueError as error:
            raise BadReplyError(f"the embedding endpoint {self._host!r} did not answer with JSON") from error
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
            raise BadReplyError(f"the reply of {self._host!r} has no list 'data' of objects")
        if len(data) != count:
            raise BadReplyError(f"{self._host!r} gave {len(data)} vectors for {count} texts")
        indexes = [item.get("index", position) for position, item in enumerate(data)]
        if sorted(map(repr, indexes)) != sorted(map(repr, range(count))):
            raise BadReplyError(f"{self._host!r} gave vectors whose indexes are not 0 to {count - 1}")
        return [
            item.get("embedding") for _, item in sorted(zip(indexes, data, strict=True), key=lambda p: p[0])
        ]

    def _vector(self, numbers: object) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        if (
            not isinstance(numbers, list)
            or not numbers
            or not all(type(number) in {int, float} for number in numbers)
        ):
            raise BadReplyError(f"{self._host!r} gave a vector that is not a list of numbers")
        try:
            wide = np.array(numbers, dtype=np.float64)
        except OverflowError as error:
            raise BadReplyError(f"{self._host!r} gave a vector with a number out of range") from error
        length = float(np.linalg.norm(wide))
        if not np.isfinite(length) or length == 0.0:
            raise BadReplyError(f"{self._host!r} gave a vector of length {length}")
        if self._dims is None:
            self._dims = len(numbers)
        if len(numbers) != self._dims:
            raise BadReplyError(
                f"{self._host!r} gave {len(numbers)} dimensions; before, it gave {self._dims}"
            )
        return (wide / length).astype(np.float32)


def _worth_retrying(reply: Response) -> bool:
    passing = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    status = reply.status_code
    return (status in passing and not _out_of_credit(reply)) or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _out_of_credit(reply: Response) -> bool:
    try:
        return any(map(out_of_credit, error_codes(reply.json())))
    except ValueError:
        return False


def _reason(reply: Response, *, secret: str, sent: Sequence[str]) -> str:
    """Return the reason that the endpoint gave, without anything that was sent to it.

    Endpoints often quote what was sent to them, key and text included, and errors end up in logs: a word that
    occurs in the texts or shares four letters with the key is replaced.
    """
    sent_text = "\n".join(sent).casefold()
    pieces = {secret[start : start + 4].casefold() for start in range(len(secret) - 3)}

    def without_key(part: re.Match[str]) -> str:
        return "…" if any(piece in part[0].casefold() for piece in pieces) else part[0]

    def without_text(word: re.Match[str]) -> str:
        return "…" if word[0].casefold() in sent_text else word[0]

    error = _error(reply)
    code = next((item for item in (error.get("code"), error.get("type")) if is_code(item)), None)
    message = error.get("message")
    reason = ": ".join(item for item in (code, message) if isinstance(item, str))
    # A key may hold any mark, so it is looked for in all that stands between two blanks; text goes word by word.
    clean = re.sub(r"\w+", without_text, re.sub(r"\S+", without_key, reason))
    clipped = " ".join(clean.split())[:_MAX_REASON]
    return f" ({clipped})" if clipped else ""


def _error(reply: Response) -> Mapping[str, object]:
    try:
        answer = reply.json()
    except ValueError:
        return {}
    error = answer.get("error", answer) if isinstance(answer, dict) else {}
    return error if isinstance(error, dict) else {"message": error}
