from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pytest
from blockbuster import blockbuster_ctx

from lukasa.adapters.embedders.openai import OpenAIEmbedder, RequestPolicy
from lukasa.errors import (
    BadReplyError,
    ClosedError,
    ConfigError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitedError,
)
from lukasa.retrieval.token_vectors import unit_vector
from lukasa.testing.endpoint import Reply
from lukasa.testing.fakes import EmbeddingEndpoint, hashed_vector

pytestmark = pytest.mark.anyio

KEY = "sk-test-4f9a1c77"
SECRET_TEXT = "my passport is hidden behind the bookcase"


@pytest.fixture
def endpoint() -> Iterator[EmbeddingEndpoint]:
    with EmbeddingEndpoint() as running:
        yield running


Impatient: TypeAlias = Callable[..., OpenAIEmbedder]


@pytest.fixture
async def impatient(endpoint: EmbeddingEndpoint) -> AsyncIterator[Impatient]:
    """Make embedders that do not wait, and close them in the end."""
    made: list[OpenAIEmbedder] = []

    def make(base_url: str = endpoint.base_url, **settings: Any) -> OpenAIEmbedder:
        policy = RequestPolicy(first_wait=0.0, attempts=3, batch_size=4, timeout=5.0, longest_wait=5.0)
        made.append(OpenAIEmbedder(base_url, "a-model", **{"api_key": KEY, "policy": policy, **settings}))
        return made[-1]

    yield make
    for embedder in made:
        await embedder.aclose()


def good(vectors: list[list[float]]) -> Reply:
    data = [{"index": place, "embedding": vector} for place, vector in enumerate(vectors)]
    return Reply(body=json.dumps({"data": data}).encode())


def error(status: int, message: str, **headers: str) -> Reply:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error", "code": None}})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=body.encode(), headers=named)


async def test_the_request_is_what_openai_expects(endpoint: EmbeddingEndpoint, impatient: Impatient):
    embedder = impatient(dimensions=8)

    await embedder.embed(["one", "two"], purpose="document")

    (asked,) = endpoint.asked
    assert asked.path == "/v1/embeddings"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "a-model", "input": ["one", "two"], "encoding_format": "float", "dimensions": 8
    }  # fmt: skip


async def test_without_a_key_no_authorization_is_sent(endpoint: EmbeddingEndpoint, impatient: Impatient):
    embedder = impatient(api_key=None)

    await embedder.embed(["one"], purpose="document")

    assert "authorization" not in endpoint.asked[0].headers


async def test_vectors_are_matched_by_index_and_brought_to_unit_length(impatient: Impatient):
    embedder = impatient()

    found = await embedder.embed(["one", "two", "three"], purpose="document")

    for text, embedding in zip(["one", "two", "three"], found, strict=True):
        vector = np.array(hashed_vector(text, 16))
        assert np.allclose(unit_vector(embedding.dense), vector / np.linalg.norm(vector), atol=4e-3)
        assert embedding.tokens is None


async def test_texts_go_out_in_batches(endpoint: EmbeddingEndpoint, impatient: Impatient):
    embedder = impatient()

    found = await embedder.embed([f"text {number}" for number in range(10)], purpose="document")

    assert [len(asked.body["input"]) for asked in endpoint.asked] == [4, 4, 2]
    assert len({each.dense for each in found}) == 10


async def test_questions_and_documents_get_their_prefixes(endpoint: EmbeddingEndpoint, impatient: Impatient):
    embedder = impatient(prefixes={"query": "query: ", "document": "passage: "})

    await embedder.embed(["rain"], purpose="query")
    await embedder.embed(["rain"], purpose="document")

    assert [asked.body["input"] for asked in endpoint.asked] == [["query: rain"], ["passage: rain"]]


async def test_a_long_text_is_cut_to_bytes_without_breaking_a_character(
    endpoint: EmbeddingEndpoint, impatient: Impatient
):
    embedder = impatient(policy=RequestPolicy(max_bytes=10))

    await embedder.embed(["雨" * 50], purpose="document")

    assert endpoint.asked[0].body["input"] == ["雨雨雨"]


async def test_the_dimension_is_probed_and_the_fingerprint_knows_what_matters(impatient: Impatient):
    specs = []
    for settings in ({}, {"dimensions": 8}, {"prefixes": {"query": "query: "}}, {"api_key": "another"}):
        embedder = impatient(**settings)
        specs.append(await embedder.spec())

    plain, shorter, prefixed, other_key = specs
    assert (plain.dense_dims, shorter.dense_dims, plain.token_width) == (16, 8, None)
    assert len({plain.fingerprint, shorter.fingerprint, prefixed.fingerprint}) == 3
    assert other_key == plain


