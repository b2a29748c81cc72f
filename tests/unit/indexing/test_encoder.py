from __future__ import annotations

from dataclasses import replace

import pytest

from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.errors import ConfigError, ModelMissingError, ProviderTimeoutError
from lukasa.indexing.encoder import Encoder
from lukasa.testing.fakes import FailingEmbedder

pytestmark = pytest.mark.anyio


async def test_texts_come_back_with_the_fingerprint_and_no_warning():
    encoded = await Encoder(HashingEmbedder()).documents(["a", "b"])

    assert (len(encoded.embeddings), encoded.fingerprint, encoded.warning) == (2, "hashing:2", None)


async def test_nothing_to_encode_still_tells_the_fingerprint():
    embedder = FailingEmbedder(HashingEmbedder())
    encoded = await Encoder(embedder).documents([])

    assert (list(encoded.embeddings), encoded.fingerprint, embedder.embedded) == ([], "hashing:2", [])


async def test_without_an_embedder_there_is_nothing_to_warn_of():
    encoder = Encoder(None)

    assert await encoder.spec() is None
    encoded = await encoder.query("a")
    assert (list(encoded.embeddings), encoded.fingerprint, encoded.warning) == ([], None, None)
    assert "embedder='none'" in str(encoder.problem)
    await encoder.aclose()


@pytest.mark.parametrize(("question", "found"), [("Where is Ada?", 1), ("Где Ада?", 0)])
async def test_a_question_in_a_script_that_the_embedder_has_no_words_of_has_no_vector(
    question: str, found: int
):
    class Latin(HashingEmbedder):
        async def spec(self):
            return replace(await super().spec(), latin_only=True)

    encoded = await Encoder(Latin()).query(question)

    assert (len(encoded.embeddings), encoded.fingerprint, encoded.warning) == (found, "hashing:2", None)


async def test_a_failure_is_a_fact_with_its_reason_and_its_remedy():
    error = ProviderTimeoutError("it said nothing for 30 s")
    encoder = Encoder(FailingEmbedder(HashingEmbedder(), error))

    encoded = await encoder.query("a")

    assert encoded.error is error
    assert encoded.warning is not None
    for said in ("full-text only", "it said nothing for 30 s", "reembed"):
        assert said in encoded.warning
    assert await encoder.spec() is None
    assert encoder.problem is error


async def test_an_embedder_that_was_asleep_is_asked_again():
    embedder = FailingEmbedder(HashingEmbedder(), ProviderTimeoutError("asleep"))
    encoder = Encoder(embedder)
    assert await encoder.spec() is None

    embedder.error = None
    assert (await encoder.query("a")).fingerprint == "hashing:2"


async def test_files_that_are_missing_are_looked_for_once():
    asked = 0

    class Missing(HashingEmbedder):
        async def spec(self):
            nonlocal asked
            asked += 1
            raise ModelMissingError("no such file")

    encoder = Encoder(Missing())
    for _ in range(3):
        assert "no such file" in str((await encoder.documents(["a"])).warning)

    assert asked == 1


async def test_an_embedder_known_before_that_fails_later_keeps_its_spec():
    embedder = FailingEmbedder(HashingEmbedder())
    encoder = Encoder(embedder)
    spec = await encoder.spec()
    embedder.error = ModelMissingError("unplugged")

    assert (await encoder.query("a")).warning is not None
    assert await encoder.spec() == spec


async def test_mistakes_of_the_caller_are_not_hidden():
    encoder = Encoder(FailingEmbedder(HashingEmbedder(), ConfigError("wrong basis")))

    with pytest.raises(ConfigError, match="wrong basis"):
        await encoder.query("a")
