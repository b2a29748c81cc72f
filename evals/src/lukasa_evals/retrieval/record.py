"""What is kept of one question put to one system: ids and figures, never a word of the data set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lukasa_evals.datasets.values import Split
from lukasa_evals.errors import DatasetError

Labels = Literal["published", "corrected"]
"""`corrected`: known wrong labels are replaced, all others are as published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One question, one system."""

    system: str
    conversation: str
    question: int
    category: int
    split: Split
    evidence: tuple[str, ...]
    corrected: tuple[str, ...] | None
    """The evidence after correction; `None` when the published label is not known to be wrong."""

    ranks: Mapping[str, int]
    """From 1, of the evidence turns that were found at all, published and corrected alike."""

    shown: Mapping[int, tuple[str, ...]]
    """By budget: evidence turns that the context lists *and* whose words really stand in it."""

    told: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """By budget: those of `shown` for which only a fact stands, with all words of the answer that the turn has."""

    hollow: int
    """Evidence turns that a context lists without showing their words; a defect, summed over budgets."""

    contained: Mapping[int, float] | None
    """By budget: share of the gold answer's content words in the context; `None` without such words."""

    contained_corrected: Mapping[int, float] | None
    """Likewise for the corrected answer; `None` also when there is no correction."""

    words: Mapping[int, int]
    """By budget: words of the context, counted by white space. More than the budget is a defect."""

    recall_ms: float
    context_ms: Mapping[int, float]
    abstained: bool

    def gold(self, labels: Labels) -> tuple[str, ...]:
        """Return the evidence that counts under these labels."""
        return self.corrected if labels == "corrected" and self.corrected is not None else self.evidence

    def containment(self, labels: Labels) -> Mapping[int, float] | None:
        """Return the containment that counts under these labels."""
        return (
            self.contained_corrected
            if labels == "corrected" and self.corrected is not None
            else self.contained
        )

    def complete(self, budget: int, labels: Labels) -> bool:
        """Tell whether every evidence turn stands in the context."""
        return set(self.gold(labels)) <= set(self.shown[budget])

    def to_json(self) -> dict[str, Any]:
        """Return the record as a line of `records.jsonl`."""
        return {
            "system": self.system,
            "conversation": self.conversation,
            "question": self.question,
            "category": self.category,
            "split": self.split,
            "evidence": self.evidence,
            "corrected": self.corrected,
            "ranks": dict(self.ranks),
            "shown": dict(self.shown),
            "told": dict(self.told),
            "complete": [
                budget for budget in self.shown if self.evidence and self.complete(budget, "published")
            ],
            "hollow": self.hollow,
            "contained": _rounded(self.contained),
            "contained_corrected": _rounded(self.contained_corrected),
            "words": dict(self.words),
            "recall_ms": round(self.recall_ms, 2),
            "context_ms": _rounded(self.context_ms),
            "abstained": self.abstained,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Record:
        """Read a line of `records.jsonl`."""
        return cls(
            system=given["system"],
            conversation=given["conversation"],
            question=given["question"],
            category=given["category"],
            split=given["split"],
            evidence=tuple(given["evidence"]),
            corrected=None if given["corrected"] is None else tuple(given["corrected"]),
            ranks=given["ranks"],
            shown={int(budget): tuple(ids) for budget, ids in given["shown"].items()},
            told={int(budget): tuple(ids) for budget, ids in given.get("told", {}).items()},
            hollow=given["hollow"],
            contained=_by_budget(given["contained"]),
            contained_corrected=_by_budget(given["contained_corrected"]),
            words={int(budget): count for budget, count in given["words"].items()},
            recall_ms=given["recall_ms"],
            context_ms=_by_budget(given["context_ms"]) or {},
            abstained=given["abstained"],
        )


def write(path: Path, records: Iterable[Record]) -> None:
    """Write one record a line."""
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record.to_json(), separators=(",", ":")) + "\n")


def read(path: Path) -> Iterator[Record]:
    """Read what `write` wrote."""
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield Record.from_json(json.loads(line))
    except OSError as error:
        raise DatasetError(
            f"cannot read {path.name!r} of the run {path.parent.name!r}: {error.strerror}"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path.name!r} of the run {path.parent.name!r} is damaged: {error!r}") from error


def _rounded(figures: Mapping[int, float] | None) -> dict[int, float] | None:
    return None if figures is None else {budget: round(figure, 4) for budget, figure in figures.items()}


def _by_budget(given: Mapping[str, float] | None) -> dict[int, float] | None:
    return None if given is None else {int(budget): figure for budget, figure in given.items()}
