"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lukasa.prompts import Prompt
from lukasa_evals.answers.calls import Calls
from lukasa_evals.datasets.values import Dataset
from lukasa_evals.prompts import load
from lukasa_evals.systems.catalogue import Entry

Leniency = Literal["lenient", "strict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run."""

    dataset: Dataset
    """Only the conversations to be asked."""

    systems: Sequence[Entry]
    """Only those that can run here."""

    skipped: Mapping[str, str]
    """The others, with the reason."""

    budget: int = 2_000
    """Tokens of a context, for systems that can keep to one."""

    answers: int = 1
    """How often each question is answered."""

    judgements: int = 1
    """How often each answer is judged by each judge."""

    leniencies: Sequence[Leniency] = ("lenient", "strict")
    lenient_prompt: Prompt | None = None
    """What the lenient judges are told, in place of our own words: the paper's own prompt, for example."""

    tokens: str = "estimate"
    """How tokens are counted."""

    planted: int = 0
    """Deliberately wrong answers a conversation, put before the judges to see how many they accept."""

    own_prompts: bool = False
    """Each system's reader is told what its own paper tells it; otherwise all are told the same."""

    parallel: int = 4
    """Conversations at once."""

    def judge_prompt(self, leniency: Leniency) -> Prompt:
        """Return what judges of that leniency are told."""
        own = self.lenient_prompt if leniency == "lenient" else None
        return own or load(f"judge_{leniency}")

    def identity(self, models: Models) -> dict[str, object]:
        """Return what must be the same for a run to be gone on with."""
        prompts = sorted({"answer", *(entry.prompt for entry in self.systems)})
        return {
            "dataset": {
                "name": self.dataset.name,
                "sha256": dict(self.dataset.sha256),
                "conversations": [each.id for each in self.dataset.conversations],
            },
            "models": {role: calls.model for role, calls in models.roles().items()},
            "budget": self.budget,
            "answers": self.answers,
            "judgements": self.judgements,
            "leniencies": list(self.leniencies),
            "planted": self.planted,
            "tokens": self.tokens,
            "prompts": {
                **{name: load(name).fingerprint for name in prompts},
                **{f"judge_{each}": self.judge_prompt(each).fingerprint for each in self.leniencies},
                "own": self.own_prompts,
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Who is asked for what."""

    memory: Calls | None = None
    """By the systems, for their own work."""

    reader: Calls | None = None
    """`None`: contexts are measured, and nothing is answered."""

    judges: Sequence[Calls] = ()

    def roles(self) -> dict[str, Calls]:
        """Return them by role; a batch has files of each."""
        named = {"memory": self.memory, "reader": self.reader}
        named |= {f"judge{place}": calls for place, calls in enumerate(self.judges, start=1)}
        return {role: calls for role, calls in named.items() if calls is not None}

    async def aclose(self) -> None:
        """Release the connections of the models that are asked."""
        for calls in self.roles().values():
            if calls.inner is not None:
                await calls.inner.aclose()

    def pending(self) -> dict[str, int]:
        """Return how many calls wait for a batch, by role."""
        return {role: len(calls.pending) for role, calls in self.roles().items() if calls.pending}
