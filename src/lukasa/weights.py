"""The numbers that a fit produced, each with the command that produces it. What a person tunes stands in `policy`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

BestChannel = Literal["late", "dense", "lexical"]
"""The best channel that scored a question's candidates: late interaction, single vectors only, or full-text only."""

FUSION: Mapping[BestChannel, Mapping[str, float]] = MappingProxyType(
    {
        "late": {
            "late": 0.047,
            "late_even": 0.069,
            "late_raw": 3.722,
            "late_rank": -0.139,
            "late_hits": 0.845,
            "late_leads": -0.261,
            "late_weakest": 3.725,
            "late_with_before": 0.119,
            "late_with_after": 0.080,
            "late_around": 0.225,
            "late_session": 0.409,
            "late_owed": 9.790,
            "dense": -0.012,
            "dense_rank": 0.052,
            "lexical": 0.024,
            "lexical_rank": -0.147,
            "before": -0.126,
            "after": -0.045,
            "before2": 0.068,
            "lexical_before": 0.149,
            "lexical_after": 0.076,
            "session_best": 0.153,
            "session_mass": -0.006,
            "first": 0.821,
            "asked": 0.688,
            "asked_first_person": 0.131,
            "answers": 0.535,
            "answers_near": 0.237,
            "asks_near": 0.095,
            "when_times": 1.655,
            "window": 2.145,
            "words": -0.150,
            "questions": 0.089,
            "asks": -0.707,
            "first_person": -0.146,
            "times": 0.363,
            "numbers": 0.343,
            "picture": 0.029,
            "fact_late": 0.23,
            "fact_dense": -0.067,
            "fact_lexical": -0.113,
            "fact_within": 0.094,
            "fact_any": -0.05,
        },
        "dense": {
            "dense": 0.104,
            "dense_rank": -0.190,
            "lexical": 0.184,
            "lexical_rank": -0.303,
            "before": 0.067,
            "after": 0.087,
            "before2": 0.132,
            "after2": 0.071,
            "lexical_before": 0.175,
            "lexical_after": 0.026,
            "session_best": 0.286,
            "session_mass": 0.251,
            "first": 1.371,
            "asked": 0.709,
            "asked_first_person": 0.163,
            "answers": 0.510,
            "answers_near": 0.179,
            "asks_near": 0.057,
            "when_times": 1.867,
            "window": 2.538,
            "words": 0.838,
            "questions": 0.102,
            "asks": -0.833,
            "first_person": -0.150,
            "times": 0.541,
            "numbers": 0.809,
            "picture": -0.031,
        },
        "lexical": {
            "lexical": 0.220,
            "lexical_rank": -0.458,
            "before": -0.035,
            "after": 0.050,
            "before2": 0.175,
            "after2": 0.112,
            "lexical_before": 0.264,
            "lexical_after": 0.077,
            "session_best": 0.263,
            "session_mass": 0.418,
            "first": 1.529,
            "asked": 0.880,
            "asked_first_person": 0.192,
            "answers": 0.477,
            "answers_near": 0.225,
            "asks_near": 0.068,
            "when_times": 1.864,
            "window": 2.447,
            "words": 0.652,
            "questions": -0.001,
            "asks": -0.717,
            "first_person": -0.154,
            "times": 0.411,
            "numbers": 0.621,
            "picture": 0.009,
        },
    }
)
"""Weights of the features (`retrieval/features.py`), learned on LoCoMo 1–5 by a listwise softmax over all turns of a
conversation (`lukasa-evals train`; docs/research-log.md). A linear model beat boosted trees and a small neural
network, and can be read: who is asked about, when, and answers to near questions count beside the match itself.
`dense` was learned with bge-small. The weights of facts were learned afterwards, with the others fixed: without facts, the
ranking is what it was."""

CONFIDENCE: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "mean-tokens + colbert-small-states": {
            "late": 3.340,
            "late_few": -15.080,
            "late_lead": 26.660,
            "dense": 103.470,
            "covered": 2.270,
            "covered_best": 0.570,
            "inferred": 4.950,
            "size": -0.600,
            "bias": -84.450,
        }
    }
)
"""Logistic weights of the confidence features (`retrieval/confidence.py`), learned on LoCoMo 1–5, whole conversations and random parts
of them, against greetings, nonsense and general knowledge (`lukasa-evals train --what confidence`)."""
