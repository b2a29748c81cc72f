from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.domain.change import Embed
from lukasa.domain.query import LexicalQuery, TurnQuery
from lukasa.domain.report import Progress
from lukasa.errors import ProviderError, RateLimitedError
from lukasa.indexing.backlog import Reembed, Reindex
from lukasa.indexing.documents import passage_texts
from lukasa.indexing.encoder import Encoder
from lukasa.policy import EMBEDDED_PASSAGES
from lukasa.testing.conformance.samples import ALICE, BOB, add, fill, search
from lukasa.testing.conformance.store_facts import fact, put
from lukasa.testing.fakes import FailingEmbedder
from lukasa.text.analysis import ANALYSIS_VERSION
from lukasa.text.rendering import document_text

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def store() -> ReferenceStore:
    made = ReferenceStore()
    await fill(made, *(add(f"t{n}", text=f"Text {n}.") for n in range(70)))
    await fill(made, *(add(f"t{n}", text=f"Text {n}.") for n in range(3)), partition=BOB)
    return made


async def test_everything_gets_the_vectors_that_remembering_would_have_given(store: ReferenceStore):
    embedder = FailingEmbedder(HashingEmbedder())

    assert await Reembed(store, Encoder(embedder))(limit=None, now=NOW) == Progress(done=73, remaining=0)

    expected = [document_text(turn) for one in (ALICE, BOB) for turn in await store.turns(one, TurnQuery())]
    assert embedder.embedded == expected
    for entry in await store.journal(BOB, since=3):
        # What other rules had indexed is indexed anew as well.
        assert entry.op in {"index", "embed"}
        assert (entry.verb, entry.at) == ("reembed", NOW)


async def test_the_limit_counts_over_all_partitions_and_nothing_is_done_twice(store: ReferenceStore):
    embedder = FailingEmbedder(HashingEmbedder())
    reembed = Reembed(store, Encoder(embedder))

    steps = [await reembed(limit=limit, now=NOW) for limit in (0, 65, 7, 100, 100)]

    assert [(step.done, step.remaining) for step in steps] == [(0, 73), (65, 8), (7, 1), (1, 0), (0, 0)]
    assert len(embedder.embedded) == 73


async def test_a_failure_is_raised_as_it_is_and_what_was_done_stays(store: ReferenceStore):
    class Tiring(HashingEmbedder):
        calls = 0

        async def embed(self, texts, *, purpose):
            self.calls += 1
            if self.calls == 2:
                raise RateLimitedError("not now")
            return await super().embed(texts, purpose=purpose)

    reembed = Reembed(store, Encoder(Tiring()))
    with pytest.raises(RateLimitedError, match="not now"):
        await reembed(limit=None, now=NOW)

    progress = await reembed(limit=None, now=NOW)
    assert 0 < progress.done < 73
    assert progress.remaining == 0


async def test_without_an_embedder_it_says_so(store: ReferenceStore):
    with pytest.raises(ProviderError, match="no embedder is configured"):
        await Reembed(store, Encoder(None))(limit=None, now=NOW)


async def test_facts_are_embedded_and_indexed_as_well():
    store = ReferenceStore()
    given = fact()
    await fill(store, add("t1"), put(given, ["old"]))

    again = await Reindex(store)(limit=None, now=NOW)
    done = await Reembed(store, Encoder(HashingEmbedder()))(limit=None, now=NOW)

    assert (done.done, done.remaining) == (2, 0)
    assert (again.done, again.remaining) == (2, 0)
    assert [hit.id for hit in await search(store, "text", kind="fact")] == ["f1"]


async def test_a_long_turn_gets_a_vector_for_each_passage_whichever_is_done_first(store: ReferenceStore):
    pages = "The harbour opens at nine. " * 100
    encoder = Encoder(HashingEmbedder())
    spec = await encoder.spec()
    assert spec is not None
    await fill(store, add("long", text=pages))
    await fill(store, Embed(id="long", embeddings=await HashingEmbedder().embed([pages], purpose="document"), fingerprint=spec.fingerprint))  # fmt: skip
    assert "long" not in await store.unembedded(ALICE, fingerprint=spec.fingerprint, limit=99)

    await Reindex(store)(limit=None, now=NOW)
    assert "long" in await store.unembedded(ALICE, fingerprint=spec.fingerprint, limit=99)
    await Reembed(store, encoder)(limit=None, now=NOW)
    (passages,) = (await store.tokens(ALICE, ["long"], fingerprint=spec.fingerprint)).values()
    assert len(passages) == len(passage_texts((await store.turns(ALICE, TurnQuery(ids=["long"])))[0])) > 3

    await fill(store, add("longer", text=pages * 2))
    assert (await Reembed(store, encoder)(limit=None, now=NOW)).remaining == 0
    assert await store.outdated(ALICE, analysis=ANALYSIS_VERSION, limit=9) == []


async def test_only_the_first_passages_get_vectors_and_full_text_has_all(store: ReferenceStore):
    encoder = Encoder(HashingEmbedder())
    await fill(store, add("book", text="The harbour opens at nine. " * 6_000))

    assert (await Reembed(store, encoder)(limit=None, now=NOW)).remaining == 0

    spec = await encoder.spec()
    assert spec is not None
    (passages,) = (await store.tokens(ALICE, ["book"], fingerprint=spec.fingerprint)).values()
    assert len(passages) == EMBEDDED_PASSAGES
    assert len(await store.lexical(ALICE, LexicalQuery(terms=["harbour"], limit=9_999))) > EMBEDDED_PASSAGES
