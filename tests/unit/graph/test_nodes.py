"""Thresholds of the graph: what they do to labelled pairs, and how they are carried over to another embedder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from _alike_pairs import FRESH, PAIRS, Pair

from lukasa import Settings
from lukasa.graph.calibration import OF_BUNDLED, Calibration, spread
from lukasa.indexing.encoder import Encoder
from lukasa.policy import GraphPolicy
from lukasa.retrieval.token_vectors import unit_vector
from lukasa.wiring import build, now

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def bundled() -> Encoder:
    return Encoder(build(Settings(store="memory:"), clock=now).embedder)


async def cosines(pairs: Sequence[Pair], encoder: Encoder) -> list[float]:
    texts = [f"{name} is a {pair.type}." for pair in pairs for name in (pair.one, pair.other)]
    embeddings = (await encoder.documents(texts)).embeddings
    vectors = np.stack([unit_vector(each.dense) for each in embeddings])
    return [float(one @ other) for one, other in zip(vectors[0::2], vectors[1::2], strict=True)]


@pytest.mark.parametrize(("pairs", "wrong", "right"), [(PAIRS, 0, 20), (FRESH, 1, 24)])
async def test_two_names_of_one_node_are_told_from_two_nodes(
    pairs: Sequence[Pair], wrong: int, right: int, bundled: Encoder
):
    least = GraphPolicy().same_node
    joined = [
        pair.same
        for pair, cosine in zip(pairs, await cosines(pairs, bundled), strict=True)
        if cosine >= least
    ]

    assert joined.count(False) <= wrong
    assert joined.count(True) >= right


async def test_the_measure_of_the_bundled_embedder_is_that_of_today(bundled: Encoder):
    assert await spread(bundled) == pytest.approx(OF_BUNDLED, abs=0.002)
    assert await Calibration(bundled).carried(0.86) == 0.86


async def test_thresholds_are_carried_over_to_another_embedder():
    other = Encoder(build(Settings(store="memory:", embedder="hashing"), clock=now).embedder)
    measured = await spread(other)
    assert measured is not None
    calibration = Calibration(other)

    carried = [await calibration.carried(least) for least in (*OF_BUNDLED, 0.86, 0.985, 1.0, 1.1)]

    assert carried[:2] == pytest.approx(measured)
    assert measured.apart < carried[2] < measured.near < carried[3] < carried[4] == pytest.approx(1.0)
    assert carried[5] > 1


async def test_without_an_embedder_a_threshold_stays_as_it_is():
    assert await Calibration(Encoder(None)).carried(0.86) == 0.86