@pytest.mark.parametrize("status", [429, 408, 500, 502, 503, 504])
async def test_a_passing_trouble_is_tried_again(
    endpoint: EmbeddingEndpoint, impatient: Impatient, status: int
):
    endpoint.script = [error(status, "later"), error(status, "later", retry_after="0")]
    embedder = impatient()

    (found,) = await embedder.embed(["one"], purpose="document")

    assert len(endpoint.asked) == 3
    assert len(found.dense) == 16


async def test_an_empty_account_is_not_waited_for(endpoint: EmbeddingEndpoint, impatient: Impatient):
    endpoint.script = [Reply(status=429, body=b'{"error": {"code": "insufficient_quota", "message": "pay"}}')]

    with pytest.raises(ProviderError, match="no credit left") as caught:
        await impatient().embed(["one"], purpose="document")

    assert (caught.value.retryable, len(endpoint.asked)) == (False, 1)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, RateLimitedError), (503, ProviderError), (504, ProviderTimeoutError), (408, ProviderTimeoutError)],
)
async def test_a_lasting_trouble_is_reported_after_the_last_attempt(
    endpoint: EmbeddingEndpoint, impatient: Impatient, status: int, expected: type[Exception]
):
    endpoint.script = [error(status, "overloaded") for _ in range(5)]
    embedder = impatient()

    with pytest.raises(expected, match=f"{status}.*overloaded") as caught:
        await embedder.embed(["one"], purpose="document")

    assert type(caught.value) is expected
    assert len(endpoint.asked) == 3


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413])
async def test_a_refusal_is_not_tried_again(endpoint: EmbeddingEndpoint, impatient: Impatient, status: int):
    endpoint.script = [error(status, "we never do this", location="http://127.0.0.1:9/")]
    embedder = impatient()

    with pytest.raises(ProviderError, match=rf"{status} \(invalid_request_error: we never do this\)"):
        await embedder.embed(["one"], purpose="document")

    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "3600"},
        {"date": "Mon, 23 Nov 2026 10:00:00 GMT", "retry_after": "Mon, 23 Nov 2026 11:00:00 GMT"},
    ],
)
async def test_an_endpoint_that_asks_for_an_hour_is_given_up_at_once(
    endpoint: EmbeddingEndpoint, impatient: Impatient, headers: dict[str, str]
):
    endpoint.script = [error(429, "quota", **headers)]
    embedder = impatient()

    with pytest.raises(RateLimitedError, match="quota"):
        await embedder.embed(["one"], purpose="document")

    assert len(endpoint.asked) == 1


async def test_silence_is_a_timeout(endpoint: EmbeddingEndpoint, impatient: Impatient):
    endpoint.script = [Reply(delay=0.6) for _ in range(3)]
    embedder = impatient(policy=RequestPolicy(first_wait=0.0, attempts=2, timeout=0.05))

    with pytest.raises(ProviderTimeoutError, match=r"0\.05 s, 2 times"):
        await embedder.embed(["one"], purpose="document")


async def test_nobody_listening_is_said_with_the_address(impatient: Impatient):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    policy = RequestPolicy(first_wait=0.0, attempts=2)
    embedder = impatient(f"http://user:pass@127.0.0.1:{port}/v1", policy=policy)

    with pytest.raises(ProviderError, match=rf"127\.0\.0\.1:{port}.*ConnectionRefusedError") as caught:
        await embedder.embed(["one"], purpose="document")

    assert "pass" not in str(caught.value)


