"""Every number that can be tuned, with the reason for its default.

Retrieval constants were chosen on LoCoMo conversations 1–5 and confirmed on 6–10; docs/research-log.md has the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberPolicy:
    """How turns are taken in."""

    max_turn_bytes: int = 1_000_000
    """A larger text is a document, not a turn: it would be cut by the encoder and crowd out a context."""

    retry_window: timedelta = timedelta(minutes=10)
    """A single message without a time that repeats the session's last turn within this span is a client's retry.
    Longer ago, somebody really said it again."""

    overlap: int = 50
    """How many of the session's last turns are compared with the beginning of a call that sends history again."""

    attempts: int = 20
    """How often a write is decided anew because another writer came first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposePolicy:
    """How a context is put together."""

    length_penalty: float = 0.6
    """Taken from a turn's score for each unit of the logarithm of its words, when a context is packed: two short turns
    tell more than one long one. 0.3 to 0.9 were about alike on the dev split; 0 was worse."""

    misses: int = 8
    """Turns that may be passed over because they do not fit; more would fill the rest with ever weaker ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPolicy:
    """How turns are found and weighed."""

    per_channel: int = 200
    """Candidates taken from each channel in a large partition."""

    neighbours_of: int = 30
    """The best of each channel bring their neighbours along: answers follow questions."""

    exact_documents: int = 1000
    """Up to this many documents late interaction scores every one; beyond it, the channels' candidates only."""

    inline_tokens: int = 50_000
    """Larger MaxSim products run in a thread, so that the event loop never stalls."""

    warm_bytes: int = 512_000_000
    """Memory for warm partitions; the least recently asked are dropped beyond it."""

    max_terms: int = 48
    """Terms of a question that full-text looks for; a pasted page is cut."""

    common_terms: float = 0.2
    """Terms in more than this share of the documents are left out of the lexical channel: they made it five times
    slower at 50,000 documents and did not change the ranking."""

    max_bare: float = 0.1
    """From this share of turns without vectors (another embedder made the file, or ours failed), only full-text
    looks: beside turns that have vectors, those that have none would be ranked by an average."""

    min_confidence: float = 0.35
    """Below it, recall abstains."""

    steepness: float = 1.0
    """How fast relevance falls with the distance to the best."""

    rerank: int = 30
    """Candidates that the cross-encoder reads: about 0.6 s on one core."""

    fusion: Mapping[str, float] = field(default_factory=lambda: FUSION)
    confidence: Mapping[str, float] = field(default_factory=lambda: CONFIDENCE)
    compose: ComposePolicy = field(default_factory=ComposePolicy)


FUSION: Mapping[str, float] = MappingProxyType(
    {
        "late": 0.099,
        "late_even": 0.148,
        "late_raw": 5.074,
        "late_rank": -0.241,
        "late_hits": 0.963,
        "late_leads": 0.184,
        "dense": -0.013,
        "dense_rank": 0.062,
        "lexical": 0.044,
        "lexical_rank": -0.177,
        "before": 0.020,
        "after": 0.017,
        "before2": 0.096,
        "after2": 0.039,
        "lexical_before": 0.206,
        "lexical_after": 0.089,
        "session_best": 0.334,
        "session_mass": 0.253,
        "first": 1.012,
        "asked": 0.564,
        "asked_first_person": 0.128,
        "answers": 0.521,
        "answers_near": 0.225,
        "asks_near": 0.040,
        "when_times": 1.692,
        "window": 2.137,
        "words": -0.147,
        "questions": 0.099,
        "asks": -0.642,
        "first_person": -0.132,
        "times": 0.449,
        "numbers": 0.382,
        "picture": 0.060,
    }
)
"""Weights of the evidence (`pipeline/evidence.py`), learned on LoCoMo 1–5 by a listwise softmax over all turns of a
conversation (`lukasa-evals train`). A linear model beat boosted trees and a small neural network, and can be read:
who is asked about, the best of the session, and answers to near questions count beside the match itself."""

LEXICAL_FUSION: Mapping[str, float] = MappingProxyType(
    {"lexical": 1.0, "before": 0.2, "after": 0.2, "asked": 0.3}
)
CONFIDENCE: Mapping[str, float] = MappingProxyType({"bias": 0.0})
