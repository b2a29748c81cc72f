"""The models that run on this machine, as they are shipped and from folders of one's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blockbuster import blockbuster_ctx

from lukasa import AsyncMemory
from lukasa.adapters.embedders.onnx import MEAN_TOKENS, OnnxEmbedder
from lukasa.adapters.models.manifest import read
from lukasa.adapters.models.session import LocalModel
from lukasa.adapters.models.vectors import unit_rows
from lukasa.domain.embedding import Embedding
from lukasa.errors import ConfigError, ModelMissingError
from lukasa.ports.embedder import Purpose
from lukasa.retrieval.token_vectors import unit_vector, unpacked

pytestmark = [pytest.mark.anyio, pytest.mark.model]

BGE = "bge-small-en-v1.5"
STATES = "colbert-small-states"

TEXTS = ["My sister moved to Lisbon last month.", "The violin is being repaired.", "Stop! Really?!"]


@pytest.fixture(scope="module", autouse=True)
def in_memory() -> Iterator[None]:
    """Load what is shipped once: its weights are shared by whoever uses them."""
    models = [LocalModel(BGE, "dense"), LocalModel(STATES, "tokens")]
    assert all(model.identity for model in models)
    yield
    for model in models:
        model.release()


async def embedded(purpose: Purpose = "document", **settings: Any) -> list[Embedding]:
    embedder = OnnxEmbedder(**{"threads": 1, **settings})
    try:
        return await embedder.embed(TEXTS, purpose=purpose)
    finally:
        await embedder.aclose()


async def fingerprint(**settings: Any) -> str:
    embedder = OnnxEmbedder(**{"threads": 1, **settings})
    try:
        return (await embedder.spec()).fingerprint
    finally:
        await embedder.aclose()


def counts(embeddings: list[Embedding]) -> list[int]:
    return [each.tokens.count if each.tokens else 0 for each in embeddings]


def model_folder(at: Path, name: str, *, basis: Any = None, **settings: object) -> Path:
    role: Any = settings["role"]
    files = read(name, role)
    at.mkdir()
    (at / "model.onnx").write_bytes(files.weights)
    (at / "tokenizer.json").write_bytes(files.tokenizer)
    (at / "lukasa-model.json").write_text(json.dumps(settings))
    if basis is not None:
        (at / "basis.npy").write_bytes(npy(basis))
    return at


def npy(basis: Any) -> bytes:
    buffer = BytesIO()
    np.save(buffer, basis)
    return buffer.getvalue()


def rows(embedding: Embedding) -> np.ndarray:
    assert embedding.tokens is not None
    return unit_rows(unpacked(embedding.tokens.codes, embedding.tokens.width).astype(np.float32))


async def test_meaning_beats_words():
    embedder = OnnxEmbedder(threads=1)
    documents = await embedder.embed(TEXTS, purpose="document")
    (question,) = await embedder.embed(["Where does my sibling live now?"], purpose="query")
    await embedder.aclose()

    vectors = np.stack([unit_vector(each.dense) for each in documents])
    likeness = vectors @ unit_vector(question.dense)
    assert likeness.argmax() == 0

    late = [(rows(question) @ rows(each).T).max(axis=1).mean() for each in documents]
    assert int(np.argmax(late)) == 0


async def test_questions_have_a_prefix_of_their_own():
    documents, questions = await embedded("document", dense=BGE), await embedded("query", dense=BGE)

    assert all(one.dense != other.dense for one, other in zip(documents, questions, strict=True))
    assert counts(documents) == counts(questions)


async def test_dense_alone_has_no_token_vectors():
    dense_only, both = await embedded(dense=BGE, tokens=None), await embedded(dense=BGE)

    assert all(each.tokens is None for each in dense_only)
    assert [each.dense for each in dense_only] == [each.dense for each in both]


async def test_one_encoder_can_give_both_vectors():
    mean, both = await embedded(), await embedded(dense=BGE)

    assert [each.tokens for each in mean] == [each.tokens for each in both]
    assert all(one.dense != other.dense for one, other in zip(mean, both, strict=True))


async def test_token_vectors_are_the_states_times_the_models_basis():
    states, projected = await embedded(token_basis=np.eye(384, dtype=np.float32)), await embedded()
    basis = np.load(BytesIO(read(STATES, "tokens").basis or b"")).astype(np.float32)
    model = LocalModel(STATES, "tokens")

    assert basis.shape == (384, 96)
    for text, plain, small in zip(TEXTS, states, projected, strict=True):
        wanted = unit_rows(model.texts([text], "")[0].states) @ basis
        assert (unit_rows(wanted) * unit_rows(rows(small))).sum(axis=1).min() > 0.97
        assert plain.dense == small.dense  # the dense vector is the mean of the states before the basis


async def test_a_passage_has_few_vectors_and_a_question_one_a_token():
    text = " ".join(f"The {n}th kettle stood on a blue shelf." for n in range(9))
    embedder = OnnxEmbedder(threads=1)
    (passage,), (question,) = [
        await embedder.embed([text], purpose=purpose) for purpose in ("document", "query")
    ]
    await embedder.aclose()

    assert passage.tokens is not None
    assert question.tokens is not None
    assert (passage.tokens.count, len(passage.tokens.codes)) == (32, 32 * 48)
    assert question.tokens.count > 80
    # What was merged is still found.
    assert (rows(question) @ rows(passage).T).max(axis=1).min() > 0.8


async def test_a_folder_brings_its_own_basis_and_it_counts_in_the_fingerprint(tmp_path: Path):
    first = model_folder(tmp_path / "first", STATES, role="tokens", basis=np.eye(384, 24, dtype=np.float16))
    other = model_folder(tmp_path / "other", STATES, role="tokens", basis=-np.eye(384, 24, dtype=np.float16))
    bare = model_folder(tmp_path / "bare", STATES, role="tokens")

    by_basis = await embedded(tokens=first)

    same = await embedded(token_basis=np.eye(384, 24, dtype=np.float32))
    assert [each.tokens for each in by_basis] == [each.tokens for each in same]
    assert {each.tokens.width for each in await embedded(tokens=bare) if each.tokens} == {192}
    found = [await fingerprint(tokens=folder) for folder in (first, other, bare)]
    assert len({*found, await fingerprint()}) == 4


async def test_the_known_model_and_its_folder_with_the_same_basis_are_the_same(tmp_path: Path):
    folder = model_folder(tmp_path / "mine", STATES, role="tokens", document_vectors=32)
    (folder / "basis.npy").write_bytes(read(STATES, "tokens").basis or b"")

    assert await fingerprint(tokens=folder) == await fingerprint()


async def test_what_the_caller_says_goes_before_the_models_basis():
    assert {
        each.tokens.width
        for each in await embedded(token_basis=np.eye(384, 40, dtype=np.float32))
        if each.tokens
    } == {20}


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (b"", "a basis that cannot be read"),
        (b"not an array", "a basis that cannot be read"),
        (npy(np.eye(384, 8))[:-1], "a basis that cannot be read"),
        (npy(np.array([["a"] * 8] * 384)), "a basis that cannot be read"),
        (npy(np.zeros(384)), r"shape \(384,\)"),
        (npy(np.zeros((384, 0))), r"shape \(384, 0\)"),
        (npy(np.full((384, 8), np.nan)), "finite"),
        (npy(np.eye(100, 8)), "100 rows; its states have 384 dimensions"),
    ],
    ids=["empty", "no array", "cut", "text", "a vector", "no columns", "not finite", "another width"],
)
async def test_a_basis_that_cannot_be_used_is_a_missing_model(tmp_path: Path, basis: bytes, expected: str):
    folder = model_folder(tmp_path / "mine", STATES, role="tokens")
    (folder / "basis.npy").write_bytes(basis)

    with pytest.raises(ModelMissingError, match=expected):
        await fingerprint(tokens=folder)


async def test_a_basis_of_another_width_is_refused():
    with pytest.raises(ConfigError, match="states have 384 dimensions"):
        await embedded(dense=MEAN_TOKENS, token_basis=np.eye(100, 10, dtype=np.float32))


async def test_the_fingerprint_changes_with_all_that_changes_vectors_and_nothing_else():
    settings: list[dict[str, Any]] = [
        {},
        {"dense": BGE},
        {"dense": BGE, "tokens": None},
        {"token_basis": np.eye(384, 48, dtype=np.float32)},
    ]
    found = [await fingerprint(**each) for each in settings]

    assert len(set(found)) == len(settings)
    assert await fingerprint(threads=2) == found[0]


async def test_the_same_model_in_a_folder_is_the_same_model(tmp_path: Path):
    prefix = "Represent this sentence for searching relevant passages: "
    folder = model_folder(tmp_path / "mine", BGE, role="dense", query_prefix=prefix)

    assert await embedded(dense=folder, tokens=None) == await embedded(dense=BGE, tokens=None)
    assert await fingerprint(dense=str(folder), tokens=None) == await fingerprint(dense=BGE, tokens=None)


async def test_a_folder_decides_on_pooling_prefix_and_length(tmp_path: Path):
    folder = model_folder(
        tmp_path / "mine",
        BGE,
        role="dense",
        pooling="mean",
        document_prefix="x",
        max_length=8,
    )

    mine, known = await embedded(dense=folder, tokens=None), await embedded(dense=BGE, tokens=None)

    assert [each.dense for each in mine] != [each.dense for each in known]
    assert await fingerprint(dense=folder, tokens=None) != await fingerprint(dense=BGE, tokens=None)


async def test_a_folder_may_leave_special_tokens_and_punctuation_out_of_documents(tmp_path: Path):
    folder = model_folder(tmp_path / "mine", STATES, role="tokens", drop_special=True, drop_punctuation=True)

    # [CLS] my sister moved to lisbon last month . [SEP]; [CLS] stop ! really ? ! [SEP]
    assert counts(await embedded())[::2] == [10, 7]
    assert counts(await embedded(tokens=folder))[::2] == [7, 2]
    assert counts(await embedded("query", tokens=folder))[::2] == [10, 7]


async def test_the_event_loop_stays_free_while_the_models_work():
    embedder = OnnxEmbedder(threads=1)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await embedder.embed(TEXTS, purpose="document")
    ticking.cancel()
    await embedder.aclose()

    assert ticks > 20


async def test_nothing_blocks_the_event_loop():
    with blockbuster_ctx():
        embedder = OnnxEmbedder(threads=1)
        await embedder.spec()
        await embedder.aclose()


@pytest.mark.parametrize(
    ("question", "mode"), [("ห้องใหม่อยู่ชั้นไหน", "lexical"), ("Auf welcher Etage ist das Zimmer?", "full")]
)
async def test_a_question_in_a_script_that_the_models_do_not_know_is_asked_of_full_text(
    question: str, mode: str
):
    async with await AsyncMemory.open("memory:") as memory:
        handle = memory.of("ana")
        await handle.remember(
            ["ห้องใหม่อยู่ชั้นสาม ไม่มีลิฟต์", "หมาของเพื่อนชื่อบรูโน่", "Das Zimmer ist auf der dritten Etage."]
        )

        recalled = await handle.recall(question)

    assert recalled.mode == mode
    assert "สาม" in recalled.hits[0].text or "dritten" in recalled.hits[0].text
    assert not recalled.warnings