NONSENSE: dict[str, tuple[Reply, str]] = {
    "not JSON": (Reply(body=b"<html>"), "did not answer with JSON"),
    "not UTF-8": (Reply(body=b"\xff\xfe{}"), "did not answer with JSON|no list 'data'"),
    "a list": (Reply(body=b"[]"), "no list 'data'"),
    "no data": (Reply(body=b'{"object": "list"}'), "no list 'data'"),
    "too few": (good([[1.0, 0.0]]), "1 vectors for 2 texts"),
    "too many": (good([[1.0, 0.0]] * 3), "3 vectors for 2 texts"),
    "uneven": (good([[1.0, 0.0], [1.0, 0.0, 0.0]]), "3 dimensions; before, it gave 2"),
    "empty": (good([[], []]), "not a list of numbers"),
    "zeros": (good([[0.0, 0.0], [1.0, 0.0]]), "length 0.0"),
    "NaN": (good([[float("nan"), 0.0], [1.0, 0.0]]), "length nan"),
    "infinite": (good([[float("inf"), 0.0], [1.0, 0.0]]), "length inf"),
    "huge": (Reply(body=b'{"data": [{"embedding": [1%s]}, {"embedding": [1]}]}' % (b"0" * 400)), "out of range"),
    "strings": (Reply(body=b'{"data": [{"embedding": ["1"]}, {"embedding": [1]}]}'), "not a list of numbers"),
    "base64": (Reply(body=b'{"data": [{"embedding": "AAAA"}, {"embedding": "AAAA"}]}'), "not a list of numbers"),
    "same index": (
        Reply(body=b'{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}'),
        "indexes are not 0 to 1",
    ),
    "index true": (
        Reply(body=b'{"data": [{"index": false, "embedding": [1]}, {"index": true, "embedding": [1]}]}'),
        "indexes are not 0 to 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(NONSENSE))
async def test_a_senseless_reply_is_refused(endpoint: EmbeddingEndpoint, impatient: Impatient, name: str):
    reply, expected = NONSENSE[name]
    endpoint.script = [reply]
    embedder = impatient()

    with pytest.raises(BadReplyError, match=expected):
        await embedder.embed(["one", "two"], purpose="document")


async def test_a_model_that_changes_its_dimension_is_refused(
    endpoint: EmbeddingEndpoint, impatient: Impatient
):
    embedder = impatient()
    await embedder.spec()
    endpoint.dims = 12

    with pytest.raises(BadReplyError, match="12 dimensions; before, it gave 16"):
        await embedder.embed(["one"], purpose="query")


QUOTES: dict[str, Callable[[], str]] = {
    "the key": lambda: f"Incorrect API key provided: {KEY}.",
    "part of the key": lambda: "Incorrect API key provided: sk-te********1c77.",
    "the text": lambda: f"Cannot embed {SECRET_TEXT!r}: unsupported.",
    "part of the text": lambda: f"Cannot embed {SECRET_TEXT[:13]}… unsupported.",
    "in capitals": lambda: f"Cannot embed {SECRET_TEXT.upper()}: unsupported.",
}


@pytest.mark.parametrize("name", list(QUOTES))
async def test_an_error_repeats_neither_key_nor_text(
    endpoint: EmbeddingEndpoint, impatient: Impatient, name: str
):
    endpoint.script = [error(400, QUOTES[name]())]
    embedder = impatient()

    with pytest.raises(ProviderError) as caught:
        await embedder.embed([SECRET_TEXT], purpose="document")

    told = str(caught.value).casefold()
    assert not any(word in told for word in ("sk-te", "1c77", "passp", "hidden", "bookcase"))
    assert "400 (invalid_request_error: " in told


async def test_a_reason_is_clipped_and_a_page_of_html_is_not_repeated(
    endpoint: EmbeddingEndpoint, impatient: Impatient
):
    endpoint.script = [error(400, "blah " * 5_000), Reply(status=404, body=b"<html><h1>Nope</h1></html>")]
    embedder = impatient()

    with pytest.raises(ProviderError) as long:
        await embedder.embed(["one"], purpose="document")
    with pytest.raises(ProviderError, match=r"answered 404$"):
        await embedder.embed(["one"], purpose="document")

    assert len(str(long.value)) < 300


async def test_after_closing_nothing_is_sent(endpoint: EmbeddingEndpoint, impatient: Impatient):
    embedder = impatient()
    await embedder.aclose()

    with pytest.raises(ClosedError):
        await embedder.embed(["one"], purpose="document")

    assert endpoint.asked == []


async def test_nothing_blocks_the_event_loop(endpoint: EmbeddingEndpoint):
    with blockbuster_ctx():
        embedder = OpenAIEmbedder(endpoint.base_url, "a-model")
        await embedder.spec()
        await embedder.aclose()


@pytest.mark.parametrize("address", ["localhost:11434", "ftp://example.org", "http://", ""])
def test_an_address_that_is_none_is_refused_at_once(address: str):
    with pytest.raises(ConfigError, match="must begin with http"):
        OpenAIEmbedder(address, "a-model")


def test_a_model_must_be_named():
    with pytest.raises(ConfigError, match="model"):
        OpenAIEmbedder("http://localhost:1/v1", "")
