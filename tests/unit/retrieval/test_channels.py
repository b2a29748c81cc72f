from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.domain.change import AddTurn, Retire
from lukasa.domain.document import Document, Scored
from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.domain.filter import parse
from lukasa.domain.turn import Span
from lukasa.policy import RecallPolicy
from lukasa.retrieval.channels import Candidates, Channels, Matches
from lukasa.retrieval.question import Question, understand
from lukasa.retrieval.token_vectors import unit_vector
from lukasa.retrieval.warm import TurnArrays, WarmPartitions
from lukasa.testing.conformance.samples import ALICE, add, fill, turn

EMBEDDER = HashingEmbedder()


@pytest.fixture
async def store() -> ReferenceStore:
    made = ReferenceStore()
    texts = [f"tea number{n}" for n in range(30)]
    spec = await EMBEDDER.spec()
    changes = []
    for n, (text, vectors) in enumerate(
        zip(texts, await EMBEDDER.embed(texts, purpose="document"), strict=True)
    ):
        change = add(f"t{n}", text.split(), session=f"s{n // 10}")
        document = replace(change.document, embeddings=[vectors], fingerprint=spec.fingerprint)
        changes.append(replace(change, document=document))
    await fill(made, *changes)
    return made


async def gathered(
    store: ReferenceStore,
    *,
    asked: str | None,
    lexical: dict[str, float],
    filter: Any = None,
    found: Sequence[Scored] = (),
    **policy: Any,
) -> tuple[TurnArrays, Candidates]:
    limits = RecallPolicy(**policy)
    warm_ones = WarmPartitions(store, limits)
    channels = Channels(store, warm_ones, limits)
    spec: EmbedderSpec = await EMBEDDER.spec()
    turns = (await warm_ones.get(ALICE, spec)).turns
    embedding: Embedding | None = None
    if asked is not None:
        (embedding,) = await EMBEDDER.embed([asked], purpose="query")
    question = Question(text="", now=datetime.now(UTC), filter=parse(filter))
    rows = (await channels.turns(ALICE, turns, understand("?", now=question.now), question)).rows
    words = [Scored(id_, 0, score) for id_, score in lexical.items()] + list(found)
    words.sort(key=lambda scored: -scored.score)
    candidates = await channels.gather(ALICE, turns, Matches(rows, words), embedding=embedding, spec=spec)
    return turns, candidates


@pytest.mark.anyio
async def test_in_a_small_partition_every_channel_scores_every_turn(store: ReferenceStore):
    turns, candidates = await gathered(store, asked="number7", lexical={"t7": 2.0, "unknown": 9.0})

    assert candidates.rows.tolist() == list(range(30))
    assert candidates.lexical.tolist() == [2.0 if n == 7 else 0.0 for n in range(30)]
    assert candidates.dense is not None
    assert candidates.late is not None
    assert turns.ids[candidates.rows[candidates.dense.argmax()]] == "t7"
    assert turns.ids[candidates.rows[candidates.late.argmax()]] == "t7"


@pytest.mark.anyio
async def test_in_a_large_one_leaders_bring_their_neighbours_of_the_same_session(store: ReferenceStore):
    lexical = {"t20": 2.0, "t15": 1.0, "t3": 0.5}
    turns, candidates = await gathered(
        store, asked=None, lexical=lexical, exact_documents=5, per_channel=2, neighbours_of=1
    )

    # t20 opens its session, so it has one neighbour; t15 is no leader, so it brings none; t3 is one too many.
    assert {turns.ids[row] for row in candidates.rows} == {"t20", "t21", "t15"}


@pytest.mark.anyio
async def test_in_a_large_one_every_channel_nominates_its_best(store: ReferenceStore):
    turns, candidates = await gathered(
        store, asked="number7", lexical={"t20": 2.0}, exact_documents=5, per_channel=3, neighbours_of=1
    )

    names = {turns.ids[row] for row in candidates.rows}
    assert {"t7", "t6", "t8", "t20", "t21"} <= names
    assert len(names) <= 8
    assert candidates.late is not None
    assert len(candidates.late) == len(candidates.rows)


@pytest.mark.anyio
@pytest.mark.parametrize("exact", [1, 1000])
async def test_what_is_filtered_out_or_forgotten_is_no_candidate(store: ReferenceStore, exact: int):
    await fill(store, Retire(id="t7"))

    turns, candidates = await gathered(
        store, asked="number7", lexical={"t7": 2.0, "t8": 1.0, "t25": 1.0}, filter={"session": "s0"}, exact_documents=exact,
        per_channel=4,
    )  # fmt: skip
    names = {turns.ids[row] for row in candidates.rows}

    assert names <= {f"t{n}" for n in range(10)} - {"t7"}
    assert "t8" in names


@pytest.mark.anyio
async def test_a_question_without_tokens_has_no_late_interaction(store: ReferenceStore):
    _, candidates = await gathered(store, asked="?!", lexical={})

    assert candidates.dense is not None
    assert candidates.late is None


@pytest.mark.anyio
async def test_without_vectors_there_is_full_text_alone(store: ReferenceStore):
    turns, candidates = await gathered(store, asked=None, lexical={"t3": 1.5})

    assert (candidates.dense, candidates.late) == (None, None)
    assert {
        turns.ids[row]: float(score) for row, score in zip(candidates.rows, candidates.lexical, strict=True)
    }["t3"] == 1.5


