"""Learning on a small conversation of our own: a preference that was planted is found, test is never looked at."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lukasa.retrieval.confidence import ConfidenceFeatures
from lukasa.retrieval.features import FEATURES
from lukasa_evals import cli
from lukasa_evals.datasets import locomo
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.offtopic import OFF_TOPIC
from lukasa_evals.training import learn as training
from lukasa_evals.training.confidence import Examples
from lukasa_evals.training.confidence import fit as fit_confidence
from lukasa_evals.training.confidence import left_out as confidence_left_out
from lukasa_evals.training.corpus import Corpus, Source
from lukasa_evals.training.fusion import Tables, fit, left_out, named, recall_at
from lukasa_evals.training.learn import Learned, confidence_source, differences, fusion_source, learn

WORDS = ("kettle", "ladder", "violin", "harbour", "lantern", "saddle", "compass", "orchard")


def conversation(number: int) -> dict[str, Any]:
    """Three sittings about eight things; each thing is named in many turns, and shown in one picture."""
    sessions: dict[str, Any] = {"speaker_a": "Ines", "speaker_b": "Olu"}
    shown: dict[str, str] = {}
    for sitting in (1, 2, 3):
        turns = []
        for place, word in enumerate(WORDS):
            speaker = ("Ines", "Olu")[(place + sitting + number) % 2]
            turn = {
                "dia_id": f"D{sitting}:{place + 1}",
                "speaker": speaker,
                "text": f"Day {sitting}, the {word}.",
            }
            # Which of the three sittings has the picture changes from thing to thing and conversation to conversation.
            if (place + number) % 3 + 1 == sitting:
                turn["blip_caption"] = f"a {word}"
                shown[word] = turn["dia_id"]
            turns.append(turn)
        sessions[f"session_{sitting}_date_time"] = f"9:05 am on {sitting} March, 2024"
        sessions[f"session_{sitting}"] = turns
    questions = [
        {"question": f"Tell me about the {word}", "answer": word, "evidence": [shown[word]], "category": 4}
        for word in WORDS
    ]
    return {"sample_id": f"pair-{number}", "conversation": sessions, "qa": questions}


def write(folder: Path, conversations: list[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "locomo10.json").write_text(json.dumps(conversations), encoding="utf-8")
    return folder


def dev(folder: Path) -> Any:
    return [each for each in locomo.load(folder).conversations if each.split == "dev"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("train") / "data", [conversation(number) for number in range(6)])


@pytest.fixture(scope="module")
def learned(folder: Path) -> Learned:
    return learn(dev(folder), embedder="hashing", what="all")


def tables(rng: np.random.Generator, *, questions: int = 60, turns: int = 40) -> Tables:
    """Evidence that follows `wanted`, goes against `shunned` and has nothing to do with the rest."""
    names = ("noise", "wanted", "shunned", "flat")
    features = rng.normal(size=(questions * turns, len(names))).astype(np.float32)
    features[:, 3] = 7.0
    scores = (2 * features[:, 1] - features[:, 2]).reshape(questions, turns)
    relevant = scores >= np.sort(scores, axis=1)[:, -2:-1]
    return Tables(
        mode="late",
        names=names,
        features=features,
        relevant=relevant.ravel(),
        counts=np.full(questions, turns, np.int64),
        owner=np.arange(questions, dtype=np.int64) % 4,
    )


def test_a_planted_preference_is_recovered():
    given = tables(np.random.default_rng(3))

    weights = named(given.names, fit(given))

    assert weights["wanted"] > 1
    assert 1.7 < -weights["wanted"] / weights["shunned"] < 2.4
    assert abs(weights.get("noise", 0.0)) < weights["wanted"] / 10
    assert "flat" not in weights


def test_a_left_out_conversation_is_judged_by_the_others():
    given = tables(np.random.default_rng(3))
    # In conversation 0 the preference is turned round: only one that has seen it could do well there.
    odd = np.repeat(given.owner == 0, given.counts)
    given.features[odd, 1:3] *= -1

    scores = left_out(given)

    own = given.relevant & odd
    others = given.relevant & ~odd
    assert scores[own].mean() < scores[odd].mean() < scores[others].mean()


def test_recall_counts_pieces_of_evidence_among_the_first():
    given = tables(np.random.default_rng(3), questions=2, turns=8)
    relevant = np.zeros(16, np.bool_)
    relevant[[0, 7, 8]] = True
    scores = np.zeros(16, np.float32)
    scores[0] = -1.0
    given = Tables(
        mode="late",
        names=given.names,
        features=given.features,
        relevant=relevant,
        counts=given.counts,
        owner=given.owner,
    )

    found = recall_at(given, scores)

    # Places 7 (worst of eight), 0 (of equals the newest comes first) and 7 (the oldest of equals).
    assert found == {5: 1 / 3, 10: 1.0, 20: 1.0, 50: 1.0}


def test_a_weight_is_learned_from_what_recall_says_of_each_turn(learned: Learned):
    late, lexical = learned.fusion

    assert (late.mode, lexical.mode) == ("late", "lexical")
    assert late.questions == late.evidence == 5 * len(WORDS)
    assert late.weights["picture"] > 10 * abs(training.RecallPolicy().fusion["late"]["picture"])
    assert lexical.weights["picture"] > 1
    assert late.recall["conversation left out"][5] == 1.0


def test_the_opposite_preference_gives_the_opposite_weight(tmp_path: Path, learned: Learned):
    given = [conversation(number) for number in range(5)]
    for each in given:
        for question in each["qa"]:
            (shown,) = question["evidence"]
            question["evidence"] = [
                f"D{sitting}{shown[2:]}" for sitting in (1, 2, 3) if shown[1] != str(sitting)
            ]

    (lexical,) = learn(dev(write(tmp_path / "data", given)), embedder="none", what="fusion").fusion

    assert lexical.weights["picture"] < -1
    assert learned.fusion[1].weights["picture"] > 1


def test_without_an_embedder_nothing_is_learned_of_vectors(learned: Learned):
    _, lexical = learned.fusion

    assert not [name for name in lexical.weights if name.startswith(("late", "dense"))]


def test_nothing_of_the_test_split_changes_what_is_learned(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    other = conversation(5)
    other["sample_id"] = "another"
    for question in other["qa"]:
        question |= {"question": "Who likes the violin?", "evidence": ["D1:1"]}
    changed = write(tmp_path / "data", [*(conversation(number) for number in range(5)), other])

    printed = []
    for data in (folder, changed):
        arguments = ["train", "--data", str(data), "--embedder", "none", "--what", "fusion"]
        cli.app(arguments, result_action="return_value")
        printed.append(capsys.readouterr().out)

    assert printed[0] == printed[1]
    assert "[fusion.lexical]" in printed[0]


def test_a_conversation_of_the_test_split_is_refused(folder: Path, tmp_path: Path):
    everything = locomo.load(folder).conversations

    with pytest.raises(EvalError, match="dev split only, not on \\['pair-5'\\]"):
        learn(everything, embedder="none", what="fusion")
    with pytest.raises(EvalError, match="dev split only"):
        Source(tmp_path, everything)
    with pytest.raises(EvalError, match="dev split only"):
        Corpus(None, everything)  # type: ignore[arg-type]


def test_what_is_printed_is_toml_with_known_features_and_the_same_numbers_each_time(
    folder: Path, capsys: pytest.CaptureFixture[str], learned: Learned
):
    cli.app(
        ["train", "--data", str(folder), "--embedder", "hashing"],
        result_action="return_value",
    )
    printed = capsys.readouterr().out
    source = printed[printed.index("[fusion.") :]

    tables = tomllib.loads(source)
    fusion, confidence = tables["fusion"], tables["confidence"]

    assert set(fusion) == {"late", "dense", "lexical"}
    assert all(set(weights) <= set(FEATURES) for weights in fusion.values())
    assert [fusion["late"], fusion["lexical"]] == [each.weights for each in learned.fusion]
    features = set(ConfidenceFeatures.__dataclass_fields__) | {"bias"}
    assert all(set(weights) <= features and "bias" in weights for weights in confidence.values())
    assert learned.confidence is not None
    assert confidence["hashing"] == learned.confidence.weights


def test_a_mode_that_was_not_learned_keeps_its_weights_and_says_so(learned: Learned):
    source = fusion_source(learned.fusion)

    assert source.count("# not learned by this run") == 1
    assert "[fusion.dense]  # not learned by this run" in source


def test_what_is_off_topic_is_told_from_what_has_an_answer(learned: Learned):
    found = learned.confidence
    assert found is not None

    source = confidence_source(found)
    refused = found.refused["conversation left out"]

    assert found.model == "hashing"
    assert '[confidence."hashing"]' in source
    assert refused["off topic", "whole"] > 0.8
    assert refused["answerable", "whole"] == 0.0
    assert refused["answerable", "2-10 turns"] == 0.0


def test_off_topic_questions_are_asked_once_each():
    assert len(OFF_TOPIC) == len(set(OFF_TOPIC)) >= 80


def test_confidence_recovers_planted_signs():
    rng = np.random.default_rng(5)
    features = rng.normal(size=(900, 3))
    odds = features @ np.array([3.0, 0.0, -1.5]) + 0.5
    answer = odds + rng.logistic(size=900) > 0
    given = Examples(
        names=("for", "nothing", "against"),
        features=features,
        kinds=["answerable" if yes else "off topic" for yes in answer],
        sizes=["whole"] * 900,
        owner=np.arange(900, dtype=np.int64) % 3,
    )

    model = fit_confidence(given)
    chances = confidence_left_out(given)

    assert model.weights[0] > 2
    assert model.weights[2] < -1
    assert abs(model.weights[1]) < 0.4
    # Who planted the features cannot tell much better: part of it is chance.
    assert ((chances > 0.5) == answer).mean() > ((odds > 0) == answer).mean() - 0.03


def test_confidence_needs_an_embedder(folder: Path):
    with pytest.raises(EvalError, match="name one with --embedder"):
        learn(dev(folder), embedder="none", what="confidence")


def test_one_conversation_cannot_be_left_out_of_one(folder: Path):
    with pytest.raises(EvalError, match="at least two"):
        learn(dev(folder)[:1], embedder="none", what="fusion")


def test_differences_from_the_policy_come_largest_first():
    held = training.RecallPolicy().fusion["lexical"]
    new = {**held, "asked": held["asked"] + 2, "first": held["first"] - 1}

    found = differences(new, FEATURES, "lexical")

    assert [name for name, _, _ in found] == ["asked", "first"]
    assert found[0][1:] == (held["asked"], held["asked"] + 2)
