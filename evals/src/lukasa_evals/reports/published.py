"""What the Mem0 paper prints (Tables 1 and 2), so that our rows can stand beside it. Nothing here was measured by us.

The paper's names of categories are not LoCoMo's: its overall figures follow from its categories only if its "single-hop" is
LoCoMo's category 1, its "multi-hop" category 3 and its "open-domain" category 4. Here they stand by LoCoMo's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

PAPER_NAMES: Mapping[int, str] = {1: "single-hop", 3: "multi-hop", 4: "open-domain", 2: "temporal"}
"""What the paper calls LoCoMo's categories, in the order of its columns."""


class Quality(NamedTuple):
    """A cell of Table 1, in percent; `None` where nothing is printed."""

    f1: float | None = None
    bleu: float | None = None
    judged: float | None = None
    deviation: float | None = None
    """Of J: one standard deviation over ten judgements."""


class Cost(NamedTuple):
    """A row of Table 2: seconds, tokens, percent."""

    tokens: int
    search: tuple[float, float] | None
    """p50 and p95."""

    total: tuple[float, float]
    judged: float
    deviation: float


class Memory(NamedTuple):
    """What the text says of memory (§4.5), a conversation."""

    tokens: int
    """Kept: about as many."""

    built: str = ""
    """How long it took until it could be searched."""


def _row(*cells: tuple[float, ...]) -> Mapping[int, Quality]:
    return {category: Quality(*cell) for category, cell in zip(PAPER_NAMES, cells, strict=True)}


TABLE_1: Mapping[str, Mapping[int, Quality]] = {
    "LoCoMo": _row((25.02, 19.75), (12.04, 11.16), (40.36, 29.05), (18.41, 14.77)),
    "ReadAgent": _row((9.15, 6.48), (5.31, 5.12), (9.67, 7.66), (12.60, 8.87)),
    "MemoryBank": _row((5.00, 4.77), (5.56, 5.94), (6.61, 5.16), (9.68, 6.99)),
    "MemGPT": _row((26.65, 17.72), (9.15, 7.44), (41.04, 34.34), (25.52, 19.44)),
    "A-Mem": _row((27.02, 20.09), (12.14, 12.00), (44.65, 37.06), (45.85, 36.67)),
    "A-Mem*": _row(
        (20.76, 14.90, 39.79, 0.38), (9.22, 8.81, 18.85, 0.31), (33.34, 27.58, 54.05, 0.22), (35.40, 31.08, 49.91, 0.31)
    ),
    "LangMem": _row(
        (35.51, 26.86, 62.23, 0.75), (26.04, 22.32, 47.92, 0.47), (40.91, 33.63, 71.12, 0.20), (30.75, 25.84, 23.43, 0.39)
    ),
    "Zep": _row(
        (35.74, 23.30, 61.70, 0.32), (19.37, 14.82, 41.35, 0.48), (49.56, 38.92, 76.60, 0.13), (42.00, 34.53, 49.31, 0.50)
    ),
    "OpenAI": _row(
        (34.30, 23.72, 63.79, 0.46), (20.09, 15.42, 42.92, 0.63), (39.31, 31.16, 62.29, 0.12), (14.04, 11.25, 21.71, 0.20)
    ),
    "Mem0": _row(
        (38.72, 27.13, 67.13, 0.65), (28.64, 21.58, 51.15, 0.31), (47.65, 38.72, 72.93, 0.11), (48.93, 40.51, 55.51, 0.34)
    ),
    "Mem0^g": _row(
        (38.09, 26.03, 65.71, 0.45), (24.32, 18.82, 47.19, 0.67), (49.27, 40.30, 75.71, 0.21), (51.55, 40.28, 58.13, 0.44)
    ),
}  # fmt: skip

TABLE_2: Mapping[str, Cost] = {
    "RAG 128 × 1": Cost(128, (0.281, 0.823), (0.774, 1.825), 47.77, 0.23),
    "RAG 256 × 1": Cost(256, (0.251, 0.710), (0.745, 1.628), 50.15, 0.16),
    "RAG 512 × 1": Cost(512, (0.240, 0.639), (0.772, 1.710), 46.05, 0.14),
    "RAG 1024 × 1": Cost(1024, (0.240, 0.723), (0.821, 1.957), 40.74, 0.17),
    "RAG 2048 × 1": Cost(2048, (0.255, 0.752), (0.996, 2.182), 37.93, 0.12),
    "RAG 4096 × 1": Cost(4096, (0.254, 0.719), (1.093, 2.711), 36.84, 0.17),
    "RAG 8192 × 1": Cost(8192, (0.279, 0.838), (1.396, 4.416), 44.53, 0.13),
    "RAG 128 × 2": Cost(256, (0.267, 0.624), (0.766, 1.829), 59.56, 0.19),
    "RAG 256 × 2": Cost(512, (0.255, 0.699), (0.802, 1.907), 60.97, 0.20),
    "RAG 512 × 2": Cost(1024, (0.247, 0.746), (0.829, 1.729), 58.19, 0.18),
    "RAG 1024 × 2": Cost(2048, (0.238, 0.702), (0.860, 1.850), 50.68, 0.13),
    "RAG 2048 × 2": Cost(4096, (0.261, 0.829), (1.101, 2.791), 48.57, 0.22),
    "RAG 4096 × 2": Cost(8192, (0.266, 0.944), (1.451, 4.822), 51.79, 0.15),
    "RAG 8192 × 2": Cost(16384, (0.288, 1.124), (2.312, 9.942), 60.53, 0.16),
    "full context": Cost(26031, None, (9.870, 17.117), 72.90, 0.19),
    "A-Mem*": Cost(2520, (0.668, 1.485), (1.410, 4.374), 48.38, 0.15),
    "LangMem": Cost(127, (17.99, 59.82), (18.53, 60.40), 58.10, 0.21),
    "Zep": Cost(3911, (0.513, 0.778), (1.292, 2.926), 65.99, 0.16),
    "OpenAI": Cost(4437, None, (0.466, 0.889), 52.90, 0.14),
    "Mem0": Cost(1764, (0.148, 0.200), (0.708, 1.440), 66.88, 0.15),
    "Mem0^g": Cost(3616, (0.476, 0.657), (1.091, 2.590), 68.44, 0.17),
}
"""RAG by tokens of a chunk × number of chunks, where the paper prints both: its tokens are their product. The paper calls A-Mem*,
its own run, A-Mem here: that is whose categories in Table 1 the overall J follows from."""

KEPT: Mapping[str, Memory] = {
    "raw conversation": Memory(26_000),
    "Mem0": Memory(7_000),
    "Mem0^g": Memory(14_000, "< 60"),
    "Zep": Memory(600_000, "hours"),
}
