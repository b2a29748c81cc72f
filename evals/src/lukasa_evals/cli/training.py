"""`train`: where the numbers in `lukasa/weights.toml` come from."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from lukasa import Settings
from lukasa.policy import RecallPolicy
from lukasa_evals.cli.options import console, sources, table_of
from lukasa_evals.datasets.values import Dataset
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.memory import open_store
from lukasa_evals.training import confidence, ranking

_THRESHOLDS = (0.1, 0.2, 0.3, 0.5)


def train(
    what: Literal["ranking", "confidence"],
    /,
    *,
    dataset: Annotated[tuple[str, ...], Parameter(negative=())],
    check: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    cache: Path | None = None,
) -> None:
    """Choose the weights of the ranking, or fit those of the confidence, on some data sets, and print them and how they travel.

    Nothing is changed. Learn only from data whose licence lets the numbers be used by everybody.

    Parameters
    ----------
    what
        ranking or confidence.
    dataset
        As for `retrieval`; at least two, so that each can be left out once.
    check
        A data set that is measured and never learned from; may be given several times.
    cache
        Keep stores in this folder, and use them again.
    """
    learned, checked = sources(dataset, None), sources(check, None) if check else {}
    if len(learned) < 2:  # noqa: PLR2004 - one left out of one leaves none
        raise EvalError("name at least two data sets, so that each can be left out once")
    with ExitStack() as stack:
        folder = cache or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lukasa-evals-")))
        folder.mkdir(parents=True, exist_ok=True)
        if what == "ranking":
            _ranking(_seen(learned, folder), _seen(checked, folder))
        else:
            every = {**learned, **checked}
            examples = {name: _examples(name, every, learned, folder) for name in every}
            _confidence({name: examples[name] for name in learned}, examples)


# --- ranking ----------------------------------------------------------------------------------------------------------


def _seen(datasets: Mapping[str, Dataset], folder: Path) -> dict[str, list[ranking.Seen]]:
    seen: dict[str, list[ranking.Seen]] = {}
    with Progress(console=Console(stderr=True), transient=True) as bar:
        for name, dataset in datasets.items():
            task = bar.add_task(name, total=len(dataset.conversations))
            with open_store(dataset, Settings(), folder, rebuild=False).memory as memory:
                seen[name] = []
                for conversation in dataset.conversations:
                    seen[name] += ranking.collect(memory.of(user=conversation.id), conversation)
                    bar.advance(task)
    return seen


def _ranking(
    learned: Mapping[str, Sequence[ranking.Seen]], checked: Mapping[str, Sequence[ranking.Seen]]
) -> None:
    search = ranking.Search(learned)
    chosen = search.chosen()
    left_out = {name: search.chosen(without=name) for name in learned}
    shipped = RecallPolicy().fusion["late"]
    rows = []
    for name, questions in {**learned, **checked}.items():
        without = left_out.get(name, chosen)
        rows.append(
            [name, str(len(questions))]
            + [_measured(questions, weights) for weights in (ranking.START, chosen, without, shipped)]
        )
    head = ["data set", "questions", "the match alone", "chosen on all", "chosen without it", "weights.toml"]
    told = console()
    told.print(table_of(f"recall@3 / @10 / all evidence in about {ranking.BUDGET} tokens, %", head, rows))
    for name, weights in {
        "all": chosen,
        **{f"without {name}": each for name, each in left_out.items()},
    }.items():
        told.print(f"{name}: {weights}", highlight=False)


def _measured(questions: Sequence[ranking.Seen], weights: ranking.Weights) -> str:
    return " / ".join(f"{share:.1f}" for share in ranking.measure(questions, weights))


# --- confidence -------------------------------------------------------------------------------------------------------


def _examples(
    name: str, datasets: Mapping[str, Dataset], learned: Mapping[str, Dataset], folder: Path
) -> list[confidence.Example]:
    others = [dataset for other, dataset in learned.items() if other != name]
    rng = random.Random(name)  # noqa: S311 - every run is alike
    with open_store(datasets[name], Settings(), folder, rebuild=False).memory as memory:
        return [
            example
            for conversation in datasets[name].conversations
            for example in confidence.collect(memory.of(user=conversation.id), conversation, others, rng)
        ]


def _confidence(
    learned: Mapping[str, Sequence[confidence.Example]], every: Mapping[str, Sequence[confidence.Example]]
) -> None:
    rows = []
    for name, examples in every.items():
        model = confidence.fit({other: seen for other, seen in learned.items() if other != name})
        chances = model.chances(examples)
        for own in (True, False):
            shares = [confidence.refused(examples, chances, each, own=own) for each in _THRESHOLDS]
            rows.append([name, "own" if own else "foreign", *(f"{share:.0f}" for share in shares)])
    told = console()
    head = ["data set", "questions", *(f"below {each}" for each in _THRESHOLDS)]
    told.print(table_of("refused in %, by a model that did not see the data set", head, rows))
    model = confidence.fit(learned)
    for feature, weight in zip(model.names, model.weights.tolist(), strict=True):
        print(f"{feature} = {weight:.2f}")
    print(f"bias = {model.bias:.2f}")
