"""What the gate says of a claim, and `Gate`: what the write path asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

from lukasa.domain.claim import Claim, Scene
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source, Turn

Reason = Literal[
    "ungrounded",
    "task residue",
    "served",
    "instruction",
    "secret",
    "not stated",
    "example",
    "vacuous",
    "not said by the user",
]


class Ruling(NamedTuple):
    """What becomes of a claim: without a reason against it, it may be believed."""

    claim: Claim
    reason: Reason | None = None
    """Why it is not kept."""

    quarantined: bool = False
    """It is kept for review all the same, and not believed until it is approved."""


class Gate(Protocol):
    """Rules on the claims that were read from turns. `gate.judge.Judge` is the one there is."""

    def rulings(
        self,
        partition: Partition,
        turns: Sequence[Turn],
        scenes: Sequence[Scene],
        claims: Iterable[Sequence[Claim]],
        *,
        later: bool = False,
    ) -> Iterable[list[Ruling]]:
        """Return, lazily, the rulings on each turn's claims; *later*: the turns were recorded a while ago."""
        ...

    def instructions(self, turn: Turn) -> Sequence[Source]:
        """Return the sentences that instruct, where the speaker may not."""
        ...