@pytest.mark.anyio
async def test_late_interaction_is_the_same_cut_down_to_candidates(store: ReferenceStore):
    _, every = await gathered(store, asked="number7 tea", lexical={})
    _, some = await gathered(store, asked="number7 tea", lexical={}, exact_documents=1, per_channel=5)

    assert every.late is not None
    assert some.late is not None
    assert np.allclose(some.late, every.late[some.rows], atol=1e-5)


def long_turn(name: str, *passages: str, vectors: Sequence[Embedding] = ()) -> AddTurn:
    """Return the change that stores a turn of several passages, each with its vectors."""
    document = Document(
        id=name,
        kind="turn",
        passages=[passage.split() for passage in passages],
        embeddings=vectors,
        fingerprint="hashing:2" if vectors else None,
    )
    return AddTurn(turn=turn(name, text="\n\n".join(passages), session="s9"), document=document)


PASSAGES = ("tea cups", "the number77 train left", "sugar and milk")


@pytest.mark.anyio
@pytest.mark.parametrize("policy", [{}, {"exact_documents": 1, "late_passages": 1}], ids=["all", "nearest"])
async def test_a_document_is_scored_by_its_best_passage(store: ReferenceStore, policy: dict[str, int]):
    vectors = await EMBEDDER.embed(PASSAGES, purpose="document")
    await fill(store, long_turn("long", *PASSAGES, vectors=vectors))

    turns, candidates = await gathered(
        store, asked="number77 train", lexical={"t7": 2.0}, found=[Scored("long", 1, 3.0), Scored("long", 0, 1.0)],
        per_channel=40, **policy,
    )  # fmt: skip
    at = candidates.rows.tolist().index(turns.rows["long"])
    (asked,) = await EMBEDDER.embed(["number77 train"], purpose="query")
    cosines = [unit_vector(each.dense) @ unit_vector(asked.dense) for each in vectors]
    scores = candidates.passage_scores[candidates.offsets[at] : candidates.offsets[at + 1]]

    assert candidates.dense is not None
    assert candidates.late is not None
    assert candidates.dense[at] == pytest.approx(max(cosines))
    assert np.allclose(candidates.late[at], 1, atol=0.02)
    assert candidates.lexical[at] == 3.0
    assert candidates.passage[at] == 1
    assert len(scores) == 3
    assert scores.argmax() == 1
    assert candidates.offsets[-1] == len(candidates.passage_scores) == turns.passages[candidates.rows].sum()


@pytest.mark.anyio
async def test_a_document_that_was_not_embedded_again_is_found_by_what_it_has(store: ReferenceStore):
    whole = await EMBEDDER.embed([" ".join(PASSAGES)], purpose="document")
    await fill(store, long_turn("long", *PASSAGES, vectors=whole))

    turns, candidates = await gathered(
        store, asked="number77 train", lexical={}, found=[Scored("long", 2, 3.0)]
    )
    at = candidates.rows.tolist().index(turns.rows["long"])

    assert candidates.late is not None
    assert np.allclose(candidates.late[at], 1, atol=0.02)
    assert candidates.passage[at] == 2
    assert turns.embedded[turns.rows["long"]]


@pytest.mark.anyio
async def test_beyond_the_passages_that_have_vectors_words_say_where_to_look(
    store: ReferenceStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lukasa.retrieval.channels.EMBEDDED_PASSAGES", 2)
    vectors = await EMBEDDER.embed(PASSAGES[:2], purpose="document")
    await fill(store, long_turn("long", *PASSAGES, vectors=vectors))

    for found, best in (([], 1), ([Scored("long", 2, 3.0)], 2)):
        turns, candidates = await gathered(store, asked="number77 train", lexical={}, found=found)
        at = candidates.rows.tolist().index(turns.rows["long"])
        assert candidates.passage[at] == best


@pytest.mark.anyio
async def test_without_vectors_the_best_passage_is_that_of_full_text(store: ReferenceStore):
    await fill(store, long_turn("long", *PASSAGES))

    found = [Scored("long", 2, 3.0), Scored("long", 1, 2.0), Scored("long", 9, 1.0)]
    turns, candidates = await gathered(store, asked=None, lexical={}, found=found)
    at = candidates.rows.tolist().index(turns.rows["long"])

    assert candidates.lexical[at] == 3.0
    assert candidates.passage[at] == 2
    assert candidates.passage_scores[candidates.offsets[at] : candidates.offsets[at + 1]].tolist() == [
        0,
        2,
        3,
    ]


def test_the_passages_of_a_text_come_best_first():
    text = "\n\n".join(" ".join([word] * 100) for word in ("tea", "cup", "milk"))
    candidates = Candidates(
        rows=np.arange(2), lexical=np.zeros(2, np.float32), passage=np.array([0, 2]),
        passage_scores=np.array([1, 0.5, 0.1, 0.9], np.float32), offsets=np.array([0, 1, 4]),
    )  # fmt: skip

    assert [text[start : start + 3] for start, _ in candidates.spans(1, text)] == ["mil", "tea", "cup"]
    assert candidates.spans(0, "Hi!") == [Span(0, 3)]
    assert candidates.spans(0, text) == [Span(0, len(text))]
