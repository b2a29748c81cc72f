"""What is learned from: conversations of the dev split, in a memory that hides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from lukasa import Handle, Memory, Settings

# Past the public API: weights are learned on what recall weighs, so its constants must be set from outside.
from lukasa.policy import RecallPolicy
from lukasa_evals.datasets.values import ANSWERABLE, Conversation, Question
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import memory as memories

EVERYTHING = 10_000
"""More turns than a conversation has: every one is weighed, not the best only."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Conversations, and the memory that holds each of them as a user's."""

    memory: Memory
    conversations: Sequence[Conversation]

    def __post_init__(self) -> None:
        refuse_test(self.conversations)

    def handle(self, conversation: Conversation) -> Handle:
        """Return the handle of a conversation's partition."""
        return self.memory.of(user=conversation.id)


@dataclass(frozen=True, slots=True)
class Source:
    """Where corpora come from: each embedder's store is built once, and opened again for the next thing to learn."""

    folder: Path
    conversations: Sequence[Conversation]
    _built: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        refuse_test(self.conversations)

    @contextmanager
    def open(
        self, settings: Settings, fusion: Mapping[str, Mapping[str, float]] | None = None
    ) -> Iterator[Corpus]:
        """Open the memory of these settings, with other *fusion* weights than the policy's if there are any."""
        policy = RecallPolicy(min_confidence=-1, exact_documents=EVERYTHING)
        if fusion is not None:
            policy = replace(policy, fusion={**policy.fusion, **fusion})  # type: ignore[dict-item]
        chosen = f"{settings.embedder}-{settings.dense_model}-{settings.token_model}"
        path = self.folder / f"{re.sub('[^a-z0-9]', '-', chosen.lower())}.lukasa"
        with Memory.open(path, settings=settings.with_(recall=policy)) as memory:
            if path not in self._built:
                for conversation in self.conversations:
                    memories.remember(memory, conversation, vectors=settings.embedder != "none")
                self._built.add(path)
            yield Corpus(memory, self.conversations)


def refuse_test(conversations: Sequence[Conversation]) -> None:
    """Raise `EvalError` unless every conversation is of the dev split: what is learned from test proves nothing."""
    if not conversations:
        raise EvalError("the data set has no conversation in split 'dev'; there is nothing to learn from")
    if held := [conversation.id for conversation in conversations if conversation.split != "dev"]:
        raise EvalError(f"weights are learned on the dev split only, not on {held!r}")


def answerable(conversation: Conversation) -> list[Question]:
    """Return the questions to learn from: those with an answer, and with evidence that can be read."""
    return [q for q in conversation.questions if q.category in ANSWERABLE and q.published.evidence]
