"""Learns the numbers in `lukasa.weights` again from the dev split, and says how well they do.

In order: ask the questions, learn, judge by leaving out a conversation at a time, print what the policy should hold.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from lukasa import Settings
from lukasa.policy import RecallPolicy
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.offtopic import OFF_TOPIC
from lukasa_evals.retrieval.vectors import DENSE_MODEL
from lukasa_evals.training import confidence, fusion
from lukasa_evals.training.corpus import Corpus, Source, answerable

What = Literal["fusion", "confidence", "all"]
Progress = Callable[[str, int, int], None]
"""Called with what is being asked for, the questions done and the questions there are."""

BIAS = "bias"


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionLearned:
    """Weights of the features for one mode."""

    mode: str
    weights: Mapping[str, float]
    features: Sequence[str]
    """All that recall knows, those without a weight too."""

    questions: int
    evidence: int
    recall: Mapping[str, Mapping[int, float]]
    """Recall at each of `fusion.TOPS` of: what was learned on the other conversations; what was learned on all, and
    the policy's weights, both in-sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceLearned:
    """Weights of the confidence features for one embedder."""

    model: str
    weights: Mapping[str, float]
    features: Sequence[str]
    threshold: float
    """The policy's, below which recall abstains."""

    refused: Mapping[str, Mapping[tuple[confidence.Kind, confidence.Size], float]]
    """The share of questions that would be refused, by the model of the other conversations and by the policy's."""

    silent: float
    """The highest threshold that refuses no answerable question, by models of the other conversations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """All that a run learned."""

    fusion: Sequence[FusionLearned] = ()
    confidence: ConfidenceLearned | None = None


def learn(
    conversations: Sequence[Conversation],
    *,
    embedder: str,
    what: What,
    progress: Progress = lambda *_: None,
) -> Learned:
    """Learn from conversations of the dev split; raises `EvalError` when there is one of another split.

    What is learned together fits together: the confidence rests on the ranking by the weights just learned.
    """
    if what == "confidence" and embedder == "none":
        raise EvalError("confidence is learned for an embedder; name one with --embedder")
    with tempfile.TemporaryDirectory(prefix="lukasa-evals-") as folder:
        source = Source(Path(folder), conversations)
        weights: list[FusionLearned] = []
        if what != "confidence":
            weights = [_fusion(source, settings, progress) for settings in _variants(embedder)]
        if what == "fusion" or embedder == "none":
            return Learned(fusion=weights)
        ranked_by = {each.mode: each.weights for each in weights}
        return Learned(fusion=weights, confidence=_confidence(source, embedder, ranked_by, progress))


def _variants(embedder: str) -> list[Settings]:
    """Return settings under which each set of weights speaks; the bundled models have one without token vectors."""
    variants = [Settings(embedder=embedder)]
    if embedder == "onnx":
        variants.append(Settings(dense_model=DENSE_MODEL, token_model="none"))  # noqa: S106 - no secret
    if embedder != "none":
        variants.append(Settings(embedder="none"))
    return variants


def _fusion(source: Source, settings: Settings, progress: Progress) -> FusionLearned:
    name = settings.dense_model or settings.embedder
    with source.open(settings) as corpus:
        tables = fusion.collect(corpus, _counter(f"fusion, {name}", _questions(corpus), progress))
    weights = fusion.named(tables.names, fusion.fit(tables))
    return FusionLearned(
        mode=tables.mode,
        weights=weights,
        features=tables.names,
        questions=len(tables.counts),
        evidence=int(tables.relevant.sum()),
        recall={
            "conversation left out": fusion.recall_at(tables, fusion.left_out(tables)),
            "learned, in-sample": fusion.recall_at(tables, fusion.scores(tables, weights)),
            "policy, in-sample": fusion.recall_at(tables, fusion.scores(tables, _policy(tables.mode))),
        },
    )


def _confidence(
    source: Source, embedder: str, ranked_by: Mapping[str, Mapping[str, float]], progress: Progress
) -> ConfidenceLearned:
    with source.open(Settings(embedder=embedder), ranked_by) as corpus:
        total = _questions(corpus) + len(corpus.conversations) * len(OFF_TOPIC)
        examples = confidence.collect(corpus, _counter(f"confidence, {embedder}", total, progress))
    policy = RecallPolicy()
    model = next(iter(policy.confidence)) if embedder == "onnx" else embedder
    found = confidence.fit(examples)
    weights = fusion.named([*examples.names, BIAS], np.append(found.weights, found.bias))
    chances = {"conversation left out": confidence.left_out(examples)}
    if held := policy.confidence.get(model):
        vector = np.array([held.get(name, 0.0) for name in examples.names])
        chances["policy, in-sample"] = confidence.Model(vector, held[BIAS]).chances(examples.features)
    answered = np.array([kind == "answerable" for kind in examples.kinds])
    return ConfidenceLearned(
        model=model,
        weights={name: weights.get(name, 0.0) for name in (*weights, BIAS)},
        features=examples.names,
        threshold=policy.min_confidence,
        refused={
            name: confidence.refused(examples, each, policy.min_confidence) for name, each in chances.items()
        },
        silent=float(chances["conversation left out"][answered].min()) if answered.any() else 0.0,
    )


def _policy(mode: str) -> Mapping[str, float]:
    held: Mapping[str, Mapping[str, float]] = {
        str(key): value for key, value in RecallPolicy().fusion.items()
    }
    return held[mode]


def _questions(corpus: Corpus) -> int:
    return sum(len(answerable(conversation)) for conversation in corpus.conversations)


def _counter(name: str, total: int, progress: Progress) -> Callable[[], None]:
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        progress(name, done, total)

    return count


def fusion_source(learned: Sequence[FusionLearned]) -> str:
    """Return the fusion of `weights.toml`; a mode that was not learned keeps its weights, and says so."""
    new = {each.mode: each.weights for each in learned}
    lines: list[str] = []
    for mode, held in RecallPolicy().fusion.items():
        lines += [f"[fusion.{mode}]" + ("" if mode in new else "  # not learned by this run")]
        lines += [f"{name} = {weight:.3f}" for name, weight in new.get(mode, held).items()]
        lines += [""]
    return "\n".join(lines)


def confidence_source(learned: ConfidenceLearned) -> str:
    """Return the confidence of `weights.toml`; other embedders keep their weights."""
    lines: list[str] = []
    for model, weights in {**RecallPolicy().confidence, learned.model: learned.weights}.items():
        lines += [f"[confidence.{json.dumps(model)}]"]
        lines += [f"{name} = {weight:.3f}" for name, weight in weights.items()]
        lines += [""]
    return "\n".join(lines)


def differences(new: Mapping[str, float], names: Sequence[str], mode: str) -> list[tuple[str, float, float]]:
    """Return features whose weight is another than in the policy, the largest difference first: name, was, is."""
    held = _policy(mode)
    pairs = [(name, held.get(name, 0.0), new.get(name, 0.0)) for name in names]
    changed = [pair for pair in pairs if pair[1] != pair[2]]
    return sorted(changed, key=lambda pair: -abs(pair[1] - pair[2]))
