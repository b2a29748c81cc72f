from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from lukasa.adapters.models.manifest import read
from lukasa.adapters.models.session import _feed
from lukasa.adapters.rerankers.onnx import OnnxReranker
from lukasa.errors import ClosedError, ConfigError

pytestmark = pytest.mark.anyio

QUESTION = "Where did my sister move?"
TEXTS = ["The violin is being repaired.", "My sister moved to Lisbon last month.", "My sister plays chess."]


@pytest.mark.model
async def test_the_answer_comes_first_and_the_order_of_texts_is_kept():
    reranker = OnnxReranker(threads=2)

    forwards = await reranker.score(QUESTION, TEXTS)
    backwards = await reranker.score(QUESTION, TEXTS[::-1])
    await reranker.aclose()

    assert forwards.index(max(forwards)) == 1
    assert forwards[1] > forwards[2] > forwards[0]
    assert backwards == forwards[::-1]


@pytest.mark.model
def test_question_and_text_are_told_apart_and_padding_is_masked():
    tokenizer = Tokenizer.from_str(read("ms-marco-MiniLM-L-12-v2", "reranker").tokenizer.decode())
    tokenizer.no_padding()

    feed = _feed([tokenizer.encode("why not", "because"), tokenizer.encode("why", "no")], 0)

    # [CLS] why not [SEP] because [SEP]; [CLS] why [SEP] no [SEP] [PAD]
    assert feed["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0]]
    assert feed["attention_mask"].tolist() == [[1] * 6, [1, 1, 1, 1, 1, 0]]
    assert feed["input_ids"][1, 5] == 0


@pytest.mark.model
async def test_the_score_of_a_text_does_not_depend_on_the_texts_beside_it():
    reranker = OnnxReranker(threads=1)
    together = await reranker.score(QUESTION, [*TEXTS, "word " * 400])
    alone = [(await reranker.score(QUESTION, [text]))[0] for text in TEXTS]
    await reranker.aclose()

    assert together[:3] == alone


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "text"),
    [("", ""), ("a", "x" * 5_000_000), ("why? " * 2_000, "because"), ("\ud83d", "a\0b"), ("👩‍👧", "雨")],
)
async def test_strange_and_long_texts_have_a_score(question: str, text: str):
    reranker = OnnxReranker(threads=1)
    (score,) = await reranker.score(question, [text])
    await reranker.aclose()

    assert -50 < score < 50


async def test_nothing_to_score_loads_nothing():
    reranker = OnnxReranker(threads=1)

    assert await reranker.score(QUESTION, []) == []
    await reranker.aclose()
    await reranker.aclose()


async def test_after_closing_it_refuses():
    reranker = OnnxReranker(threads=1)
    await reranker.aclose()

    with pytest.raises(ClosedError):
        await reranker.score(QUESTION, TEXTS)


def test_an_embedder_is_not_a_reranker():
    with pytest.raises(ConfigError, match=r"known: ms-marco-MiniLM-L-12-v2"):
        OnnxReranker(model="bge-small-en-v1.5")
