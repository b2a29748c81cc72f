"""`train`: the learned weights, anew."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from lukasa_evals.cli.options import chosen, console, table_of
from lukasa_evals.datasets import locomo
from lukasa_evals.training import learn as training
from lukasa_evals.training.confidence import KINDS, SIZES
from lukasa_evals.training.fusion import TOPS


def train(*, data: Path, what: training.What = "all", embedder: str = "onnx") -> None:
    """Learn the weights of the recall policy anew from the dev split, and print them as TOML for `weights.toml`.

    Nothing is changed. It takes some minutes.

    Parameters
    ----------
    data
        Folder of LoCoMo, as for retrieval; conversations 6-10 are not used.
    what
        fusion (how the evidence is weighed), confidence (when to abstain) or all.
    embedder
        As in the settings of Lukasa. onnx learns one set of weights for each mode; another learns its own mode and
        that without an embedder.
    """
    dev = chosen(locomo.load(data), "dev", None).conversations
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        learned = training.learn(
            dev,
            embedder=embedder,
            what=what,
            progress=lambda name, done, total: bar.update(
                task, description=name, completed=done, total=total
            ),
        )
    told = console()
    for each in learned.fusion:
        rows = [[name, *(f"{100 * found[top]:.1f}" for top in TOPS)] for name, found in each.recall.items()]
        title = f"{each.mode}: {each.questions} questions, {each.evidence} evidence turns of dev, recall in %"
        told.print(table_of(title, [each.mode, *(f"@{top}" for top in TOPS)], rows))
        moved = training.differences(each.weights, each.features, each.mode)[:5]
        text = "; ".join(f"{name} {was:.3f} → {is_:.3f}" for name, was, is_ in moved)
        told.print(f"furthest from the policy: {text or 'nothing differs'}\n", highlight=False)
    if learned.confidence:
        told.print(_refused(learned.confidence))
        told.print(
            "no answerable question would be refused, by models that had not seen its conversation, "
            f"below {learned.confidence.silent:.3f}\n",
            highlight=False,
        )
    # Plain, so that it can be pasted: no colours, no wrapped lines.
    if learned.fusion:
        print(training.fusion_source(learned.fusion))
    if learned.confidence:
        print(training.confidence_source(learned.confidence))


def _refused(learned: training.ConfidenceLearned) -> Table:
    pairs = [(kind, size) for kind in KINDS for size in SIZES]
    rows = [
        [
            f"{kind}, {size}",
            *(f"{100 * found.get((kind, size), 0.0):.1f}" for found in learned.refused.values()),
        ]
        for kind, size in pairs
    ]
    title = f"{learned.model}: refused below {learned.threshold}, in %"
    return table_of(title, ["question", *learned.refused], rows)
