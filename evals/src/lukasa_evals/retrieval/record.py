"""What is kept of one question put to one system: ids and figures, never a word of the data set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lukasa_evals.errors import DatasetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a context of one budget has of what was asked for."""

    tokens: int
    shown: tuple[str, ...]
    """Evidence turns of which a part stands in it, or a fact with all words of the answer that the turn has."""

    said: tuple[str, ...]
    """Those of which a part stands in it, whatever facts say."""

    whole: tuple[str, ...]
    """Those that stand in it whole."""

    words: float | None
    """Share of the answer's content words in it; `None` where the answer has none, or need not be said."""

    silent: bool
    """It has nothing for the question: no turn, no fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One question, one system."""

    dataset: str
    conversation: str
    question: int
    category: str
    system: str
    answerable: bool
    evidence: tuple[str, ...]
    ranks: Mapping[str, int]
    """From 1, of the evidence turns that were found at all."""

    hits: int
    """How many turns were ranked."""

    milliseconds: float
    """From the question to the ranking."""

    contexts: Mapping[int, Worth]
    """By budget in tokens."""

    @property
    def key(self) -> tuple[str, str, int]:
        """What names the question."""
        return self.dataset, self.conversation, self.question

    def to_json(self) -> dict[str, Any]:
        """Return the record as a line of the file."""
        return {**asdict(self), "milliseconds": round(self.milliseconds, 2)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Record:
        """Read a line of the file."""
        contexts = {
            int(budget): Worth(
                tokens=worth["tokens"],
                shown=tuple(worth["shown"]),
                said=tuple(worth["said"]),
                whole=tuple(worth["whole"]),
                words=worth["words"],
                silent=worth["silent"],
            )
            for budget, worth in given["contexts"].items()
        }
        return cls(**{**given, "evidence": tuple(given["evidence"]), "contexts": contexts})


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
